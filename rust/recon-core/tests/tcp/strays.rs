//! What does not belong to the conversation: resets, strays, forgeries, and how we break off.

use recon_core::tcp::{CHALLENGE_LIMIT, Connection, Status, Terms, refusal};
use recon_core::wire::Flags;

use super::{ACK, FIN_ACK, ISS, NOW_US, PEER, RST, acked, heard, open, peer, sent, syn_ack, time_out};

#[test]
fn a_rst_counts_only_at_the_very_next_number() {
    let mut connection = open();
    connection.on_segment(&peer(1, 0, RST, b""), NOW_US);
    assert_eq!(
        (connection.status(), acked(&mut connection)),
        (Status::Open, Some(0)),
        "inside the window: a challenge"
    );
    connection.on_segment(&peer(-1, 0, RST, b""), NOW_US);
    connection.on_segment(&peer(70_000, 0, RST, b""), NOW_US);
    assert_eq!((connection.status(), acked(&mut connection)), (Status::Open, None), "outside: nothing");
    connection.on_segment(&peer(0, 0, RST, b""), NOW_US);
    assert_eq!((connection.status(), connection.deadline_us()), (Status::Reset, None));
}

#[test]
fn what_arrived_before_a_rst_can_still_be_taken() {
    let mut connection = open();
    connection.on_segment(&peer(0, 0, ACK, b"bye"), NOW_US);
    connection.on_segment(&peer(3, 0, RST | ACK, b""), NOW_US);
    assert_eq!((connection.status(), heard(&mut connection)), (Status::Reset, b"bye".to_vec()));
    assert_eq!(sent(&mut connection, NOW_US), []);
}

#[test]
fn a_rst_behind_a_fin_does_not_undo_it() {
    let mut connection = open();
    connection.on_segment(&peer(0, 0, FIN_ACK, b"bye"), NOW_US);
    connection.on_segment(&peer(4, 0, RST, b""), NOW_US);
    assert_eq!(connection.status(), Status::Open, "not all was taken");
    assert_eq!((heard(&mut connection), connection.status()), (b"bye".to_vec(), Status::Finished));
    assert!(!connection.say(b"x"), "nobody listens");
}

#[test]
fn a_syn_in_the_middle_is_challenged() {
    let mut connection = open();
    connection.on_segment(&peer(5, 0, Flags::SYN, b""), NOW_US);
    assert_eq!((connection.status(), acked(&mut connection)), (Status::Open, Some(0)));
}

#[test]
fn an_acknowledgement_of_what_was_never_sent_is_challenged_and_its_bytes_thrown_away() {
    let mut connection = open();
    for ack in [1, -70_000] {
        connection.on_segment(&peer(0, ack, ACK, b"forged"), NOW_US);
        assert_eq!((acked(&mut connection), connection.heard()), (Some(0), None));
    }
    connection.on_segment(&peer(0, -10, ACK, b"late"), NOW_US);
    assert_eq!((acked(&mut connection), heard(&mut connection)), (Some(4), b"late".to_vec()));
}

#[test]
fn a_segment_that_acknowledges_nothing_is_passed_over() {
    let mut connection = open();
    connection.on_segment(&peer(0, 0, Flags::default(), b"forged"), NOW_US);
    assert_eq!((acked(&mut connection), connection.heard()), (None, None));
}

#[test]
fn challenges_end_when_nothing_moves_and_begin_anew_when_it_does() {
    let mut connection = open();
    let challenge = |connection: &mut Connection| {
        connection.on_segment(&peer(-1, 0, ACK, b""), NOW_US);
        acked(connection).is_some()
    };
    assert_eq!((0..100).filter(|_| challenge(&mut connection)).count(), usize::from(CHALLENGE_LIMIT));
    connection.on_segment(&peer(0, 0, ACK, b"x"), NOW_US);
    acked(&mut connection);
    assert!(challenge(&mut connection));
}

#[test]
fn an_abort_is_a_rst_that_the_peer_believes() {
    let mut connection = open();
    assert!(connection.say(b"abc"));
    sent(&mut connection, NOW_US);
    connection.on_segment(&peer(0, 0, ACK, b"hello"), NOW_US);
    let rst = connection.abort();
    assert_eq!((rst.flags, rst.seq, rst.ack), (RST | ACK, ISS.wrapping_add(4), PEER + 6));
    assert_eq!((connection.status(), connection.deadline_us()), (Status::Reset, None));
    assert_eq!(heard(&mut connection), b"hello");
}

#[test]
fn an_abort_before_an_answer_ends_what_the_syn_began() {
    let mut connection = Connection::connect(ISS, NOW_US, Terms { tries: 1, ..Terms::default() });
    sent(&mut connection, NOW_US);
    time_out(&mut connection);
    let rst = connection.abort();
    assert_eq!((rst.flags, rst.seq), (RST, ISS.wrapping_add(1)));
}

#[test]
fn a_segment_of_no_connection_is_refused_unless_that_could_go_on_for_ever() {
    let rst = refusal(&syn_ack()).unwrap();
    assert_eq!((rst.seq, rst.flags), (ISS.wrapping_add(1), RST));
    assert_eq!(refusal(&peer(0, 0, RST | ACK, b"")), None);
    assert_eq!(refusal(&peer(0, 0, Flags::SYN, b"")), None);
}
