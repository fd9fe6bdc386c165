//! One SYN in an Ethernet frame, of which only the target changes. Pure.

use std::net::Ipv4Addr;

/// Bytes of the frame: Ethernet 14, IPv4 20, TCP 20.
pub(super) const LENGTH: usize = 54;
const SOURCE_PORT: u16 = 62_000;
const IP_SUM: usize = 24;
const TARGET: usize = 30;
const TCP_SUM: usize = 50;

/// The frame, and the sums of all but the target's address.
pub(super) struct Syn {
    frame: [u8; LENGTH],
    ip_sum: u32,
    tcp_sum: u32,
}

impl Syn {
    /// A SYN from `own` and `source` by way of `next` to `port`.
    pub(super) fn new(next: [u8; 6], own: [u8; 6], source: Ipv4Addr, port: u16) -> Self {
        let mut frame = [0; LENGTH];
        frame[..6].copy_from_slice(&next);
        frame[6..12].copy_from_slice(&own);
        frame[12..24].copy_from_slice(&[8, 0, 0x45, 0, 0, 40, 0, 0, 0x40, 0, 64, 6]);
        frame[26..30].copy_from_slice(&source.octets());
        frame[34..36].copy_from_slice(&SOURCE_PORT.to_be_bytes());
        frame[36..38].copy_from_slice(&port.to_be_bytes());
        frame[46..50].copy_from_slice(&[0x50, 0x02, 0xff, 0xff]);
        // The pseudo header: source (26..30, with the target added later), protocol 6, length 20.
        let tcp_sum = sum(&frame[26..]) + 6 + 20;
        Self { frame, ip_sum: sum(&frame[14..34]), tcp_sum }
    }

    /// Write the whole frame.
    pub(super) fn write(&self, room: &mut [u8], target: u32) {
        room[..LENGTH].copy_from_slice(&self.frame);
        self.aim(room, target);
    }

    /// Change the target of a frame that `write` has written.
    pub(super) fn aim(&self, frame: &mut [u8], target: u32) {
        let added = (target >> 16) + (target & 0xffff);
        frame[TARGET..TARGET + 4].copy_from_slice(&target.to_be_bytes());
        frame[IP_SUM..IP_SUM + 2].copy_from_slice(&folded(self.ip_sum + added));
        frame[TCP_SUM..TCP_SUM + 2].copy_from_slice(&folded(self.tcp_sum + added));
    }
}

fn sum(bytes: &[u8]) -> u32 {
    bytes.chunks_exact(2).map(|pair| u32::from(u16::from_be_bytes([pair[0], pair[1]]))).sum()
}

fn folded(sum: u32) -> [u8; 2] {
    let once = (sum & 0xffff) + (sum >> 16);
    (!(once + (once >> 16)) as u16).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_hold_for_every_target() {
        let syn = Syn::new([2; 6], [4; 6], Ipv4Addr::new(10, 99, 0, 1), 80);
        for target in [0, 1, 0x0a62_0001, 0x0a62_ffff, u32::MAX] {
            let mut frame = [0; LENGTH];
            syn.write(&mut frame, target);
            // A range that holds its own checksum sums up to all ones.
            assert_eq!(folded(sum(&frame[14..34])), [0, 0], "{target:#x}");
            assert_eq!(folded(sum(&frame[26..]) + 6 + 20), [0, 0], "{target:#x}");
        }
    }
}
