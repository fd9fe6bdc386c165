//! Replies that somebody stored: reads them out of files of recon, zgrab2 and masscan, and names them. Never asks anybody.

mod escapes;
mod flat;
mod foreign;
mod naming;
mod own;
mod zgrab;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use crate::reply::State;
use crate::space::Transport;

pub use naming::Namer;

/// The word in a row for whatever its stored reply does not tell: its reason, and the question when none is known.
pub const STORED: &str = "stored";
/// The address of a reply that came without one (RFC 1122 §3.2.1.3).
pub const NOWHERE: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
/// The most bytes of a line; a longer one is not read.
pub const LINE_LIMIT: usize = 8 << 20;

/// How replies stand in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// All of it is one reply.
    Raw,
    /// One reply a line, with the escapes `\r`, `\n`, `\t`, `\0`, `\\` and `\xNN`.
    Lines,
    /// One JSON object a line, as recon, zgrab2 and masscan write them.
    Jsonl,
}

/// One stored reply, as far as its file tells.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// Who said it; [`NOWHERE`] if that is not told.
    pub addr: IpAddr,
    /// A name of whoever said it, or of the file.
    pub host: Option<Arc<str>>,
    /// The port; none if that is not told.
    pub port: Option<u16>,
    /// How it came; none if that is not told.
    pub transport: Option<Transport>,
    /// Microseconds since the Unix epoch; none if that is not told.
    pub at_us: Option<i64>,
    /// What was asked, or the service that another scanner believes in.
    pub hint: Option<String>,
    /// Whether it was said inside TLS.
    pub tls: bool,
    /// Whether it is known to have ended; none if that is not told.
    pub whole: Option<bool>,
    /// State, reason, round trip and time to live, where a row of recon tells them.
    pub verdict: Option<Verdict>,
    /// What was said.
    pub data: Vec<u8>,
}

/// What a row of recon tells besides the answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// What the target turned out to be.
    pub state: State,
    /// Why.
    pub reason: String,
    /// Round trip in microseconds.
    pub rtt_us: Option<u32>,
    /// Time to live of the answer.
    pub ttl: Option<u8>,
}

impl Stored {
    /// Bytes of which nothing else is known.
    #[must_use]
    pub fn of(data: Vec<u8>) -> Self {
        Self {
            addr: NOWHERE,
            host: None,
            port: None,
            transport: None,
            at_us: None,
            hint: None,
            tls: false,
            whole: None,
            verdict: None,
            data,
        }
    }
}

/// What a line held.
#[derive(Debug, Default, PartialEq)]
pub struct Found {
    /// Its replies; a line may hold several, and a sound one none.
    pub replies: Vec<Stored>,
    /// What is wrong with it, if it could not be read.
    pub fault: Option<String>,
}

impl Found {
    fn reply(stored: Stored) -> Self {
        Self { replies: vec![stored], fault: None }
    }

    fn fault(why: impl Into<String>) -> Self {
        Self { replies: Vec::new(), fault: Some(why.into()) }
    }
}

/// The lines of a text without their line feeds; nothing holds none.
pub fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let end = if rest.is_empty() { return None } else { memchr::memchr(b'\n', rest) };
        let (line, behind) = rest.split_at(end.unwrap_or(rest.len()));
        rest = behind.get(1..).unwrap_or_default();
        Some(line)
    })
}

/// Reads one line, or for [`Form::Raw`] a whole file.
#[must_use]
pub fn read(text: &[u8], form: Form) -> Found {
    if form == Form::Raw {
        return Found::reply(Stored::of(text.to_vec()));
    }
    let line = text.strip_suffix(b"\r").unwrap_or(text);
    if line.len() > LINE_LIMIT {
        return Found::fault(format!("longer than {LINE_LIMIT} bytes"));
    }
    match form {
        Form::Lines => escapes::decode(line).map_or_else(Found::fault, |data| Found::reply(Stored::of(data))),
        _ => read_json(line),
    }
}

/// Reads one line of JSON; the brackets and commas of an array that was broken into lines are no fault.
fn read_json(line: &[u8]) -> Found {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line).trim_ascii();
    let object = line.strip_suffix(b",").unwrap_or(line).trim_ascii_end();
    if matches!(object, b"" | b"[" | b"]") {
        return Found::default();
    }
    own::read(object).or_else(|| flat::read(object)).unwrap_or_else(|| foreign::read(object))
}

#[cfg(test)]
mod tests;
