//! A probe is a question and its readings, as plain values. Compiled by `matcher`; nothing here does I/O.

use crate::space::Transport;

/// Which part of an answer a match reads.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// The whole answer as it came.
    Data,
    /// The value of an HTTP header, its name in lower case.
    Header(String),
    /// A line `name: value` of each header that no match reads by name; the name in lower case.
    AnyHeader,
    /// The HTTP status line.
    Status,
    /// The text of the HTML `<title>`.
    Title,
    /// The HTTP body as far as it was read.
    Body,
}

/// One example a match must read: the answer, and the values it must yield.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Example {
    /// The bytes of the field (for `Field::Data` the whole answer).
    pub data: Vec<u8>,
    /// Group or service-field name → value.
    pub expect: Vec<(String, String)>,
}

/// A reading of an answer, as its author wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MatchSpec {
    /// Unique name; `service.product` when the author gave none.
    pub name: Option<String>,
    /// Byte regular expression; named groups fill the service's fields, other groups become facts.
    pub pattern: String,
    /// What the pattern is held against.
    pub field: Field,
    /// Protocol name of the service.
    pub service: String,
    /// CPE part: `a`, `o` or `h`.
    pub part: char,
    /// CPE vendor.
    pub vendor: Option<String>,
    /// Display name of the product; none leaves it to a group named `product`.
    pub product: Option<String>,
    /// Distribution, reported only when the pattern captured a revision or a group named `distro` matched.
    pub distro: Option<String>,
    /// `cpe:2.3:part:vendor:product` to use instead of the derived one.
    pub cpe: Option<String>,
    /// Facts that always hold when this match hits.
    pub facts: Vec<(String, String)>,
    /// Whether an open match is read again behind its last hit.
    pub each: bool,
    /// Group → template that turns its bytes into a value.
    pub decode: Vec<(String, String)>,
    /// What to send next when an answer hits and no product is known, over UDP; `{1}` to `{9}` inside are the bytes of
    /// the pattern's groups. Empty: nothing.
    pub reply: Vec<u8>,
    /// At least one.
    pub examples: Vec<Example>,
}

/// What is known of a product that is read off the wire.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProductSpec {
    /// Display name; none keeps the wire's spelling.
    pub name: Option<String>,
    /// CPE vendor.
    pub vendor: Option<String>,
    /// `cpe:2.3:part:vendor:product` instead of the derived one.
    pub cpe: Option<String>,
    /// CPE part: `a`, `o` or `h`.
    pub part: char,
}

/// When an answer is whole, so that reading may end before the wait is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// By the shared grammars: a line, a numbered multi-line reply, an HTTP/1 response; else after quiet.
    Grammar,
    /// Only when the peer falls quiet or closes.
    Quiet,
}

/// A question: bytes to send (none: listen), ports it is likely on, how long to wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbeSpec {
    /// Unique name.
    pub name: String,
    /// The plugin that brought it, for error messages.
    pub origin: String,
    /// Inclusive port ranges the question is likely on.
    pub ports: Vec<(u16, u16)>,
    /// Inclusive port ranges where the same question is likely inside TLS.
    pub tls_ports: Vec<(u16, u16)>,
    /// How the protocol asks for TLS in mid-conversation: what to send, and what the answer must contain, in turn.
    pub starttls: Vec<(Vec<u8>, Vec<u8>)>,
    /// TCP or UDP.
    pub transport: Transport,
    /// Bytes to send; `{host}` and `{port}` inside are filled in. Empty: listen only.
    pub send: Vec<u8>,
    /// How long to wait for the answer in milliseconds; none: the dialogue's default.
    pub wait_ms: Option<u32>,
    /// When the answer is whole.
    pub ends: Ends,
    /// 1 (asked everywhere) to 9 (asked last).
    pub rarity: u8,
    /// Whether a server may answer from another port than the one that was asked, over UDP.
    pub answers_elsewhere: bool,
    /// Products of the services that the matches name, by their spelling on the wire in lower case; none there says
    /// that the word is no product.
    pub products: Vec<(String, Option<ProductSpec>)>,
    /// Its readings.
    pub matches: Vec<MatchSpec>,
}
