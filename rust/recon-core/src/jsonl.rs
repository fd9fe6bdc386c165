//! Writes a reply as one JSON line, the contract other tools rely on (design §11). The only JSON writer of records.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::lines;
use crate::purl;
use crate::registry;
use crate::reply::{Evidence, Fact, FactValue, Reply, Service};
use crate::space::Transport;

/// Bumped on any change of the row.
pub const SCHEMA: u32 = 1;

/// Append `reply` and a line feed to `out`.
pub fn write(reply: &Reply, out: &mut Vec<u8>) {
    // Serialising to memory fails only on a map key that is no string, and there is none.
    let _ = serde_json::to_writer(&mut *out, &Row::new(reply));
    out.push(b'\n');
}

/// RFC 3339 in UTC with microseconds.
#[must_use]
pub fn timestamp(epoch_us: i64) -> String {
    let (seconds, micros) = (epoch_us.div_euclid(1_000_000), epoch_us.rem_euclid(1_000_000));
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil(days);
    let mut text = String::with_capacity(27);
    let (hour, minute) = (second / 3600, second / 60 % 60);
    let _ = write!(text, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{:02}.{micros:06}Z", second % 60);
    text
}

/// Microseconds since the epoch of a [`timestamp`]; none when the text is no such thing.
#[must_use]
pub fn epoch_us(text: &str) -> Option<i64> {
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<i64>().ok();
    let (date, time) = (days(number(0..4)?, number(5..7)?, number(8..10)?), (number(11..13)?, number(14..16)?));
    let seconds = date * 86_400 + time.0 * 3600 + time.1 * 60 + number(17..19)?;
    let micros = seconds * 1_000_000 + number(20..26)?;
    (timestamp(micros) == text).then_some(micros)
}

/// A Gregorian date as days since 1970-01-01: the inverse of [`civil`].
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let from_march = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * from_march + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Days since 1970-01-01 as a Gregorian date, by whole 400-year eras that begin in March.
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

/// The word for a transport in every output.
#[must_use]
pub fn transport(transport: Transport) -> &'static str {
    match transport {
        Transport::Tcp => "tcp",
        Transport::Udp => "udp",
    }
}

#[derive(serde::Serialize)]
struct Row<'a> {
    schema: u32,
    at: String,
    addr: std::net::IpAddr,
    host: Option<&'a str>,
    port: u16,
    transport: &'static str,
    range: &'static str,
    registered: Option<&'static str>,
    state: &'static str,
    reason: &'a str,
    rtt_us: Option<u32>,
    ttl: Option<u8>,
    services: Vec<ServiceRow<'a>>,
    facts: Facts<'a>,
    banner: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    banner_base64: Option<String>,
}

impl<'a> Row<'a> {
    fn new(reply: &'a Reply) -> Self {
        let target = &reply.target;
        let banner = lines::text(&reply.banner);
        let exact = banner.as_bytes() == reply.banner;
        Self {
            schema: SCHEMA,
            at: timestamp(reply.at_us),
            addr: target.addr,
            host: reply.host.as_deref(),
            port: target.port,
            transport: transport(target.transport),
            range: registry::range(target.port).as_str(),
            registered: registry::name(target.port, target.transport),
            state: reply.state.as_str(),
            reason: &reply.reason,
            rtt_us: reply.rtt_us,
            ttl: reply.ttl,
            services: reply.findings.services.iter().map(ServiceRow::new).collect(),
            facts: Facts(&reply.findings.facts),
            banner,
            banner_base64: (!exact).then(|| STANDARD.encode(&reply.banner)),
        }
    }
}

#[derive(serde::Serialize)]
struct ServiceRow<'a> {
    name: &'a str,
    part: char,
    vendor: Option<&'a str>,
    product: Option<&'a str>,
    version: Option<&'a str>,
    cpe: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    purl: Option<String>,
    distro: Option<&'a str>,
    revision: Option<&'a str>,
    confidence: f64,
    version_source: &'a str,
    tls: bool,
    evidence: EvidenceRow<'a>,
}

impl<'a> ServiceRow<'a> {
    fn new(service: &'a Service) -> Self {
        Self {
            name: &service.name,
            part: service.part,
            vendor: service.vendor.as_deref(),
            product: service.product.as_deref(),
            version: service.version.as_deref(),
            cpe: service.cpe.as_deref(),
            purl: purl::of(service),
            distro: service.distro.as_deref(),
            revision: service.revision.as_deref(),
            confidence: service.certainty(),
            version_source: &service.version_source,
            tls: service.tls,
            evidence: EvidenceRow::new(&service.evidence),
        }
    }
}

#[derive(serde::Serialize)]
struct EvidenceRow<'a> {
    probe: &'a str,
    #[serde(rename = "match")]
    matched: &'a str,
}

impl<'a> EvidenceRow<'a> {
    fn new(evidence: &'a Evidence) -> Self {
        Self { probe: &evidence.probe, matched: &evidence.matched }
    }
}

struct Facts<'a>(&'a [Fact]);

impl Serialize for Facts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for fact in self.0 {
            match &fact.value {
                FactValue::Text(text) => map.serialize_entry(&*fact.name, text)?,
                FactValue::Number(number) => map.serialize_entry(&*fact.name, number)?,
                FactValue::Flag(flag) => map.serialize_entry(&*fact.name, flag)?,
                FactValue::List(list) => map.serialize_entry(&*fact.name, list)?,
            }
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reply::{Findings, State};
    use crate::space::Target;

    #[test]
    fn timestamps_are_rfc_3339() {
        assert_eq!(timestamp(0), "1970-01-01T00:00:00.000000Z");
        assert_eq!(timestamp(1_709_164_799_000_001), "2024-02-28T23:59:59.000001Z");
        assert_eq!(timestamp(1_709_164_800_000_000), "2024-02-29T00:00:00.000000Z");
        assert_eq!(timestamp(-1), "1969-12-31T23:59:59.999999Z");
        for micros in [0, 1_709_164_800_000_000, 4_102_444_799_999_999, -62_135_596_800_000_000] {
            assert_eq!(epoch_us(&timestamp(micros)), Some(micros));
        }
        assert_eq!(epoch_us("2024-02-30T00:00:00.000000Z"), None);
        assert_eq!(epoch_us("yesterday"), None);
    }

    #[test]
    fn a_row_holds_the_contract_and_the_exact_bytes() {
        let reply = Reply {
            at_us: 0,
            target: Target { addr: [127, 0, 0, 1].into(), port: 22, transport: Transport::Tcp },
            host: None,
            state: State::Open,
            reason: "syn-ack".into(),
            rtt_us: Some(85),
            ttl: None,
            banner: b"a\xffb".to_vec(),
            findings: Findings::default(),
            transcript: None,
        };
        let mut out = Vec::new();
        write(&reply, &mut out);
        let expected = concat!(
            r#"{"schema":1,"at":"1970-01-01T00:00:00.000000Z","addr":"127.0.0.1","host":null,"port":22,"#,
            r#""transport":"tcp","range":"well-known","registered":"ssh","state":"open","reason":"syn-ack","#,
            r#""rtt_us":85,"ttl":null,"services":[],"facts":{},"banner":"a\\xffb","banner_base64":"Yf9i"}"#,
            "\n"
        );
        assert_eq!(String::from_utf8(out).expect("JSON is UTF-8"), expected);
    }
}
