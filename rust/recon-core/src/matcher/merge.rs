//! The rule by which services read from several fields become rows.

use std::sync::Arc;

use super::{AGREED, LISTEN};
use crate::reply::Service;

/// One row per (service, product), the fullest; a bare protocol only where no product of it is known.
pub(crate) fn merge(services: &mut Vec<Service>) {
    if services.len() < 2 {
        return;
    }
    let mut kept: Vec<Service> = Vec::with_capacity(services.len());
    for mut service in services.drain(..) {
        match kept.iter_mut().find(|known| known.name == service.name && known.product == service.product) {
            Some(known) => {
                let agreed = agree(known, &service);
                if fullness(&service) > fullness(known) {
                    std::mem::swap(known, &mut service);
                }
                known.confidence = if agreed { AGREED } else { known.confidence };
            }
            None => kept.push(service),
        }
    }
    let named: Vec<Arc<str>> =
        kept.iter().filter(|service| service.product.is_some()).map(|service| service.name.clone()).collect();
    kept.retain(|service| service.product.is_some() || !named.contains(&service.name));
    kept.sort_by(|one, other| other.confidence.total_cmp(&one.confidence));
    *services = kept;
}

/// Whether two readings of one product are of different words that name the same version.
///
/// The same match reads the same words again; a reading of a whole answer may have read the words of its fields.
fn agree(one: &Service, other: &Service) -> bool {
    let independent =
        one.evidence.probe != other.evidence.probe || !(reads_whole_answer(one) || reads_whole_answer(other));
    let same = one.product.is_some() && one.version.is_some() && one.version == other.version;
    same && independent && one.evidence.matched != other.evidence.matched
}

/// Whether the version was not read out of a field: its source is then the question.
fn reads_whole_answer(service: &Service) -> bool {
    service.version_source == service.evidence.probe || *service.evidence.probe == *LISTEN
}

fn fullness(service: &Service) -> (bool, bool) {
    (service.version.is_some(), service.revision.is_some())
}

#[cfg(test)]
mod tests {
    use super::super::{GRAMMAR_WITH_PRODUCT, MATCH_WITH_VERSION};
    use super::*;
    use crate::reply::Evidence;

    fn service(version: &str, source: &str, probe: &str, matched: &str) -> Service {
        Service {
            name: "http".into(),
            part: 'a',
            vendor: None,
            product: Some("nginx".into()),
            version: Some(version.into()),
            cpe: None,
            distro: None,
            revision: None,
            confidence: MATCH_WITH_VERSION,
            version_source: source.into(),
            tls: false,
            evidence: Evidence { probe: probe.into(), matched: matched.into() },
        }
    }

    fn merged(mut services: Vec<Service>) -> Service {
        merge(&mut services);
        assert_eq!(services.len(), 1, "{services:?}");
        services.remove(0)
    }

    #[test]
    fn two_fields_or_two_probes_that_agree_are_more_than_one() {
        let header = service("1.22.1", "header", "http", "http.nginx");
        let body = service("1.22.1", "body", "http", "http.nginx.page");
        assert!(merged(vec![header.clone(), body]).confidence >= AGREED);
        let status = service("1.22.1", "status", "status", "nginx.status");
        let unsure = Service { confidence: GRAMMAR_WITH_PRODUCT, ..header };
        let both = merged(vec![unsure, status]);
        assert_eq!((both.confidence.to_bits(), &*both.evidence.matched), (AGREED.to_bits(), "http.nginx"));
    }

    #[test]
    fn the_same_words_read_twice_are_one_source() {
        let header = service("1.22.1", "header", "http", "http.nginx");
        let again = service("1.22.1", "header", "other", "http.nginx");
        assert!(merged(vec![header.clone(), again]).confidence < AGREED);
        let whole = service("1.22.1", "http", "http", "http.nginx.raw");
        assert!(merged(vec![header.clone(), whole]).confidence < AGREED);
        let other = service("1.18.0", "body", "http", "http.nginx.page");
        assert!(merged(vec![header.clone(), other]).confidence < AGREED);
        let bare = Service { version: None, ..service("", "body", "http", "http.nginx.page") };
        assert!(merged(vec![header, bare]).confidence < AGREED);
    }
}
