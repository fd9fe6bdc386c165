//! Frames that wait for the kernel, oldest first, in a ring of equal slots. Pure: never calls the system.

use super::Full;

/// A bounded queue of frames.
pub(super) struct Frames {
    bytes: Vec<u8>,
    lengths: Vec<usize>,
    room: usize,
    first: usize,
    count: usize,
}

impl Frames {
    /// Room for `slots` frames of `room` bytes each.
    pub(super) fn new(slots: usize, room: usize) -> Self {
        Self { bytes: vec![0; slots * room], lengths: vec![0; slots], room, first: 0, count: 0 }
    }

    /// Frames that wait.
    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// Let `write` fill the next slot; a length of 0 leaves it free, one beyond the slot is cut.
    pub(super) fn push(&mut self, write: &mut dyn FnMut(&mut [u8]) -> usize) -> Result<(), Full> {
        if self.count == self.lengths.len() {
            return Err(Full);
        }
        let slot = self.slot(self.count);
        let length = write(&mut self.bytes[slot * self.room..][..self.room]).min(self.room);
        self.lengths[slot] = length;
        self.count += usize::from(length > 0);
        Ok(())
    }

    /// The frames that wait, oldest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.count).map(|index| {
            let slot = self.slot(index);
            &self.bytes[slot * self.room..][..self.lengths[slot]]
        })
    }

    /// Forget the oldest `count` frames.
    pub(super) fn release(&mut self, count: usize) {
        let count = count.min(self.count);
        self.first = self.slot(count);
        self.count -= count;
    }

    /// Show the oldest frame to `read` and forget it; false when there is none.
    pub(super) fn take_back(&mut self, read: &mut dyn FnMut(&[u8])) -> bool {
        let Some(frame) = self.iter().next() else {
            return false;
        };
        read(frame);
        self.release(1);
        true
    }

    fn slot(&self, index: usize) -> usize {
        (self.first + index) % self.lengths.len()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn push(frames: &mut Frames, bytes: &[u8]) -> Result<(), Full> {
        frames.push(&mut |room| {
            room[..bytes.len()].copy_from_slice(bytes);
            bytes.len()
        })
    }

    fn all(frames: &Frames) -> Vec<Vec<u8>> {
        frames.iter().map(<[u8]>::to_vec).collect()
    }

    #[test]
    fn frames_leave_in_the_order_they_came_across_the_end_of_the_ring() {
        let mut frames = Frames::new(3, 8);
        push(&mut frames, b"a").unwrap();
        push(&mut frames, b"bb").unwrap();
        frames.release(1);
        push(&mut frames, b"ccc").unwrap();
        push(&mut frames, b"d").unwrap();
        assert_eq!(push(&mut frames, b"e"), Err(Full));
        assert_eq!(all(&frames), [&b"bb"[..], b"ccc", b"d"]);
    }

    #[test]
    fn nothing_written_takes_no_slot() {
        let mut frames = Frames::new(1, 8);
        frames.push(&mut |_| 0).unwrap();
        assert_eq!(frames.len(), 0);
        push(&mut frames, b"a").unwrap();
        assert_eq!(all(&frames), [b"a"]);
    }

    #[test]
    fn what_is_taken_back_is_the_oldest() {
        let mut frames = Frames::new(2, 8);
        push(&mut frames, b"a").unwrap();
        push(&mut frames, b"b").unwrap();
        let mut seen = Vec::new();
        while frames.take_back(&mut |frame| seen.push(frame.to_vec())) {}
        assert_eq!(seen, [b"a", b"b"]);
        assert_eq!(frames.len(), 0);
    }
}
