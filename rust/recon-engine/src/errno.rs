//! What an errno from `connect` means: a verdict about the target, or a failure of ours. Never mixes the two.

use std::io;

use recon_core::reply::State;
use rustix::io::Errno;

/// What became of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The target, or something on the way, decided.
    Verdict(State, &'static str),
    /// Nobody answered in time.
    Silent,
    /// An ICMP error, or no route of our own; only the routing table can tell.
    AskRoute(&'static str),
    /// We failed. `scarce` when fewer connections at once may cure it.
    Local {
        /// The errno's name.
        name: &'static str,
        /// Whether something of ours ran out.
        scarce: bool,
    },
}

/// Read the error of a failed connection attempt.
pub(crate) fn read(error: &io::Error) -> Outcome {
    let Some(errno) = Errno::from_io_error(error) else {
        return Outcome::Local { name: "EOTHER", scarce: false };
    };
    match errno {
        Errno::CONNREFUSED => Outcome::Verdict(State::Closed, "refused"),
        Errno::CONNRESET | Errno::CONNABORTED => Outcome::Verdict(State::Closed, "reset"),
        Errno::TIMEDOUT => Outcome::Silent,
        Errno::HOSTUNREACH => Outcome::AskRoute("host-unreachable"),
        Errno::NETUNREACH => Outcome::AskRoute("net-unreachable"),
        Errno::HOSTDOWN => Outcome::Verdict(State::Unreachable, "host-down"),
        Errno::NOPROTOOPT | Errno::PROTO => Outcome::Verdict(State::Unreachable, "protocol-unreachable"),
        other => local(other),
    }
}

fn local(errno: Errno) -> Outcome {
    let (name, scarce) = match errno {
        Errno::MFILE => ("EMFILE", true),
        Errno::NFILE => ("ENFILE", true),
        Errno::ADDRNOTAVAIL => ("EADDRNOTAVAIL", true),
        Errno::ADDRINUSE => ("EADDRINUSE", true),
        Errno::NOBUFS => ("ENOBUFS", true),
        Errno::NOMEM => ("ENOMEM", true),
        Errno::AGAIN => ("EAGAIN", true),
        Errno::INTR => ("EINTR", false),
        Errno::PERM => ("EPERM", false),
        Errno::ACCESS => ("EACCES", false),
        Errno::NETDOWN => ("ENETDOWN", false),
        Errno::NODEV => ("ENODEV", false),
        Errno::INVAL => ("EINVAL", false),
        Errno::AFNOSUPPORT => ("EAFNOSUPPORT", false),
        _ => ("EOTHER", false),
    };
    Outcome::Local { name, scarce }
}

/// Name of the failure that stands for "we have no route": the kernel said so before any packet left.
pub(crate) const NO_ROUTE: &str = "ENETUNREACH";

/// Name of the failure that stands for an address outside the scope: nothing was sent to it.
pub(crate) const OUT_OF_SCOPE: &str = "ESCOPE";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_local_failure_is_never_a_verdict() {
        for errno in [
            Errno::MFILE,
            Errno::NFILE,
            Errno::ADDRNOTAVAIL,
            Errno::NOBUFS,
            Errno::AGAIN,
            Errno::PERM,
            Errno::NETDOWN,
            Errno::NOMEM,
            Errno::ACCESS,
        ] {
            let error = io::Error::from(errno);
            assert!(matches!(read(&error), Outcome::Local { .. }), "{errno:?}");
        }
    }

    #[test]
    fn a_refusal_is_closed_and_a_timeout_is_silence() {
        assert_eq!(read(&Errno::CONNREFUSED.into()), Outcome::Verdict(State::Closed, "refused"));
        assert_eq!(read(&Errno::TIMEDOUT.into()), Outcome::Silent);
    }
}
