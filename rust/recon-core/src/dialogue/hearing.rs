//! What the caller reports: connections, bytes, TLS, deadlines. Decides only when an answer is over.

use super::agenda::{Agenda, Question};
use super::talk::{State, Talk};
use super::{Dialogue, Wire};
use crate::matcher::{Pack, Scratch};
use crate::reply::BANNER_LIMIT;
use crate::tls::{self, Session};
use crate::transcript::Direction;

impl Dialogue {
    /// Another connection opened.
    pub fn on_open(&mut self, pack: &Pack, wire: Wire, now_us: u64) {
        let Some(talk) = self.talks.get_mut(wire).filter(|talk| talk.state == State::Opening) else {
            return;
        };
        talk.state = State::Waiting;
        let question = talk.question;
        self.put(pack, wire, question, now_us);
    }

    /// Another connection could not be had; its question goes unasked.
    pub fn on_open_failed(&mut self, pack: &Pack, scratch: &mut Scratch, wire: Wire, now_us: u64) {
        self.remark(wire, now_us, || "could not connect again".to_owned());
        self.end(pack, scratch, wire, now_us);
    }

    /// Bytes arrived: inside TLS the plain ones.
    pub fn on_data(&mut self, pack: &Pack, scratch: &mut Scratch, wire: Wire, data: &[u8], now_us: u64) {
        if !self.talks.get(wire).is_some_and(Talk::is_active) {
            return;
        }
        self.note(Direction::Received, wire, data, now_us);
        let talk = &mut self.talks[wire];
        talk.quiet = false;
        talk.lingers = false;
        talk.take(data);
        let is_full = talk.answer.len() >= BANNER_LIMIT;
        let is_upgrade = talk.is_upgrade();
        if is_full || (talk.is_whole(pack) && (is_upgrade || self.read(pack, scratch, wire))) {
            self.conclude(pack, scratch, wire, now_us);
        } else {
            self.talks[wire].deadline_us = now_us + self.pause_us(wire);
        }
    }

    /// The peer closed or reset a connection.
    pub fn on_close(&mut self, pack: &Pack, scratch: &mut Scratch, wire: Wire, now_us: u64) {
        if let Some(talk) = self.talks.get_mut(wire) {
            talk.closed = true;
            self.remark(wire, now_us, || "closed by peer".to_owned());
            self.conclude(pack, scratch, wire, now_us);
        }
    }

    /// A handshake is under way, and what came of it so far is TLS, or not.
    pub fn on_securing(&mut self, wire: Wire, speaks_tls: bool) {
        if let Some(talk) = self.talks.get_mut(wire).filter(|talk| talk.state == State::Securing) {
            talk.speaks_tls = speaks_tls;
        }
    }

    /// TLS stands on a connection.
    pub fn on_secured(&mut self, pack: &Pack, scratch: &mut Scratch, wire: Wire, session: &Session, now_us: u64) {
        let Some(talk) = self.talks.get_mut(wire).filter(|talk| talk.state == State::Securing) else {
            return;
        };
        talk.tls = true;
        talk.state = State::Waiting;
        let upgraded = talk.is_upgrade();
        self.remark(wire, now_us, || format!("tls {} {}", session.version, session.cipher));
        self.note(Direction::Secured, wire, &session.to_bytes(), now_us);
        self.learn(tls::facts(session, self.subject.host.as_deref(), self.subject.epoch_s));
        if upgraded {
            self.end(pack, scratch, wire, now_us);
            return;
        }
        self.agenda.tls = true;
        self.agenda.secured = true;
        let inner = match self.talks[wire].question {
            asked @ Question::Ask { .. } => asked,
            _ => Agenda::inner(pack, self.subject.target.port),
        };
        self.put(pack, wire, inner, now_us);
    }

    /// TLS failed; `received` is what came instead of, or during, the handshake.
    pub fn on_secure_failed(&mut self, pack: &Pack, scratch: &mut Scratch, wire: Wire, received: &[u8], now_us: u64) {
        let Some(talk) = self.talks.get_mut(wire).filter(|talk| talk.state == State::Securing) else {
            return;
        };
        talk.closed = true;
        talk.state = State::Waiting;
        let is_upgrade = talk.is_upgrade();
        self.remark(wire, now_us, || "tls failed".to_owned());
        if is_upgrade {
            self.end(pack, scratch, wire, now_us);
            return;
        }
        if tls::looks_like(received) {
            self.agenda.tls_refused();
        } else {
            self.note(Direction::Received, wire, received, now_us);
            self.talks[wire].take(received);
        }
        self.conclude(pack, scratch, wire, now_us);
    }

    /// A deadline passed.
    pub fn on_timeout(&mut self, pack: &Pack, scratch: &mut Scratch, now_us: u64) {
        if now_us >= self.subject.opened_us + self.budget.total_us {
            self.stop(pack, scratch);
            return;
        }
        for wire in 0..self.talks.len() {
            if self.talks[wire].is_active() && self.talks[wire].deadline_us <= now_us && !self.done {
                if self.talks[wire].state == State::Securing && self.talks[wire].speaks_tls {
                    self.agenda.tls_refused();
                }
                let text = if self.talks[wire].answer.is_empty() { "silent" } else { "quiet" };
                self.remark(wire, now_us, || text.to_owned());
                if self.linger(pack, scratch, wire, now_us) {
                    continue;
                }
                self.talks[wire].quiet = true;
                self.conclude(pack, scratch, wire, now_us);
            }
        }
    }
}
