//! What we say: segments, windows, repetitions, and when to give up.

use recon_core::tcp::{Connection, SHORTEST_US, Status, Terms};
use recon_core::wire::{Flags, Tcp};

use super::{ACK, ISS, NOW_US, open, open_with, payloads, peer, sent, syn_ack, time_out};

#[test]
fn long_bytes_go_in_segments_of_the_peers_size() {
    let mut connection = open();
    assert!(connection.say(&[b'q'; 250]));
    let out = sent(&mut connection, NOW_US);
    assert_eq!(
        out.iter().map(|sent| (sent.seq, sent.payload.len())).collect::<Vec<_>>(),
        [(0, 100), (100, 100), (200, 50)]
    );
    assert_eq!(out.iter().filter(|sent| sent.flags.has(Flags::PSH)).count(), 1, "the last is handed on");
}

#[test]
fn the_smaller_of_both_sizes_counts_and_a_missing_one_is_536() {
    let longest = |offered: Option<u16>, ours: u16| {
        let answer = Tcp { mss: offered, window: u16::MAX, ..syn_ack() };
        let mut connection = Connection::proven(ISS, &answer, NOW_US, Terms { mss: ours, ..Terms::default() });
        assert!(connection.say(&[0; 3000]));
        payloads(&mut connection, NOW_US)[0].len()
    };
    assert_eq!(longest(Some(1400), 1460), 1400);
    assert_eq!(longest(Some(9000), 1460), 1460);
    assert_eq!(longest(Some(30), 1460), 30);
    assert_eq!(longest(None, 1460), 536);
    assert_eq!(longest(Some(0), 1460), 536);
    assert_eq!(longest(None, 100), 100);
}

#[test]
fn no_more_is_under_way_than_the_peer_has_room_for_nor_ten_segments() {
    let mut connection = open();
    assert!(connection.say(&[0; 5000]));
    assert_eq!(payloads(&mut connection, NOW_US).concat().len(), 1000, "the window, and ten times the MSS");
    connection.on_segment(&Tcp { window: 50, ..peer(0, 1000, ACK, b"") }, NOW_US);
    assert_eq!(payloads(&mut connection, NOW_US).concat().len(), 50);
    connection.on_segment(&Tcp { window: 60_000, ..peer(0, 1050, ACK, b"") }, NOW_US);
    assert_eq!(payloads(&mut connection, NOW_US).concat().len(), 1000);
}

#[test]
fn more_than_may_wait_is_not_queued() {
    let mut connection = open_with(Terms { queue_limit: 10, ..Terms::default() });
    assert!(connection.say(b"0123456"));
    assert!(!connection.say(b"7890"), "all or nothing");
    assert!(connection.say(b"789"));
    assert_eq!(payloads(&mut connection, NOW_US), [b"0123456789"]);
    connection.on_segment(&peer(0, 4, ACK, b""), NOW_US);
    assert!(connection.say(b"abcd") && !connection.say(b"e"));
}

#[test]
fn what_is_not_acknowledged_goes_again_one_segment_first() {
    let mut connection = open();
    assert!(connection.say(&[b'q'; 250]));
    assert_eq!(sent(&mut connection, NOW_US).len(), 3);
    let at_us = time_out(&mut connection);
    let again = sent(&mut connection, at_us);
    assert_eq!((again.len(), again[0].seq, again[0].payload.len()), (1, 0, 100));
    connection.on_segment(&peer(0, 100, ACK, b""), at_us);
    assert_eq!(sent(&mut connection, at_us).iter().map(|sent| sent.seq).collect::<Vec<_>>(), [100, 200]);
    connection.on_segment(&peer(0, 250, ACK, b""), at_us);
    assert_eq!((connection.deadline_us(), connection.is_sending()), (None, false));
}

#[test]
fn an_acknowledgement_of_all_that_was_ever_sent_ends_a_repetition() {
    let mut connection = open();
    assert!(connection.say(&[b'q'; 250]));
    sent(&mut connection, NOW_US);
    let at_us = time_out(&mut connection);
    connection.on_segment(&peer(0, 250, ACK, b""), at_us);
    assert_eq!((sent(&mut connection, at_us), connection.deadline_us()), (vec![], None));
}

#[test]
fn a_peer_that_acknowledges_nothing_is_given_up() {
    let mut connection = open();
    assert!(connection.say(b"anyone?"));
    let mut sends = 0;
    while connection.status() == Status::Open {
        sends += sent(&mut connection, NOW_US).len();
        time_out(&mut connection);
    }
    assert_eq!((sends, connection.status()), (usize::from(Terms::default().tries), Status::TimedOut));
    assert!(!connection.say(b"hello?"), "nobody listens");
}

#[test]
fn a_measured_round_trip_sets_the_timeout() {
    let mut connection = Connection::connect(ISS, NOW_US, Terms::default());
    sent(&mut connection, NOW_US);
    connection.on_segment(&syn_ack(), NOW_US + 10_000);
    assert!(connection.say(b"x"));
    sent(&mut connection, NOW_US + 10_000);
    assert_eq!(connection.deadline_us(), Some(NOW_US + 10_000 + u64::from(SHORTEST_US)));
}

#[test]
fn a_closed_window_is_probed_a_byte_at_a_time_and_not_for_ever() {
    let shut = Tcp { window: 0, ..syn_ack() };
    let mut connection = Connection::proven(ISS, &shut, NOW_US, Terms::default());
    assert!(connection.say(b"abc"));
    assert_eq!(payloads(&mut connection, NOW_US), [b""], "the ACK of the handshake alone");
    let mut probes = 0;
    while connection.status() == Status::Open {
        let at_us = time_out(&mut connection);
        for sent in sent(&mut connection, at_us) {
            assert_eq!((sent.seq, &*sent.payload), (0, &b"a"[..]));
            probes += 1;
        }
        connection.on_segment(&Tcp { window: 0, ..peer(0, 0, ACK, b"") }, at_us);
    }
    assert_eq!((probes, connection.status()), (usize::from(Terms::default().tries) - 1, Status::TimedOut));
}

#[test]
fn a_window_that_opens_lets_all_go_from_the_byte_that_was_thrown_away() {
    let shut = Tcp { window: 0, ..syn_ack() };
    let mut connection = Connection::proven(ISS, &shut, NOW_US, Terms::default());
    assert!(connection.say(b"abc"));
    sent(&mut connection, NOW_US);
    let at_us = time_out(&mut connection);
    assert_eq!(payloads(&mut connection, at_us), [b"a"]);
    connection.on_segment(&Tcp { window: 0, ..peer(0, 0, ACK, b"hi") }, at_us);
    assert_eq!(sent(&mut connection, at_us)[0].seq, 0, "an ACK beyond a closed window would not be looked at");
    connection.on_segment(&Tcp { window: 10, ..peer(2, 0, ACK, b"") }, at_us);
    assert_eq!(payloads(&mut connection, at_us), [b"abc"]);
}

#[test]
fn an_old_segment_does_not_bring_back_its_window() {
    let mut connection = open();
    connection.on_segment(&Tcp { window: 7, ..peer(5, 0, ACK, b"newer") }, NOW_US);
    connection.on_segment(&Tcp { window: 500, ..peer(0, 0, ACK, b"older") }, NOW_US);
    assert!(connection.say(&[0; 100]));
    assert_eq!(payloads(&mut connection, NOW_US).concat().len(), 7);
}
