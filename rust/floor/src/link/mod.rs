//! Bare SYN senders: what a link allows at best. Reads no answer, and sends each frame once.
//!
//! The memory and the rings shared with the kernel are the engine's own files; the loops are not.

#[path = "../../../recon-engine/src/link/map.rs"]
#[allow(dead_code, reason = "the engine needs more of it")]
mod map;
mod mmsg;
#[path = "../../../recon-engine/src/link/options.rs"]
#[allow(dead_code, reason = "the engine needs more of it")]
mod options;
mod syn;
mod xdp;
#[path = "../../../recon-engine/src/link/xdp_ring.rs"]
#[allow(dead_code, reason = "the engine needs more of it")]
mod xdp_ring;

use std::io;
use std::net::Ipv4Addr;
use std::os::fd::AsFd;
use std::time::Instant;

use syn::Syn;

/// What to send, and where.
struct Silent {
    interface: u32,
    syn: Syn,
    first: u32,
    hosts: u32,
    frames: u64,
}

impl Silent {
    /// The address of a frame: the range over and over.
    fn target(&self, index: u64) -> u32 {
        self.first + (index % u64::from(self.hosts)) as u32
    }
}

/// Run `xdp-silent|mmsg-silent IFACE MAC SOURCE FIRST-ADDR/PREFIX PORT FRAMES` and print one JSON line: frames sent,
/// refusals of the kernel, seconds. `MAC` is the next hop's. Nothing for words that are not such a command.
pub(crate) fn run(words: &[String]) -> Option<io::Result<()>> {
    let [mode, name, mac, source, range, port, frames] = words else {
        return None;
    };
    let send = match mode.as_str() {
        "xdp-silent" => xdp::send,
        "mmsg-silent" => mmsg::send,
        _ => return None,
    };
    let (first, prefix) = range.split_once('/')?;
    let parsed = (read_mac(mac)?, source.parse().ok()?, port.parse().ok()?);
    let hosts = 1u32.checked_shl(32 - prefix.parse::<u32>().ok().filter(|prefix| (1..=32).contains(prefix))?)?;
    let (first, frames) = (first.parse::<Ipv4Addr>().ok()?.into(), frames.parse::<u32>().ok()?.into());
    Some(interface(name).and_then(|(interface, own)| {
        let syn = Syn::new(parsed.0, own, parsed.1, parsed.2);
        measure(&Silent { interface, syn, first, hosts, frames }, send)
    }))
}

fn measure(job: &Silent, send: fn(&Silent) -> io::Result<u64>) -> io::Result<()> {
    let started = Instant::now();
    let refused = send(job)?;
    let elapsed = started.elapsed().as_secs_f64();
    println!("{{\"frames\":{},\"refused\":{refused},\"elapsed_s\":{elapsed:.6}}}", job.frames);
    Ok(())
}

fn interface(name: &str) -> io::Result<(u32, [u8; 6])> {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::DGRAM, None)?;
    let index = rustix::net::netdevice::name_to_index(socket.as_fd(), name)?;
    let mac = std::fs::read_to_string(format!("/sys/class/net/{name}/address"))?;
    Ok((index, read_mac(mac.trim()).ok_or(io::ErrorKind::InvalidData)?))
}

fn read_mac(text: &str) -> Option<[u8; 6]> {
    let bytes: Option<Vec<u8>> = text.split(':').map(|byte| u8::from_str_radix(byte, 16).ok()).collect();
    bytes?.try_into().ok()
}
