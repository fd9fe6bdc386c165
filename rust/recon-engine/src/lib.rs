//! How a sweep is done.
