//! TLS over bytes: wraps rustls so that any certificate is accepted and shown. No sockets here.

use std::io::{Cursor, Read, Write};
use std::net::IpAddr;
use std::sync::Arc;

use recon_core::tls::Session;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ClientConnection, Resumption};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, ProtocolVersion, SignatureScheme};

/// What came before a handshake failed, kept to tell what the peer speaks instead.
const EARLY_LIMIT: usize = 4096;
/// Plain bytes read at once.
const PLAIN_BYTES: usize = 16 * 1024;
/// The application protocol offered (RFC 7301).
const ALPN: &[u8] = b"http/1.1";

/// The settings of every handshake of a run.
#[derive(Debug)]
pub(crate) struct Configs {
    http: Arc<ClientConfig>,
    bare: Arc<ClientConfig>,
}

impl Configs {
    /// With or without the offer of an application protocol.
    pub(crate) fn pick(&self, alpn: bool) -> &Arc<ClientConfig> {
        if alpn { &self.http } else { &self.bare }
    }
}

/// Make the settings once.
pub(crate) fn config() -> Result<Configs, Error> {
    let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()));
    let mut bare = builder
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyCertificate))
        .with_no_client_auth();
    bare.resumption = Resumption::disabled();
    let mut http = bare.clone();
    http.alpn_protocols = vec![ALPN.to_vec()];
    Ok(Configs { http: Arc::new(http), bare: Arc::new(bare) })
}

/// What feeding bytes came to.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// The handshake was finished by these bytes.
    pub(crate) secured: bool,
    /// What the peer said inside.
    pub(crate) plain: Vec<u8>,
    /// It cannot go on.
    pub(crate) failed: bool,
}

/// TLS on one connection.
#[derive(Debug)]
pub(crate) struct TlsWire {
    inner: ClientConnection,
    early: Vec<u8>,
    secured: bool,
}

impl TlsWire {
    /// Begin a handshake; `host` is the server name, without one the address says who is meant.
    pub(crate) fn new(config: &Arc<ClientConfig>, host: Option<&str>, addr: IpAddr) -> Option<Self> {
        let named = host.and_then(|host| ServerName::try_from(host.to_owned()).ok());
        let name = named.unwrap_or_else(|| ServerName::from(addr));
        let inner = ClientConnection::new(config.clone(), name).ok()?;
        Some(Self { inner, early: Vec::new(), secured: false })
    }

    /// Take bytes from the wire.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> Progress {
        self.remember(bytes);
        let mut progress = Progress::default();
        let mut rest = Cursor::new(bytes);
        while (rest.position() as usize) < bytes.len() && !progress.failed {
            progress.failed = !self.step(&mut rest, &mut progress.plain);
        }
        if !self.secured && !self.inner.is_handshaking() && !progress.failed {
            self.secured = true;
            self.early.clear();
            progress.secured = true;
        }
        progress
    }

    /// Encrypt what is to be said.
    pub(crate) fn say(&mut self, plain: &[u8]) {
        // Writing goes to memory; a full buffer only cuts a payload that no probe has.
        let _ = self.inner.writer().write_all(plain);
    }

    /// Bytes for the wire.
    pub(crate) fn outgoing(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        while self.inner.wants_write() && self.inner.write_tls(&mut out).is_ok_and(|count| count > 0) {}
        out
    }

    /// Whether the handshake is over.
    pub(crate) fn is_secured(&self) -> bool {
        self.secured
    }

    /// What came while the handshake was not over.
    pub(crate) fn early(&self) -> &[u8] {
        &self.early
    }

    /// What the handshake settled.
    pub(crate) fn session(&self) -> Session {
        let suite = self.inner.negotiated_cipher_suite();
        let certificates = self.inner.peer_certificates().unwrap_or_default();
        Session {
            version: self.inner.protocol_version().map(version).unwrap_or_default(),
            cipher: suite.map(|suite| format!("{:?}", suite.suite())).unwrap_or_default(),
            alpn: self.inner.alpn_protocol().map(|alpn| String::from_utf8_lossy(alpn).into_owned()),
            chain: certificates.iter().map(|certificate| certificate.to_vec()).collect(),
        }
    }

    /// Feed what fits and read what is plain; whether it can go on.
    fn step(&mut self, rest: &mut Cursor<&[u8]>, plain: &mut Vec<u8>) -> bool {
        if !self.inner.read_tls(rest).is_ok_and(|count| count > 0) || self.inner.process_new_packets().is_err() {
            return false;
        }
        let mut buffer = [0; PLAIN_BYTES];
        while let Ok(count @ 1..) = self.inner.reader().read(&mut buffer) {
            plain.extend_from_slice(&buffer[..count]);
        }
        true
    }

    fn remember(&mut self, bytes: &[u8]) {
        if !self.secured {
            let room = EARLY_LIMIT - self.early.len().min(EARLY_LIMIT);
            self.early.extend_from_slice(&bytes[..bytes.len().min(room)]);
        }
    }
}

fn version(version: ProtocolVersion) -> String {
    match version {
        ProtocolVersion::TLSv1_2 => "1.2".to_owned(),
        ProtocolVersion::TLSv1_3 => "1.3".to_owned(),
        other => format!("{other:?}"),
    }
}

/// Accepts every certificate: a scanner reports it, whoever signed it.
#[derive(Debug)]
struct AnyCertificate;

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![
            SignatureScheme::ECDSA_NISTP256_SHA256,
            SignatureScheme::ECDSA_NISTP384_SHA384,
            SignatureScheme::ECDSA_NISTP521_SHA512,
            SignatureScheme::ED25519,
            SignatureScheme::ED448,
            SignatureScheme::RSA_PSS_SHA256,
            SignatureScheme::RSA_PSS_SHA384,
            SignatureScheme::RSA_PSS_SHA512,
            SignatureScheme::RSA_PKCS1_SHA256,
            SignatureScheme::RSA_PKCS1_SHA384,
            SignatureScheme::RSA_PKCS1_SHA512,
            SignatureScheme::ECDSA_SHA1_Legacy,
            SignatureScheme::RSA_PKCS1_SHA1,
        ]
    }
}
