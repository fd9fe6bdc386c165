//! Picks the readings worth running on a text, by its first byte and the literals in it. One pass over it, never more.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use aho_corasick::automaton::Automaton;
use aho_corasick::dfa::DFA;
use aho_corasick::{Anchored, MatchKind, StartKind};

use super::reading::Reading;

/// How many readings a word of bits stands for.
const WORD: usize = u64::BITS as usize;

/// The readings of one field, on shelves by the first byte that they admit: those of one protocol cost others nothing.
pub(super) struct Index {
    /// First byte → its shelf.
    shelf_of: [u8; 256],
    shelves: Vec<Shelf>,
}

/// The readings that a text of some first byte may fit.
pub(super) struct Shelf {
    /// Their numbers in the pack: fixed ones in pack order, then open ones in pack order.
    members: Vec<u32>,
    /// Made when the first text comes to this shelf: most see none.
    finder: OnceLock<Finder>,
}

/// Finds the members of a shelf by their literals; a bit stands for a member.
struct Finder {
    automaton: Option<DFA>,
    /// Literal → bits of the members that have it, as (word, bits); in the automaton's numbering.
    owners: Vec<Vec<(u32, u64)>>,
    /// Members that need no literal.
    always: Vec<u64>,
    /// For each place behind the first and each byte there, bits of the members that admit it.
    admitted: Vec<Vec<u64>>,
}

impl Default for Index {
    fn default() -> Self {
        Self { shelf_of: [0; 256], shelves: Vec::new() }
    }
}

impl Index {
    /// Builds the index over some readings, each with its number in the pack.
    pub(super) fn build<'a>(members: impl Iterator<Item = (u32, &'a Reading)>) -> Self {
        let mut members: Vec<(u32, &Reading)> = members.collect();
        members.sort_by_key(|(_, reading)| !reading.fixed);
        let mut index = Self::default();
        if members.is_empty() {
            return index;
        }
        let mut numbers: HashMap<Vec<u32>, u8> = HashMap::new();
        for byte in 0..=u8::MAX {
            let fits = |(id, reading): &(u32, &Reading)| reading.head.admits_first(byte).then_some(*id);
            let fitting: Vec<u32> = members.iter().filter_map(fits).collect();
            index.shelf_of[usize::from(byte)] = *numbers.entry(fitting).or_insert_with_key(|fitting| {
                index.shelves.push(Shelf { members: fitting.clone(), finder: OnceLock::new() });
                (index.shelves.len() - 1) as u8
            });
        }
        index
    }

    /// Whether it holds no reading.
    pub(super) fn is_empty(&self) -> bool {
        self.shelves.is_empty()
    }

    /// The readings that a text might fit; none if it is empty, for none reads that.
    pub(super) fn shelf(&self, text: &[u8]) -> Option<&Shelf> {
        self.shelves.get(usize::from(self.shelf_of[usize::from(*text.first()?)]))
    }
}

impl Shelf {
    /// Fills `bits` with one for each member worth running on `text`; `readings` are those of the pack.
    pub(super) fn pick(&self, text: &[u8], readings: &[Reading], bits: &mut Vec<u64>) {
        let finder = self.finder.get_or_init(|| Finder::build(&self.members, readings));
        bits.clear();
        bits.extend_from_slice(&finder.always);
        finder.mark(text, bits);
        finder.rule_out(text, bits);
    }

    /// The numbers of the members whose bits are set, in the order of the shelf.
    pub(super) fn picked<'a>(&'a self, bits: &'a [u64]) -> impl Iterator<Item = usize> + 'a {
        bits.iter().zip(self.members.chunks(WORD)).flat_map(|(&word, members)| {
            let mut left = word;
            std::iter::from_fn(move || {
                let at = left.trailing_zeros() as usize;
                left &= left.wrapping_sub(1);
                members.get(at).map(|id| *id as usize)
            })
        })
    }
}

impl Finder {
    fn build(members: &[u32], readings: &[Reading]) -> Self {
        let mut literals: BTreeMap<&[u8], Vec<(u32, u64)>> = BTreeMap::new();
        let mut always = vec![0; members.len().div_ceil(WORD)];
        for (at, id) in members.iter().enumerate() {
            let reading = &readings[*id as usize];
            let (word, bit) = (at / WORD, 1 << (at % WORD));
            if reading.needs_no_literal() {
                always[word] |= bit;
                continue;
            }
            for literal in &reading.literals {
                literals.entry(literal).or_default().push((word as u32, bit));
            }
        }
        let admitted = admitted(members, readings);
        match automaton(literals.keys()) {
            Ok(automaton) => Self { automaton, owners: literals.into_values().map(joined).collect(), always, admitted },
            // Too many literals for it: slow but right.
            Err(_) => Self { automaton: None, owners: Vec::new(), always: vec![u64::MAX; always.len()], admitted },
        }
    }

    /// Takes out the members that do not admit a text's first bytes.
    fn rule_out(&self, text: &[u8], bits: &mut [u64]) {
        for (place, byte) in self.admitted.iter().zip(&text[1..]) {
            let fitting = &place[usize::from(*byte) * bits.len()..][..bits.len()];
            bits.iter_mut().zip(fitting).for_each(|(word, fitting)| *word &= fitting);
        }
    }

    /// Adds the members whose literals occur in a text.
    fn mark(&self, text: &[u8], bits: &mut [u64]) {
        let Some(automaton) = &self.automaton else {
            return;
        };
        let Ok(mut state) = automaton.start_state(Anchored::No) else {
            return; // It was built for this start.
        };
        for &byte in text {
            state = automaton.next_state(Anchored::No, state, byte);
            if automaton.is_special(state) && automaton.is_match(state) {
                for which in 0..automaton.match_len(state) {
                    for (word, more) in &self.owners[automaton.match_pattern(state, which).as_usize()] {
                        bits[*word as usize] |= more;
                    }
                }
            }
        }
    }
}

/// For each place behind the first, as far as some member tells it, the bits of the members that admit each byte.
fn admitted(members: &[u32], readings: &[Reading]) -> Vec<Vec<u64>> {
    let heads = || members.iter().map(|id| &readings[*id as usize].head.0);
    let told = heads().map(|head| head.len()).max().unwrap_or(0);
    let words = members.len().div_ceil(WORD);
    let at_place = |place: usize| {
        let mut table = vec![0; 256 * words];
        for (at, head) in heads().enumerate() {
            let set = head.get(place);
            for byte in (0..=u8::MAX).filter(|byte| set.is_none_or(|set| set.contains(*byte))) {
                table[usize::from(byte) * words + at / WORD] |= 1 << (at % WORD);
            }
        }
        table
    };
    (1..told).map(at_place).collect()
}

/// Finds all occurrences of some literals in lower case, whatever case they stand in; none where there is no literal.
fn automaton<'a>(
    literals: impl ExactSizeIterator<Item = &'a &'a [u8]>,
) -> Result<Option<DFA>, aho_corasick::BuildError> {
    if literals.len() == 0 {
        return Ok(None);
    }
    let mut builder = DFA::builder();
    builder.match_kind(MatchKind::Standard).start_kind(StartKind::Unanchored).ascii_case_insensitive(true);
    builder.prefilter(false).build(literals).map(Some)
}

/// The bits of each word in one.
fn joined(bits: Vec<(u32, u64)>) -> Vec<(u32, u64)> {
    let mut words: Vec<(u32, u64)> = Vec::new();
    for (word, bit) in bits {
        match words.last_mut() {
            Some((last, all)) if *last == word => *all |= bit,
            _ => words.push((word, bit)),
        }
    }
    words
}
