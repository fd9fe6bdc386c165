//! The digest of a space: FNV-1a with 64 bits (G. Fowler, L. C. Noll, K.-P. Vo). Stable for ever.

use super::Block;
use super::range::Family;
use crate::parse_ports::PortSet;
use crate::space::Transport;

const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

/// Digests blocks in their order: family, first address, count, ports.
pub(super) fn of(blocks: &[Block]) -> u64 {
    blocks.iter().fold(OFFSET, |state, block| {
        let family = match block.family {
            Family::V4 => 4,
            Family::V6 => 6,
        };
        let state = bytes(state, &[family]);
        let state = bytes(state, &block.first.to_be_bytes());
        let state = bytes(state, &block.addresses.to_be_bytes());
        ports(state, &block.ports)
    })
}

fn ports(state: u64, ports: &PortSet) -> u64 {
    let state = bytes(state, &(ports.ranges().len() as u64).to_be_bytes());
    ports.ranges().iter().fold(state, |state, span| {
        let transport = match span.transport {
            Transport::Tcp => 6,
            Transport::Udp => 17,
        };
        let state = bytes(state, &[transport]);
        let state = bytes(state, &span.first.to_be_bytes());
        bytes(state, &span.last.to_be_bytes())
    })
}

fn bytes(state: u64, data: &[u8]) -> u64 {
    data.iter().fold(state, |state, byte| (state ^ u64::from(*byte)).wrapping_mul(PRIME))
}
