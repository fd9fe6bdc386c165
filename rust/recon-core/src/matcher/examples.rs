//! Proves each match by its author's examples, alone and beside all others. Never part of reading an answer.

use std::sync::Arc;

use super::groups::fact_name;
use super::reading::{Excerpt, Outcome, Reading, Runner};
use super::{LISTEN, MATCH, Pack, PackError, Scratch};
use crate::lines;
use crate::probe::{Example, Field, MatchSpec, ProbeSpec};
use crate::reply::{Fact, FactValue, Findings, Service};
use crate::space::Transport;

/// Whether the match reads each of its examples to the expected values.
pub(super) fn check(reading: &Reading, spec: &MatchSpec) -> Result<(), String> {
    if spec.examples.is_empty() {
        return Err("it has no example; give one real answer and the values it must yield".into());
    }
    let mut runner = reading.runner()?;
    spec.examples.iter().try_for_each(|example| check_one(reading, &mut runner, spec, example))
}

fn check_one(reading: &Reading, runner: &mut Runner, spec: &MatchSpec, example: &Example) -> Result<(), String> {
    let word: Arc<str> = "example".into();
    let excerpt = Excerpt {
        text: &example.data,
        whole: reading.transport == Transport::Udp || ends(&spec.field, &example.data),
        source: &word,
        no_source: &word,
        probe: &word,
        tls: false,
    };
    let mut facts = Vec::new();
    let shown = lines::text(lines::capped(&example.data, 120));
    let hit = match reading.first_hit(excerpt, runner, &mut facts) {
        Outcome::Hit(hit) => hit,
        Outcome::Miss => return Err(format!("it does not read its example {shown:?}")),
        Outcome::NoProduct(_) => return Err(format!("what it reads of its example {shown:?} is no product")),
    };
    for (key, expected) in &example.expect {
        let found = lookup(&hit.service, &facts, key);
        if found.as_deref() != Some(expected.as_str()) {
            return Err(mismatch(&shown, key, expected, found.as_deref(), excerpt.whole));
        }
    }
    Ok(())
}

/// Whether a field's text counts as ended: an answer needs its line end, the other fields were ended by the HTTP grammar.
fn ends(field: &Field, text: &[u8]) -> bool {
    *field != Field::Data || super::identify::ended(text)
}

fn mismatch(shown: &str, key: &str, expected: &str, found: Option<&str>, whole: bool) -> String {
    let found = found.map_or_else(|| "nothing".to_owned(), |value| format!("{value:?}"));
    let hint = if whole {
        ""
    } else {
        " (a value at the very end of an answer may be cut: end the example as the server does)"
    };
    format!("its example {shown:?} should yield {key}={expected:?} but yields {found}{hint}")
}

/// A value by the name of a service field, a group, or a fact.
fn lookup(service: &Service, facts: &[Fact], key: &str) -> Option<String> {
    match key {
        "service" | "name" => Some(service.name.to_string()),
        "part" => Some(service.part.to_string()),
        "vendor" => service.vendor.as_deref().map(str::to_owned),
        "product" => service.product.as_deref().map(str::to_owned),
        "version" => service.version.clone(),
        "revision" => service.revision.clone(),
        "distro" => service.distro.clone(),
        "cpe" => service.cpe.clone(),
        other => {
            let name = fact_name(&service.name, other);
            facts.iter().find(|fact| fact.name == name).and_then(|fact| match &fact.value {
                FactValue::Text(text) => Some(text.clone()),
                _ => None,
            })
        }
    }
}

impl Pack {
    /// Runs every example through all matches: an error for each that another match steals.
    ///
    /// An example is stolen when its own product is missing from what the whole pack reads, or, for a whole answer,
    /// when another product of the same protocol is read out of it too.
    #[must_use]
    pub fn thefts(&self) -> Vec<PackError> {
        let mut scratch = self.scratch();
        let mut thefts = Vec::new();
        let specs = self.probes.iter().flat_map(|probe| probe.spec.matches.iter().map(move |spec| (&probe.spec, spec)));
        for ((probe, spec), reading) in specs.zip(&self.readings) {
            for example in &spec.examples {
                if let Some(thief) = self.thief(probe, reading, example, &mut scratch) {
                    let shown = lines::text(lines::capped(&example.data, 120));
                    thefts.push(PackError::of_match(
                        probe,
                        &reading.name,
                        format!("its example {shown:?} is read by {thief}"),
                    ));
                }
            }
        }
        thefts
    }

    /// The match that takes this example away, if any.
    fn thief(&self, probe: &ProbeSpec, reading: &Reading, example: &Example, scratch: &mut Scratch) -> Option<String> {
        let asked = if probe.send.is_empty() { LISTEN } else { &probe.name };
        let findings = if reading.field == Field::Data {
            self.identify(&example.data, asked, false, scratch)
        } else {
            self.identify_field(&reading.field, &example.data, scratch)
        };
        let own = reading.read_product(&example.data);
        let is_own = |service: &Service| service.name == reading.service && service.product == own;
        let other = findings
            .services
            .iter()
            .find(|service| service.name == reading.service && service.confidence >= MATCH && !is_own(service));
        match other {
            Some(other) if reading.field == Field::Data => Some(other.evidence.matched.to_string()),
            _ if findings.services.iter().any(is_own) => None,
            _ => Some(all_readers(&findings)),
        }
    }
}

fn all_readers(findings: &Findings) -> String {
    let readers: Vec<&str> = findings.services.iter().map(|service| &*service.evidence.matched).collect();
    if readers.is_empty() { "nothing".into() } else { readers.join(", ") }
}
