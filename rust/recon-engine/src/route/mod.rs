//! Which way packets leave: interfaces, routes and neighbours as the kernel tells them. Never sends to a target.

mod egress;

pub(crate) use egress::{Egress, Interface, Kind, NextHop};
