//! One target that answered: its state, why we believe it, and what it said. Holds silence only where rows of it are
//! wanted.

use std::borrow::Cow;
use std::sync::Arc;

use crate::space::Target;

/// What a target turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// It accepted a connection, or answered a datagram.
    Open,
    /// It refused: RST, or ICMP port unreachable.
    Closed,
    /// Something on the way said so: any other ICMP error.
    Unreachable,
    /// Asked over UDP, and nothing came: it may be open, or filtered.
    Silent,
    /// We could not ask: a failure on our side.
    Unknown,
}

impl State {
    /// The word used in every output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Unreachable => "unreachable",
            Self::Silent => "open|silent",
            Self::Unknown => "unknown",
        }
    }

    /// The state that a word of an output means.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        let all = [Self::Open, Self::Closed, Self::Unreachable, Self::Silent, Self::Unknown];
        all.into_iter().find(|state| state.as_str() == word)
    }
}

/// Which question and which reading made us believe a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The probe that was sent; `listen` when nothing was.
    pub probe: Arc<str>,
    /// The match that read the answer, such as `ssh.openssh`.
    pub matched: Arc<str>,
}

/// What a reply means: one product on one port. A port may run several.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// The protocol spoken, such as `ssh`.
    pub name: Arc<str>,
    /// CPE part: `a` application, `o` operating system, `h` hardware.
    pub part: char,
    /// CPE vendor, where the pack knows it.
    pub vendor: Option<Arc<str>>,
    /// The product's display name.
    pub product: Option<Arc<str>>,
    /// The exact version, as it stood on the wire.
    pub version: Option<String>,
    /// CPE 2.3 formatted string.
    pub cpe: Option<String>,
    /// The distribution that built it, such as `Debian`.
    pub distro: Option<String>,
    /// The distribution's own revision, such as `2+deb12u10`.
    pub revision: Option<String>,
    /// How sure, 0 to 1; the scale stands in `matcher`.
    pub confidence: f32,
    /// Where the version was read: `greeting`, `header`, `none`, …
    pub version_source: Arc<str>,
    /// Whether it was spoken inside TLS.
    pub tls: bool,
    /// Why we believe it.
    pub evidence: Evidence,
}

impl Service {
    /// How sure, in the two decimals that every output shows.
    #[must_use]
    pub fn certainty(&self) -> f64 {
        certainty(self.confidence)
    }
}

/// A confidence in two decimals.
pub(crate) fn certainty(confidence: f32) -> f64 {
    (f64::from(confidence) * 100.0).round() / 100.0
}

/// The value of a fact.
#[derive(Clone, Debug, PartialEq)]
pub enum FactValue {
    /// Text; bytes that are not UTF-8 appear as `\xNN`.
    Text(String),
    /// A whole number.
    Number(i64),
    /// Yes or no.
    Flag(bool),
    /// Several texts.
    List(Vec<String>),
}

/// A named value learnt from a reply, such as `ssh.protocol`.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// `family.name`.
    pub name: Arc<str>,
    /// What was learnt.
    pub value: FactValue,
}

/// What the readings of one answer, or of a whole conversation, came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Findings {
    /// Services, the most specific first.
    pub services: Vec<Service>,
    /// Facts in the order they were learnt.
    pub facts: Vec<Fact>,
}

/// One target that answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// Microseconds since the Unix epoch when the verdict was reached.
    pub at_us: i64,
    /// Who answered.
    pub target: Target,
    /// The name the user gave for this address, if any.
    pub host: Option<Arc<str>>,
    /// The verdict.
    pub state: State,
    /// Why: `syn-ack`, `refused`, `host-unreachable`, an errno name, …
    pub reason: Cow<'static, str>,
    /// Round trip of the handshake in microseconds.
    pub rtt_us: Option<u32>,
    /// IP time to live of the answer; none over kernel sockets.
    pub ttl: Option<u8>,
    /// What it said first, capped at [`BANNER_LIMIT`] bytes.
    pub banner: Vec<u8>,
    /// What that means.
    pub findings: Findings,
    /// The whole conversation, when the plan asked for it.
    pub transcript: Option<Box<crate::transcript::Transcript>>,
}

/// The most bytes of an answer that a row keeps.
pub const BANNER_LIMIT: usize = 64 * 1024;
