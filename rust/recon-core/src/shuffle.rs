//! A keyed bijection of exactly `[0, len)`: the order in which a sweep walks its number line.
//! It must never change within one [`VERSION`], or a run could not be resumed.
//!
//! A generalised Feistel network over `[0, a) × [0, b)` with a = ⌈√len⌉ and b = ⌈len / a⌉, after
//! J. Black and P. Rogaway, "Ciphers with Arbitrary Finite Domains" (2002), §6. The few values that
//! fall outside (fewer than `a`) walk the cycle until they are inside. It spreads probes; it is no cipher.

mod divide;

pub(crate) use divide::Divider;
use divide::high_product;

/// Bumped whenever the same length and seed would give another order.
pub const VERSION: u32 = 1;

/// The longest line that can be shuffled.
pub const LEN_LIMIT: u64 = 1 << 63;

/// Even, so that both halves keep their widths. Four make a strong permutation of good round functions
/// (M. Luby and C. Rackoff, 1988).
const ROUNDS: usize = 4;

/// A permutation of `[0, len)` chosen by a seed.
#[derive(Clone, Debug)]
pub struct Shuffle {
    len: u64,
    wide: u64,
    narrow: u64,
    by_narrow: Divider,
    keys: [u64; ROUNDS],
}

impl Shuffle {
    /// Prepares the permutation of `[0, len)` that belongs to `seed`.
    ///
    /// # Panics
    /// When `len` is zero or above 2^63.
    #[must_use]
    pub fn new(len: u64, seed: u64) -> Self {
        assert!((1..=LEN_LIMIT).contains(&len), "a length from 1 to 2^63");
        let root = len.isqrt();
        let wide = if root * root == len { root } else { root + 1 };
        let narrow = len.div_ceil(wide);
        let mut state = seed ^ (u64::from(VERSION) << 32);
        let keys = std::array::from_fn(|_| {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            mix(state)
        });
        Self { len, wide, narrow, by_narrow: Divider::new(narrow), keys }
    }

    /// How many positions there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Always false: a permutation has at least one position.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        false
    }

    /// Returns the value at a position; a bijection of `[0, len)`.
    ///
    /// # Panics
    /// When `position` is not below [`len`](Self::len).
    #[must_use]
    #[inline]
    pub fn at(&self, position: u64) -> u64 {
        assert!(position < self.len, "position below the length");
        let mut value = self.forward(position);
        while value >= self.len {
            value = self.forward(value);
        }
        value
    }

    /// Returns the position of a value: the inverse of [`at`](Self::at).
    ///
    /// # Panics
    /// When `value` is not below [`len`](Self::len).
    #[must_use]
    pub fn position_of(&self, value: u64) -> u64 {
        assert!(value < self.len, "value below the length");
        let mut position = self.backward(value);
        while position >= self.len {
            position = self.backward(position);
        }
        position
    }

    /// One pass over `[0, wide × narrow)`: the halves take turns being moved by the other.
    #[inline]
    fn forward(&self, value: u64) -> u64 {
        let (mut left, mut right) = self.by_narrow.divide(value);
        for keys in self.keys.chunks_exact(2) {
            left = add_below(left, high_product(mix(right ^ keys[0]), self.wide), self.wide);
            right = add_below(right, high_product(mix(left ^ keys[1]), self.narrow), self.narrow);
        }
        left * self.narrow + right
    }

    fn backward(&self, value: u64) -> u64 {
        let (mut left, mut right) = self.by_narrow.divide(value);
        for keys in self.keys.chunks_exact(2).rev() {
            let moved = high_product(mix(left ^ keys[1]), self.narrow);
            right = add_below(right, self.narrow - moved, self.narrow);
            let moved = high_product(mix(right ^ keys[0]), self.wide);
            left = add_below(left, self.wide - moved, self.wide);
        }
        left * self.narrow + right
    }
}

/// Adds modulo `limit`; `a` is below it and `b` not above it.
/// The smaller of both is right because the other one wraps; a branch here could not be predicted.
#[inline]
fn add_below(a: u64, b: u64, limit: u64) -> u64 {
    let sum = a + b;
    sum.min(sum.wrapping_sub(limit))
}

/// The 64-bit finalizer of `SplitMix64` (G. Steele, D. Lea, C. Flood, 2014): every input bit reaches every output bit.
#[inline]
fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(len: u64, seed: u64) -> Vec<u64> {
        let shuffle = Shuffle::new(len, seed);
        (0..len).map(|position| shuffle.at(position)).collect()
    }

    #[test]
    fn the_order_of_version_1_never_changes() {
        assert_eq!(VERSION, 1);
        assert_eq!(order(1, 7), [0]);
        assert_eq!(order(10, 0), GOLDEN_10);
        let heads = |len: u64| [0, 1, len / 2, len - 1].map(|at| Shuffle::new(len, 42).at(at));
        assert_eq!(heads(1 << 24), GOLDEN_24);
        assert_eq!(heads(6_553_600), GOLDEN_6_553_600);
        assert_eq!(heads(LEN_LIMIT), GOLDEN_63);
    }

    // Computed by an independent program with true division and remainder.
    const GOLDEN_10: [u64; 10] = [1, 4, 2, 0, 3, 8, 5, 7, 9, 6];
    const GOLDEN_24: [u64; 4] = [12_398_826, 6_650_537, 14_018_724, 13_696_262];
    const GOLDEN_6_553_600: [u64; 4] = [1_003_006, 1_498_830, 202_568, 3_402_605];
    const GOLDEN_63: [u64; 4] =
        [621_786_223_822_586_214, 8_690_450_220_214_319_485, 1_558_807_363_115_953_435, 1_248_445_975_851_202_599];

    #[test]
    fn small_lines_are_permuted_exactly() {
        for len in 1..300 {
            let mut values = order(len, len * 31);
            values.sort_unstable();
            assert!(values.iter().copied().eq(0..len), "{len}");
        }
    }

    #[test]
    fn seeds_give_different_orders() {
        assert_ne!(order(100, 1), order(100, 2));
    }

    #[test]
    fn neighbours_land_in_different_networks() {
        const NETWORK: u64 = 256;
        let shuffle = Shuffle::new(1 << 24, 3);
        let together = (0..100_000).filter(|at| shuffle.at(*at) / NETWORK == shuffle.at(at + 1) / NETWORK).count();
        assert!(together < 20, "1.5 expected by chance, {together} found");
    }

    /// Chi-squared over 256 equal cells; 255 degrees of freedom, so above 330 is one in a thousand.
    #[test]
    fn any_stretch_of_the_line_is_spread_evenly() {
        for (seed, start) in [(1, 0_u64), (2, 1 << 23), (3, 9_999_999)] {
            let shuffle = Shuffle::new(1 << 24, seed);
            let mut cells = [0_u32; 256];
            for position in start..start + 25_600 {
                cells[(shuffle.at(position) >> 16) as usize] += 1;
            }
            let excess = |cell: &u32| (f64::from(*cell) - 100.0).powi(2) / 100.0;
            let chi: f64 = cells.iter().map(excess).sum();
            assert!((180.0..330.0).contains(&chi), "seed {seed}: {chi}");
        }
    }

    #[test]
    #[should_panic(expected = "length from 1")]
    fn an_empty_line_has_no_order() {
        let _ = Shuffle::new(0, 1);
    }
}
