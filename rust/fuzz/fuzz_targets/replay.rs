//! Recorded conversations of any shape: a replay ends, says the same twice, and keeps within its limits.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use recon_core::dialogue::replay::replay;
use recon_core::matcher::Pack;
use recon_core::reply::BANNER_LIMIT;
use recon_core::space::{Target, Transport};
use recon_core::transcript::{Direction, Entry, Transcript};
use recon_fuzz::script::Script;
use recon_fuzz::{checks, pack};

static PACK: LazyLock<Pack> = LazyLock::new(pack::pack);

fuzz_target!(|bytes: &[u8]| {
    let mut script = Script::new(bytes);
    let port = script.word();
    let transcript = transcript(script);
    let target = Target { addr: [127, 0, 0, 1].into(), port, transport: Transport::Tcp };
    let outcome = replay(&PACK, &transcript, target);
    checks::findings(&outcome.findings);
    assert!(outcome.banner.len() <= BANNER_LIMIT);
    let heard = |entry: &Entry| entry.direction != Direction::Sent;
    assert!(outcome.banner.is_empty() || transcript.entries.iter().any(heard), "what was heard was said");
    let again = replay(&PACK, &transcript, target);
    assert_eq!((again.banner, again.findings), (outcome.banner, outcome.findings));
});

fn transcript(mut script: Script<'_>) -> Transcript {
    let mut transcript = Transcript::default();
    while !script.is_over() {
        let kind = script.byte();
        let direction = match kind % 4 {
            0 => Direction::Sent,
            1 | 2 => Direction::Received,
            _ => Direction::Secured,
        };
        transcript.entries.push(Entry { direction, wire: kind >> 6, at_us: 0, data: script.bytes().to_vec() });
    }
    transcript
}
