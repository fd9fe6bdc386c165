//! What the matcher promises about compiling and reading, on small packs made here.

mod specs;

use recon_core::matcher::{GRAMMAR, GRAMMAR_WITH_PRODUCT, LISTEN, MATCH, MATCH_WITH_VERSION, Pack};
use recon_core::probe::{Field, MatchSpec, ProbeSpec};
use recon_core::reply::{FactValue, Findings};
use recon_core::space::Transport;
use specs::{probe, reads};

fn product(mut spec: MatchSpec, vendor: &str, product: &str) -> MatchSpec {
    spec.vendor = Some(vendor.into());
    spec.product = Some(product.into());
    spec
}

fn on(mut spec: MatchSpec, field: Field) -> MatchSpec {
    spec.field = field;
    spec
}

fn server(spec: MatchSpec) -> MatchSpec {
    on(spec, Field::Header("server".into()))
}

fn openssh() -> MatchSpec {
    let mut spec = product(
        reads(
            r"^SSH-(?P<protocol>[\d.]+)-OpenSSH_(?P<version>[\w.]+)(?: Debian-(?P<revision>\S+))?",
            "ssh",
            b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\r\n",
        ),
        "openbsd",
        "OpenSSH",
    );
    spec.distro = Some("Debian".into());
    spec.examples[0].expect = vec![("version".into(), "9.2p1".into()), ("revision".into(), "2+deb12u10".into())];
    spec
}

fn ssh_generic() -> MatchSpec {
    reads(r"^SSH-(?P<protocol>[\d.]+)-(?P<product>[^\s_-]+)(?:[_-](?P<version>[\w.]+))?", "ssh", b"SSH-2.0-Foo_1.0\r\n")
}

fn ssh() -> ProbeSpec {
    probe("ssh", &[(22, 22)], b"", vec![ssh_generic(), openssh()])
}

fn http() -> ProbeSpec {
    let mut apache = product(
        server(reads(
            r"\bApache/(?P<version>[\d.]+)(?: \((?P<distro>Debian|Ubuntu)\))?",
            "http",
            b"Apache/2.4.57 (Debian)",
        )),
        "apache",
        "Apache httpd",
    );
    apache.cpe = Some("cpe:2.3:a:apache:http_server".into());
    let token = r"^(?P<product>[\w-]+)(?:/(?P<version>[\w.]+))?";
    let matches = vec![
        apache,
        product(server(reads(r"\bPHP/(?P<version>[\d.]+)", "http", b"PHP/8.2.7")), "php", "PHP"),
        product(
            on(reads(r"^PHP(?:/(?P<version>[\d.]+))?", "http", b"PHP/8.2.7"), Field::Header("X-Powered-By".into())),
            "php",
            "PHP",
        ),
        server(reads(token, "http", b"Foo/1.0")),
        product(on(reads("Gadget login", "http", b"Gadget login"), Field::Title), "acme", "Gadget"),
    ];
    ProbeSpec {
        rarity: 1,
        ..probe("http", &[(80, 80), (8000, 8100)], b"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n", matches)
    }
}

fn pack(specs: Vec<ProbeSpec>) -> Pack {
    Pack::compile(specs).expect("a sound pack")
}

fn read(pack: &Pack, answer: &[u8]) -> Findings {
    pack.identify(answer, LISTEN, false, &mut pack.scratch())
}

fn fact<'a>(findings: &'a Findings, name: &str) -> Option<&'a FactValue> {
    findings.facts.iter().find(|fact| &*fact.name == name).map(|fact| &fact.value)
}

fn products(findings: &Findings) -> Vec<(Option<&str>, Option<&str>)> {
    findings.services.iter().map(|service| (service.product.as_deref(), service.version.as_deref())).collect()
}

fn why(spec: MatchSpec) -> String {
    Pack::compile(vec![probe("p", &[], b"", vec![spec])]).expect_err("refused").to_string()
}

#[test]
fn a_greeting_becomes_a_service_with_every_field() {
    let pack = pack(vec![ssh()]);
    let findings = read(&pack, b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\r\n");
    let [service] = &findings.services[..] else { panic!("{findings:?}") };
    assert_eq!(service.cpe.as_deref(), Some("cpe:2.3:a:openbsd:openssh:9.2p1:*:*:*:*:*:*:*"));
    assert_eq!(service.distro.as_deref(), Some("Debian"));
    assert_eq!(service.revision.as_deref(), Some("2+deb12u10"));
    assert_eq!((&*service.version_source, service.confidence), ("greeting", MATCH_WITH_VERSION));
    assert_eq!((&*service.evidence.probe, &*service.evidence.matched), ("listen", "ssh.openssh"));
    assert_eq!(fact(&findings, "ssh.protocol"), Some(&FactValue::Text("2.0".into())));
}

#[test]
fn a_distribution_needs_its_revision() {
    let findings = read(&pack(vec![ssh()]), b"SSH-2.0-OpenSSH_9.2p1\r\n");
    assert_eq!((findings.services[0].distro.as_deref(), findings.services[0].revision.as_deref()), (None, None));
}

#[test]
fn an_open_match_yields_to_a_fixed_one_and_stands_in_without() {
    let pack = pack(vec![ssh()]);
    assert_eq!(products(&read(&pack, b"SSH-2.0-OpenSSH_9.2p1\r\n")), [(Some("OpenSSH"), Some("9.2p1"))]);
    let findings = read(&pack, b"SSH-2.0-Weird-3\r\n");
    assert_eq!(products(&findings), [(Some("Weird"), Some("3"))]);
    assert!((findings.services[0].confidence - GRAMMAR_WITH_PRODUCT).abs() < f32::EPSILON);
}

#[test]
fn attached_facts_hold_though_the_service_yields() {
    let mut old = reads("^SSH-(?P<protocol>1)", "ssh", b"SSH-1.99-x\r\n");
    old.name = Some("ssh.old".into());
    old.facts = vec![("outdated".into(), "true".into())];
    let mut spec = ssh();
    spec.matches.push(old);
    let findings = read(&pack(vec![spec]), b"SSH-1.99-OpenSSH_3.9p1\r\n");
    assert_eq!(products(&findings), [(Some("OpenSSH"), Some("3.9p1"))]);
    assert_eq!(fact(&findings, "ssh.outdated"), Some(&FactValue::Text("true".into())));
}

#[test]
fn every_product_of_one_header_counts() {
    let raw = b"HTTP/1.1 200 OK\r\nServer: Apache/2.4.57 (Debian) PHP/8.2.7\r\nX-Powered-By: PHP\r\n\r\n";
    let findings = pack(vec![http()]).identify(raw, "http", true, &mut recon_core::matcher::Scratch::default());
    assert_eq!(products(&findings), [(Some("Apache httpd"), Some("2.4.57")), (Some("PHP"), Some("8.2.7"))]);
    let apache = &findings.services[0];
    assert_eq!(apache.cpe.as_deref(), Some("cpe:2.3:a:apache:http_server:2.4.57:*:*:*:*:*:*:*"));
    assert_eq!((apache.distro.as_deref(), &*apache.version_source, apache.tls), (Some("Debian"), "header", true));
    assert_eq!(&*apache.evidence.probe, "http");
}

#[test]
fn http_without_a_known_product_is_still_http() {
    let raw = b"HTTP/1.1 302 Found\r\nLocation: /x\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n\r\n<title>T</title>";
    let findings = read(&pack(vec![ssh()]), raw);
    assert_eq!((&*findings.services[0].name, findings.services[0].confidence), ("http", GRAMMAR));
    assert_eq!(fact(&findings, "http.status"), Some(&FactValue::Number(302)));
    assert_eq!(fact(&findings, "http.title"), Some(&FactValue::Text("T".into())));
    assert_eq!(fact(&findings, "http.location"), Some(&FactValue::Text("/x".into())));
    assert_eq!(fact(&findings, "http.header.set-cookie"), Some(&FactValue::List(vec!["a".into(), "b".into()])));
}

#[test]
fn a_title_names_a_product() {
    let findings = read(&pack(vec![http()]), b"HTTP/1.0 200 OK\r\nServer: Foo/1.0\r\n\r\n<title>Gadget login</title>");
    assert_eq!(products(&findings), [(Some("Gadget"), None), (Some("Foo"), Some("1.0"))]);
    assert!((findings.services[0].confidence - MATCH).abs() < f32::EPSILON);
}

#[test]
fn headers_beyond_the_limit_are_not_facts() {
    let mut raw = b"HTTP/1.1 200 OK\r\n".to_vec();
    (0..100).for_each(|number| raw.extend_from_slice(format!("X-{number}: {}\r\n", "v".repeat(1500)).as_bytes()));
    raw.extend_from_slice(b"\r\n");
    let findings = read(&pack(vec![http()]), &raw);
    let values = findings.facts.iter().filter(|fact| fact.name.starts_with("http.header."));
    let lengths: Vec<usize> =
        values.map(|fact| if let FactValue::Text(text) = &fact.value { text.len() } else { 0 }).collect();
    assert_eq!(lengths, vec![1024; 32]);
}

#[test]
fn ports_hint_at_probes() {
    let pack = pack(vec![ssh(), http(), ProbeSpec { rarity: 9, ..probe("rare", &[(80, 81)], b"?", vec![]) }]);
    let asked = |port| pack.probe_for(port, Transport::Tcp).map(|probe| &*probe.name);
    assert_eq!((asked(80), asked(81), asked(8050), asked(22)), (Some("http"), Some("rare"), Some("http"), None));
    assert!(pack.listens(22) && !pack.listens(80));
    assert_eq!(pack.everywhere().map(|at| &*pack.probes()[at].name), Some("http"));
    assert!(pack.probe_for(80, Transport::Udp).is_none());
}

#[test]
fn udp_matches_do_not_read_tcp_answers() {
    let mut udp =
        probe("sip", &[(5060, 5060)], b"?", vec![reads("^SIP/2.0 (?P<version>x)?", "sip", b"SIP/2.0 200\r\n")]);
    udp.transport = Transport::Udp;
    let pack = pack(vec![udp]);
    assert!(read(&pack, b"SIP/2.0 200\r\n").services.is_empty());
    assert_eq!(pack.identify(b"SIP/2.0 200\r\n", "sip", false, &mut pack.scratch()).services.len(), 1);
}

#[test]
fn a_refusal_names_plugin_probe_and_match() {
    let mut spec = openssh();
    spec.examples[0].expect[0].1 = "9.9".into();
    let message = why(spec);
    assert!(message.starts_with("test: probe \"p\", match \"ssh.openssh\": its example "), "{message}");
    assert!(message.contains("should yield version=\"9.9\" but yields \"9.2p1\""), "{message}");
}

#[test]
fn bad_matches_are_refused_with_the_reason() {
    let without_example = MatchSpec { examples: vec![], ..openssh() };
    assert!(why(without_example).contains("no example"));
    assert!(why(reads("^SSH-", "ssh", b"FTP\r\n")).contains("does not read its example"));
    assert!(why(reads("^.{20}$", "x", b"aaaaaaaaaaaaaaaaaaaa")).contains("no literal text"));
    assert!(why(reads("^x\\d+", "x", b"x1")).contains("no literal text"));
    assert!(why(reads("(abc)?", "x", b"abc")).contains("empty answer"));
    assert!(why(reads("abc", "", b"abc")).contains("no name"));
    assert!(why(MatchSpec { part: 'x', ..openssh() }).contains("part 'x'"));
    assert!(why(MatchSpec { cpe: Some("cpe:/a".into()), ..openssh() }).contains("is not of the form"));
}

#[test]
fn an_example_may_not_end_in_the_value_it_yields() {
    let mut spec = openssh();
    spec.examples[0].data = b"SSH-2.0-OpenSSH_9.2p1".to_vec();
    spec.examples[0].expect.truncate(1);
    assert!(why(spec).contains("end the example as the server does"));
}

#[test]
fn bad_probes_are_refused_with_the_reason() {
    let refused = |spec: ProbeSpec| Pack::compile(vec![ssh(), spec]).expect_err("refused").why;
    assert!(refused(ssh()).contains("another probe"));
    assert!(refused(probe("listen", &[], b"", vec![])).contains("name of its own"));
    assert!(refused(probe("x", &[(9, 3)], b"", vec![])).contains("run backwards"));
    assert!(refused(ProbeSpec { rarity: 0, ..probe("x", &[], b"", vec![]) }).contains("rarity 0"));
    assert!(refused(probe("x", &[], &b"x".repeat(20_000), vec![])).contains("at most"));
    assert!(refused(ProbeSpec { transport: Transport::Udp, ..probe("x", &[(7, 7)], b"", vec![]) }).contains("UDP"));
}

#[test]
fn made_up_names_are_numbered_and_belong_to_one_plugin() {
    let twice = probe("ssh", &[], b"", vec![openssh(), openssh()]);
    assert_eq!(pack(vec![twice]).match_names().collect::<Vec<_>>(), ["ssh.openssh", "ssh.openssh-2"]);
    let other = ProbeSpec { origin: "other".into(), ..probe("ssh2", &[], b"", vec![openssh()]) };
    assert!(Pack::compile(vec![ssh(), other]).expect_err("refused").why.contains("belongs to a match of test"));
    let named = MatchSpec { name: Some("mine".into()), ..openssh() };
    assert!(
        Pack::compile(vec![probe("p", &[], b"", vec![named.clone(), named])])
            .expect_err("refused")
            .why
            .contains("twice")
    );
}

#[test]
fn a_broken_probe_is_left_out_alone() {
    let broken = probe("broken", &[], b"", vec![openssh(), reads("(", "x", b"x")]);
    let (pack, errors) = Pack::compile_lenient(vec![broken, ssh()]);
    assert_eq!(pack.probes().iter().map(|probe| &*probe.name).collect::<Vec<_>>(), ["ssh"]);
    assert_eq!(errors.len(), 1);
    assert_eq!(pack.match_count(), 2);
}

#[test]
fn a_stolen_example_is_found() {
    assert_eq!(pack(vec![ssh(), http()]).thefts(), []);
    let thief = product(reads("^SSH-2", "ssh", b"SSH-2"), "x", "Thief");
    let thefts = pack(vec![probe("ssh", &[], b"", vec![openssh(), thief])]).thefts();
    assert!(thefts.iter().any(|theft| theft.why.contains("is read by ssh.thief")), "{thefts:?}");
}

#[test]
fn one_scratch_serves_several_packs() {
    let (one, other) = (pack(vec![http()]), pack(vec![ssh(), http()]));
    let mut scratch = one.scratch();
    for _ in 0..2 {
        let page = b"HTTP/1.1 200 OK\r\nServer: Apache/2.4.57 PHP/8.2.7\r\n\r\n";
        assert_eq!(one.identify(page, "http", false, &mut scratch).services.len(), 2);
        assert_eq!(other.identify(b"SSH-2.0-OpenSSH_9.2p1\r\n", LISTEN, false, &mut scratch).services.len(), 1);
    }
}
