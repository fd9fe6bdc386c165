//! What several fuzz targets need: input cut into values, a small pack, and what must hold of every finding.

pub mod checks;
pub mod pack;
pub mod script;
