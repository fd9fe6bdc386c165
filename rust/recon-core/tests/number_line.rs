//! Properties of the number line: no word panics, no target is lost or doubled, every order is a bijection.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use proptest::prelude::*;
use recon_core::line::Line;
use recon_core::parse_ports::{PortSet, parse_ranges};
use recon_core::parse_targets::{TargetWord, parse_target};
use recon_core::shuffle::Shuffle;
use recon_core::space::{AddressRange, Space, SpaceBuilder, Target, Transport};
use recon_core::special;

/// The addresses around 10.0.0.0, where public and special meet.
const LOW: u32 = 0x09ff_ff00;

#[derive(Clone, Debug)]
struct Words {
    added: Vec<(u32, u32, Option<u16>)>,
    excluded: Vec<(u32, u32, Option<u16>)>,
}

fn bounds() -> impl Strategy<Value = (u32, u32, Option<u16>)> {
    let port = prop_oneof![3 => Just(None), 1 => (1_u16..6).prop_map(Some)];
    (0_u32..512, 0_u32..64, port).prop_map(|(first, more, port)| (LOW + first, LOW + first + more, port))
}

fn words() -> impl Strategy<Value = Words> {
    let added = prop::collection::vec(bounds(), 1..8);
    let excluded = prop::collection::vec(bounds(), 0..4);
    (added, excluded).prop_map(|(added, excluded)| Words { added, excluded })
}

fn word((first, last, port): (u32, u32, Option<u16>)) -> TargetWord {
    let suffix = port.map_or(String::new(), |port| format!(":{port}"));
    let (first, last) = (Ipv4Addr::from_bits(first), Ipv4Addr::from_bits(last));
    parse_target(&format!("{first}-{last}{suffix}")).unwrap()
}

fn space(words: &Words) -> Space {
    let mut builder = SpaceBuilder::new(PortSet::parse("2-3,U:3").unwrap());
    for bounds in &words.added {
        builder.add(&word(*bounds)).unwrap();
    }
    for bounds in &words.excluded {
        builder.exclude(&word(*bounds)).unwrap();
    }
    builder.build().unwrap()
}

/// The same rules, applied to one target after the other.
fn expected(words: &Words) -> BTreeSet<Target> {
    let ten = |addr: u32| addr >> 24 == 10;
    let named = |addr: u32| {
        let holds = |bounds: &&(u32, u32, Option<u16>)| (bounds.0..=bounds.1).contains(&addr);
        words.added.iter().filter(holds).any(|bounds| ten(bounds.0) && ten(bounds.1))
    };
    let excluded = |addr: u32, port: u16| {
        words
            .excluded
            .iter()
            .any(|(first, last, only)| (*first..=*last).contains(&addr) && only.is_none_or(|only| only == port))
    };
    let mut targets = BTreeSet::new();
    for (first, last, own) in &words.added {
        let ports = match own {
            Some(port) => vec![(*port, Transport::Tcp)],
            None => vec![(2, Transport::Tcp), (3, Transport::Tcp), (3, Transport::Udp)],
        };
        for addr in (*first..=*last).filter(|addr| !ten(*addr) || named(*addr)) {
            let kept = ports.iter().filter(|(port, _)| !excluded(addr, *port));
            targets.extend(kept.map(|(port, transport)| Target {
                addr: Ipv4Addr::from_bits(addr).into(),
                port: *port,
                transport: *transport,
            }));
        }
    }
    targets
}

proptest! {
    #[test]
    fn no_text_makes_a_parser_panic(text in any::<String>()) {
        let _ = parse_target(&text);
        let _ = PortSet::parse(&text);
        let _ = parse_ranges(&text);
    }

    #[test]
    fn no_near_word_makes_a_parser_panic(text in r"[TU]?[0-9a-f:.*/\[\]%@,\-]{0,40}") {
        for error in [parse_target(&text).err(), PortSet::parse(&text).err(), parse_ranges(&text).err()] {
            prop_assert!(error.is_none_or(|error| !error.why.is_empty() && !error.example.is_empty()));
        }
    }

    #[test]
    fn every_range_reads_back_from_its_own_word(first: u32, last: u32) {
        let (first, last) = (first.min(last), first.max(last));
        let range = AddressRange::new(Ipv4Addr::from_bits(first).into(), Ipv4Addr::from_bits(last).into());
        let range = range.unwrap();
        let TargetWord::Addresses { ranges, .. } = parse_target(&range.to_string()).unwrap() else {
            panic!("a range is no name");
        };
        prop_assert_eq!(ranges, vec![range]);
    }

    #[test]
    fn octet_ranges_mean_every_combination(
        octets in prop::array::uniform4((any::<u8>(), 0_u8..4)),
    ) {
        let texts = octets.map(|(first, more)| format!("{first}-{}", first.saturating_add(more)));
        let TargetWord::Addresses { ranges, .. } = parse_target(&texts.join(".")).unwrap() else {
            panic!("octets are no name");
        };
        let widths = octets.map(|(first, more)| u128::from(first.saturating_add(more) - first) + 1);
        let count: u128 = ranges.iter().map(AddressRange::count).sum();
        prop_assert_eq!(count, widths.iter().product::<u128>());
        for range in ranges {
            for end in [range.first(), range.last()] {
                let std::net::IpAddr::V4(end) = end else { panic!("IPv4 expected") };
                let inside = |(octet, (first, more)): (u8, (u8, u8))| (first..=first.saturating_add(more)).contains(&octet);
                prop_assert!(end.octets().into_iter().zip(octets).all(inside));
            }
        }
    }

    #[test]
    fn a_space_holds_exactly_what_the_words_say(words in words()) {
        let space = space(&words);
        let found: BTreeSet<Target> = (0..space.len()).map(|index| space.get(index)).collect();
        prop_assert_eq!(found.len() as u64, space.len(), "each target once");
        prop_assert_eq!(&found, &expected(&words));
        for index in 0..space.len() {
            prop_assert_eq!(space.index_of(&space.get(index)), Some(index));
        }
        for cut in space.excluded_special() {
            prop_assert!(!special::is_public(cut.range.first()));
            prop_assert!(found.iter().all(|target| !cut.range.contains(target.addr)));
        }
    }

    #[test]
    fn words_in_any_order_give_the_same_digest(words in words()) {
        let mut reversed = words.clone();
        reversed.added.reverse();
        reversed.excluded.reverse();
        prop_assert_eq!(space(&words).digest(), space(&reversed).digest());
    }

    #[test]
    fn the_shards_of_a_line_hold_every_target_once(words in words(), seed: u64, shards in 1_u64..9) {
        let space = space(&words);
        prop_assume!(!space.is_empty());
        let mut found = Vec::new();
        for shard in 0..shards {
            let line = Line::new(space.clone(), seed, (shard, shards)).unwrap();
            found.extend(line.interval().map(|position| line.at(position)));
        }
        found.sort_unstable();
        let whole: Vec<Target> = expected(&words).into_iter().collect();
        prop_assert_eq!(found, whole);
    }

    #[test]
    fn a_shuffle_is_a_permutation(len in 1_u64..=5_000, seed: u64) {
        let shuffle = Shuffle::new(len, seed);
        let mut values: Vec<u64> = (0..len).map(|position| shuffle.at(position)).collect();
        values.sort_unstable();
        prop_assert!(values.into_iter().eq(0..len));
    }

    #[test]
    fn a_shuffle_is_undone_by_its_inverse(len in 1_u64..=1 << 63, narrow in 0_u32..63, at: u64, seed: u64) {
        let len = (len >> narrow).max(1);
        let shuffle = Shuffle::new(len, seed);
        let value = shuffle.at(at % len);
        prop_assert!(value < len);
        prop_assert_eq!(shuffle.position_of(value), at % len);
        prop_assert_eq!(shuffle.at(shuffle.position_of(at % len)), at % len);
    }

    #[test]
    fn port_sets_behave_like_sets(left in prop::collection::btree_set(0_u16..60, 0..30), right in prop::collection::btree_set(0_u16..60, 0..30)) {
        let set = |ports: &BTreeSet<u16>| {
            ports.iter().fold(PortSet::from_spans(Vec::new()), |set, port| {
                set.union(&PortSet::single(*port, Transport::Tcp))
            })
        };
        let listed = |set: &PortSet| (0..set.len()).map(|at| set.get(at).0).collect::<Vec<u16>>();
        let (a, b) = (set(&left), set(&right));
        prop_assert_eq!(listed(&a), left.iter().copied().collect::<Vec<_>>());
        prop_assert_eq!(listed(&a.subtract(&b)), left.difference(&right).copied().collect::<Vec<_>>());
        prop_assert_eq!(listed(&a.union(&b)), left.union(&right).copied().collect::<Vec<_>>());
    }
}
