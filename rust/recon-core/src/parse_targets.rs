//! parse_targets
