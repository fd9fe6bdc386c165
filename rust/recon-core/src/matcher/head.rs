//! Finds which bytes a text must begin with for a pattern to match. Never rules out a byte that could stand there.

use regex_syntax::hir::{Class, Hir, HirKind, Look, Repetition};

/// So many bytes from the start of a text are told.
const REACH: usize = 5;

/// A set of byte values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ByteSet([u64; 4]);

impl ByteSet {
    const ALL: Self = Self([u64::MAX; 4]);

    /// The values in ranges, each given by its first and its last.
    pub(super) fn of_ranges(ranges: impl IntoIterator<Item = (u8, u8)>) -> Self {
        let mut set = Self::default();
        for byte in ranges.into_iter().flat_map(|(first, last)| first..=last) {
            set.0[usize::from(byte >> 6)] |= 1 << (byte & 63);
        }
        set
    }

    /// The ranges that make up the set.
    pub(super) fn ranges(self) -> Vec<(u8, u8)> {
        let mut ranges: Vec<(u8, u8)> = Vec::new();
        for byte in (0..=u8::MAX).filter(|byte| self.contains(*byte)) {
            match ranges.last_mut() {
                Some((_, last)) if byte - 1 == *last => *last = byte,
                _ => ranges.push((byte, byte)),
            }
        }
        ranges
    }

    pub(super) fn contains(self, byte: u8) -> bool {
        self.0[usize::from(byte >> 6)] >> (byte & 63) & 1 == 1
    }

    fn add(&mut self, other: Self) {
        self.0.iter_mut().zip(other.0).for_each(|(bits, more)| *bits |= more);
    }

    /// Whether it holds nothing but one letter, in either case.
    fn is_letter(self, letter: u8) -> bool {
        let (lower, upper) = (letter.to_ascii_lowercase(), letter.to_ascii_uppercase());
        let mut either = Self::of_ranges([(lower, lower), (upper, upper)]);
        either.add(self);
        either == Self::of_ranges([(lower, lower), (upper, upper)])
    }
}

/// The bytes that may stand at each place from the start of a text; none told where a pattern may match anywhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Head(pub(super) Box<[ByteSet]>);

impl Head {
    /// Reads a pattern's head.
    pub(super) fn of(hir: &Hir) -> Self {
        if !hir.properties().look_set_prefix().contains(Look::Start) {
            return Self::default();
        }
        let reach = Reach::of(hir);
        let told = (reach.lengths.trailing_zeros() as usize).min(REACH);
        Self(reach.sets[..told].into())
    }

    /// Whether a text may begin with this byte.
    pub(super) fn admits_first(&self, byte: u8) -> bool {
        self.0.first().is_none_or(|set| set.contains(byte))
    }

    /// Whether every text that begins so begins with this literal, in whatever case.
    pub(super) fn spells(&self, literal: &[u8]) -> bool {
        literal.len() <= self.0.len() && self.0.iter().zip(literal).all(|(set, letter)| set.is_letter(*letter))
    }
}

/// What an expression may match, as far as its first bytes.
#[derive(Clone, Copy)]
struct Reach {
    /// The bytes that may stand at each place of it.
    sets: [ByteSet; REACH],
    /// A bit for each length that it may have; the highest stands for all from [`REACH`] on.
    lengths: u16,
}

const NOTHING: Reach = Reach { sets: [ByteSet([0; 4]); REACH], lengths: 0 };
const EMPTY: Reach = Reach { lengths: 1, ..NOTHING };
const LONG: u16 = 1 << REACH;

impl Reach {
    fn of(hir: &Hir) -> Self {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => EMPTY,
            HirKind::Literal(literal) => {
                literal.0.iter().take(REACH).fold(EMPTY, |head, byte| head.then(&Self::byte([(*byte, *byte)])))
            }
            HirKind::Class(Class::Bytes(class)) => {
                Self::byte(class.ranges().iter().map(|range| (range.start(), range.end())))
            }
            HirKind::Class(Class::Unicode(_)) => Self { sets: [ByteSet::ALL; REACH], lengths: (LONG << 1) - 2 },
            HirKind::Capture(capture) => Self::of(&capture.sub),
            HirKind::Repetition(repetition) => Self::repeated(repetition),
            HirKind::Concat(parts) => parts.iter().fold(EMPTY, |head, part| head.then(&Self::of(part))),
            HirKind::Alternation(branches) => branches.iter().fold(NOTHING, |all, branch| all.or(&Self::of(branch))),
        }
    }

    fn byte(ranges: impl IntoIterator<Item = (u8, u8)>) -> Self {
        let mut reach = Self { lengths: 2, ..NOTHING };
        reach.sets[0] = ByteSet::of_ranges(ranges);
        reach
    }

    fn repeated(repetition: &Repetition) -> Self {
        let once = Self::of(&repetition.sub);
        let perhaps = once.or(&EMPTY);
        let more = repetition.max.map_or(REACH, |max| max.saturating_sub(repetition.min) as usize);
        let least = (repetition.min as usize).min(REACH);
        let sure = (0..least).fold(EMPTY, |head, _| head.then(&once));
        (0..more.min(REACH)).fold(sure, |head, _| head.then(&perhaps))
    }

    /// Either of two.
    fn or(mut self, other: &Self) -> Self {
        self.sets.iter_mut().zip(other.sets).for_each(|(set, more)| set.add(more));
        self.lengths |= other.lengths;
        self
    }

    /// One behind the other.
    fn then(self, next: &Self) -> Self {
        let mut both = Self { lengths: self.lengths & LONG, ..self };
        for length in (0..REACH).filter(|length| self.lengths >> length & 1 == 1) {
            both.sets[length..].iter_mut().zip(next.sets).for_each(|(set, more)| set.add(more));
            let lengths = u32::from(next.lengths) << length;
            let long = if lengths >= u32::from(LONG) { LONG } else { 0 };
            both.lengths |= (lengths as u16 & (LONG - 1)) | long;
        }
        both
    }
}

#[cfg(test)]
mod tests {
    use crate::matcher::pattern::outline;

    fn admits(pattern: &str, text: &str) -> bool {
        let head = outline(pattern).expect("a good pattern").head.0;
        text.len() >= head.len() && head.iter().zip(text.bytes()).all(|(set, byte)| set.contains(byte))
    }

    #[test]
    fn an_anchored_pattern_tells_its_first_bytes() {
        for (fits, does_not) in
            [("220 ab", "221 ab"), ("220-ab", "220_ab"), ("SSH-2.0", "ssh-2.0"), ("Login:", "Logon:")]
        {
            let pattern = "^220[- ]\\w|^SSH-\\d|^Login: ";
            assert!(admits(pattern, fits) && !admits(pattern, does_not), "{fits}");
        }
        assert!(!admits("^220", "22"));
    }

    #[test]
    fn what_may_be_missing_shifts_the_rest() {
        let pattern = "^(?:ab)?c{2,3}d";
        for text in ["abccd", "ccd", "cccd", "abcccd"] {
            assert!(admits(pattern, text), "{text}");
        }
        for text in ["bccd", "dccd", "cdd", "aad"] {
            assert!(!admits(pattern, text), "{text}");
        }
    }

    #[test]
    fn a_pattern_that_may_match_anywhere_tells_nothing() {
        for pattern in ["abc", "(?:^|[ ,])abc", "(?m)^abc", "^abc|def"] {
            assert!(admits(pattern, "x"), "{pattern}");
        }
    }

    #[test]
    fn a_literal_at_the_start_is_spelt_by_the_head() {
        let head = |pattern: &str| outline(pattern).expect("a good pattern").head;
        assert!(head("^220[- ]x").spells(b"220"));
        assert!(head("^(?i)sip/2").spells(b"sip/"));
        assert!(!head("^22[01][- ]x").spells(b"220"));
        assert!(!head("^220").spells(b"220 "));
    }

    proptest::proptest! {
        #[test]
        fn no_text_that_matches_is_ruled_out(pattern in "\\^(?:[ab]|[ab]\\?|[ab]\\+|\\(\\?:ab\\|a\\)|\\(\\?:b\\|aab\\)\\*|\\[ab\\]\\{1,3\\}){1,6}", text in "[ab]{0,12}") {
            if outline(&pattern).is_err() { return Ok(()) }
            let matches = crate::matcher::pattern::compile(&pattern).expect("a good pattern").is_match(text.as_bytes());
            proptest::prop_assert!(!matches || admits(&pattern, &text));
        }
    }
}
