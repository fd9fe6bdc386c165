//! Ethernet frames and their VLAN tags (IEEE 802.3, 802.1Q). Only finds what is inside.

use super::neighbour;
use super::{Checks, Fault, Frame, Mac, ip};

pub(super) const IPV4: u16 = 0x0800;
pub(super) const ARP: u16 = 0x0806;
pub(super) const IPV6: u16 = 0x86dd;
pub(super) const VLAN: u16 = 0x8100;
const SERVICE_VLAN: u16 = 0x88a8;
/// Tags one behind the other: a service's and a customer's.
const TAGS: usize = 2;

/// Reads what is behind the header and up to [`TAGS`] tags.
pub(super) fn read(frame: &[u8], checks: Checks) -> Result<Frame<'_>, Fault> {
    let (head, mut rest) = frame.split_first_chunk::<12>().ok_or(Fault::Malformed)?;
    let [_, _, _, _, _, _, src @ ..] = *head;
    for _ in 0..=TAGS {
        let (kind, behind) = rest.split_first_chunk::<2>().ok_or(Fault::Malformed)?;
        match u16::from_be_bytes(*kind) {
            VLAN | SERVICE_VLAN => rest = behind.get(2..).ok_or(Fault::Malformed)?,
            IPV4 => return ip::read_v4(behind, checks),
            IPV6 => return ip::read_v6(behind, Some(Mac(src)), checks),
            ARP => return neighbour::read_arp(behind).map(Frame::Neighbour),
            _ => return Err(Fault::Foreign),
        }
    }
    Err(Fault::Foreign)
}
