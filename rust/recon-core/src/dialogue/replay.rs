//! Runs a dialogue over a recorded conversation, without a network: what was answered to a question then is answered
//! to the same question now, whatever the order. A question that was never asked then meets silence.

use super::{Act, Budget, Dialogue, Outcome, Subject, Wire};
use crate::matcher::{Pack, Scratch};
use crate::space::Target;
use crate::transcript::{Direction, Transcript};

/// Acts after which a replay ends, whatever happens.
const ACT_LIMIT: usize = 1000;

/// What the dialogue with `target` would have come to.
#[must_use]
pub fn replay(pack: &Pack, transcript: &Transcript, target: Target) -> Outcome {
    let subject = Subject { target, host: None, rtt_us: 0, opened_us: 0, epoch_s: 0 };
    let dialogue = Dialogue::open(pack, subject, Budget::default(), false, false);
    let mut replayer =
        Replayer { pack, scratch: pack.scratch(), dialogue, exchanges: exchanges(transcript), now_us: 0 };
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
struct Exchange {
    sent: Vec<u8>,
    received: Vec<Vec<u8>>,
}

/// The recorded questions with their answers; a greeting is the answer to nothing.
fn exchanges(transcript: &Transcript) -> Vec<Exchange> {
    let mut found: Vec<(u8, Exchange)> = Vec::new();
    for entry in &transcript.entries {
        let open = found.iter_mut().rev().find(|(wire, _)| *wire == entry.wire);
        match (entry.direction, open) {
            (Direction::Received, Some((_, exchange))) => exchange.received.push(entry.data.clone()),
            (Direction::Received, None) => {
                found.push((entry.wire, Exchange { sent: Vec::new(), received: vec![entry.data.clone()] }));
            }
            (Direction::Sent, _) => {
                found.push((entry.wire, Exchange { sent: entry.data.clone(), received: Vec::new() }));
            }
        }
    }
    found.into_iter().map(|(_, exchange)| exchange).collect()
}

struct Replayer<'a> {
    pack: &'a Pack,
    scratch: Scratch,
    dialogue: Dialogue,
    exchanges: Vec<Exchange>,
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
            Some(Act::Secure(wire)) => {
                self.dialogue.on_secure_failed(self.pack, &mut self.scratch, wire, b"", self.now_us);
            }
            Some(Act::Close(_)) => {}
            None => {
                self.now_us = self.dialogue.deadline_us().max(self.now_us + 1);
                self.dialogue.on_timeout(self.pack, &mut self.scratch, self.now_us);
            }
        }
    }

    /// Say what was said then to the same question. Payloads that carry the host differ in it, so the first line counts
    /// where no recorded question is the same to the byte.
    fn answer(&mut self, wire: Wire, question: &[u8]) {
        let same = |exchange: &&Exchange| exchange.sent == question;
        let alike = |exchange: &&Exchange| !question.is_empty() && first_line(&exchange.sent) == first_line(question);
        let found = self.exchanges.iter().find(same).or_else(|| self.exchanges.iter().find(alike));
        let pieces = found.map(|exchange| exchange.received.clone()).unwrap_or_default();
        for piece in pieces {
            self.dialogue.on_data(self.pack, &mut self.scratch, wire, &piece, self.now_us);
        }
    }
}

fn first_line(bytes: &[u8]) -> &[u8] {
    bytes.split(|&byte| byte == b'\n').next().unwrap_or_default()
}
