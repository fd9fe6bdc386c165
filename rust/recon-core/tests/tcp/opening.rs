//! How a connection comes about: SYN, SYN-ACK, and what else may answer.

use recon_core::tcp::{Connection, Status, Terms};
use recon_core::wire::{Flags, Tcp};

use super::{ACK, ISS, NOW_US, RST, Sent, acked, heard, open, peer, sent, syn_ack, time_out};

#[test]
fn a_connection_is_small_and_owns_nothing_before_bytes_come() {
    assert!(size_of::<Connection>() <= 200, "{} bytes", size_of::<Connection>());
}

#[test]
fn a_syn_says_our_window_and_the_longest_payload() {
    let mut connection = Connection::connect(ISS, NOW_US, Terms::default());
    let syn = connection.next_segment(NOW_US).unwrap();
    assert_eq!((syn.seq, syn.ack, syn.flags), (ISS, 0, Flags::SYN));
    assert_eq!((syn.window, syn.mss, syn.payload), (u16::MAX, Some(1460), &b""[..]));
    let whole = syn.between(1, 2);
    assert_eq!((whole.src_port, whole.dst_port, whole.seq, whole.mss), (1, 2, ISS, Some(1460)));
    assert_eq!(connection.next_segment(NOW_US), None, "once");
}

#[test]
fn a_syn_is_repeated_at_doubled_intervals_and_given_up_after_its_tries() {
    let mut connection = Connection::connect(ISS, NOW_US, Terms { tries: 3, ..Terms::default() });
    let mut at_us = NOW_US;
    for wait_us in [1_000_000, 2_000_000] {
        assert_eq!(sent(&mut connection, at_us).len(), 1);
        connection.on_timer(at_us + wait_us - 1);
        assert_eq!(sent(&mut connection, at_us), [], "not before its time");
        at_us += wait_us;
        assert_eq!(time_out(&mut connection), at_us);
    }
    assert_eq!(sent(&mut connection, at_us).len(), 1);
    time_out(&mut connection);
    assert_eq!((connection.status(), connection.deadline_us()), (Status::TimedOut, None));
    assert_eq!(sent(&mut connection, at_us), []);
}

#[test]
fn a_syn_ack_opens_and_its_ack_is_owed() {
    let mut connection = Connection::connect(ISS, NOW_US, Terms::default());
    sent(&mut connection, NOW_US);
    connection.on_segment(&syn_ack(), NOW_US);
    assert_eq!((connection.status(), connection.deadline_us()), (Status::Open, None));
    let expected = Sent { seq: 0, ack: 0, flags: ACK, window: u16::MAX, payload: vec![] };
    assert_eq!(sent(&mut connection, NOW_US), [expected]);
}

#[test]
fn a_rst_to_a_syn_refuses_when_it_acknowledges_it() {
    let mut connection = Connection::connect(ISS, NOW_US, Terms::default());
    sent(&mut connection, NOW_US);
    connection.on_segment(&peer(0, 0, RST, b""), NOW_US);
    connection.on_segment(&peer(0, 1, RST | ACK, b""), NOW_US);
    assert_eq!((connection.status(), sent(&mut connection, NOW_US)), (Status::Connecting, vec![]));
    connection.on_segment(&peer(0, 0, RST | ACK, b""), NOW_US);
    assert_eq!(connection.status(), Status::Refused);
}

#[test]
fn an_old_connection_of_the_peers_is_reset_so_that_ours_can_open() {
    let mut connection = Connection::connect(ISS, NOW_US, Terms::default());
    sent(&mut connection, NOW_US);
    connection.on_segment(&peer(500, 1234, ACK, b""), NOW_US);
    let out = sent(&mut connection, NOW_US);
    assert_eq!((out.len(), out[0].flags, out[0].seq), (1, RST, 1234));
    time_out(&mut connection);
    assert_eq!(sent(&mut connection, NOW_US)[0].flags, Flags::SYN);
}

#[test]
fn the_first_bytes_ride_on_the_ack_of_the_handshake() {
    let mut connection = Connection::proven(ISS, &syn_ack(), NOW_US, Terms::default());
    assert!(connection.say(b"HELP\r\n"));
    let out = sent(&mut connection, NOW_US);
    let expected = Sent { seq: 0, ack: 0, flags: ACK | Flags::PSH, window: u16::MAX, payload: b"HELP\r\n".to_vec() };
    assert_eq!(out, [expected]);
    assert!(connection.deadline_us().is_some() && connection.is_sending());
}

#[test]
fn a_repeated_syn_ack_is_acknowledged_again() {
    let mut connection = open();
    connection.on_segment(&syn_ack(), NOW_US);
    assert_eq!(acked(&mut connection), Some(0));
    assert_eq!(connection.status(), Status::Open);
}

#[test]
fn bytes_on_a_syn_ack_are_heard() {
    let greeting = Tcp { payload: b"hello", ..syn_ack() };
    let mut connection = Connection::proven(ISS, &greeting, NOW_US, Terms::default());
    assert_eq!((heard(&mut connection), acked(&mut connection)), (b"hello".to_vec(), Some(5)));
}
