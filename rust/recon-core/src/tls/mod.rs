//! What TLS tells before and besides its contents: versions, ciphers, certificates. No cryptography, no I/O.

mod facts;
mod flight;
mod hello;

use std::sync::Arc;

use crate::matcher::GRAMMAR;
use crate::reply::{Evidence, Findings, Service};

pub use facts::facts;
pub use flight::server_flight;
pub use hello::client_hello;

/// What a handshake settled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Session {
    /// `1.3`, `1.2`, … (RFC 8446 section 4.1.2).
    pub version: String,
    /// The suite's name in the IANA registry, or its number.
    pub cipher: String,
    /// The application protocol agreed on (RFC 7301).
    pub alpn: Option<String>,
    /// The certificates in DER, the server's own first.
    pub chain: Vec<Vec<u8>>,
}

/// Whether bytes begin like a TLS record of a handshake or an alert (RFC 8446 section 5.1).
#[must_use]
pub fn looks_like(bytes: &[u8]) -> bool {
    matches!(bytes, [0x15 | 0x16, 3, 0..=4, ..])
}

/// Name TLS itself where nothing inside it has a name.
pub(crate) fn crown(findings: &mut Findings) {
    if findings.services.iter().any(|service| service.tls) {
        return;
    }
    let word: Arc<str> = "tls".into();
    findings.services.push(Service {
        name: word.clone(),
        part: 'a',
        vendor: None,
        product: None,
        version: None,
        cpe: None,
        distro: None,
        revision: None,
        confidence: GRAMMAR,
        version_source: "none".into(),
        tls: true,
        evidence: Evidence { probe: word.clone(), matched: word },
    });
}
