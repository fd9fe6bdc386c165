//! Fills `{host}`, `{port}` and `{authority}` into a payload. Knows no protocol.

use std::net::IpAddr;

use super::Subject;

/// Ports that an authority leaves out, as clients do (RFC 9110 section 4.2).
const DEFAULT_PORTS: [u16; 2] = [80, 443];

/// The payload with the user's name for the address, or the address itself, in its places.
pub(super) fn payload(payload: &[u8], subject: &Subject) -> Vec<u8> {
    if !payload.contains(&b'{') {
        return payload.to_vec();
    }
    let (host, port) = (host(subject), subject.target.port);
    let authority = if DEFAULT_PORTS.contains(&port) { host.clone() } else { format!("{host}:{port}") };
    let filled = replace(payload, b"{host}", host.as_bytes());
    let filled = replace(&filled, b"{authority}", authority.as_bytes());
    replace(&filled, b"{port}", port.to_string().as_bytes())
}

/// A URI host (RFC 3986 section 3.2.2): IPv6 in brackets.
fn host(subject: &Subject) -> String {
    match (&subject.host, subject.target.addr) {
        (Some(name), _) => name.to_string(),
        (None, IpAddr::V4(addr)) => addr.to_string(),
        (None, IpAddr::V6(addr)) => format!("[{addr}]"),
    }
}

fn replace(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + to.len());
    let mut last = 0;
    for at in memchr::memmem::find_iter(text, from) {
        out.extend_from_slice(&text[last..at]);
        out.extend_from_slice(to);
        last = at + from.len();
    }
    out.extend_from_slice(&text[last..]);
    out
}
