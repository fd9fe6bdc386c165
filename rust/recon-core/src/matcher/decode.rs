//! Turns the bytes of a group into a value: numbers, text behind its length, other alphabets. Never reads past the group.
//!
//! A template is text with fields in braces; each field takes bytes from where the last one ended, and bytes left over
//! at the end are passed over. Bytes that are too few for a field yield no value.

use crate::lines;

/// A parsed template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Literal(String),
    /// So many bytes as an unsigned number.
    Number(usize, Order),
    /// A length of so many bytes, then text.
    Prefixed(usize, Order),
    /// A length as BER has it (X.690 §8.1.3), then text.
    Ber,
    Skip(usize),
    /// A number in ASCII digits; the widths in bits of its parts from the top.
    Bits(Vec<u32>),
    /// A number of four bytes; the widths in decimal digits of its parts, and how many of the first are passed over.
    Digits(Order, Vec<u32>, usize),
    Hex,
    Text,
    Utf16(Order),
    Ebcdic,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Big,
    Little,
}

impl Template {
    /// Reads a template such as `{u8}.{u8}.{u16be}`.
    ///
    /// # Errors
    /// The field that means nothing.
    pub(super) fn parse(template: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = template;
        while let Some((literal, after)) = rest.split_once('{') {
            let Some((field, after)) = after.split_once('}') else {
                return Err(format!("decode {template:?}: a brace is not closed"));
            };
            if !literal.is_empty() {
                pieces.push(Piece::Literal(literal.to_owned()));
            }
            pieces.push(piece(field).ok_or_else(|| format!("decode {template:?}: no such field: {{{field}}}"))?);
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Literal(rest.to_owned()));
        }
        Ok(Self(pieces))
    }

    /// Whether the fields themselves say where the value ends, so that bytes behind the group need not.
    pub(super) fn is_definite(&self) -> bool {
        !self.0.iter().any(|piece| matches!(piece, Piece::Hex | Piece::Text | Piece::Utf16(_) | Piece::Ebcdic))
    }

    /// The value that these bytes make; none if they are too few or no such value.
    pub(super) fn apply(&self, bytes: &[u8]) -> Option<String> {
        let mut rest = bytes;
        let mut value = String::new();
        for piece in &self.0 {
            piece.read(&mut rest, &mut value)?;
        }
        (!value.is_empty()).then_some(value)
    }
}

impl Piece {
    fn read(&self, rest: &mut &[u8], value: &mut String) -> Option<()> {
        match self {
            Self::Literal(text) => value.push_str(text),
            Self::Number(width, order) => value.push_str(&number(rest, *width, *order)?.to_string()),
            Self::Prefixed(width, order) => {
                let length = usize::try_from(number(rest, *width, *order)?).ok()?;
                value.push_str(&lines::text(take(rest, length)?));
            }
            Self::Ber => {
                let length = ber_length(rest)?;
                value.push_str(&lines::text(take(rest, length)?));
            }
            Self::Skip(count) => drop(take(rest, *count)?),
            Self::Bits(widths) => {
                let digits = std::str::from_utf8(all(rest)).ok()?;
                value.push_str(&bits(digits.parse().ok()?, widths));
            }
            Self::Digits(order, widths, skipped) => {
                let shown = number(rest, 4, *order)?;
                value.push_str(&decimal_parts(shown, widths)[*skipped..].join("."));
            }
            Self::Hex => value.extend(all(rest).iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])),
            Self::Text => value.push_str(&lines::text(all(rest))),
            Self::Utf16(order) => value.push_str(&utf16(all(rest), *order)),
            Self::Ebcdic => value.extend(all(rest).iter().map(|byte| ebcdic(*byte))),
        }
        Some(())
    }
}

fn piece(field: &str) -> Option<Piece> {
    let (name, order) = match field.strip_suffix("be") {
        Some(name) => (name, Order::Big),
        None => (field.strip_suffix("le").unwrap_or(field), Order::Little),
    };
    Some(match (name, field) {
        (_, "u8") => Piece::Number(1, Order::Big),
        (_, "p8") => Piece::Prefixed(1, Order::Big),
        ("u16" | "u24" | "u32" | "u64", _) if name != field => Piece::Number(bytes_of(name)?, order),
        ("p16" | "p24" | "p32" | "p64", _) if name != field => Piece::Prefixed(bytes_of(name)?, order),
        ("utf16", _) if name != field => Piece::Utf16(order),
        (_, "ber") => Piece::Ber,
        (_, "hex") => Piece::Hex,
        (_, "text") => Piece::Text,
        (_, "ebcdic") => Piece::Ebcdic,
        (_, "_") => Piece::Skip(1),
        _ => return odd_piece(field),
    })
}

fn odd_piece(field: &str) -> Option<Piece> {
    if let Some(count) = field.strip_prefix('_') {
        return Some(Piece::Skip(count.parse().ok()?));
    }
    if let Some(widths) = field.strip_prefix("dec32:") {
        return Some(Piece::Bits(parts(widths, 32)?));
    }
    let (name, widths) = field.split_once('/')?;
    let order = match name {
        "u32be" => Order::Big,
        "u32le" => Order::Little,
        _ => return None,
    };
    let shown = widths.strip_prefix('_');
    Some(Piece::Digits(order, parts(shown.unwrap_or(widths), 10)?, usize::from(shown.is_some())))
}

/// Widths such as `8.4.8`, none of them nothing, at most `most` together.
fn parts(widths: &str, most: u32) -> Option<Vec<u32>> {
    let widths: Vec<u32> = widths.split('.').map(|width| width.parse().ok()).collect::<Option<_>>()?;
    (widths.iter().all(|width| *width > 0 && *width <= most) && widths.iter().sum::<u32>() <= most).then_some(widths)
}

fn bytes_of(name: &str) -> Option<usize> {
    Some(name[1..].parse::<usize>().ok()? / 8)
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (head, tail) = rest.split_at_checked(count)?;
    *rest = tail;
    Some(head)
}

fn all<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    std::mem::take(rest)
}

fn number(rest: &mut &[u8], width: usize, order: Order) -> Option<u64> {
    let bytes = take(rest, width)?;
    let join = |sum: u64, byte: &u8| (sum << 8) | u64::from(*byte);
    Some(match order {
        Order::Big => bytes.iter().fold(0, join),
        Order::Little => bytes.iter().rev().fold(0, join),
    })
}

fn ber_length(rest: &mut &[u8]) -> Option<usize> {
    match number(rest, 1, Order::Big)? {
        short @ 0..=0x7f => usize::try_from(short).ok(),
        long @ 0x81..=0x84 => usize::try_from(number(rest, (long & 0x7f) as usize, Order::Big)?).ok(),
        _ => None,
    }
}

/// The parts of a number of 32 bits, from the top.
fn bits(number: u32, widths: &[u32]) -> String {
    let mut left = 32;
    let part = |width: &u32| {
        left -= width;
        ((u64::from(number) >> left) & ((1_u64 << width) - 1)).to_string()
    };
    widths.iter().map(part).collect::<Vec<_>>().join(".")
}

/// The decimal digits of a number in groups, without the zeros they begin with.
fn decimal_parts(number: u64, widths: &[u32]) -> Vec<String> {
    let mut left: u32 = widths.iter().sum();
    let part = |width: &u32| {
        left -= width;
        (number / 10_u64.pow(left) % 10_u64.pow(*width)).to_string()
    };
    widths.iter().map(part).collect()
}

fn utf16(bytes: &[u8], order: Order) -> String {
    let unit = |pair: &[u8]| match order {
        Order::Big => u16::from_be_bytes([pair[0], pair[1]]),
        Order::Little => u16::from_le_bytes([pair[0], pair[1]]),
    };
    String::from_utf16_lossy(&bytes.chunks_exact(2).map(unit).collect::<Vec<_>>())
}

fn digit(half: u8) -> char {
    char::from_digit(u32::from(half), 16).unwrap_or_default()
}

/// A letter of code page 037, as far as names and versions need it.
fn ebcdic(byte: u8) -> char {
    let of = |first: u8, base: u8| char::from(base + (byte - first));
    match byte {
        0x81..=0x89 => of(0x81, b'a'),
        0x91..=0x99 => of(0x91, b'j'),
        0xa2..=0xa9 => of(0xa2, b's'),
        0xc1..=0xc9 => of(0xc1, b'A'),
        0xd1..=0xd9 => of(0xd1, b'J'),
        0xe2..=0xe9 => of(0xe2, b'S'),
        0xf0..=0xf9 => of(0xf0, b'0'),
        0x40 => ' ',
        0x4b => '.',
        0x60 => '-',
        0x61 => '/',
        0x6d => '_',
        _ => '\u{fffd}',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(template: &str, bytes: &[u8]) -> Option<String> {
        Template::parse(template).expect("a good template").apply(bytes)
    }

    #[test]
    fn numbers_are_read_in_their_order() {
        assert_eq!(decoded("{u8}.{u8}.{u16be}", &[0x0f, 0, 0x07, 0xd0]).as_deref(), Some("15.0.2000"));
        assert_eq!(decoded("{u8}.{u8}.{u16le}", b"\x0a\x00\x63\x45\0\0\0\x0f").as_deref(), Some("10.0.17763"));
        assert_eq!(decoded("v{u24be}", &[1, 0, 0]).as_deref(), Some("v65536"));
        assert_eq!(decoded("{u32le}", &[1, 2]), None);
    }

    #[test]
    fn a_length_says_where_a_text_ends() {
        assert_eq!(decoded("{p64le}", b"\x06\0\0\0\0\0\0\x006.0.14 more").as_deref(), Some("6.0.14"));
        assert_eq!(decoded("{p8}/{p16be}", b"\x01a\x00\x02bc").as_deref(), Some("a/bc"));
        assert_eq!(decoded("{ber}", b"\x81\x03abc").as_deref(), Some("abc"));
        assert_eq!(decoded("{ber}", b"\x85\0\0\0\0\x01a"), None);
        assert_eq!(decoded("{p32be}", b"\xff\xff\xff\xffabc"), None);
    }

    #[test]
    fn other_alphabets_are_read() {
        assert_eq!(decoded("{utf16be}", b"\x001\x00.\x004").as_deref(), Some("1.4"));
        assert_eq!(decoded("{utf16le}", b"1\0.\x004\0x").as_deref(), Some("1.4"));
        assert_eq!(decoded("{ebcdic}", b"\xe3\xd5\xf3\xf2\xf7\xf0").as_deref(), Some("TN3270"));
        assert_eq!(decoded("{_2}{hex}", b"\0\0\x80\x0f").as_deref(), Some("800f"));
        assert_eq!(decoded("{_}{text}", b"\0ab").as_deref(), Some("ab"));
    }

    #[test]
    fn packed_versions_are_taken_apart() {
        assert_eq!(decoded("{dec32:8.4.8.4.8}", b"186647552").as_deref(), Some("11.2.0.4.0"));
        assert_eq!(decoded("{u32le/1.2.2.3}", &12_101_007_u32.to_le_bytes()).as_deref(), Some("1.21.1.7"));
        assert_eq!(decoded("{u32le/_1.2.2.3}", &12_101_007_u32.to_le_bytes()).as_deref(), Some("21.1.7"));
        assert_eq!(decoded("{dec32:8.4.8.4.8}", b"99999999999"), None);
    }

    #[test]
    fn only_a_length_makes_a_value_definite() {
        assert!(Template::parse("{u8}.{p8}").expect("good").is_definite());
        assert!(!Template::parse("{u8}.{text}").expect("good").is_definite());
    }

    #[test]
    fn a_field_that_means_nothing_is_named() {
        for template in ["{u9}", "{u16}", "{}", "{_x}", "{dec32:40}", "{u32le/9.9}", "{u8", "{u32le/}"] {
            assert!(Template::parse(template).is_err(), "{template}");
        }
        assert!(Template::parse("{u9}").expect_err("refused").contains("{u9}"));
    }
}
