//! Port words of any text: a set that can be counted and indexed, or an error whose example is right.

#![no_main]

use libfuzzer_sys::fuzz_target;
use recon_core::parse_ports::{PortSet, parse_ranges};

const SHOWN: usize = 81;
/// Ports of a set that is small enough to be taken apart for every input.
const SMALL: usize = 4096;

fuzz_target!(|text: &str| {
    match PortSet::parse(text) {
        Ok(set) => check(&set),
        Err(error) => {
            assert!(error.word.chars().count() <= SHOWN);
            assert!(PortSet::parse(&error.example).is_ok(), "{error}");
        }
    }
    match parse_ranges(text) {
        Ok(ranges) => assert!(ranges.windows(2).all(|two| u32::from(two[0].1) + 1 < u32::from(two[1].0))),
        Err(error) => assert!(error.word.chars().count() <= SHOWN),
    }
});

fn check(set: &PortSet) {
    assert!(!set.is_empty() && set.len() <= 2 * 65_536);
    assert!(set.ranges().iter().all(|span| span.first <= span.last));
    for index in [0, set.len() / 2, set.len() - 1] {
        let (port, transport) = set.get(index);
        assert_eq!(set.index_of(port, transport), Some(index));
    }
    if set.len() <= SMALL {
        assert!(set.subtract(set).is_empty());
        assert_eq!(set.union(set), *set);
    }
}
