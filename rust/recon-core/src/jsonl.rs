//! Writes a reply as one JSON line, the contract other tools rely on (design §11). The only JSON writer of records.

pub(crate) mod read;
pub(crate) mod row;
mod values;

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

pub use self::read::read;
use self::values::{each, number, number_or_null, put, text, text_or_null};
use crate::lines;
use crate::purl;
use crate::registry;
use crate::reply::{Fact, FactValue, Reply, Service};
use crate::space::Transport;

/// Bumped on any change of the row.
pub const SCHEMA: u32 = 1;

/// Append `reply` and a line feed to `out`.
pub fn write(reply: &Reply, out: &mut Vec<u8>) {
    let target = &reply.target;
    put(out, "{\"schema\":");
    number(out, u64::from(SCHEMA), 1);
    put(out, ",\"at\":\"");
    push_timestamp(out, reply.at_us);
    put(out, "\",\"addr\":\"");
    address(out, target.addr);
    put(out, "\",\"host\":");
    text_or_null(out, reply.host.as_deref());
    put(out, ",\"port\":");
    number(out, u64::from(target.port), 1);
    member(out, "transport", transport(target.transport));
    member(out, "range", registry::range(target.port).as_str());
    put(out, ",\"registered\":");
    text_or_null(out, registry::name(target.port, target.transport));
    member(out, "state", reply.state.as_str());
    member(out, "reason", &reply.reason);
    put(out, ",\"rtt_us\":");
    number_or_null(out, reply.rtt_us.map(u64::from));
    put(out, ",\"ttl\":");
    number_or_null(out, reply.ttl.map(u64::from));
    put(out, ",\"services\":[");
    each(out, &reply.findings.services, service);
    put(out, "],\"facts\":{");
    each(out, &reply.findings.facts, fact);
    put(out, "},\"banner\":");
    banner(out, &reply.banner);
    put(out, "}\n");
}

/// RFC 3339 in UTC with microseconds.
#[must_use]
pub fn timestamp(epoch_us: i64) -> String {
    let mut text = Vec::with_capacity(27);
    push_timestamp(&mut text, epoch_us);
    lines::text(&text)
}

fn push_timestamp(out: &mut Vec<u8>, epoch_us: i64) {
    let (seconds, micros) = (epoch_us.div_euclid(1_000_000), epoch_us.rem_euclid(1_000_000));
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil(days);
    put(out, if year < 0 { "-" } else { "" });
    number(out, year.unsigned_abs(), if year < 0 { 3 } else { 4 });
    let parts =
        [("-", month, 2), ("-", day, 2), ("T", second / 3600, 2), (":", second / 60 % 60, 2), (":", second % 60, 2)];
    for (mark, value, digits) in parts.into_iter().chain([(".", micros, 6)]) {
        put(out, mark);
        number(out, value.unsigned_abs(), digits);
    }
    put(out, "Z");
}

/// Microseconds since the epoch of a [`timestamp`]; none when the text is no such thing.
#[must_use]
pub fn epoch_us(text: &str) -> Option<i64> {
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<i64>().ok();
    let (date, time) = (days(number(0..4)?, number(5..7)?, number(8..10)?), (number(11..13)?, number(14..16)?));
    let seconds = date * 86_400 + time.0 * 3600 + time.1 * 60 + number(17..19)?;
    let micros = seconds * 1_000_000 + number(20..26)?;
    let mut same = Vec::with_capacity(27);
    push_timestamp(&mut same, micros);
    (same == text.as_bytes()).then_some(micros)
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

/// The services of a row as one JSON list.
#[must_use]
pub fn services(services: &[Service]) -> String {
    let mut out = vec![b'['];
    each(&mut out, services, service);
    out.push(b']');
    lines::text(&out)
}

/// The facts of a row as one JSON object.
#[must_use]
pub fn facts(facts: &[Fact]) -> String {
    let mut out = vec![b'{'];
    each(&mut out, facts, fact);
    out.push(b'}');
    lines::text(&out)
}

/// One service of a row.
fn service(out: &mut Vec<u8>, service: &Service) {
    put(out, "{\"name\":");
    text(out, &service.name);
    put(out, ",\"part\":");
    text(out, service.part.encode_utf8(&mut [0; 4]));
    for (name, value) in [
        ("vendor", service.vendor.as_deref()),
        ("product", service.product.as_deref()),
        ("version", service.version.as_deref()),
        ("cpe", service.cpe.as_deref()),
    ] {
        key(out, name);
        text_or_null(out, value);
    }
    if let Some(purl) = purl::of(service) {
        member(out, "purl", &purl);
    }
    key(out, "distro");
    text_or_null(out, service.distro.as_deref());
    key(out, "revision");
    text_or_null(out, service.revision.as_deref());
    key(out, "confidence");
    // A number of two decimals is always written.
    let _ = serde_json::to_writer(&mut *out, &service.certainty());
    member(out, "version_source", &service.version_source);
    put(out, if service.tls { ",\"tls\":true" } else { ",\"tls\":false" });
    put(out, ",\"evidence\":{\"probe\":");
    text(out, &service.evidence.probe);
    member(out, "match", &service.evidence.matched);
    put(out, "}}");
}

/// One fact of a row.
fn fact(out: &mut Vec<u8>, fact: &Fact) {
    text(out, &fact.name);
    put(out, ":");
    match &fact.value {
        FactValue::Text(value) => text(out, value),
        FactValue::Number(value) => {
            put(out, if *value < 0 { "-" } else { "" });
            number(out, value.unsigned_abs(), 1);
        }
        FactValue::Flag(value) => put(out, if *value { "true" } else { "false" }),
        FactValue::List(values) => {
            put(out, "[");
            each(out, values, |out, value| text(out, value));
            put(out, "]");
        }
    }
}

/// What was said as text, and its exact bytes where those differ.
fn banner(out: &mut Vec<u8>, said: &[u8]) {
    if let Ok(said) = std::str::from_utf8(said) {
        return text(out, said);
    }
    text(out, &lines::text(said));
    member(out, "banner_base64", &STANDARD.encode(said));
}

/// A comma, and the name of a member.
fn key(out: &mut Vec<u8>, name: &str) {
    put(out, ",\"");
    put(out, name);
    put(out, "\":");
}

/// A comma, and a member whose value is a text.
fn member(out: &mut Vec<u8>, name: &str, value: &str) {
    key(out, name);
    text(out, value);
}

fn address(out: &mut Vec<u8>, addr: IpAddr) {
    match addr {
        IpAddr::V4(addr) => {
            for (at, octet) in addr.octets().into_iter().enumerate() {
                put(out, if at > 0 { "." } else { "" });
                number(out, u64::from(octet), 1);
            }
        }
        IpAddr::V6(addr) => put(out, &addr.to_string()),
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
