//! Gives every match a name of its own, so that evidence points at one place.

use std::collections::HashMap;

use crate::probe::MatchSpec;

/// Match name → who brought it.
#[derive(Default)]
pub(super) struct Names(HashMap<String, String>);

impl Names {
    /// Gives names to their owner for good.
    pub(super) fn keep(&mut self, names: Vec<String>, origin: &str) {
        self.0.extend(names.into_iter().map(|name| (name, origin.to_owned())));
    }

    /// The final name of a match; none and why if it is taken.
    ///
    /// A name the author gave must be unique. One that recon made up gets a number, unless another plugin has it.
    pub(super) fn claim(&self, spec: &MatchSpec, origin: &str, taken: &[String]) -> Result<String, String> {
        let wanted = spec.name.clone().unwrap_or_else(|| default_name(spec));
        let is_taken = |name: &String| self.0.contains_key(name) || taken.contains(name);
        match self.0.get(&wanted) {
            Some(other) if other != origin => {
                return Err(format!("the name {wanted:?} belongs to a match of {other}; give name="));
            }
            _ if spec.name.is_some() && is_taken(&wanted) => {
                return Err(format!("the name {wanted:?} is used twice"));
            }
            _ => {}
        }
        let numbered = (2..).map(|number| format!("{wanted}-{number}"));
        let free = std::iter::once(wanted.clone()).chain(numbered).find(|name| !is_taken(name));
        Ok(free.unwrap_or(wanted))
    }
}

/// `service.product`, or `service.generic`.
pub(super) fn default_name(spec: &MatchSpec) -> String {
    format!("{}.{}", spec.service, spec.product.as_deref().map_or_else(|| "generic".into(), slug))
}

/// A product's name in lower case, runs of anything but letters and digits as one hyphen.
fn slug(product: &str) -> String {
    let words = product.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
}
