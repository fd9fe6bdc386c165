//! Target words become address ranges or host names. It reads text, resolves nothing, and must never panic on any.

mod host;
mod v4;
mod v6;

use std::net::IpAddr;

use crate::parse_ports::read_port;
use crate::space::AddressRange;
pub use crate::word::WordError;

/// What one target word means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TargetWord {
    /// Addresses, and the one port to ask there when the word carries its own.
    Addresses {
        /// At least one range, all of one family.
        ranges: Vec<AddressRange>,
        /// The word's own TCP port.
        port: Option<u16>,
    },
    /// A host name that somebody else must resolve.
    Name {
        /// As the user wrote it, without the final dot.
        host: String,
        /// The word's own TCP port.
        port: Option<u16>,
    },
}

impl TargetWord {
    /// Builds the word for one address, such as one that a name resolved to.
    #[must_use]
    pub fn address(addr: IpAddr, port: Option<u16>) -> Self {
        let ranges = vec![AddressRange::single(addr)];
        Self::Addresses { ranges, port }
    }
}

/// Reads one target word: an address, a prefix (host bits allowed), `first-last`, octet ranges such as
/// `10.0.0-3.1-254`, or a host name, each with `:port` if wanted; IPv6 with a port stands in brackets.
///
/// # Errors
/// The word, why it cannot be used, and a correct one.
pub fn parse_target(word: &str) -> Result<TargetWord, WordError> {
    refuse_foreign(word)?;
    if let Some(rest) = word.strip_prefix('[') {
        return bracketed(word, rest);
    }
    if word.matches(':').count() >= 2 {
        let ranges = vec![v6::parse(word, word)?];
        return Ok(TargetWord::Addresses { ranges, port: None });
    }
    let (body, port) = split_port(word)?;
    if body.bytes().all(|byte| byte.is_ascii_digit() || b".-*/".contains(&byte)) {
        let ranges = v4::parse(word, body)?;
        return Ok(TargetWord::Addresses { ranges, port });
    }
    let host = host::parse(word, body)?;
    Ok(TargetWord::Name { host, port })
}

/// Refuses what is no target at all, however it goes on.
fn refuse_foreign(word: &str) -> Result<(), WordError> {
    let refuse = |why: &str, example: &str| Err(WordError::new(word, why, example));
    if word.is_empty() {
        return refuse("a target is missing here", "10.0.0.0/24");
    }
    if word.starts_with('@') || word == "-" {
        let why = "@file and - are read before targets are parsed and cannot stand inside a list";
        return refuse(why, "10.0.0.0/24");
    }
    if word.chars().any(|letter| letter.is_whitespace() || letter.is_control()) {
        return refuse("a target has no spaces; give several as separate words", "10.0.0.1");
    }
    if word.contains("://") {
        return refuse("this is a URL; give the host, and the port if it matters", "example.com:443");
    }
    Ok(())
}

/// Reads what stands after `[`: an IPv6 word, `]`, and a port if wanted.
fn bracketed(word: &str, rest: &str) -> Result<TargetWord, WordError> {
    let refuse = |why: &str| Err(WordError::new(word, why, "[2001:db8::1]:443"));
    let Some((inside, after)) = rest.split_once(']') else {
        return refuse("the bracket is not closed");
    };
    if !inside.contains(':') {
        return refuse("brackets are for IPv6 addresses only");
    }
    let port = match after.strip_prefix(':') {
        Some(digits) => Some(read_port(word, digits).map_err(|error| port_error(word, error))?),
        None if after.is_empty() => None,
        None => return refuse("only a colon and a port may follow the bracket"),
    };
    let ranges = vec![v6::parse(word, inside)?];
    Ok(TargetWord::Addresses { ranges, port })
}

/// Splits `:port` off a word that has at most one colon.
fn split_port(word: &str) -> Result<(&str, Option<u16>), WordError> {
    let Some((body, digits)) = word.split_once(':') else {
        return Ok((word, None));
    };
    if body.is_empty() {
        return Err(WordError::new(word, "the host before the colon is missing", "10.0.0.1:443"));
    }
    let port = read_port(word, digits).map_err(|error| port_error(word, error))?;
    Ok((body, Some(port)))
}

/// Turns the reason about a port into one whose example is a target.
fn port_error(word: &str, error: WordError) -> WordError {
    let example = if word.starts_with('[') { "[2001:db8::1]:443" } else { "10.0.0.1:443" };
    WordError::new(word, error.why, example)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn shown(word: &str) -> String {
        match parse_target(word).unwrap() {
            TargetWord::Addresses { ranges, port } => {
                let ranges: Vec<String> = ranges.iter().map(ToString::to_string).collect();
                let port = port.map_or(String::new(), |port| format!(" port {port}"));
                ranges.join(",") + &port
            }
            TargetWord::Name { host, port } => format!("name {host} {port:?}"),
        }
    }

    #[test]
    fn target_words_mean_what_the_manual_says() {
        for (word, means) in [
            ("10.0.0.1", "10.0.0.1"),
            ("10.0.0.77/24", "10.0.0.0/24"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("10.0.0.1-10.0.0.9", "10.0.0.1-10.0.0.9"),
            ("10.0.0.1:80", "10.0.0.1 port 80"),
            ("10.0.0.0/24:80", "10.0.0.0/24 port 80"),
            ("10.0.0-1.1-254", "10.0.0.1-10.0.0.254,10.0.1.1-10.0.1.254"),
            ("10.0-3.*.*", "10.0.0.0/14"),
            ("*.*.*.*", "0.0.0.0/0"),
            ("::1", "::1"),
            ("2001:db8::1", "2001:db8::1"),
            ("2001:db8::7/120", "2001:db8::/120"),
            ("2001:db8::1-2001:db8::5", "2001:db8::1-2001:db8::5"),
            ("[2001:db8::1]:443", "2001:db8::1 port 443"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::/120]:22", "2001:db8::/120 port 22"),
            ("localhost", "name localhost None"),
            ("example.com.", "name example.com None"),
            ("Example.com:8080", "name Example.com Some(8080)"),
            ("_dmarc.example.com", "name _dmarc.example.com None"),
            ("1and1.com", "name 1and1.com None"),
        ] {
            assert_eq!(shown(word), means, "{word}");
        }
    }

    #[test]
    fn a_bad_word_is_named_with_its_exact_reason() {
        let long_label = format!("{}.com", "a".repeat(64));
        let long_name = ["a".repeat(60).as_str(); 5].join(".");
        for (word, why) in [
            ("", "missing"),
            ("-", "@file and -"),
            ("@targets.txt", "@file and -"),
            ("10.0.0.1 10.0.0.2", "no spaces"),
            ("http://example.com/", "URL"),
            ("10.0.0.0/33", "/33 is longer than the 32 bits"),
            ("10.0.0.0/", "prefix length"),
            ("10.0.0.0/a", "prefix length"),
            ("10.0.0.0/8/9", "one slash"),
            ("10.0.0.300", "octet 300 is above 255"),
            ("10.0.0", "has 3 parts"),
            ("10.0.0.0.1", "has 5 parts"),
            ("10..0.1", "octet is empty"),
            ("010.0.0.1", "octet 010 starts with a zero"),
            ("10.0.0.9-10.0.0.1", "ends before it begins"),
            ("10.0.0.9-1", "octet range 9-1 ends before it begins"),
            ("10.0.0.1-2-3", "octet 2-3 is not a number"),
            ("10.0.0.1-300", "octet 300 is above 255"),
            ("10.*.*.1-9:70000", "port 70000 is above 65535"),
            ("*.*.*.1", "16777216 separate ranges"),
            ("10.0.0.1:", "a port is a number"),
            ("10.0.0.1:http", "a port is a number"),
            (":80", "host before the colon"),
            ("a..b", "label is empty"),
            (".example.com", "label is empty"),
            ("-a.example", "starts or ends with a hyphen"),
            ("exa$mple.com", "'$'"),
            ("büro.example", "xn--"),
            ("example.com/24", "prefix length follows an address"),
            ("host.123", "last label is a number"),
            (&long_label, "longer than 63"),
            (&long_name, "longer than 253"),
            ("fe80::1%eth0", "zone"),
            ("[fe80::1%eth0]:22", "zone"),
            ("::ffff:10.0.0.1", "IPv4-mapped"),
            ("::ffff:0:0/112", "IPv4-mapped"),
            ("2001:db8::/64", "above the limit of 2^40"),
            ("::/0", "above the limit of 2^40"),
            ("2001:db8::-2001:db9::", "above the limit of 2^40"),
            ("2001:db8::5-2000:db8::1", "ends before it begins"),
            ("2001:db8::5-2001:db8::1", "ends before it begins"),
            ("2001:db8::5-10.0.0.1", "not an IPv6 address"),
            ("2001:db8::/129", "/129 is longer than the 128 bits"),
            ("1:2:3", "too few groups"),
            ("1:2:3:4:5:6:7:8:9", "too many groups"),
            ("1::2::3", "'::' may stand once"),
            ("2001:db8::12345", "group 12345 is longer than 4"),
            ("2001:db8::xyz", "group xyz is not hexadecimal"),
            ("[::1", "not closed"),
            ("[::1]80", "only a colon"),
            ("[10.0.0.1]:80", "IPv6 addresses only"),
            ("[::1]:x", "a port is a number"),
        ] {
            let error = parse_target(word).unwrap_err();
            assert!(error.why.contains(why), "{word}: {error}");
            assert!(parse_target(&error.example).is_ok(), "{word}: {error}");
        }
    }

    #[test]
    fn the_widest_ipv6_words_still_count() {
        assert_eq!(shown("2001:db8::/88"), "2001:db8::/88");
        assert!(parse_target("2001:db8::/87").is_err());
        assert!(parse_target("2001:db8::-2001:db8::ff:ffff:ffff").is_ok());
        assert!(parse_target("2001:db8::-2001:db8::100:0:0").is_err());
    }

    #[test]
    fn a_word_for_a_resolved_address_is_one_range() {
        let word = TargetWord::address("10.0.0.1".parse().unwrap(), Some(22));
        assert_eq!(word, parse_target("10.0.0.1:22").unwrap());
    }
}
