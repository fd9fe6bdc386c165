//! Both ends over a channel that loses, repeats, and mixes up: what is said is heard, whatever the seed, in bounded steps.

use std::collections::VecDeque;

use proptest::prelude::*;
use recon_core::tcp::{Connection, Outgoing, Status, Terms};
use recon_core::wire::{Flags, Tcp};

const STEPS: usize = 20_000;
/// How often a receiver's buffer is filled at most: each time may take a silence.
const FILLS: usize = 100;
const SERVER_ISS: u32 = 0xffff_ff00;
/// Silence after which the server says again what was not acknowledged.
const SERVER_WAITS_US: u64 = 300_000;

/// A segment under way.
#[derive(Clone, Debug)]
struct Flying {
    seq: u32,
    ack: u32,
    flags: Flags,
    window: u16,
    mss: Option<u16>,
    payload: Vec<u8>,
}

impl From<Outgoing<'_>> for Flying {
    fn from(out: Outgoing<'_>) -> Self {
        let Outgoing { seq, ack, flags, window, mss, payload } = out;
        Self { seq, ack, flags, window, mss, payload: payload.to_vec() }
    }
}

impl Flying {
    fn view(&self) -> Tcp<'_> {
        let (src_port, dst_port) = (80, 40_000);
        let Self { seq, ack, flags, window, mss, .. } = *self;
        Tcp { src_port, dst_port, seq, ack, flags, window, mss, window_scale: None, payload: &self.payload }
    }
}

/// What befalls each segment: one number each; when they are used up, nothing more happens to any.
#[derive(Debug)]
struct Weather(VecDeque<u8>);

impl Weather {
    fn next(&mut self) -> Option<u8> {
        self.0.pop_front()
    }

    fn send(&mut self, channel: &mut VecDeque<Flying>, segment: Flying) {
        match self.next() {
            Some(luck) if luck % 4 == 0 => {}
            Some(luck) if luck % 4 == 1 => channel.extend([segment.clone(), segment]),
            Some(luck) if luck % 4 == 2 => {
                channel.insert(usize::from(luck) / 4 % (channel.len() + 1), segment);
            }
            _ => channel.push_back(segment),
        }
    }
}

/// The other end, as simple as can be: it keeps only what has its turn, and says again all that was not acknowledged.
#[derive(Debug)]
struct Server {
    said: Vec<u8>,
    mss: u16,
    buffer: u16,
    got: Vec<u8>,
    /// Of `got`: what its application has not read.
    unread: u16,
    /// What it expects; none before a SYN.
    next: Option<u32>,
    /// How many sequence numbers of its own were acknowledged: SYN, bytes, FIN.
    acked: u32,
    /// How many of them were ever sent.
    sent: u32,
    client_window: u16,
}

impl Server {
    fn window(&self) -> u16 {
        self.buffer - self.unread
    }

    fn segment(&mut self, at: u32, flags: Flags, payload: &[u8]) -> Flying {
        let mss = flags.has(Flags::SYN).then_some(self.mss);
        let length = payload.len() as u32 + u32::from(mss.is_some() || flags.has(Flags::FIN));
        self.sent = self.sent.max(at + length);
        let (ack, flags) = (self.next.unwrap(), flags | Flags::ACK);
        Flying { seq: SERVER_ISS.wrapping_add(at), ack, flags, window: self.window(), mss, payload: payload.to_vec() }
    }

    /// An acknowledgement, behind all that was ever sent.
    fn bare(&mut self) -> Flying {
        self.segment(self.sent, ACK, b"")
    }

    fn on_segment(&mut self, segment: &Flying) -> Option<Flying> {
        if segment.flags.has(Flags::SYN) {
            self.next = Some(segment.seq.wrapping_add(1));
            self.client_window = segment.window;
            return Some(self.segment(0, Flags::SYN, b""));
        }
        let next = self.next?;
        let start = i64::from(segment.seq.wrapping_sub(next).cast_signed());
        let (length, window) = (segment.payload.len() as i64, i64::from(self.window()));
        let is_acceptable = start == 0 || start < window && (start >= 0 || start + length > 0);
        if is_acceptable {
            self.take(segment, start);
        }
        (!is_acceptable || length > 0).then(|| self.bare())
    }

    fn take(&mut self, segment: &Flying, start: i64) {
        let gained = segment.ack.wrapping_sub(SERVER_ISS).wrapping_sub(self.acked);
        if gained <= self.said.len() as u32 + 2 {
            self.acked += gained;
            self.client_window = segment.window;
        }
        if start <= 0 {
            let fresh = &segment.payload[(-start) as usize..];
            let fits = &fresh[..fresh.len().min(usize::from(self.window()))];
            self.got.extend_from_slice(fits);
            self.unread += fits.len() as u16;
            self.next = Some(self.next.unwrap().wrapping_add(fits.len() as u32));
        }
    }

    /// Time has passed: reads what it got, and says again, in pieces that overlap, what the client has room for.
    fn tick(&mut self, weather: &mut Weather) -> Vec<Flying> {
        self.unread = 0;
        match (self.next, self.acked) {
            (None, _) => vec![],
            (Some(_), 0) => vec![self.segment(0, Flags::SYN, b"")],
            (Some(_), acked) if acked as usize == self.said.len() + 2 => vec![self.bare()],
            (Some(_), acked) => self.pieces(acked as usize - 1, weather),
        }
    }

    fn pieces(&mut self, from: usize, weather: &mut Weather) -> Vec<Flying> {
        let room = usize::from(self.client_window).max(1);
        let end = self.said.len().min(from + room);
        let (mut at, mut pieces) = (from, Vec::new());
        while at < end {
            let back = usize::from(weather.next().unwrap_or(0)) % 8;
            let start = at.saturating_sub(back);
            let stop = end.min(start + usize::from(self.mss)).max(at + 1);
            let piece = self.said[start..stop].to_vec();
            pieces.push(self.segment(1 + start as u32, Flags::PSH, &piece));
            at = stop;
        }
        if at == self.said.len() {
            pieces.push(self.segment(1 + at as u32, Flags::FIN, b""));
        }
        pieces
    }
}

const ACK: Flags = Flags::ACK;

/// Our end: the connection, or a SYN that nothing was kept of.
struct Client {
    connection: Option<Connection>,
    terms: Terms,
    iss: u32,
    to_say: Vec<u8>,
    heard: Vec<u8>,
}

impl Client {
    fn on_segment(&mut self, segment: &Flying, now_us: u64) {
        match &mut self.connection {
            Some(connection) => connection.on_segment(&segment.view(), now_us),
            None => self.connection = Some(Connection::proven(self.iss, &segment.view(), now_us, self.terms)),
        }
    }

    /// Says a little, hears all there is, and sends what is due.
    fn act(&mut self, now_us: u64) -> Vec<Flying> {
        let Some(connection) = &mut self.connection else { return vec![] };
        let more = self.to_say.len().min(700);
        if more > 0 && connection.say(&self.to_say[..more]) {
            self.to_say.drain(..more);
        }
        self.heard.extend(connection.heard().unwrap_or_default());
        let mut out = Vec::new();
        while let Some(segment) = connection.next_segment(now_us) {
            assert!(segment.payload.len() <= usize::from(self.terms.mss));
            out.push(segment.into());
        }
        out
    }

    /// The SYN again, or what the timer wants.
    fn on_silence(&mut self, now_us: u64) -> Option<Flying> {
        let Some(connection) = &mut self.connection else {
            return Connection::connect(self.iss, now_us, self.terms).next_segment(now_us).map(Flying::from);
        };
        connection.on_timer(now_us);
        None
    }
}

#[derive(Clone, Debug)]
struct Scene {
    to_say: Vec<u8>,
    to_hear: Vec<u8>,
    weather: Vec<u8>,
    terms: Terms,
    iss: u32,
    stateless: bool,
    server_mss: u16,
    server_buffer: u16,
}

fn scene() -> impl Strategy<Value = Scene> {
    let bytes = || prop::collection::vec(any::<u8>(), 0..4000);
    let limits = (1_u16..3000, 1_u16..1500, 1_u32..5000);
    let server = (1_u16..1500, 1_u16..3000);
    (bytes(), bytes(), prop::collection::vec(any::<u8>(), 0..300), limits, any::<u32>(), any::<bool>(), server)
        .prop_map(
            |(mut to_say, mut to_hear, weather, (window, mss, queue), iss, stateless, (server_mss, server_buffer))| {
                to_say.truncate(FILLS * usize::from(server_buffer));
                to_hear.truncate(FILLS * usize::from(window));
                let queue_limit = queue.max(700);
                let terms = Terms { window, mss, queue_limit, tries: u8::MAX, ..Terms::default() };
                Scene { to_say, to_hear, weather, terms, iss, stateless, server_mss, server_buffer }
            },
        )
}

/// Plays a scene until both have heard all; what was heard, and how the client stands.
fn play(scene: &Scene) -> (Vec<u8>, Vec<u8>, Option<Status>) {
    let connection = (!scene.stateless).then(|| Connection::connect(scene.iss, 0, scene.terms));
    let (to_say, heard) = (scene.to_say.clone(), Vec::new());
    let mut client = Client { connection, terms: scene.terms, iss: scene.iss, to_say, heard };
    let mut server = Server {
        said: scene.to_hear.clone(),
        mss: scene.server_mss,
        buffer: scene.server_buffer,
        got: Vec::new(),
        unread: 0,
        next: None,
        acked: 0,
        sent: 0,
        client_window: 0,
    };
    let mut weather = Weather(scene.weather.iter().copied().collect());
    let (mut up, mut down, mut now_us) = (VecDeque::new(), VecDeque::new(), 0);
    for _ in 0..STEPS {
        for segment in client.act(now_us) {
            weather.send(&mut up, segment);
        }
        if let Some(segment) = up.pop_front() {
            let answer = server.on_segment(&segment);
            if let Some(segment) = answer {
                weather.send(&mut down, segment);
            }
        } else if let Some(segment) = down.pop_front() {
            client.on_segment(&segment, now_us);
        } else if is_over(&client, &server, scene) {
            break;
        } else {
            now_us += SERVER_WAITS_US;
            if let Some(syn) = client.on_silence(now_us) {
                weather.send(&mut up, syn);
            }
            for segment in server.tick(&mut weather) {
                weather.send(&mut down, segment);
            }
        }
    }
    (server.got, client.heard, client.connection.map(|connection| connection.status()))
}

fn is_over(client: &Client, server: &Server, scene: &Scene) -> bool {
    let is_sending = client.connection.as_ref().is_none_or(Connection::is_sending);
    server.got == scene.to_say && server.acked as usize == scene.to_hear.len() + 2 && !is_sending
}

proptest! {
    #[test]
    fn both_hear_what_the_other_said_through_any_weather(scene in scene()) {
        let (got, heard, status) = play(&scene);
        prop_assert_eq!(got.len(), scene.to_say.len());
        prop_assert!(got == scene.to_say, "the server heard something else");
        prop_assert_eq!(heard.len(), scene.to_hear.len());
        prop_assert!(heard == scene.to_hear, "we heard something else");
        prop_assert_eq!(status, Some(Status::Finished));
    }

    #[test]
    fn no_segment_and_no_time_brings_a_connection_down(
        iss: u32,
        window: u16,
        segments in prop::collection::vec(
            (-3000..3000_i32, -3000..3000_i32, any::<u8>(), any::<u16>(), 0_usize..2000, any::<u8>()), 0..60)
    ) {
        let terms = Terms { window, ..Terms::default() };
        let mut connection = Connection::connect(iss, 0, terms);
        let (mut now_us, mut heard) = (0, 0_usize);
        for (seq, ack, flags, window, length, does) in segments {
            let out = connection.next_segment(now_us).map(Flying::from);
            let (next, sent) = out.map_or((0, iss), |out| (out.ack, out.seq));
            let payload = vec![does; length];
            let flying = Flying {
                seq: next.wrapping_add_signed(if does & 1 == 0 { seq } else { 0 }),
                ack: sent.wrapping_add(1).wrapping_add_signed(if does & 2 == 0 { ack } else { 0 }),
                flags: Flags(if does & 4 == 0 { flags } else { 0x10 }), window, mss: None, payload,
            };
            connection.on_segment(&flying.view(), now_us);
            if does & 8 == 0 {
                now_us = connection.deadline_us().unwrap_or(now_us);
                connection.on_timer(now_us);
            }
            connection.say(&[does; 100]);
            let came = connection.heard().map_or(0, |bytes| bytes.len());
            prop_assert!(came <= usize::from(terms.window), "never more than the window");
            heard += came;
        }
        prop_assert!(heard <= 60 * 2000);
    }
}
