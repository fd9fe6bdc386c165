//! IPv6 words: address, prefix, first-last. It reads text only.

use super::WordError;
use super::v4::{ordered, read_prefix};
use crate::space::AddressRange;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The widest IPv6 word in bits: 2^40 addresses take twelve days at a million a second.
const WIDTH_BITS: u32 = 40;
const GROUPS: usize = 8;
const EXAMPLE: &str = "2001:db8::1";

/// Reads an IPv6 word without brackets or port.
pub(super) fn parse(word: &str, body: &str) -> Result<AddressRange, WordError> {
    if body.contains('%') {
        let why = "a zone (%interface) is not part of a target; choose the interface with --interface";
        return Err(WordError::new(word, why, "fe80::1"));
    }
    let range = read_range(word, body)?;
    refuse_mapped(word, &range)?;
    refuse_wide(word, &range)?;
    Ok(range)
}

fn read_range(word: &str, body: &str) -> Result<AddressRange, WordError> {
    if let Some((addr, prefix)) = body.split_once('/') {
        let prefix = read_prefix(word, prefix, 128)?;
        return Ok(AddressRange::from_prefix(read_address(word, addr)?, prefix));
    }
    if let Some((first, last)) = body.split_once('-') {
        let range = ordered(word, read_address(word, first)?, read_address(word, last)?);
        return range.map_err(|error| WordError { example: usable(error.example), ..error });
    }
    read_address(word, body).map(AddressRange::single)
}

/// Refuses `::ffff:0:0/96` (RFC 4291 §2.5.5.2): the same hosts would be asked twice under two names.
fn refuse_mapped(word: &str, range: &AddressRange) -> Result<(), WordError> {
    let mapped = IpAddr::V6(Ipv4Addr::UNSPECIFIED.to_ipv6_mapped());
    if !AddressRange::from_prefix(mapped, 96).covers(range) {
        return Ok(());
    }
    let plain = match range.first() {
        IpAddr::V6(addr) => addr.to_ipv4_mapped(),
        IpAddr::V4(addr) => Some(addr),
    };
    let example = plain.map_or("10.0.0.1".into(), |addr| addr.to_string());
    let why = "this is an IPv4-mapped address; write the IPv4 address";
    Err(WordError::new(word, why, example))
}

fn refuse_wide(word: &str, range: &AddressRange) -> Result<(), WordError> {
    if range.count() <= 1 << WIDTH_BITS {
        return Ok(());
    }
    let bits = 128 - (range.count() - 1).leading_zeros();
    let why = format!(
        "it holds up to 2^{bits} addresses, above the limit of 2^{WIDTH_BITS}; \
         sweep a /88 or narrower, or list the addresses that neighbours or DNS know"
    );
    Err(WordError::new(word, why, usable(format!("{}/120", range.first()))))
}

/// The example, or a plain one where it would be refused in its turn.
fn usable(example: String) -> String {
    if parse(&example, &example).is_ok() { example } else { EXAMPLE.into() }
}

fn read_address(word: &str, text: &str) -> Result<IpAddr, WordError> {
    let parsed: Result<Ipv6Addr, _> = text.parse();
    parsed.map(IpAddr::V6).map_err(|_| {
        let why = address_fault(text);
        WordError::new(word, format!("{text} is not an IPv6 address: {why}"), EXAMPLE)
    })
}

/// Says what is wrong with a text that is no IPv6 address (RFC 4291 §2.2).
fn address_fault(text: &str) -> String {
    let groups: Vec<&str> = text.split(':').collect();
    let filled = groups.iter().filter(|group| !group.is_empty());
    for group in filled.clone().filter(|group| !group.contains('.')) {
        if !group.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return format!("the group {group} is not hexadecimal");
        }
        if group.len() > 4 {
            return format!("the group {group} is longer than 4 digits");
        }
    }
    if text.contains(":::") || text.matches("::").count() > 1 {
        return "'::' may stand once".into();
    }
    match filled.count() {
        count if count > GROUPS => "it has too many groups, 8 at most".into(),
        count if count < GROUPS && !text.contains("::") => "it has too few groups, 8 without '::'".into(),
        _ => "its groups and colons do not fit together".into(),
    }
}
