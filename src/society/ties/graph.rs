//! The social graph: who is tied to whom and how strongly.

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use super::config::TiesConfig;
use crate::sim::ids::AvatarId;
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::state_hash::{RowHash, StateHash, StateHasher, Table};

/// The ties of one avatar, by id of the other.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Ties {
    others: Vec<(u32, f32)>,
}

impl RowHash for Ties {
    fn hash_row(&self, h: &mut StateHasher) {
        for (other, strength) in &self.others {
            h.u64(u64::from(*other) << 32 | u64::from(strength.to_bits()));
        }
    }
}

/// Everybody's ties; every tie stands with both.
#[derive(Resource, Default, Serialize, Deserialize)]
pub struct SocialGraph {
    table: Table<Ties>,
    n_ties: u64,
}

impl SocialGraph {
    /// Makes rows for avatars that joined.
    pub fn grow(&mut self, n: usize) {
        while self.table.len() < n {
            self.table.push(Ties::default());
        }
    }

    /// Returns how many avatars there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Says whether there is nobody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// Returns how many ties there are.
    #[must_use]
    pub fn n_ties(&self) -> u64 {
        self.n_ties
    }

    /// Lists whom an avatar is tied to, by id, with strength in `[0, 1]`.
    #[must_use]
    pub fn of(&self, id: AvatarId) -> &[(u32, f32)] {
        &self.table.row(id.idx()).others
    }

    /// Says whether two are tied.
    #[must_use]
    pub fn tied(&self, a: AvatarId, b: AvatarId) -> bool {
        let (a, b) = if self.of(a).len() <= self.of(b).len() {
            (a, b)
        } else {
            (b, a)
        };
        self.of(a).binary_search_by_key(&b.0, |t| t.0).is_ok()
    }

    /// Counts the friends two have in common.
    #[must_use]
    pub fn common(&self, a: AvatarId, b: AvatarId) -> u32 {
        let (mut xs, mut ys) = (self.of(a).iter().peekable(), self.of(b).iter().peekable());
        let mut n = 0;
        while let (Some(x), Some(y)) = (xs.peek(), ys.peek()) {
            match x.0.cmp(&y.0) {
                std::cmp::Ordering::Less => {
                    xs.next();
                }
                std::cmp::Ordering::Greater => {
                    ys.next();
                }
                std::cmp::Ordering::Equal => {
                    n += 1;
                    xs.next();
                    ys.next();
                }
            }
        }
        n
    }

    /// Ties two avatars; does nothing and says no if they are tied already or the same.
    pub fn tie(&mut self, a: AvatarId, b: AvatarId, strength: f32) -> bool {
        if a == b || self.tied(a, b) {
            return false;
        }
        for (x, y) in [(a, b), (b, a)] {
            let row = &mut self.table.row_mut(x.idx()).others;
            let at = row.partition_point(|t| t.0 < y.0);
            row.insert(at, (y.0, strength));
        }
        self.n_ties += 1;
        true
    }

    /// Unties two avatars; says whether they were tied.
    pub fn untie(&mut self, a: AvatarId, b: AvatarId) -> bool {
        let mut was = false;
        for (x, y) in [(a, b), (b, a)] {
            let row = &mut self.table.row_mut(x.idx()).others;
            if let Ok(at) = row.binary_search_by_key(&y.0, |t| t.0) {
                row.remove(at);
                was = true;
            }
        }
        self.n_ties -= u64::from(was);
        was
    }

    /// Strengthens a tie, if there is one.
    pub fn meet(&mut self, a: AvatarId, b: AvatarId, gain: f32) {
        for (x, y) in [(a, b), (b, a)] {
            let row = &mut self.table.row_mut(x.idx()).others;
            if let Ok(at) = row.binary_search_by_key(&y.0, |t| t.0) {
                row[at].1 += gain * (1.0 - row[at].1);
            }
        }
    }

    /// Makes the ties a city of `n` starts with: a wish for ties by avatar, partners among people of the same
    /// kind and among friends of friends.
    ///
    /// `kinds` is the archetype of each avatar; partners are sought among neighbours in an order by kind, which makes
    /// the graph homophilous and clustered, and friends of friends close triangles (Holme and Kim 2002).
    pub fn found(&mut self, seed: u64, kinds: &[u16], config: &TiesConfig) {
        let n = kinds.len();
        self.grow(n);
        if n < 2 {
            return;
        }
        // People of a kind stand together; within a kind the order is a shuffle by hash.
        let mut order: Vec<u32> = (0..n as u32).collect();
        let place = |id: u32| RngStream::new(seed, Purpose::Ties, u64::from(id), 1).bits();
        order.sort_by_cached_key(|id| (kinds[*id as usize], place(*id), *id));
        let mut rank = vec![0u32; n];
        for (r, id) in order.iter().enumerate() {
            rank[*id as usize] = r as u32;
        }
        // Wishes are log-normal; sociable people stand near each other, which makes degrees assortative.
        let wish = |id: u32| {
            let mut r = RngStream::new(seed, Purpose::Ties, u64::from(id), 2);
            let block = (rank[id as usize] / 64).into();
            let shared = RngStream::new(seed, Purpose::Ties, block, 3).normal();
            let s = config.degree_sigma;
            let z = 0.8 * shared + 0.6 * r.normal();
            (config.mean_degree * crate::sim::math::exp(s * z - s * s / 2.0))
                .min(f64::from(config.max_ties))
        };
        for id in 0..n as u32 {
            let me = AvatarId(id);
            let mut rng = RngStream::new(seed, Purpose::Ties, u64::from(id), 0);
            // Each tie is asked for by one of the two.
            let asks = rng.poisson(wish(id) / 2.0);
            for _ in 0..asks {
                let friends = self.of(me).len();
                let other = if friends > 0 && rng.chance(config.triadic) {
                    let via = AvatarId(self.of(me)[rng.below(friends)].0);
                    let theirs = self.of(via);
                    AvatarId(theirs[rng.below(theirs.len())].0)
                } else {
                    // Mostly near in the order of kinds, sometimes anywhere.
                    let reach = if rng.chance(0.8) { 120.0 } else { n as f64 };
                    let step = (rng.exponential(reach / 3.0) + 1.0) as i64;
                    let step = if rng.chance(0.5) { step } else { -step };
                    let at = (i64::from(rank[id as usize]) + step).rem_euclid(n as i64);
                    AvatarId(order[at as usize])
                };
                if (self.of(other).len() as u32) < config.max_ties {
                    let strength = rng.range(0.1, 0.9) as f32;
                    self.tie(me, other, strength);
                }
            }
        }
    }
}

impl StateHash for SocialGraph {
    fn digest(&mut self) -> u64 {
        self.table.digest()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn city(n: usize) -> SocialGraph {
        let kinds: Vec<u16> = (0..n)
            .map(|i| RngStream::new(9, Purpose::Test, i as u64, 0).below(12) as u16)
            .collect();
        let mut g = SocialGraph::default();
        g.found(1, &kinds, &TiesConfig::BASELINE);
        g
    }

    #[test]
    fn ties_are_mutual_and_sorted() {
        let g = city(500);
        for a in 0..500u32 {
            let mine = g.of(AvatarId(a));
            assert!(mine.windows(2).all(|w| w[0].0 < w[1].0));
            for (b, _) in mine {
                assert!(g.tied(AvatarId(*b), AvatarId(a)) && *b != a);
            }
        }
    }

    #[test]
    fn the_first_graph_looks_like_a_social_network() {
        let n = 5_000;
        let g = city(n);
        let degree = |i: u32| g.of(AvatarId(i)).len() as f64;
        let mut degrees: Vec<f64> = (0..n as u32).map(degree).collect();
        // Assortativity: correlation of degrees over tie ends.
        let (mut sx, mut sxx, mut sxy, mut m) = (0.0, 0.0, 0.0, 0.0);
        let (mut clustering, mut counted) = (0.0, 0.0);
        for a in 0..n as u32 {
            let mine = g.of(AvatarId(a));
            for (b, _) in mine {
                let (x, y) = (degree(a), degree(*b));
                sx += x;
                sxx += x * x;
                sxy += x * y;
                m += 1.0;
            }
            if mine.len() >= 2 {
                let links: u32 = mine
                    .iter()
                    .map(|(b, _)| g.common(AvatarId(a), AvatarId(*b)))
                    .sum();
                let k = mine.len() as f64;
                clustering += f64::from(links) / (k * (k - 1.0));
                counted += 1.0;
            }
        }
        let mean = sx / m;
        let assortativity = (sxy / m - mean * mean) / (sxx / m - mean * mean);
        degrees.sort_by(f64::total_cmp);
        let ratio = degrees[n / 2] / (degrees.iter().sum::<f64>() / n as f64);
        let clustering = clustering / counted;
        let shape = format!("clustering {clustering} assortativity {assortativity} ratio {ratio}");
        assert!((0.10..=0.20).contains(&clustering), "{shape}");
        assert!((0.05..=0.30).contains(&assortativity), "{shape}");
        assert!((0.35..=0.75).contains(&ratio), "{shape}");
    }

    #[test]
    fn untying_undoes_tying() {
        let mut g = SocialGraph::default();
        g.grow(3);
        let empty = g.digest();
        assert!(g.tie(AvatarId(0), AvatarId(2), 0.5));
        assert!(!g.tie(AvatarId(2), AvatarId(0), 0.5));
        assert_ne!(g.digest(), empty);
        assert!(g.untie(AvatarId(2), AvatarId(0)));
        assert_eq!((g.digest(), g.n_ties()), (empty, 0));
    }
}
