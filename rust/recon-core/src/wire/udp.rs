//! UDP datagrams (RFC 768) as a view. What they say is for others to read.

use std::net::IpAddr;

use super::ip::Head;
use super::{Checks, Fault, word};

pub(super) const HEADER: usize = 8;

/// A datagram that came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Udp<'a> {
    /// The sender's port.
    pub src_port: u16,
    /// Ours.
    pub dst_port: u16,
    /// The bytes.
    pub payload: &'a [u8],
}

/// Reads a datagram. A checksum of nought means none over IPv4, and is an error over IPv6 (RFC 8200 §8.1).
pub(super) fn read<'a>(head: &Head, bytes: &'a [u8], checks: Checks) -> Result<Udp<'a>, Fault> {
    let fixed = bytes.first_chunk::<HEADER>().ok_or(Fault::Malformed)?;
    let datagram = bytes.get(..usize::from(word(fixed, 4))).ok_or(Fault::Malformed)?;
    let payload = datagram.get(HEADER..).ok_or(Fault::Malformed)?;
    if word(fixed, 6) != 0 || matches!(head.src, IpAddr::V6(_)) {
        head.vouches(datagram, checks)?;
        // A sum over v6 that is nought on the wire adds up by chance only; it stands for "none" all the same.
        if word(fixed, 6) == 0 && checks == Checks::All {
            return Err(Fault::Malformed);
        }
    }
    Ok(Udp { src_port: word(fixed, 0), dst_port: word(fixed, 2), payload })
}
