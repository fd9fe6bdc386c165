//! What was proven of matches in earlier runs, so that a pack need not be proven again to be loaded.
//!
//! A match that passed all checks (its pattern, its examples) is known by a digest of everything its author wrote. Bytes
//! that are no proofs are no error: nothing is proven by them. Never read or written here, only turned into bytes.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::head::{ByteSet, Head};
use super::pattern::Outline;
use crate::probe::MatchSpec;
use crate::space::Transport;

/// What the bytes begin with; a change of checks or layout changes it.
const MAGIC: &[u8] = concat!("recon proofs 3 ", env!("CARGO_PKG_VERSION"), "\n").as_bytes();

/// Names a match by all that its author wrote.
pub(super) type Digest = u64;

/// Matches that passed all checks, and what their patterns were seen to need.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proofs(HashMap<Digest, Outline>);

impl Proofs {
    /// Reads what [`Proofs::to_bytes`] wrote; anything else proves nothing.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let Some(mut rest) = bytes.strip_prefix(MAGIC) else {
            return Self::default();
        };
        let mut proofs = HashMap::new();
        while !rest.is_empty() {
            let Some((digest, outline)) = entry(&mut rest) else {
                return Self::default();
            };
            proofs.insert(digest, outline);
        }
        Self(proofs)
    }

    /// The proofs as bytes, in no order that means anything.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        for (digest, outline) in &self.0 {
            bytes.extend(digest.to_le_bytes());
            put_count(&mut bytes, outline.literals.len());
            outline.literals.iter().for_each(|literal| put(&mut bytes, literal));
            put_count(&mut bytes, outline.head.0.len());
            outline.head.0.iter().for_each(|set| put(&mut bytes, &ranges(*set)));
            put_count(&mut bytes, outline.groups.len());
            for (group, name) in &outline.groups {
                put_count(&mut bytes, *group);
                put(&mut bytes, name.as_bytes());
            }
        }
        bytes
    }

    /// How many matches are proven.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is proven.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn of(&self, digest: Digest) -> Option<&Outline> {
        self.0.get(&digest)
    }

    pub(super) fn keep(&mut self, digest: Digest, outline: Outline) {
        self.0.insert(digest, outline);
    }
}

/// The digest of a match of a probe over `transport`, beside products of this digest.
pub(super) fn digest(spec: &MatchSpec, transport: Transport, products: u64) -> Digest {
    let mut hasher = DefaultHasher::new();
    spec.hash(&mut hasher);
    (transport, products).hash(&mut hasher);
    hasher.finish()
}

/// The first and the last value of each range of a set.
fn ranges(set: ByteSet) -> Vec<u8> {
    set.ranges().into_iter().flat_map(|(first, last)| [first, last]).collect()
}

fn put_count(bytes: &mut Vec<u8>, count: usize) {
    bytes.extend((count as u32).to_le_bytes());
}

fn put(bytes: &mut Vec<u8>, text: &[u8]) {
    put_count(bytes, text.len());
    bytes.extend_from_slice(text);
}

fn entry(rest: &mut &[u8]) -> Option<(Digest, Outline)> {
    let digest = u64::from_le_bytes(take(rest, 8)?.try_into().ok()?);
    let mut literals = Vec::new();
    for _ in 0..count(rest)? {
        literals.push(text(rest)?.to_vec());
    }
    let mut head = Vec::new();
    for _ in 0..count(rest)? {
        head.push(ByteSet::of_ranges(text(rest)?.chunks_exact(2).map(|range| (range[0], range[1]))));
    }
    let mut groups = Vec::new();
    for _ in 0..count(rest)? {
        let group = count(rest)?;
        groups.push((group, String::from_utf8(text(rest)?.to_vec()).ok()?));
    }
    Some((digest, Outline { literals, head: Head(head.into()), groups }))
}

fn count(rest: &mut &[u8]) -> Option<usize> {
    Some(u32::from_le_bytes(take(rest, 4)?.try_into().ok()?) as usize)
}

fn text<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = count(rest)?;
    take(rest, length)
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (head, tail) = rest.split_at_checked(length)?;
    *rest = tail;
    Some(head)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matcher::pattern::outline;

    fn proofs() -> Proofs {
        let mut proofs = Proofs::default();
        for (digest, pattern) in [(1, "^a(?P<x>b)c"), (u64::MAX, "(?:one|two)\\d(?P<version>.)")] {
            proofs.keep(digest, outline(pattern).expect("a good pattern"));
        }
        proofs
    }

    #[test]
    fn bytes_give_the_proofs_back() {
        assert_eq!(Proofs::from_bytes(&proofs().to_bytes()), proofs());
        assert_eq!(proofs().len(), 2);
    }

    #[test]
    fn cut_or_foreign_bytes_prove_nothing() {
        let bytes = proofs().to_bytes();
        for length in (0..bytes.len()).filter(|length| *length != MAGIC.len()) {
            let read = Proofs::from_bytes(&bytes[..length]);
            assert!(read.is_empty() || read.len() == 1, "{length}");
        }
        assert!(Proofs::from_bytes(b"something else").is_empty());
        let huge = [MAGIC, &[0; 8], &u32::MAX.to_le_bytes()].concat();
        assert!(Proofs::from_bytes(&huge).is_empty());
    }
}
