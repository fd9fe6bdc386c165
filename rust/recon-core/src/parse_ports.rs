//! parse_ports
