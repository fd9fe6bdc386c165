//! All probes of a run, compiled and indexed once. Leaves out a broken probe whole; never half of one.

use std::collections::HashMap;
use std::sync::Arc;

use super::hints::{Hints, NOBODY};
use super::names::{Names, default_name};
use super::products::{self, Products};
use super::proofs::{self, Digest, Proofs};
use super::reading::{self, Reading};
use super::replies::Replies;
use super::routes::Routes;
use super::tables::Tables;
use super::words::Words;
use super::{LISTEN, PackError, Scratch, examples};
use crate::lines;
use crate::probe::{MatchSpec, ProbeSpec};
use crate::space::Transport;

/// A probe that passed all checks.
#[derive(Clone, Debug)]
pub struct CompiledProbe {
    /// Its name, shared with every row it is the evidence of.
    pub name: Arc<str>,
    /// As its author wrote it.
    pub spec: ProbeSpec,
}

/// Compiled probes and matches; shared by all threads, each with its own [`Scratch`].
pub struct Pack {
    pub(super) probes: Vec<CompiledProbe>,
    pub(super) readings: Vec<Reading>,
    pub(super) tables: Tables,
    pub(super) words: Words,
    /// Tells a scratch which pack it was shaped for.
    pub(super) identity: Arc<()>,
    by_name: HashMap<Arc<str>, usize>,
    pub(super) tcp_hints: Hints,
    udp_hints: Hints,
    pub(super) routes: Routes,
    pub(super) replies: Replies,
    /// The proofs of all matches, where one of them is new.
    new_proofs: Option<Proofs>,
}

impl std::fmt::Debug for Pack {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Pack({} probes, {} matches)", self.probes.len(), self.readings.len())
    }
}

/// The most probes of a pack.
const PROBE_LIMIT: usize = NOBODY as usize;
/// The most bytes a probe may send.
const SEND_LIMIT: usize = 16 * 1024;

impl Pack {
    /// Compiles probes.
    ///
    /// # Errors
    /// The first thing that is wrong with any of them.
    pub fn compile(specs: Vec<ProbeSpec>) -> Result<Self, PackError> {
        let (pack, errors) = Self::compile_lenient(specs);
        errors.into_iter().next().map_or(Ok(pack), Err)
    }

    /// Compiles the probes that are sound, and says what is wrong with each of the others.
    #[must_use]
    pub fn compile_lenient(specs: Vec<ProbeSpec>) -> (Self, Vec<PackError>) {
        Self::load(specs, &Proofs::default())
    }

    /// Like [`Pack::compile_lenient`], but spares matches that were proven before the proof.
    #[must_use]
    pub fn load(specs: Vec<ProbeSpec>, known: &Proofs) -> (Self, Vec<PackError>) {
        let mut loading = Loading::new(known, products::by_service(&specs));
        let errors = specs.into_iter().flat_map(|spec| loading.add(spec).err().unwrap_or_default()).collect();
        (loading.finish(), errors)
    }

    /// The proofs of all matches, to be kept for the next time; none if all were known.
    #[must_use]
    pub fn new_proofs(&self) -> Option<&Proofs> {
        self.new_proofs.as_ref()
    }

    /// All probes, in the order they were given.
    #[must_use]
    pub fn probes(&self) -> &[CompiledProbe] {
        &self.probes
    }

    /// A probe by name.
    #[must_use]
    pub fn probe(&self, name: &str) -> Option<&CompiledProbe> {
        self.by_name.get(name).map(|at| &self.probes[*at])
    }

    /// How many matches the pack holds.
    #[must_use]
    pub fn match_count(&self) -> usize {
        self.readings.len()
    }

    /// The names of all matches, in pack order.
    pub fn match_names(&self) -> impl Iterator<Item = &str> {
        self.readings.iter().map(|reading| &*reading.name)
    }

    /// The probe with bytes to send that this port hints at: the most common one, then the first.
    #[must_use]
    pub fn probe_for(&self, port: u16, transport: Transport) -> Option<&CompiledProbe> {
        self.hints(transport).asks(port).map(|at| &self.probes[at])
    }

    /// Whether this TCP port hints at a server that speaks first.
    #[must_use]
    pub fn listens(&self, port: u16) -> bool {
        self.tcp_hints.listens(port)
    }

    /// Memory for [`Pack::identify`]; one per thread.
    #[must_use]
    pub fn scratch(&self) -> Scratch {
        Scratch::default()
    }

    fn hints(&self, transport: Transport) -> &Hints {
        match transport {
            Transport::Tcp => &self.tcp_hints,
            Transport::Udp => &self.udp_hints,
        }
    }
}

fn check_probe(spec: &ProbeSpec, known: &HashMap<Arc<str>, usize>) -> Result<(), PackError> {
    let wrong = |why: String| Err(PackError::of_probe(spec, why));
    if spec.name.is_empty() || spec.name == LISTEN {
        return wrong(format!("a probe needs a name of its own; {LISTEN:?} means that nothing was sent"));
    }
    if known.contains_key(spec.name.as_str()) {
        return wrong("another probe has this name".into());
    }
    if known.len() >= PROBE_LIMIT {
        return wrong(format!("a pack holds at most {PROBE_LIMIT} probes"));
    }
    if let Some((first, last)) = spec.ports.iter().find(|(first, last)| first > last) {
        return wrong(format!("ports {first}-{last} run backwards; write {last}-{first}"));
    }
    if spec.send.len() > SEND_LIMIT {
        return wrong(format!("{} bytes to send; at most {SEND_LIMIT} are allowed", spec.send.len()));
    }
    if !(1..=9).contains(&spec.rarity) {
        return wrong(format!("rarity {} is not between 1 (asked everywhere) and 9 (asked last)", spec.rarity));
    }
    if spec.transport == Transport::Udp && spec.send.is_empty() && !spec.ports.is_empty() {
        return wrong("nobody speaks first over UDP; give bytes to send".into());
    }
    products::check(spec).or_else(wrong)
}

/// A pack in the making.
struct Loading<'a> {
    known: &'a Proofs,
    products: HashMap<String, Arc<Products>>,
    fresh: Proofs,
    /// Known proofs that served.
    used: Vec<Digest>,
    probes: Vec<CompiledProbe>,
    readings: Vec<Reading>,
    by_name: HashMap<Arc<str>, usize>,
    replies: Replies,
    names: Names,
}

impl<'a> Loading<'a> {
    fn new(known: &'a Proofs, products: HashMap<String, Arc<Products>>) -> Self {
        Self {
            known,
            products,
            fresh: Proofs::default(),
            used: Vec::new(),
            probes: Vec::new(),
            readings: Vec::new(),
            by_name: HashMap::new(),
            replies: Replies::default(),
            names: Names::default(),
        }
    }

    /// Takes a probe with all its matches, or says all that is wrong with it.
    fn add(&mut self, spec: ProbeSpec) -> Result<(), Vec<PackError>> {
        check_probe(&spec, &self.by_name).map_err(|error| vec![error])?;
        let readings = self.matches(&spec)?;
        let name: Arc<str> = spec.name.as_str().into();
        self.by_name.insert(name.clone(), self.probes.len());
        self.readings.extend(readings);
        self.probes.push(CompiledProbe { name, spec });
        Ok(())
    }

    /// All matches of a probe, proven by their examples.
    fn matches(&mut self, spec: &ProbeSpec) -> Result<Vec<Reading>, Vec<PackError>> {
        let (mut readings, mut errors, mut taken) = (Vec::new(), Vec::new(), Vec::new());
        for matched in &spec.matches {
            let proven = self.prove(spec, matched, &taken);
            match proven.and_then(|reading| self.replies.keep(spec, matched, &reading.name).map(|()| reading)) {
                Ok(reading) => {
                    taken.push(lines::text(reading.name.as_bytes()));
                    readings.push(reading);
                }
                Err(error) => errors.push(error),
            }
        }
        if errors.is_empty() {
            self.names.keep(taken, &spec.origin);
            return Ok(readings);
        }
        Err(errors)
    }

    fn prove(&mut self, spec: &ProbeSpec, matched: &MatchSpec, taken: &[String]) -> Result<Reading, PackError> {
        let wrong = |why: String| {
            let shown = matched.name.clone().unwrap_or_else(|| default_name(matched));
            PackError::of_match(spec, &shown, why)
        };
        let name = self.names.claim(matched, &spec.origin, taken).map_err(wrong)?;
        let products = self.products.get(&matched.service);
        let digest = proofs::digest(matched, spec.transport, products.map_or(0, |table| table.digest()));
        let make = |outline| Reading::new(matched, &name, spec.transport, outline, products.cloned()).map_err(wrong);
        if let Some(outline) = self.known.of(digest) {
            self.used.push(digest);
            return make(outline.clone());
        }
        let outline = reading::check(matched).map_err(wrong)?;
        examples::check(&make(outline.clone())?, matched).map_err(wrong)?;
        self.fresh.keep(digest, outline.clone());
        make(outline) // Another: what the proof compiled takes most of a pack's memory, and most of it never runs.
    }

    /// The proofs to be kept for the next time, where some are new.
    fn new_proofs(&mut self) -> Option<Proofs> {
        if self.fresh.is_empty() {
            return None;
        }
        for &digest in &self.used {
            self.fresh.keep(digest, self.known.of(digest)?.clone());
        }
        Some(std::mem::take(&mut self.fresh))
    }

    fn finish(mut self) -> Pack {
        Pack {
            new_proofs: self.new_proofs(),
            tables: Tables::build(&self.readings),
            tcp_hints: Hints::build(&self.probes, Transport::Tcp),
            udp_hints: Hints::build(&self.probes, Transport::Udp),
            routes: Routes::build(&self.probes),
            replies: self.replies,
            probes: self.probes,
            readings: self.readings,
            words: Words::new(),
            identity: Arc::new(()),
            by_name: self.by_name,
        }
    }
}
