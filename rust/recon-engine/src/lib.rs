//! How a sweep is done: threads, sockets, deadlines. What a sweep is stands in `recon-core`.

mod clock;
mod connect;
mod counters;
pub mod enumerate;
mod errno;
mod feed;
mod guard;
mod hosts;
pub mod journal;
mod leave;
pub mod limits;
#[cfg(target_os = "linux")]
mod link;
mod outbox;
#[cfg(target_os = "linux")]
pub mod raw;
#[cfg(not(target_os = "linux"))]
#[path = "raw/elsewhere.rs"]
pub mod raw;
mod regulate;
#[cfg(target_os = "linux")]
mod route;
pub mod scouting;
pub mod settings;
pub mod sweep;
mod talks;
mod threads;
mod tls;

/// What can end a run from the engine's side.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The operating system refused something the run cannot do without.
    #[error("{what}: {source}")]
    System {
        /// What was attempted.
        what: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// A raw link could not be opened.
    #[error("{link}")]
    Link {
        /// Which one, on which interface, and why.
        link: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The journal cannot be read or written.
    #[error(transparent)]
    Journal(#[from] journal::JournalError),
    /// A worker thread died; its message.
    #[error("a worker thread failed: {0}")]
    Worker(String),
}

impl EngineError {
    /// Whether the system would allow it to somebody with more privileges.
    #[must_use]
    pub fn is_permission(&self) -> bool {
        let (Self::System { source, .. } | Self::Link { source, .. }) = self else {
            return false;
        };
        source.kind() == std::io::ErrorKind::PermissionDenied
    }
}
