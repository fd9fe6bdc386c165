//! Reads answers: compiles probes once, then names what an answer says. No I/O, and no answer can stall it.
//!
//! A match is *fixed* when its author named the product, and *open* when the product comes from the wire or stays
//! unknown. On one field of one answer an open match yields to a fixed one of the same service (but the facts that its
//! author attached still hold); several fixed ones all count. The confidence of a service says which kind of match read it:

mod decode;
mod error;
mod examples;
mod groups;
mod head;
mod hints;
mod hits;
mod identify;
mod index;
mod literal;
mod merge;
mod names;
mod pack;
mod pattern;
mod products;
mod proofs;
mod reading;
mod replies;
mod routes;
mod tables;
mod words;

pub use error::PackError;
pub use identify::Scratch;
pub(crate) use identify::ended;
pub(crate) use merge::merge as merge_services;
pub use pack::{CompiledProbe, Pack};
pub use proofs::Proofs;

/// Two independent sources name the same product and version.
pub const AGREED: f32 = 0.99;
/// A fixed match that read a version.
pub const MATCH_WITH_VERSION: f32 = 0.98;
/// A fixed match without a version.
pub const MATCH: f32 = 0.90;
/// An open match that took the product from the answer.
pub const GRAMMAR_WITH_PRODUCT: f32 = 0.75;
/// Only the protocol is known.
pub const GRAMMAR: f32 = 0.60;

/// What `asked` is when nothing was sent.
pub const LISTEN: &str = "listen";
/// The most bytes of a version, product, vendor, distribution or revision.
pub const VALUE_LIMIT: usize = 256;
/// The most bytes of a fact.
pub const FACT_LIMIT: usize = 1024;
/// The most HTTP headers of one answer that become facts.
pub const HEADER_FACT_LIMIT: usize = 32;
