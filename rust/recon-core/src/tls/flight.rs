//! Reads a server's first flight as far as it is in the clear: `ServerHello` and `Certificate` (RFC 5246 section 7.4).
//! Never panics, whatever the bytes.

use super::Session;

const HANDSHAKE: u8 = 22;
const SERVER_HELLO: u8 = 2;
const CERTIFICATE: u8 = 11;
/// Certificates read of a chain.
const CHAIN_LIMIT: usize = 8;

/// What the flight says; none when it holds no whole `ServerHello`.
#[must_use]
pub fn server_flight(bytes: &[u8]) -> Option<Session> {
    let messages = handshake_bytes(bytes);
    let mut rest = Reader(&messages);
    let mut session = None;
    while let Some((kind, body)) = rest.message() {
        match kind {
            SERVER_HELLO => session = server_hello(body),
            CERTIFICATE => {
                if let Some(session) = &mut session {
                    session.chain = certificates(body);
                }
            }
            _ => {}
        }
    }
    session
}

/// The contents of all handshake records, joined.
fn handshake_bytes(bytes: &[u8]) -> Vec<u8> {
    let mut rest = Reader(bytes);
    let mut joined = Vec::new();
    while let Some(&[kind, _, _]) = rest.take(3) {
        let Some(body) = rest.counted(2) else {
            break;
        };
        if kind == HANDSHAKE {
            joined.extend_from_slice(body);
        }
    }
    joined
}

fn server_hello(body: &[u8]) -> Option<Session> {
    let mut rest = Reader(body);
    let version = rest.take(2)?;
    rest.take(32)?;
    rest.counted(1)?;
    let cipher = rest.take(2)?;
    let cipher = u16::from_be_bytes([cipher[0], cipher[1]]);
    Some(Session { version: version_name(version), cipher: format!("0x{cipher:04x}"), alpn: None, chain: Vec::new() })
}

fn version_name(version: &[u8]) -> String {
    match version {
        [3, 0] => "SSL 3.0".to_owned(),
        [3, minor] => format!("1.{}", i32::from(*minor) - 1),
        other => format!("{other:02x?}"),
    }
}

fn certificates(body: &[u8]) -> Vec<Vec<u8>> {
    let Some(list) = Reader(body).counted(3) else {
        return Vec::new();
    };
    let mut rest = Reader(list);
    std::iter::from_fn(|| rest.counted(3)).take(CHAIN_LIMIT).map(<[u8]>::to_vec).collect()
}

/// Takes from the front; none when too little is left.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(head)
    }

    /// A field behind its length of `width` bytes.
    fn counted(&mut self, width: usize) -> Option<&'a [u8]> {
        let length = self.take(width)?.iter().fold(0, |sum, &byte| sum << 8 | usize::from(byte));
        self.take(length)
    }

    fn message(&mut self) -> Option<(u8, &'a [u8])> {
        let kind = *self.take(1)?.first()?;
        Some((kind, self.counted(3)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A `ServerHello` for TLS 1.0 with suite 0x002f and a `Certificate` of two, in two records.
    fn flight() -> Vec<u8> {
        let mut hello = vec![SERVER_HELLO, 0, 0, 38, 3, 1];
        hello.extend([7; 32]);
        hello.extend([0, 0x00, 0x2f, 0]);
        let certificate = [CERTIFICATE, 0, 0, 13, 0, 0, 10, 0, 0, 2, 1, 2, 0, 0, 2, 3, 4];
        let record = |body: &[u8]| [&[HANDSHAKE, 3, 1, 0, body.len() as u8], body].concat();
        [record(&hello), record(&certificate)].concat()
    }

    #[test]
    fn an_old_server_shows_its_version_suite_and_chain() {
        let session = server_flight(&flight()).expect("a whole flight");
        assert_eq!((session.version.as_str(), session.cipher.as_str()), ("1.0", "0x002f"));
        assert_eq!(session.chain, vec![vec![1, 2], vec![3, 4]]);
    }

    #[test]
    fn a_cut_flight_gives_what_is_whole() {
        let whole = flight();
        for end in 0..whole.len() {
            let session = server_flight(&whole[..end]);
            assert!(session.is_none_or(|session| session.chain.is_empty()), "{end}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = server_flight(&bytes);
        }
    }
}
