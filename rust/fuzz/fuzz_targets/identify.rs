//! The matcher over any answer: the same from fresh and used memory, nothing lost by its index, versions from the wire.

#![no_main]

use std::sync::{LazyLock, Mutex};

use libfuzzer_sys::fuzz_target;
use recon_core::matcher::{LISTEN, Pack, Scratch};
use recon_core::probe::{Field, MatchSpec};
use recon_core::reply::{BANNER_LIMIT, Findings};
use recon_core::space::Transport;
use recon_fuzz::script::Script;
use recon_fuzz::{checks, pack};
use regex::bytes::{Regex, RegexBuilder};

const ASKED: [&str; 5] = [LISTEN, "http", "dns", "smtp.help", "nobody"];

static PACK: LazyLock<Pack> = LazyLock::new(pack::pack);
static SMALL: LazyLock<Pack> = LazyLock::new(|| Pack::compile(pack::specs().split_off(3)).expect("it is sound"));
/// Name and regex of each TCP match of whole answers, compiled without the matcher's own short cuts.
static PLAIN: LazyLock<Vec<(MatchSpec, Regex)>> = LazyLock::new(plain);

/// Memory that serves from input to input, as it does in a sweep.
static USED: LazyLock<Mutex<Scratch>> = LazyLock::new(Mutex::default);
/// From this first byte on, an input is also read with fresh memory and with another pack's, which is far slower.
const THOROUGH: u8 = 224;

fuzz_target!(|bytes: &[u8]| {
    let mut script = Script::new(bytes);
    let (choice, tls) = (script.byte(), script.flag());
    let asked = ASKED[usize::from(choice) % ASKED.len()];
    let cut = usize::from(script.word());
    let answer = script.rest();
    let mut used = USED.lock().expect("a panic ends the run");
    let found = PACK.identify(answer, asked, tls, &mut used);
    check(&found, answer, asked, tls);
    nothing_is_lost(answer, &found, asked);
    checks::findings(&PACK.identify(&answer[..cut.min(answer.len())], asked, tls, &mut used));
    if choice >= THOROUGH {
        assert_eq!(PACK.identify(answer, asked, tls, &mut PACK.scratch()), found, "used memory changes nothing");
        checks::findings(&SMALL.identify(answer, asked, tls, &mut used));
        assert_eq!(PACK.identify(answer, asked, tls, &mut used), found, "another pack's memory changes nothing");
        has_proof(&found, answer, asked);
    }
});

/// Every service points at a match that was tried and hit, or at the grammar.
fn has_proof(found: &Findings, answer: &[u8], asked: &str) {
    let tried = PACK.tried(answer, asked);
    for matched in found.services.iter().map(|service| &service.evidence.matched) {
        let by_grammar = &**matched == "http.grammar" && answer.starts_with(b"HTTP/");
        assert!(by_grammar || tried.iter().any(|(name, _, hit)| *hit && name == matched), "{matched}");
    }
}

fn check(found: &Findings, answer: &[u8], asked: &str, tls: bool) {
    checks::findings(found);
    for service in &found.services {
        assert!(service.tls == tls && &*service.evidence.probe == asked, "{service:?}");
        // What the decoders of `bin` make of bytes does not stand there as text.
        let as_text = &*service.name != "bin";
        let from_answer = as_text && ["greeting", "header", "status", asked].contains(&&*service.version_source);
        if let (true, Some(version)) =
            (from_answer, service.version.as_deref().filter(|version| !version.contains('\\')))
        {
            assert!(memchr::memmem::find(answer, version.as_bytes()).is_some(), "{service:?} was not on the wire");
        }
    }
    let mut pairs: Vec<_> = found.services.iter().map(|service| (&service.name, &service.product)).collect();
    pairs.sort_unstable();
    assert!(pairs.windows(2).all(|two| two[0] != two[1]), "one row for each product");
    assert!(found.services.is_sorted_by(|one, other| one.confidence >= other.confidence));
}

/// A plain search with every pattern of the pack finds no service that the matcher's index passed over.
fn nothing_is_lost(answer: &[u8], found: &Findings, asked: &str) {
    if asked == "dns" {
        return; // over UDP other matches count
    }
    let answer = &answer[..answer.len().min(BANNER_LIMIT)];
    for (spec, _) in PLAIN.iter().filter(|(_, regex)| regex.is_match(answer)) {
        assert!(found.services.iter().any(|service| *service.name == *spec.service), "{} was lost", spec.pattern);
    }
}

fn plain() -> Vec<(MatchSpec, Regex)> {
    let probes = pack::specs().into_iter().filter(|probe| probe.transport == Transport::Tcp);
    let matches = probes.flat_map(|probe| probe.matches).filter(|spec| spec.field == Field::Data);
    let compiled = |spec: MatchSpec| {
        let regex = RegexBuilder::new(&spec.pattern).unicode(false).build().expect("it is in the pack");
        (spec, regex)
    };
    matches.map(compiled).collect()
}
