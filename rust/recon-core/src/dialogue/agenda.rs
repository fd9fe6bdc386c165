//! The order of questions: what to ask first, next, and when enough is known. Holds no bytes and no time.

use crate::matcher::Pack;
use crate::reply::{Findings, Service};

/// Something to find out on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// Does it speak first?
    Listen,
    /// A probe of the pack, inside TLS if `secure`.
    Ask {
        /// Index into the pack's probes.
        probe: usize,
        /// Whether TLS comes first.
        secure: bool,
    },
    /// Does it speak TLS, and what inside?
    Secure,
    /// Which certificate does it show to an old client?
    Legacy,
    /// Does it answer to empty lines?
    Newlines,
    /// Hear the greeting again, to ask for TLS behind it.
    Greeting {
        /// Index into the pack's probes.
        probe: usize,
    },
    /// Ask for TLS in mid-conversation, step by step.
    Upgrade {
        /// Index into the pack's probes.
        probe: usize,
        /// Which turn of the exchange.
        step: usize,
    },
}

impl Question {
    /// In words, for whoever wants to know what was asked.
    pub(super) fn describe(self, pack: &Pack) -> String {
        let name = |probe: usize| &pack.probes()[probe].name;
        match self {
            Self::Listen => "listen".to_owned(),
            Self::Ask { probe, secure: false } => format!("ask {}", name(probe)),
            Self::Ask { probe, secure: true } => format!("ask {} inside tls", name(probe)),
            Self::Secure => "tls".to_owned(),
            Self::Legacy => "tls as an older client".to_owned(),
            Self::Greeting { .. } => "hear the greeting again".to_owned(),
            Self::Newlines => "send newlines".to_owned(),
            Self::Upgrade { probe, step } => format!("starttls of {}, turn {}", name(probe), step + 1),
        }
    }
}

/// What was asked and found out so far.
#[derive(Debug, Default)]
#[allow(clippy::struct_excessive_bools)] // each is a question asked once
pub(super) struct Agenda {
    /// Say nothing, only listen.
    pub(super) mute: bool,
    /// Ask on where a name is known.
    pub(super) deep: bool,
    /// Probes asked, and whether inside TLS.
    pub(super) asked: Vec<(usize, bool)>,
    /// TLS was seen.
    pub(super) tls: bool,
    /// A TLS handshake with us succeeded.
    pub(super) secured: bool,
    /// A service was found.
    found: bool,
    tls_tried: bool,
    /// A handshake that offered an application protocol was refused.
    alpn_refused: bool,
    legacy: Wish,
    /// TLS on a connection of its own, because the server said so in the clear.
    insisted: Wish,
    newlines_tried: bool,
    upgraded: bool,
}

/// A question that comes up only in certain cases, and then once.
#[derive(Debug, Default, PartialEq, Eq)]
enum Wish {
    #[default]
    Never,
    Wanted,
    Granted,
}

impl Agenda {
    pub(super) fn new(mute: bool, deep: bool, first: Question) -> Self {
        Self { mute, deep, tls_tried: first == Question::Secure, ..Self::default() }
    }

    /// What to ask on the connection that the sweep opened.
    pub(super) fn first(pack: &Pack, port: u16, mute: bool) -> Question {
        if mute {
            return Question::Listen;
        }
        if pack.hints_tls(port) {
            return Question::Secure;
        }
        pack.hinted(port).map_or(Question::Listen, |probe| Question::Ask { probe, secure: false })
    }

    /// What to ask once TLS stands.
    pub(super) fn inner(pack: &Pack, port: u16) -> Question {
        pack.inside_tls(port).map_or(Question::Listen, |probe| Question::Ask { probe, secure: true })
    }

    /// What to ask on a connection that stayed silent while we listened.
    pub(super) fn after_silence(&self, pack: &Pack, port: u16, tls: bool) -> Option<usize> {
        let hinted = if tls { pack.inside_tls(port) } else { pack.hinted(port) };
        [hinted, pack.everywhere()].into_iter().flatten().find(|&probe| !self.asked.contains(&(probe, tls)))
    }

    /// The next question that deserves a connection of its own.
    pub(super) fn next(&mut self, pack: &Pack, port: u16, found: &Findings) -> Option<Question> {
        if self.mute {
            return None;
        }
        if self.legacy == Wish::Wanted {
            self.legacy = Wish::Granted;
            return Some(Question::Legacy);
        }
        if self.insisted == Wish::Wanted {
            self.insisted = Wish::Granted;
            if !std::mem::replace(&mut self.tls_tried, true) {
                return Some(Question::Secure);
            }
        }
        if !found.services.is_empty() {
            self.found = true;
            return if self.is_satisfied(pack, found) { None } else { self.refine(pack, found) };
        }
        if !self.tls_tried {
            self.tls_tried = true;
            return Some(Question::Secure);
        }
        if self.tls {
            return if self.secured { self.common(pack, port, true) } else { None };
        }
        self.common(pack, port, false)
    }

    /// Whether HTTP should be offered in a handshake: only where nothing else is likely inside.
    pub(super) fn offers_alpn(&self, pack: &Pack, port: u16, question: Question) -> bool {
        let speaks_http = |probe: usize| pack.probes()[probe].spec.send.starts_with(b"GET ");
        match question {
            _ if self.alpn_refused => false,
            Question::Greeting { .. } | Question::Upgrade { .. } => false,
            Question::Ask { probe, .. } => speaks_http(probe),
            _ => pack.inside_tls(port).map_or(!pack.hints_tls(port), speaks_http),
        }
    }

    /// Whether the port number suggests a probe.
    pub(super) fn is_hinted(pack: &Pack, port: u16, probe: usize) -> bool {
        [pack.hinted(port), pack.inside_tls(port), pack.everywhere()].contains(&Some(probe))
    }

    /// Whether a service is known, so that questions are no longer blind.
    pub(super) fn knows_something(&self) -> bool {
        self.found
    }

    /// TLS answered, but refused us: try without an application protocol, then as an older client.
    pub(super) fn tls_refused(&mut self) {
        if self.alpn_refused {
            self.want_legacy();
        } else {
            self.tls = true;
            self.alpn_refused = true;
            self.tls_tried = false;
        }
    }

    /// TLS answered where something else was asked: ask for it next.
    pub(super) fn want_tls(&mut self) {
        if !self.tls {
            self.tls_tried = false;
        }
    }

    /// A server that speaks HTTP said in the clear that it wants TLS: what stands behind is still to be asked.
    pub(super) fn insist_on_tls(&mut self) {
        if self.insisted == Wish::Never && !self.tls_tried {
            self.insisted = Wish::Wanted;
        }
    }

    /// Whether TLS was asked for because the server said so.
    pub(super) fn insisted(&self) -> bool {
        self.insisted == Wish::Granted
    }

    /// TLS answered, but not to us: ask as an older client.
    fn want_legacy(&mut self) {
        self.tls = true;
        if self.legacy == Wish::Never {
            self.legacy = Wish::Wanted;
        }
    }

    /// The probe by which a service just found can be asked for TLS, once: on the same connection only where the server
    /// speaks first, on a fresh one (`anew`) always.
    pub(super) fn upgrade(&mut self, pack: &Pack, found: &Findings, tls: bool, anew: bool) -> Option<usize> {
        if tls || self.mute || self.upgraded || !self.deep {
            return None;
        }
        let mut upgrades = found.services.iter().filter_map(|service| pack.upgrade_for(&service.name));
        let probe = upgrades.find(|probe| anew || pack.probes()[*probe].spec.send.is_empty())?;
        self.upgraded = true;
        Some(probe)
    }

    /// Whether a product is known with its version, or nothing in the pack could tell it, so that nothing more is asked.
    pub(super) fn is_satisfied(&self, pack: &Pack, found: &Findings) -> bool {
        let mut products = found.services.iter().filter(|service| service.product.is_some()).peekable();
        self.legacy != Wish::Wanted
            && self.insisted != Wish::Wanted
            && products.peek().is_some()
            && (products.any(|service| service.version.is_some()) || self.refiner(pack, found).is_none())
    }

    /// Whether the answer to a probe could tell more about what is known so far.
    pub(super) fn could_refine(pack: &Pack, found: &Findings, probe: usize) -> bool {
        let of = |service: &Service| pack.refiners(&service.name).contains(&probe) && helps(pack, service, probe);
        found.services.iter().filter(|service| is_incomplete(service)).any(of)
    }

    /// What can tell more about the services whose product or version is unknown.
    fn refine(&mut self, pack: &Pack, found: &Findings) -> Option<Question> {
        let probe = self.refiner(pack, found)?;
        self.asked.push((probe, self.tls));
        Some(Question::Ask { probe, secure: self.tls })
    }

    /// A probe not yet asked that speaks of a service: any of its protocol while the product is unknown, then only one
    /// that can read this product's version.
    fn refiner(&self, pack: &Pack, found: &Findings) -> Option<usize> {
        let unasked = |probe: &usize| !self.asked.contains(&(*probe, self.tls));
        let of = |service: &Service| {
            pack.refiners(&service.name).iter().copied().find(|probe| unasked(probe) && helps(pack, service, *probe))
        };
        found.services.iter().filter(|service| is_incomplete(service)).find_map(of)
    }

    /// What is asked of a port that nothing is known of, the likeliest first, inside TLS where it was found.
    fn common(&mut self, pack: &Pack, port: u16, tls: bool) -> Option<Question> {
        let by_rarity = || pack.by_rarity().iter().copied().find(|&probe| !self.asked.contains(&(probe, tls)));
        if let Some(probe) = self.after_silence(pack, port, tls).or_else(by_rarity) {
            self.asked.push((probe, tls));
            return Some(Question::Ask { probe, secure: tls });
        }
        let newlines = !tls && !std::mem::replace(&mut self.newlines_tried, true);
        newlines.then_some(Question::Newlines)
    }
}

/// Whether a probe can tell what is missing of a service: anything while its product is unknown, then its version.
fn helps(pack: &Pack, service: &Service, probe: usize) -> bool {
    service.product.as_ref().is_none_or(|product| pack.tells_version(probe, product))
}

fn is_incomplete(service: &Service) -> bool {
    service.product.is_none() || service.version.is_none()
}
