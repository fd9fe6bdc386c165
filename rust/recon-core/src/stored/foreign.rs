//! JSON objects of other scanners: a banner beside an address, masscan's lists, zgrab2's modules. Never invents a port.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::{Found, Stored, zgrab};
use crate::space::Transport;

pub(super) type Object = Map<String, Value>;

/// Where the address stands, in order of preference.
const ADDRESSES: [&str; 4] = ["addr", "ip", "ip_str", "saddr"];
/// Where a name of the host stands.
const HOSTS: [&str; 3] = ["host", "domain", "hostname"];
/// Where another scanner tells what it asked, or what it believes in.
const HINTS: [&str; 4] = ["hint", "service", "service_name", "protocol"];

/// Reads an object.
pub(super) fn read(line: &[u8]) -> Found {
    let object: Object = match serde_json::from_slice(line) {
        Ok(object) => object,
        // masscan ends some of its lists with a word that JSON does not have: {finished: 1}.
        Err(_) if line.starts_with(b"{finished:") => return Found::default(),
        Err(error) => return Found::fault(format!("no JSON object: {error}")),
    };
    replies(&object).map_or_else(Found::fault, |replies| Found { replies, fault: None })
}

fn replies(object: &Object) -> Result<Vec<Stored>, String> {
    let origin = origin(object)?;
    match (object.get("data"), object.get("ports")) {
        (Some(Value::Object(data)), _) if object.contains_key("rec_type") => {
            Ok(said(data)?.map(|data| masscan(&origin, object, data)).into_iter().collect())
        }
        (Some(Value::Object(modules)), _) => Ok(zgrab::replies(&origin, modules)),
        (_, Some(Value::Array(ports))) => listed(&origin, ports),
        _ if object.contains_key("finished") => Ok(Vec::new()),
        _ => match said(object)? {
            Some(data) => Ok(vec![Stored { hint: text_of(object, &HINTS), data, ..origin }]),
            None => Err("no banner, banner_base64 or data in it".to_owned()),
        },
    }
}

/// All that an object tells of where its replies are from.
fn origin(object: &Object) -> Result<Stored, String> {
    let addr = match text_of(object, &ADDRESSES) {
        None => super::NOWHERE,
        Some(word) => word.parse::<IpAddr>().map_err(|_| format!("{word:?} is no address"))?,
    };
    Ok(Stored {
        addr,
        host: text_of(object, &HOSTS).map(Into::into),
        port: object.get("port").map_or(Ok(None), port)?,
        transport: transport_of(object)?,
        at_us: ["at", "timestamp"].iter().find_map(|key| super::naming::time(object.get(*key)?)),
        tls: ["tls", "ssl"].iter().any(|key| matches!(object.get(*key), Some(Value::Bool(true) | Value::Object(_)))),
        ..Stored::of(Vec::new())
    })
}

/// What was said, where an object holds it: exact bytes, or text.
fn said(object: &Object) -> Result<Option<Vec<u8>>, String> {
    if let Some(Value::String(exact)) = object.get("banner_base64") {
        return STANDARD.decode(exact).map(Some).map_err(|error| format!("banner_base64: {error}"));
    }
    match object.get("banner").or_else(|| object.get("data")) {
        Some(Value::String(text)) => Ok(Some(text.clone().into_bytes())),
        None | Some(Value::Null | Value::Object(_)) => Ok(None),
        Some(other) => Err(format!("its banner is {other}, not a text")),
    }
}

/// One port of masscan's `-oD`.
fn masscan(origin: &Stored, object: &Object, data: Vec<u8>) -> Stored {
    let hint = object.get("data").and_then(Value::as_object).and_then(|data| text_of(data, &HINTS));
    Stored { hint, data: unescaped(data), ..origin.clone() }
}

/// The ports of masscan's `-oJ`; one without a banner says no more than that it is open.
fn listed(origin: &Stored, ports: &[Value]) -> Result<Vec<Stored>, String> {
    let mut replies = Vec::new();
    for entry in ports.iter().filter_map(Value::as_object) {
        let Some(service) = entry.get("service").and_then(Value::as_object) else {
            continue;
        };
        let Some(data) = said(service)? else {
            continue;
        };
        replies.push(Stored {
            port: entry.get("port").map_or(Ok(None), port)?,
            transport: transport_of(entry)?,
            hint: text_of(service, &["name"]),
            data: unescaped(data),
            ..origin.clone()
        });
    }
    Ok(replies)
}

/// masscan writes every byte as the character of that number.
fn unescaped(text: Vec<u8>) -> Vec<u8> {
    let bytes = str::from_utf8(&text).ok().and_then(|text| text.chars().map(|one| u8::try_from(one).ok()).collect());
    bytes.unwrap_or(text)
}

pub(super) fn port(value: &Value) -> Result<Option<u16>, String> {
    let number = match value {
        Value::Null => return Ok(None),
        Value::String(word) => word.parse().ok(),
        other => other.as_u64(),
    };
    let port = number.and_then(|number| u16::try_from(number).ok());
    port.map(Some).ok_or_else(|| format!("{value} is no port"))
}

fn transport_of(object: &Object) -> Result<Option<Transport>, String> {
    transport(text_of(object, &["transport", "proto"]).as_deref())
}

pub(super) fn transport(word: Option<&str>) -> Result<Option<Transport>, String> {
    match word {
        None => Ok(None),
        Some("tcp") => Ok(Some(Transport::Tcp)),
        Some("udp") => Ok(Some(Transport::Udp)),
        Some(other) => Err(format!("{other:?} is no transport; there are tcp and udp")),
    }
}

/// The first of these keys that holds a text.
pub(super) fn text_of(object: &Object, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| object.get(*key)?.as_str()).map(str::to_owned)
}
