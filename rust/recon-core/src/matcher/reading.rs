//! One match, compiled: holds a text against its pattern and says what that means. Knows no product itself.

use std::sync::{Arc, OnceLock};

use regex::bytes::{CaptureLocations, Regex};

use super::literal::Literals;
use super::pattern::{self, Outline};
use super::{FACT_LIMIT, GRAMMAR, GRAMMAR_WITH_PRODUCT, MATCH, MATCH_WITH_VERSION, VALUE_LIMIT};
use crate::probe::{Field, MatchSpec};
use crate::reply::{Evidence, Fact, FactValue, Service};
use crate::space::Transport;
use crate::{cpe, lines};

/// The shortest literal that may carry a reading of a whole answer.
const LEAST_LITERAL: usize = 2;

/// So many bytes behind a value say that it was not cut.
const SETTLING: usize = 8;

/// What a named group fills.
enum Role {
    Version,
    Revision,
    Product,
    Vendor,
    Distro,
    Fact(Arc<str>),
}

/// A match ready to run.
pub(super) struct Reading {
    pub(super) name: Arc<str>,
    pub(super) service: Arc<str>,
    pub(super) field: Field,
    pub(super) transport: Transport,
    pub(super) literals: Literals,
    /// Whether the author named the product: such a reading beats one that takes it from the wire.
    pub(super) fixed: bool,
    pattern: String,
    /// Compiled when the first answer has its literals: most matches of a pack never run.
    compiled: OnceLock<Result<Regex, String>>,
    groups: Vec<(usize, Role)>,
    part: char,
    vendor: Option<Arc<str>>,
    pub(super) product: Option<Arc<str>>,
    distro: Option<String>,
    /// CPE up to the product, where it does not depend on the answer.
    cpe: Option<String>,
    facts: Vec<Fact>,
}

/// The text a reading is held against, and how it came to us.
#[derive(Clone, Copy)]
pub(super) struct Excerpt<'a> {
    pub(super) text: &'a [u8],
    /// Whether the text is known to have ended: a value at the end of a cut text is not believed.
    pub(super) whole: bool,
    /// Where a version found here was read.
    pub(super) source: &'a Arc<str>,
    /// `version_source` of a service without a version.
    pub(super) no_source: &'a Arc<str>,
    /// The probe that was sent.
    pub(super) probe: &'a Arc<str>,
    pub(super) tls: bool,
}

/// What a reading found.
pub(super) struct Hit {
    /// Where in the text, to keep the order of several products.
    pub(super) start: usize,
    pub(super) service: Service,
}

/// A pattern and room for the positions of its groups; each thread has its own.
pub(super) struct Runner {
    regex: Regex,
    locations: CaptureLocations,
}

impl Reading {
    /// A match under its final `name`; what its pattern needs was read before.
    pub(super) fn new(spec: &MatchSpec, name: &str, transport: Transport, outline: Outline) -> Self {
        let Outline { literals, groups } = outline;
        let groups = roles(&groups, &spec.service);
        let open = spec.product.is_none() || groups.iter().any(|(_, role)| matches!(role, Role::Product));
        Self {
            name: name.into(),
            service: spec.service.as_str().into(),
            field: spec.field.clone(),
            transport,
            literals,
            fixed: !open,
            pattern: spec.pattern.clone(),
            compiled: OnceLock::new(),
            groups,
            part: spec.part,
            vendor: spec.vendor.as_deref().map(Arc::from),
            product: spec.product.as_deref().map(Arc::from),
            distro: spec.distro.clone(),
            cpe: spec.cpe.clone(),
            facts: constant_facts(spec),
        }
        .with_cpe()
    }

    /// Works out the CPE prefix once, if vendor and product are fixed.
    fn with_cpe(mut self) -> Self {
        if let (None, true, Some(vendor), Some(product)) = (&self.cpe, self.fixed, &self.vendor, &self.product) {
            self.cpe = Some(cpe::prefix(self.part, vendor, product));
        }
        self
    }

    /// What runs this pattern.
    ///
    /// # Errors
    /// Why the pattern cannot be compiled; a proven one can.
    pub(super) fn runner(&self) -> Result<Runner, &str> {
        let regex = self.compiled.get_or_init(|| pattern::compile(&self.pattern)).as_ref().map_err(String::as_str)?;
        // A clone has memory of its own, so that threads do not wait for each other's.
        Ok(Runner { regex: regex.clone(), locations: regex.capture_locations() })
    }

    /// Whether the field's text could be an HTTP response at all.
    pub(super) fn may_read_http(&self) -> bool {
        const START: &[u8] = b"http/";
        self.literals.prefix.as_ref().is_none_or(|prefix| {
            let shared = prefix.len().min(START.len());
            prefix[..shared] == START[..shared]
        })
    }

    /// Whether a text begins as the pattern wants, so that most that cannot match never reach the regex.
    fn may_begin(&self, text: &[u8]) -> bool {
        let begins = |prefix: &Vec<u8>| text.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix));
        self.literals.prefix.as_ref().is_none_or(begins)
    }

    /// Whether its author attached facts that hold when it reads a text.
    pub(super) fn states_facts(&self) -> bool {
        !self.facts.is_empty()
    }

    /// Holds the text against the pattern; facts go to `facts`, each name once.
    pub(super) fn read(&self, excerpt: Excerpt<'_>, runner: &mut Runner, facts: &mut Vec<Fact>) -> Option<Hit> {
        if !self.may_begin(excerpt.text) {
            return None;
        }
        let Runner { regex, locations } = runner;
        let found = regex.captures_read(locations, excerpt.text)?;
        let mut service = self.blank(excerpt);
        let mut distro = None;
        for (group, role) in &self.groups {
            let Some(value) = self.value_of(locations.get(*group), excerpt) else {
                continue;
            };
            let short = || lines::text(lines::capped(value, VALUE_LIMIT));
            match role {
                Role::Version => service.version = Some(short()),
                Role::Revision => service.revision = Some(short()),
                Role::Product => service.product = Some(short().into()),
                Role::Vendor => service.vendor = Some(short().into()),
                Role::Distro => distro = Some(short()),
                Role::Fact(name) => {
                    push_fact(facts, name, || FactValue::Text(lines::text(lines::capped(value, FACT_LIMIT))));
                }
            }
        }
        for fact in &self.facts {
            push_fact(facts, &fact.name, || fact.value.clone());
        }
        service.distro = distro.or_else(|| service.revision.as_ref().and(self.distro.clone()));
        self.finish(&mut service, excerpt);
        Some(Hit { start: found.start(), service })
    }

    /// The service as far as the author fixed it.
    fn blank(&self, excerpt: Excerpt<'_>) -> Service {
        Service {
            name: self.service.clone(),
            part: self.part,
            vendor: self.vendor.clone(),
            product: self.product.clone(),
            version: None,
            cpe: None,
            distro: None,
            revision: None,
            confidence: GRAMMAR,
            version_source: excerpt.no_source.clone(),
            tls: excerpt.tls,
            evidence: Evidence { probe: excerpt.probe.clone(), matched: self.name.clone() },
        }
    }

    /// The bytes of a group; none if it is empty, or not settled because the text may have been cut.
    ///
    /// A value near the end may go on, or have been read shorter than it is. The end of its line (or string) settles it;
    /// for a fixed reading so do some bytes behind it. An open one might still yield to a fixed one in the same line.
    fn value_of<'a>(&self, span: Option<(usize, usize)>, excerpt: Excerpt<'a>) -> Option<&'a [u8]> {
        let (start, end) = span?;
        let (value, rest) = (&excerpt.text[start..end], &excerpt.text[end..]);
        let settled =
            excerpt.whole || (self.fixed && rest.len() >= SETTLING) || memchr::memchr2(b'\n', 0, rest).is_some();
        (settled && !value.is_empty()).then_some(value)
    }

    /// Fills in what follows from the rest: CPE, confidence, source.
    fn finish(&self, service: &mut Service, excerpt: Excerpt<'_>) {
        service.confidence = match (self.fixed, &service.product, &service.version) {
            (true, _, Some(_)) => MATCH_WITH_VERSION,
            (true, _, None) => MATCH,
            (false, Some(_), _) => GRAMMAR_WITH_PRODUCT,
            (false, None, _) => GRAMMAR,
        };
        if service.version.is_some() {
            service.version_source = excerpt.source.clone();
        }
        let version = service.version.as_deref();
        service.cpe = match (&self.cpe, &service.vendor, &service.product) {
            (Some(prefix), _, _) => Some(cpe::with_version(prefix, version)),
            (None, Some(vendor), Some(product)) => Some(cpe::derive(self.part, vendor, product, version)),
            _ => None,
        };
    }
}

/// Adds a fact unless its name is known already.
pub(super) fn push_fact(facts: &mut Vec<Fact>, name: &Arc<str>, value: impl FnOnce() -> FactValue) {
    if !facts.iter().any(|fact| fact.name == *name) {
        facts.push(Fact { name: name.clone(), value: value() });
    }
}

fn roles(groups: &[(usize, String)], service: &str) -> Vec<(usize, Role)> {
    let role = |name: &str| match name {
        "version" => Role::Version,
        "revision" => Role::Revision,
        "product" => Role::Product,
        "vendor" => Role::Vendor,
        "distro" => Role::Distro,
        other => Role::Fact(fact_name(service, other)),
    };
    groups.iter().map(|(group, name)| (*group, role(name))).collect()
}

/// The full name of a fact: the service's family, unless the author gave one.
pub(super) fn fact_name(service: &str, name: &str) -> Arc<str> {
    if name.contains('.') { name.into() } else { format!("{service}.{name}").into() }
}

fn constant_facts(spec: &MatchSpec) -> Vec<Fact> {
    let facts = spec.facts.iter();
    facts
        .map(|(name, value)| Fact { name: fact_name(&spec.service, name), value: FactValue::Text(value.clone()) })
        .collect()
}

/// Checks all of a match but its examples, and reads what its pattern needs.
///
/// # Errors
/// What is wrong, in words for its author.
pub(super) fn check(spec: &MatchSpec) -> Result<Outline, String> {
    check_words(spec)?;
    let outline = pattern::outline(&spec.pattern)?;
    if spec.field == Field::Data && outline.literals.strength() < LEAST_LITERAL {
        return Err(
            "the pattern has no literal text that must occur; an answer is not known by its length or one byte".into(),
        );
    }
    Ok(outline)
}

/// Checks the words of a match that are not its pattern.
fn check_words(spec: &MatchSpec) -> Result<(), String> {
    if spec.service.is_empty() {
        return Err("the service has no name".into());
    }
    if !matches!(spec.part, 'a' | 'o' | 'h') {
        return Err(format!("part {:?} is none of a (application), o (operating system), h (hardware)", spec.part));
    }
    match &spec.cpe {
        Some(word) if !cpe::is_prefix(word) => Err(format!(
            "cpe {word:?} is not of the form cpe:2.3:part:vendor:product, such as cpe:2.3:a:apache:http_server"
        )),
        _ => Ok(()),
    }
}
