//! Target words of any text: ranges that read back as they are written, or an error whose example is right.

#![no_main]

use std::net::IpAddr;

use libfuzzer_sys::fuzz_target;
use recon_core::parse_ports::PortSet;
use recon_core::parse_targets::{TargetWord, parse_target};
use recon_core::space::{AddressRange, SpaceBuilder};

const SHOWN: usize = 81;
const RANGES: usize = 65_536;
const NAME: usize = 253;

fuzz_target!(|text: &str| {
    match parse_target(text) {
        Ok(word) => check(&word),
        Err(error) => {
            assert!(error.word.chars().count() <= SHOWN);
            assert!(parse_target(&error.example).is_ok(), "{error}");
        }
    }
    if let Ok(IpAddr::V4(addr)) = text.parse() {
        assert_eq!(parse_target(text), Ok(TargetWord::address(addr.into(), None)));
    }
});

fn check(word: &TargetWord) {
    match word {
        TargetWord::Name { host, .. } => assert!(host.is_ascii() && !host.is_empty() && host.len() <= NAME),
        TargetWord::Addresses { ranges, .. } => {
            assert!((1..=RANGES).contains(&ranges.len()));
            assert!(ranges.windows(2).all(|two| two[0].last() < two[1].first()));
            ranges.iter().take(4).for_each(reads_back);
            counts(word, ranges);
        }
    }
}

fn reads_back(range: &AddressRange) {
    let same = TargetWord::Addresses { ranges: vec![*range], port: None };
    assert_eq!(parse_target(&range.to_string()), Ok(same), "{range}");
}

/// The number line of the word has its ends where the ranges have theirs.
fn counts(word: &TargetWord, ranges: &[AddressRange]) {
    let mut builder = SpaceBuilder::new(PortSet::parse("22,U:53").expect("ports"));
    builder.add(word).expect("addresses need no resolver");
    let space = builder.build().expect("one word is no more than 2^63 targets");
    assert!(space.addresses() <= ranges.iter().map(AddressRange::count).sum());
    if !space.is_empty() {
        for index in [0, space.len() / 2, space.len() - 1] {
            let target = space.get(index);
            assert!(ranges.iter().any(|range| range.contains(target.addr)));
            assert_eq!(space.index_of(&target), Some(index));
        }
    }
}
