//! Reads rows that [`write`](super::write) wrote, exactly. Must never guess: a row of another schema is refused.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};

use super::{SCHEMA, epoch_us};
use crate::reply::{Evidence, Fact, FactValue, Findings, Reply, Service, State};
use crate::space::{Target, Transport};

/// The members of a row; `range` and `registered` follow from the port.
#[derive(Deserialize)]
struct Row<'a> {
    schema: u32,
    at: &'a str,
    addr: IpAddr,
    host: Option<String>,
    port: u16,
    transport: &'a str,
    state: &'a str,
    reason: String,
    rtt_us: Option<u32>,
    ttl: Option<u8>,
    #[serde(borrow)]
    services: Vec<RowService<'a>>,
    facts: Facts,
    banner: String,
    banner_base64: Option<&'a str>,
}

#[derive(Deserialize)]
struct RowService<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    part: char,
    vendor: Option<String>,
    product: Option<String>,
    version: Option<String>,
    cpe: Option<String>,
    distro: Option<String>,
    revision: Option<String>,
    confidence: f32,
    #[serde(borrow)]
    version_source: Cow<'a, str>,
    tls: bool,
    #[serde(borrow)]
    evidence: RowEvidence<'a>,
}

#[derive(Deserialize)]
struct RowEvidence<'a> {
    #[serde(borrow)]
    probe: Cow<'a, str>,
    #[serde(borrow, rename = "match")]
    matched: Cow<'a, str>,
}

/// The facts in the order of the row.
struct Facts(Vec<Fact>);

#[derive(Deserialize)]
#[serde(untagged)]
enum Value {
    Flag(bool),
    Number(i64),
    Text(String),
    List(Vec<String>),
}

/// Reads one line, its line feed included or not.
///
/// # Errors
/// Why it is no row of this version, in words.
pub fn read(line: &[u8]) -> Result<Reply, String> {
    let row: Row<'_> = serde_json::from_slice(line).map_err(|error| format!("no row of recon: {error}"))?;
    if row.schema != SCHEMA {
        return Err(format!("a row of schema {}; this version reads {SCHEMA}", row.schema));
    }
    reply(row)
}

fn reply(row: Row<'_>) -> Result<Reply, String> {
    let banner = match row.banner_base64 {
        Some(exact) => STANDARD.decode(exact).map_err(|_| "banner_base64 is no Base64".to_owned())?,
        None => row.banner.into_bytes(),
    };
    Ok(Reply {
        at_us: epoch_us(row.at).ok_or_else(|| bad("at", row.at))?,
        target: Target { addr: row.addr, port: row.port, transport: transport(row.transport)? },
        host: row.host.map(Arc::from),
        state: State::from_word(row.state).ok_or_else(|| bad("state", row.state))?,
        reason: row.reason.into(),
        rtt_us: row.rtt_us,
        ttl: row.ttl,
        banner,
        findings: Findings { services: row.services.into_iter().map(service).collect(), facts: row.facts.0 },
        transcript: None,
    })
}

fn transport(word: &str) -> Result<Transport, String> {
    match word {
        "tcp" => Ok(Transport::Tcp),
        "udp" => Ok(Transport::Udp),
        _ => Err(bad("transport", word)),
    }
}

fn bad(name: &str, value: &str) -> String {
    format!("{name} cannot be {value:?}")
}

fn service(row: RowService<'_>) -> Service {
    Service {
        name: row.name.into(),
        part: row.part,
        vendor: row.vendor.map(Arc::from),
        product: row.product.map(Arc::from),
        version: row.version,
        cpe: row.cpe,
        distro: row.distro,
        revision: row.revision,
        confidence: row.confidence,
        version_source: row.version_source.into(),
        tls: row.tls,
        evidence: Evidence { probe: row.evidence.probe.into(), matched: row.evidence.matched.into() },
    }
}

impl<'de> Deserialize<'de> for Facts {
    fn deserialize<From: Deserializer<'de>>(from: From) -> Result<Self, From::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Facts;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object of facts")
            }

            fn visit_map<Map: MapAccess<'de>>(self, mut map: Map) -> Result<Facts, Map::Error> {
                let mut facts = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    facts.push(Fact { name: name.into(), value: value.into() });
                }
                Ok(Facts(facts))
            }
        }
        from.deserialize_map(Members)
    }
}

impl From<Value> for FactValue {
    fn from(value: Value) -> Self {
        match value {
            Value::Flag(flag) => Self::Flag(flag),
            Value::Number(number) => Self::Number(number),
            Value::Text(text) => Self::Text(text),
            Value::List(list) => Self::List(list),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jsonl::write;

    fn full() -> Reply {
        let service = Service {
            name: "http".into(),
            part: 'a',
            vendor: Some("apache".into()),
            product: Some("Apache \"httpd\"\u{202e}".into()),
            version: Some("2.4.62".into()),
            cpe: Some(r"cpe:2.3:a:apache:http_server:2.4.62:*:*:*:*:*:*:*".into()),
            distro: Some("Debian".into()),
            revision: Some("1~deb12u2".into()),
            confidence: 0.98,
            version_source: "header".into(),
            tls: true,
            evidence: Evidence { probe: "get".into(), matched: "http.apache".into() },
        };
        let facts = [
            ("z.text", FactValue::Text("a\0b".into())),
            ("a.number", FactValue::Number(i64::MIN)),
            ("b.flag", FactValue::Flag(true)),
            ("c.list", FactValue::List(vec!["one".into(), String::new()])),
        ];
        Reply {
            at_us: 1_700_000_000_000_001,
            target: Target { addr: "2001:db8::1".parse().expect("an address"), port: 443, transport: Transport::Udp },
            host: Some("www.example".into()),
            state: State::Silent,
            reason: "no-response".into(),
            rtt_us: Some(7),
            ttl: Some(64),
            banner: b"a\xff\0".to_vec(),
            findings: Findings {
                services: vec![service],
                facts: facts.map(|(name, value)| Fact { name: name.into(), value }).to_vec(),
            },
            transcript: None,
        }
    }

    fn written(reply: &Reply) -> Vec<u8> {
        let mut out = Vec::new();
        write(reply, &mut out);
        out
    }

    #[test]
    fn what_was_written_is_read_again() {
        assert_eq!(read(&written(&full())), Ok(full()));
    }

    #[test]
    fn a_row_that_is_not_ours_is_refused_with_its_reason() {
        let text = String::from_utf8(written(&full())).expect("JSON is UTF-8");
        let why = |from: &str, to: &str| read(text.replace(from, to).as_bytes()).expect_err("no row");
        assert_eq!(why("\"schema\":1", "\"schema\":2"), "a row of schema 2; this version reads 1");
        assert_eq!(why("\"udp\"", "\"ip\""), "transport cannot be \"ip\"");
        assert_eq!(why("open|silent", "shut"), "state cannot be \"shut\"");
        assert_eq!(why("2023-11-14T", "2023-11-31T"), "at cannot be \"2023-11-31T22:13:20.000001Z\"");
        assert_eq!(why("Yf8A", "Yf8"), "banner_base64 is no Base64");
        assert!(why("\"port\"", "\"haven\"").starts_with("no row of recon: missing field `port`"));
    }
}
