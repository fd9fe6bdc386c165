//! What the reader tells the journal: which rows it has dealt with, and when all is told.

use recon_core::reply::Reply;

use super::Sweep;
use crate::EngineError;
use crate::journal::Keeper;

impl Sweep {
    /// Acknowledge rows: `taken` is what [`Sweep::next`] gave, `kept` and its JSON lines what became of it. The journal has
    /// them when this returns. Nothing happens where none is kept.
    ///
    /// # Errors
    /// When the journal cannot take them.
    pub fn record<'a>(
        &self,
        taken: &[Reply],
        kept: &[Reply],
        json: impl FnOnce() -> &'a [u8],
    ) -> Result<(), EngineError> {
        let Some(keeper) = &self.shared.keeper else {
            return Ok(());
        };
        Ok(keeper.record(&self.shared.settings.line, taken, kept, json())?)
    }

    /// Write the journal's last checkpoint, once every row is acknowledged that ever will be.
    ///
    /// # Errors
    /// Why the journal could not be kept.
    pub fn close_journal(&self) -> Result<(), EngineError> {
        let is_settled = self.shared.keeper.as_ref().is_some_and(Keeper::is_settled);
        let closed = self.clerk.close(is_settled && !self.stopped() && self.shared.feed.is_over());
        self.shared.keeper.iter().for_each(Keeper::release);
        closed
    }
}
