//! Shading bids where the winner pays its bid: learning from wins and losses how likely a bid wins.
//!
//! P(win | b) = σ(α + β ln(b / scale)): the highest rival bid is log-logistic. The bid maximises (v − b) · P(win | b), whose
//! slope is zero where b = β (1 − P(b)) (v − b); the left side less the right grows with b, so there is one such bid.
//! α and β are learned one auction at a time, each step scaled by the curvature seen so far, which fades so that rivals
//! who change are noticed.
//!
//! # Source
//! Zhou et al. (2021), "An efficient deep distribution network for bid shading in first-price auctions", with the
//! log-logistic distribution; the steps are those of the online Newton method of Hazan, Agarwal and Kale (2007).

use crate::config;
use crate::sim::math;
use crate::sim::rng::RngStream;
use crate::sim::state_hash::{RowHash, StateHasher};
use crate::sim::units::Coins;

/// Least growth of the odds of winning with the logarithm of the bid: a higher bid never wins less often.
const FLATTEST: f64 = 0.1;

/// Halvings of the range in which the best bid lies.
const HALVINGS: u32 = 40;

/// Slope before anything was seen.
const USUAL_SLOPE: f64 = 2.0;

/// Rows that what is believed at first counts as.
const PRIOR: f64 = 2.0;

config! {
    /// Shading of bids.
    pub struct ShadingConfig {
        /// Deviation of the logarithm of bids around the best known, to keep learning.
        exploration: f64 = 0.1, "-", 0.0..=1.0;
        /// Auctions after which an auction counts for little.
        memory: f64 = 5_000.0, "auctions", 10.0..=100_000_000.0;
    }
}

/// Whether a bid won.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sale {
    /// It did.
    Won,
    /// Another did.
    Lost,
}

/// What is known of how bids win.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shading {
    scale: f64,
    alpha: f64,
    beta: f64,
    /// Curvature: of α, of both, of β.
    curvature: [f64; 3],
}

impl Shading {
    /// Starts from the belief that half of what is usually worth `usual_value` wins half of the time.
    pub fn new(usual_value: Coins) -> Self {
        Self {
            scale: usual_value.micros().max(1) as f64,
            alpha: USUAL_SLOPE * std::f64::consts::LN_2,
            beta: USUAL_SLOPE,
            curvature: [PRIOR, 0.0, PRIOR],
        }
    }

    fn log(&self, bid: f64) -> f64 {
        math::ln(bid / self.scale)
    }

    /// Returns how likely a bid wins.
    pub fn p_win(&self, bid: Coins) -> f64 {
        if bid.is_positive() {
            self.p(bid.micros() as f64)
        } else {
            0.0
        }
    }

    fn p(&self, bid: f64) -> f64 {
        math::sigmoid(self.alpha + self.beta * self.log(bid))
    }

    /// Returns the bid with the highest expected surplus for something worth `value`; never more than that.
    pub fn best_bid(&self, value: Coins) -> Coins {
        if !value.is_positive() {
            return Coins::ZERO;
        }
        let v = value.micros() as f64;
        let (mut low, mut high) = (0.0, v);
        for _ in 0..HALVINGS {
            let b = 0.5 * (low + high);
            if b < self.beta * (1.0 - self.p(b)) * (v - b) {
                low = b;
            } else {
                high = b;
            }
        }
        Coins::from_micros(low.round() as i64).min(value)
    }

    /// Returns the bid to make: the best known, moved a little at random so that its neighbours are learned of as well.
    pub fn bid(&self, value: Coins, config: &ShadingConfig, rng: &mut RngStream) -> Coins {
        let best = self.best_bid(value).micros() as f64;
        let moved = best * math::exp(config.exploration * rng.normal());
        Coins::from_micros(moved.round() as i64).min(value)
    }

    /// Learns from a bid that was made; one of nothing teaches nothing.
    pub fn learn(&mut self, bid: Coins, sale: Sale, config: &ShadingConfig) {
        if !bid.is_positive() {
            return;
        }
        let x = self.log(bid.micros() as f64);
        let p = self.p(bid.micros() as f64);
        let won = match sale {
            Sale::Won => 1.0,
            Sale::Lost => 0.0,
        };
        let fade = 1.0 / config.memory.max(1.0);
        let weight = p * (1.0 - p);
        // Fades towards the prior, so that there is always something to divide by.
        let seen = [weight, weight * x, weight * x * x];
        for ((c, seen), prior) in self.curvature.iter_mut().zip(seen).zip([PRIOR, 0.0, PRIOR]) {
            *c += fade * (prior - *c) + seen;
        }
        let [a, b, c] = self.curvature;
        let determinant = a * c - b * b;
        let error = won - p;
        self.alpha += error * (c - b * x) / determinant;
        self.beta = (self.beta + error * (a * x - b) / determinant).max(FLATTEST);
    }
}

impl RowHash for Shading {
    fn hash_row(&self, h: &mut StateHasher) {
        for x in [self.scale, self.alpha, self.beta] {
            h.f64(x);
        }
        for c in self.curvature {
            h.f64(c);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::Purpose;

    const CONFIG: ShadingConfig = ShadingConfig::BASELINE;

    fn sale(won: bool) -> Sale {
        if won { Sale::Won } else { Sale::Lost }
    }

    #[test]
    fn best_bid_is_the_best_on_a_grid() {
        for seed in 0..100 {
            let mut rng = RngStream::new(seed, Purpose::Test, 0, 0);
            let mut shading = Shading::new(Coins::from_whole(1));
            shading.alpha = rng.range(-4.0, 4.0);
            shading.beta = rng.range(0.2, 6.0);
            let value = Coins::from_f64(rng.range(0.05, 3.0));
            let surplus = |b: Coins| (value - b).as_f64() * shading.p_win(b);
            let best = surplus(shading.best_bid(value));
            for k in 0..=1_000 {
                let other = surplus(value.scaled_ppm(k * 1_000));
                assert!(other <= best + 1e-9, "seed {seed}: {k}");
            }
        }
        let shading = Shading::new(Coins::from_whole(1));
        assert_eq!(shading.best_bid(Coins::ZERO), Coins::ZERO);
    }

    #[test]
    fn a_log_logistic_rival_is_learned() {
        // Rival bids m · (u / (1 − u))^(1/β) with m = 0.4, β = 3: P(win | b) = σ(3 ln(b / 0.4)).
        let mut shading = Shading::new(Coins::from_whole(1));
        let patient = ShadingConfig {
            memory: 1e6,
            exploration: 0.3,
        };
        for i in 0..20_000 {
            let mut rng = RngStream::new(1, Purpose::Test, i, 0);
            let u = rng.uniform();
            let rival = 0.4 * math::pow(u / (1.0 - u), 1.0 / 3.0);
            let value = Coins::from_f64(rng.range(0.2, 1.5));
            let bid = shading.bid(value, &patient, &mut rng);
            shading.learn(bid, sale(bid.as_f64() > rival), &patient);
        }
        for b in [0.2, 0.4, 0.8] {
            let truth = math::sigmoid(3.0 * math::ln(b / 0.4));
            let found = shading.p_win(Coins::from_f64(b));
            // Four deviations of a weight learned from 20 000 rows of which each tells about a fifth.
            assert!((found - truth).abs() < 0.03, "{b}: {found} {truth}");
        }
    }

    #[test]
    fn against_a_uniform_rival_the_surplus_is_that_of_half_the_value() {
        // Bidding v/2 is best: E[(v − v/2) · v/2] = 1/12. Bidding v gains nothing.
        let mut shading = Shading::new(Coins::from_f64(0.5));
        let (mut gained, mut possible) = (0.0, 0.0);
        let n = 40_000;
        for i in 0..n {
            let mut rng = RngStream::new(2, Purpose::Test, i, 0);
            let (v, rival) = (rng.uniform(), rng.uniform());
            let bid = shading.bid(Coins::from_f64(v), &CONFIG, &mut rng);
            let won = bid.as_f64() > rival;
            shading.learn(bid, sale(won), &CONFIG);
            if i >= n / 2 {
                // In expectation over the rival, which takes most of the luck out.
                gained += (v - bid.as_f64()) * bid.as_f64();
                possible += v * v / 4.0;
            }
        }
        let share = gained / possible;
        assert!(share > 0.95 && share <= 1.0, "{share}");
    }

    #[test]
    fn two_who_learn_end_near_the_equilibrium_of_half_the_value() {
        // With two values from U[0, 1] both bid half; revenue 1/3, surplus 1/6 each. A log-logistic rival has no highest bid,
        // so that high values are believed to win less surely than they do for a little less: about 0.30 in place of 0.33.
        let mut both = [Shading::new(Coins::from_f64(0.5)); 2];
        let (mut revenue, mut surplus, mut right, mut counted) = (0.0, 0.0, 0.0, 0.0);
        let n = 40_000;
        for i in 0..n {
            let mut rng = RngStream::new(3, Purpose::Test, i, 0);
            let values = [rng.uniform(), rng.uniform()].map(Coins::from_f64);
            let bids = [0, 1].map(|k| both[k].bid(values[k], &CONFIG, &mut rng));
            let winner = usize::from(bids[1] > bids[0]);
            for k in 0..2 {
                both[k].learn(bids[k], sale(k == winner), &CONFIG);
            }
            if i >= n / 2 {
                revenue += bids[winner].as_f64();
                surplus += (values[winner] - bids[winner]).as_f64();
                right += f64::from(values[winner] >= values[1 - winner]);
                counted += 1.0;
            }
        }
        let (revenue, surplus, right) = (revenue / counted, surplus / counted, right / counted);
        assert!((revenue - 1.0 / 3.0).abs() < 0.05, "revenue {revenue}");
        assert!((surplus - 1.0 / 3.0).abs() < 0.05, "surplus {surplus}");
        assert!(right > 0.9, "the higher value wins: {right}");
    }

    #[test]
    fn rivals_who_change_are_noticed() {
        let mut shading = Shading::new(Coins::from_whole(1));
        let mut mean = |from: u64, rival: f64| {
            let mut sum = 0.0;
            for i in from..from + 30_000 {
                let mut rng = RngStream::new(4, Purpose::Test, i, 0);
                let against = rival * rng.log_normal(0.0, 0.3);
                let bid = shading.bid(Coins::from_whole(1), &CONFIG, &mut rng);
                shading.learn(bid, sale(bid.as_f64() > against), &CONFIG);
                if i >= from + 25_000 {
                    sum += bid.as_f64() / 5_000.0;
                }
            }
            sum
        };
        let (cheap, dear) = (mean(0, 0.2), mean(30_000, 0.5));
        assert!(cheap < 0.45 && dear > 0.5, "{cheap} {dear}");
    }
}
