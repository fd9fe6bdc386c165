//! Sorts readings by what they are held against. Reads nothing itself.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::index::Index;
use super::reading::Reading;
use crate::probe::Field;
use crate::space::Transport;

/// One HTTP header: the fact it becomes and the readings held against it.
pub(super) struct HeaderTable {
    pub(super) fact: Arc<str>,
    pub(super) index: Index,
}

/// The readings by what they are held against.
#[derive(Default)]
pub(super) struct Tables {
    pub(super) tcp: Index,
    pub(super) udp: Index,
    pub(super) status: Index,
    pub(super) title: Index,
    pub(super) body: Index,
    /// Lines of headers that stand in no table.
    pub(super) any_header: Index,
    /// By name in lower case; common names stand here without readings, to share their fact's name.
    pub(super) headers: HashMap<Vec<u8>, HeaderTable>,
}

/// Headers that most servers send.
const COMMON_HEADERS: [&str; 24] = [
    "server",
    "x-powered-by",
    "content-type",
    "content-length",
    "date",
    "connection",
    "location",
    "last-modified",
    "etag",
    "accept-ranges",
    "cache-control",
    "expires",
    "pragma",
    "set-cookie",
    "www-authenticate",
    "vary",
    "via",
    "transfer-encoding",
    "x-frame-options",
    "x-content-type-options",
    "x-xss-protection",
    "strict-transport-security",
    "content-security-policy",
    "keep-alive",
];

impl Tables {
    pub(super) fn build(readings: &[Reading]) -> Self {
        let of = |wanted: &dyn Fn(&Reading) -> bool| {
            Index::build((0..).zip(readings).filter(|(_, reading)| wanted(reading)))
        };
        let data = |reading: &Reading, transport| reading.field == Field::Data && reading.transport == transport;
        Self {
            tcp: of(&|reading| data(reading, Transport::Tcp)),
            udp: of(&|reading| data(reading, Transport::Udp)),
            status: of(&|reading| reading.field == Field::Status),
            title: of(&|reading| reading.field == Field::Title),
            body: of(&|reading| reading.field == Field::Body),
            any_header: of(&|reading| reading.field == Field::AnyHeader),
            headers: header_tables(readings),
        }
    }
}

fn header_tables(readings: &[Reading]) -> HashMap<Vec<u8>, HeaderTable> {
    let mut members: BTreeMap<String, Vec<(u32, &Reading)>> = BTreeMap::new();
    for name in COMMON_HEADERS {
        members.entry(name.to_owned()).or_default();
    }
    for (id, reading) in (0..).zip(readings) {
        if let Field::Header(name) = &reading.field {
            members.entry(name.to_ascii_lowercase()).or_default().push((id, reading));
        }
    }
    let table = |(name, members): (String, Vec<_>)| {
        let fact = format!("http.header.{name}").into();
        (name.into_bytes(), HeaderTable { fact, index: Index::build(members.into_iter()) })
    };
    members.into_iter().map(table).collect()
}
