//! Picks the readings worth running on a text: those whose literal occurs in it. One pass over the text, never more.

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::reading::Reading;

/// The readings of one field, found by their literals.
#[derive(Default)]
pub(super) struct Index {
    automaton: Option<AhoCorasick>,
    /// Literal → readings, as the automaton numbers literals.
    owners: Vec<Vec<u32>>,
    /// Readings without a literal: run every time.
    always: Vec<u32>,
}

/// Which readings were picked already, cleared by counting up.
#[derive(Default)]
pub(super) struct Marks {
    stamps: Vec<u32>,
    stamp: u32,
}

impl Marks {
    /// Forgets all marks and makes room for `count` readings.
    fn clear(&mut self, count: usize) {
        self.stamp = self.stamp.wrapping_add(1);
        if self.stamp == 0 || self.stamps.len() != count {
            self.stamps.clear();
            self.stamps.resize(count, 0);
            self.stamp = 1;
        }
    }

    /// Marks one reading; whether it was new.
    fn mark(&mut self, id: u32) -> bool {
        let stamp = &mut self.stamps[id as usize];
        std::mem::replace(stamp, self.stamp) != self.stamp
    }
}

impl Index {
    /// Builds the index over some readings, each with its number in the pack.
    pub(super) fn build<'a>(members: impl Iterator<Item = (u32, &'a Reading)>) -> Self {
        let mut literals: BTreeMap<&[u8], Vec<u32>> = BTreeMap::new();
        let (mut always, mut all) = (Vec::new(), Vec::new());
        for (id, reading) in members {
            all.push(id);
            if reading.literals.any_of.is_empty() {
                always.push(id);
            }
            for literal in &reading.literals.any_of {
                literals.entry(literal).or_default().push(id);
            }
        }
        if literals.is_empty() {
            return Self { automaton: None, owners: Vec::new(), always };
        }
        let built = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::DFA))
            .ascii_case_insensitive(true)
            .build(literals.keys());
        match built {
            Ok(automaton) => Self { automaton: Some(automaton), owners: literals.into_values().collect(), always },
            Err(_) => Self { automaton: None, owners: Vec::new(), always: all }, // Too large: slow but right.
        }
    }

    /// Whether it holds no reading.
    pub(super) fn is_empty(&self) -> bool {
        self.automaton.is_none() && self.always.is_empty()
    }

    /// Fills `picked` with the readings worth running on `text`, in pack order; `count` is the size of the pack.
    pub(super) fn pick(&self, text: &[u8], count: usize, marks: &mut Marks, picked: &mut Vec<u32>) {
        picked.clear();
        picked.extend_from_slice(&self.always);
        if let Some(automaton) = &self.automaton {
            marks.clear(count);
            for found in automaton.find_overlapping_iter(text) {
                let owners = &self.owners[found.pattern().as_usize()];
                picked.extend(owners.iter().filter(|id| marks.mark(**id)));
            }
        }
        picked.sort_unstable();
    }
}
