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
