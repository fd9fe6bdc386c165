//! What the peer says: order, overlaps, windows, and its end.

use recon_core::tcp::{CHALLENGE_LIMIT, EARLY_LIMIT, Status, Terms};
use recon_core::wire::Flags;

use super::{ACK, FIN_ACK, NOW_US, acked, heard, open, open_with, payloads, peer, sent};

#[test]
fn one_ack_answers_all_segments_of_a_batch() {
    let mut connection = open();
    for at in 0..5 {
        connection.on_segment(&peer(at, 0, ACK, b"x"), NOW_US);
    }
    assert_eq!((acked(&mut connection), heard(&mut connection)), (Some(5), b"xxxxx".to_vec()));
}

#[test]
fn bytes_before_their_turn_wait_for_it() {
    let mut connection = open();
    connection.on_segment(&peer(6, 0, ACK, b"world"), NOW_US);
    assert_eq!((acked(&mut connection), connection.heard()), (Some(0), None));
    connection.on_segment(&peer(0, 0, ACK, b"hello "), NOW_US);
    assert_eq!((acked(&mut connection), heard(&mut connection)), (Some(11), b"hello world".to_vec()));
}

#[test]
fn where_bytes_overlap_those_that_came_first_count() {
    let mut connection = open();
    connection.on_segment(&peer(2, 0, ACK, b"CD"), NOW_US);
    connection.on_segment(&peer(6, 0, ACK, b"GH"), NOW_US);
    connection.on_segment(&peer(1, 0, ACK, b"b..e..hi"), NOW_US);
    assert_eq!(connection.heard(), None);
    connection.on_segment(&peer(0, 0, ACK, b"a......."), NOW_US);
    assert_eq!(heard(&mut connection), b"abCDe.GHi");
    connection.on_segment(&peer(0, 0, ACK, b"xxxxxxxxxj"), NOW_US);
    assert_eq!(heard(&mut connection), b"j", "what was heard is not heard again");
}

#[test]
fn a_segment_heard_before_is_acknowledged_again() {
    let mut connection = open();
    connection.on_segment(&peer(0, 0, ACK, b"abc"), NOW_US);
    assert_eq!((heard(&mut connection), acked(&mut connection)), (b"abc".to_vec(), Some(3)));
    for _ in 0..2 * CHALLENGE_LIMIT {
        connection.on_segment(&peer(0, 0, ACK, b"abc"), NOW_US);
        assert_eq!((connection.heard(), acked(&mut connection)), (None, Some(3)));
    }
}

#[test]
fn no_more_than_the_window_is_kept() {
    let mut connection = open_with(Terms { window: 8, ..Terms::default() });
    connection.on_segment(&peer(4, 0, ACK, b"efghijkl"), NOW_US);
    connection.on_segment(&peer(0, 0, ACK, b"abcd"), NOW_US);
    let out = sent(&mut connection, NOW_US);
    assert_eq!((out[0].ack, out[0].window), (8, 0));
    connection.on_segment(&peer(8, 0, ACK, b"ijkl"), NOW_US);
    assert_eq!(acked(&mut connection), Some(8), "a full receiver says that it is full");
    assert_eq!(heard(&mut connection), b"abcdefgh");
}

#[test]
fn a_full_receiver_still_reads_acknowledgements_and_resets() {
    let mut connection = open_with(Terms { window: 3, ..Terms::default() });
    assert!(connection.say(b"x"));
    connection.on_segment(&peer(0, 0, ACK, b"abc"), NOW_US);
    assert_eq!(sent(&mut connection, NOW_US)[0].window, 0);
    connection.on_segment(&peer(3, 1, ACK, b"d"), NOW_US);
    assert!(!connection.is_sending());
    connection.on_segment(&peer(3, 0, Flags::RST, b""), NOW_US);
    assert_eq!((connection.status(), heard(&mut connection)), (Status::Reset, b"abc".to_vec()));
}

#[test]
fn a_window_that_opens_is_told() {
    let mut connection = open_with(Terms { window: 8, ..Terms::default() });
    connection.on_segment(&peer(0, 0, ACK, b"abcdefgh"), NOW_US);
    assert_eq!(sent(&mut connection, NOW_US)[0].window, 0);
    assert_eq!(heard(&mut connection), b"abcdefgh");
    assert_eq!(sent(&mut connection, NOW_US)[0].window, 8);
    connection.on_segment(&peer(8, 0, ACK, b"ij"), NOW_US);
    assert_eq!(sent(&mut connection, NOW_US)[0].window, 6);
    assert_eq!((heard(&mut connection), acked(&mut connection)), (b"ij".to_vec(), None), "not for a little room");
}

#[test]
fn pieces_that_come_early_are_bounded_in_number() {
    let mut connection = open();
    for at in 0..2 * EARLY_LIMIT as i32 {
        connection.on_segment(&peer(2 * at + 1, 0, ACK, b"x"), NOW_US);
    }
    for at in 0..2 * EARLY_LIMIT as i32 {
        connection.on_segment(&peer(2 * at, 0, ACK, b"."), NOW_US);
    }
    assert_eq!(heard(&mut connection), b".x".repeat(EARLY_LIMIT).into_iter().chain(*b".").collect::<Vec<_>>());
}

#[test]
fn a_full_shelf_of_early_pieces_does_not_stop_what_has_its_turn() {
    let mut connection = open();
    for at in 0..EARLY_LIMIT as i32 {
        connection.on_segment(&peer(10 + 2 * at, 0, ACK, b"x"), NOW_US);
    }
    connection.on_segment(&peer(0, 0, ACK, b"0123456789"), NOW_US);
    assert_eq!(heard(&mut connection), b"0123456789x");
}

#[test]
fn a_fin_ends_when_all_before_it_was_taken() {
    let mut connection = open();
    connection.on_segment(&peer(3, 0, FIN_ACK, b"def"), NOW_US);
    assert_eq!((connection.status(), acked(&mut connection)), (Status::Open, Some(0)));
    connection.on_segment(&peer(0, 0, ACK, b"abc"), NOW_US);
    assert_eq!((connection.status(), acked(&mut connection)), (Status::Open, Some(7)), "the FIN counts as one");
    assert_eq!((heard(&mut connection), connection.status()), (b"abcdef".to_vec(), Status::Finished));
    connection.on_segment(&peer(6, 0, FIN_ACK, b""), NOW_US);
    assert_eq!(acked(&mut connection), Some(7), "a FIN that is repeated is acknowledged again");
}

#[test]
fn a_peer_that_has_said_all_may_still_be_told_something() {
    let mut connection = open();
    connection.on_segment(&peer(0, 0, FIN_ACK, b""), NOW_US);
    assert!(connection.say(b"bye"));
    assert_eq!((payloads(&mut connection, NOW_US), connection.status()), (vec![b"bye".to_vec()], Status::Finished));
    connection.on_segment(&peer(1, 3, ACK, b""), NOW_US);
    assert!(!connection.is_sending());
}

#[test]
fn nothing_is_heard_from_behind_a_fin() {
    let mut connection = open();
    connection.on_segment(&peer(3, 0, FIN_ACK, b""), NOW_US);
    connection.on_segment(&peer(0, 0, ACK, b"abcdefg"), NOW_US);
    assert_eq!((heard(&mut connection), connection.status()), (b"abc".to_vec(), Status::Finished));
    connection.on_segment(&peer(4, 0, ACK, b"more"), NOW_US);
    assert_eq!(connection.heard(), None);
}

#[test]
fn a_fin_before_bytes_that_came_already_is_not_believed() {
    let mut connection = open();
    connection.on_segment(&peer(3, 0, ACK, b"def"), NOW_US);
    connection.on_segment(&peer(0, 0, FIN_ACK, b"ab"), NOW_US);
    connection.on_segment(&peer(2, 0, ACK, b"c"), NOW_US);
    assert_eq!((heard(&mut connection), connection.status()), (b"abcdef".to_vec(), Status::Open));
}
