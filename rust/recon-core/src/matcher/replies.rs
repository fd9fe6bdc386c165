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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::{Ends, Example};

    fn probe(transport: Transport, field: Field, reply: &[u8]) -> ProbeSpec {
        let matched = MatchSpec {
            name: Some("game.challenge".into()),
            pattern: "^GAME([\\s\\S]{4})(?P<kind>[a-z])?$".into(),
            field,
            service: "game".into(),
            part: 'a',
            vendor: None,
            product: None,
            distro: None,
            cpe: None,
            facts: vec![],
            each: false,
            decode: vec![],
            reply: reply.to_vec(),
            examples: vec![Example { data: b"GAME1234".to_vec(), expect: vec![] }],
        };
        ProbeSpec {
            name: "game".into(),
            origin: "test".into(),
            ports: vec![(1, 1)],
            tls_ports: vec![],
            starttls: vec![],
            transport,
            send: b"hello".to_vec(),
            wait_ms: None,
            ends: Ends::Quiet,
            rarity: 5,
            answers_elsewhere: false,
            products: vec![],
            matches: vec![matched],
        }
    }

    fn reply_to(template: &[u8], answer: &[u8]) -> Option<Vec<u8>> {
        let pack = Pack::compile(vec![probe(Transport::Udp, Field::Data, template)]).expect("a sound probe");
        pack.reply("game.challenge", answer)
    }

    #[test]
    fn groups_go_back_byte_for_byte_and_are_no_templates_themselves() {
        assert_eq!(reply_to(b"<{1}|{1}>", b"GAME\x00\xff{1"), Some(b"<\x00\xff{1|\x00\xff{1>".to_vec()));
        assert_eq!(reply_to(b"{1}{2}{0}{x}", b"GAME{2}!"), Some(b"{2}!{0}{x}".to_vec()));
        assert_eq!(reply_to(b"{1}", b"something else"), None);
    }

    #[test]
    fn a_reply_that_could_not_be_made_is_refused_at_load() {
        let why = |spec: ProbeSpec| Pack::compile(vec![spec]).expect_err("a refusal").why;
        assert!(why(probe(Transport::Udp, Field::Data, b"{3}")).contains("wants group 3"));
        assert!(why(probe(Transport::Tcp, Field::Data, b"x")).contains("over UDP only"));
        assert!(why(probe(Transport::Udp, Field::Title, b"x")).contains("the whole answer"));
        assert!(why(probe(Transport::Udp, Field::Data, &vec![b'x'; REPLY_LIMIT + 1])).contains("at most 16384"));
    }
}
