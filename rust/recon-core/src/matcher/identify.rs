//! Names what an answer says: fields, candidate readings, and the rule that merges them. Never panics, never stalls.

use std::sync::Arc;

use super::index::Index;
use super::merge::merge;
use super::pack::Pack;
use super::reading::{Excerpt, Hit, Reading, Runner, push_fact};
use super::{FACT_LIMIT, GRAMMAR, HEADER_FACT_LIMIT, LISTEN};
use crate::http::{Header, Response};
use crate::lines;
use crate::probe::Field;
use crate::reply::{BANNER_LIMIT, Evidence, Fact, FactValue, Findings, Service};
use crate::space::Transport;

/// The longest header name in bytes that is looked up or becomes a fact.
const HEADER_NAME_LIMIT: usize = 64;

/// Memory that [`Pack::identify`] uses again from answer to answer; one per thread, for any pack.
#[derive(Default)]
pub struct Scratch {
    identity: Option<Arc<()>>,
    /// A bit for each reading of a shelf.
    picked: Vec<u64>,
    runners: Vec<Option<Runner>>,
    hits: Vec<Hit>,
    /// Readings that were held against something, and whether they hit; kept only for [`Pack::tried`].
    log: Option<Vec<(usize, bool)>>,
    /// A header as a line.
    line: Vec<u8>,
}

impl std::fmt::Debug for Scratch {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Scratch")
    }
}

impl Scratch {
    /// Shapes the memory for a pack; forgets another pack's shape.
    fn fit(&mut self, pack: &Pack) {
        if !self.identity.as_ref().is_some_and(|known| Arc::ptr_eq(known, &pack.identity)) {
            self.identity = Some(pack.identity.clone());
            self.runners.clear();
            self.runners.resize_with(pack.readings.len(), || None);
        }
    }
}

/// Whether an answer ended with its line, so that its last value is not cut.
pub(crate) fn ended(answer: &[u8]) -> bool {
    answer.ends_with(b"\n")
}

/// What was asked, for the evidence.
struct Question<'a> {
    probe: &'a Arc<str>,
    /// `version_source` of what is read out of the whole answer.
    source: &'a Arc<str>,
    transport: Transport,
    tls: bool,
    /// Whether nothing can follow.
    whole: bool,
}

impl Pack {
    /// Reads an answer to the probe `asked` ([`LISTEN`] when nothing was sent); unknown names count as TCP probes.
    ///
    /// Every answer is held against all matches of its transport, not only its probe's. Services come with the most
    /// certain first. At most [`BANNER_LIMIT`] bytes are read.
    #[must_use]
    pub fn identify(&self, answer: &[u8], asked: &str, tls: bool, scratch: &mut Scratch) -> Findings {
        self.identify_as(answer, asked, tls, ended(answer), scratch)
    }

    /// Like [`Pack::identify`], for an answer that is known to be `whole` or not: at its end no value may be cut.
    #[must_use]
    pub fn identify_as(&self, answer: &[u8], asked: &str, tls: bool, whole: bool, scratch: &mut Scratch) -> Findings {
        let unknown: Arc<str>;
        let named = if asked == LISTEN { None } else { self.probe(asked) };
        let (probe, transport) = match named {
            Some(probe) => (&probe.name, probe.spec.transport),
            None if asked == LISTEN => (&self.words.listen, Transport::Tcp),
            None => {
                unknown = asked.into();
                (&unknown, Transport::Tcp)
            }
        };
        let source = if asked == LISTEN { &self.words.greeting } else { probe };
        // A datagram is whole; a stream may go on.
        let whole = whole || transport == Transport::Udp;
        let question = Question { probe, source, transport, tls, whole: whole && answer.len() <= BANNER_LIMIT };
        self.answer(&answer[..answer.len().min(BANNER_LIMIT)], &question, scratch)
    }

    /// The matches that were held against an answer and whether each hit: (name, field, hit), in order of trying.
    ///
    /// Only those are held against it that may begin so and whose literals occur in it.
    #[must_use]
    pub fn tried(&self, answer: &[u8], asked: &str) -> Vec<(Arc<str>, String, bool)> {
        let mut scratch = Scratch { log: Some(Vec::new()), ..Scratch::default() };
        // Only the log is wanted here.
        let _ = self.identify(answer, asked, false, &mut scratch);
        let log = scratch.log.unwrap_or_default();
        let row = |(id, hit): (usize, bool)| (self.readings[id].name.clone(), self.field_of(id), hit);
        log.into_iter().map(row).collect()
    }

    fn field_of(&self, id: usize) -> String {
        match &self.readings[id].field {
            Field::Data => "data".to_owned(),
            Field::Header(name) => format!("header:{name}"),
            Field::AnyHeader => "header:*".to_owned(),
            Field::Status => "status".to_owned(),
            Field::Title => "title".to_owned(),
            Field::Body => "body".to_owned(),
        }
    }

    fn answer(&self, answer: &[u8], question: &Question<'_>, scratch: &mut Scratch) -> Findings {
        scratch.fit(self);
        let mut findings = Findings::default();
        // Over UDP the grammar is borrowed by others (SSDP), so an answer there does not make it HTTP.
        let http = question.transport == Transport::Tcp && answer.starts_with(b"HTTP/");
        let response = if http { Response::parse(answer) } else { None };
        let index = match question.transport {
            Transport::Udp => &self.tables.udp,
            Transport::Tcp => &self.tables.tcp,
        };
        let excerpt = self.excerpt(answer, question.whole, question.source, question);
        self.read_field(index, excerpt, scratch, &mut findings);
        if let Some(response) = response {
            self.read_http(&response, question, scratch, &mut findings);
        }
        merge(&mut findings.services);
        findings
    }

    /// Reads one field alone, as the examples of a match are held against the whole pack.
    pub(super) fn identify_field(&self, field: &Field, text: &[u8], scratch: &mut Scratch) -> Findings {
        scratch.fit(self);
        let index = match field {
            Field::Data => Some(&self.tables.tcp),
            Field::Status => Some(&self.tables.status),
            Field::Title => Some(&self.tables.title),
            Field::Body => Some(&self.tables.body),
            Field::AnyHeader => Some(&self.tables.any_header),
            Field::Header(name) => {
                self.tables.headers.get(name.to_ascii_lowercase().as_bytes()).map(|table| &table.index)
            }
        };
        let (probe, source) = (&self.words.listen, &self.words.none);
        let question = Question { probe, source, transport: Transport::Tcp, tls: false, whole: true };
        let mut findings = Findings::default();
        if let Some(index) = index {
            self.read_field(index, self.excerpt(text, true, source, &question), scratch, &mut findings);
        }
        merge(&mut findings.services);
        findings
    }

    fn excerpt<'a>(
        &'a self,
        text: &'a [u8],
        whole: bool,
        source: &'a Arc<str>,
        question: &Question<'a>,
    ) -> Excerpt<'a> {
        Excerpt { text, whole, source, no_source: &self.words.none, probe: question.probe, tls: question.tls }
    }

    /// Holds one field against its readings: the fixed ones, then an open one for each service not yet found here.
    ///
    /// Of several readings of one product the first that hits is taken, so authors put the most exact first. A reading
    /// whose author attached facts is held against the field all the same; only its service yields.
    fn read_field(&self, index: &Index, excerpt: Excerpt<'_>, scratch: &mut Scratch, findings: &mut Findings) {
        let Some(shelf) = index.shelf(excerpt.text) else {
            return;
        };
        let Scratch { picked, runners, hits, log, .. } = scratch;
        shelf.pick(excerpt.text, &self.readings, picked);
        let (mut fixed_hits, mut all_known) = (None, None);
        for id in shelf.picked(picked) {
            let reading = &self.readings[id];
            let first = if reading.fixed { 0 } else { *fixed_hits.get_or_insert(hits.len()) };
            let all_read = || all_read(excerpt.text, &hits[..first]);
            let yields = !reading.each && knows(hits, reading);
            if (yields && !reading.states_facts()) || (reading.each && *all_known.get_or_insert_with(all_read)) {
                continue;
            }
            if runners[id].is_none() {
                runners[id] = reading.runner().ok();
            }
            let Some(runner) = &mut runners[id] else {
                continue;
            };
            let hit = reading.hits(excerpt, runner, yields, hits, &mut findings.facts);
            if let Some(log) = log {
                log.push((id, hit));
            }
        }
        if hits.len() > 1 {
            hits.sort_by_key(|hit| hit.start);
        }
        findings.services.extend(hits.drain(..).map(|hit| hit.service));
    }

    /// Reads a response by field, and adds what the HTTP grammar itself says.
    fn read_http(
        &self,
        response: &Response<'_>,
        question: &Question<'_>,
        scratch: &mut Scratch,
        findings: &mut Findings,
    ) {
        let (tables, words) = (&self.tables, &self.words);
        push_fact(&mut findings.facts, &words.status_fact, || FactValue::Number(i64::from(response.status)));
        self.read_field(
            &tables.status,
            self.excerpt(response.status_line, true, &words.status, question),
            scratch,
            findings,
        );
        if let Some(title) = response.title() {
            self.read_field(
                &tables.title,
                self.excerpt(title.as_bytes(), true, &words.title, question),
                scratch,
                findings,
            );
            push_fact(&mut findings.facts, &words.title_fact, || FactValue::Text(title));
        }
        if let Some(location) = response.header("location") {
            push_fact(&mut findings.facts, &words.location_fact, || fact_text(location));
        }
        for (count, header) in response.headers.iter().enumerate() {
            self.read_header(header, count < HEADER_FACT_LIMIT, question, scratch, findings);
        }
        let body = self.excerpt(&response.body, response.body_ended, &words.body, question);
        self.read_field(&tables.body, body, scratch, findings);
        if !findings.services.iter().any(|service| service.name == words.http) {
            findings.services.push(self.plain_http(question));
        }
    }

    fn read_header(
        &self,
        header: &Header<'_>,
        keep: bool,
        question: &Question<'_>,
        scratch: &mut Scratch,
        findings: &mut Findings,
    ) {
        let mut room = [0; HEADER_NAME_LIMIT];
        let Some(name) = room.get_mut(..header.name.len()) else {
            return;
        };
        name.copy_from_slice(header.name);
        name.make_ascii_lowercase();
        let table = self.tables.headers.get(&*name);
        if let Some(table) = table {
            self.read_field(
                &table.index,
                self.excerpt(&header.value, true, &self.words.header, question),
                scratch,
                findings,
            );
        }
        if table.is_none() && !self.tables.any_header.is_empty() {
            self.read_header_line(name, &header.value, question, scratch, findings);
        }
        if keep {
            let fact =
                table.map_or_else(|| format!("http.header.{}", lines::text(name)).into(), |table| table.fact.clone());
            push_or_append(&mut findings.facts, fact, fact_text(&header.value));
        }
    }

    /// Reads a header that nobody reads by name.
    fn read_header_line(
        &self,
        name: &[u8],
        value: &[u8],
        question: &Question<'_>,
        scratch: &mut Scratch,
        findings: &mut Findings,
    ) {
        let mut line = std::mem::take(&mut scratch.line);
        line.clear();
        line.extend([name, b": ", value].into_iter().flatten());
        let excerpt = self.excerpt(&line, true, &self.words.header, question);
        self.read_field(&self.tables.any_header, excerpt, scratch, findings);
        scratch.line = line;
    }

    /// HTTP without a product: what the grammar alone proves.
    fn plain_http(&self, question: &Question<'_>) -> Service {
        Service {
            name: self.words.http.clone(),
            part: 'a',
            vendor: None,
            product: None,
            version: None,
            cpe: None,
            distro: None,
            revision: None,
            confidence: GRAMMAR,
            version_source: self.words.none.clone(),
            tls: question.tls,
            evidence: Evidence { probe: question.probe.clone(), matched: self.words.http_grammar.clone() },
        }
    }
}

/// Whether every word of a short text was read, so that a match that takes each product off the wire finds none.
fn all_read(text: &[u8], hits: &[Hit]) -> bool {
    const SHORT: usize = 256;
    if hits.is_empty() || text.len() > SHORT {
        return false;
    }
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        let around = hits.iter().filter(|hit| hit.start <= at && at < hit.end);
        match around.map(|hit| hit.end).max() {
            Some(end) => at = end,
            None if byte.is_ascii_alphanumeric() => return false,
            None => at += 1,
        }
    }
    true
}

/// Whether what a reading could find was found already on this field: its product, or for an open one its service.
fn knows(hits: &[Hit], reading: &Reading) -> bool {
    hits.iter()
        .any(|hit| hit.service.name == reading.service && (!reading.fixed || hit.service.product == reading.product))
}

fn fact_text(bytes: &[u8]) -> FactValue {
    FactValue::Text(lines::text(lines::capped(bytes, FACT_LIMIT)))
}

/// Adds a fact; a second value of the same name makes it a list.
fn push_or_append(facts: &mut Vec<Fact>, name: Arc<str>, value: FactValue) {
    let Some(known) = facts.iter_mut().find(|fact| fact.name == name) else {
        facts.push(Fact { name, value });
        return;
    };
    if let FactValue::Text(more) = value {
        match &mut known.value {
            FactValue::List(all) => all.push(more),
            FactValue::Text(first) => {
                known.value = FactValue::List(vec![std::mem::take(first), more]);
            }
            FactValue::Number(_) | FactValue::Flag(_) => {}
        }
    }
}
