//! TCP segments (RFC 9293 §3.1) as a view. What they mean to a connection is `crate::tcp`'s business.

use std::{fmt, ops};

use super::ip::Head;
use super::{Checks, Fault, long, word};

pub(super) const HEADER: usize = 20;
const END: u8 = 0;
const PADDING: u8 = 1;
pub(super) const MSS: u8 = 2;
pub(super) const MSS_LENGTH: u8 = 4;
const WINDOW_SCALE: u8 = 3;

/// The control bits of a segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flags(pub u8);

impl Flags {
    /// The sender has said all.
    pub const FIN: Self = Self(1);
    /// Sequence numbers begin here.
    pub const SYN: Self = Self(2);
    /// The connection is gone.
    pub const RST: Self = Self(4);
    /// Hand on at once.
    pub const PSH: Self = Self(8);
    /// The acknowledgement number counts.
    pub const ACK: Self = Self(16);
    /// The urgent pointer counts.
    pub const URG: Self = Self(32);

    const NAMES: [&'static str; 8] = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"];

    /// Whether all of `wanted` are set.
    #[must_use]
    pub const fn has(self, wanted: Self) -> bool {
        self.0 & wanted.0 == wanted.0
    }

    /// These and `more`.
    #[must_use]
    pub const fn with(self, more: Self) -> Self {
        Self(self.0 | more.0)
    }
}

impl ops::BitOr for Flags {
    type Output = Self;

    fn bitor(self, more: Self) -> Self {
        self.with(more)
    }
}

impl fmt::Display for Flags {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set = Self::NAMES.iter().enumerate().filter(|(bit, _)| self.0 >> bit & 1 == 1);
        for (count, (_, name)) in set.enumerate() {
            write!(out, "{}{name}", if count == 0 { "" } else { "|" })?;
        }
        Ok(())
    }
}

/// A segment that came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tcp<'a> {
    /// The sender's port.
    pub src_port: u16,
    /// Ours.
    pub dst_port: u16,
    /// Sequence number of the first byte, or of the SYN.
    pub seq: u32,
    /// The next sequence number that the sender expects; counts with [`Flags::ACK`] only.
    pub ack: u32,
    /// Control bits.
    pub flags: Flags,
    /// Bytes that the sender has room for, not scaled.
    pub window: u16,
    /// The longest payload that the sender takes, if it says so.
    pub mss: Option<u16>,
    /// Power of two by which windows are to be multiplied, if the sender offers that.
    pub window_scale: Option<u8>,
    /// The bytes.
    pub payload: &'a [u8],
}

/// Reads a segment. Options that are cut short or make no sense are skipped, as if they were not there.
pub(super) fn read<'a>(head: &Head, segment: &'a [u8], checks: Checks) -> Result<Tcp<'a>, Fault> {
    let fixed = segment.first_chunk::<HEADER>().ok_or(Fault::Malformed)?;
    let length = usize::from(fixed[12] >> 4) * 4;
    let options = segment.get(HEADER..length).ok_or(Fault::Malformed)?;
    head.vouches(segment, checks)?;
    let (mss, window_scale) = read_options(options);
    Ok(Tcp {
        src_port: word(fixed, 0),
        dst_port: word(fixed, 2),
        seq: long(fixed, 4),
        ack: long(fixed, 8),
        flags: Flags(fixed[13]),
        window: word(fixed, 14),
        mss,
        window_scale,
        payload: &segment[length..],
    })
}

fn read_options(mut options: &[u8]) -> (Option<u16>, Option<u8>) {
    let (mut mss, mut scale) = (None, None);
    while let [kind, behind @ ..] = options {
        options = match *kind {
            END => break,
            PADDING => behind,
            _ => {
                let Some(option) = behind.first().and_then(|length| options.get(2..usize::from(*length))) else {
                    break;
                };
                match (*kind, option) {
                    (MSS, [high, low]) => mss = Some(u16::from_be_bytes([*high, *low])),
                    (WINDOW_SCALE, [shift]) => scale = Some(*shift),
                    _ => {}
                }
                &options[option.len() + 2..]
            }
        };
    }
    (mss, scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_named_as_the_field_names_them() {
        assert_eq!((Flags::SYN | Flags::ACK).to_string(), "SYN|ACK");
        assert_eq!(Flags(0xff).to_string(), "FIN|SYN|RST|PSH|ACK|URG|ECE|CWR");
        assert_eq!(Flags::default().to_string(), "");
    }

    #[test]
    fn options_are_read_until_one_makes_no_sense() {
        assert_eq!(read_options(&[1, 1, 2, 4, 5, 180, 3, 3, 7, 0]), (Some(1460), Some(7)));
        assert_eq!(read_options(&[2, 4, 5, 180, 8, 0, 3, 3, 7]), (Some(1460), None), "a length of nought ends them");
        assert_eq!(read_options(&[3, 3, 7, 2, 4, 5]), (None, Some(7)), "an option that is cut short is not there");
        assert_eq!(read_options(&[2, 3, 5, 0]), (None, None), "an MSS has two bytes");
        assert_eq!(read_options(&[0, 2, 4, 5, 180]), (None, None), "nothing counts behind the end");
    }
}
