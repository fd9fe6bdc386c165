//! A certificate of any bytes: its facts are few, short and readable, and nothing in it makes the reader stop.

#![no_main]

use libfuzzer_sys::fuzz_target;
use recon_core::jsonl;
use recon_core::reply::FactValue;
use recon_core::tls::{self, Session};

const FACTS: usize = 14;
const NAMES: usize = 64;
const LETTERS: usize = 512;

fuzz_target!(|der: &[u8]| {
    let session = Session { version: "1.3".into(), cipher: "x".into(), alpn: None, chain: vec![der.to_vec()] };
    let facts = tls::facts(&session, Some("example.test"), 1_700_000_000);
    assert!(facts.len() <= FACTS);
    for (at, fact) in facts.iter().enumerate() {
        assert!(fact.name.starts_with("tls."));
        assert!(facts[..at].iter().all(|other| other.name != fact.name), "{} is there twice", fact.name);
        match &fact.value {
            FactValue::Text(text) => assert!(text.chars().count() <= LETTERS),
            FactValue::List(names) => {
                assert!(names.len() <= NAMES && names.iter().all(|name| name.chars().count() <= LETTERS));
            }
            FactValue::Number(count) => assert!(usize::try_from(*count).is_ok_and(|count| count > NAMES)),
            FactValue::Flag(_) => {}
        }
    }
    for moment in facts.iter().filter(|fact| fact.name.starts_with("tls.not_")) {
        let FactValue::Text(text) = &moment.value else { panic!("{moment:?} is no text") };
        assert!(jsonl::epoch_us(text).is_some(), "{text} is no time");
    }
});
