//! IPv4 words: address, prefix, first-last, octet ranges. It reads text only.

use super::WordError;
use crate::space::AddressRange;
use std::net::{IpAddr, Ipv4Addr};

/// The most separate ranges that one word of octet ranges may stand for.
const RANGE_LIMIT: usize = 65_536;
const OCTETS: usize = 4;
const EXAMPLE: &str = "10.0.0.1";

/// Reads an IPv4 word made of digits, dots, dashes, stars and slashes.
pub(super) fn parse(word: &str, body: &str) -> Result<Vec<AddressRange>, WordError> {
    if let Some((addr, prefix)) = body.split_once('/') {
        let prefix = read_prefix(word, prefix, 32)?;
        let addr = IpAddr::V4(read_address(word, addr)?);
        return Ok(vec![AddressRange::from_prefix(addr, prefix)]);
    }
    match body.split_once('-') {
        Some((first, last)) if last.contains('.') && first.matches('.').count() == OCTETS - 1 => {
            let first = IpAddr::V4(read_address(word, first)?);
            let last = IpAddr::V4(read_address(word, last)?);
            Ok(vec![ordered(word, first, last)?])
        }
        _ => octet_ranges(word, body),
    }
}

/// Reads a prefix length of at most `bits`.
pub(super) fn read_prefix(word: &str, text: &str, bits: u8) -> Result<u8, WordError> {
    let example = if bits == 32 { "10.0.0.0/24" } else { "2001:db8::/120" };
    let refuse = |why: String| Err(WordError::new(word, why, example));
    if text.contains('/') {
        return refuse("a prefix has one slash".into());
    }
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return refuse(format!("the prefix length is a number from 0 to {bits}"));
    }
    match text.parse() {
        Ok(prefix) if prefix <= bits => Ok(prefix),
        _ => refuse(format!("/{text} is longer than the {bits} bits of an address")),
    }
}

/// Builds the range from first to last, of one family.
pub(super) fn ordered(word: &str, first: IpAddr, last: IpAddr) -> Result<AddressRange, WordError> {
    AddressRange::new(first, last).ok_or_else(|| {
        let why = "the range ends before it begins";
        WordError::new(word, why, format!("{last}-{first}"))
    })
}

fn read_address(word: &str, text: &str) -> Result<Ipv4Addr, WordError> {
    let parts = four_parts(word, text)?;
    let mut octets = [0; OCTETS];
    for (octet, part) in octets.iter_mut().zip(parts) {
        *octet = read_octet(word, part)?;
    }
    Ok(octets.into())
}

fn four_parts<'a>(word: &str, text: &'a str) -> Result<[&'a str; OCTETS], WordError> {
    let parts: Vec<&str> = text.split('.').collect();
    let count = parts.len();
    parts.try_into().map_err(|_| {
        let why = format!("{text} has {count} parts between dots, an IPv4 address has 4");
        WordError::new(word, why, EXAMPLE)
    })
}

fn read_octet(word: &str, text: &str) -> Result<u8, WordError> {
    let refuse = |why: String| Err(WordError::new(word, why, EXAMPLE));
    if text.is_empty() {
        return refuse("an octet is empty".into());
    }
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return refuse(format!("octet {text} is not a number"));
    }
    if text.len() > 1 && text.starts_with('0') {
        return refuse(format!("octet {text} starts with a zero, which some programs read as octal"));
    }
    match text.parse() {
        Ok(octet) => Ok(octet),
        Err(_) => refuse(format!("octet {text} is above 255")),
    }
}

/// Reads one octet of a word of octet ranges: a number, `first-last`, or `*`.
fn read_octet_range(word: &str, text: &str) -> Result<(u8, u8), WordError> {
    if text == "*" {
        return Ok((0, u8::MAX));
    }
    let Some((first, last)) = text.split_once('-') else {
        return read_octet(word, text).map(|octet| (octet, octet));
    };
    let (first, last) = (read_octet(word, first)?, read_octet(word, last)?);
    if first > last {
        let why = format!("the octet range {text} ends before it begins");
        return Err(WordError::new(word, why, "10.0.0-3.1-254"));
    }
    Ok((first, last))
}

fn octet_ranges(word: &str, body: &str) -> Result<Vec<AddressRange>, WordError> {
    let parts = four_parts(word, body)?;
    let mut octets = [(0, 0); OCTETS];
    for (octet, part) in octets.iter_mut().zip(parts) {
        *octet = read_octet_range(word, part)?;
    }
    // Up to here whole octets follow, so that this octet's range is one run of addresses.
    let run = (0..OCTETS).rev().find(|at| octets[*at] != (0, u8::MAX)).unwrap_or(0);
    let width = |(first, last): &(u8, u8)| usize::from(last - first) + 1;
    let count: usize = octets[..run].iter().map(width).product();
    if count > RANGE_LIMIT {
        let why = format!(
            "it means {count} separate ranges, above the limit of {RANGE_LIMIT}; name prefixes and exclude the rest"
        );
        return Err(WordError::new(word, why, "10.0-255.0-255.1"));
    }
    Ok(expanded(octets, run))
}

/// Counts through the octets before `run` and builds one range for each.
fn expanded(octets: [(u8, u8); OCTETS], run: usize) -> Vec<AddressRange> {
    let mut heads = vec![0_u32];
    for (first, last) in &octets[..run] {
        let next = |head: u32| (*first..=*last).map(move |octet| (head << 8) | u32::from(octet));
        heads = heads.into_iter().flat_map(next).collect();
    }
    let end = |head: u32, pick: fn(&(u8, u8)) -> u8| {
        let tail = octets[run..].iter();
        let number = tail.fold(head, |number, octet| (number << 8) | u32::from(pick(octet)));
        IpAddr::V4(Ipv4Addr::from_bits(number))
    };
    let range = |head| AddressRange::new(end(head, |octet| octet.0), end(head, |octet| octet.1));
    heads.into_iter().filter_map(range).collect()
}
