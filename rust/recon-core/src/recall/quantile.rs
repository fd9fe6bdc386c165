//! Quantiles of a count that is known by mean and variance. Pure numbers.

/// From this mean on the count is taken as continuous.
const CONTINUOUS: f64 = 2000.0;

/// The interval that leaves `tail` out on either side: of a negative binomial of this mean and variance.
///
/// A large one is taken as a gamma distribution, by E. Wilson and M. Hilferty (1931).
pub(super) fn interval(mean: f64, variance: f64, tail: f64) -> (u64, u64) {
    let variance = variance.max(mean * 1.000_001);
    if mean <= 0.0 {
        return (0, 0);
    }
    if mean > CONTINUOUS {
        let normal = 1.959_964;
        return (gamma(mean, variance, -normal).floor() as u64, gamma(mean, variance, normal).ceil() as u64);
    }
    walk(mean, variance, tail)
}

fn gamma(mean: f64, variance: f64, normal: f64) -> f64 {
    let shape = mean * mean / variance;
    let ninth = 1.0 / (9.0 * shape);
    mean * (1.0 - ninth + normal * ninth.sqrt()).max(0.0).powi(3)
}

/// Add up the probabilities of 0, 1, 2, ….
fn walk(mean: f64, variance: f64, tail: f64) -> (u64, u64) {
    let shape = mean * mean / (variance - mean);
    let success = shape / (shape + mean);
    let fail_ln = (-success).ln_1p();
    let most = (mean + 40.0 * variance.sqrt()) as u64 + 100;
    let (mut at_ln, mut sum, mut low) = (-shape * (mean / shape).ln_1p(), 0.0, None);
    for count in 0..most {
        sum += at_ln.exp();
        if sum > tail {
            low.get_or_insert(count);
        }
        if sum >= 1.0 - tail {
            return (low.unwrap_or(count), count);
        }
        at_ln += ((count as f64 + shape) / (count as f64 + 1.0)).ln() + fail_ln;
    }
    (low.unwrap_or(0), most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variance_of_the_mean_is_poisson() {
        assert_eq!(interval(1.0, 1.0, 0.025), (0, 3));
        assert_eq!(interval(10.0, 10.0, 0.025), (4, 17));
        assert_eq!(interval(100.0, 100.0, 0.025), (81, 120));
    }

    #[test]
    fn nothing_expected_is_nothing() {
        assert_eq!(interval(0.0, 0.0, 0.025), (0, 0));
    }

    #[test]
    fn counting_and_the_continuous_form_meet() {
        let (low, high) = walk(1999.0, 40_000.0, 0.025);
        let (other_low, other_high) = interval(2001.0, 40_000.0, 0.025);
        assert!(low.abs_diff(other_low) < 8 && high.abs_diff(other_high) < 8, "{low} {high} {other_low} {other_high}");
    }
}
