//! What a raw run would meet here: the links that may be opened, and the way each range leaves. Sends nothing.

use std::fmt;
use std::net::IpAddr;

use super::system;
use crate::EngineError;
use crate::link::{self, Choice, LinkError, Tried};
use crate::route::{Interface, NextHop, NoRoute, Routes, Stretch, Way};
use crate::scouting::{Link, Range};
use crate::settings::Raw as Wanted;

/// Try every link of this machine.
///
/// # Errors
/// When the system does not tell its interfaces.
pub fn links() -> Result<Vec<Link>, EngineError> {
    let routes = load()?;
    let up: Vec<Interface> = routes.interfaces().iter().filter(|each| each.up).cloned().collect();
    let told = |Tried { link, interface, answer }| Link { name: link, interface, answer };
    Ok(link::capabilities(&up).into_iter().map(told).collect())
}

/// How packets to the addresses of `blocks` (first and last) would leave, at most `most` ranges of a block.
///
/// # Errors
/// When the system does not tell its routes.
pub fn ranges(blocks: &[(IpAddr, IpAddr)], wanted: &Wanted, most: usize) -> Result<Vec<Range>, EngineError> {
    let routes = load()?;
    let mut names = Names::default();
    let stretches = blocks.iter().flat_map(|&(first, last)| routes.stretches(first, last, wanted, most));
    Ok(stretches.map(|stretch| names.told(stretch)).collect())
}

fn load() -> Result<Routes, EngineError> {
    Routes::load().map_err(system("reading the routing table"))
}

/// Which link each interface was found to have, by the interface's index; tried once.
#[derive(Default)]
struct Names(Vec<(u32, Result<&'static str, String>)>);

impl Names {
    fn told(&mut self, Stretch { first, last, way }: Stretch<'_>) -> Range {
        let way = match way {
            Ok(way) => Leaving { link: self.of(&way), way }.to_string(),
            Err(why) => unreachable(why),
        };
        Range { first, last, way }
    }

    fn of(&mut self, way: &Way<'_>) -> Result<&'static str, String> {
        if let Some((_, known)) = self.0.iter().find(|(index, _)| *index == way.interface.index) {
            return known.clone();
        }
        let opened = link::transmitter(&way.kept(), Choice::Auto, 0);
        let found = opened.map(|link| link.name()).map_err(|error: LinkError| error.to_string());
        self.0.push((way.interface.index, found.clone()));
        found
    }
}

fn unreachable(why: NoRoute) -> String {
    format!("unreachable: {why}")
}

/// A way and its link, in words.
struct Leaving<'a> {
    way: Way<'a>,
    link: Result<&'static str, String>,
}

impl fmt::Display for Leaving<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Way { interface, source, next_hop, .. } = self.way;
        write!(f, "by {}", interface.name)?;
        if next_hop != NextHop::Local {
            write!(f, " from {source}")?;
        }
        if let NextHop::Gateway(gateway) = next_hop {
            write!(f, " via {gateway}")?;
        }
        match &self.link {
            Ok(name) => write!(f, ", {name}"),
            Err(why) => write!(f, "; no link: {why}"),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn a_range_of_this_host_leaves_by_loopback() {
        let block = (IpAddr::from([127, 0, 0, 1]), IpAddr::from([127, 0, 0, 9]));
        let told = ranges(&[block], &Wanted::default(), 5).unwrap();
        assert_eq!(told.len(), 1);
        assert_eq!((told[0].first, told[0].last), block);
        // Without the privilege the link is named with what the system said.
        assert!(told[0].way.starts_with("by lo, raw_ip") || told[0].way.starts_with("by lo; no link: raw_ip on lo: "));
    }

    #[test]
    fn an_interface_that_is_not_there_leads_nowhere() {
        let wanted = Wanted { interface: Some("no such".to_owned()), source_ip: None };
        let block = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 1]));
        assert_eq!(ranges(&[block], &wanted, 5).unwrap()[0].way, "unreachable: no route");
    }

    #[test]
    fn every_link_that_was_tried_is_named_once() {
        let tried = links().unwrap();
        let names: std::collections::BTreeSet<_> = tried.iter().map(|link| (link.name, &link.interface)).collect();
        assert_eq!(names.len(), tried.len());
        assert_eq!((tried[0].name, &tried[0].interface), ("raw_ip", &None));
    }
}
