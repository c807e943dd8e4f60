//! Counter-based random streams: nobody's draw depends on how often others drew.
//!
//! A stream is keyed by (seed, purpose, id, tick). Its `n`-th number is a pure function of that key and
//! of `n`, so threads, order and other domains cannot move it, and two arms of an experiment share their luck.
//! The generator is SplitMix64 (Steele, Lea and Flood 2014) started from a mixed key.

use super::math;

/// What a random number is for; every purpose has streams of its own.
///
/// The numbers are part of the meaning of a seed: append, never renumber.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u64)]
#[expect(
    missing_docs,
    reason = "each variant is named for the decision it decides"
)]
pub enum Purpose {
    Map = 1,
    Catalogue = 2,
    Words = 3,
    Media = 4,
    Identity = 5,
    Interests = 6,
    Arrival = 7,
    Return = 8,
    Session = 9,
    Activity = 10,
    Choice = 11,
    Dwell = 12,
    Destination = 13,
    Ties = 14,
    Meeting = 15,
    Play = 16,
    Study = 17,
    Spend = 18,
    Trade = 19,
    Land = 20,
    Churn = 21,
    Creation = 22,
    Feedback = 23,
    Drift = 24,
    Consent = 25,
    Candidates = 26,
    Exploration = 27,
    Push = 28,
    Invite = 29,
    LiveEvent = 30,
    AdBid = 31,
    AdClick = 32,
    Reward = 33,
    ModelInit = 34,
    ModelBatch = 35,
    Campaign = 36,
    Bootstrap = 37,
    Test = 38,
    Import = 39,
    Workload = 40,
    Rent = 41,
    Heed = 42,
    AdGoal = 50,
    BidShading = 51,
    Throttling = 52,
    HoldOut = 53,
    AdConversion = 54,
    OwnWant = 55,
    BidSample = 56,
    Liking = 57,
    Exchange = 70,
    Haggling = 71,
    Bundling = 72,
    BonusTrial = 60,
    BonusAnswer = 61,
    PushTrial = 62,
    Farming = 63,
    Openness = 64,
    LiveTrial = 65,
    Creative = 80,
    CreativeMerit = 81,
    PictureTaste = 82,
    CreativeTrial = 83,
    WordOfMouth = 84,
    SelfReferral = 85,
}

/// Mixes 64 bits so that every input bit moves every output bit (Stafford's variant 13).
#[must_use]
pub const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// A stream of random numbers for one purpose of one id at one tick.
#[derive(Debug, Clone)]
pub struct RngStream {
    state: u64,
}

impl RngStream {
    /// Opens the stream of (seed, purpose, id, tick).
    #[must_use]
    pub const fn new(seed: u64, purpose: Purpose, id: u64, tick: u32) -> Self {
        let a = mix(seed ^ (purpose as u64).wrapping_mul(GOLDEN));
        let b = mix(a ^ id.wrapping_mul(0xD134_2543_DE82_EF95).wrapping_add(GOLDEN));
        Self {
            state: mix(b
                ^ (tick as u64)
                    .wrapping_mul(0xAF25_1AF3_B0F0_25B5)
                    .wrapping_add(1)),
        }
    }

    /// Draws 64 uniform bits.
    pub const fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GOLDEN);
        mix(self.state)
    }

    /// Draws uniformly from [0, 1).
    pub fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// Draws uniformly from `low..high`.
    pub fn range(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }

    /// Draws an index uniformly from `0..n` (Lemire's multiplication; bias below 2⁻³² for n < 2³²); 0 if `n` is 0.
    #[expect(clippy::cast_possible_truncation, reason = "the high word is below n")]
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.bits()) * n as u128) >> 64) as usize
    }

    /// Says yes with probability `p`.
    pub fn chance(&mut self, p: f64) -> bool {
        self.uniform() < p
    }

    /// Draws from the standard normal distribution (Box and Muller 1958; the second value is dropped).
    pub fn normal(&mut self) -> f64 {
        let u = 1.0 - self.uniform();
        let v = self.uniform();
        libm::sqrt(-2.0 * math::ln(u)) * math::cos(std::f64::consts::TAU * v)
    }

    /// Draws from the log-normal distribution whose logarithm has mean `mu` and deviation `sigma`.
    pub fn log_normal(&mut self, mu: f64, sigma: f64) -> f64 {
        math::exp(mu + sigma * self.normal())
    }

    /// Draws from the exponential distribution with the given mean.
    pub fn exponential(&mut self, mean: f64) -> f64 {
        -mean * math::ln(1.0 - self.uniform())
    }

    /// Draws from the Gamma distribution with shape `k` and scale 1 (Marsaglia and Tsang 2000).
    pub fn gamma(&mut self, k: f64) -> f64 {
        if k < 1.0 {
            let u = 1.0 - self.uniform();
            return self.gamma(k + 1.0) * math::pow(u, 1.0 / k);
        }
        let d = k - 1.0 / 3.0;
        let c = 1.0 / libm::sqrt(9.0 * d);
        loop {
            let x = self.normal();
            let v = 1.0 + c * x;
            if v <= 0.0 {
                continue;
            }
            let v = v * v * v;
            let u = 1.0 - self.uniform();
            if math::ln(u) < 0.5 * x * x + d - d * v + d * math::ln(v) {
                return d * v;
            }
        }
    }

    /// Draws from Beta(a, b).
    pub fn beta(&mut self, a: f64, b: f64) -> f64 {
        let x = self.gamma(a);
        let y = self.gamma(b);
        if x + y > 0.0 { x / (x + y) } else { 0.5 }
    }

    /// Draws from the Poisson distribution (multiplication below 30, rounded normal above).
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped at zero; means in use are far below 2^32"
    )]
    pub fn poisson(&mut self, mean: f64) -> u32 {
        if mean <= 0.0 {
            return 0;
        }
        if mean > 30.0 {
            return (mean + libm::sqrt(mean) * self.normal()).round().max(0.0) as u32;
        }
        let limit = math::exp(-mean);
        let mut product = self.uniform();
        let mut n = 0;
        while product > limit {
            product *= self.uniform();
            n += 1;
        }
        n
    }

    /// Draws an index with probability proportional to `weights`; `None` if they do not add up to more than 0.
    pub fn weighted(&mut self, weights: &[f64]) -> Option<usize> {
        let total: f64 = weights.iter().filter(|w| **w > 0.0).sum();
        if !(total > 0.0 && total.is_finite()) {
            return None;
        }
        let mut x = self.uniform() * total;
        let mut last = None;
        for (i, w) in weights.iter().enumerate() {
            if *w > 0.0 {
                last = Some(i);
                if x < *w {
                    return last;
                }
                x -= w;
            }
        }
        last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_of_different_keys_are_unrelated_and_repeatable() {
        let draw = |p, id, t| RngStream::new(7, p, id, t).bits();
        assert_eq!(draw(Purpose::Choice, 3, 9), draw(Purpose::Choice, 3, 9));
        assert_ne!(draw(Purpose::Choice, 3, 9), draw(Purpose::Dwell, 3, 9));
        assert_ne!(draw(Purpose::Choice, 3, 9), draw(Purpose::Choice, 9, 3));
    }

    #[test]
    fn moments_lie_where_theory_puts_them() {
        let n = 40_000u32;
        let mut mean = [0.0; 4];
        let mut square = 0.0;
        for id in 0..n {
            let mut r = RngStream::new(1, Purpose::Test, u64::from(id), 0);
            mean[0] += r.uniform();
            let z = r.normal();
            mean[1] += z;
            square += z * z;
            mean[2] += r.gamma(0.4);
            mean[3] += f64::from(r.poisson(3.5));
        }
        let n = f64::from(n);
        // Four standard errors: 0.0058, 0.02, 0.0127, 0.0374.
        assert!((mean[0] / n - 0.5).abs() < 0.0058);
        assert!((mean[1] / n).abs() < 0.02);
        assert!((square / n - 1.0).abs() < 0.03);
        assert!((mean[2] / n - 0.4).abs() < 0.0127);
        assert!((mean[3] / n - 3.5).abs() < 0.0374);
    }

    #[test]
    fn weighted_never_picks_an_empty_weight() {
        for id in 0..1_000 {
            let mut r = RngStream::new(1, Purpose::Test, id, 1);
            assert_eq!(r.weighted(&[0.0, 2.0, 0.0]), Some(1));
        }
        assert_eq!(
            RngStream::new(1, Purpose::Test, 0, 0).weighted(&[0.0, -1.0]),
            None
        );
    }
}
