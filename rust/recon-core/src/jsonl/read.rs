//! Reads rows that [`write`](super::write) wrote, exactly. Must never guess: a row of another schema is refused.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::epoch_us;
use super::row::{self, Facts, Row, RowService, Text, Value};
use crate::reply::{Evidence, Fact, FactValue, Findings, Reply, Service, State};
use crate::space::{Target, Transport};

/// Reads one line, its line feed included or not.
///
/// # Errors
/// Why it is no row of this version, in words.
pub fn read(line: &[u8]) -> Result<Reply, String> {
    reply(row::row(line)?)
}

fn reply(row: Row<'_>) -> Result<Reply, String> {
    let banner = match row.banner_base64 {
        Some(exact) => STANDARD.decode(exact).map_err(|_| "banner_base64 is no Base64".to_owned())?,
        None => row.banner.owned().into_bytes(),
    };
    Ok(Reply {
        at_us: at_us(row.at)?,
        target: Target { addr: row.addr, port: row.port, transport: transport(row.transport)? },
        host: row.host.map(shared),
        state: state(row.state)?,
        reason: row.reason.owned().into(),
        rtt_us: row.rtt_us,
        ttl: row.ttl,
        banner,
        findings: Findings { services: row.services.into_iter().map(service).collect(), facts: facts(row.facts) },
        transcript: None,
    })
}

/// Microseconds since the epoch.
pub(crate) fn at_us(word: &str) -> Result<i64, String> {
    epoch_us(word).ok_or_else(|| bad("at", word))
}

pub(crate) fn state(word: &str) -> Result<State, String> {
    State::from_word(word).ok_or_else(|| bad("state", word))
}

pub(crate) fn transport(word: &str) -> Result<Transport, String> {
    match word {
        "tcp" => Ok(Transport::Tcp),
        "udp" => Ok(Transport::Udp),
        _ => Err(bad("transport", word)),
    }
}

fn bad(name: &str, value: &str) -> String {
    format!("{name} cannot be {value:?}")
}

fn shared(text: Text<'_>) -> Arc<str> {
    text.0.into()
}

fn service(row: RowService<'_>) -> Service {
    Service {
        name: row.name.0.into(),
        part: row.part,
        vendor: row.vendor.map(shared),
        product: row.product.map(shared),
        version: row.version.map(Text::owned),
        cpe: row.cpe.map(Text::owned),
        distro: row.distro.map(Text::owned),
        revision: row.revision.map(Text::owned),
        confidence: row.confidence,
        version_source: row.version_source.0.into(),
        tls: row.tls,
        evidence: Evidence { probe: row.evidence.probe.0.into(), matched: row.evidence.matched.0.into() },
    }
}

fn facts(facts: Facts<'_>) -> Vec<Fact> {
    facts.0.into_iter().map(|(name, value)| Fact { name: name.0.into(), value: value.into() }).collect()
}

impl From<Value<'_>> for FactValue {
    fn from(value: Value<'_>) -> Self {
        match value {
            Value::Flag(flag) => Self::Flag(flag),
            Value::Number(number) => Self::Number(number),
            Value::Text(text) => Self::Text(text.owned()),
            Value::List(list) => Self::List(list.into_iter().map(Text::owned).collect()),
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
