//! What zgrab2's modules stored: a banner, an SSH identification, or an HTTP response that is put together again.

use serde_json::Value;

use super::foreign::{Object, port};
use super::{Stored, naming};

/// The replies of all modules that heard something.
pub(super) fn replies(origin: &Stored, modules: &Object) -> Vec<Stored> {
    modules.iter().filter_map(|(name, module)| reply(origin, name, module)).collect()
}

fn reply(origin: &Stored, name: &str, module: &Value) -> Option<Stored> {
    let result = module.get("result")?;
    let told = |key: &str| module.get(key);
    Some(Stored {
        port: told("port").and_then(|value| port(value).ok().flatten()).or(origin.port),
        at_us: told("timestamp").and_then(naming::time).or(origin.at_us),
        hint: told("protocol").and_then(Value::as_str).or(Some(name)).map(str::to_owned),
        tls: origin.tls || is_secured(result),
        data: said(result)?,
        ..origin.clone()
    })
}

fn is_secured(result: &Value) -> bool {
    let inside = ["/tls", "/response/request/tls_log"];
    inside.iter().any(|path| result.pointer(path).is_some_and(Value::is_object))
}

fn said(result: &Value) -> Option<Vec<u8>> {
    if let Some(response) = result.get("response").filter(|response| response.get("status_line").is_some()) {
        return Some(http(response));
    }
    let text = ["/banner", "/server_id/raw"].iter().find_map(|path| result.pointer(path)?.as_str());
    text.map(|text| text.as_bytes().to_vec())
}

/// A response as it stood on the wire, but for the case of its header names, their order, and the chunks of its body.
fn http(response: &Value) -> Vec<u8> {
    let text = |path: &str| response.pointer(path).and_then(Value::as_str).unwrap_or_default();
    let version = Some(text("/protocol/name")).filter(|name| !name.is_empty()).unwrap_or("HTTP/1.1");
    let mut out = format!("{version} {}\r\n", text("/status_line"));
    for (name, values) in response.get("headers").and_then(Value::as_object).into_iter().flatten() {
        if name == "unknown" {
            unknown_headers(values, &mut out);
        } else {
            header(name, values, &mut out);
        }
    }
    out.push_str("\r\n");
    out.push_str(text("/body"));
    out.into_bytes()
}

/// Headers that zgrab2 has no field for: a list of keys and values.
fn unknown_headers(list: &Value, out: &mut String) {
    for entry in list.as_array().into_iter().flatten() {
        if let (Some(name), Some(values)) = (entry.get("key").and_then(Value::as_str), entry.get("value")) {
            header(name, values, out);
        }
    }
}

/// One line for each value; zgrab2 writes the hyphens of a name as underscores.
fn header(name: &str, values: &Value, out: &mut String) {
    for value in values.as_array().into_iter().flatten().filter_map(Value::as_str) {
        if name != "transfer_encoding" {
            out.extend([&*name.replace('_', "-"), ": ", value, "\r\n"]);
        }
    }
}
