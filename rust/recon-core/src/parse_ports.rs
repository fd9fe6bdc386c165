//! Port words (`22,http*,U:53,top:100`) become a set of ports. It reads text and must never panic on any.

mod set;

use crate::registry::{self, PortRange};
use crate::space::Transport;
pub use crate::word::WordError;
pub use set::{PortSet, PortSpan};

const EXAMPLE: &str = "22,80,8000-8100";
/// How many TCP ports there are, the most that `top:N` may ask for.
const TOP_LIMIT: usize = 65_536;

impl PortSet {
    /// Reads a comma-separated list of port words.
    ///
    /// A word is a number, a range (`-100` and `60000-` are open-ended), `all`, `top:N`, `well-known`,
    /// `registered`, `dynamic`, or a service name in which `*` stands for any text. `U:` before a word
    /// means UDP for that word only; `T:`, the default, means TCP.
    ///
    /// # Errors
    /// The first bad word, why it is bad, and a correct one.
    pub fn parse(text: &str) -> Result<Self, WordError> {
        let mut spans = Vec::new();
        for word in text.split(',') {
            read_word(word.trim(), &mut spans)?;
        }
        Ok(Self::from_spans(spans))
    }
}

/// Reads the port hints of a probe: the words of [`PortSet::parse`] without `T:` and `U:`, since a
/// probe has a transport of its own. Service names may be registered for either transport.
///
/// Returns sorted, disjoint, inclusive ranges; none for an empty text.
///
/// # Errors
/// The first bad word, why it is bad, and a correct one.
pub fn parse_ranges(text: &str) -> Result<Vec<(u16, u16)>, WordError> {
    let mut spans = Vec::new();
    for word in text.split(',').map(str::trim) {
        if text.trim().is_empty() {
            break;
        }
        if prefixed(word).is_some() {
            let why = "a probe has a transport of its own; leave out T: and U:";
            return Err(WordError::new(word, why, "53,161-162"));
        }
        spans.extend(read_body(word, word, &[Transport::Tcp, Transport::Udp])?);
    }
    let as_tcp = |span: PortSpan| PortSpan::new(Transport::Tcp, span.first, span.last);
    let set = PortSet::from_spans(spans.into_iter().map(as_tcp).collect());
    Ok(set.ranges().iter().map(|span| (span.first, span.last)).collect())
}

fn read_word(word: &str, spans: &mut Vec<PortSpan>) -> Result<(), WordError> {
    let (transport, body) = prefixed(word).unwrap_or((Transport::Tcp, word));
    if transport == Transport::Udp && body.starts_with("top:") {
        let why = "the list of ports most worth asking is for TCP only";
        return Err(WordError::new(word, why, "U:53,U:123,U:161"));
    }
    spans.extend(read_body(word, body, &[transport])?);
    Ok(())
}

/// Splits `T:` or `U:` off a word, in either case.
fn prefixed(word: &str) -> Option<(Transport, &str)> {
    let (prefix, body) = word.split_once(':')?;
    match prefix {
        "T" | "t" => Some((Transport::Tcp, body)),
        "U" | "u" => Some((Transport::Udp, body)),
        _ => None,
    }
}

/// Reads what stands after the prefix. Numbers are of the first transport, names of any of them.
fn read_body(word: &str, body: &str, transports: &[Transport]) -> Result<Vec<PortSpan>, WordError> {
    let span = |(first, last)| vec![PortSpan::new(transports[0], first, last)];
    if body.is_empty() {
        return Err(WordError::new(word, "a port is missing here", EXAMPLE));
    }
    if body == "all" {
        return Ok(span((0, u16::MAX)));
    }
    if let Some(range) = PortRange::ALL.iter().find(|range| range.as_str() == body) {
        return Ok(span(range.bounds()));
    }
    if let Some(count) = body.strip_prefix("top:") {
        return read_top(word, count);
    }
    if body.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
        return read_numbers(word, body).map(span);
    }
    read_name(word, body, transports)
}

fn read_top(word: &str, count: &str) -> Result<Vec<PortSpan>, WordError> {
    let wrong = || WordError::new(word, "top: takes a number from 1 to 65536", "top:100");
    let digits = !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit());
    let count: usize = count.parse().ok().filter(|_| digits).ok_or_else(wrong)?;
    if !(1..=TOP_LIMIT).contains(&count) {
        return Err(wrong());
    }
    let single = |port: &u16| PortSpan::new(Transport::Tcp, *port, *port);
    Ok(registry::top(count).iter().map(single).collect())
}

/// Reads a number or a range made of digits and dashes only.
fn read_numbers(word: &str, body: &str) -> Result<(u16, u16), WordError> {
    let Some((first, last)) = body.split_once('-') else {
        return read_port(word, body).map(|port| (port, port));
    };
    if last.contains('-') {
        return Err(WordError::new(word, "a range has one dash", "8000-8100"));
    }
    let first = if first.is_empty() { 0 } else { read_port(word, first)? };
    let last = if last.is_empty() { u16::MAX } else { read_port(word, last)? };
    if first > last {
        let why = "the range ends before it begins";
        return Err(WordError::new(word, why, format!("{last}-{first}")));
    }
    Ok((first, last))
}

/// Reads one port of digits.
pub(crate) fn read_port(word: &str, digits: &str) -> Result<u16, WordError> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(WordError::new(word, "a port is a number from 0 to 65535", "443"));
    }
    digits.parse().map_err(|_| {
        let why = format!("port {digits} is above 65535");
        WordError::new(word, why, "443")
    })
}

fn read_name(word: &str, name: &str, transports: &[Transport]) -> Result<Vec<PortSpan>, WordError> {
    let found = registry::ports_named(name);
    let spans: Vec<PortSpan> = found
        .iter()
        .filter(|(_, transport)| transports.contains(transport))
        .map(|(port, transport)| PortSpan::new(*transport, *port, *port))
        .collect();
    if spans.is_empty() {
        return Err(unknown_name(word, name, &found));
    }
    Ok(spans)
}

/// Says why a name has no port: a foreign prefix, the other transport, or not registered at all.
fn unknown_name(word: &str, name: &str, found: &[(u16, Transport)]) -> WordError {
    if let Some((prefix, _)) = name.split_once(':') {
        let why = format!("the prefix {prefix}: is not known, only T:, U: and top:");
        return WordError::new(word, why, "U:53");
    }
    match found.first() {
        Some((_, Transport::Udp)) => WordError::new(word, "this name is registered for UDP only", format!("U:{name}")),
        Some((_, Transport::Tcp)) => WordError::new(word, "this name is registered for TCP only", name),
        None => {
            let why = "neither a port, a range of ports nor a service name that IANA registered";
            WordError::new(word, why, "22,8000-8100,http*")
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let set = PortSet::parse(text).unwrap();
        let spans = set.ranges().iter().map(|span| match span.transport {
            Transport::Tcp => format!("{}-{}", span.first, span.last),
            Transport::Udp => format!("U:{}-{}", span.first, span.last),
        });
        spans.collect::<Vec<_>>().join(",")
    }

    #[test]
    fn port_words_mean_what_the_manual_says() {
        for (text, means) in [
            ("22,80,8000-8100", "22-22,80-80,8000-8100"),
            (" 22 , 23 ", "22-23"),
            ("-100", "0-100"),
            ("60000-", "60000-65535"),
            ("-", "0-65535"),
            ("all", "0-65535"),
            ("all,22", "0-65535"),
            ("well-known", "0-1023"),
            ("registered", "1024-49151"),
            ("dynamic", "49152-65535"),
            ("top:2", "80-80,443-443"),
            ("ssh", "22-22"),
            ("SSH,U:domain", "22-22,U:53-53"),
            ("U:53,22", "22-22,U:53-53"),
            ("u:53,t:53", "53-53,U:53-53"),
            ("U:all", "U:0-65535"),
            ("U:dynamic", "U:49152-65535"),
            ("3com-tsmux", "106-106"),
        ] {
            assert_eq!(shown(text), means, "{text}");
        }
        assert_eq!(PortSet::parse("top:65536").unwrap().len(), 65_536);
        assert!(PortSet::parse("http*").unwrap().contains(8080, Transport::Tcp));
    }

    #[test]
    fn a_bad_word_is_named_with_its_reason() {
        for (text, word, why) in [
            ("22,70000", "70000", "port 70000 is above 65535"),
            ("99999999999999999999", "99999999999999999999", "above 65535"),
            ("", "", "missing"),
            ("22,,80", "", "missing"),
            ("U:", "U:", "missing"),
            ("90-80", "90-80", "ends before it begins"),
            ("1-2-3", "1-2-3", "one dash"),
            ("top:0", "top:0", "from 1 to 65536"),
            ("top:+5", "top:+5", "from 1 to 65536"),
            ("top:65537", "top:65537", "from 1 to 65536"),
            ("U:top:9", "U:top:9", "TCP only"),
            ("X:53", "X:53", "prefix X:"),
            ("sshh", "sshh", "neither a port"),
            ("22 80", "22 80", "neither a port"),
            ("nusdp-disc", "nusdp-disc", "UDP only"),
            ("U:nusrp", "U:nusrp", "TCP only"),
        ] {
            let error = PortSet::parse(text).unwrap_err();
            assert_eq!(error.word, word, "{text}");
            assert!(error.why.contains(why), "{text}: {error}");
            assert!(PortSet::parse(&error.example).is_ok(), "{text}: {error}");
        }
    }

    #[test]
    fn probe_hints_are_plain_ranges() {
        assert_eq!(parse_ranges("22,2222").unwrap(), [(22, 22), (2222, 2222)]);
        assert_eq!(parse_ranges("snmp,160").unwrap(), [(160, 161)]);
        assert_eq!(parse_ranges("").unwrap(), []);
        assert_eq!(parse_ranges("all").unwrap(), [(0, 65_535)]);
        assert!(parse_ranges("U:53").unwrap_err().why.contains("of its own"));
        assert!(parse_ranges("22,").is_err());
    }
}
