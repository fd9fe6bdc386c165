//! What a feed hands out, and when.

use super::*;

fn drain(feed: &Feed, mut verdict: impl FnMut(u64, u32) -> bool) -> Vec<(u64, u32)> {
    let mut seen = Vec::new();
    let mut now = 0;
    loop {
        match feed.lease(now) {
            (Lease::Positions(positions), segment, pass) => {
                for &position in &positions {
                    segment.mark(position, !verdict(position, pass));
                    seen.push((position, pass));
                }
                segment.settle(positions.len() as u64);
            }
            (Lease::Wait(until), ..) => now = until,
            (Lease::Done, ..) => return seen,
        }
    }
}

#[test]
fn one_pass_hands_out_every_position_once() {
    let feed = Feed::new(5..SEGMENT + 1000, Passes::Just(1), 0, SEGMENT);
    let mut seen: Vec<u64> = drain(&feed, |_, _| true).into_iter().map(|(position, _)| position).collect();
    seen.sort_unstable();
    assert!(seen.iter().copied().eq(5..SEGMENT + 1000));
    assert_eq!(feed.position(), SEGMENT + 1000);
}

#[test]
fn a_second_pass_asks_exactly_the_silent_again() {
    let feed = Feed::new(100..10_100, Passes::Just(3), 1_000_000, SEGMENT);
    let seen = drain(&feed, |position, pass| position % 7 != 0 || (pass == 2 && position % 2 == 0));
    let of = |pass| seen.iter().filter(|at| at.1 == pass).map(|at| at.0).collect::<Vec<_>>();
    assert_eq!(of(1).len(), 10_000);
    assert_eq!(of(2), (100..10_100).filter(|position| position % 7 == 0).collect::<Vec<_>>());
    assert_eq!(of(3), (100..10_100).filter(|position| position % 14 == 7).collect::<Vec<_>>());
}

#[test]
fn a_pass_waits_for_the_one_before_and_for_the_gap() {
    let feed = Feed::new(0..1, Passes::Just(2), 500, SEGMENT);
    let (lease, segment, _) = feed.lease(10);
    assert_eq!(lease, Lease::Positions(vec![0]));
    assert!(matches!(feed.lease(10).0, Lease::Wait(_)), "the first answer is still awaited");
    segment.mark(0, true);
    segment.settle(1);
    assert_eq!(feed.lease(20).0, Lease::Wait(520));
    assert_eq!(feed.lease(520).0, Lease::Positions(vec![0]));
}

#[test]
fn a_gap_ends_when_everybody_has_answered() {
    let feed = Feed::new(0..1, Passes::Just(2), 500, SEGMENT);
    let (_, segment, _) = feed.lease(10);
    segment.mark(0, true);
    segment.settle(1);
    assert_eq!(feed.lease(20).0, Lease::Wait(520));
    segment.mark(0, false);
    assert_eq!(feed.lease(21).0, Lease::Done);
}

#[test]
fn answers_lost_on_our_side_cost_another_pass() {
    let feed = Feed::new(0..1, Passes::Just(1), 0, SEGMENT);
    let (_, segment, _) = feed.lease(10);
    segment.mark(0, true);
    segment.settle(1);
    feed.note_loss();
    assert_eq!(feed.lease(20).0, Lease::Positions(vec![0]));
    segment.settle(1);
    assert_eq!(feed.lease(30).0, Lease::Done);
}

#[test]
fn another_pass_is_decided_upon_and_begins_a_gap_after_the_one_before() {
    let feed = Feed::new(0..1, Passes::AtLeast(1), 500, SEGMENT);
    let (_, segment, _) = feed.lease(10);
    segment.mark(0, true);
    segment.settle(1);
    assert!(matches!(feed.lease(20).0, Lease::Wait(_)));
    assert_eq!(feed.stage(), Stage { segment: 0, pass: 1, undecided_us: Some(20) });
    feed.decide(true);
    assert_eq!(feed.lease(30).0, Lease::Wait(520));
    assert_eq!(feed.lease(520).0, Lease::Positions(vec![0]));
    segment.settle(1);
    assert!(matches!(feed.lease(600).0, Lease::Wait(_)));
    assert_eq!((feed.position(), feed.count_silent()), (0, 1));
    feed.decide(false);
    assert_eq!(feed.lease(700).0, Lease::Done);
    assert_eq!(feed.position(), 1);
}

#[test]
fn a_late_answer_finds_the_segment_before() {
    let feed = Feed::new(0..200, Passes::Just(1), 0, 100);
    drain(&feed, |_, _| true);
    assert!([5, 150].into_iter().all(|position| feed.segment_of(position).is_some_and(|one| one.holds(position))));
    assert!(feed.segment_of(200).is_none());
}

#[test]
fn an_ended_feed_hands_out_nothing_more() {
    let feed = Feed::new(0..1000, Passes::Just(2), 0, SEGMENT);
    assert!(matches!(feed.lease(0).0, Lease::Positions(_)));
    feed.end();
    assert_eq!(feed.lease(0).0, Lease::Done);
    assert_eq!(feed.position(), 0);
}

#[test]
fn an_empty_interval_is_done_at_once() {
    assert_eq!(Feed::new(3..3, Passes::Just(2), 0, SEGMENT).lease(0).0, Lease::Done);
}
