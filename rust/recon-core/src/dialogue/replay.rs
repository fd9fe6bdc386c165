//! Runs a dialogue over a recorded conversation, without a network: what was answered to a question then is answered
//! to the same question now, whatever the order. A question that was never asked then meets silence.

use super::{Act, Budget, Dialogue, Manner, Outcome, Subject, Wire};
use crate::matcher::{Pack, Scratch};
use crate::space::Target;
use crate::tls::Session;
use crate::transcript::{Direction, Entry, Transcript};

/// Acts after which a replay ends, whatever happens.
const ACT_LIMIT: usize = 1000;

/// What the dialogue with `target` would have come to.
#[must_use]
pub fn replay(pack: &Pack, transcript: &Transcript, target: Target) -> Outcome {
    let subject = Subject { target, host: None, rtt_us: 0, opened_us: 0, epoch_s: 0 };
    let dialogue = Dialogue::open(pack, subject, Budget::deep(), Manner { deep: true, ..Manner::default() });
    let mut replayer = Replayer {
        pack,
        scratch: pack.scratch(),
        dialogue,
        exchanges: exchanges(transcript),
        session: session(transcript),
        secured: Vec::new(),
        now_us: 0,
    };
    replayer.answer(0, b"");
    for _ in 0..ACT_LIMIT {
        if replayer.dialogue.is_done() {
            break;
        }
        replayer.step();
    }
    replayer.dialogue.stop(pack, &mut replayer.scratch);
    replayer.dialogue.finish()
}

/// A question and the pieces of its answer.
#[derive(Debug)]
struct Exchange {
    wire: u8,
    tls: bool,
    sent: Vec<u8>,
    received: Vec<Vec<u8>>,
}

/// The recorded questions with their answers; a greeting is the answer to nothing.
fn exchanges(transcript: &Transcript) -> Vec<Exchange> {
    let mut found: Vec<Exchange> = Vec::new();
    let mut secured: Vec<u8> = Vec::new();
    for Entry { direction, wire, data, .. } in &transcript.entries {
        let (wire, tls) = (*wire, secured.contains(wire));
        let open = found.iter_mut().rev().find(|exchange| exchange.wire == wire && exchange.tls == tls);
        match (direction, open) {
            (Direction::Secured, _) => secured.push(wire),
            (Direction::Received, Some(exchange)) => exchange.received.push(data.clone()),
            (Direction::Received, None) => {
                found.push(Exchange { wire, tls, sent: Vec::new(), received: vec![data.clone()] });
            }
            (Direction::Sent, _) => found.push(Exchange { wire, tls, sent: data.clone(), received: Vec::new() }),
        }
    }
    found
}

fn session(transcript: &Transcript) -> Option<Session> {
    let secured = transcript.entries.iter().find(|entry| entry.direction == Direction::Secured);
    secured.map(|entry| Session::from_bytes(&entry.data))
}

struct Replayer<'a> {
    pack: &'a Pack,
    scratch: Scratch,
    dialogue: Dialogue,
    exchanges: Vec<Exchange>,
    /// What a handshake would settle; none where none succeeded.
    session: Option<Session>,
    secured: Vec<Wire>,
    now_us: u64,
}

impl Replayer<'_> {
    fn step(&mut self) {
        match self.dialogue.act() {
            Some(Act::Open(wire)) => {
                self.dialogue.on_open(self.pack, wire, self.now_us);
                self.answer(wire, b"");
            }
            Some(Act::Send(wire, bytes)) => self.answer(wire, &bytes),
            Some(Act::Secure { wire, .. }) => self.secure(wire),
            Some(Act::Close(_)) => {}
            None => {
                self.now_us = self.dialogue.deadline_us().max(self.now_us + 1);
                self.dialogue.on_timeout(self.pack, &mut self.scratch, self.now_us);
            }
        }
    }

    fn secure(&mut self, wire: Wire) {
        match self.session.clone() {
            Some(session) => {
                self.secured.push(wire);
                self.dialogue.on_secured(self.pack, &mut self.scratch, wire, &session, self.now_us);
                self.answer(wire, b"");
            }
            None => self.dialogue.on_secure_failed(self.pack, &mut self.scratch, wire, b"", self.now_us),
        }
    }

    /// Say what was said then to the same question. Payloads that carry the host differ in it, so the first line counts
    /// where no recorded question is the same to the byte.
    fn answer(&mut self, wire: Wire, question: &[u8]) {
        let same = |exchange: &&Exchange| exchange.sent == question;
        let alike = |exchange: &&Exchange| !question.is_empty() && first_line(&exchange.sent) == first_line(question);
        let tls = self.secured.contains(&wire);
        let possible = || self.exchanges.iter().filter(|exchange| exchange.tls == tls);
        let found = possible().find(same).or_else(|| possible().find(alike));
        let pieces = found.map(|exchange| exchange.received.clone()).unwrap_or_default();
        for piece in pieces {
            self.dialogue.on_data(self.pack, &mut self.scratch, wire, &piece, self.now_us);
        }
    }
}

fn first_line(bytes: &[u8]) -> &[u8] {
    bytes.split(|&byte| byte == b'\n').next().unwrap_or_default()
}
