//! Things by key, where a key is never valid twice. No knowledge of what is kept.

use std::ops::{Index, IndexMut};

/// Names one thing kept in a slab, for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key(pub(crate) u64);

/// Generations before keys repeat; the top bit stays free, so that a key can carry a mark.
const GENERATIONS: u32 = u32::MAX >> 1;

/// Things by slot, with the generation that makes keys unique.
#[derive(Debug)]
pub(crate) struct Slab<T> {
    slots: Vec<(u32, Option<T>)>,
    free: Vec<u32>,
    held: usize,
}

impl<T> Slab<T> {
    pub(crate) fn new() -> Self {
        Self { slots: Vec::new(), free: Vec::new(), held: 0 }
    }

    pub(crate) fn len(&self) -> usize {
        self.held
    }

    /// The key that the next insert will give.
    pub(crate) fn reserve(&mut self) -> Key {
        if self.free.is_empty() {
            self.free.push(self.slots.len() as u32);
            self.slots.push((0, None));
        }
        let slot = self.free[self.free.len() - 1];
        key(slot, self.slots[slot as usize].0)
    }

    pub(crate) fn insert(&mut self, thing: T) -> Key {
        let reserved = self.reserve();
        let slot = self.free.pop().expect("reserve leaves a free slot");
        self.slots[slot as usize].1 = Some(thing);
        self.held += 1;
        reserved
    }

    pub(crate) fn get_mut(&mut self, key: Key) -> Option<&mut T> {
        let (slot, generation) = parts(key);
        self.slots.get_mut(slot).filter(|held| held.0 == generation)?.1.as_mut()
    }

    pub(crate) fn contains(&self, key: Key) -> bool {
        let (slot, generation) = parts(key);
        self.slots.get(slot).is_some_and(|held| held.0 == generation && held.1.is_some())
    }

    pub(crate) fn remove(&mut self, key: Key) -> Option<T> {
        let (slot, generation) = parts(key);
        let held = self.slots.get_mut(slot).filter(|held| held.0 == generation)?;
        let thing = held.1.take()?;
        held.0 = held.0.wrapping_add(1) & GENERATIONS;
        self.free.push(slot as u32);
        self.held -= 1;
        Some(thing)
    }

    /// Keys of everything held.
    pub(crate) fn keys(&self) -> Vec<Key> {
        let held = self.slots.iter().enumerate().filter(|(_, slot)| slot.1.is_some());
        held.map(|(index, slot)| key(index as u32, slot.0)).collect()
    }
}

impl<T> Index<Key> for Slab<T> {
    type Output = T;

    fn index(&self, key: Key) -> &T {
        self.slots[parts(key).0].1.as_ref().expect("callers check contains")
    }
}

impl<T> IndexMut<Key> for Slab<T> {
    fn index_mut(&mut self, key: Key) -> &mut T {
        self.slots[parts(key).0].1.as_mut().expect("callers check contains")
    }
}

fn key(slot: u32, generation: u32) -> Key {
    Key(u64::from(generation) << 32 | u64::from(slot))
}

fn parts(key: Key) -> (usize, u32) {
    ((key.0 & u64::from(u32::MAX)) as usize, (key.0 >> 32) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_never_finds_what_came_after() {
        let mut slab = Slab::new();
        let first = slab.insert('a');
        assert_eq!(slab.remove(first), Some('a'));
        let second = slab.insert('b');
        assert!(!slab.contains(first) && slab.contains(second));
        assert_eq!((slab.remove(first), slab.len()), (None, 1));
        assert_eq!(slab.keys(), vec![second]);
    }
}
