//! The connections a worker holds, by token. A token is never valid twice.

use std::ops::{Index, IndexMut};

use mio::Token;
use mio::net::TcpStream;
use recon_core::dialogue::Dialogue;
use recon_core::space::Target;

/// One attempt to ask one position.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ticket {
    /// Position on the number line.
    pub(crate) position: u64,
    /// Local failures so far.
    pub(crate) failures: u32,
    /// The pass it belongs to.
    pub(crate) pass: u32,
}

/// A connection under way or open.
#[derive(Debug)]
pub(crate) struct Conn {
    pub(crate) ticket: Ticket,
    pub(crate) target: Target,
    pub(crate) stream: TcpStream,
    pub(crate) started_us: u64,
    pub(crate) deadline_us: u64,
    /// The earliest wheel entry that will fire for it.
    pub(crate) armed_us: u64,
    pub(crate) rtt_us: u64,
    /// None while the handshake is awaited.
    pub(crate) dialogue: Option<Box<Dialogue>>,
    /// What the socket has not taken yet.
    pub(crate) unsent: Vec<u8>,
}

/// Connections by slot, with the generation that makes tokens unique.
#[derive(Debug, Default)]
pub(crate) struct Slab {
    slots: Vec<(u32, Option<Conn>)>,
    free: Vec<u32>,
    held: usize,
}

impl Slab {
    pub(crate) fn len(&self) -> usize {
        self.held
    }

    /// The token that the next insert will use, so that a stream can be registered before it is stored.
    pub(crate) fn reserve(&mut self) -> Token {
        if self.free.is_empty() {
            self.free.push(self.slots.len() as u32);
            self.slots.push((0, None));
        }
        let slot = self.free[self.free.len() - 1];
        token(slot, self.slots[slot as usize].0)
    }

    pub(crate) fn insert(&mut self, conn: Conn) -> Token {
        let reserved = self.reserve();
        let slot = self.free.pop().expect("reserve leaves a free slot");
        self.slots[slot as usize].1 = Some(conn);
        self.held += 1;
        reserved
    }

    pub(crate) fn contains(&self, token: Token) -> bool {
        let (slot, generation) = parts(token);
        self.slots.get(slot).is_some_and(|held| held.0 == generation && held.1.is_some())
    }

    pub(crate) fn remove(&mut self, token: Token) -> Option<Conn> {
        let (slot, generation) = parts(token);
        let held = self.slots.get_mut(slot).filter(|held| held.0 == generation)?;
        let conn = held.1.take()?;
        held.0 = held.0.wrapping_add(1);
        self.free.push(slot as u32);
        self.held -= 1;
        Some(conn)
    }

    /// Tokens of everything held.
    pub(crate) fn tokens(&self) -> Vec<Token> {
        let held = self.slots.iter().enumerate().filter(|(_, slot)| slot.1.is_some());
        held.map(|(index, slot)| token(index as u32, slot.0)).collect()
    }
}

impl Index<Token> for Slab {
    type Output = Conn;

    fn index(&self, token: Token) -> &Conn {
        self.slots[parts(token).0].1.as_ref().expect("callers check contains")
    }
}

impl IndexMut<Token> for Slab {
    fn index_mut(&mut self, token: Token) -> &mut Conn {
        self.slots[parts(token).0].1.as_mut().expect("callers check contains")
    }
}

fn token(slot: u32, generation: u32) -> Token {
    Token((u64::from(generation) << 32 | u64::from(slot)) as usize)
}

fn parts(token: Token) -> (usize, u32) {
    let bits = token.0 as u64;
    ((bits & u64::from(u32::MAX)) as usize, (bits >> 32) as u32)
}
