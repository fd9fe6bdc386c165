//! Rows that recon wrote itself (docs/output.md). Believes what they say of the target, never what they say it means.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Found, Stored, Verdict};
use crate::jsonl;
use crate::matcher::ended;
use crate::reply::State;
use crate::space::Transport;

/// How every row of ours begins; fields keep their order.
const START: &[u8] = b"{\"schema\":";

#[derive(serde::Deserialize)]
struct Row {
    at: String,
    addr: IpAddr,
    host: Option<String>,
    port: u16,
    transport: String,
    state: String,
    reason: String,
    rtt_us: Option<u32>,
    ttl: Option<u8>,
    services: Vec<Known>,
    banner: String,
    banner_base64: Option<String>,
}

/// Of a service only how it was asked for.
#[derive(serde::Deserialize)]
struct Known {
    tls: bool,
    evidence: Evidence,
}

#[derive(serde::Deserialize)]
struct Evidence {
    probe: String,
}

/// Reads a row; none if it is no row of ours.
pub(super) fn read(line: &[u8]) -> Option<Found> {
    if !line.starts_with(START) {
        return None;
    }
    let row: Row = serde_json::from_slice(line).ok()?;
    let state = State::from_word(&row.state)?;
    let transport = [Transport::Tcp, Transport::Udp].into_iter().find(|one| jsonl::transport(*one) == row.transport)?;
    let data = match &row.banner_base64 {
        None => row.banner.into_bytes(),
        Some(exact) => match STANDARD.decode(exact) {
            Ok(data) => data,
            Err(error) => return Some(Found::fault(format!("banner_base64: {error}"))),
        },
    };
    let first = row.services.into_iter().next();
    Some(Found::reply(Stored {
        addr: row.addr,
        host: row.host.map(Into::into),
        port: Some(row.port),
        transport: Some(transport),
        at_us: jsonl::epoch_us(&row.at),
        tls: first.as_ref().is_some_and(|service| service.tls),
        hint: first.map(|service| service.evidence.probe),
        whole: Some(ended(&data)),
        verdict: Some(Verdict { state, reason: row.reason, rtt_us: row.rtt_us, ttl: row.ttl }),
        data,
    }))
}
