//! What to say to an answer: a match's template with the bytes of its groups. Never fills in what the match did not read.

use std::collections::HashMap;
use std::sync::Arc;

use regex::bytes::{Captures, Regex};

use super::pack::Pack;
use super::{PackError, pattern};
use crate::probe::{Field, MatchSpec, ProbeSpec};
use crate::space::Transport;

/// The most bytes of a reply; what an answer would make longer is not sent.
const REPLY_LIMIT: usize = 16 * 1024;

/// Replies by the name of the match that they belong to.
#[derive(Default)]
pub(super) struct Replies(HashMap<Arc<str>, Reply>);

struct Reply {
    regex: Regex,
    template: Vec<u8>,
}

impl Replies {
    /// Keep a match's reply, if it has one.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn keep(&mut self, probe: &ProbeSpec, matched: &MatchSpec, name: &Arc<str>) -> Result<(), PackError> {
        if matched.reply.is_empty() {
            return Ok(());
        }
        let reply = Reply::new(probe, matched).map_err(|why| PackError::of_match(probe, name, why))?;
        self.0.insert(name.clone(), reply);
        Ok(())
    }
}

impl Reply {
    fn new(probe: &ProbeSpec, matched: &MatchSpec) -> Result<Self, String> {
        if probe.transport != Transport::Udp {
            return Err("a reply is sent over UDP only; continue a stream with an enumerator".into());
        }
        if matched.field != Field::Data {
            return Err("a reply needs the whole answer; leave field as it is".into());
        }
        if matched.reply.len() > REPLY_LIMIT {
            return Err(format!("a reply of {} bytes; at most {REPLY_LIMIT} are allowed", matched.reply.len()));
        }
        let reply = Self { regex: pattern::compile(&matched.pattern)?, template: matched.reply.clone() };
        let missing = reply.places().map(|(_, group)| group).find(|group| *group >= reply.regex.captures_len());
        missing.map_or(Ok(reply), |group| Err(format!("the reply wants group {group}, which the pattern has not")))
    }

    /// Where groups stand in the template, and which: `{1}` to `{9}`.
    fn places(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.template.windows(3).enumerate().filter_map(|(at, window)| match window {
            [b'{', digit @ b'1'..=b'9', b'}'] => Some((at, usize::from(digit - b'0'))),
            _ => None,
        })
    }

    fn fill(&self, groups: &Captures<'_>) -> Option<Vec<u8>> {
        let (mut filled, mut last) = (Vec::new(), 0);
        for (at, group) in self.places() {
            filled.extend_from_slice(&self.template[last..at]);
            filled.extend_from_slice(groups.get(group).map_or(&[], |found| found.as_bytes()));
            last = at + 3;
        }
        filled.extend_from_slice(&self.template[last..]);
        (filled.len() <= REPLY_LIMIT).then_some(filled)
    }
}

impl Pack {
    /// What the match `matched` wants to be sent to this answer, which it read; nothing for most.
    #[must_use]
    pub fn reply(&self, matched: &str, answer: &[u8]) -> Option<Vec<u8>> {
        let reply = self.replies.0.get(matched)?;
        reply.fill(&reply.regex.captures(answer)?)
    }

    /// Whether an answer means a service that this probe's own matches can name.
    pub(crate) fn is_of(&self, probe: usize, services: &[crate::reply::Service]) -> bool {
        let matches = &self.probes[probe].spec.matches;
        services.iter().any(|service| matches.iter().any(|matched| *matched.service == *service.name))
    }
}
