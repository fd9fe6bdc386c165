//! A row as it stands in its line, its texts borrowed where they need no unescaping. Must never guess: see `read`.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::SCHEMA;

/// The members of a row; `range` and `registered` follow from the port.
#[derive(Deserialize)]
pub(crate) struct Row<'a> {
    schema: u32,
    pub(crate) at: &'a str,
    pub(crate) addr: IpAddr,
    #[serde(borrow)]
    pub(crate) host: Option<Text<'a>>,
    pub(crate) port: u16,
    pub(crate) transport: &'a str,
    pub(crate) state: &'a str,
    #[serde(borrow)]
    pub(crate) reason: Text<'a>,
    pub(crate) rtt_us: Option<u32>,
    pub(crate) ttl: Option<u8>,
    #[serde(borrow)]
    pub(crate) services: Vec<RowService<'a>>,
    #[serde(borrow)]
    pub(crate) facts: Facts<'a>,
    #[serde(borrow)]
    pub(crate) banner: Text<'a>,
    pub(crate) banner_base64: Option<&'a str>,
}

#[derive(Deserialize)]
pub(crate) struct RowService<'a> {
    #[serde(borrow)]
    pub(crate) name: Text<'a>,
    pub(crate) part: char,
    #[serde(borrow)]
    pub(crate) vendor: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) product: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) version: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) cpe: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) distro: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) revision: Option<Text<'a>>,
    pub(crate) confidence: f32,
    #[serde(borrow)]
    pub(crate) version_source: Text<'a>,
    pub(crate) tls: bool,
    #[serde(borrow)]
    pub(crate) evidence: RowEvidence<'a>,
}

#[derive(Deserialize)]
pub(crate) struct RowEvidence<'a> {
    #[serde(borrow)]
    pub(crate) probe: Text<'a>,
    #[serde(borrow, rename = "match")]
    pub(crate) matched: Text<'a>,
}

/// A text; serde borrows a bare `Cow`, but not one in an option or a list.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Text<'a>(pub(crate) Cow<'a, str>);

/// The facts in the order of the row.
pub(crate) struct Facts<'a>(pub(crate) Vec<(Text<'a>, Value<'a>)>);

/// The value of a fact.
pub(crate) enum Value<'a> {
    Flag(bool),
    Number(i64),
    Text(Text<'a>),
    List(Vec<Text<'a>>),
}

/// Reads one line, its line feed included or not.
///
/// # Errors
/// Why it is no row of this version, in words.
pub(crate) fn row(line: &[u8]) -> Result<Row<'_>, String> {
    let text = std::str::from_utf8(line).map_err(|error| format!("no row of recon: {error}"))?;
    let row: Row<'_> = serde_json::from_str(text).map_err(|error| format!("no row of recon: {error}"))?;
    if row.schema != SCHEMA {
        return Err(format!("a row of schema {}; this version reads {SCHEMA}", row.schema));
    }
    Ok(row)
}

impl Text<'_> {
    /// A text of its own.
    pub(crate) fn owned(self) -> String {
        self.0.into_owned()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<From: Deserializer<'de>>(from: From) -> Result<Self, From::Error> {
        struct Characters;
        impl<'de> Visitor<'de> for Characters {
            type Value = Text<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a text")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        from.deserialize_str(Characters)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Facts<'a> {
    fn deserialize<From: Deserializer<'de>>(from: From) -> Result<Self, From::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Facts<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object of facts")
            }

            fn visit_map<Map: MapAccess<'de>>(self, mut map: Map) -> Result<Facts<'de>, Map::Error> {
                let mut facts = Vec::new();
                while let Some(fact) = map.next_entry()? {
                    facts.push(fact);
                }
                Ok(Facts(facts))
            }
        }
        from.deserialize_map(Members)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Value<'a> {
    fn deserialize<From: Deserializer<'de>>(from: From) -> Result<Self, From::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Value<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a flag, a whole number, a text or a list of texts")
            }

            fn visit_bool<E: Error>(self, flag: bool) -> Result<Value<'de>, E> {
                Ok(Value::Flag(flag))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Value<'de>, E> {
                Ok(Value::Number(number))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Value<'de>, E> {
                i64::try_from(number).map(Value::Number).map_err(|_| E::custom("a number beyond 64 bits"))
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Value<'de>, E> {
                Ok(Value::Text(Text(Cow::Borrowed(text))))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Value<'de>, E> {
                Ok(Value::Text(Text(Cow::Owned(text.to_owned()))))
            }

            fn visit_seq<Seq: SeqAccess<'de>>(self, mut seq: Seq) -> Result<Value<'de>, Seq::Error> {
                let mut texts = Vec::new();
                while let Some(text) = seq.next_element()? {
                    texts.push(text);
                }
                Ok(Value::List(texts))
            }
        }
        from.deserialize_any(Any)
    }
}
