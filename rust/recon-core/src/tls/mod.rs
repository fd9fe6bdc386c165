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

impl Session {
    /// The session as a transcript keeps it: version, cipher and ALPN, each with a NUL, then the first certificate.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let words = [self.version.as_str(), self.cipher.as_str(), self.alpn.as_deref().unwrap_or_default()];
        let mut bytes: Vec<u8> = words.iter().flat_map(|word| [word.as_bytes(), b"\0"].concat()).collect();
        bytes.extend(self.chain.first().into_iter().flatten());
        bytes
    }

    /// The session that [`Session::to_bytes`] made; what is missing stays empty.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let mut parts = bytes.splitn(4, |&byte| byte == 0);
        let mut word = || String::from_utf8_lossy(parts.next().unwrap_or_default()).into_owned();
        let (version, cipher, alpn) = (word(), word(), word());
        let certificate = parts.next().filter(|der| !der.is_empty());
        Self {
            version,
            cipher,
            alpn: (!alpn.is_empty()).then_some(alpn),
            chain: certificate.map(<[u8]>::to_vec).into_iter().collect(),
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_survives_its_bytes() {
        let session = Session {
            version: "1.3".into(),
            cipher: "TLS13_AES_256_GCM_SHA384".into(),
            alpn: Some("http/1.1".into()),
            chain: vec![vec![0x30, 0, 0, 7]],
        };
        assert_eq!(Session::from_bytes(&session.to_bytes()), session);
        assert_eq!(Session::from_bytes(b""), Session::default());
    }
}
