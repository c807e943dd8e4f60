//! Shading bids where the winner pays its bid: learning from wins and losses how likely a bid wins.
//!
//! P(win | b) = σ(α + β ln u + γ u) with u = b / scale and β, γ at least 0. With β alone the highest rival bid would be
//! log-logistic, which has no upper end; γ lets it have one. The logit is concave in b, so (v − b) · P(win | b) has a single
//! peak, where b = (β + γ u) (1 − P(b)) (v − b). The weights are learned one auction at a time, each step scaled by the
//! curvature seen so far, which fades so that rivals who change are noticed.
//!
//! # Source
//! Zhou et al. (2021), "An efficient deep distribution network for bid shading in first-price auctions", whose
//! distribution is learned here by logistic regression; the steps are those of the online Newton method of Hazan, Agarwal and Kale (2007).

use serde::{Deserialize, Serialize};

use crate::config;
use crate::sim::math;
use crate::sim::rng::RngStream;
use crate::sim::state_hash::{RowHash, StateHasher};
use crate::sim::units::Coins;

/// Least growth of the odds of winning with the logarithm of the bid: a higher bid never wins less often.
const FLATTEST: f64 = 0.1;

/// Halvings of the range in which the best bid lies.
const HALVINGS: u32 = 40;

/// Weights before anything was seen: half of what is usual wins half of the time.
const USUAL: [f64; 3] = [1.5 * std::f64::consts::LN_2 - 0.5, 1.5, 1.0];

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
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Shading {
    scale: f64,
    /// α, β, γ.
    weights: [f64; 3],
    /// Second derivatives of the loss, lower triangle by rows.
    curvature: [f64; 6],
}

/// The prior's curvature.
const DIAGONAL: [f64; 6] = [PRIOR, 0.0, PRIOR, 0.0, 0.0, PRIOR];

impl Shading {
    /// Starts from the belief that half of what is usually worth `usual_value` wins half of the time.
    pub fn new(usual_value: Coins) -> Self {
        Self {
            scale: usual_value.micros().max(1) as f64,
            weights: USUAL,
            curvature: DIAGONAL,
        }
    }

    fn features(&self, bid: f64) -> [f64; 3] {
        let u = bid / self.scale;
        [1.0, math::ln(u), u]
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
        let x = self.features(bid);
        math::sigmoid(self.weights.iter().zip(x).map(|(w, x)| w * x).sum())
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
            let slope = self.weights[1] + self.weights[2] * b / self.scale;
            if b < slope * (1.0 - self.p(b)) * (v - b) {
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
        let x = self.features(bid.micros() as f64);
        let p = self.p(bid.micros() as f64);
        let won = match sale {
            Sale::Won => 1.0,
            Sale::Lost => 0.0,
        };
        let fade = 1.0 / config.memory.max(1.0);
        let places = [(0, 0), (1, 0), (1, 1), (2, 0), (2, 1), (2, 2)];
        // Fades towards the prior, so that there is always something to divide by.
        for ((c, prior), (i, j)) in self.curvature.iter_mut().zip(DIAGONAL).zip(places) {
            *c += fade * (prior - *c) + p * (1.0 - p) * x[i] * x[j];
        }
        let step = solve(self.curvature, x.map(|x| (won - p) * x));
        for (w, step) in self.weights.iter_mut().zip(step) {
            *w += step;
        }
        self.weights[1] = self.weights[1].max(FLATTEST);
        self.weights[2] = self.weights[2].max(0.0);
    }
}

/// Solves a x = b for a positive definite matrix given by its lower triangle, by Cholesky's factors.
fn solve(a: [f64; 6], b: [f64; 3]) -> [f64; 3] {
    let l00 = a[0].sqrt();
    let (l10, l20) = (a[1] / l00, a[3] / l00);
    let l11 = (a[2] - l10 * l10).sqrt();
    let l21 = (a[4] - l20 * l10) / l11;
    let l22 = (a[5] - l20 * l20 - l21 * l21).sqrt();
    let y0 = b[0] / l00;
    let y1 = (b[1] - l10 * y0) / l11;
    let y2 = (b[2] - l20 * y0 - l21 * y1) / l22;
    let x2 = y2 / l22;
    let x1 = (y1 - l21 * x2) / l11;
    [(y0 - l10 * x1 - l20 * x2) / l00, x1, x2]
}

impl RowHash for Shading {
    fn hash_row(&self, h: &mut StateHasher) {
        h.f64(self.scale);
        for x in self.weights.iter().chain(&self.curvature) {
            h.f64(*x);
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
            shading.weights = [
                rng.range(-4.0, 4.0),
                rng.range(0.2, 6.0),
                rng.range(0.0, 9.0),
            ];
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
        // With two values from U[0, 1] both bid half; revenue 1/3, surplus 1/6 each. Close to its peak the surplus is flat, so
        // that small errors of both add up to a few percent of revenue.
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
        assert!((revenue - 1.0 / 3.0).abs() < 0.03, "revenue {revenue}");
        assert!((surplus - 1.0 / 3.0).abs() < 0.03, "surplus {surplus}");
        assert!(right > 0.9, "the higher value wins: {right}");
    }

    /// Six advertisers with twelve ads each, of which each knows the chance of a click: values log-normal (0.1, 0.2), clicks
    /// σ(x·e + b) with x, e ~ N(0, I₅) and b ~ U(−4, −3). Returns what their best ads are worth in a look.
    fn auction_gym(catalogue: &[Vec<([f64; 6], f64)>], rng: &mut RngStream) -> Vec<f64> {
        let x: Vec<f64> = (0..5).map(|_| rng.normal()).chain([1.0]).collect();
        let worth = |(e, value): &([f64; 6], f64)| {
            let f: f64 = e.iter().zip(&x).map(|(e, x)| e * x).sum();
            math::sigmoid(f) * value
        };
        catalogue
            .iter()
            .map(|ads| ads.iter().map(worth).fold(0.0, f64::max))
            .collect()
    }

    #[test]
    fn shading_in_auction_gym_turns_revenue_into_surplus_and_keeps_welfare() {
        // Jeunen, Murphy and Allison (2022), first prices with two of six: honest bids leave a surplus of 0; learned shading
        // leaves 0.22 to 0.24 of a welfare of 0.71, revenue falls from 0.72 to 0.48. These bidders leave the seller less than
        // that: a logit that rises too slowly at the top makes all of them bid a little too low, and each lowers the others.
        let mut rng = RngStream::new(6, Purpose::Test, 0, 0);
        let mut ad = || {
            let mut e = [0.0; 6].map(|_: f64| rng.normal());
            e[5] = -3.0 - rng.uniform();
            (e, rng.log_normal(0.1, 0.2))
        };
        let catalogue: Vec<Vec<([f64; 6], f64)>> =
            (0..6).map(|_| (0..12).map(|_| ad()).collect()).collect();
        let mut bidders = [Shading::new(Coins::from_f64(0.7)); 6];
        let (mut honest, mut welfare, mut surplus, mut counted) = (0.0, 0.0, 0.0, 0.0);
        let n = 12_000;
        for i in 0..n {
            let mut rng = RngStream::new(7, Purpose::Test, i, 0);
            let worth = auction_gym(&catalogue, &mut rng);
            let a = rng.below(6);
            let b = (a + 1 + rng.below(5)) % 6;
            let bids = [a, b].map(|k| bidders[k].bid(Coins::from_f64(worth[k]), &CONFIG, &mut rng));
            let (winner, price) = if bids[0] >= bids[1] {
                (a, bids[0])
            } else {
                (b, bids[1])
            };
            for (k, bid) in [a, b].into_iter().zip(bids) {
                bidders[k].learn(bid, sale(k == winner), &CONFIG);
            }
            if i >= n / 2 {
                honest += worth[a].max(worth[b]);
                welfare += worth[winner];
                surplus += worth[winner] - price.as_f64();
                counted += 1.0;
            }
        }
        let (honest, welfare, surplus) = (honest / counted, welfare / counted, surplus / counted);
        assert!(welfare > 0.97 * honest, "{welfare} of {honest}");
        assert!((0.2..0.5).contains(&surplus), "{surplus} of {welfare}");
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
