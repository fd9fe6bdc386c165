//! The order of questions on an open port, with time and bytes as arguments.

mod bench;
#[path = "../specs/mod.rs"]
mod specs;

use recon_core::dialogue::{Act, Budget, Dialogue, Manner, Subject};
use recon_core::reply::FactValue;
use recon_core::space::{Target, Transport};
use recon_core::tls::Session;

use bench::{Bench, pack, sent, told};

#[test]
fn a_greeting_ends_the_dialogue_at_once() {
    let mut bench = Bench::new(22);
    assert!(bench.acts().is_empty(), "nothing is said to a server that speaks first");
    bench.data(0, b"SSH-2.0-X\r\n", 500);
    assert!(bench.dialogue.is_done());
    assert_eq!(&*bench.findings().services[0].name, "ssh");
}

#[test]
fn a_client_first_port_is_asked_at_once_and_the_host_is_filled_in() {
    let mut bench = Bench::new(80);
    assert_eq!(sent(&bench.acts()), [(0, "GET / HTTP/1.1\r\nHost: 192.0.2.1\r\n\r\n".into())]);
    let mut bench = Bench::new(6379);
    assert_eq!(sent(&bench.acts()), [(0, "PING\r\n".into())]);
}

#[test]
fn silence_brings_the_common_question_on_the_same_connection_and_tls_on_another() {
    let mut bench = Bench::new(4000);
    assert!(bench.acts().is_empty());
    let acts = bench.timeout();
    assert_eq!(sent(&acts), [(0, "GET / HTTP/1.1\r\nHost: 192.0.2.1:4000\r\n\r\n".into())]);
    assert!(acts.contains(&Act::Open(1)));
    assert_eq!(bench.open(1, 300_100), [Act::Secure { wire: 1, alpn: true }]);
}

#[test]
fn a_silent_port_ends_within_the_budget_and_connections() {
    let mut bench = Bench::new(4000);
    let mut opened = 1;
    let mut last = 0;
    for _ in 0..100 {
        if bench.dialogue.is_done() {
            break;
        }
        last = bench.dialogue.deadline_us();
        for act in bench.timeout() {
            if let Act::Open(wire) = act {
                opened += 1;
                bench.open(wire, last);
            }
        }
    }
    assert!(bench.dialogue.is_done());
    assert!(opened <= Budget::default().wires && last <= Budget::default().total_us, "{opened} {last}");
    assert!(bench.findings().services.is_empty());
}

#[test]
fn a_printer_port_is_never_sent_anything() {
    for port in [9100, 9103, 9107] {
        let mut bench = Bench::new(port);
        assert!(bench.acts().is_empty());
        let acts = bench.timeout();
        assert!(acts.iter().all(|act| matches!(act, Act::Close(_))), "{acts:?}");
        assert!(bench.dialogue.is_done());
    }
}

#[test]
fn tls_is_tried_first_where_the_port_hints_at_it_and_the_inner_protocol_is_asked() {
    let mut bench = Bench::new(443);
    assert_eq!(bench.acts(), [Act::Secure { wire: 0, alpn: true }]);
    let session = Session { version: "1.3".into(), ..Session::default() };
    bench.dialogue.on_secured(&bench.pack, &mut bench.scratch, 0, &session, 1000);
    assert_eq!(sent(&bench.acts()).len(), 1);
    bench.data(0, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 2000);
    let findings = bench.findings();
    assert!(findings.services.iter().any(|service| &*service.name == "http" && service.tls));
    assert!(findings.facts.iter().any(|fact| &*fact.name == "tls.version"));
}

#[test]
fn an_answer_to_the_client_hello_that_is_no_tls_is_read_all_the_same() {
    let mut bench = Bench::new(443);
    bench.acts();
    let answer = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
    bench.dialogue.on_secure_failed(&bench.pack, &mut bench.scratch, 0, answer, 1000);
    assert!(bench.findings().services.iter().any(|service| &*service.name == "http" && !service.tls));
}

#[test]
fn a_server_that_refuses_tls_is_asked_without_alpn_and_then_as_an_older_client() {
    let mut bench = Bench::new(443);
    bench.acts();
    let alert = [0x15, 3, 1, 0, 2, 2, 70];
    bench.dialogue.on_secure_failed(&bench.pack, &mut bench.scratch, 0, &alert, 1000);
    assert!(bench.acts().contains(&Act::Open(1)));
    assert_eq!(bench.open(1, 1100), [Act::Secure { wire: 1, alpn: false }]);
    bench.dialogue.on_secure_failed(&bench.pack, &mut bench.scratch, 1, &alert, 1200);
    assert!(bench.acts().contains(&Act::Open(2)));
    let hello = bench.open(2, 1300);
    assert!(matches!(&hello[..], [Act::Send(2, bytes)] if bytes.starts_with(&[22, 3, 1])), "{hello:?}");
}

#[test]
fn a_known_service_is_asked_for_tls_and_then_only_what_can_refine_it() {
    let mut bench = Bench::new(25);
    bench.acts();
    let acts = bench.data(0, b"220 host ESMTP\r\n", 500);
    assert_eq!(sent(&acts), [(0, "STARTTLS\r\n".into())]);
    assert_eq!(bench.data(0, b"220 go ahead\r\n", 900), [Act::Secure { wire: 0, alpn: false }]);
    let session = Session { version: "1.2".into(), ..Session::default() };
    bench.dialogue.on_secured(&bench.pack, &mut bench.scratch, 0, &session, 1500);
    let acts = bench.acts();
    assert!(acts.contains(&Act::Open(1)), "{acts:?}");
    assert_eq!(sent(&bench.open(1, 1600)), [(1, "HELP\r\n".into())]);
    bench.data(1, b"214 M\r\n", 1700);
    assert!(bench.dialogue.is_done());
    let findings = bench.findings();
    assert_eq!(findings.services.len(), 1, "the bare protocol yields to its product: {findings:?}");
    assert_eq!(findings.services[0].product.as_deref(), Some("M"));
}

#[test]
fn a_product_without_its_version_is_asked_only_what_can_tell_it() {
    let mut bench = Bench::new(6379);
    bench.acts();
    let acts = bench.data(0, b"+PONG\r\n", 500);
    assert!(acts.contains(&Act::Open(1)), "{acts:?}");
    assert_eq!(sent(&bench.open(1, 600)), [(1, "STATS\r\n".into())]);
    bench.data(1, b"+C 7\r\n", 700);
    assert!(bench.dialogue.is_done());
    assert_eq!(told(&bench.findings()), [(Some("C"), Some("7"))]);
}

#[test]
fn a_version_that_is_on_its_way_is_waited_for() {
    let mut bench = Bench::asked_and_securing();
    bench.data(0, b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", 300_200);
    bench.refuse_tls(300_300);
    assert!(!bench.dialogue.is_done());
    bench.data(0, b"W 7", 320_000);
    assert!(bench.dialogue.is_done());
    assert_eq!(told(&bench.findings()), [(Some("W"), Some("7"))]);
}

#[test]
fn a_question_whose_answer_could_tell_more_of_what_was_found_has_the_time_of_one_that_is_not_blind() {
    let mut bench = Bench::asked_and_securing();
    bench.refuse_tls(300_300);
    while !bench.dialogue.is_done() {
        assert!(bench.dialogue.deadline_us() <= 300_300 + Budget::default().answer_us);
        bench.timeout();
    }
    assert_eq!(told(&bench.findings()), [(Some("W"), None)]);
}

#[test]
fn the_common_question_is_heard_late_beside_the_others() {
    let mut bench = Bench::asked_and_securing();
    while bench.dialogue.deadline_us() < 2_000_000 {
        let acts = bench.timeout();
        assert!(!acts.contains(&Act::Close(0)) && !bench.dialogue.is_done(), "{acts:?}");
    }
    bench.data(0, b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nW 7", 2_100_000);
    assert!(bench.dialogue.is_done());
    assert_eq!(told(&bench.findings()), [(Some("W"), Some("7"))]);
}

#[test]
fn other_questions_follow_the_hinted_one_that_is_not_answered_yet() {
    let mut bench = Bench::new(80);
    assert_eq!(bench.acts().len(), 1);
    let acts = bench.timeout();
    assert!(acts.contains(&Act::Open(1)) && !acts.contains(&Act::Close(0)), "{acts:?}");
}

#[test]
fn a_connection_that_is_heard_late_is_one_of_those_at_once() {
    let mut bench = Bench::new(4000);
    let mut open = 1;
    while !bench.dialogue.is_done() {
        for act in bench.timeout() {
            match act {
                Act::Open(wire) => {
                    open += 1;
                    bench.open(wire, bench.dialogue.deadline_us());
                }
                Act::Close(_) => open -= 1,
                _ => {}
            }
        }
        assert!(bench.dialogue.is_done() || open <= Budget::default().parallel, "{open}");
    }
}

#[test]
fn bytes_that_nothing_reads_are_kept() {
    let mut bench = Bench::new(22);
    bench.data(0, b"\x01\x02\x03", 500);
    bench.wait_out();
    assert_eq!(bench.dialogue.finish().banner, b"\x01\x02\x03");
}

#[test]
fn a_shallow_dialogue_ends_with_a_greeting_that_nothing_reads() {
    let pack = pack();
    let target = Target { addr: [192, 0, 2, 1].into(), port: 4000, transport: Transport::Tcp };
    let subject = Subject { target, host: None, rtt_us: 100, opened_us: 0, epoch_s: 0 };
    let mut dialogue = Dialogue::open(&pack, subject, Budget::default(), Manner::default());
    dialogue.on_data(&pack, &mut pack.scratch(), 0, b"hello there\r\n", 500);
    let quiet_us = dialogue.deadline_us();
    dialogue.on_timeout(&pack, &mut pack.scratch(), quiet_us);
    assert!(dialogue.is_done());
    assert_eq!(dialogue.finish().banner, b"hello there\r\n");
}

#[test]
fn a_banner_that_was_cut_says_so() {
    for (size, cut) in [(recon_core::reply::BANNER_LIMIT - 1, false), (1 << 20, true)] {
        let mut bench = Bench::new(22);
        bench.data(0, &vec![b'x'; size], 500);
        while !bench.dialogue.is_done() {
            bench.timeout();
        }
        let outcome = bench.dialogue.finish();
        assert_eq!(outcome.banner.len(), size.min(recon_core::reply::BANNER_LIMIT));
        assert_eq!(outcome.findings.facts.iter().any(|fact| &*fact.name == "banner.truncated"), cut);
    }
}

#[test]
fn a_failure_of_ours_is_a_fact_beside_what_is_known() {
    let mut bench = Bench::new(22);
    bench.data(0, b"SSH-2.0-X\r\n", 500);
    bench.dialogue.fail("internal error: boom");
    assert!(bench.dialogue.is_done());
    let findings = bench.findings();
    assert_eq!(&*findings.services[0].name, "ssh");
    let error = findings.facts.iter().find(|fact| &*fact.name == "error").expect("a fact");
    assert_eq!(error.value, FactValue::Text("internal error: boom".into()));
}

#[test]
fn a_server_that_wants_tls_is_asked_again_inside_it() {
    let mut bench = Bench::new(80);
    bench.acts();
    let refusal = b"HTTP/1.1 400 Bad Request\r\nServer: nginx/1.22.1\r\nContent-Length: 36\r\n\r\n<h1>400</h1> The plain HTTP request was sent to HTTPS port";
    let acts = bench.data(0, refusal, 1000);
    assert!(acts.contains(&Act::Open(1)), "{acts:?}");
    assert!(matches!(bench.open(1, 2000)[..], [Act::Secure { wire: 1, .. }]));
    let ordinary = b"HTTP/1.1 400 Bad Request\r\nServer: nginx/1.22.1\r\nContent-Length: 3\r\n\r\nbad";
    let mut bench = Bench::new(80);
    bench.acts();
    bench.data(0, ordinary, 1000);
    assert!(bench.dialogue.is_done());
}

#[test]
fn where_the_client_speaks_first_tls_is_asked_for_on_a_connection_of_its_own() {
    let mut bench = Bench::new(5432);
    assert_eq!(sent(&bench.acts()), [(0, "WHO".into())]);
    assert!(bench.data(0, b"EFATAL\n", 100).contains(&Act::Open(1)));
    assert_eq!(sent(&bench.open(1, 300)), [(1, "SSL?".into())]);
    bench.data(1, b"S", 400);
    assert!(bench.timeout().iter().any(|act| matches!(act, Act::Secure { wire: 1, .. })));
    bench.dialogue.on_secured(&bench.pack, &mut bench.scratch, 1, &Session::default(), 900_000);
    assert!(bench.dialogue.is_done());
}

#[test]
fn a_turn_without_an_answer_is_followed_by_tls_at_once() {
    let mut bench = Bench::new(3306);
    bench.acts();
    let acts = bench.data(0, b"BASE 5\n", 100);
    assert_eq!(sent(&acts), [(0, "TLS!".into())]);
    assert!(acts.iter().any(|act| matches!(act, Act::Secure { wire: 0, .. })), "{acts:?}");
}

#[test]
fn a_server_that_greets_late_is_asked_for_tls_on_a_connection_of_its_own() {
    let mut bench = Bench::new(4000);
    bench.acts();
    bench.timeout();
    let acts = bench.data(0, b"220 a ESMTP\r\n", 400_000);
    let fresh = acts.iter().filter_map(|act| if let Act::Open(wire) = act { Some(*wire) } else { None }).next_back();
    let wire = fresh.expect("a connection of its own");
    assert!(sent(&acts).is_empty(), "nothing more is said where GET went out: {acts:?}");
    assert!(sent(&bench.open(wire, 400_100)).is_empty(), "the greeting is heard first");
    assert_eq!(sent(&bench.data(wire, b"220 a ESMTP\r\n", 400_200)), [(wire, "STARTTLS\r\n".into())]);
}
