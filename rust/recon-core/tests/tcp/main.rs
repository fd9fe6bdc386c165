//! The client half of TCP, a rule a test: segments and time go in by hand, and what comes out is read.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod hearing;
mod model;
mod opening;
mod saying;
mod strays;

use recon_core::tcp::{Connection, Terms};
use recon_core::wire::{Flags, Tcp};

const ISS: u32 = 0xffff_fff0;
const PEER: u32 = 7_000;
const NOW_US: u64 = 5_000_000;
const ACK: Flags = Flags::ACK;
const RST: Flags = Flags::RST;
const FIN_ACK: Flags = Flags::FIN.with(Flags::ACK);
const SYN_ACK: Flags = Flags::SYN.with(Flags::ACK);

/// What a test looks at of a segment that goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Sent {
    seq: u32,
    ack: u32,
    flags: Flags,
    window: u16,
    payload: Vec<u8>,
}

/// A segment from the peer: sequence number and acknowledgement count from where its and our bytes begin.
fn peer(seq: i32, ack: i32, flags: Flags, payload: &[u8]) -> Tcp<'_> {
    Tcp {
        src_port: 80,
        dst_port: 40_000,
        seq: (PEER + 1).wrapping_add_signed(seq),
        ack: ISS.wrapping_add(1).wrapping_add_signed(ack),
        flags,
        window: 1000,
        mss: None,
        window_scale: None,
        payload,
    }
}

fn syn_ack() -> Tcp<'static> {
    Tcp { mss: Some(100), ..peer(-1, 0, SYN_ACK, b"") }
}

fn open_with(terms: Terms) -> Connection {
    let mut connection = Connection::proven(ISS, &syn_ack(), NOW_US, terms);
    assert_eq!(sent(&mut connection, NOW_US).len(), 1, "the ACK of the SYN-ACK");
    connection
}

fn open() -> Connection {
    open_with(Terms::default())
}

/// Everything that goes out now, its numbers counted as in [`peer`].
fn sent(connection: &mut Connection, now_us: u64) -> Vec<Sent> {
    let mut all = Vec::new();
    while let Some(out) = connection.next_segment(now_us) {
        let (seq, ack) = (out.seq.wrapping_sub(ISS.wrapping_add(1)), out.ack.wrapping_sub(PEER + 1));
        all.push(Sent { seq, ack, flags: out.flags, window: out.window, payload: out.payload.to_vec() });
        assert!(all.len() < 100, "segments without end");
    }
    all
}

fn payloads(connection: &mut Connection, now_us: u64) -> Vec<Vec<u8>> {
    sent(connection, now_us).into_iter().map(|sent| sent.payload).collect()
}

/// What is acknowledged now, if anything.
fn acked(connection: &mut Connection) -> Option<u32> {
    let all = sent(connection, NOW_US);
    assert!(all.len() <= 1, "{all:?}");
    all.first().map(|sent| sent.ack)
}

fn heard(connection: &mut Connection) -> Vec<u8> {
    connection.heard().unwrap_or_default()
}

/// Lets the next deadline pass.
fn time_out(connection: &mut Connection) -> u64 {
    let deadline_us = connection.deadline_us().unwrap();
    connection.on_timer(deadline_us);
    deadline_us
}
