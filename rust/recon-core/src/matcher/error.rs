//! The one error of a pack: which probe of whom is wrong, and why. Never a bare "invalid regex".

use thiserror::Error;

use crate::probe::ProbeSpec;

/// A probe that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{origin}: probe {probe:?}{}: {why}", matched.as_ref().map(|name| format!(", match {name:?}")).unwrap_or_default())]
pub struct PackError {
    /// The plugin that brought it.
    pub origin: String,
    /// The probe's name.
    pub probe: String,
    /// The match's name, where one is to blame.
    pub matched: Option<String>,
    /// What is wrong and what to do.
    pub why: String,
}

impl PackError {
    /// An error of the probe itself.
    pub(super) fn of_probe(probe: &ProbeSpec, why: impl Into<String>) -> Self {
        Self { origin: probe.origin.clone(), probe: probe.name.clone(), matched: None, why: why.into() }
    }

    /// An error of one of its matches.
    pub(super) fn of_match(probe: &ProbeSpec, name: &str, why: impl Into<String>) -> Self {
        Self { matched: Some(name.to_owned()), ..Self::of_probe(probe, why) }
    }
}
