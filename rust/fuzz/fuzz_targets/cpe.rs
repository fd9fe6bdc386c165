//! CPE names of any words: always thirteen parts, and every prefix that we write is one that we read.

#![no_main]

use libfuzzer_sys::fuzz_target;
use recon_core::cpe;
use recon_fuzz::checks;
use recon_fuzz::script::Script;

fuzz_target!(|bytes: &[u8]| {
    let mut script = Script::new(bytes);
    let part = ['a', 'o', 'h'][usize::from(script.byte()) % 3];
    let (vendor, product, version, word) = (script.text(), script.text(), script.maybe(), script.text());
    let name = cpe::derive(part, &vendor, &product, version.as_deref());
    checks::cpe(&name);
    let prefix = cpe::prefix(part, &vendor, &product);
    assert!(cpe::is_prefix(&prefix), "{prefix}");
    assert_eq!(name, cpe::with_version(&prefix, version.as_deref()));
    for word in [word.clone(), format!("cpe:2.3:a:{word}")] {
        if cpe::is_prefix(&word) {
            checks::cpe(&cpe::with_version(&word, version.as_deref()));
        }
    }
});
