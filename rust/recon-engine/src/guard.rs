//! Holds a panic to the one row it happened on. For work on foreign bytes only: our own state must not be half changed.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs `work`; if it panics, its message.
///
/// What `work` borrows is to be thrown away after a panic, except caches that the next use shapes anew.
pub(crate) fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| message(&*panic))
}

fn message(panic: &(dyn Any + Send)) -> String {
    let said = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    format!("internal error: {}", said.unwrap_or("a panic without a message"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_that_ends_well_gives_its_value() {
        assert_eq!(guarded(|| 7), Ok(7));
    }

    #[test]
    fn a_panic_gives_its_message() {
        let at = 9;
        let failed = guarded(|| [1, 2, 3][std::hint::black_box(at)]);
        assert_eq!(failed, Err("internal error: index out of bounds: the len is 3 but the index is 9".to_owned()));
        assert_eq!(guarded(|| panic!("plain")), Err::<(), _>("internal error: plain".to_owned()));
    }
}
