//! What IANA registered for a port, and which ports are most worth asking.
//! A name from here says what a port is for; it must never be shown as detected.

mod top;

use std::sync::LazyLock;

use crate::space::Transport;

pub use top::top;

/// The registry as of 2025-11-14, made by `data/make.py`.
const TEXT: &str = include_str!("../data/services.txt");
const PORTS: usize = 65_536;

/// One registration: a port, the transports that share the name, the name.
struct Row {
    port: u16,
    kinds: &'static str,
    name: &'static str,
}

/// The rows by port, and for each kind the row of each port plus one (zero: none).
struct Table {
    rows: Vec<Row>,
    tcp: Vec<u16>,
    udp: Vec<u16>,
    sctp: Vec<u16>,
}

/// Read once, at the first question; constant afterwards.
static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let rows: Vec<Row> = TEXT.lines().filter_map(read_row).collect();
    Table { tcp: by_port(&rows, 't'), udp: by_port(&rows, 'u'), sctp: by_port(&rows, 's'), rows }
});

fn read_row(line: &'static str) -> Option<Row> {
    let mut words = line.split(' ');
    let port = words.next()?.parse().ok()?;
    Some(Row { port, kinds: words.next()?, name: words.next()? })
}

fn by_port(rows: &[Row], kind: char) -> Vec<u16> {
    let mut index = vec![0; PORTS];
    for (position, row) in rows.iter().enumerate() {
        if row.kinds.contains(kind) {
            index[usize::from(row.port)] = position as u16 + 1;
        }
    }
    index
}

fn name_in(index: &[u16], port: u16) -> Option<&'static str> {
    let position = usize::from(index[usize::from(port)]).checked_sub(1)?;
    Some(TABLE.rows[position].name)
}

/// Returns the service name registered for a port, in constant time.
#[must_use]
pub fn name(port: u16, transport: Transport) -> Option<&'static str> {
    match transport {
        Transport::Tcp => name_in(&TABLE.tcp, port),
        Transport::Udp => name_in(&TABLE.udp, port),
    }
}

/// Returns the service name registered for an SCTP port. recon lists these and does not sweep them.
#[must_use]
pub fn sctp_name(port: u16) -> Option<&'static str> {
    name_in(&TABLE.sctp, port)
}

/// Iterates over every TCP and UDP registration, by port.
pub fn entries() -> impl Iterator<Item = (u16, Transport, &'static str)> {
    const KINDS: [(char, Transport); 2] = [('t', Transport::Tcp), ('u', Transport::Udp)];
    TABLE.rows.iter().flat_map(|row| {
        KINDS
            .into_iter()
            .filter(|(kind, _)| row.kinds.contains(*kind))
            .map(|(_, transport)| (row.port, transport, row.name))
    })
}

/// Iterates over every SCTP registration, by port.
pub fn sctp_entries() -> impl Iterator<Item = (u16, &'static str)> {
    let rows = TABLE.rows.iter().filter(|row| row.kinds.contains('s'));
    rows.map(|row| (row.port, row.name))
}

/// Returns the ports whose service name matches, by port. `*` stands for any text; case is ignored.
#[must_use]
pub fn ports_named(pattern: &str) -> Vec<(u16, Transport)> {
    entries().filter(|(_, _, name)| glob_matches(pattern, name)).map(|(port, transport, _)| (port, transport)).collect()
}

/// Holds `text` against a pattern in which `*` stands for any text. Takes at most pattern × text steps.
fn glob_matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at, mut read) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while read < text.len() {
        if pattern.get(at) == Some(&b'*') {
            at += 1;
            retry = Some((at, read));
        } else if pattern.get(at).is_some_and(|byte| byte.eq_ignore_ascii_case(&text[read])) {
            at += 1;
            read += 1;
        } else if let Some((after_star, from)) = retry {
            (at, read) = (after_star, from + 1);
            retry = Some((after_star, from + 1));
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

/// The three ranges of port numbers (RFC 6335 §6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PortRange {
    /// 0 to 1023: assigned by IETF process.
    WellKnown,
    /// 1024 to 49151: assigned on request.
    Registered,
    /// 49152 to 65535: never assigned.
    Dynamic,
}

impl PortRange {
    /// Every range, by port.
    pub const ALL: [Self; 3] = [Self::WellKnown, Self::Registered, Self::Dynamic];

    /// The word used in every output and in port words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WellKnown => "well-known",
            Self::Registered => "registered",
            Self::Dynamic => "dynamic",
        }
    }

    /// First and last port, both included.
    #[must_use]
    pub fn bounds(self) -> (u16, u16) {
        match self {
            Self::WellKnown => (0, 1023),
            Self::Registered => (1024, 49_151),
            Self::Dynamic => (49_152, 65_535),
        }
    }

    /// One sentence on what the range is for (RFC 6335 §6 and §8).
    #[must_use]
    pub fn purpose(self) -> &'static str {
        match self {
            Self::WellKnown => {
                "System services, assigned by IETF review; on most systems only a privileged process may listen here."
            }
            Self::Registered => "Applications that asked IANA for a number; any process may listen here.",
            Self::Dynamic => "Never assigned: private services and the short-lived source ports of clients.",
        }
    }
}

/// Returns the range a port lies in.
#[must_use]
pub fn range(port: u16) -> PortRange {
    match port {
        0..=1023 => PortRange::WellKnown,
        1024..=49_151 => PortRange::Registered,
        49_152.. => PortRange::Dynamic,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_ports_have_their_registered_names() {
        assert_eq!(name(22, Transport::Tcp), Some("ssh"));
        assert_eq!(name(53, Transport::Udp), Some("domain"));
        assert_eq!(name(443, Transport::Tcp), Some("https"));
        assert_eq!(name(49_001, Transport::Tcp), Some("nusrp"));
        assert_eq!(name(49_001, Transport::Udp), Some("nusdp-disc"));
        assert_eq!(name(65_535, Transport::Tcp), None);
        assert_eq!(sctp_name(80), Some("http"));
    }

    #[test]
    fn every_row_of_the_registry_is_shipped() {
        let tcp = entries().filter(|entry| entry.1 == Transport::Tcp).count();
        let udp = entries().filter(|entry| entry.1 == Transport::Udp).count();
        assert_eq!((tcp, udp, sctp_entries().count()), (5951, 5557, 88));
        assert!(entries().all(|(port, transport, found)| name(port, transport) == Some(found)));
    }

    #[test]
    fn globs_ignore_case_and_match_anywhere() {
        assert_eq!(ports_named("SSH"), [(22, Transport::Tcp), (22, Transport::Udp)]);
        assert!(ports_named("http*").contains(&(443, Transport::Tcp)));
        assert!(ports_named("*-alt").contains(&(8080, Transport::Tcp)));
        assert!(ports_named("no-such-service").is_empty());
        assert_eq!(ports_named("*").len(), entries().count());
        assert!(glob_matches("a*b*c", "aXbYbZc") && !glob_matches("a*b*c", "aXbYbZ"));
        assert!(glob_matches("", "") && glob_matches("**", "") && !glob_matches("", "a"));
    }

    #[test]
    fn a_hostile_glob_ends_soon() {
        assert!(!glob_matches(&"*a".repeat(2_000), &"a".repeat(1_000)));
    }

    #[test]
    fn ranges_meet_without_gap() {
        for kind in PortRange::ALL {
            let (first, last) = kind.bounds();
            assert_eq!((range(first), range(last)), (kind, kind));
        }
        assert_eq!(range(1023).as_str(), "well-known");
        assert_eq!(range(1024).as_str(), "registered");
        assert_eq!(range(49_152).as_str(), "dynamic");
    }
}
