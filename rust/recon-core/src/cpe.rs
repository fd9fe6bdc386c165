//! cpe
