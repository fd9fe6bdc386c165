//! Prints how many greetings one core names in a second, with a pack of thousands of matches. Only a measuring stick.

use std::hint::black_box;
use std::time::{Duration, Instant};

use recon_core::matcher::{LISTEN, Pack};
use recon_core::probe::{Ends, Example, Field, MatchSpec, ProbeSpec};
use recon_core::space::Transport;

/// How many made-up products stand beside the real ones.
const FILLERS: usize = 3000;
/// How long one figure is measured.
const SPAN: Duration = Duration::from_millis(300);

/// (service, product, pattern, greeting) of servers that speak first, or answer in one line.
const GREETINGS: [(&str, &str, &str, &[u8]); 22] = [
    ("ssh", "OpenSSH", r"^SSH-(?P<protocol>[\d.]+)-OpenSSH_(?P<version>[\w.]+)(?: (?P<distro>Debian|Ubuntu)-(?P<revision>\S+))?", b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\r\n"),
    ("ssh", "OpenSSH U", r"^SSH-(?P<protocol>[\d.]+)-OpenSSHU_(?P<version>[\w.]+)", b"SSH-2.0-OpenSSHU_8.9p1 Ubuntu-3ubuntu0.6\r\n"),
    ("ssh", "Dropbear", r"^SSH-(?P<protocol>[\d.]+)-dropbear_(?P<version>[\w.]+)", b"SSH-2.0-dropbear_2022.83\r\n"),
    ("ssh", "libssh", r"^SSH-(?P<protocol>[\d.]+)-libssh[-_](?P<version>[\w.]+)", b"SSH-2.0-libssh_0.9.6\r\n"),
    ("ssh", "Cisco", r"^SSH-(?P<protocol>[\d.]+)-Cisco-(?P<version>[\w.]+)", b"SSH-2.0-Cisco-1.25\r\n"),
    ("ftp", "vsftpd", r"^220 \(vsFTPd (?P<version>[\d.]+)\)", b"220 (vsFTPd 3.0.5)\r\n"),
    ("ftp", "ProFTPD", r"^220 ProFTPD (?P<version>[\w.]+) Server", b"220 ProFTPD 1.3.8 Server (Debian) [::ffff:192.0.2.1]\r\n"),
    ("ftp", "Pure-FTPd", r"^220-+ Welcome to Pure-FTPd", b"220---------- Welcome to Pure-FTPd [privsep] [TLS] ----------\r\n220-You are user number 1 of 50 allowed.\r\n220 You will be disconnected after 15 minutes of inactivity.\r\n"),
    ("ftp", "FileZilla Server", r"^220[- ]FileZilla Server(?: version)? (?P<version>[\w.]+)", b"220-FileZilla Server 1.7.3\r\n220 Please visit https://filezilla-project.org/\r\n"),
    ("ftp", "Microsoft FTP", r"^220[- ]Microsoft FTP Service", b"220 Microsoft FTP Service\r\n"),
    ("smtp", "Postfix", r"^220 (?P<host>\S+) ESMTP Postfix", b"220 mail.example.org ESMTP Postfix (Debian/GNU)\r\n"),
    ("smtp", "Exim", r"^220 (?P<host>\S+) ESMTP Exim (?P<version>[\w.]+)", b"220 mx.example.org ESMTP Exim 4.96 Mon, 01 Jan 2024 00:00:00 +0000\r\n"),
    ("smtp", "Sendmail", r"^220 (?P<host>\S+) ESMTP Sendmail (?P<version>[\w.]+)", b"220 a.example ESMTP Sendmail 8.17.1/8.17.1; Mon, 1 Jan 2024 00:00:00 GMT\r\n"),
    ("imap", "Dovecot", r"^\* OK [^\r\n]*Dovecot(?: \((?P<distro>\w+)\))? ready", b"* OK [CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ STARTTLS AUTH=PLAIN] Dovecot (Debian) ready.\r\n"),
    ("pop3", "Dovecot", r"^\+OK Dovecot(?: \((?P<distro>\w+)\))? ready", b"+OK Dovecot (Ubuntu) ready.\r\n"),
    ("mysql", "MySQL", r"(?s)^.\x00\x00\x00\x0a(?P<version>\d[\d.]+)(?:-(?P<revision>[^\x00]+))?\x00", b"[\0\0\0\x0a8.0.36-0ubuntu0.22.04.1\0\x08\0\0\0abcdefgh\0\xff\xf7\xff\x02\0\xff\xdf\x15\0\0\0\0\0\0\0\0\0\0ijklmnopqrst\0caching_sha2_password\0"),
    ("mysql", "MariaDB", r"(?s)^.\x00\x00\x00\x0a(?:5\.5\.5-)?(?P<version>\d[\d.]+)-MariaDB", b"Z\0\0\0\x0a5.5.5-10.11.6-MariaDB-0+deb12u1\0\x09\0\0\0abcdefgh\0\xfe\xf7-\x02\0\xff\x81\x15\0\0\0\0\0\0\x1d\0\0\0ijklmnopqrst\0mysql_native_password\0"),
    ("vnc", "RFB", r"^RFB (?P<version>\d{3}\.\d{3})\n", b"RFB 003.008\n"),
    ("redis", "Redis", r"^-NOAUTH Authentication required", b"-NOAUTH Authentication required.\r\n"),
    ("rsync", "rsync", r"^@RSYNCD: (?P<protocol>[\d.]+)", b"@RSYNCD: 31.0 sha512 sha256 sha1 md5 md4\n"),
    ("memcached", "Memcached", r"^VERSION (?P<version>[\d.]+)\r\n", b"VERSION 1.6.18\r\n"),
    ("irc", "UnrealIRCd", r"^:(?P<host>\S+) NOTICE \S+ :\*\*\* Looking up", b":irc.example.org NOTICE * :*** Looking up your hostname...\r\n"),
];

const PAGE: &[u8] = b"HTTP/1.1 200 OK\r\nServer: Apache/2.4.57 (Debian) PHP/8.2.7 OpenSSL/3.0.11\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\n\
    Content-Type: text/html; charset=UTF-8\r\nX-Powered-By: PHP/8.2.7\r\nConnection: close\r\nContent-Length: 82\r\n\r\n\
    <!DOCTYPE html><html><head><title>Welcome to this server</title></head><body></bod";

fn matched(service: &str, product: &str, field: Field, pattern: &str, example: &[u8]) -> MatchSpec {
    MatchSpec {
        name: None,
        pattern: pattern.into(),
        field,
        service: service.into(),
        part: 'a',
        vendor: Some("vendor".into()),
        product: (!product.is_empty()).then(|| product.into()),
        distro: None,
        cpe: None,
        facts: Vec::new(),
        each: false,
        decode: vec![],
        reply: vec![],
        examples: vec![Example { data: example.to_vec(), expect: Vec::new() }],
    }
}

fn matches() -> Vec<MatchSpec> {
    let known = GREETINGS
        .iter()
        .map(|(service, product, pattern, greeting)| matched(service, product, Field::Data, pattern, greeting));
    let filler = |number: usize| {
        let (service, start) = [("ftp", "220 "), ("ssh", "SSH-2.0-"), ("smtp", "220 "), ("pop3", "+OK ")][number % 4];
        let pattern = format!("^{}[^\\r\\n]*Product{number}x (?P<version>[\\d.]+)", start.replace('+', "\\+"));
        matched(
            service,
            &format!("Product{number}"),
            Field::Data,
            &pattern,
            format!("{start}Product{number}x 1.0\r\n").as_bytes(),
        )
    };
    let header = || Field::Header("server".into());
    let web = [
        matched(
            "http",
            "Apache httpd",
            header(),
            r"\bApache/(?P<version>[\d.]+)(?: \((?P<distro>\w+)\))?",
            b"Apache/2.4.57 (Debian)",
        ),
        matched("http", "PHP", header(), r"\bPHP/(?P<version>[\d.]+)", b"PHP/8.2.7"),
        matched("http", "OpenSSL", header(), r"\bOpenSSL/(?P<version>[\w.]+)", b"OpenSSL/3.0.11"),
        matched("http", "", header(), r"^(?P<product>[^\s/(]+)(?:/(?P<version>\S+))?", b"x/1"),
        matched("ssh", "", Field::Data, r"^SSH-(?P<protocol>[\d.]+)-(?P<product>[^\s_-]+)", b"SSH-2.0-x\r\n"),
        matched("ftp", "", Field::Data, r"^220[- ][^\r\n]*FTP", b"220 FTP\r\n"),
    ];
    known.chain(web).chain((0..FILLERS).map(filler)).collect()
}

/// Names every answer again and again for [`SPAN`]; answers a second.
fn rate(pack: &Pack, answers: &[&[u8]]) -> f64 {
    let mut scratch = pack.scratch();
    let (mut count, start) = (0_u64, Instant::now());
    while start.elapsed() < SPAN {
        for _ in 0..100 {
            for answer in answers {
                black_box(pack.identify(black_box(answer), LISTEN, false, &mut scratch));
            }
        }
        count += 100 * answers.len() as u64;
    }
    count as f64 / start.elapsed().as_secs_f64()
}

fn main() {
    let (name, origin) = ("all".to_owned(), "match_rate".to_owned());
    let (transport, ends) = (Transport::Tcp, Ends::Grammar);
    let spec = ProbeSpec {
        name,
        origin,
        ports: vec![],
        tls_ports: vec![],
        starttls: vec![],
        transport,
        send: vec![],
        wait_ms: None,
        ends,
        rarity: 1,
        answers_elsewhere: false,
        products: vec![],
        matches: matches(),
    };
    let start = Instant::now();
    let pack = Pack::compile(vec![spec]).expect("a sound pack");
    println!("{pack:?} compiled in {:?}", start.elapsed());
    for (service, product, _, greeting) in &GREETINGS {
        println!("{:>12.0}/s  {service} {product}", rate(&pack, &[greeting]));
    }
    println!("{:>12.0}/s  an HTTP page", rate(&pack, &[PAGE]));
    let greetings: Vec<&[u8]> = GREETINGS.iter().map(|(_, _, _, greeting)| *greeting).collect();
    println!("{:>12.0}/s  all {} greetings", rate(&pack, &greetings), greetings.len());
    let with_page = [&greetings[..], &[PAGE]].concat();
    println!("{:>12.0}/s  greetings and a page", rate(&pack, &with_page));
}
