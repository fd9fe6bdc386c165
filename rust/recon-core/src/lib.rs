//! What a sweep is. No I/O, no clock, no threads: time and randomness are arguments.

pub mod cookie;
pub mod cpe;
pub mod dialogue;
pub mod http;
pub mod jsonl;
pub mod line;
pub mod lines;
pub mod matcher;
pub mod pace;
pub mod parse_ports;
pub mod parse_targets;
pub mod probe;
pub mod purl;
pub mod registry;
pub mod reply;
pub mod shuffle;
pub mod space;
pub mod special;
pub mod stored;
pub mod tally;
pub mod tcp;
pub mod tls;
pub mod transcript;
pub mod wire;
pub mod word;
