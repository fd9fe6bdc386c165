//! What must hold of every finding, whatever the bytes it was read from. Each check panics where it does not.

use std::collections::HashSet;

use recon_core::matcher::{AGREED, FACT_LIMIT, GRAMMAR, HEADER_FACT_LIMIT, VALUE_LIMIT};
use recon_core::reply::{Fact, FactValue, Findings, Service};

/// How many characters one byte becomes at most: `\xNN`.
const ESCAPE: usize = 4;
/// Most facts that the pack of [`crate::pack`] and the HTTP and TLS grammars can yield beside headers.
const OTHER_FACTS: usize = 48;

/// Checks services and facts.
///
/// # Panics
/// When a rule is broken.
pub fn findings(findings: &Findings) {
    findings.services.iter().for_each(service);
    facts(&findings.facts);
    assert!(findings.facts.len() <= HEADER_FACT_LIMIT + OTHER_FACTS, "{} facts", findings.facts.len());
}

/// Checks the CPE name: ASCII that can be seen, in thirteen parts.
///
/// # Panics
/// When it is not.
pub fn cpe(name: &str) {
    assert!(name.bytes().all(|byte| byte.is_ascii_graphic()), "{name}");
    let mut escaped = false;
    let colons = name.chars().filter(|letter| {
        let counts = *letter == ':' && !escaped;
        escaped = *letter == '\\' && !escaped;
        counts
    });
    assert_eq!(colons.count(), 12, "{name}");
}

fn service(service: &Service) {
    assert!(!service.name.is_empty() && !service.evidence.probe.is_empty() && !service.evidence.matched.is_empty());
    assert!((GRAMMAR..=AGREED).contains(&service.confidence), "{service:?}");
    let values = [
        service.product.as_deref(),
        service.vendor.as_deref(),
        service.version.as_deref(),
        service.revision.as_deref(),
        service.distro.as_deref(),
    ];
    for value in values.into_iter().flatten() {
        assert!(!value.is_empty() && value.len() <= ESCAPE * VALUE_LIMIT, "{service:?}");
    }
    assert_eq!(service.version.is_some(), &*service.version_source != "none", "{service:?}");
    service.cpe.iter().for_each(|name| cpe(name));
}

fn facts(facts: &[Fact]) {
    let mut names = HashSet::new();
    for fact in facts {
        assert!(names.insert(&fact.name), "{} is there twice", fact.name);
        match &fact.value {
            FactValue::Text(text) => assert!(text.len() <= ESCAPE * FACT_LIMIT),
            FactValue::List(list) => assert!(list.iter().all(|text| text.len() <= ESCAPE * FACT_LIMIT)),
            FactValue::Number(_) | FactValue::Flag(_) => {}
        }
    }
}
