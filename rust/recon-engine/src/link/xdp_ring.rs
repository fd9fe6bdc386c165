//! The rings that an `AF_XDP` socket shares with the kernel: one writes, the other reads. Only ours are written.
//!
//! Source: the kernel's `Documentation/networking/af_xdp.rst` and `linux/if_xdp.h`.

use std::io;
use std::os::fd::BorrowedFd;
use std::sync::atomic::Ordering;

use rustix::net::xdp::XdpRingOffset;

use super::map::Map;

/// Bytes of a descriptor: address, length, options.
pub(super) const DESCRIPTOR: usize = 16;
/// Bytes of an address.
pub(super) const ADDRESS: usize = 8;

/// One ring. Positions count up and wrap; a position's entry is its remainder.
pub(super) struct XdpRing {
    map: Map,
    producer: usize,
    consumer: usize,
    entries: usize,
    count: u32,
    size: usize,
}

impl XdpRing {
    /// Map a ring of `count` entries, a power of two, of `size` bytes each, which the socket shares at `page`.
    pub(super) fn map(
        fd: BorrowedFd<'_>,
        page: u64,
        offsets: &XdpRingOffset,
        count: u32,
        size: usize,
    ) -> io::Result<Self> {
        let entries = offsets.desc as usize;
        let map = Map::of(fd, page, entries + count as usize * size)?;
        Ok(Self { map, producer: offsets.producer as usize, consumer: offsets.consumer as usize, entries, count, size })
    }

    /// Up to where it is written.
    pub(super) fn producer(&self) -> u32 {
        self.map.word(self.producer).load(Ordering::Acquire)
    }

    /// Up to where it is read.
    pub(super) fn consumer(&self) -> u32 {
        self.map.word(self.consumer).load(Ordering::Acquire)
    }

    /// Hand what is written before `position` to the kernel.
    pub(super) fn produce(&self, position: u32) {
        self.map.word(self.producer).store(position, Ordering::Release);
    }

    /// Give entries before `position` back to the kernel.
    pub(super) fn consume(&self, position: u32) {
        self.map.word(self.consumer).store(position, Ordering::Release);
    }

    /// The address in an entry.
    pub(super) fn address(&self, position: u32) -> u64 {
        self.map.double(self.entry(position)).load(Ordering::Relaxed)
    }

    /// The length in a descriptor.
    pub(super) fn length(&self, position: u32) -> usize {
        self.map.word(self.entry(position) + 8).load(Ordering::Relaxed) as usize
    }

    /// Write a descriptor.
    pub(super) fn write(&self, position: u32, address: u64, length: usize) {
        let entry = self.entry(position);
        self.map.double(entry).store(address, Ordering::Relaxed);
        self.map.word(entry + 8).store(length as u32, Ordering::Relaxed);
        self.map.word(entry + 12).store(0, Ordering::Relaxed);
    }

    fn entry(&self, position: u32) -> usize {
        self.entries + (position % self.count) as usize * self.size
    }
}
