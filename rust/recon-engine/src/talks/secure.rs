//! What is said and heard on a connection, through TLS where it was begun.

use recon_core::dialogue::Wire;
use recon_core::tls::looks_like;

use super::{Carrier, Talks};
use crate::connect::slab::Key;
use crate::guard::guarded;
use crate::tls::{Progress, TlsWire};

impl Talks {
    /// Bytes came in on a wire.
    pub(crate) fn on_bytes(&mut self, carrier: &mut dyn Carrier, port: Key, wire: Wire, bytes: &[u8]) {
        let Some(strand) = self.ports.get_mut(port).and_then(|port| port.strand(wire)) else {
            return;
        };
        let Some(tls) = &mut strand.tls else {
            return self.with_port(carrier, port, |dialogue, pack, scratch, now_us| {
                dialogue.on_data(pack, scratch, wire, bytes, now_us);
            });
        };
        let Ok(progress) = guarded(|| tls.take(bytes)) else {
            strand.tls = None;
            return self.with_port(carrier, port, |dialogue, _, _, _| dialogue.fail("internal error: in TLS"));
        };
        carrier.say(strand.connection, &tls.outgoing());
        self.on_tls(carrier, port, wire, &progress);
    }

    /// The peer closed or broke a wire, and its connection is gone.
    pub(crate) fn on_closed(&mut self, carrier: &mut dyn Carrier, key: Key, wire: Wire) {
        let Some(port) = self.ports.get_mut(key) else {
            return;
        };
        port.hung_up |= wire == 0;
        let tls = port.detach(wire).and_then(|strand| strand.tls);
        match tls.filter(|tls| !tls.is_secured()) {
            Some(tls) => self.with_port(carrier, key, |dialogue, pack, scratch, now_us| {
                dialogue.on_secure_failed(pack, scratch, wire, tls.early(), now_us);
            }),
            None => self.with_port(carrier, key, |dialogue, pack, scratch, now_us| {
                dialogue.on_close(pack, scratch, wire, now_us);
            }),
        }
    }

    /// TLS moved on: the handshake may be over, something may have been said, or it broke.
    fn on_tls(&mut self, carrier: &mut dyn Carrier, port: Key, wire: Wire, progress: &Progress) {
        if progress.secured {
            let session = self.tls_of(port, wire).map(TlsWire::session).unwrap_or_default();
            self.with_port(carrier, port, |dialogue, pack, scratch, now_us| {
                dialogue.on_secured(pack, scratch, wire, &session, now_us);
            });
        }
        let securing = self.tls_of(port, wire).filter(|tls| !tls.is_secured());
        if let Some(speaks_tls) = securing.map(|tls| looks_like(tls.early())) {
            self.with_port(carrier, port, |dialogue, _, _, _| dialogue.on_securing(wire, speaks_tls));
        }
        if !progress.plain.is_empty() {
            self.with_port(carrier, port, |dialogue, pack, scratch, now_us| {
                dialogue.on_data(pack, scratch, wire, &progress.plain, now_us);
            });
        }
        if progress.failed {
            if let Some(strand) = self.ports.get_mut(port).and_then(|port| port.strand(wire)) {
                carrier.end(strand.connection);
            }
            self.on_closed(carrier, port, wire);
        }
    }

    fn tls_of(&mut self, port: Key, wire: Wire) -> Option<&TlsWire> {
        self.ports.get_mut(port)?.strand(wire)?.tls.as_deref()
    }

    pub(super) fn say(&mut self, carrier: &mut dyn Carrier, port: Key, wire: Wire, bytes: &[u8]) {
        let Some(strand) = self.ports.get_mut(port).and_then(|port| port.strand(wire)) else {
            return;
        };
        match &mut strand.tls {
            Some(tls) => {
                tls.say(bytes);
                carrier.say(strand.connection, &tls.outgoing());
            }
            None => carrier.say(strand.connection, bytes),
        }
    }

    pub(super) fn secure(&mut self, carrier: &mut dyn Carrier, port: Key, wire: Wire, alpn: bool) {
        let Some(port) = self.ports.get_mut(port) else {
            return;
        };
        let addr = port.target.addr;
        let host = self.shared.settings.names.get(&addr);
        let (Some(strand), Some(mut tls)) =
            (port.strand(wire), TlsWire::new(self.tls.pick(alpn), host.map(|host| &**host), addr))
        else {
            return;
        };
        carrier.say(strand.connection, &tls.outgoing());
        strand.tls = Some(Box::new(tls));
    }
}
