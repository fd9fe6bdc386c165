//! Memory shared with the kernel. Every access is checked against its bounds; never handed out past its life.
#![allow(unsafe_code)]

use std::ffi::c_void;
use std::io;
use std::os::fd::BorrowedFd;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, AtomicU64};

use rustix::mm::{MapFlags, ProtFlags, mmap, mmap_anonymous, munmap};

/// A mapping of this process, readable and writable, page aligned, removed when dropped.
pub(super) struct Map {
    start: NonNull<c_void>,
    length: usize,
}

// SAFETY: the mapping belongs to the process, not to the thread that made it, and `Map` alone removes it.
unsafe impl Send for Map {}

impl Map {
    /// Map `length` bytes of what a socket shares, from `offset`.
    pub(super) fn of(fd: BorrowedFd<'_>, offset: u64, length: usize) -> io::Result<Self> {
        let (access, flags) = (ProtFlags::READ | ProtFlags::WRITE, MapFlags::SHARED | MapFlags::POPULATE);
        // SAFETY: no address is asked for, so nothing that is mapped already can be replaced.
        let start = unsafe { mmap(std::ptr::null_mut(), length, access, flags, fd, offset) }?;
        Self::wrap(start, length)
    }

    /// Map `length` bytes of zeros.
    pub(super) fn anonymous(length: usize) -> io::Result<Self> {
        let (access, flags) = (ProtFlags::READ | ProtFlags::WRITE, MapFlags::PRIVATE | MapFlags::POPULATE);
        // SAFETY: no address is asked for, so nothing that is mapped already can be replaced.
        let start = unsafe { mmap_anonymous(std::ptr::null_mut(), length, access, flags) }?;
        Self::wrap(start, length)
    }

    fn wrap(start: *mut c_void, length: usize) -> io::Result<Self> {
        let start = NonNull::new(start).ok_or(io::ErrorKind::OutOfMemory)?;
        Ok(Self { start, length })
    }

    /// Where it begins, as the kernel wants to know it.
    pub(super) fn address(&self) -> u64 {
        self.start.as_ptr() as u64
    }

    /// Bytes mapped.
    pub(super) fn length(&self) -> usize {
        self.length
    }

    /// The word at `offset`, which the kernel may change at any time.
    ///
    /// # Panics
    /// When it does not lie inside, or not on a multiple of four.
    pub(super) fn word(&self, offset: usize) -> &AtomicU32 {
        let word = self.at::<AtomicU32>(offset);
        // SAFETY: `at` has checked place and alignment; any bytes are a word; the memory lives as long as `self`.
        unsafe { word.as_ref() }
    }

    /// The double word at `offset`, which the kernel may change at any time.
    ///
    /// # Panics
    /// When it does not lie inside, or not on a multiple of eight.
    pub(super) fn double(&self, offset: usize) -> &AtomicU64 {
        let double = self.at::<AtomicU64>(offset);
        // SAFETY: `at` has checked place and alignment; any bytes are a double word; it lives as long as `self`.
        unsafe { double.as_ref() }
    }

    /// `length` bytes from `offset`; nothing when they do not lie inside.
    ///
    /// # Safety
    /// Neither the kernel nor another reference may write them while the slice lives.
    pub(super) unsafe fn bytes(&self, offset: usize, length: usize) -> Option<&[u8]> {
        self.inside(offset, length)?;
        // SAFETY: they lie inside, live as long as `self`, and the caller promises that nobody writes them.
        Some(unsafe { std::slice::from_raw_parts(self.start.as_ptr().cast::<u8>().add(offset), length) })
    }

    /// `length` bytes from `offset`, to write; nothing when they do not lie inside.
    ///
    /// # Safety
    /// Neither the kernel nor another reference may touch them while the slice lives.
    pub(super) unsafe fn bytes_mut(&mut self, offset: usize, length: usize) -> Option<&mut [u8]> {
        self.inside(offset, length)?;
        // SAFETY: they lie inside, live as long as `self`, and the caller promises that they are ours alone.
        Some(unsafe { std::slice::from_raw_parts_mut(self.start.as_ptr().cast::<u8>().add(offset), length) })
    }

    fn inside(&self, offset: usize, length: usize) -> Option<()> {
        (offset.checked_add(length)? <= self.length).then_some(())
    }

    fn at<T>(&self, offset: usize) -> NonNull<T> {
        let fits = self.inside(offset, size_of::<T>()).is_some() && offset.is_multiple_of(align_of::<T>());
        assert!(fits, "offset {offset} of {} bytes shared with the kernel", self.length);
        // SAFETY: the offset lies inside the mapping, so the sum neither wraps nor leaves it.
        unsafe { self.start.byte_add(offset) }.cast()
    }
}

impl Drop for Map {
    fn drop(&mut self) {
        // SAFETY: made by `mmap` with this length, and every reference into it borrows `self`. The only failure is a
        // wrong argument, which leaves it mapped.
        let _ = unsafe { munmap(self.start.as_ptr(), self.length) };
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use std::sync::atomic::Ordering;

    use super::*;

    #[test]
    fn a_word_is_read_where_it_was_written() {
        let map = Map::anonymous(4096).unwrap();
        map.word(4092).store(7, Ordering::Relaxed);
        assert_eq!(map.double(4088).load(Ordering::Relaxed).to_ne_bytes()[4..], 7u32.to_ne_bytes());
    }

    #[test]
    #[should_panic(expected = "offset 4096 of 4096")]
    fn a_word_outside_is_refused() {
        Map::anonymous(4096).unwrap().word(4096);
    }

    #[test]
    #[should_panic(expected = "offset 4 of")]
    fn a_double_word_must_be_aligned() {
        Map::anonymous(4096).unwrap().double(4);
    }

    #[test]
    fn bytes_outside_are_not_given() {
        let map = Map::anonymous(4096).unwrap();
        // SAFETY: nobody writes this memory.
        let given = [(0, 4096), (4096, 0), (1, 4096), (usize::MAX, 2)]
            .map(|(at, length)| unsafe { map.bytes(at, length).map(<[u8]>::len) });
        assert_eq!(given, [Some(4096), Some(0), None, None]);
    }
}
