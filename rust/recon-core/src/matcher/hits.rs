//! What one reading finds in one field: a hit, or one for each product that it reads off the wire.

use std::sync::Arc;

use super::LISTEN;
use super::reading::{Excerpt, Hit, Outcome, Reading, Runner};
use crate::reply::Fact;

/// The most products that one match reads out of one field.
const EACH_LIMIT: usize = 16;

impl Reading {
    /// The product this reading alone takes from a text.
    pub(super) fn read_product(&self, text: &[u8]) -> Option<Arc<str>> {
        let word: Arc<str> = LISTEN.into();
        let excerpt = Excerpt { text, whole: true, source: &word, no_source: &word, probe: &word, tls: false };
        match self.first_hit(excerpt, &mut self.runner().ok()?, &mut Vec::new()) {
            Outcome::Hit(hit) => hit.service.product,
            Outcome::NoProduct(_) | Outcome::Miss => None,
        }
    }

    /// Adds what this reading finds in a text to `hits`, unless it yields; whether it found anything.
    pub(super) fn hits(
        &self,
        excerpt: Excerpt<'_>,
        runner: &mut Runner,
        yields: bool,
        hits: &mut Vec<Hit>,
        facts: &mut Vec<Fact>,
    ) -> bool {
        if self.each {
            return self.every_hit(excerpt, runner, hits, facts);
        }
        let Outcome::Hit(hit) = self.read(excerpt, 0, runner, facts) else {
            return false;
        };
        if !yields {
            hits.push(hit);
        }
        true
    }

    /// Adds each hit that reads what no other has read.
    fn every_hit(&self, excerpt: Excerpt<'_>, runner: &mut Runner, hits: &mut Vec<Hit>, facts: &mut Vec<Fact>) -> bool {
        let (mut from, mut found) = (0, false);
        for _ in 0..EACH_LIMIT {
            match self.read(excerpt, from, runner, facts) {
                Outcome::Miss => break,
                Outcome::NoProduct(end) => from = end,
                Outcome::Hit(hit) => {
                    (from, found) = (hit.end, true);
                    if !hits.iter().any(|other| hit.is_read_by(other)) {
                        hits.push(hit);
                    }
                }
            }
        }
        found
    }
}
