//! One match, compiled: holds a text against its pattern and says what that means. Knows no product itself.

use std::sync::{Arc, OnceLock};

use regex::bytes::{CaptureLocations, Regex};

use super::groups::{Group, Role, fact_name, groups};
use super::head::Head;
use super::literal;
use super::pattern::{self, Outline};
use super::products::{Products, Verdict};
use super::{FACT_LIMIT, GRAMMAR, GRAMMAR_WITH_PRODUCT, MATCH, MATCH_WITH_VERSION, VALUE_LIMIT};
use crate::cpe;
use crate::probe::{Field, MatchSpec, ProductSpec};
use crate::reply::{Evidence, Fact, FactValue, Service};
use crate::space::Transport;

/// The shortest literal that may carry a reading of a whole answer.
const LEAST_LITERAL: usize = 2;

/// So many bytes behind a value say that it was not cut.
const SETTLING: usize = 8;

/// A match ready to run.
pub(super) struct Reading {
    pub(super) name: Arc<str>,
    pub(super) service: Arc<str>,
    pub(super) field: Field,
    pub(super) transport: Transport,
    /// Texts of which one must be in the field; empty when nothing is known.
    pub(super) literals: Vec<Vec<u8>>,
    /// How the field must begin.
    pub(super) head: Head,
    /// Whether the author named the product: such a reading beats one that takes it from the wire.
    pub(super) fixed: bool,
    /// Whether it is read again behind its last hit; only open ones are.
    pub(super) each: bool,
    pattern: String,
    /// Compiled when the first answer has its literals: most matches of a pack never run.
    compiled: OnceLock<Result<Regex, String>>,
    groups: Vec<Group>,
    /// What is known of the products that it may read off the wire.
    products: Option<Arc<Products>>,
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
    pub(super) end: usize,
    /// Where its product stands, if it was read off the wire.
    pub(super) token: Option<(usize, usize)>,
    pub(super) service: Service,
}

impl Hit {
    /// Whether another hit has read what this one takes for a product.
    pub(super) fn is_read_by(&self, other: &Self) -> bool {
        self.token.is_some_and(|(start, end)| start < other.end && other.start < end)
    }
}

/// What holding a text against a pattern came to.
#[allow(clippy::large_enum_variant)] // taken apart where it is made; a box would be one more allocation for each hit
pub(super) enum Outcome {
    Hit(Hit),
    /// The pattern matched up to here, but the word it read is no product.
    NoProduct(usize),
    Miss,
}

/// A pattern and room for the positions of its groups; each thread has its own.
pub(super) struct Runner {
    regex: Regex,
    locations: CaptureLocations,
}

impl Reading {
    /// A match under its final `name`; what its pattern needs was read before.
    ///
    /// # Errors
    /// A template of its that means nothing.
    pub(super) fn new(
        spec: &MatchSpec,
        name: &str,
        transport: Transport,
        outline: Outline,
        products: Option<Arc<Products>>,
    ) -> Result<Self, String> {
        let Outline { literals, head, groups: named } = outline;
        let groups = groups(&named, spec)?;
        let open = spec.product.is_none() || groups.iter().any(|group| matches!(group.role, Role::Product));
        let reading = Self {
            name: name.into(),
            service: spec.service.as_str().into(),
            field: spec.field.clone(),
            transport,
            literals,
            head,
            fixed: !open,
            each: spec.each,
            pattern: spec.pattern.clone(),
            compiled: OnceLock::new(),
            groups,
            products,
            part: spec.part,
            vendor: spec.vendor.as_deref().map(Arc::from),
            product: spec.product.as_deref().map(Arc::from),
            distro: spec.distro.clone(),
            cpe: spec.cpe.clone(),
            facts: constant_facts(spec),
        };
        Ok(reading.with_cpe())
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

    /// Whether no literal says more of a text than how it begins.
    pub(super) fn needs_no_literal(&self) -> bool {
        self.literals.is_empty() || self.literals.iter().any(|literal| self.head.spells(literal))
    }

    /// Whether its author attached facts that hold when it reads a text.
    pub(super) fn states_facts(&self) -> bool {
        !self.facts.is_empty()
    }

    /// Holds the text from `from` on against the pattern; facts go to `facts`, each name once.
    pub(super) fn read(
        &self,
        excerpt: Excerpt<'_>,
        from: usize,
        runner: &mut Runner,
        facts: &mut Vec<Fact>,
    ) -> Outcome {
        let Runner { regex, locations } = runner;
        let Some(found) = regex.captures_read_at(locations, excerpt.text, from) else {
            return Outcome::Miss;
        };
        let token = self.token(locations);
        let verdict = self.verdict(token, excerpt);
        if matches!(verdict, Verdict::NoProduct) {
            return Outcome::NoProduct(found.end());
        }
        let mut service = self.blank(excerpt);
        self.fill(&mut service, locations, excerpt, facts);
        for fact in &self.facts {
            push_fact(facts, &fact.name, || fact.value.clone());
        }
        let known = if let Verdict::Known(known) = verdict { Some(known) } else { None };
        self.finish(&mut service, known, excerpt);
        Outcome::Hit(Hit { start: found.start(), end: found.end(), token, service })
    }

    /// The first hit in a text; one that is read again passes over words that are no products.
    pub(super) fn first_hit(&self, excerpt: Excerpt<'_>, runner: &mut Runner, facts: &mut Vec<Fact>) -> Outcome {
        let mut from = 0;
        loop {
            match self.read(excerpt, from, runner, facts) {
                Outcome::NoProduct(end) if self.each && end > from => from = end,
                Outcome::Miss if from > 0 => return Outcome::NoProduct(from),
                outcome => return outcome,
            }
        }
    }

    /// Where the product stands that is read off the wire.
    fn token(&self, locations: &CaptureLocations) -> Option<(usize, usize)> {
        let group = self.groups.iter().find(|group| matches!(group.role, Role::Product))?;
        locations.get(group.number)
    }

    fn verdict(&self, token: Option<(usize, usize)>, excerpt: Excerpt<'_>) -> Verdict<'_> {
        match (&self.products, token) {
            (Some(products), Some((start, end))) => products.of(&excerpt.text[start..end]),
            _ => Verdict::Unknown,
        }
    }

    /// Fills the service with what the groups read.
    fn fill(&self, service: &mut Service, locations: &CaptureLocations, excerpt: Excerpt<'_>, facts: &mut Vec<Fact>) {
        for group in &self.groups {
            let definite = group.is_definite();
            let Some(value) = self.value_of(locations.get(group.number), definite, excerpt) else {
                continue;
            };
            let limit = if matches!(group.role, Role::Fact(_)) { FACT_LIMIT } else { VALUE_LIMIT };
            let Some(text) = group.text(value, limit) else {
                continue;
            };
            match &group.role {
                Role::Version => service.version = Some(text),
                Role::Revision => service.revision = Some(text),
                Role::Product => service.product = Some(text.into()),
                Role::Vendor => service.vendor = Some(text.into()),
                Role::Distro => service.distro = Some(text),
                Role::Fact(name) => push_fact(facts, name, || FactValue::Text(text)),
            }
        }
        if service.distro.is_none() && service.revision.is_some() {
            service.distro.clone_from(&self.distro);
        }
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
    /// A value near the end may go on, or have been read shorter than it is. The end of its line (or string), or a byte
    /// that is no text, settles it; for a fixed reading so do some bytes behind it. An open one might still yield to a
    /// fixed one in the same line.
    /// A `definite` one says itself where it ends.
    fn value_of<'a>(&self, span: Option<(usize, usize)>, definite: bool, excerpt: Excerpt<'a>) -> Option<&'a [u8]> {
        let (start, end) = span?;
        let (value, rest) = (&excerpt.text[start..end], &excerpt.text[end..]);
        let settled = definite
            || excerpt.whole
            || (self.fixed && rest.len() >= SETTLING)
            || rest.first().is_some_and(|byte| is_binary(*byte))
            || memchr::memchr2(b'\n', 0, rest).is_some();
        (settled && !value.is_empty()).then_some(value)
    }

    /// Fills in what follows from the rest: what is known of the product, CPE, confidence, source.
    fn finish(&self, service: &mut Service, known: Option<&ProductSpec>, excerpt: Excerpt<'_>) {
        if let Some(known) = known {
            service.part = known.part;
            service.vendor = known.vendor.as_deref().map(Arc::from).or(service.vendor.take());
            if let Some(name) = &known.name {
                service.product = Some(name.as_str().into());
            }
        }
        service.confidence = match (self.fixed || known.is_some(), &service.product, &service.version) {
            (true, _, Some(_)) => MATCH_WITH_VERSION,
            (true, _, None) => MATCH,
            (false, Some(_), _) => GRAMMAR_WITH_PRODUCT,
            (false, None, _) => GRAMMAR,
        };
        if service.version.is_some() {
            service.version_source = excerpt.source.clone();
        }
        let version = service.version.as_deref();
        let prefix = known.and_then(|known| known.cpe.as_ref()).or(self.cpe.as_ref());
        service.cpe = match (prefix, &service.vendor, &service.product) {
            (Some(prefix), _, _) => Some(cpe::with_version(prefix, version)),
            (None, Some(vendor), Some(product)) => Some(cpe::derive(service.part, vendor, product, version)),
            _ => None,
        };
    }
}

/// Whether a byte is none of a text's: the length or tag of what follows.
fn is_binary(byte: u8) -> bool {
    (byte < b' ' && byte != b'\t') || byte >= 0x7f
}

/// Adds a fact unless its name is known already.
pub(super) fn push_fact(facts: &mut Vec<Fact>, name: &Arc<str>, value: impl FnOnce() -> FactValue) {
    if !facts.iter().any(|fact| fact.name == *name) {
        facts.push(Fact { name: name.clone(), value: value() });
    }
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
    if spec.field == Field::Data && literal::strength(&outline.literals) < LEAST_LITERAL {
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
    if spec.each && spec.product.is_some() {
        return Err("each is for a match that reads its product off the wire, in a group named product".into());
    }
    match &spec.cpe {
        Some(word) if !cpe::is_prefix(word) => Err(format!(
            "cpe {word:?} is not of the form cpe:2.3:part:vendor:product, such as cpe:2.3:a:apache:http_server"
        )),
        _ => Ok(()),
    }
}
