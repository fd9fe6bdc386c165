//! Rows as those of a database's tables: flat cells, a few allocations for thousands of rows. Decides no column's use.

use std::net::IpAddr;
use std::ops::Range;

use crate::jsonl::read::{at_us, state, transport};
use crate::jsonl::row::{self, Facts, Row, RowService, Text, Value};
use crate::reply::certainty;
use crate::{jsonl, version};

/// The most characters of a fact that a database is searched by.
const FACT_CHARACTERS: usize = 1024;

/// A table of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// Number, position, 16 bytes of address, port, transport, state, host, reason, rtt, time, the row itself.
    Reply,
    /// Number, place, name, vendor, product, version, its sort key, CPE, distro, revision, confidence, TLS.
    Service,
    /// Number, place, name, value: a row for each text of a list.
    Fact,
}

impl Table {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Reply, Self::Service, Self::Fact];

    /// How many cells make a row.
    #[must_use]
    pub fn columns(self) -> usize {
        match self {
            Self::Reply => 11,
            Self::Service => 12,
            Self::Fact => 4,
        }
    }
}

/// A value, as `SQLite` knows them; texts and bytes lie in the [`Tables`].
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing.
    Null,
    /// A whole number.
    Integer(i64),
    /// A number.
    Real(f64),
    /// A text: [`Tables::text`].
    Text(Range<usize>),
    /// Bytes: [`Tables::bytes`].
    Bytes(Range<usize>),
}

/// The rows of all tables that some rows make.
#[derive(Debug, Default)]
pub struct Tables {
    cells: [Vec<Cell>; 3],
    texts: String,
    bytes: Vec<u8>,
}

impl Tables {
    /// The cells of a table, row after row.
    #[must_use]
    pub fn cells(&self, table: Table) -> &[Cell] {
        &self.cells[table as usize]
    }

    /// The text of a cell.
    #[must_use]
    pub fn text(&self, range: &Range<usize>) -> &str {
        &self.texts[range.clone()]
    }

    /// The bytes of a cell.
    #[must_use]
    pub fn bytes(&self, range: &Range<usize>) -> &[u8] {
        &self.bytes[range.clone()]
    }

    /// Add the JSON row of reply `number`; `position` is where its target stands on the line, if it does.
    ///
    /// # Errors
    /// Why it is no row of this version, in words; then nothing is added.
    pub fn push(&mut self, number: u64, position: Option<u64>, json: &[u8]) -> Result<(), String> {
        let row = row::row(json)?;
        let number = Cell::Integer(number.cast_signed());
        let reply = self.reply(number.clone(), position, &row, json)?;
        self.cells[Table::Reply as usize].extend(reply);
        for (place, service) in row.services.iter().enumerate() {
            let service = self.service(number.clone(), place, service);
            self.cells[Table::Service as usize].extend(service);
        }
        self.facts(&number, &row.facts);
        Ok(())
    }

    fn reply(&mut self, number: Cell, position: Option<u64>, row: &Row<'_>, json: &[u8]) -> Result<[Cell; 11], String> {
        let (transport, state, at_us) = (transport(row.transport)?, state(row.state)?, at_us(row.at)?);
        Ok([
            number,
            position.map_or(Cell::Null, |position| Cell::Integer(position.cast_signed())),
            self.put_bytes(&sixteen(row.addr)),
            Cell::Integer(row.port.into()),
            self.put(jsonl::transport(transport)),
            self.put(state.as_str()),
            self.put_or_null(row.host.as_ref()),
            self.put(&row.reason.0),
            row.rtt_us.map_or(Cell::Null, |rtt| Cell::Integer(rtt.into())),
            Cell::Integer(at_us),
            self.put_bytes(json),
        ])
    }

    fn service(&mut self, number: Cell, place: usize, service: &RowService<'_>) -> [Cell; 12] {
        let key = service.version.as_ref().map(|version| version::order_key(&version.0));
        [
            number,
            Cell::Integer(place as i64),
            self.put(&service.name.0),
            self.put_or_null(service.vendor.as_ref()),
            self.put_or_null(service.product.as_ref()),
            self.put_or_null(service.version.as_ref()),
            key.map_or(Cell::Null, |key| self.put_bytes(&key)),
            self.put_or_null(service.cpe.as_ref()),
            self.put_or_null(service.distro.as_ref()),
            self.put_or_null(service.revision.as_ref()),
            Cell::Real(certainty(service.confidence)),
            Cell::Integer(service.tls.into()),
        ]
    }

    fn facts(&mut self, number: &Cell, facts: &Facts<'_>) {
        let mut place = 0;
        for (name, value) in &facts.0 {
            match value {
                Value::Text(text) => self.fact(number, &mut place, name, |tables| tables.put(clipped(&text.0))),
                Value::Number(value) => self.fact(number, &mut place, name, |_| Cell::Integer(*value)),
                Value::Flag(flag) => {
                    let word = if *flag { "true" } else { "false" };
                    self.fact(number, &mut place, name, |tables| tables.put(word));
                }
                Value::List(texts) => {
                    for text in texts {
                        self.fact(number, &mut place, name, |tables| tables.put(clipped(&text.0)));
                    }
                }
            }
        }
    }

    fn fact(&mut self, number: &Cell, place: &mut i64, name: &Text<'_>, value: impl Fn(&mut Self) -> Cell) {
        let row = [number.clone(), Cell::Integer(*place), self.put(&name.0), value(self)];
        self.cells[Table::Fact as usize].extend(row);
        *place += 1;
    }

    fn put(&mut self, text: &str) -> Cell {
        let start = self.texts.len();
        self.texts.push_str(text);
        Cell::Text(start..self.texts.len())
    }

    fn put_or_null(&mut self, text: Option<&Text<'_>>) -> Cell {
        text.map_or(Cell::Null, |text| self.put(&text.0))
    }

    fn put_bytes(&mut self, bytes: &[u8]) -> Cell {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        Cell::Bytes(start..self.bytes.len())
    }
}

fn clipped(text: &str) -> &str {
    let end = text.char_indices().nth(FACT_CHARACTERS).map_or(text.len(), |(at, _)| at);
    &text[..end]
}

/// An address as 16 bytes, IPv4 as IPv6 has it (RFC 4291 section 2.5.5.2).
fn sixteen(addr: IpAddr) -> [u8; 16] {
    match addr {
        IpAddr::V4(addr) => addr.to_ipv6_mapped().octets(),
        IpAddr::V6(addr) => addr.octets(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: &str = concat!(
        r#"{"schema":1,"at":"2026-11-23T10:00:00.000001Z","addr":"10.0.0.1","host":null,"port":22,"transport":"tcp","#,
        r#""range":"well-known","registered":"ssh","state":"open","reason":"syn-ack","rtt_us":85,"ttl":null,"#,
        r#""services":[{"name":"ssh","part":"a","vendor":"openbsd","product":"Open\"SSH","version":"9.2","cpe":null,"#,
        r#""distro":null,"revision":null,"confidence":0.98,"version_source":"greeting","tls":false,"#,
        r#""evidence":{"probe":"listen","match":"ssh.openssh"}}],"#,
        r#""facts":{"a.list":["one","two"],"a.flag":true,"a.number":-7},"banner":"x"}"#
    );

    /// A row of a table as words.
    fn words(tables: &Tables, table: Table, row: usize) -> Vec<String> {
        let columns = table.columns();
        let word = |cell: &Cell| match cell {
            Cell::Null => "-".to_owned(),
            Cell::Integer(number) => number.to_string(),
            Cell::Real(number) => number.to_string(),
            Cell::Text(range) => format!("'{}'", tables.text(range)),
            Cell::Bytes(range) => format!("{} bytes", tables.bytes(range).len()),
        };
        tables.cells(table)[row * columns..][..columns].iter().map(word).collect()
    }

    #[test]
    fn a_row_becomes_a_reply_its_services_and_its_facts() {
        let mut tables = Tables::default();
        tables.push(7, Some(3), ROW.as_bytes()).expect("a row");
        let size = format!("{} bytes", ROW.len());
        let reply = ["7", "3", "16 bytes", "22", "'tcp'", "'open'", "-", "'syn-ack'", "85", "1795428000000001", &size];
        assert_eq!(words(&tables, Table::Reply, 0), reply);
        let service = ["7", "0", "'ssh'", "'openbsd'", "'Open\"SSH'", "'9.2'", "7 bytes", "-", "-", "-", "0.98", "0"];
        assert_eq!(words(&tables, Table::Service, 0), service);
        for (place, name, value) in [
            ("0", "'a.list'", "'one'"),
            ("1", "'a.list'", "'two'"),
            ("2", "'a.flag'", "'true'"),
            ("3", "'a.number'", "-7"),
        ] {
            let row = place.parse().expect("a number");
            assert_eq!(words(&tables, Table::Fact, row), ["7", place, name, value]);
        }
    }

    #[test]
    fn a_row_that_is_refused_adds_nothing() {
        let mut tables = Tables::default();
        for (from, to) in [("\"open\"", "\"shut\""), ("\"schema\":1", "\"schema\":2"), ("-7", "7.5"), ("-23T", "-33T")]
        {
            assert!(tables.push(0, None, ROW.replace(from, to).as_bytes()).is_err(), "{to}");
        }
        assert!(Table::ALL.iter().all(|table| tables.cells(*table).is_empty()));
    }

    #[test]
    fn a_fact_is_searched_by_its_first_characters() {
        assert_eq!(clipped(&"ü".repeat(2000)).chars().count(), FACT_CHARACTERS);
        assert_eq!(clipped("short"), "short");
    }
}
