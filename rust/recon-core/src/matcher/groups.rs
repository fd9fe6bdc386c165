//! The named groups of a match: what each fills, and how its bytes become a value.

use std::sync::Arc;

use super::decode::Template;
use crate::lines;
use crate::probe::MatchSpec;

/// What a named group fills.
pub(super) enum Role {
    Version,
    Revision,
    Product,
    Vendor,
    Distro,
    Fact(Arc<str>),
}

/// A named group: its number, what it fills, how its bytes become a value.
pub(super) struct Group {
    pub(super) number: usize,
    pub(super) role: Role,
    decode: Option<Template>,
}

impl Group {
    /// Whether the value itself says where it ends.
    pub(super) fn is_definite(&self) -> bool {
        self.decode.as_ref().is_some_and(Template::is_definite)
    }

    /// The value that bytes of this group make.
    pub(super) fn text(&self, value: &[u8], limit: usize) -> Option<String> {
        match &self.decode {
            None => Some(lines::text(lines::capped(value, limit))),
            Some(template) => {
                let mut text = template.apply(value)?;
                let end = (0..=limit.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
                text.truncate(end.unwrap_or(0));
                Some(text)
            }
        }
    }
}

/// The groups of a match.
///
/// # Errors
/// A template that means nothing, or whose group the pattern lacks.
pub(super) fn groups(named: &[(usize, String)], spec: &MatchSpec) -> Result<Vec<Group>, String> {
    let role = |name: &str| match name {
        "version" => Role::Version,
        "revision" => Role::Revision,
        "product" => Role::Product,
        "vendor" => Role::Vendor,
        "distro" => Role::Distro,
        other => Role::Fact(fact_name(&spec.service, other)),
    };
    if let Some((name, _)) = spec.decode.iter().find(|(name, _)| named.iter().all(|(_, group)| group != name)) {
        return Err(format!("decode: the pattern has no group {name:?}"));
    }
    let group = |(number, name): &(usize, String)| {
        let template = spec.decode.iter().find(|(group, _)| group == name).map(|(_, template)| template);
        let decode = template.map(|template| Template::parse(template)).transpose()?;
        Ok(Group { number: *number, role: role(name), decode })
    };
    named.iter().map(group).collect()
}

/// The full name of a fact: the service's family, unless the author gave one.
pub(super) fn fact_name(service: &str, name: &str) -> Arc<str> {
    if name.contains('.') { name.into() } else { format!("{service}.{name}").into() }
}
