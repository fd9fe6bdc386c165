//! Every shape of line that other programs write, and lines that nobody should write.

use super::*;

fn only(line: &str) -> Stored {
    let found = read(line.as_bytes(), Form::Jsonl);
    assert_eq!(found.fault, None, "{line}");
    assert_eq!(found.replies.len(), 1, "{line}");
    found.replies.into_iter().next().expect("one reply")
}

fn fault(line: &str) -> String {
    let found = read(line.as_bytes(), Form::Jsonl);
    assert!(found.replies.is_empty(), "{line}");
    found.fault.expect("a fault")
}

#[test]
fn a_row_of_recon_keeps_its_target_its_time_and_its_exact_bytes() {
    let stored = only(concat!(
        r#"{"schema":1,"at":"2026-11-23T10:00:00.123456Z","addr":"127.0.0.1","host":"box","port":161,"#,
        r#""transport":"udp","range":"well-known","registered":"snmp","state":"open","reason":"response","#,
        r#""rtt_us":85,"ttl":null,"services":[{"name":"snmp","tls":false,"evidence":{"probe":"snmp","match":"x"}}],"#,
        r#""facts":{},"banner":"a\\xff","banner_base64":"Yf8="}"#
    ));
    assert_eq!((stored.data, stored.port), (b"a\xff".to_vec(), Some(161)));
    assert_eq!(stored.transport, Some(Transport::Udp));
    assert_eq!(stored.at_us, Some(1_795_428_000_123_456));
    assert_eq!((stored.hint.as_deref(), stored.host.as_deref()), (Some("snmp"), Some("box")));
    assert_eq!(stored.whole, Some(false));
    assert_eq!(stored.verdict.map(|told| told.rtt_us), Some(Some(85)));
}

#[test]
fn a_banner_needs_no_more_than_itself() {
    let stored = only(r#"{"banner":"SSH-2.0-x\r\n"}"#);
    assert_eq!((stored.addr, stored.port, stored.data), (NOWHERE, None, b"SSH-2.0-x\r\n".to_vec()));
    let stored = only(r#"{"ip":"::1","port":"443","proto":"tcp","ssl":{},"data":"HTTP/1.1 200 OK\r\n","hint":"http"}"#);
    assert_eq!((stored.port, stored.tls, stored.hint.as_deref()), (Some(443), true, Some("http")));
    assert_eq!(only(r#"{"banner":"other","banner_base64":"AAH/"}"#).data, b"\0\x01\xff");
}

#[test]
fn zgrab2_modules_are_replies() {
    let found = read(
        concat!(
            r#"{"ip":"192.0.2.1","domain":"a.example","data":{"#,
            r#""ssh":{"status":"success","protocol":"ssh","timestamp":"2020-01-02T03:04:05Z","#,
            r#""result":{"server_id":{"raw":"SSH-2.0-OpenSSH_7.4"}}},"#,
            r#""ftp":{"status":"connection-timeout","protocol":"ftp"},"#,
            r#""http":{"status":"success","protocol":"http","port":8443,"result":{"response":{"#,
            r#""status_line":"200 OK","protocol":{"name":"HTTP/1.1"},"headers":{"server":["nginx/1.18.0"],"#,
            r#""transfer_encoding":["chunked"],"unknown":[{"key":"x_powered_by","value":["PHP/8.2.7"]}]},"#,
            r#""body":"<html>","request":{"tls_log":{}}}}}}}"#
        )
        .as_bytes(),
        Form::Jsonl,
    );
    assert_eq!((found.fault, found.replies.len()), (None, 2));
    let by_hint = |hint: &str| found.replies.iter().find(|one| one.hint.as_deref() == Some(hint)).expect("its reply");
    assert_eq!(by_hint("ssh").data, b"SSH-2.0-OpenSSH_7.4");
    assert_eq!((by_hint("ssh").at_us, by_hint("ssh").tls), (Some(1_577_934_245_000_000), false));
    let web = by_hint("http");
    assert_eq!((web.port, web.tls, web.host.as_deref()), (Some(8443), true, Some("a.example")));
    let expected = "HTTP/1.1 200 OK\r\nserver: nginx/1.18.0\r\nx-powered-by: PHP/8.2.7\r\n\r\n<html>";
    assert_eq!(String::from_utf8_lossy(&web.data), expected);
}

#[test]
fn masscan_lists_and_lines_are_replies() {
    let listed = concat!(
        r#"{   "ip": "192.0.2.1",   "timestamp": "1454032217", "ports": [ {"port": 22, "proto": "tcp", "#,
        r#""service": {"name": "ssh", "banner": "SSH-2.0-OpenSSH_7.4"} } ] },"#
    );
    let stored = only(listed);
    assert_eq!((stored.port, stored.hint.as_deref()), (Some(22), Some("ssh")));
    assert_eq!(stored.at_us, Some(1_454_032_217_000_000));
    let line = concat!(
        r#"{"ip":"192.0.2.1","timestamp":"1454032217","port":3306,"proto":"tcp","rec_type":"banner","#,
        r#""data":{"service_name":"mysql","banner":"\u00ff\u00005.7"}}"#
    );
    assert_eq!(only(line).data, b"\xff\x005.7");
    assert_eq!(only(line).hint.as_deref(), Some("mysql"));
}

#[test]
fn lines_without_a_reply_are_no_fault() {
    for line in [
        "[",
        "]",
        ",",
        "",
        "{finished: 1}",
        r#"{"finished":1}"#,
        r#"{"ip":"192.0.2.1","ports":[{"port":80,"proto":"tcp","status":"open"}]}"#,
        r#"{"ip":"192.0.2.1","port":80,"proto":"tcp","rec_type":"status","data":{"status":"open"}}"#,
        r#"{"ip":"192.0.2.1","data":{"ssh":{"status":"connection-timeout"}}}"#,
    ] {
        assert_eq!(read(line.as_bytes(), Form::Jsonl), Found::default(), "{line}");
    }
}

#[test]
fn a_line_that_cannot_be_read_says_why() {
    assert!(fault("{").contains("no JSON object"));
    assert!(fault("42").contains("no JSON object"));
    assert!(fault(r#"{"ip":"192.0.2.1"}"#).contains("no banner"));
    assert!(fault(r#"{"ip":"300.0.2.1","banner":""}"#).contains("300.0.2.1"));
    assert!(fault(r#"{"port":65536,"banner":""}"#).contains("65536"));
    assert!(fault(r#"{"proto":"sctp","banner":""}"#).contains("sctp"));
    assert!(fault(r#"{"banner_base64":"?"}"#).contains("banner_base64"));
    assert!(fault(r#"{"banner":7}"#).contains('7'));
    assert!(read(&vec![b' '; LINE_LIMIT + 1], Form::Jsonl).fault.expect("a fault").contains("longer"));
}

#[test]
fn escapes_are_bytes_and_what_is_none_is_refused() {
    let bytes = |line: &[u8]| read(line, Form::Lines);
    assert_eq!(bytes(br"a\r\n\t\0\\\xfFz").replies[0].data, b"a\r\n\t\0\\\xffz");
    for wrong in [&br"\"[..], br"\x", br"\x4", br"\xg0", br"\q"] {
        assert!(bytes(wrong).fault.is_some(), "{}", String::from_utf8_lossy(wrong));
    }
}

#[test]
fn a_text_is_cut_into_lines() {
    let cut = |text: &'static str| super::lines(text.as_bytes()).map(<[u8]>::len).collect::<Vec<_>>();
    assert_eq!((cut(""), cut("a"), cut("a\n\nbc\n"), cut("\n\nd")), (vec![], vec![1], vec![1, 0, 2], vec![0, 0, 1]));
}

proptest::proptest! {
    #[test]
    fn no_bytes_and_no_json_make_it_fail(bytes: Vec<u8>, key in "addr|ip|port|data|ports|banner|tls|at", value in r#"[\[\]{}",:a-z0-9]{0,12}"#) {
        for form in [Form::Raw, Form::Lines, Form::Jsonl] {
            let found = read(&bytes, form);
            proptest::prop_assert!(found.fault.is_none() || found.replies.is_empty());
        }
        let line = format!("{{\"banner\":\"x\",\"{key}\":{value}}}");
        let found = read(line.as_bytes(), Form::Jsonl);
        proptest::prop_assert!(found.fault.is_none() || found.replies.is_empty());
    }
}
