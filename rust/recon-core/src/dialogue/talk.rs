//! One connection of a dialogue: what was asked on it, what came, and until when to wait.

use super::agenda::Question;
use crate::matcher::{LISTEN, Pack, ended};
use crate::probe::Ends;
use crate::reply::BANNER_LIMIT;
use crate::{http, lines};

/// Where a connection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Opening,
    Securing,
    Waiting,
    Ended,
}

/// One connection.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools)] // each is something that happened, in any order
pub(super) struct Talk {
    pub(super) question: Question,
    pub(super) state: State,
    pub(super) tls: bool,
    /// What came of a handshake that is not over is TLS.
    pub(super) speaks_tls: bool,
    /// The peer ended it.
    pub(super) closed: bool,
    /// It said nothing more for as long as its question allows.
    pub(super) quiet: bool,
    /// A service was found in the answer.
    pub(super) was_read: bool,
    /// Nothing came in time; an answer that comes late is read all the same.
    pub(super) lingers: bool,
    /// It was given more time, because its answer could tell more of what another found.
    pub(super) awaited: bool,
    pub(super) answer: Vec<u8>,
    pub(super) deadline_us: u64,
}

impl Talk {
    pub(super) fn opened(deadline_us: u64) -> Self {
        Self::new(Question::Listen, State::Waiting, deadline_us)
    }

    pub(super) fn opening(question: Question, deadline_us: u64) -> Self {
        Self::new(question, State::Opening, deadline_us)
    }

    fn new(question: Question, state: State, deadline_us: u64) -> Self {
        Self {
            question,
            state,
            tls: false,
            speaks_tls: false,
            closed: false,
            quiet: false,
            was_read: false,
            lingers: false,
            awaited: false,
            answer: Vec::new(),
            deadline_us,
        }
    }

    pub(super) fn is_active(&self) -> bool {
        self.state != State::Ended
    }

    /// Whether the dialogue waits for it, rather than only listening to it beside others.
    pub(super) fn is_pressing(&self) -> bool {
        self.is_active() && !self.lingers
    }

    pub(super) fn is_upgrade(&self) -> bool {
        matches!(self.question, Question::Greeting { .. } | Question::Upgrade { .. })
    }

    /// Keep what arrived, up to the limit of a row.
    pub(super) fn take(&mut self, data: &[u8]) {
        let room = BANNER_LIMIT - self.answer.len().min(BANNER_LIMIT);
        self.answer.extend_from_slice(&data[..data.len().min(room)]);
    }

    /// Whether the shared grammars say that the answer is whole (a probe can insist on quiet).
    pub(super) fn is_whole(&self, pack: &Pack) -> bool {
        self.ends(pack) == Ends::Grammar && lines::complete(&self.answer)
    }

    /// Whether nothing can follow what came, so that its last value is not cut.
    pub(super) fn is_over(&self, pack: &Pack) -> bool {
        let ended_in_silence = self.quiet && self.ends(pack) == Ends::Quiet;
        self.closed || ended_in_silence || ended(&self.answer) || http::has_ended(&self.answer)
    }

    /// What ends the answer to what was asked.
    fn ends(&self, pack: &Pack) -> Ends {
        match self.question {
            Question::Ask { probe, .. } => pack.probes()[probe].spec.ends,
            _ => Ends::Grammar,
        }
    }

    /// What was asked, as evidence names it.
    pub(super) fn asked<'a>(&self, pack: &'a Pack) -> &'a str {
        match self.question {
            Question::Listen => LISTEN,
            Question::Ask { probe, .. } | Question::Greeting { probe } | Question::Upgrade { probe, .. } => {
                &pack.probes()[probe].name
            }
            Question::Secure | Question::Legacy => "tls",
            Question::Newlines => "newlines",
        }
    }
}
