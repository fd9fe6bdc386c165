//! Bare loops that do only the system calls: what the machine allows at best. Reads, matches and counts nothing more
//! than it must. `floor connect|greet FIRST-ADDR HOSTS FIRST-PORT PORTS THREADS` prints one JSON line;
//! `floor serve PORT [GREETING]` is the listener that both sides of a bench ask; `floor answer PORT` is one that talks.

mod answer;
mod link;
mod serve;

use std::collections::VecDeque;
use std::io::{ErrorKind, Read};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use socket2::{Domain, Protocol, SockAddr, SockRef, Socket, Type};

/// Targets a thread takes at once.
const CHUNK: u64 = 256;
/// Open connections a thread holds.
const WINDOW: usize = 1024;
/// When a silent connection is given up.
const PATIENCE: Duration = Duration::from_millis(900);

#[derive(Clone)]
struct Job {
    first_addr: u32,
    first_port: u16,
    ports: u64,
    total: u64,
    read: bool,
    next: Arc<AtomicU64>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    open: u64,
    closed: u64,
    silent: u64,
    failed: u64,
    bytes: u64,
}

impl Count {
    fn add(self, other: Self) -> Self {
        Self {
            open: self.open + other.open,
            closed: self.closed + other.closed,
            silent: self.silent + other.silent,
            failed: self.failed + other.failed,
            bytes: self.bytes + other.bytes,
        }
    }
}

impl Job {
    fn target(&self, index: u64) -> SocketAddr {
        let addr = Ipv4Addr::from(self.first_addr + (index / self.ports) as u32);
        SocketAddr::new(IpAddr::V4(addr), self.first_port + (index % self.ports) as u16)
    }
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    raise_open_files();
    if words.first().is_some_and(|mode| mode == "serve") {
        return serve_words(&words[1..]);
    }
    if let [mode, port] = &words[..]
        && mode == "answer"
    {
        return answer_words(port);
    }
    if let Some(sent) = link::run(&words) {
        return sent.unwrap_or_else(|error| {
            eprintln!("floor: cannot send: {error}");
            std::process::exit(1);
        });
    }
    let Some((job, threads)) = parse(&words) else {
        usage();
    };
    measure(&job, threads);
}

fn usage() -> ! {
    eprintln!(
        "usage: floor connect|greet FIRST-ADDR HOSTS FIRST-PORT PORTS THREADS\n       floor serve PORT [GREETING]\n       floor answer PORT\n       floor xdp-silent|mmsg-silent IFACE MAC SOURCE FIRST-ADDR/PREFIX PORT FRAMES"
    );
    std::process::exit(2);
}

fn serve_words(words: &[String]) {
    let (port, greeting) = match words {
        [port] => (port, ""),
        [port, greeting] => (port, greeting.as_str()),
        _ => usage(),
    };
    let Ok(port) = port.parse() else {
        usage();
    };
    if let Err(error) = serve::serve(port, greeting.as_bytes()) {
        eprintln!("floor: cannot serve: {error}");
        std::process::exit(1);
    }
}

fn answer_words(port: &str) {
    let Ok(port) = port.parse() else {
        usage();
    };
    if let Err(error) = answer::answer(port) {
        eprintln!("floor: cannot serve: {error}");
        std::process::exit(1);
    }
}

fn measure(job: &Job, threads: usize) {
    let started = Instant::now();
    let handles: Vec<_> = (0..threads)
        .map(|_| {
            let job = job.clone();
            std::thread::spawn(move || work(&job).expect("the floor needs a poller"))
        })
        .collect();
    let joined = handles.into_iter().map(|handle| handle.join().expect("a floor thread does not panic"));
    let count = joined.fold(Count::default(), Count::add);
    let elapsed = started.elapsed().as_secs_f64();
    println!(
        "{{\"targets\":{},\"open\":{},\"closed\":{},\"silent\":{},\"failed\":{},\"bytes\":{},\"elapsed_s\":{elapsed:.6}}}",
        job.total, count.open, count.closed, count.silent, count.failed, count.bytes,
    );
}

fn parse(words: &[String]) -> Option<(Job, usize)> {
    let [mode, addr, hosts, port, ports, threads] = words else {
        return None;
    };
    let ports: u64 = ports.parse().ok().filter(|&ports| ports > 0)?;
    let hosts: u64 = hosts.parse().ok()?;
    let job = Job {
        first_addr: addr.parse::<Ipv4Addr>().ok()?.into(),
        first_port: port.parse().ok()?,
        ports,
        total: hosts * ports,
        read: match mode.as_str() {
            "connect" => false,
            "greet" => true,
            _ => return None,
        },
        next: Arc::default(),
    };
    Some((job, threads.parse().ok().filter(|&threads| threads > 0)?))
}

fn raise_open_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        eprintln!("floor: the limit on open files stays: {error}");
    }
}

/// Connections in flight, by slot, oldest first in `order`.
struct Held {
    slots: Vec<Option<(TcpStream, Instant)>>,
    free: Vec<usize>,
    order: VecDeque<(usize, Instant)>,
}

fn work(job: &Job) -> std::io::Result<Count> {
    let mut poll = Poll::new()?;
    let mut events = Events::with_capacity(WINDOW);
    let mut held =
        Held { slots: (0..WINDOW).map(|_| None).collect(), free: (0..WINDOW).collect(), order: VecDeque::new() };
    let mut count = Count::default();
    let mut chunk = 0..0;
    loop {
        for _ in 0..CHUNK {
            if chunk.is_empty() {
                let start = job.next.fetch_add(CHUNK, Ordering::Relaxed).min(job.total);
                chunk = start..(start + CHUNK).min(job.total);
            }
            let Some(&slot) = held.free.last() else {
                break;
            };
            let Some(index) = chunk.next() else {
                break;
            };
            begin(job, index, slot, &poll, &mut held, &mut count)?;
        }
        if chunk.is_empty() && held.free.len() == WINDOW && job.next.load(Ordering::Relaxed) >= job.total {
            return Ok(count);
        }
        let idle = held.free.is_empty() || (chunk.is_empty() && job.next.load(Ordering::Relaxed) >= job.total);
        poll.poll(&mut events, Some(Duration::from_millis(if idle { 10 } else { 0 })))?;
        for event in &events {
            finish(job, event, &mut held, &mut count);
        }
        give_up(&mut held, &mut count);
    }
}

fn begin(job: &Job, index: u64, slot: usize, poll: &Poll, held: &mut Held, count: &mut Count) -> std::io::Result<()> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM.nonblocking(), Some(Protocol::TCP))?;
    match socket.connect(&SockAddr::from(job.target(index))) {
        Ok(()) if !job.read => {
            count.open += 1;
            socket.set_linger(Some(Duration::ZERO))?;
            return Ok(());
        }
        Ok(()) => {}
        Err(error) if error.raw_os_error() == Some(rustix::io::Errno::INPROGRESS.raw_os_error()) => {}
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => {
            count.closed += 1;
            return Ok(());
        }
        Err(_) => {
            count.failed += 1;
            return Ok(());
        }
    }
    let mut stream = TcpStream::from_std(socket.into());
    poll.registry().register(&mut stream, Token(slot), Interest::READABLE | Interest::WRITABLE)?;
    let now = Instant::now();
    held.free.pop();
    held.slots[slot] = Some((stream, now));
    held.order.push_back((slot, now));
    Ok(())
}

fn finish(job: &Job, event: &mio::event::Event, held: &mut Held, count: &mut Count) {
    let slot = event.token().0;
    let Some((stream, _)) = &mut held.slots[slot] else {
        return;
    };
    if event.is_error() {
        count.closed += 1;
    } else if job.read {
        let mut buffer = [0; 4096];
        match stream.read(&mut buffer) {
            Ok(read) => count.bytes += read as u64,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return,
            Err(_) => {}
        }
        count.open += 1;
    } else {
        count.open += 1;
    }
    release(slot, held);
}

fn give_up(held: &mut Held, count: &mut Count) {
    while let Some(&(slot, since)) = held.order.front() {
        let current = held.slots[slot].as_ref().is_some_and(|held| held.1 == since);
        if current && since.elapsed() < PATIENCE {
            return;
        }
        held.order.pop_front();
        if current {
            count.silent += 1;
            release(slot, held);
        }
    }
}

fn release(slot: usize, held: &mut Held) {
    if let Some((stream, _)) = held.slots[slot].take() {
        // A failure here leaves an ordinary close, which the measurement survives.
        let _ = SockRef::from(&stream).set_linger(Some(Duration::ZERO));
        held.free.push(slot);
    }
}
