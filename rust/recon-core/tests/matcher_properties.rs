//! What holds for every answer, however hostile: no panic, and a cut answer never says something else.

use proptest::prelude::*;
use recon_core::http::Response;
use recon_core::matcher::{LISTEN, Pack};
use recon_core::probe::{Ends, Example, Field, MatchSpec, ProbeSpec};
use recon_core::space::Transport;
use recon_core::{cpe, http, lines};

const ANSWERS: [&[u8]; 6] = [
    b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\r\n",
    b"SSH-2.0-dropbear_2022.83\r\n",
    b"220 ProFTPD 1.3.8 Server (Debian) [::ffff:192.0.2.1]\r\n",
    b"220-Welcome\r\n220 (vsFTPd 3.0.5)\r\n",
    b"J\0\0\0\x0a8.0.36-0ubuntu0.22.04.1\0\x08\0\0\0",
    b"HTTP/1.1 200 OK\r\nServer: nginx/1.24.0\r\nX-Powered-By: PHP/8.2.7\r\nTransfer-Encoding: chunked\r\n\r\n\
      1f\r\n<html><title>Home &amp; Garden\r\n8\r\n</title>\r\n0\r\n\r\n",
];

/// Pieces that move the grammars from one state to another.
const PIECES: [&[u8]; 6] =
    [b"HTTP/1.1 200 OK\r\n", b"Transfer-Encoding: chunked\r\n", b"\r\n", b"220-", b"<title>", b"&#"];

fn matched(service: &str, product: Option<&str>, field: Field, pattern: &str, example: &[u8]) -> MatchSpec {
    MatchSpec {
        name: None,
        pattern: pattern.into(),
        field,
        service: service.into(),
        part: 'a',
        vendor: product.map(str::to_lowercase),
        product: product.map(str::to_owned),
        distro: None,
        cpe: None,
        facts: Vec::new(),
        each: false,
        decode: vec![],
        reply: vec![],
        examples: vec![Example { data: example.to_vec(), expect: Vec::new() }],
    }
}

fn pack() -> Pack {
    let header = |name: &str| Field::Header(name.into());
    let data =
        |service, product, pattern, at: usize| matched(service, Some(product), Field::Data, pattern, ANSWERS[at]);
    let matches = vec![
        data("ssh", "OpenSSH", r"^SSH-[\d.]+-OpenSSH_(?P<version>[\w.]+)(?: (?P<distro>Debian)-(?P<revision>\S+))?", 0),
        data("ssh", "Dropbear", r"^SSH-[\d.]+-dropbear_(?P<version>[\w.]+)", 1),
        matched("ssh", None, Field::Data, r"^SSH-[\d.]+-(?P<product>[^\s_]+)(?:_(?P<version>\S+))?", b"SSH-2.0-x\r\n"),
        data("ftp", "ProFTPD", r"^220 ProFTPD (?P<version>[\w.]+) Server", 2),
        data("ftp", "vsftpd", r"(?m)^220 \(vsFTPd (?P<version>[\d.]+)\)", 3),
        data("mysql", "MySQL", r"(?s)^.\x00\x00\x00\x0a(?P<version>[\d.]+)(?:-(?P<revision>[^\x00]+))?\x00", 4),
        matched("http", Some("nginx"), header("server"), r"^nginx(?:/(?P<version>[\d.]+))?", b"nginx/1.24.0"),
        matched("http", Some("PHP"), header("x-powered-by"), r"^PHP/(?P<version>[\w.]+)", b"PHP/8.2.7"),
        matched("http", None, header("server"), r"^(?P<product>[\w-]+)(?:/(?P<version>\S+))?", b"x/1"),
        matched("http", Some("Garden"), Field::Title, "^Home & Garden$", b"Home & Garden"),
        matched("http", Some("Shed"), Field::Body, "(?P<version>Garden)", b"Garden"),
    ];
    let (name, origin) = ("all".to_owned(), "test".to_owned());
    let (ports, send, ends) = (Vec::new(), b"?".to_vec(), Ends::Grammar);
    let spec = ProbeSpec {
        name,
        origin,
        ports,
        tls_ports: vec![],
        starttls: vec![],
        transport: Transport::Tcp,
        send,
        wait_ms: None,
        ends,
        rarity: 1,
        answers_elsewhere: false,
        products: vec![],
        matches,
    };
    Pack::compile(vec![spec]).expect("a sound pack")
}

/// Bytes that look like answers: pieces of real ones, with noise between.
fn answer() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        prop::sample::select(&ANSWERS[..]).prop_map(<[u8]>::to_vec),
        prop::sample::select(&PIECES[..]).prop_map(<[u8]>::to_vec),
        prop::collection::vec(any::<u8>(), 0..24),
    ];
    (prop::collection::vec(piece, 0..8), any::<prop::sample::Index>()).prop_map(|(pieces, cut)| {
        let all = pieces.concat();
        all[..cut.index(all.len() + 1)].to_vec()
    })
}

#[test]
fn a_cut_answer_says_the_same_or_less() {
    let pack = pack();
    let mut scratch = pack.scratch();
    for answer in ANSWERS {
        let whole = pack.identify(answer, LISTEN, false, &mut scratch);
        assert!(!whole.services.is_empty());
        for cut in 0..answer.len() {
            for service in pack.identify(&answer[..cut], LISTEN, false, &mut scratch).services {
                let same = whole.services.iter().find(|other| {
                    other.name == service.name && (service.product.is_none() || other.product == service.product)
                });
                let same = same.unwrap_or_else(|| panic!("{cut} bytes of {answer:?} say {service:?}"));
                assert!(service.version.is_none() || service.version == same.version, "{cut}: {service:?}");
                assert!(service.revision.is_none() || service.revision == same.revision, "{cut}: {service:?}");
            }
        }
    }
}

#[test]
fn an_answer_is_whole_only_at_its_end() {
    for answer in [ANSWERS[0], ANSWERS[2], ANSWERS[3]] {
        assert!(lines::complete(answer));
        assert!((0..answer.len()).all(|cut| !lines::complete(&answer[..cut])));
    }
}

proptest! {
    #[test]
    fn no_answer_panics(answer in answer()) {
        let pack = pack();
        let findings = pack.identify(&answer, "all", true, &mut pack.scratch());
        for service in &findings.services {
            prop_assert!(service.tls && (0.5..1.0).contains(&service.confidence));
        }
        let _ = (lines::complete(&answer), http::complete(&answer));
        prop_assert!(lines::text(&answer).len() <= 4 * answer.len());
    }

    #[test]
    fn noise_never_panics(noise in prop::collection::vec(any::<u8>(), 0..400)) {
        let framed = [b"HTTP/1.1 200 OK\r\n".as_slice(), &noise].concat();
        let response = Response::parse(&framed).expect("the status line is there");
        prop_assert!(response.body.len() <= noise.len());
        prop_assert!(response.title().is_none_or(|title| title.len() <= http::TITLE_LIMIT));
        let _ = (lines::complete(&noise), http::complete(&noise), Response::parse(&noise));
    }

    #[test]
    fn a_header_survives_the_wire(name in "[A-Za-z][A-Za-z0-9-]{0,20}", value in "[!-~]([ -~]{0,40}[!-~])?") {
        let raw = format!("HTTP/1.1 200 OK\r\n{name}: {value}\r\n\r\n");
        let response = Response::parse(raw.as_bytes()).expect("a response");
        prop_assert_eq!(response.header(&name.to_uppercase()), Some(value.as_bytes()));
    }

    #[test]
    fn chunks_survive_the_wire(chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..40), 0..6)) {
        let mut raw = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
        for chunk in &chunks {
            raw.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
            raw.extend_from_slice(chunk);
            raw.extend_from_slice(b"\r\n");
        }
        raw.extend_from_slice(b"0\r\n\r\n");
        let response = Response::parse(&raw).expect("a response");
        prop_assert_eq!(&*response.body, &chunks.concat()[..]);
        prop_assert!(response.body_ended);
    }

    #[test]
    fn a_cpe_has_thirteen_parts_whatever_the_words(vendor in "\\PC{1,12}", product in "\\PC{1,12}", version in any::<String>()) {
        let name = cpe::derive('a', &vendor, &product, Some(&version));
        let mut escaped = false;
        let colons = name.chars().filter(|letter| {
            let counts = *letter == ':' && !escaped;
            escaped = *letter == '\\' && !escaped;
            counts
        });
        prop_assert_eq!(colons.count(), 12);
        prop_assert!(name.is_ascii() && !name.contains(char::is_whitespace));
    }
}
