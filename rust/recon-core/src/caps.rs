//! Caps for politeness: so many probes a second to one host, and to one network. Time is an argument; it sends nothing.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Hosts or networks remembered at once. Each is needed for less than a second after its last probe.
const MOST_BUCKETS: usize = 1 << 20;
/// Buckets before the first look for those that are no longer needed.
const FIRST_LOOK: usize = 1 << 12;
/// Time between two such looks while the table is full.
const LOOK_NS: u64 = 50_000_000;
/// Credit that an idle spell may leave, so that timers of a millisecond still reach the cap.
const SLACK_NS: u64 = 4_000_000;
/// Below this many a second timers are exact enough without credit.
const SLACK_FROM_PPS: u32 = 50;
const SECOND_NS: u64 = 1_000_000_000;

/// What one host, or one network, was sent of late.
#[derive(Clone, Copy, Debug, Default)]
struct Bucket {
    /// Start of the first free slot.
    next_ns: u64,
    /// The first time that nobody was told to come back at.
    told_ns: u64,
}

/// One cap for many addresses.
#[derive(Debug)]
struct Table {
    interval_ns: u64,
    slack_ns: u64,
    buckets: HashMap<IpAddr, Bucket>,
    /// Number of buckets at which the idle ones are dropped.
    look_at: usize,
    looked_ns: u64,
}

impl Table {
    /// No window of a second holds more than `pps` slots: the interval is stretched by the credit.
    fn new(pps: u32) -> Self {
        let slack_ns = if pps >= SLACK_FROM_PPS { SLACK_NS } else { 0 };
        let halves = u64::from(pps) * 2 - u64::from(slack_ns > 0);
        let interval_ns = ((SECOND_NS + slack_ns) * 2).div_ceil(halves);
        Self { interval_ns, slack_ns, buckets: HashMap::new(), look_at: FIRST_LOOK, looked_ns: 0 }
    }

    /// The slot that is free now, or none.
    fn slot(&self, key: IpAddr, now_ns: u64) -> Option<u64> {
        let floor_ns = now_ns.saturating_sub(self.slack_ns);
        let slot_ns = self.buckets.get(&key).map_or(floor_ns, |bucket| bucket.next_ns.max(floor_ns));
        let is_known = self.buckets.contains_key(&key) || self.buckets.len() < MOST_BUCKETS;
        (slot_ns <= now_ns && is_known).then_some(slot_ns)
    }

    /// When to come back; each caller is told another time.
    fn later(&mut self, key: IpAddr, now_ns: u64) -> u64 {
        let interval_ns = self.interval_ns;
        let Some(bucket) = self.buckets.get_mut(&key) else {
            return now_ns + LOOK_NS;
        };
        let at_ns = bucket.next_ns.max(bucket.told_ns).max(now_ns + 1);
        bucket.told_ns = at_ns + interval_ns;
        at_ns
    }

    fn take(&mut self, key: IpAddr, slot_ns: u64) {
        self.buckets.entry(key).or_default().next_ns = slot_ns + self.interval_ns;
    }

    fn give_back(&mut self, key: IpAddr) {
        let interval_ns = self.interval_ns;
        if let Some(bucket) = self.buckets.get_mut(&key) {
            bucket.next_ns = bucket.next_ns.saturating_sub(interval_ns);
        }
    }

    /// Drop what a new bucket would say as well, now and then.
    fn tidy(&mut self, now_ns: u64) {
        if self.buckets.len() < self.look_at || now_ns < self.looked_ns + LOOK_NS {
            return;
        }
        let floor_ns = now_ns.saturating_sub(self.slack_ns);
        self.buckets.retain(|_, bucket| bucket.next_ns > floor_ns || bucket.told_ns > now_ns);
        self.look_at = (self.buckets.len() * 2).clamp(FIRST_LOOK, MOST_BUCKETS);
        self.looked_ns = now_ns;
    }
}

/// The caps of one run.
#[derive(Debug)]
pub struct Caps {
    host: Option<Table>,
    net: Option<Table>,
}

impl Caps {
    /// Caps on probes a second to a host and to a network (a /24, for IPv6 a /64); none where neither is capped.
    #[must_use]
    pub fn new(per_host: Option<u32>, per_net: Option<u32>) -> Option<Self> {
        let table = |pps: Option<u32>| pps.filter(|pps| *pps > 0).map(Table::new);
        let (host, net) = (table(per_host), table(per_net));
        (host.is_some() || net.is_some()).then_some(Self { host, net })
    }

    /// Takes a slot for a probe to `addr` at `now_ns`.
    ///
    /// # Errors
    /// When to come back, in nanoseconds after `now_ns` began to count: each caller of one host is told another time.
    pub fn claim(&mut self, addr: IpAddr, now_ns: u64) -> Result<(), u64> {
        let mut tables = keyed(&mut self.host, &mut self.net, addr);
        let mut slots = [0; 2];
        let mut later_ns = 0;
        for (slot_ns, (table, key)) in slots.iter_mut().zip(tables.iter_mut().flatten()) {
            table.tidy(now_ns);
            match table.slot(*key, now_ns) {
                Some(free_ns) => *slot_ns = free_ns,
                None => later_ns = later_ns.max(table.later(*key, now_ns)),
            }
        }
        if later_ns > 0 {
            return Err(later_ns);
        }
        for (slot_ns, (table, key)) in slots.into_iter().zip(tables.iter_mut().flatten()) {
            table.take(*key, slot_ns);
        }
        Ok(())
    }

    /// Gives a slot back whose probe did not leave after all.
    pub fn give_back(&mut self, addr: IpAddr) {
        for (table, key) in keyed(&mut self.host, &mut self.net, addr).iter_mut().flatten() {
            table.give_back(*key);
        }
    }
}

/// The tables that there are, each with what it calls an address.
fn keyed<'a>(
    host: &'a mut Option<Table>,
    net: &'a mut Option<Table>,
    addr: IpAddr,
) -> [Option<(&'a mut Table, IpAddr)>; 2] {
    [host.as_mut().map(|table| (table, addr)), net.as_mut().map(|table| (table, net_of(addr)))]
}

/// First address of the /24, or of the /64, that an address is in.
fn net_of(addr: IpAddr) -> IpAddr {
    match addr {
        IpAddr::V4(v4) => Ipv4Addr::from_bits(v4.to_bits() & !0xff).into(),
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).into(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use std::collections::{BTreeMap, BinaryHeap};

    use proptest::prelude::*;

    use super::*;

    fn v4(last: u8) -> IpAddr {
        [10, 0, last / 16, last % 16].into()
    }

    /// The most entries of sorted times in any window of a second.
    fn busiest_second(times: &[u64]) -> usize {
        let from = |at: u64| times.partition_point(|time| *time < at);
        times
            .iter()
            .enumerate()
            .map(|(place, &at)| place + 1 - from((at + 1).saturating_sub(SECOND_NS)))
            .max()
            .unwrap_or(0)
    }

    /// Sends a probe to each of `targets` as soon as the caps let it, waking late by what `late_ns` says: times by host
    /// and by network, and how often anybody was refused.
    fn play(
        caps: &mut Caps,
        targets: &[IpAddr],
        mut late_ns: impl FnMut() -> u64,
    ) -> (BTreeMap<IpAddr, Vec<u64>>, u64, usize) {
        let mut waiting: BinaryHeap<_> = (0..targets.len()).map(|place| std::cmp::Reverse((1, place))).collect();
        let mut sent: BTreeMap<IpAddr, Vec<u64>> = BTreeMap::new();
        let (mut now_ns, mut refused) = (1, 0);
        while let Some(std::cmp::Reverse((at_ns, place))) = waiting.pop() {
            now_ns = now_ns.max(at_ns) + late_ns();
            match caps.claim(targets[place], now_ns) {
                Ok(()) => sent.entry(targets[place]).or_default().push(now_ns),
                Err(later_ns) => {
                    assert!(later_ns > now_ns);
                    refused += 1;
                    waiting.push(std::cmp::Reverse((later_ns, place)));
                }
            }
        }
        (sent, now_ns, refused)
    }

    #[test]
    fn a_thousand_probes_of_one_host_at_500_a_second_take_two_seconds_without_spinning() {
        let mut caps = Caps::new(Some(500), None).unwrap();
        let (sent, end_ns, refused) = play(&mut caps, &vec![v4(1); 1000], || 70_000);
        assert!(busiest_second(&sent[&v4(1)]) <= 500);
        assert!((1_950_000_000..2_100_000_000).contains(&end_ns), "{end_ns}");
        assert!(refused < 1_500, "{refused}");
    }

    #[test]
    fn a_pause_of_the_whole_process_leaves_no_burst_and_no_storm() {
        let mut caps = Caps::new(Some(100), None).unwrap();
        let mut looks = 0;
        let late = || {
            looks += 1;
            if looks == 300 { 60 * SECOND_NS } else { 1_000 }
        };
        let (sent, _, refused) = play(&mut caps, &[v4(1); 500], late);
        assert!(busiest_second(&sent[&v4(1)]) <= 100);
        assert!(refused < 1_500, "{refused}");
    }

    #[test]
    fn another_host_does_not_wait_and_a_network_holds_its_hosts_together() {
        let mut caps = Caps::new(Some(1), Some(3)).unwrap();
        assert!(caps.claim(v4(1), 5).is_ok() && caps.claim(v4(1), 6).is_err());
        assert!(caps.claim(v4(200), 7).is_ok(), "another network");
        assert!(caps.claim(v4(2), 8).is_err(), "a third of a second has not passed");
        assert!(caps.claim(v4(2), 8 + SECOND_NS).is_ok());
    }

    #[test]
    fn a_slot_given_back_is_free_again_in_both_tables() {
        let mut caps = Caps::new(Some(2), Some(2)).unwrap();
        assert!(caps.claim(v4(1), 1).is_ok() && caps.claim(v4(1), 2).is_err());
        caps.give_back(v4(1));
        assert!(caps.claim(v4(1), 2).is_ok());
    }

    #[test]
    fn ipv6_networks_are_a_64() {
        let mut caps = Caps::new(None, Some(1)).unwrap();
        let claim = |caps: &mut Caps, addr: &str| caps.claim(addr.parse().unwrap(), 1);
        assert!(claim(&mut caps, "2001:db8::1").is_ok());
        assert!(claim(&mut caps, "2001:db8::ffff:ffff:ffff:ffff").is_err());
        assert!(claim(&mut caps, "2001:db8:0:1::1").is_ok());
    }

    #[test]
    fn the_table_is_bounded_and_forgets_only_what_is_idle() {
        let mut caps = Caps::new(Some(1), None).unwrap();
        let host = |number: u32| IpAddr::from(Ipv4Addr::from_bits(number));
        let held = |caps: &Caps| caps.host.as_ref().unwrap().buckets.len();
        for number in 0..=MOST_BUCKETS as u32 {
            assert_eq!(caps.claim(host(number), 1_000).is_ok(), number < MOST_BUCKETS as u32);
        }
        assert_eq!(held(&caps), MOST_BUCKETS);
        assert!(caps.claim(host(7), 2_000).is_err(), "still remembered");
        assert!(caps.claim(host(u32::MAX), 2 * SECOND_NS).is_ok(), "all were idle");
        assert_eq!(held(&caps), 2, "the one told to come back, and the new one");
    }

    #[test]
    fn no_cap_is_no_table() {
        assert!(Caps::new(None, None).is_none());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn no_second_exceeds_a_cap_whatever_the_order(
            per_host in 1_u32..120,
            per_net in 1_u32..200,
            hosts in proptest::collection::vec(any::<u8>(), 1..300),
            late in proptest::collection::vec(0_u64..30_000_000, 1..50),
        ) {
            let mut caps = Caps::new(Some(per_host), Some(per_net)).unwrap();
            let targets: Vec<IpAddr> = hosts.into_iter().map(v4).collect();
            let mut turn = 0;
            let (sent, ..) = play(&mut caps, &targets, || { turn += 1; late[turn % late.len()] });
            prop_assert_eq!(sent.values().map(Vec::len).sum::<usize>(), targets.len());
            let mut nets: BTreeMap<IpAddr, Vec<u64>> = BTreeMap::new();
            for (addr, times) in &sent {
                prop_assert!(busiest_second(times) <= per_host as usize);
                nets.entry(net_of(*addr)).or_default().extend(times);
            }
            for times in nets.values_mut() {
                times.sort_unstable();
                prop_assert!(busiest_second(times) <= per_net as usize);
            }
        }
    }
}
