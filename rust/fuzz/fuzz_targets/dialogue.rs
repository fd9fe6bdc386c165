//! A dialogue with a server that says and does anything at any time: it ends within its budget, and asks only what it may.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use recon_core::dialogue::datagram::Datagrams;
use recon_core::dialogue::{Act, Budget, Dialogue, Manner, NEVER_SEND, Outcome, Subject};
use recon_core::matcher::{Pack, Scratch};
use recon_core::reply::BANNER_LIMIT;
use recon_core::space::{Target, Transport};
use recon_core::tls::Session;
use recon_core::transcript::TRANSCRIPT_LIMIT;
use recon_fuzz::script::Script;
use recon_fuzz::{checks, pack};

const OPENED_US: u64 = 1_000_000;
/// Deadlines that may pass in silence: each ends a question, and few are asked.
const DEADLINES: usize = 200;
/// The longest payload: a question of the pack, its host filled in, or a `ClientHello`.
const PAYLOAD: usize = 2048;

static PACK: LazyLock<Pack> = LazyLock::new(pack::pack);

fuzz_target!(|bytes: &[u8]| {
    let mut script = Script::new(bytes);
    let flags = script.byte();
    let port = pack::PORTS.get(usize::from(script.byte())).copied().unwrap_or_else(|| script.word());
    if flags & 16 != 0 {
        datagrams(script, port);
        return;
    }
    let mut caller = Caller::new(flags, port);
    while !script.is_over() && !caller.dialogue.is_done() {
        caller.obey();
        caller.event(&mut script);
    }
    caller.wait_for_the_end();
    check(&caller.dialogue.finish());
});

fn subject(port: u16, transport: Transport, named: bool) -> Subject {
    let target = Target { addr: [192, 0, 2, 1].into(), port, transport };
    let host = named.then(|| "example.test".into());
    Subject { target, host, rtt_us: 20_000, opened_us: OPENED_US, epoch_s: 1_700_000_000 }
}

fn check(outcome: &Outcome) {
    checks::findings(&outcome.findings);
    assert!(outcome.banner.len() <= BANNER_LIMIT);
    let kept = outcome.transcript.iter().flat_map(|record| &record.entries).map(|entry| entry.data.len());
    assert!(kept.sum::<usize>() <= TRANSCRIPT_LIMIT);
}

/// The questions over UDP end too, whatever is answered.
fn datagrams(mut script: Script<'_>, port: u16) {
    let (mut asked, mut scratch) = (Datagrams::new(subject(port, Transport::Udp, false)).recorded(), PACK.scratch());
    let mut questions = usize::from(asked.first(Some(&PACK), 1).is_some());
    assert!(questions == 0 || !NEVER_SEND.contains(&port));
    while !script.is_over() {
        questions += usize::from(asked.on_data(&PACK, &mut scratch, script.bytes()).is_some());
    }
    assert!(questions <= PACK.probes().len());
    checks::findings(&asked.finish().1);
}

/// The caller of a dialogue: keeps count of what it is told to do, and tells it what an adversary does.
struct Caller {
    dialogue: Dialogue,
    scratch: Scratch,
    budget: Budget,
    mute: bool,
    now_us: u64,
    wires: usize,
    closed: usize,
}

impl Caller {
    fn new(flags: u8, port: u16) -> Self {
        let manner = Manner { brief: flags & 1 != 0, deep: flags & 2 != 0, record: flags & 4 != 0 };
        let budget = if manner.deep { Budget::deep() } else { Budget::default() };
        let dialogue = Dialogue::open(&PACK, subject(port, Transport::Tcp, flags & 8 != 0), budget, manner);
        let mute = NEVER_SEND.contains(&port);
        Self { dialogue, scratch: PACK.scratch(), budget, mute, now_us: OPENED_US, wires: 1, closed: 0 }
    }

    /// Does what the dialogue wants, and checks that it may want it.
    fn obey(&mut self) {
        while let Some(act) = self.dialogue.act() {
            match act {
                Act::Open(wire) => {
                    assert!(!self.mute && wire == self.wires, "wires are opened in turn");
                    self.wires += 1;
                    assert!(self.wires <= self.budget.wires, "{} wires", self.wires);
                }
                Act::Send(wire, payload) => {
                    assert!(!self.mute && wire < self.wires && payload.len() <= PAYLOAD);
                }
                Act::Secure { wire, .. } => assert!(!self.mute && wire < self.wires),
                Act::Close(wire) => {
                    assert!(wire < self.wires);
                    self.closed += 1;
                }
            }
        }
        assert!(self.closed <= self.wires, "a wire is closed once");
        assert!(self.dialogue.is_done() || self.wires - self.closed <= self.budget.parallel);
    }

    /// Something that a hostile peer brings about, whether or not it fits what was asked.
    fn event(&mut self, script: &mut Script<'_>) {
        let (kind, wire) = (script.byte() % 7, usize::from(script.byte()) % self.wires);
        let (dialogue, scratch, now_us) = (&mut self.dialogue, &mut self.scratch, self.now_us);
        match kind {
            0 | 1 => dialogue.on_data(&PACK, scratch, wire, script.bytes(), now_us),
            2 => dialogue.on_open(&PACK, wire, now_us),
            3 => dialogue.on_secured(&PACK, scratch, wire, &Session::from_bytes(script.bytes()), now_us),
            4 => dialogue.on_secure_failed(&PACK, scratch, wire, script.bytes(), now_us),
            5 => dialogue.on_close(&PACK, scratch, wire, now_us),
            _ => self.pass(u64::from(script.word()) * 16),
        }
    }

    /// Lets time pass, at most to the next deadline, which is then reported.
    fn pass(&mut self, span_us: u64) {
        let deadline_us = self.dialogue.deadline_us();
        assert!(deadline_us <= OPENED_US + self.budget.total_us, "a deadline lies within the budget");
        self.now_us = (self.now_us + span_us).min(deadline_us.max(self.now_us));
        if self.now_us >= deadline_us {
            self.dialogue.on_timeout(&PACK, &mut self.scratch, self.now_us);
            assert!(self.dialogue.is_done() || self.dialogue.deadline_us() > self.now_us, "a deadline never stays");
        }
    }

    /// The server falls silent: only deadlines are left.
    fn wait_for_the_end(&mut self) {
        for _ in 0..DEADLINES {
            self.obey();
            if self.dialogue.is_done() {
                return;
            }
            self.pass(self.budget.total_us);
        }
        panic!("{DEADLINES} deadlines passed without an end");
    }
}
