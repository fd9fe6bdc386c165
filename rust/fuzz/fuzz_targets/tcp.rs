//! A TCP connection with a peer that sends anything at any time: nothing unbounded, no byte twice, and an end.

#![no_main]

use libfuzzer_sys::fuzz_target;
use recon_core::tcp::{Connection, Outgoing, Status, Terms, refusal};
use recon_core::wire::{Flags, Tcp};
use recon_fuzz::script::Script;

const QUEUE: u32 = 5_000;
const TRIES: u8 = 3;
/// Segments that go out at once: ten under way, an acknowledgement, a RST.
const AT_ONCE: usize = 12;
/// Deadlines that may pass while the peer is silent.
const DEADLINES: usize = TRIES as usize + 1;

fuzz_target!(|bytes: &[u8]| {
    let mut script = Script::new(bytes);
    let iss = u32::from(script.word()) << 16 | 0xfff0;
    let (window, mss) = (script.word(), script.word());
    let terms = Terms { window, mss, queue_limit: QUEUE, first_timeout_us: 1_000_000, tries: TRIES };
    let mut end = End { now_us: script.long() / 2, terms, next: 0, sent: iss };
    let mut connection = if script.flag() {
        Connection::connect(iss, end.now_us, terms)
    } else {
        Connection::proven(iss, &end.segment(&mut script), end.now_us, terms)
    };
    end.hear(&mut connection);
    while !script.is_over() {
        event(&mut connection, &mut end, &mut script);
        end.hear(&mut connection);
    }
    fall_silent(&mut connection, &mut end);
});

fn event(connection: &mut Connection, end: &mut End, script: &mut Script<'_>) {
    match script.byte() % 8 {
        0 => connection.on_timer(connection.deadline_us().unwrap_or(end.now_us)),
        1 => {
            end.now_us = end.now_us.saturating_add(u64::from(script.word()) * 16);
            connection.on_timer(end.now_us);
        }
        2 => {
            let taken = connection.say(script.bytes());
            assert!(!taken || matches!(connection.status(), Status::Connecting | Status::Open | Status::Finished));
        }
        3 => {
            let _ = refusal(&end.segment(script));
        }
        _ => connection.on_segment(&end.segment(script), end.now_us),
    }
}

/// Whatever was said, a peer that says nothing more is given up.
fn fall_silent(connection: &mut Connection, end: &mut End) {
    for _ in 0..DEADLINES {
        let Some(deadline_us) = connection.deadline_us() else { break };
        end.now_us = deadline_us;
        connection.on_timer(deadline_us);
        end.hear(connection);
    }
    assert_eq!(connection.deadline_us(), None, "{:?}", connection.status());
    let rst = connection.abort();
    assert!(rst.flags.has(Flags::RST) && rst.payload.is_empty());
    assert_eq!((connection.status(), connection.next_segment(end.now_us)), (Status::Reset, None));
}

/// The peer, who knows what we sent, so that some of what it sends fits.
struct End {
    now_us: u64,
    terms: Terms,
    next: u32,
    sent: u32,
}

impl End {
    fn segment<'a>(&self, script: &mut Script<'a>) -> Tcp<'a> {
        let near = |script: &mut Script<'a>, number: u32| match script.byte() {
            byte @ 0..=199 => number.wrapping_add(u32::from(byte % 16)).wrapping_sub(2),
            200..=239 => number.wrapping_add(u32::from(script.word())),
            _ => script.long() as u32,
        };
        let (seq, ack, flags) = (near(script, self.next), near(script, self.sent), Flags(script.byte()));
        let (window, mss) = (script.word(), script.flag().then(|| script.word()));
        Tcp { src_port: 80, dst_port: 9, seq, ack, flags, window, mss, window_scale: None, payload: script.bytes() }
    }

    /// Takes all that was heard and sent, and checks its bounds.
    fn hear(&mut self, connection: &mut Connection) {
        let heard = connection.heard().map_or(0, |bytes| bytes.len());
        assert!(heard <= usize::from(self.terms.window), "{heard} bytes");
        let mut count = 0;
        while let Some(out) = connection.next_segment(self.now_us) {
            self.check(&out);
            (self.next, self.sent) = (out.ack, out.seq.wrapping_add(out.payload.len() as u32));
            count += 1;
        }
        assert!(count <= AT_ONCE, "{count} segments at once");
    }

    fn check(&self, out: &Outgoing<'_>) {
        assert!(out.payload.len() <= usize::from(self.terms.mss.max(1)) && out.payload.len() <= QUEUE as usize);
        assert!(out.window <= self.terms.window);
        assert!(!out.flags.has(Flags::FIN), "we never say that we have said all");
        assert_eq!(out.flags.has(Flags::SYN), out.mss.is_some());
    }
}
