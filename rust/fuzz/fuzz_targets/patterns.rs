//! An author's pattern against a text, with the matcher's literals and index and without: both must agree.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use recon_core::matcher::{Pack, PackError};
use recon_fuzz::pack;
use recon_fuzz::script::Script;
use regex::bytes::{Regex, RegexBuilder};

const PATTERN_LIMIT: usize = 200;
const SIZE_LIMIT: usize = 1 << 20;

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let mut script = Script::new(bytes);
    let pattern = script.text();
    let text = script.rest();
    let Some(regex) = plain(&pattern) else {
        return Corpus::Reject;
    };
    let compiled = compile(&pattern, text);
    if !regex.is_match(text) {
        assert!(compiled.is_err(), "a text that does not match proves nothing");
        return Corpus::Keep;
    }
    match compiled {
        Ok(pack) => {
            let found = pack.identify(text, "x", false, &mut pack.scratch());
            assert!(
                found.services.iter().any(|service| &*service.name == "x"),
                "the index lost {pattern:?} in {text:?}"
            );
        }
        Err(error) => assert!(!error.why.contains("does not read"), "{pattern:?} lost {text:?}: {error}"),
    }
    Corpus::Keep
});

/// The pattern as the engine alone takes it; none where it is no pattern, or one that recon spells in another way.
fn plain(pattern: &str) -> Option<Regex> {
    if pattern.len() > PATTERN_LIMIT || pattern.contains("\\0") {
        return None;
    }
    RegexBuilder::new(pattern).unicode(false).nest_limit(64).size_limit(SIZE_LIMIT).build().ok()
}

fn compile(pattern: &str, text: &[u8]) -> Result<Pack, PackError> {
    let matched = pack::matched("x", None, pattern, text);
    Pack::compile(vec![pack::probe("x", &[], b"?", vec![matched])])
}
