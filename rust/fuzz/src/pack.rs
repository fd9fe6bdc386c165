//! A small pack with a match for every field and both transports, made of made-up and well-known servers.

use recon_core::matcher::Pack;
use recon_core::probe::{Ends, Example, Field, MatchSpec, ProbeSpec, ProductSpec};
use recon_core::space::Transport;

/// Ports that lead a dialogue down different ways: greeting, client first, TLS, mail with STARTTLS, silence, printer.
pub const PORTS: [u16; 7] = [22, 80, 443, 25, 6379, 4000, 9100];

/// Compiles the pack.
///
/// # Panics
/// When a probe of it is unsound.
#[must_use]
pub fn pack() -> Pack {
    Pack::compile(specs()).expect("the pack is sound")
}

/// The probes of the pack.
#[must_use]
pub fn specs() -> Vec<ProbeSpec> {
    vec![ssh(), http(), mail(), help(), cache(), binary(), names(), time()]
}

fn ssh() -> ProbeSpec {
    let openssh = r"^SSH-(?P<protocol>[\d.]+)-OpenSSH_(?P<version>[\w.]+)(?: (?P<distro>Debian)-(?P<revision>\S+))?";
    let any = r"^SSH-[\d.]+-(?P<product>[^\s_]+)(?:_(?P<version>\S+))?";
    let matches = vec![
        matched("ssh", Some("OpenSSH"), openssh, b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\r\n"),
        matched("ssh", None, any, b"SSH-2.0-x_1\r\n"),
    ];
    probe("ssh", &[(22, 22)], b"", matches)
}

fn http() -> ProbeSpec {
    let header = |name: &str| Field::Header(name.into());
    let nginx = matched("http", Some("nginx"), r"^nginx(?:/(?P<version>[\d.]+))?", b"nginx/1.24.0");
    let php = matched("http", Some("PHP"), r"(?i)^php/(?P<version>[\w.]+)", b"PHP/8.2.7");
    let open = matched("http", None, r"^(?P<product>[\w-]+)(?:/(?P<version>\S+))?", b"x/1");
    let garden = matched("http", Some("Garden"), "^Home & Garden$", b"Home & Garden");
    let shed = matched("http", Some("Shed"), "Shed (?P<version>[0-9.]+)", b"Shed 1.2");
    let gone = matched("http", Some("Gate"), "Gone Fishing", b"HTTP/1.1 410 Gone Fishing");
    let raw = matched("http", Some("Raw"), r"X-Raw: (?P<version>\d+)", b"X-Raw: 7\r\n");
    let token = matched("http", None, r"(?P<product>[a-z]+)/(?P<version>[\d.]+)", b"x/1");
    let kit =
        matched("http", None, r"^x-[a-z]+-version: (?P<product>[a-z]+) (?P<version>\S+)", b"x-kit-version: kit 2");
    let matches = vec![
        MatchSpec { field: header("via"), each: true, ..token },
        MatchSpec { field: Field::AnyHeader, ..kit },
        MatchSpec { field: header("server"), ..nginx },
        MatchSpec { field: header("x-powered-by"), ..php },
        MatchSpec { field: header("server"), ..open },
        MatchSpec { field: Field::Title, facts: vec![("kind".into(), "garden".into())], ..garden },
        MatchSpec { field: Field::Body, ..shed },
        MatchSpec { field: Field::Status, ..gone },
        raw,
    ];
    let send = b"GET / HTTP/1.1\r\nHost: {authority}\r\n\r\n";
    let squid = ProductSpec { name: Some("Squid".into()), vendor: Some("squid-cache".into()), cpe: None, part: 'a' };
    let products = vec![("squid".into(), Some(squid)), ("close".into(), None)];
    ProbeSpec { rarity: 1, tls_ports: vec![(443, 443)], products, ..probe("http", &[(80, 80)], send, matches) }
}

fn mail() -> ProbeSpec {
    let exim = matched("smtp", Some("Exim"), r"^220 \S+ ESMTP Exim (?P<version>[\d.]+)", b"220 a ESMTP Exim 4.96\r\n");
    let any = matched("smtp", None, r"^220[ -].* E?SMTP", b"220 a ESMTP\r\n");
    let starttls = vec![(b"EHLO x\r\n".to_vec(), b"250 ".to_vec()), (b"STARTTLS\r\n".to_vec(), b"220 ".to_vec())];
    ProbeSpec { starttls, ..probe("smtp", &[(25, 25)], b"", vec![exim, any]) }
}

fn help() -> ProbeSpec {
    let sendmail =
        matched("smtp", Some("Sendmail"), r"214[ -].*Sendmail (?P<version>[\d.]+)", b"214 Sendmail 8.17\r\n");
    ProbeSpec { rarity: 7, ..probe("smtp.help", &[], b"HELP\r\n", vec![sendmail]) }
}

fn cache() -> ProbeSpec {
    let redis =
        matched("redis", Some("Redis"), r"(?s)^\$.*redis_version:(?P<version>[\w.]+)", b"$9\r\nredis_version:7.0\r\n");
    let closed = matched("redis", None, "(?:-NOAUTH|-DENIED|-ERR) ", b"-NOAUTH no\r\n");
    ProbeSpec {
        ends: Ends::Quiet,
        wait_ms: Some(500),
        ..probe("redis", &[(6379, 6379)], b"INFO\r\n", vec![redis, closed])
    }
}

/// A match for every field of a decode template.
fn binary() -> ProbeSpec {
    let templates = [
        "{u8}.{u16be}.{u24le}.{u32be}.{u64le}",
        "{p8}/{p16le}/{p32be}",
        "{ber}-{_2}{hex}",
        "{_}{dec32:8.4.8.4.8}",
        "{u32le/1.2.2.3}{text}",
        "{utf16le}",
        "{utf16be}",
        "{ebcdic}",
    ];
    let decoded = |(at, template): (usize, &&str)| {
        let pattern = format!(r"(?s-u)^\xfebin{at}(?P<version>.*)$");
        let data =
            [format!("\u{fe}bin{at}").chars().map(|letter| letter as u8).collect::<Vec<u8>>(), vec![b'1'; 48]].concat();
        let product = format!("Bin {at}");
        MatchSpec {
            decode: vec![("version".into(), (*template).into())],
            ..matched("bin", Some(&product), &pattern, &data)
        }
    };
    probe("bin", &[(7000, 7000)], b"?", templates.iter().enumerate().map(decoded).collect())
}

fn names() -> ProbeSpec {
    let bind = matched("dns", Some("BIND"), r"(?s-u)^..[\x80-\xff].*(?P<version>9\.\d+\.\d+)", b"xx\x85\0 9.18.1");
    let any = matched("dns", None, r"(?s-u)version\x04bind", b"xx\x07version\x04bind");
    let question = b"\0\x06\x01\0\0\x01\0\0\0\0\0\0\x07version\x04bind\0\0\x10\0\x03";
    ProbeSpec { transport: Transport::Udp, ..probe("dns", &[(53, 53)], question, vec![bind, any]) }
}

fn time() -> ProbeSpec {
    let chrony = matched("ntp", Some("chrony"), r"version=(?P<version>[\w.]+) chrony", b"version=4.3 chrony");
    ProbeSpec { transport: Transport::Udp, ..probe("ntp", &[(123, 123)], b"\x16\x02", vec![chrony]) }
}

/// A match of whole answers, proven by one example.
#[must_use]
pub fn matched(service: &str, product: Option<&str>, pattern: &str, example: &[u8]) -> MatchSpec {
    MatchSpec {
        name: None,
        pattern: pattern.into(),
        field: Field::Data,
        service: service.into(),
        part: 'a',
        vendor: product.map(str::to_lowercase),
        product: product.map(Into::into),
        distro: None,
        cpe: None,
        facts: vec![],
        each: false,
        decode: vec![],
        reply: vec![],
        examples: vec![Example { data: example.into(), expect: vec![] }],
    }
}

/// A probe over TCP.
#[must_use]
pub fn probe(name: &str, ports: &[(u16, u16)], send: &[u8], matches: Vec<MatchSpec>) -> ProbeSpec {
    ProbeSpec {
        name: name.into(),
        origin: "fuzz".into(),
        ports: ports.to_vec(),
        tls_ports: vec![],
        starttls: vec![],
        transport: Transport::Tcp,
        send: send.to_vec(),
        wait_ms: None,
        ends: Ends::Grammar,
        rarity: 5,
        answers_elsewhere: false,
        products: vec![],
        matches,
    }
}
