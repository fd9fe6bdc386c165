//! Division by a number that is known in advance, as one multiplication. Arithmetic only.

/// Divides any `u64` by a fixed divisor without a division instruction.
///
/// With m = ⌊(2^64 − 1) / d⌋ the estimate ⌊n·m / 2^64⌋ is at most one too low, so that one
/// comparison makes it exact for every n.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Divider {
    divisor: u64,
    reciprocal: u64,
}

impl Divider {
    /// Prepares for a divisor; zero counts as one.
    pub(crate) fn new(divisor: u64) -> Self {
        let divisor = divisor.max(1);
        Self { divisor, reciprocal: u64::MAX / divisor }
    }

    /// Quotient and remainder.
    #[inline]
    pub(crate) fn divide(self, number: u64) -> (u64, u64) {
        let estimate = high_product(number, self.reciprocal);
        let rest = number - estimate * self.divisor;
        let low = u64::from(rest >= self.divisor);
        (estimate + low, rest - low * self.divisor)
    }
}

/// The upper 64 bits of a product: `a` scaled into `[0, b)` when `a` is spread over all of `u64`.
#[inline]
pub(crate) fn high_product(a: u64, b: u64) -> u64 {
    ((u128::from(a) * u128::from(b)) >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_edges_divide_exactly() {
        for divisor in [1, 2, 3, 7, 1 << 32, (1 << 32) + 1, u64::MAX - 1, u64::MAX] {
            for number in [0, 1, divisor - 1, divisor, u64::MAX - 1, u64::MAX] {
                let found = Divider::new(divisor).divide(number);
                assert_eq!(found, (number / divisor, number % divisor), "{number}/{divisor}");
            }
        }
    }

    proptest! {
        #[test]
        fn any_division_is_exact(number: u64, divisor in 1..=u64::MAX, shift in 0_u32..64) {
            let divisor = (divisor >> shift).max(1);
            let found = Divider::new(divisor).divide(number);
            prop_assert_eq!(found, (number / divisor, number % divisor));
        }
    }
}
