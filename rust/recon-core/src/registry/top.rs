//! The TCP ports most worth asking, in recon's own order. Data and its expansion; it never sends anything.
//!
//! Origin: written by hand for recon from general knowledge of which server listens where by default
//! (each product's own documentation and the IANA registry). It is not a measurement and is derived
//! from no other scanner's ranking. Rows go from what nearly every network has to what few have, and
//! inside such a group from family to family, so that a short list asks a little of everything.

use std::sync::LazyLock;

use crate::space::Transport;

use super::{PORTS, PortRange, name};

/// Protocol family and its ports, the most worth asking first.
const FAMILIES: &[(&str, &[u16])] = &[
    // What nearly every network has.
    ("web", &[80, 443]),
    ("remote access", &[22, 3389]),
    ("web on other ports", &[8080, 8443]),
    ("mail", &[25, 587]),
    ("files", &[21, 445]),
    ("names", &[53]),
    ("databases", &[3306, 5432]),
    ("mail boxes", &[993, 143]),
    ("remote access, older", &[23, 5900]),
    ("windows", &[135, 139, 5985]),
    ("caches", &[6379]),
    ("directories", &[389]),
    ("development", &[8000, 3000]),
    // Second doors of the same families.
    ("web", &[8888, 8081, 8008, 81, 9443]),
    ("mail", &[465, 110, 995]),
    ("databases", &[1433, 27017, 9200, 1521, 11211]),
    ("remote access", &[2222, 5901, 5986]),
    ("files", &[2049, 873, 990, 548]),
    ("infrastructure", &[111, 179, 636, 88]),
    ("queues", &[5672, 1883, 9092, 15672]),
    ("containers", &[6443, 2375, 2376, 10250, 2379, 5000]),
    ("administration", &[10000, 8006, 9090, 9000, 8083]),
    ("printers", &[631, 515]),
    ("tunnels", &[1723, 1080, 3128, 1194]),
    ("voice", &[5060, 5061]),
    ("media", &[554, 1935]),
    // Databases, queues and storage.
    ("databases", &[5433, 3307, 27018, 27019, 9300, 5984, 9042, 8086]),
    ("databases", &[7474, 7687, 28015, 8123, 50000, 3050, 1434, 26257]),
    ("databases", &[33060, 6432, 8529, 7000, 7199, 9160, 1830, 6380]),
    ("search", &[8983, 5601, 7700, 9201]),
    ("caches", &[26379, 16379, 11210, 8091]),
    ("queues", &[8883, 5671, 61616, 61613, 8161, 4222, 8222, 4369]),
    ("queues", &[6650, 9093, 25672, 1414, 5222, 5269, 6667, 6697]),
    ("coordination", &[2181, 8500, 8300, 2380, 4646, 8200]),
    ("storage", &[3260, 9001, 6789, 24007, 50070, 9870, 8020, 7480]),
    // Development, administration and observation.
    ("development", &[4200, 5173, 8001, 4000, 5001, 3001, 8082, 9999]),
    ("development", &[1337, 4443, 8089, 7001, 7002, 8009, 4848, 9990]),
    ("development", &[8880, 7080, 8787, 9229, 5005, 8453, 9418, 3690]),
    ("notebooks", &[8889, 8890, 8265, 6006, 8501, 7860, 11434, 5678]),
    ("continuous integration", &[50001, 8111, 8085, 9091, 8153, 8060]),
    ("observation", &[3100, 9100, 9115, 4317, 4318, 14268, 16686]),
    ("observation", &[8125, 2003, 10050, 10051, 5666, 6556, 19999, 9411]),
    ("administration", &[2082, 2083, 2086, 2087, 8834, 9392, 3790, 7443]),
    ("administration", &[10443, 8444, 4433, 9444, 8181, 8088, 8002, 8099]),
    ("virtual machines", &[902, 903, 5480, 16509, 5989, 623, 664, 17988]),
    ("remote access", &[5902, 5800, 5938, 4899, 3283, 6000, 512, 513]),
    ("remote access", &[514, 2200, 22222, 8022, 10022, 4786, 2323, 992]),
    // What stands at the edge and in the building.
    ("tunnels", &[1701, 500, 8118, 9050, 9051, 8388, 1081, 4145]),
    ("directories", &[464, 749, 3268, 3269, 593, 5722, 9389, 49]),
    ("names", &[853, 953, 5353, 43]),
    ("files", &[69, 115, 989, 137, 20, 3689, 32400, 5357]),
    ("mail", &[24, 2525, 4190, 366, 109, 119, 563]),
    ("voice", &[2000, 1720, 5038, 3478, 5349, 8021]),
    ("media", &[8554, 7070, 8096, 37777, 34567, 8899, 7547]),
    ("printers", &[1900, 5555, 5040, 9220]),
    ("building and plant", &[502, 102, 44818, 20000, 47808, 1911, 4911, 2404]),
    ("building and plant", &[4840, 789, 9600, 1962, 18245, 5094]),
    ("games", &[25565, 25575, 27015, 8767]),
    ("backup", &[9102, 9103, 10001, 10080, 13724, 6106, 1556]),
    ("windows", &[49152, 49153, 49154, 47001, 1801, 2103, 2105, 2107]),
    ("old services", &[7, 9, 13, 17, 19, 37, 79, 70, 113, 199]),
    ("chains and peers", &[8333, 30303, 8545, 9735, 51413, 6881, 4001]),
];

/// Every TCP port once: the families, then what IANA named, then the rest.
static ORDER: LazyLock<Vec<u16>> = LazyLock::new(|| {
    let mut seen = vec![false; PORTS];
    let named = |port: &u16| name(*port, Transport::Tcp).is_some();
    let of = |range: PortRange| range.bounds().0..=range.bounds().1;
    FAMILIES
        .iter()
        .flat_map(|(_, ports)| ports.iter().copied())
        .chain(of(PortRange::WellKnown).filter(named))
        .chain(of(PortRange::Registered).filter(named))
        .chain(0..=u16::MAX)
        .filter(|port| !std::mem::replace(&mut seen[usize::from(*port)], true))
        .collect()
});

/// Returns the `count` TCP ports most worth asking, the best first; at most all 65,536.
///
/// After the hand-made table come the remaining IANA-named well-known ports, then the named
/// registered ones, then every other port by number.
#[must_use]
pub fn top(count: usize) -> &'static [u16] {
    &ORDER[..count.min(PORTS)]
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_short_list_asks_a_little_of_everything() {
        assert_eq!(top(4), [80, 443, 22, 3389]);
        for port in [21, 25, 53, 445, 3306, 5432, 6379, 8080] {
            assert!(top(25).contains(&port), "{port}");
        }
    }

    #[test]
    fn every_port_comes_once() {
        assert_eq!(top(0).len(), 0);
        assert_eq!(top(usize::MAX).len(), PORTS);
        assert_eq!(top(PORTS).iter().collect::<HashSet<_>>().len(), PORTS);
    }

    #[test]
    fn named_ports_follow_the_table() {
        let listed = FAMILIES.iter().map(|row| row.1.len()).sum::<usize>();
        let table: HashSet<u16> = FAMILIES.iter().flat_map(|row| row.1).copied().collect();
        assert_eq!(table.len(), listed, "no port stands twice in the table");
        assert!(listed >= 200, "{listed}");
        let after = top(PORTS)[table.len()];
        assert_eq!(after, 1, "tcpmux is the first named port that the table leaves out");
    }
}
