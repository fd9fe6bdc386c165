//! Python's `Probe` and `Match` become the core's specifications. Reads attributes, checks nothing but types.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString};
use recon_core::parse_ports::parse_ranges;
use recon_core::probe::{Ends, Example, Field, MatchSpec, ProbeSpec, ProductSpec};

use crate::errors;

/// Products by their spelling on the wire.
type Products = Vec<(String, Option<ProductSpec>)>;

/// Tables of products that were read, by the object that holds them: probes of one family share one.
#[derive(Default)]
pub(crate) struct Tables<'py>(Vec<(Bound<'py, PyAny>, Products)>);

impl<'py> Tables<'py> {
    /// The products of a table, read at the first of its probes.
    fn products(&mut self, table: &Bound<'py, PyAny>) -> PyResult<Products> {
        if let Some((_, known)) = self.0.iter().find(|(known, _)| known.is(table)) {
            return Ok(known.clone());
        }
        let read = products(table)?;
        self.0.push((table.clone(), read.clone()));
        Ok(read)
    }
}

/// Read one probe that plugin `origin` brought.
pub(crate) fn probe<'py>(origin: &str, probe: &Bound<'py, PyAny>, tables: &mut Tables<'py>) -> PyResult<ProbeSpec> {
    let py = probe.py();
    let ranges = |name: &str| -> PyResult<Vec<(u16, u16)>> {
        let words: String = probe.getattr(name)?.extract()?;
        parse_ranges(&words).map_err(|error| errors::word(py, error))
    };
    let mut matches = Vec::new();
    for item in probe.getattr("matches")?.try_iter()? {
        matches.push(reading(&item?)?);
    }
    Ok(ProbeSpec {
        name: probe.getattr("name")?.extract()?,
        origin: origin.to_owned(),
        ports: ranges("ports")?,
        tls_ports: ranges("tls_ports")?,
        starttls: turns(&probe.getattr("starttls")?)?,
        transport: errors::transport(&probe.getattr("transport")?.extract::<String>()?)?,
        send: bytes(&probe.getattr("send")?)?,
        wait_ms: probe.getattr("wait_ms")?.extract()?,
        ends: ends(&probe.getattr("ends")?.extract::<String>()?)?,
        rarity: probe.getattr("rarity")?.extract()?,
        answers_elsewhere: probe.getattr("answers_elsewhere")?.extract()?,
        products: tables.products(&probe.getattr("products")?)?,
        matches,
    })
}

fn reading(item: &Bound<'_, PyAny>) -> PyResult<MatchSpec> {
    Ok(MatchSpec {
        name: item.getattr("name")?.extract()?,
        pattern: pattern(&item.getattr("pattern")?)?,
        field: field(&item.getattr("field")?.extract::<String>()?)?,
        service: item.getattr("service")?.extract()?,
        part: item.getattr("part")?.extract()?,
        vendor: item.getattr("vendor")?.extract()?,
        product: item.getattr("product")?.extract()?,
        distro: item.getattr("distro")?.extract()?,
        cpe: item.getattr("cpe")?.extract()?,
        facts: pairs(&item.getattr("facts")?)?,
        each: item.getattr("each")?.extract()?,
        decode: pairs(&item.getattr("decode")?)?,
        reply: bytes(&item.getattr("reply")?)?,
        examples: examples(&item.getattr("examples")?)?,
    })
}

/// A byte pattern as text: a byte above 127 becomes the escape that matches it.
fn pattern(value: &Bound<'_, PyAny>) -> PyResult<String> {
    let bytes = bytes(value)?;
    Ok(bytes.iter().map(|&byte| if byte.is_ascii() { char::from(byte).to_string() } else { escape(byte) }).collect())
}

fn escape(byte: u8) -> String {
    format!("\\x{byte:02x}")
}

fn field(word: &str) -> PyResult<Field> {
    match word.split_once(':') {
        Some(("header", "*")) => Ok(Field::AnyHeader),
        Some(("header", name)) if !name.is_empty() => Ok(Field::Header(name.to_ascii_lowercase())),
        None if word == "data" => Ok(Field::Data),
        None if word == "status" => Ok(Field::Status),
        None if word == "title" => Ok(Field::Title),
        None if word == "body" => Ok(Field::Body),
        _ => Err(PyValueError::new_err(format!(
            "no such field: {word:?}; there are data, status, title, body, header:NAME and header:*"
        ))),
    }
}

fn ends(word: &str) -> PyResult<Ends> {
    match word {
        "grammar" => Ok(Ends::Grammar),
        "quiet" => Ok(Ends::Quiet),
        _ => Err(PyValueError::new_err(format!("no such end: {word:?}; there are grammar and quiet"))),
    }
}

fn examples(value: &Bound<'_, PyAny>) -> PyResult<Vec<Example>> {
    let mut found = Vec::new();
    for item in value.call_method0("items")?.try_iter()? {
        let (data, expect): (Bound<'_, PyAny>, Bound<'_, PyAny>) = item?.extract()?;
        found.push(Example { data: bytes(&data)?, expect: pairs(&expect)? });
    }
    Ok(found)
}

fn products(value: &Bound<'_, PyAny>) -> PyResult<Products> {
    let mut found = Vec::new();
    for item in value.call_method0("items")?.try_iter()? {
        let (word, known): (String, Option<Bound<'_, PyAny>>) = item?.extract()?;
        found.push((word, known.map(|known| product(&known)).transpose()?));
    }
    Ok(found)
}

fn product(value: &Bound<'_, PyAny>) -> PyResult<ProductSpec> {
    Ok(ProductSpec {
        name: value.getattr("name")?.extract()?,
        vendor: value.getattr("vendor")?.extract()?,
        cpe: value.getattr("cpe")?.extract()?,
        part: value.getattr("part")?.extract()?,
    })
}

/// (send, expect) in turn.
fn turns(value: &Bound<'_, PyAny>) -> PyResult<Vec<(Vec<u8>, Vec<u8>)>> {
    let mut found = Vec::new();
    for item in value.try_iter()? {
        let (send, expect): (Bound<'_, PyAny>, Bound<'_, PyAny>) = item?.extract()?;
        found.push((bytes(&send)?, bytes(&expect)?));
    }
    Ok(found)
}

fn pairs(value: &Bound<'_, PyAny>) -> PyResult<Vec<(String, String)>> {
    let dict = PyDict::new(value.py());
    dict.call_method1("update", (value,))?;
    dict.iter().map(|(key, value)| Ok((key.extract()?, value.extract()?))).collect()
}

/// Bytes, or the UTF-8 of a text (TOML has no bytes).
fn bytes(value: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    if let Ok(text) = value.cast::<PyString>() {
        return Ok(text.to_str()?.as_bytes().to_vec());
    }
    Ok(value.cast::<PyBytes>()?.as_bytes().to_vec())
}
