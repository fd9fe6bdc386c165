//! The rules of a space, one sentence each.

use super::*;
use crate::parse_targets::{TargetWord, parse_target};
use crate::scope::Scope;

fn built(ports: &str, words: &[&str], excluded: &[&str]) -> Space {
    let mut builder = SpaceBuilder::new(PortSet::parse(ports).unwrap());
    for word in words {
        builder.add(&parse_target(word).unwrap()).unwrap();
    }
    for word in excluded {
        builder.exclude(&parse_target(word).unwrap()).unwrap();
    }
    builder.build().unwrap()
}

fn shown(space: &Space) -> Vec<String> {
    let one = |block: &Block| {
        let ports: Vec<u16> = (0..block.ports().len()).map(|at| block.ports().get(at).0).collect();
        format!("{} {ports:?}", block.range())
    };
    space.blocks().iter().map(one).collect()
}

#[test]
fn overlapping_words_are_counted_once() {
    let space = built("22,80", &["9.0.0.0/24", "9.0.0.128/25", "9.0.1.0-9.0.1.255", "9.0.0.7"], &[]);
    assert_eq!(shown(&space), ["9.0.0.0/23 [22, 80]"]);
    assert_eq!((space.len(), space.addresses()), (1024, 512));
}

#[test]
fn a_word_with_its_own_port_gets_only_that_port() {
    let space = built("22,80", &["9.0.0.0/31", "9.0.0.1:443", "9.0.0.9:80"], &[]);
    let blocks = ["9.0.0.0 [22, 80]", "9.0.0.1 [22, 80, 443]", "9.0.0.9 [80]"];
    assert_eq!(shown(&space), blocks);
}

#[test]
fn an_exclusion_wins_over_every_word() {
    let words = ["9.0.0.0/30", "9.0.0.1"];
    let space = built("22,80", &words, &["9.0.0.1", "9.0.0.2:80", "9.0.0.64/26"]);
    assert_eq!(shown(&space), ["9.0.0.0 [22, 80]", "9.0.0.2 [22]", "9.0.0.3 [22, 80]"]);
}

#[test]
fn an_excluded_port_is_excluded_for_both_transports() {
    let space = built("U:53,53,80", &["9.0.0.1"], &["9.0.0.1:53"]);
    assert_eq!(shown(&space), ["9.0.0.1 [80]"]);
}

#[test]
fn special_ranges_are_left_out_unless_a_word_names_them() {
    let wide = built("80", &["10.0.0.0-11.255.255.255"], &[]);
    assert_eq!(shown(&wide), ["11.0.0.0/8 [80]"]);
    let cut: Vec<String> = wide.excluded_special().iter().map(|cut| cut.range.to_string()).collect();
    assert_eq!(cut, ["10.0.0.0/8"]);
    assert_eq!(wide.excluded_special()[0].special.name, "private use");

    let named = built("80", &["10.0.0.0-11.255.255.255", "10.1.0.0/16:22"], &[]);
    assert_eq!(shown(&named), ["10.1.0.0/16 [22, 80]", "11.0.0.0/8 [80]"]);
    assert_eq!(named.excluded_special().len(), 2);
}

#[test]
fn a_word_inside_one_special_range_is_swept_whole() {
    for word in
        ["127.0.0.1", "127.0.0.0/8", "10.0.0.0/8", "10.1.0.0/16", "192.168.1.0/24", "::1", "fd00::/100", "240.0.0.0/4"]
    {
        let space = built("80", &[word], &[]);
        assert_eq!(space.blocks().len(), 1, "{word}");
        assert!(space.excluded_special().is_empty(), "{word}");
    }
}

#[test]
fn the_whole_of_ipv4_leaves_its_special_ranges_out() {
    let space = built("80", &["0.0.0.0/0"], &[]);
    let special: u128 =
        special::outermost().filter(|special| special.first.is_ipv4()).map(|special| special.range().count()).sum();
    assert_eq!(u128::from(space.len()) + special, 1 << 32);
    assert!((0..space.len()).step_by(9_999_991).all(|at| special::is_public(space.get(at).addr)));
}

#[test]
fn an_excluded_special_range_is_not_reported_as_cut() {
    let space = built("80", &["10.0.0.0-11.255.255.255"], &["10.0.0.0/8"]);
    assert!(space.excluded_special().is_empty());
}

#[test]
fn both_families_share_one_line() {
    let space = built("22,80", &["2600::/126", "9.0.0.1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"], &[]);
    assert_eq!(space.len(), 12);
    for index in 0..space.len() {
        assert_eq!(space.index_of(&space.get(index)), Some(index));
    }
    assert_eq!(space.get(0).addr.to_string(), "9.0.0.1");
    assert_eq!(space.get(11).port, 80);
}

#[test]
fn more_than_the_limit_is_refused() {
    let mut builder = SpaceBuilder::new(PortSet::parse("all,U:all").unwrap());
    for number in 0..64 {
        let word = format!("2600:{number:x}::/88");
        builder.add(&parse_target(&word).unwrap()).unwrap();
    }
    let full = builder.clone().build().unwrap();
    assert_eq!(full.len(), LIMIT);
    let last = full.get(LIMIT - 1);
    assert_eq!(full.index_of(&last), Some(LIMIT - 1));
    builder.add(&parse_target("9.0.0.1:1").unwrap()).unwrap();
    assert!(builder.build().unwrap_err().why.contains("2^63"));
}

const LIMIT: u64 = 1 << 63;

#[test]
fn an_unresolved_name_is_refused() {
    let mut builder = SpaceBuilder::new(PortSet::parse("80").unwrap());
    let name = parse_target("host.example").unwrap();
    assert_eq!(builder.add(&name).unwrap_err().word, "host.example");
    assert!(builder.exclude(&name).is_err());
}

#[test]
fn targets_outside_are_not_contained() {
    let space = built("22", &["9.0.0.2/31"], &[]);
    for (addr, port, transport) in [
        ("9.0.0.1", 22, Transport::Tcp),
        ("9.0.0.4", 22, Transport::Tcp),
        ("9.0.0.2", 23, Transport::Tcp),
        ("9.0.0.2", 22, Transport::Udp),
        ("::1", 22, Transport::Tcp),
    ] {
        let target = Target { addr: addr.parse().unwrap(), port, transport };
        assert!(!space.contains(&target), "{addr} {port}");
    }
}

#[test]
fn the_widest_public_range_ignores_ports_and_special_ranges() {
    let space = built("22", &["10.0.0.0/8", "9.0.0.0/16", "9.1.0.0/16:80", "2600::/120"], &[]);
    assert_eq!(space.widest_public_range().unwrap().to_string(), "9.0.0.0/15");
    assert_eq!(built("22", &["10.0.0.0/8"], &[]).widest_public_range(), None);
}

#[test]
fn the_digest_depends_on_contents_not_on_words() {
    let whole = built("22,80", &["9.0.0.0/24", "10.0.0.0/8"], &[]);
    let parts = built("80,22", &["10.0.0.0/8", "9.0.0.128/25", "9.0.0.0/25"], &[]);
    assert_eq!(whole.digest(), parts.digest());
    assert_ne!(whole.digest(), built("22", &["9.0.0.0/24", "10.0.0.0/8"], &[]).digest());
    assert_ne!(whole.digest(), built("22,80", &["9.0.0.0/24", "10.0.0.0/9"], &[]).digest());
    assert_eq!(built("22", &["9.0.0.1"], &[]).digest(), 0xa0da_aca6_900a_59a1);
}

#[test]
fn many_single_addresses_are_found_by_index() {
    let words: Vec<String> = (0..2_000_u32).map(|at| format!("9.{}.{}.1", at / 250, at % 250)).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let space = built("22,80,443", &words, &["9.0.7.1"]);
    assert_eq!(space.len(), 3 * 1_999);
    for index in 0..space.len() {
        assert_eq!(space.index_of(&space.get(index)), Some(index));
    }
}

#[test]
fn an_empty_space_has_no_index() {
    let space = built("80", &["9.0.0.1"], &["9.0.0.0/8"]);
    assert!(space.is_empty());
    assert_eq!((space.len(), space.addresses(), space.blocks().len()), (0, 0, 0));
}

#[test]
fn a_space_is_restored_from_its_blocks_and_what_it_left_out() {
    let space = built("22,80,U:53", &["9.255.255.0-10.0.0.5", "127.0.0.1", "::1"], &["9.255.255.7"]);
    let mut builder = SpaceBuilder::new(PortSet::parse("1").unwrap());
    for block in space.blocks() {
        builder.restore(&block.range(), block.ports().clone());
    }
    for cut in space.excluded_special() {
        builder.restore_left_out(&cut.range);
    }
    let again = builder.build().unwrap();
    assert_eq!((again.len(), again.digest()), (space.len(), space.digest()));
    assert_eq!(again.excluded_special(), space.excluded_special());
    assert!(!space.excluded_special().is_empty());
}

#[test]
fn what_the_scope_does_not_hold_is_cut_out_and_told() {
    let range = |word: &str| match parse_target(word).unwrap() {
        TargetWord::Addresses { ranges, .. } => ranges[0],
        TargetWord::Name { .. } => panic!("an address word"),
    };
    let scope = Scope::new(&[range("9.0.0.0/24"), range("10.0.0.0/30")], &[range("9.0.0.5")]);
    let mut builder = SpaceBuilder::new(PortSet::parse("22,80").unwrap());
    for word in ["9.0.0.0-9.0.1.9", "10.0.0.0/29", "::1"] {
        builder.add(&parse_target(word).unwrap()).unwrap();
    }
    builder.exclude(&parse_target("9.0.1.4").unwrap()).unwrap();
    builder.limit(&scope);
    let space = builder.build().unwrap();
    assert_eq!(space.addresses(), 255 + 4);
    let cut: Vec<String> = space.out_of_scope().iter().map(ToString::to_string).collect();
    assert_eq!(cut, ["9.0.0.5", "9.0.1.0/30", "9.0.1.5-9.0.1.9", "10.0.0.4/30", "::1"]);
}
