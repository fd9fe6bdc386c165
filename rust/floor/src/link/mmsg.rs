//! The `sendmmsg` loop on a packet socket past the queueing discipline.
#![allow(unsafe_code)]

use std::io;
use std::os::fd::{AsFd, AsRawFd};

use socket2::{Domain, Socket, Type};

use super::{Silent, options, syn};

const BATCH: usize = 256;

/// Send all; how often the kernel refused a frame, which is then sent again.
pub(super) fn send(job: &Silent) -> io::Result<u64> {
    let socket = Socket::new(Domain::PACKET, Type::RAW, None)?;
    options::set(socket.as_fd(), libc::SOL_PACKET, libc::PACKET_QDISC_BYPASS, &1)?;
    socket.set_send_buffer_size(4 << 20)?;
    options::bind_packet(socket.as_fd(), 0, job.interface)?;
    let mut frames = [[0; syn::LENGTH]; BATCH];
    for frame in &mut frames {
        job.syn.write(frame, 0);
    }
    let (mut sent, mut refused) = (0, 0);
    while sent < job.frames {
        let count = (job.frames - sent).min(BATCH as u64) as usize;
        for (index, frame) in (sent..).zip(&mut frames[..count]) {
            job.syn.aim(frame, job.target(index));
        }
        match hand_over(&socket, &mut frames[..count]) {
            Ok(taken) => sent += taken as u64,
            Err(error) if error.raw_os_error() == Some(libc::ENOBUFS) => refused += 1,
            Err(error) => return Err(error),
        }
    }
    Ok(refused)
}

fn hand_over(socket: &Socket, frames: &mut [[u8; syn::LENGTH]]) -> io::Result<usize> {
    let vector =
        |frame: &mut [u8; syn::LENGTH]| libc::iovec { iov_base: frame.as_mut_ptr().cast(), iov_len: frame.len() };
    let mut vectors: Vec<_> = frames.iter_mut().map(vector).collect();
    let header = |vector: &mut libc::iovec| {
        // SAFETY: zeros are a header without address, vector and control data.
        let mut header: libc::mmsghdr = unsafe { std::mem::zeroed() };
        (header.msg_hdr.msg_iov, header.msg_hdr.msg_iovlen) = (vector, 1);
        header
    };
    let mut headers: Vec<_> = vectors.iter_mut().map(header).collect();
    // SAFETY: each header points to a vector and each vector to a frame, all of which outlive the call.
    let taken = unsafe { libc::sendmmsg(socket.as_raw_fd(), headers.as_mut_ptr(), headers.len() as u32, 0) };
    usize::try_from(taken).map_err(|_| io::Error::last_os_error())
}
