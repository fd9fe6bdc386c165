//! The rule by which services read from several fields become rows.

use std::sync::Arc;

use crate::reply::Service;

/// One row per (service, product), the fullest; a bare protocol only where no product of it is known.
pub(crate) fn merge(services: &mut Vec<Service>) {
    if services.len() < 2 {
        return;
    }
    let mut kept: Vec<Service> = Vec::with_capacity(services.len());
    for service in services.drain(..) {
        match kept.iter_mut().find(|known| known.name == service.name && known.product == service.product) {
            Some(known) if fullness(&service) > fullness(known) => *known = service,
            Some(_) => {}
            None => kept.push(service),
        }
    }
    let named: Vec<Arc<str>> =
        kept.iter().filter(|service| service.product.is_some()).map(|service| service.name.clone()).collect();
    kept.retain(|service| service.product.is_some() || !named.contains(&service.name));
    kept.sort_by(|one, other| other.confidence.total_cmp(&one.confidence));
    *services = kept;
}

fn fullness(service: &Service) -> (bool, bool) {
    (service.version.is_some(), service.revision.is_some())
}
