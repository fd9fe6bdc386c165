//! A wildcard listener that greets and answers each line, so that what is measured beside it is not this. Reads no
//! more than it must. Ends with its standard input, so that it cannot outlive its parent.

use std::collections::HashMap;
use std::io::{ErrorKind, Read, Result, Write};

use mio::event::Event;
use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};

use crate::serve::{end_with_standard_input, listen};

const GREETING: &[u8] = b"DEMO/1.0\r\n";
const ANSWER: &[u8] = b"hello\n";
const LISTENER: Token = Token(usize::MAX);
/// Connections taken before those that stand are served again, so that ended ones give their descriptors back.
const AT_ONCE: usize = 64;

/// Listen on `port` of every IPv4 address (0: any free one), say so in one JSON line, and serve.
///
/// # Errors
/// When the port is taken or the system grants no poller.
pub(crate) fn answer(port: u16) -> Result<()> {
    let mut listener = listen(port)?;
    println!("{{\"port\":{}}}", listener.local_addr()?.port());
    std::thread::spawn(end_with_standard_input);
    let mut poll = Poll::new()?;
    let mut events = Events::with_capacity(1024);
    poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
    let mut clients = Clients::default();
    loop {
        match poll.poll(&mut events, None) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
            Ok(()) => {
                for event in events.iter().filter(|event| event.token() != LISTENER) {
                    clients.serve(event);
                }
                if clients.take(&listener, &poll) {
                    // More may wait: readiness is told once, so ask for it anew.
                    poll.registry().reregister(&mut listener, LISTENER, Interest::READABLE)?;
                }
            }
        }
    }
}

/// Connections by token.
#[derive(Default)]
struct Clients {
    held: HashMap<Token, TcpStream>,
    next: usize,
}

impl Clients {
    /// Take and greet new ones; whether more may wait.
    fn take(&mut self, listener: &TcpListener, poll: &Poll) -> bool {
        for _ in 0..AT_ONCE {
            let Ok((mut client, _)) = listener.accept() else {
                return false;
            };
            let token = Token(self.next);
            self.next += 1;
            // A client that has gone does not want the greeting.
            let _ = client.write(GREETING);
            if poll.registry().register(&mut client, token, Interest::READABLE).is_ok() {
                self.held.insert(token, client);
            }
        }
        true
    }

    /// Answer what one said, or forget one that is gone.
    fn serve(&mut self, event: &Event) {
        let mut line = [0; 256];
        while let Some(client) = self.held.get_mut(&event.token()) {
            match client.read(&mut line) {
                Ok(1..) => {
                    let _ = client.write(ANSWER);
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Ok(0) | Err(_) => drop(self.held.remove(&event.token())),
            }
        }
    }
}
