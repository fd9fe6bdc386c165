//! The columns of a group of rows, before any format. Must never know a format: it only names and fills columns.

use recon_core::lines;
use recon_core::reply::{Reply, Service};
use recon_core::{jsonl, purl, registry};

/// What a column holds, one value a row.
pub(crate) enum Column {
    /// Microseconds since the Unix epoch, UTC.
    Time(Vec<i64>),
    /// Texts; none where there is no value.
    Text(Vec<Option<String>>),
    /// Whole numbers; none where there is no value.
    Number(Vec<Option<i32>>),
    /// Shares of 1.
    Share(Vec<Option<f64>>),
    /// Yes or no.
    Flag(Vec<Option<bool>>),
    /// Exact bytes.
    Bytes(Vec<Vec<u8>>),
}

/// Rows as named columns; the services behind the first one, and the facts, are JSON as in a row.
pub(crate) struct Table {
    pub(crate) columns: Vec<(&'static str, Column)>,
    rows: usize,
}

impl Default for Table {
    fn default() -> Self {
        let texts =
            |names: &[&'static str]| names.iter().map(|name| (*name, Column::Text(Vec::new()))).collect::<Vec<_>>();
        let mut columns = vec![("at", Column::Time(Vec::new()))];
        columns.extend(texts(&["addr", "host"]));
        columns.push(("port", Column::Number(Vec::new())));
        columns.extend(texts(&["transport", "range", "registered", "state", "reason"]));
        columns.extend(["rtt_us", "ttl"].map(|name| (name, Column::Number(Vec::new()))));
        columns.extend(texts(&["service", "vendor", "product", "version", "cpe", "purl", "distro", "revision"]));
        columns.push(("confidence", Column::Share(Vec::new())));
        columns.push(("tls", Column::Flag(Vec::new())));
        columns.extend(texts(&["services", "facts", "banner"]));
        columns.push(("banner_bytes", Column::Bytes(Vec::new())));
        Self { columns, rows: 0 }
    }
}

impl Table {
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Adds a row, its values in the order of the columns.
    pub(crate) fn push(&mut self, reply: &Reply) {
        let target = &reply.target;
        let first = reply.findings.services.first();
        let mut row = Row { columns: self.columns.iter_mut() };
        row.time(reply.at_us);
        row.text(Some(target.addr.to_string()));
        row.text(reply.host.as_deref().map(str::to_owned));
        row.number(Some(i32::from(target.port)));
        row.text(Some(jsonl::transport(target.transport).to_owned()));
        row.text(Some(registry::range(target.port).as_str().to_owned()));
        row.text(registry::name(target.port, target.transport).map(str::to_owned));
        row.text(Some(reply.state.as_str().to_owned()));
        row.text(Some(reply.reason.to_string()));
        row.number(reply.rtt_us.map(|rtt_us| i32::try_from(rtt_us).unwrap_or(i32::MAX)));
        row.number(reply.ttl.map(i32::from));
        row.service(first);
        row.text(Some(jsonl::services(&reply.findings.services)));
        row.text(Some(jsonl::facts(&reply.findings.facts)));
        row.text(Some(lines::text(&reply.banner)));
        row.bytes(&reply.banner);
        self.rows += 1;
    }
}

/// Puts values into one column after the other.
struct Row<'a> {
    columns: std::slice::IterMut<'a, (&'static str, Column)>,
}

impl Row<'_> {
    fn service(&mut self, service: Option<&Service>) {
        let shared = |value: Option<&str>| value.map(str::to_owned);
        self.text(service.map(|service| service.name.to_string()));
        self.text(shared(service.and_then(|service| service.vendor.as_deref())));
        self.text(shared(service.and_then(|service| service.product.as_deref())));
        self.text(service.and_then(|service| service.version.clone()));
        self.text(service.and_then(|service| service.cpe.clone()));
        self.text(service.and_then(purl::of));
        self.text(service.and_then(|service| service.distro.clone()));
        self.text(service.and_then(|service| service.revision.clone()));
        if let Some((_, Column::Share(values))) = self.columns.next() {
            values.push(service.map(Service::certainty));
        }
        if let Some((_, Column::Flag(values))) = self.columns.next() {
            values.push(service.map(|service| service.tls));
        }
    }

    fn time(&mut self, value: i64) {
        if let Some((_, Column::Time(values))) = self.columns.next() {
            values.push(value);
        }
    }

    fn text(&mut self, value: Option<String>) {
        if let Some((_, Column::Text(values))) = self.columns.next() {
            values.push(value);
        }
    }

    fn number(&mut self, value: Option<i32>) {
        if let Some((_, Column::Number(values))) = self.columns.next() {
            values.push(value);
        }
    }

    fn bytes(&mut self, value: &[u8]) {
        if let Some((_, Column::Bytes(values))) = self.columns.next() {
            values.push(value.to_vec());
        }
    }
}
