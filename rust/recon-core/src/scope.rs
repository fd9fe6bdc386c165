//! Which addresses may be sent to at all: what is allowed, less what is denied. It decides about addresses only and reads no words.

use std::net::IpAddr;

use crate::space::AddressRange;
use crate::space::{Family, numbered};

/// The addresses that a run may send to. Denial wins; with any allowed range all else is outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// Sorted by family and address, disjoint, none touching the next.
    allowed: Vec<AddressRange>,
}

impl Scope {
    /// Builds a scope of ranges in any order; an empty `allow` means everything.
    #[must_use]
    pub fn new(allow: &[AddressRange], deny: &[AddressRange]) -> Self {
        let everything = [Family::V4, Family::V6].map(whole);
        let allow = merged(if allow.is_empty() { &everything } else { allow });
        Self { allowed: subtract(&allow, &merged(deny)) }
    }

    /// Says whether an address may be sent to: a binary search.
    #[must_use]
    #[inline]
    pub fn contains(&self, addr: IpAddr) -> bool {
        let (family, number) = numbered(addr);
        let key = |range: &AddressRange| (range.family(), range.numbers().1);
        let place = self.allowed.partition_point(|range| key(range) < (family, number));
        self.allowed.get(place).is_some_and(|range| range.family() == family && range.numbers().0 <= number)
    }

    /// What may be sent to, sorted and disjoint.
    #[must_use]
    pub fn ranges(&self) -> &[AddressRange] {
        &self.allowed
    }

    /// What may not be sent to, sorted and disjoint.
    #[must_use]
    pub fn outside(&self) -> Vec<AddressRange> {
        subtract(&[Family::V4, Family::V6].map(whole), &self.allowed)
    }
}

fn whole(family: Family) -> AddressRange {
    AddressRange::from_numbers(family, 0, family.highest())
}

/// Sorted, and joined where they overlap or touch.
fn merged(ranges: &[AddressRange]) -> Vec<AddressRange> {
    let mut sorted = ranges.to_vec();
    sorted.sort_unstable();
    let mut joined: Vec<AddressRange> = Vec::with_capacity(sorted.len());
    for range in sorted {
        let (first, last) = range.numbers();
        match joined.last_mut() {
            Some(kept) if kept.family() == range.family() && first <= kept.numbers().1.saturating_add(1) => {
                let (from, to) = kept.numbers();
                *kept = AddressRange::from_numbers(kept.family(), from, to.max(last));
            }
            _ => joined.push(range),
        }
    }
    joined
}

/// What is in `ranges` and not in `cuts`; both are merged, and one walk over both does it.
fn subtract(ranges: &[AddressRange], cuts: &[AddressRange]) -> Vec<AddressRange> {
    let mut left = Vec::new();
    for range in ranges {
        let family = range.family();
        let (mut first, last) = range.numbers();
        let from = cuts.partition_point(|cut| (cut.family(), cut.numbers().1) < (family, first));
        let inside = cuts[from..].iter().take_while(|cut| cut.family() == family && cut.numbers().0 <= last);
        let mut ended = false;
        for (cut_first, cut_last) in inside.map(AddressRange::numbers) {
            if cut_first > first {
                left.push(AddressRange::from_numbers(family, first, cut_first - 1));
            }
            ended = cut_last >= last;
            first = cut_last.saturating_add(1);
        }
        if !ended {
            left.push(AddressRange::from_numbers(family, first, last));
        }
    }
    left
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn range(word: &str) -> AddressRange {
        let (first, last) = word.split_once('-').unwrap_or((word, word));
        AddressRange::new(first.parse().unwrap(), last.parse().unwrap()).unwrap()
    }

    fn scope(allow: &[&str], deny: &[&str]) -> Scope {
        let read = |words: &[&str]| words.iter().map(|word| range(word)).collect::<Vec<_>>();
        Scope::new(&read(allow), &read(deny))
    }

    fn holds(scope: &Scope, addr: &str) -> bool {
        scope.contains(addr.parse().unwrap())
    }

    #[test]
    fn denial_wins_whatever_the_order() {
        let scope = scope(&["10.0.0.0-10.255.255.255", "10.0.0.7"], &["10.0.0.7"]);
        assert!(holds(&scope, "10.0.0.6") && holds(&scope, "10.0.0.8"));
        assert!(!holds(&scope, "10.0.0.7"));
    }

    #[test]
    fn with_any_allowed_range_all_else_is_outside_in_both_families() {
        let scope = scope(&["10.0.0.0-10.0.0.9"], &[]);
        assert!(!holds(&scope, "10.0.0.10") && !holds(&scope, "9.255.255.255") && !holds(&scope, "::a00:1"));
    }

    #[test]
    fn without_an_allowed_range_everything_else_is_inside() {
        let scope = scope(&[], &["10.0.0.1", "2001:db8::1"]);
        assert!(holds(&scope, "0.0.0.0") && holds(&scope, "255.255.255.255") && holds(&scope, "2001:db8::2"));
        assert!(!holds(&scope, "10.0.0.1") && !holds(&scope, "2001:db8::1"));
    }

    #[test]
    fn the_ends_of_both_families_are_met() {
        let scope = scope(&[], &["0.0.0.0", "255.255.255.255", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"]);
        assert!(!holds(&scope, "0.0.0.0") && !holds(&scope, "255.255.255.255") && !holds(&scope, "::"));
        assert!(holds(&scope, "0.0.0.1") && holds(&scope, "::1"));
        assert_eq!(Scope::new(&[], &scope.outside()), scope);
        assert_eq!(super::Scope::new(&[], &[whole(Family::V4), whole(Family::V6)]).ranges(), &[]);
    }

    /// Ranges over few addresses, so that they overlap, touch and nest.
    fn ranges() -> impl Strategy<Value = Vec<(bool, u8, u8)>> {
        proptest::collection::vec((any::<bool>(), 0_u8..24, 0_u8..24), 0..8)
    }

    fn built((v6, one, other): (bool, u8, u8)) -> AddressRange {
        let family = if v6 { Family::V6 } else { Family::V4 };
        // The highest addresses too: arithmetic is likeliest to go wrong there.
        let high = |step: u8| if step < 12 { u128::from(step) } else { family.highest() - u128::from(23 - step) };
        AddressRange::from_numbers(family, high(one.min(other)), high(one.max(other)))
    }

    proptest! {
        #[test]
        fn it_says_what_a_naive_list_says(allow in ranges(), deny in ranges()) {
            let allow: Vec<_> = allow.into_iter().map(built).collect();
            let deny: Vec<_> = deny.into_iter().map(built).collect();
            let scope = Scope::new(&allow, &deny);
            for family in [Family::V4, Family::V6] {
                for step in (0..26).chain((0..26).map(|step| family.highest() - step)) {
                    let addr = family.addr(step);
                    let in_any = |list: &[AddressRange]| list.iter().any(|range| range.contains(addr));
                    let naive = (allow.is_empty() || in_any(&allow)) && !in_any(&deny);
                    prop_assert_eq!(scope.contains(addr), naive, "{}", addr);
                    prop_assert_eq!(!in_any(&scope.outside()), naive, "outside {}", addr);
                }
            }
        }
    }
}
