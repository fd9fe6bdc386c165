//! What the pack knows of products that are read off the wire, by service and spelling. Knows none by itself.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use crate::cpe;
use crate::probe::{ProbeSpec, ProductSpec};

/// The longest spelling in bytes that is looked up.
const SPELLING_LIMIT: usize = 64;

/// Spelling on the wire in lower case → what is known; none where the word is no product.
#[derive(Debug, Default)]
pub(super) struct Products {
    known: HashMap<Vec<u8>, Option<ProductSpec>>,
    /// Changes when anything in it does.
    digest: u64,
}

/// What a table says of a word.
pub(super) enum Verdict<'a> {
    Unknown,
    NoProduct,
    Known(&'a ProductSpec),
}

impl Products {
    /// What is known of a word as it stands on the wire.
    pub(super) fn of(&self, word: &[u8]) -> Verdict<'_> {
        let mut room = [0; SPELLING_LIMIT];
        let Some(spelling) = room.get_mut(..word.len()) else {
            return Verdict::Unknown;
        };
        spelling.copy_from_slice(word);
        spelling.make_ascii_lowercase();
        match self.known.get(&*spelling) {
            None => Verdict::Unknown,
            Some(None) => Verdict::NoProduct,
            Some(Some(known)) => Verdict::Known(known),
        }
    }

    pub(super) fn digest(&self) -> u64 {
        self.digest
    }

    /// Takes a word; the first to speak of it is believed.
    fn add(&mut self, word: &str, known: Option<&ProductSpec>) {
        let spelling = word.to_ascii_lowercase().into_bytes();
        if !self.known.contains_key(&spelling) {
            let mut hasher = DefaultHasher::new();
            (&spelling, known).hash(&mut hasher);
            self.digest ^= hasher.finish();
            self.known.insert(spelling, known.cloned());
        }
    }
}

/// The tables of all services that some probe brings products for.
pub(super) fn by_service(specs: &[ProbeSpec]) -> HashMap<String, Arc<Products>> {
    let mut tables: HashMap<String, Products> = HashMap::new();
    for spec in specs.iter().filter(|spec| !spec.products.is_empty()) {
        let mut services: Vec<&str> = spec.matches.iter().map(|matched| &*matched.service).collect();
        services.sort_unstable();
        services.dedup();
        for service in services {
            let table = tables.entry(service.to_owned()).or_default();
            spec.products.iter().for_each(|(word, known)| table.add(word, known.as_ref()));
        }
    }
    tables.into_iter().map(|(service, table)| (service, Arc::new(table))).collect()
}

/// Checks the products of a probe.
///
/// # Errors
/// The first that cannot be, in words for its author.
pub(super) fn check(spec: &ProbeSpec) -> Result<(), String> {
    for (word, known) in &spec.products {
        if word.is_empty() || word.len() > SPELLING_LIMIT {
            return Err(format!("product {word:?}: a spelling has 1 to {SPELLING_LIMIT} bytes"));
        }
        let Some(known) = known else {
            continue;
        };
        if !matches!(known.part, 'a' | 'o' | 'h') {
            return Err(format!("product {word:?}: part {:?} is none of a, o, h", known.part));
        }
        if let Some(wrong) = known.cpe.as_ref().filter(|cpe| !cpe::is_prefix(cpe)) {
            return Err(format!("product {word:?}: cpe {wrong:?} is not of the form cpe:2.3:part:vendor:product"));
        }
    }
    Ok(())
}
