//! A banner beside an address in one flat object, as most lines are: read without building its tree. Refuses the rest.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::{Deserializer, Error};
use serde_json::Value;

use super::{Found, NOWHERE, Stored, foreign, naming};

/// The members that tell something; a value of a kind that is rare leaves the object to the slower reader.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Flat<'a> {
    addr: Option<&'a str>,
    ip: Option<&'a str>,
    ip_str: Option<&'a str>,
    saddr: Option<&'a str>,
    host: Option<&'a str>,
    domain: Option<&'a str>,
    hostname: Option<&'a str>,
    hint: Option<&'a str>,
    service: Option<&'a str>,
    service_name: Option<&'a str>,
    protocol: Option<&'a str>,
    port: Option<u16>,
    transport: Option<&'a str>,
    proto: Option<&'a str>,
    at: Option<Value>,
    timestamp: Option<Value>,
    tls: Option<bool>,
    ssl: Option<bool>,
    banner: Option<String>,
    banner_base64: Option<&'a str>,
    data: Refused,
    ports: Refused,
    finished: Refused,
}

/// A member that must not be there.
#[derive(Default)]
struct Refused;

impl<'de> Deserialize<'de> for Refused {
    fn deserialize<From: Deserializer<'de>>(_: From) -> Result<Self, From::Error> {
        Err(From::Error::custom("not flat"))
    }
}

/// Reads a line; none if it is not as flat as that, or wrong.
pub(super) fn read(line: &[u8]) -> Option<Found> {
    let flat: Flat<'_> = serde_json::from_slice(line).ok()?;
    let addr = flat.addr.or(flat.ip).or(flat.ip_str).or(flat.saddr);
    let data = match (flat.banner_base64, flat.banner) {
        (Some(exact), _) => STANDARD.decode(exact).ok()?,
        (None, Some(text)) => text.into_bytes(),
        (None, None) => return None,
    };
    Some(Found::reply(Stored {
        addr: addr.map_or(Some(NOWHERE), |word| word.parse::<IpAddr>().ok())?,
        host: flat.host.or(flat.domain).or(flat.hostname).map(Into::into),
        port: flat.port,
        transport: foreign::transport(flat.transport.or(flat.proto)).ok()?,
        at_us: [flat.at, flat.timestamp].iter().flatten().find_map(naming::time),
        hint: flat.hint.or(flat.service).or(flat.service_name).or(flat.protocol).map(str::to_owned),
        tls: flat.tls.unwrap_or(false) || flat.ssl.unwrap_or(false),
        ..Stored::of(data)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn what_it_reads_the_slower_reader_reads_alike(
            key in "addr|ip|host|hint|service|port|proto|at|timestamp|tls|data|ports|finished|banner|banner_base64|other",
            value in r#"null|true|7|65536|-1|"tcp"|"192.0.2.7"|"YQ=="|"2026-11-23T10:00:00Z"|"a\\n"|\{\}|\[\]|"#,
            banner in r#""[a-z\\]{0,3}"|null|"#,
        ) {
            let banner = if banner.is_empty() { String::new() } else { format!(",\"banner\":{banner}") };
            let line = format!("{{\"{key}\":{value}{banner},\"ip_str\":\"192.0.2.9\"}}");
            if let Some(found) = read(line.as_bytes()) {
                proptest::prop_assert_eq!(found, foreign::read(line.as_bytes()));
            }
        }
    }
}
