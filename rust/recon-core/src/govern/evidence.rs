//! Counts of asked and answered, and the test that compares two of them. Knows nothing of time or rates.
//!
//! Two spells are compared stratum by stratum, so that a stratum whose share changed does not look like loss:
//! the test of W. G. Cochran (1954) and N. Mantel and W. Haenszel (1959), and the latter's risk ratio.

/// So many answers expected in a spell make its open answers enough to judge it by, whatever the refusals say.
const ENOUGH: f64 = 30.0;

/// The last so many probes of a stratum always weigh fully.
const MEMORY_LEAST: f64 = 2000.0;

/// Probes sent and answers to them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Stratum {
    pub(super) asked: f64,
    pub(super) answered: f64,
    /// Probes at the edges of the spell that may belong to the one beside it.
    pub(super) blur: f64,
}

impl Stratum {
    /// Count more of the same.
    pub(super) fn add(&mut self, asked: f64, answered: f64) {
        self.asked += asked;
        self.answered += answered;
    }

    pub(super) fn fraction(self) -> f64 {
        if self.asked > 0.0 { self.answered / self.asked } else { 0.0 }
    }

    /// Take up the counts of another spell; those beyond `most` probes weigh less.
    fn absorb(&mut self, other: &Self, most: f64) {
        self.add(other.asked, other.answered);
        self.blur = self.blur.hypot(other.blur);
        if self.asked > most {
            let kept = most / self.asked;
            (self.asked, self.answered, self.blur) = (most, self.answered * kept, self.blur * kept);
        }
    }
}

/// What was heard in one spell of constant rate, or in all healthy ones before it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Evidence {
    /// Targets of the sweep that accepted.
    pub(super) opened: Stratum,
    /// Targets of the sweep that refused: many systems limit how many refusals they send.
    pub(super) refused: Stratum,
    /// Canaries.
    pub(super) canaries: Stratum,
    /// ICMP errors for each probe sent.
    pub(super) icmp: Stratum,
}

/// How one spell stands to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Compared {
    /// Answers a probe, relative to the other spell.
    pub(super) ratio: f64,
    /// How many standard errors it is above the other; negative is fewer answers.
    pub(super) sigma: f64,
    /// Relative standard error of the ratio; infinite when nothing can be said.
    pub(super) error: f64,
}

impl Evidence {
    /// Take up another spell's counts; what is older than `memory` such spells weighs less.
    pub(super) fn absorb(&mut self, other: &Self, memory: f64) {
        for (mine, more) in self.strata_mut().into_iter().zip(other.strata()) {
            mine.absorb(&more, (memory * more.asked).max(MEMORY_LEAST));
        }
    }

    /// Forget what was learnt of the sweep's own targets, whose population has changed.
    pub(super) fn keep_canaries(&mut self) {
        *self = Self { canaries: self.canaries, ..Self::default() };
    }

    /// Whether answers, canaries and refusals together amount to nothing that another spell could be held against.
    pub(super) fn is_blind(&self) -> bool {
        self.opened.answered + self.refused.answered + self.canaries.answered < 1.0
    }

    /// Whether no canary was asked.
    pub(super) fn is_without_canaries(&self) -> bool {
        self.canaries.asked <= 0.0
    }

    /// Compare with `other` by what a healthy path must carry: refusals count only where little else is heard.
    pub(super) fn against(&self, other: &Self) -> Compared {
        if self.expected(other) >= ENOUGH { self.open_against(other) } else { self.all_against(other) }
    }

    /// Compare what targets that are open say, canaries among them.
    pub(super) fn open_against(&self, other: &Self) -> Compared {
        compare(&[(self.opened, other.opened), (self.canaries, other.canaries)])
    }

    fn all_against(&self, other: &Self) -> Compared {
        compare(&[(self.opened, other.opened), (self.canaries, other.canaries), (self.refused, other.refused)])
    }

    /// How many answers of open targets `other` makes expected.
    pub(super) fn expected(&self, other: &Self) -> f64 {
        self.opened.asked * other.opened.fraction() + self.canaries.asked * other.canaries.fraction()
    }

    /// Compare the refusals alone.
    pub(super) fn refusals_against(&self, other: &Self) -> Compared {
        compare(&[(self.refused, other.refused)])
    }

    /// Compare the ICMP errors a probe.
    pub(super) fn icmp_against(&self, other: &Self) -> Compared {
        compare(&[(self.icmp, other.icmp)])
    }

    fn strata(&self) -> [Stratum; 4] {
        [self.opened, self.refused, self.canaries, self.icmp]
    }

    fn strata_mut(&mut self) -> [&mut Stratum; 4] {
        [&mut self.opened, &mut self.refused, &mut self.canaries, &mut self.icmp]
    }
}

/// Compare pairs of strata, the first of each against the second.
fn compare(pairs: &[(Stratum, Stratum)]) -> Compared {
    let (mut mine, mut theirs, mut excess, mut variance) = (0.0, 0.0, 0.0, 0.0);
    for (a, b) in pairs.iter().filter(|(a, b)| a.asked > 0.0 && b.asked > 0.0) {
        let both = a.asked + b.asked;
        let pooled = (a.answered + b.answered) / both;
        mine += a.answered * b.asked / both;
        theirs += b.answered * a.asked / both;
        excess += a.answered - a.asked * pooled;
        let edges = (a.blur * b.asked).hypot(b.blur * a.asked) * pooled / both;
        variance += a.asked * b.asked / both * noise(pooled, both) + edges * edges;
    }
    if theirs <= 0.0 {
        return Compared { ratio: 1.0, sigma: 0.0, error: f64::INFINITY };
    }
    Compared { ratio: mine / theirs, sigma: excess / variance.sqrt(), error: variance.sqrt() / theirs }
}

/// Variance of one probe's outcome; never zero, since even a fraction of one is known from finitely many probes.
fn noise(fraction: f64, probes: f64) -> f64 {
    let shrunk = (fraction.min(1.0) * probes + 0.5) / (probes + 1.0);
    shrunk * (1.0 - shrunk)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stratum(asked: f64, answered: f64) -> Stratum {
        Stratum { asked, answered, blur: 0.0 }
    }

    #[test]
    fn the_same_fraction_is_no_difference() {
        let few = Evidence { opened: stratum(100.0, 80.0), ..Evidence::default() };
        let many = Evidence { opened: stratum(1000.0, 800.0), ..Evidence::default() };
        let compared = few.against(&many);
        assert!((compared.ratio - 1.0).abs() < 1e-9 && compared.sigma.abs() < 1e-9);
    }

    #[test]
    fn half_the_answers_are_a_ratio_of_a_half_and_beyond_chance() {
        let low = Evidence { opened: stratum(1000.0, 400.0), ..Evidence::default() };
        let usual = Evidence { opened: stratum(1000.0, 800.0), ..Evidence::default() };
        let compared = low.against(&usual);
        assert!((compared.ratio - 0.5).abs() < 1e-9 && compared.sigma < -10.0);
    }

    #[test]
    fn a_change_in_the_share_of_canaries_is_not_loss() {
        let before = Evidence { opened: stratum(1000.0, 10.0), canaries: stratum(10.0, 10.0), ..Evidence::default() };
        let after = Evidence { opened: stratum(1000.0, 10.0), canaries: stratum(1000.0, 1000.0), ..before };
        assert!(after.against(&before).sigma.abs() < 0.5);
    }

    #[test]
    fn missing_refusals_count_only_where_little_else_is_heard() {
        let usual = Evidence { refused: stratum(1000.0, 900.0), ..Evidence::default() };
        let fewer = Evidence { refused: stratum(1000.0, 200.0), ..Evidence::default() };
        assert!(fewer.against(&usual).sigma < -10.0);
        let canaries = stratum(100.0, 100.0);
        let compared = Evidence { canaries, ..fewer }.against(&Evidence { canaries, ..usual });
        assert!(compared.sigma.abs() < 0.1);
    }

    #[test]
    fn nothing_heard_says_nothing() {
        let silent = Evidence { opened: stratum(1000.0, 0.0), ..Evidence::default() };
        assert!(silent.is_blind() && silent.against(&silent).error.is_infinite());
    }
}
