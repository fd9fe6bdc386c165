//! A `ClientHello` of an older, broad-minded client: what servers answer that a modern library refuses.

/// Suites offered: forward secret ones first, then RSA key exchange and what the nineties had
/// (IANA TLS Cipher Suites registry).
const SUITES: [u16; 30] = [
    0xc02f, 0xc030, 0xc02b, 0xc02c, 0xcca8, 0xcca9, 0x009e, 0x009f, 0xc027, 0xc028, 0xc013, 0xc014, 0xc009, 0xc00a,
    0x0033, 0x0039, 0x0067, 0x006b, 0x009c, 0x009d, 0x003c, 0x003d, 0x002f, 0x0035, 0x0041, 0x0084, 0x000a, 0x0016,
    0x0005, 0x0004,
];
/// x25519, secp256r1, secp384r1, secp521r1, ffdhe2048 (IANA TLS Supported Groups).
const GROUPS: [u16; 5] = [0x001d, 0x0017, 0x0018, 0x0019, 0x0100];
/// RSA-PSS, ECDSA and RSA with SHA-2, then SHA-1 and DSA (IANA TLS `SignatureScheme`).
const SCHEMES: [u16; 12] =
    [0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201, 0x0202];

const HANDSHAKE: u8 = 22;
const CLIENT_HELLO: u8 = 1;
const TLS_1_0: [u8; 2] = [3, 1];
const TLS_1_2: [u8; 2] = [3, 3];
const RANDOM_BYTES: usize = 32;

const SERVER_NAME: u16 = 0;
const SUPPORTED_GROUPS: u16 = 10;
const POINT_FORMATS: u16 = 11;
const SIGNATURE_ALGORITHMS: u16 = 13;

/// A `ClientHello` for TLS 1.0 to 1.2 (RFC 5246 section 7.4.1.2); `seed` fills the random, `host` is the server name.
#[must_use]
pub fn client_hello(host: Option<&str>, seed: u64) -> Vec<u8> {
    let mut body = TLS_1_2.to_vec();
    body.extend(random(seed));
    body.push(0); // no session to resume
    body.extend(counted_16(&words(&SUITES)));
    body.extend([1, 0]); // no compression
    body.extend(counted_16(&extensions(host)));
    let mut message = vec![CLIENT_HELLO, 0];
    message.extend(counted_16(&body));
    let mut record = vec![HANDSHAKE, TLS_1_0[0], TLS_1_0[1]];
    record.extend(counted_16(&message));
    record
}

fn extensions(host: Option<&str>) -> Vec<u8> {
    let mut all = Vec::new();
    if let Some(host) = host.filter(|host| host.parse::<std::net::IpAddr>().is_err()) {
        let mut name = vec![0];
        name.extend(counted_16(host.as_bytes()));
        all.extend(extension(SERVER_NAME, &counted_16(&name)));
    }
    all.extend(extension(SUPPORTED_GROUPS, &counted_16(&words(&GROUPS))));
    all.extend(extension(POINT_FORMATS, &[1, 0]));
    all.extend(extension(SIGNATURE_ALGORITHMS, &counted_16(&words(&SCHEMES))));
    all
}

fn extension(kind: u16, data: &[u8]) -> Vec<u8> {
    let mut whole = kind.to_be_bytes().to_vec();
    whole.extend(counted_16(data));
    whole
}

fn counted_16(data: &[u8]) -> Vec<u8> {
    let mut whole = (data.len() as u16).to_be_bytes().to_vec();
    whole.extend(data);
    whole
}

fn words(values: &[u16]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_be_bytes()).collect()
}

/// Bytes that differ from seed to seed (`SplitMix64`); nothing secret rests on them, since no key is ever agreed.
fn random(seed: u64) -> Vec<u8> {
    let mut state = seed;
    let mut bytes = Vec::with_capacity(RANDOM_BYTES);
    while bytes.len() < RANDOM_BYTES {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bytes.extend((mixed ^ (mixed >> 31)).to_be_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lengths_of_all_layers_agree() {
        for host in [None, Some("example.test"), Some("192.0.2.1")] {
            let hello = client_hello(host, 7);
            let record = usize::from(u16::from_be_bytes([hello[3], hello[4]]));
            let message = usize::from(u16::from_be_bytes([hello[7], hello[8]]));
            assert_eq!((record, message), (hello.len() - 5, hello.len() - 9));
            assert_eq!(host == Some("example.test"), memchr::memmem::find(&hello, b"example.test").is_some());
        }
    }
}
