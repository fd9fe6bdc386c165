//! Products that are read off the wire: every token of a field, what the pack knows of them, what is no product.

use recon_core::matcher::{GRAMMAR_WITH_PRODUCT, LISTEN, MATCH_WITH_VERSION, Pack};
use recon_core::probe::{Ends, Example, Field, MatchSpec, ProbeSpec, ProductSpec};
use recon_core::reply::Service;
use recon_core::space::Transport;

const TOKEN: &str = r"(?:^|[ ;,(])(?P<product>[A-Za-z][\w-]*)/v?(?P<version>\d[\w.]*)";

fn open(field: Field, pattern: &str, example: &[u8]) -> MatchSpec {
    MatchSpec {
        name: None,
        pattern: pattern.into(),
        field,
        service: "http".into(),
        part: 'a',
        vendor: None,
        product: None,
        distro: None,
        cpe: None,
        facts: vec![],
        each: true,
        decode: vec![],
        reply: vec![],
        examples: vec![Example { data: example.to_vec(), expect: vec![] }],
    }
}

fn openssl() -> MatchSpec {
    MatchSpec {
        product: Some("OpenSSL".into()),
        vendor: Some("openssl".into()),
        each: false,
        ..open(Field::Header("server".into()), r"OpenSSL/(?P<version>[\w.]+)", b"OpenSSL/1.0.2k")
    }
}

fn probe(matches: Vec<MatchSpec>) -> ProbeSpec {
    let known = ProductSpec { name: Some("RomPager".into()), vendor: Some("allegrosoft".into()), cpe: None, part: 'a' };
    ProbeSpec {
        name: "http".into(),
        origin: "test".into(),
        ports: vec![],
        tls_ports: vec![],
        starttls: vec![],
        transport: Transport::Tcp,
        send: vec![],
        wait_ms: None,
        ends: Ends::Grammar,
        rarity: 1,
        answers_elsewhere: false,
        products: vec![("rompager".into(), Some(known)), ("upnp".into(), None)],
        matches,
    }
}

fn tokens() -> MatchSpec {
    open(Field::Header("server".into()), TOKEN, b"Some/1.0")
}

fn services(header: &str, matches: Vec<MatchSpec>) -> Vec<Service> {
    let pack = Pack::compile(vec![probe(matches)]).expect("a sound pack");
    let answer = format!("HTTP/1.1 200 OK\r\n{header}\r\n\r\n");
    pack.identify(answer.as_bytes(), LISTEN, false, &mut pack.scratch()).services
}

fn named(services: &[Service]) -> Vec<(String, String)> {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    services.iter().map(|service| (text(service.product.as_deref()), text(service.version.as_deref()))).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(product, version)| ((*product).to_owned(), (*version).to_owned())).collect()
}

#[test]
fn every_token_is_a_service_unless_a_fixed_match_reads_it() {
    let found = services("Server: Foo/1.2 (x) Bar_baz/2.0 OpenSSL/1.0.2k", vec![tokens(), openssl()]);
    assert_eq!(named(&found), pairs(&[("OpenSSL", "1.0.2k"), ("Foo", "1.2"), ("Bar_baz", "2.0")]));
    assert!(found[1].confidence <= GRAMMAR_WITH_PRODUCT);
}

#[test]
fn what_is_known_of_a_product_makes_its_row_as_certain_as_a_table_match() {
    let found = services("Server: ROMPAGER/4.07 UPnP/1.0", vec![tokens()]);
    assert_eq!(named(&found), pairs(&[("RomPager", "4.07")]));
    assert!(found[0].confidence >= MATCH_WITH_VERSION);
    assert_eq!(found[0].cpe.as_deref(), Some("cpe:2.3:a:allegrosoft:rompager:4.07:*:*:*:*:*:*:*"));
}

#[test]
fn a_word_that_is_no_product_is_passed_over() {
    let found = services("Server: UPnP/1.0 Foo/2.0", vec![tokens()]);
    assert_eq!(named(&found), pairs(&[("Foo", "2.0")]));
    assert_eq!(named(&services("Server: UPnP/1.0", vec![tokens()])), pairs(&[("", "")]));
}

#[test]
fn at_most_sixteen_products_are_read_out_of_a_field() {
    let many = (0..40).map(|number| format!("P{number}/1")).collect::<Vec<_>>().join(" ");
    assert_eq!(services(&format!("Server: {many}"), vec![tokens()]).len(), 16);
}

#[test]
fn a_header_that_nobody_reads_by_name_is_read_as_a_line() {
    let line =
        open(Field::AnyHeader, r"^x-(?P<product>[a-z]+)-version: (?P<version>\d[\w.]*)$", b"x-acme-version: 1.2.3");
    assert_eq!(named(&services("X-Acme-Version: 1.2.3", vec![line])), pairs(&[("acme", "1.2.3")]));
}

#[test]
fn an_example_whose_word_is_no_product_is_refused() {
    let wrong = open(Field::Header("server".into()), TOKEN, b"UPnP/1.0");
    let error = Pack::compile(vec![probe(vec![wrong])]).expect_err("refused").to_string();
    assert!(error.contains("is no product"), "{error}");
}

#[test]
fn each_with_a_product_and_a_template_without_its_group_are_refused() {
    let refused = |matched| Pack::compile(vec![probe(vec![matched])]).expect_err("refused").to_string();
    assert!(refused(MatchSpec { each: true, ..openssl() }).contains("each is for a match"));
    let decode = vec![("nothing".to_owned(), "{u8}".to_owned())];
    assert!(refused(MatchSpec { decode, ..openssl() }).contains("no group \"nothing\""));
}

#[test]
fn a_group_is_decoded() {
    let prelogin = MatchSpec {
        product: Some("SQL Server".into()),
        each: false,
        decode: vec![("version".into(), "{u8}.{u8}.{u16be}".into())],
        examples: vec![Example {
            data: b"\x04\x01PRE\x0f\0\x07\xd0".to_vec(),
            expect: vec![("version".into(), "15.0.2000".into())],
        }],
        ..open(Field::Data, r"^\x04\x01PRE(?P<version>[\s\S]{4})", b"")
    };
    let pack = Pack::compile(vec![probe(vec![prelogin])]).expect("a sound pack");
    let found = pack.identify(b"\x04\x01PRE\x10\0\x03\xe8", LISTEN, false, &mut pack.scratch()).services;
    assert_eq!(named(&found), pairs(&[("SQL Server", "16.0.1000")]));
}
