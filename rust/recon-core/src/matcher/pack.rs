//! All probes of a run, compiled and indexed once. Leaves out a broken probe whole; never half of one.

use std::collections::HashMap;
use std::sync::Arc;

use super::hints::{Hints, NOBODY};
use super::names::{Names, default_name};
use super::reading::Reading;
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
        let (mut probes, mut readings, mut errors) = (Vec::new(), Vec::new(), Vec::new());
        let (mut by_name, mut names) = (HashMap::new(), Names::default());
        for spec in specs {
            let compiled = check_probe(&spec, &by_name).map_err(|error| vec![error]);
            match compiled.and_then(|()| compile_matches(&spec, &mut names)) {
                Ok(compiled) => {
                    let name: Arc<str> = spec.name.as_str().into();
                    by_name.insert(name.clone(), probes.len());
                    readings.extend(compiled);
                    probes.push(CompiledProbe { name, spec });
                }
                Err(wrong) => errors.extend(wrong),
            }
        }
        (Self::index(probes, readings, by_name), errors)
    }

    fn index(probes: Vec<CompiledProbe>, readings: Vec<Reading>, by_name: HashMap<Arc<str>, usize>) -> Self {
        Self {
            tables: Tables::build(&readings),
            tcp_hints: Hints::build(&probes, Transport::Tcp),
            udp_hints: Hints::build(&probes, Transport::Udp),
            routes: Routes::build(&probes),
            probes,
            readings,
            words: Words::new(),
            identity: Arc::new(()),
            by_name,
        }
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
    if spec.transport == Transport::Udp && spec.send.is_empty() {
        return wrong("nobody speaks first over UDP; give bytes to send".into());
    }
    Ok(())
}

/// Compiles all matches of a probe and proves them by their examples.
fn compile_matches(spec: &ProbeSpec, names: &mut Names) -> Result<Vec<Reading>, Vec<PackError>> {
    let (mut readings, mut errors, mut taken) = (Vec::new(), Vec::new(), Vec::new());
    for matched in &spec.matches {
        match compile_match(spec, matched, names, &taken) {
            Ok(reading) => {
                taken.push(lines::text(reading.name.as_bytes()));
                readings.push(reading);
            }
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() {
        names.keep(taken, &spec.origin);
        return Ok(readings);
    }
    Err(errors)
}

fn compile_match(spec: &ProbeSpec, matched: &MatchSpec, names: &Names, taken: &[String]) -> Result<Reading, PackError> {
    let shown = matched.name.clone().unwrap_or_else(|| default_name(matched));
    let wrong = |why: String| PackError::of_match(spec, &shown, why);
    let name = names.claim(matched, &spec.origin, taken).map_err(wrong)?;
    let reading = Reading::compile(matched, &name, spec.transport).map_err(wrong)?;
    examples::check(&reading, matched).map_err(wrong)?;
    Ok(reading)
}
