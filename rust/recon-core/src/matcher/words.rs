//! The names that every row shares, made once for a pack.

use std::sync::Arc;

use super::LISTEN;

/// Names that rows share.
pub(super) struct Words {
    pub(super) listen: Arc<str>,
    pub(super) greeting: Arc<str>,
    pub(super) header: Arc<str>,
    pub(super) status: Arc<str>,
    pub(super) title: Arc<str>,
    pub(super) body: Arc<str>,
    pub(super) none: Arc<str>,
    pub(super) http: Arc<str>,
    pub(super) http_grammar: Arc<str>,
    pub(super) status_fact: Arc<str>,
    pub(super) title_fact: Arc<str>,
    pub(super) location_fact: Arc<str>,
}

impl Words {
    pub(super) fn new() -> Self {
        Self {
            listen: LISTEN.into(),
            greeting: "greeting".into(),
            header: "header".into(),
            status: "status".into(),
            title: "title".into(),
            body: "body".into(),
            none: "none".into(),
            http: "http".into(),
            http_grammar: "http.grammar".into(),
            status_fact: "http.status".into(),
            title_fact: "http.title".into(),
            location_fact: "http.location".into(),
        }
    }
}
