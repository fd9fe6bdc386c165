//! A session's facts: version, cipher, and what the certificate says of itself (RFC 5280). Judges nothing.

use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};
use x509_parser::public_key::PublicKey;

use super::Session;
use crate::jsonl;
use crate::reply::{Fact, FactValue};

/// Names of a certificate that become a fact; the rest are counted.
const NAMES_LIMIT: usize = 64;
/// The most bytes of a certificate that is read.
const CERTIFICATE_LIMIT: usize = 64 * 1024;
/// The most characters of one name.
const TEXT_LIMIT: usize = 512;
const MICROS: i64 = 1_000_000;

/// The facts of a session, all named `tls.…`; `epoch_s` is the time at which validity is judged.
#[must_use]
pub fn facts(session: &Session, asked_for: Option<&str>, epoch_s: i64) -> Vec<Fact> {
    let mut facts = vec![text("tls.version", &session.version), text("tls.cipher", &session.cipher)];
    facts.extend(session.alpn.as_deref().map(|alpn| text("tls.alpn", alpn)));
    facts.extend(asked_for.map(|name| text("tls.server_name", name)));
    let der = session.chain.first().filter(|der| der.len() <= CERTIFICATE_LIMIT);
    match der.map(|der| X509Certificate::from_der(der)) {
        Some(Ok((_, certificate))) => facts.extend(certificate_facts(&certificate, epoch_s)),
        Some(Err(_)) => facts.push(text("tls.certificate_error", "not an X.509 certificate")),
        None if session.chain.is_empty() => {}
        None => facts.push(text("tls.certificate_error", "too large to read")),
    }
    facts
}

fn certificate_facts(certificate: &X509Certificate<'_>, epoch_s: i64) -> Vec<Fact> {
    let (from, until) = (certificate.validity().not_before.timestamp(), certificate.validity().not_after.timestamp());
    let (subject, issuer) = (certificate.subject().to_string(), certificate.issuer().to_string());
    let mut facts = vec![
        text("tls.subject", &subject),
        text("tls.issuer", &issuer),
        text("tls.not_before", &jsonl::timestamp(from.saturating_mul(MICROS))),
        text("tls.not_after", &jsonl::timestamp(until.saturating_mul(MICROS))),
        text("tls.serial", &certificate.raw_serial_as_string()),
        text("tls.key", &key(certificate)),
        flag("tls.self_signed", certificate.subject() == certificate.issuer()),
        flag("tls.expired", epoch_s > until),
    ];
    facts.extend(names(certificate));
    facts
}

fn names(certificate: &X509Certificate<'_>) -> Vec<Fact> {
    let Ok(Some(extension)) = certificate.subject_alternative_name() else {
        return Vec::new();
    };
    let all = &extension.value.general_names;
    let shown = all.iter().filter_map(name).take(NAMES_LIMIT).collect();
    let mut facts = vec![Fact { name: "tls.names".into(), value: FactValue::List(shown) }];
    if all.len() > NAMES_LIMIT {
        facts.push(Fact { name: "tls.names_total".into(), value: FactValue::Number(all.len() as i64) });
    }
    facts
}

fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) | GeneralName::RFC822Name(name) | GeneralName::URI(name) => Some(cut(name)),
        GeneralName::IPAddress(bytes) => match bytes.len() {
            4 => Some(std::net::IpAddr::from(<[u8; 4]>::try_from(*bytes).ok()?).to_string()),
            16 => Some(std::net::IpAddr::from(<[u8; 16]>::try_from(*bytes).ok()?).to_string()),
            _ => None,
        },
        _ => None,
    }
}

/// Kind and size of the public key, such as `rsa 2048`.
fn key(certificate: &X509Certificate<'_>) -> String {
    let info = certificate.public_key();
    match info.parsed() {
        Ok(PublicKey::RSA(key)) => format!("rsa {}", key.key_size()),
        Ok(PublicKey::EC(point)) => format!("ec {}", point.key_size()),
        Ok(PublicKey::DSA(_)) => "dsa".to_owned(),
        _ => format!("oid {}", info.algorithm.algorithm),
    }
}

fn text(name: &str, value: &str) -> Fact {
    Fact { name: name.into(), value: FactValue::Text(cut(value)) }
}

fn flag(name: &str, value: bool) -> Fact {
    Fact { name: name.into(), value: FactValue::Flag(value) }
}

fn cut(text: &str) -> String {
    text.chars().take(TEXT_LIMIT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_without_a_certificate_still_tells_its_version() {
        let session = Session { version: "1.3".into(), cipher: "TLS_AES_128_GCM_SHA256".into(), ..Session::default() };
        let names: Vec<_> = facts(&session, None, 0).iter().map(|fact| fact.name.to_string()).collect();
        assert_eq!(names, ["tls.version", "tls.cipher"]);
    }

    #[test]
    fn a_broken_or_huge_certificate_is_a_fact_not_a_panic() {
        for (der, why) in [(vec![0x30, 3, 1], "not an"), (vec![0x30; CERTIFICATE_LIMIT + 1], "too large")] {
            let session = Session { chain: vec![der], ..Session::default() };
            let found = facts(&session, None, 0);
            let error = found.iter().find(|fact| &*fact.name == "tls.certificate_error").expect("it is told");
            assert!(matches!(&error.value, FactValue::Text(text) if text.starts_with(why)));
        }
    }
}
