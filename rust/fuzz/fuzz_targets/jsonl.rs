//! Rows of any values: always one line of JSON that gives back what went in; any other bytes are a row or refused.

#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use libfuzzer_sys::fuzz_target;
use recon_core::jsonl;
use recon_core::reply::{Evidence, Fact, FactValue, Findings, Reply, Service, State};
use recon_core::space::{Target, Transport};
use recon_fuzz::script::Script;
use serde_json::Value;

/// Microseconds of the years 0 to 9999, which RFC 3339 can write.
const TIMES: std::ops::Range<i64> = -62_167_219_200_000_000..253_402_300_800_000_000;
const STATES: [State; 4] = [State::Open, State::Closed, State::Unreachable, State::Unknown];

fuzz_target!(|bytes: &[u8]| {
    let mut script = Script::new(bytes);
    times(&mut script);
    let _ = jsonl::read(bytes);
    let reply = reply(&mut script);
    let mut out = Vec::new();
    jsonl::write(&reply, &mut out);
    let line = out.strip_suffix(b"\n").expect("a row ends its line");
    assert!(!line.contains(&b'\n'), "a row is one line");
    let row: Value = serde_json::from_slice(line).expect("a row is JSON");
    check(&reply, &row);
    check_again(line);
});

fn times(script: &mut Script<'_>) {
    let micros = script.long().cast_signed().rem_euclid(TIMES.end - TIMES.start) + TIMES.start;
    assert_eq!(jsonl::epoch_us(&jsonl::timestamp(micros)), Some(micros));
    let text = script.text();
    assert!(jsonl::epoch_us(&text).is_none_or(|micros| jsonl::timestamp(micros) == text));
}

/// A row that was read is written as it was.
fn check_again(line: &[u8]) {
    let mut again = Vec::new();
    jsonl::write(&jsonl::read(line).expect("a row that was written is read"), &mut again);
    assert_eq!(again.strip_suffix(b"\n"), Some(line));
}

fn check(reply: &Reply, row: &Value) {
    let banner = match row.get("banner_base64") {
        Some(Value::String(encoded)) => STANDARD.decode(encoded).expect("it is base64"),
        _ => row["banner"].as_str().expect("a banner is text").as_bytes().to_vec(),
    };
    assert_eq!(banner, reply.banner);
    assert_eq!(row["host"].as_str(), reply.host.as_deref());
    assert_eq!(row["services"].as_array().map(Vec::len), Some(reply.findings.services.len()));
    for (service, row) in reply.findings.services.iter().zip(row["services"].as_array().into_iter().flatten()) {
        assert_eq!(row["version"].as_str(), service.version.as_deref());
        assert_eq!(row["evidence"]["match"].as_str(), Some(&*service.evidence.matched));
    }
    for fact in &reply.findings.facts {
        let found = &row["facts"][&*fact.name];
        match &fact.value {
            FactValue::Text(text) => assert_eq!(found.as_str(), Some(&**text)),
            FactValue::Number(number) => assert_eq!(found.as_i64(), Some(*number)),
            FactValue::Flag(flag) => assert_eq!(found.as_bool(), Some(*flag)),
            FactValue::List(list) => assert_eq!(found, &Value::from(list.clone())),
        }
    }
}

fn reply(script: &mut Script<'_>) -> Reply {
    let addr = if script.flag() { [0, 0, 0, 0, 0, 0, 0, script.word()].into() } else { [127, 0, 0, 1].into() };
    let transport = if script.flag() { Transport::Udp } else { Transport::Tcp };
    let target = Target { addr, port: script.word(), transport };
    Reply {
        at_us: i64::from(script.word()),
        target,
        host: script.maybe().map(Into::into),
        state: STATES[usize::from(script.byte()) % STATES.len()],
        reason: script.text().into(),
        rtt_us: None,
        ttl: Some(script.byte()),
        banner: script.bytes().to_vec(),
        findings: findings(script),
        transcript: None,
    }
}

fn findings(script: &mut Script<'_>) -> Findings {
    let mut findings = Findings::default();
    while !script.is_over() {
        if script.flag() {
            // Names differ, as those of real facts do.
            let name = format!("{}.{}", script.text(), findings.facts.len()).into();
            findings.facts.push(Fact { name, value: value(script) });
        } else {
            findings.services.push(service(script));
        }
    }
    findings
}

fn value(script: &mut Script<'_>) -> FactValue {
    match script.byte() % 4 {
        0 => FactValue::Text(script.text()),
        1 => FactValue::Number(script.long().cast_signed()),
        2 => FactValue::Flag(script.flag()),
        _ => FactValue::List((0..script.byte() % 4).map(|_| script.text()).collect()),
    }
}

fn service(script: &mut Script<'_>) -> Service {
    Service {
        name: script.text().into(),
        part: 'a',
        vendor: script.maybe().map(Into::into),
        product: script.maybe().map(Into::into),
        version: script.maybe(),
        cpe: script.maybe(),
        distro: script.maybe(),
        revision: script.maybe(),
        confidence: f32::from(script.byte()) / 255.0,
        version_source: script.text().into(),
        tls: script.flag(),
        evidence: Evidence { probe: script.text().into(), matched: script.text().into() },
    }
}
