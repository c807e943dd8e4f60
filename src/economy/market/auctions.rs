//! Auctions of unique assets that are open: who bid how much, and what that sets aside.
//!
//! An auction holds bids and no balances: every bid says what must be held and what is free again. An open auction holds exactly
//! the leading bid, a sealed one holds every bid.
//!
//! Open bids are made by proxy: somebody who comes by says up to which limit it bids and need not come back. Nobody sees the
//! limit; the proxy tops another bid by the increment while limit and wallet allow.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::economy::sale::english::{English, EnglishRules};
use crate::economy::sale::{Bid, second_price};
use crate::events::bus::Wish;
use crate::sim::ids::{AvatarId, ItemId};
use crate::sim::state_hash::StateHasher;
use crate::sim::units::{Coins, Tick};

/// Coins to be set aside, or free again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// From the wallet into escrow.
    Hold(AvatarId, Coins),
    /// From escrow into the wallet.
    Free(AvatarId, Coins),
}

/// A limit, and the wish it came with.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Limit {
    most: Coins,
    wish: Wish,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Kind {
    /// The leader's limit stands beside the sale.
    Open {
        sale: English,
        leader: Option<Limit>,
    },
    /// One bid for each bidder.
    Sealed {
        bids: BTreeMap<AvatarId, Limit>,
        closes: Tick,
    },
}

/// What an auction came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hammer {
    /// Who gets it.
    pub winner: AvatarId,
    /// What it pays; at most what it has in escrow.
    pub price: Coins,
    /// The wish that won.
    pub wish: Wish,
}

/// An auction of one asset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Auction {
    kind: Kind,
    /// Lowest bid that counts at all.
    pub reserve: Coins,
    /// Price at which it would have been listed.
    pub asked: Coins,
    /// Bids that counted.
    pub n_bids: u32,
}

impl Auction {
    /// Opens an auction with open bids.
    #[must_use]
    pub fn open(rules: EnglishRules, now: Tick) -> Self {
        Self {
            kind: Kind::Open {
                sale: English::open(rules, now),
                leader: None,
            },
            reserve: rules.reserve,
            asked: rules.reserve,
            n_bids: 0,
        }
    }

    /// Opens an auction with sealed bids.
    #[must_use]
    pub fn sealed(reserve: Coins, closes: Tick) -> Self {
        Self {
            kind: Kind::Sealed {
                bids: BTreeMap::new(),
                closes,
            },
            reserve,
            asked: reserve,
            n_bids: 0,
        }
    }

    /// Returns the first tick at which no bid counts.
    #[must_use]
    pub fn closes(&self) -> Tick {
        match &self.kind {
            Kind::Open { sale, .. } => sale.closes(),
            Kind::Sealed { closes, .. } => *closes,
        }
    }

    /// Returns what everybody is shown: the least bid that counts.
    #[must_use]
    pub fn shown(&self) -> Coins {
        match &self.kind {
            Kind::Open { sale, .. } => sale.least_bid(),
            Kind::Sealed { .. } => self.reserve,
        }
    }

    /// Returns what is held, by bidder.
    #[must_use]
    pub fn held(&self) -> Vec<(AvatarId, Coins)> {
        match &self.kind {
            Kind::Open { sale, .. } => sale.leader().into_iter().collect(),
            Kind::Sealed { bids, .. } => bids.iter().map(|(b, l)| (*b, l.most)).collect(),
        }
    }

    /// Takes a bid up to `most`, as far as wallets go: `has` tells what is in them. Returns what to hold and to free, in order;
    /// nothing if the bid does not count.
    pub fn bid(
        &mut self,
        wish: Wish,
        most: Coins,
        now: Tick,
        has: impl Fn(AvatarId) -> Coins,
    ) -> Vec<Step> {
        let bidder = wish.avatar;
        if now >= self.closes() {
            return Vec::new();
        }
        let steps = match &mut self.kind {
            Kind::Sealed { bids, .. } => {
                let before = bids.get(&bidder).map_or(Coins::ZERO, |l| l.most);
                let most = most.min(has(bidder) + before);
                if most < self.reserve || most <= before {
                    return Vec::new();
                }
                bids.insert(bidder, Limit { most, wish });
                vec![Step::Hold(bidder, most - before)]
            }
            Kind::Open { sale, leader } => {
                compete(sale, leader, Limit { most, wish }, now, &has).unwrap_or_default()
            }
        };
        if !steps.is_empty() {
            self.n_bids += 1;
        }
        steps
    }

    /// Ends the auction: who won, and what is free again. What the winner has in escrow beyond the price is freed as well.
    #[must_use]
    pub fn close(self) -> (Option<Hammer>, Vec<Step>) {
        match self.kind {
            Kind::Open { sale, leader } => {
                let won = sale.leader().zip(leader);
                let hammer = won.map(|((winner, price), limit)| Hammer {
                    winner,
                    price,
                    wish: limit.wish,
                });
                (hammer, Vec::new())
            }
            Kind::Sealed { bids, .. } => {
                let list: Vec<Bid> = bids
                    .iter()
                    .map(|(bidder, l)| Bid {
                        bidder: *bidder,
                        most: l.most,
                    })
                    .collect();
                let won = second_price(&list, self.reserve);
                let hammer = won.and_then(|(winner, price)| {
                    let wish = bids.get(&winner)?.wish;
                    Some(Hammer {
                        winner,
                        price,
                        wish,
                    })
                });
                let pays = |b: &Bid| match won {
                    Some((winner, price)) if winner == b.bidder => price,
                    _ => Coins::ZERO,
                };
                let free = list.iter().map(|b| Step::Free(b.bidder, b.most - pays(b)));
                let free = free.filter(|s| matches!(s, Step::Free(_, c) if c.is_positive()));
                (hammer, free.collect())
            }
        }
    }

    /// Adds it to a hash.
    pub fn hash(&self, item: ItemId, h: &mut StateHasher) {
        h.u64(u64::from(item.0) << 32 | u64::from(self.closes().0));
        h.i64(self.reserve.micros());
        h.i64(self.asked.micros());
        h.u32(self.n_bids);
        match &self.kind {
            Kind::Open { sale, leader } => {
                if let (Some((who, price)), Some(limit)) = (sale.leader(), leader) {
                    h.u32(who.0);
                    h.i64(price.micros());
                    h.i64(limit.most.micros());
                    h.u64(limit.wish.offer.0);
                }
            }
            Kind::Sealed { bids, .. } => {
                for (who, limit) in bids {
                    h.u32(who.0);
                    h.i64(limit.most.micros());
                    h.u64(limit.wish.offer.0);
                }
            }
        }
    }
}

/// Lets a newcomer's limit and the leader's proxy top each other. `None` if the newcomer's bid does not count.
fn compete(
    sale: &mut English,
    leader: &mut Option<Limit>,
    new: Limit,
    now: Tick,
    has: &impl Fn(AvatarId) -> Coins,
) -> Option<Vec<Step>> {
    let bidder = new.wish.avatar;
    if let Some((who, _)) = sale.leader()
        && who == bidder
    {
        // Leading already, it can only think better of its limit; that costs nothing now.
        let limit = leader.get_or_insert(new);
        limit.most = limit.most.max(new.most);
        return None;
    }
    let least = sale.least_bid();
    let most = new.most.min(has(bidder));
    if most < least {
        return None;
    }
    let Some((old, stands)) = sale.leader() else {
        sale.bid(bidder, least, now).ok()?;
        *leader = Some(new);
        return Some(vec![Step::Hold(bidder, least)]);
    };
    // The leader's money for the bid that stands is in escrow; more has to be in its wallet.
    let reach = leader.map_or(stands, |l| l.most).min(stands + has(old));
    let step = least - stands;
    if most > reach {
        let price = least.max(most.min(reach + step));
        sale.bid(bidder, price, now).ok()?;
        *leader = Some(new);
        return Some(vec![Step::Hold(bidder, price), Step::Free(old, stands)]);
    }
    sale.bid(bidder, most, now).ok()?;
    let top = most + step;
    if top <= reach {
        sale.bid(old, top, now).ok()?;
        return Some(vec![Step::Hold(old, top - stands)]);
    }
    // A bid that cannot be topped by a whole increment stands.
    *leader = Some(new);
    Some(vec![Step::Hold(bidder, most), Step::Free(old, stands)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::behavior::{NO_OFFER, NO_POSITION, NO_SPACE, Surface};
    use crate::events::bus::WishKind;
    use crate::sim::dose::dose;
    use crate::sim::rng::{Purpose, RngStream};

    fn wish(avatar: u32) -> Wish {
        Wish {
            avatar: AvatarId(avatar),
            kind: WishKind::Open,
            space: NO_SPACE,
            surface: Surface::Assets,
            position: NO_POSITION,
            offer: NO_OFFER,
        }
    }

    fn coins(n: i64) -> Coins {
        Coins::from_whole(n)
    }

    const RULES: EnglishRules = EnglishRules {
        reserve: Coins::from_whole(10),
        increment: Coins::from_whole(2),
        length_ticks: 60,
        extension_ticks: 5,
    };

    #[test]
    fn proxies_top_each_other_up_to_the_lower_limit_and_an_increment() {
        let rich = |_| coins(1_000);
        let mut sale = Auction::open(RULES, Tick(0));
        assert_eq!(sale.bid(wish(1), coins(9), Tick(1), rich), []);
        let first = sale.bid(wish(1), coins(30), Tick(1), rich);
        assert_eq!(first, [Step::Hold(AvatarId(1), coins(10))]);
        // 20 < 30: the leader's proxy answers with 22.
        let second = sale.bid(wish(2), coins(20), Tick(2), rich);
        assert_eq!(second, [Step::Hold(AvatarId(1), coins(12))]);
        // 50 > 30: the newcomer pays 32.
        let third = sale.bid(wish(3), coins(50), Tick(3), rich);
        let free = Step::Free(AvatarId(1), coins(22));
        assert_eq!(third, [Step::Hold(AvatarId(3), coins(32)), free]);
        assert_eq!(sale.held(), [(AvatarId(3), coins(32))]);
        let (hammer, steps) = sale.close();
        let hammer = hammer.unwrap();
        assert_eq!((hammer.winner, hammer.price), (AvatarId(3), coins(32)));
        assert!(steps.is_empty());
    }

    #[test]
    fn a_leader_who_spent_its_purse_is_topped() {
        let mut sale = Auction::open(RULES, Tick(0));
        sale.bid(wish(1), coins(100), Tick(1), |_| coins(100));
        let poor = |who: AvatarId| {
            if who == AvatarId(1) {
                coins(3)
            } else {
                coins(40)
            }
        };
        let steps = sale.bid(wish(2), coins(20), Tick(2), poor);
        // 10 stand and 3 are left: 15 beat it.
        assert_eq!(steps[0], Step::Hold(AvatarId(2), coins(15)));
    }

    #[test]
    fn the_winner_of_sealed_bids_pays_the_second_and_all_else_is_free() {
        let mut sale = Auction::sealed(coins(5), Tick(60));
        let rich = |_| coins(1_000);
        for (who, most) in [(1, 8), (2, 20), (3, 14), (4, 4)] {
            sale.bid(wish(who), coins(most), Tick(9), rich);
        }
        assert_eq!((sale.n_bids, sale.shown()), (3, coins(5)));
        let (hammer, steps) = sale.close();
        assert_eq!(
            hammer.map(|h| (h.winner, h.price)),
            Some((AvatarId(2), coins(14)))
        );
        let free = |who, n| Step::Free(AvatarId(who), coins(n));
        assert_eq!(steps, [free(1, 8), free(2, 6), free(3, 14)]);
    }

    #[test]
    fn prop_what_is_held_is_what_the_bids_say_and_nobody_owes() {
        for case in 0..dose(500) {
            let mut rng = RngStream::new(5, Purpose::Test, case, 0);
            let is_open = rng.chance(0.5);
            let mut sale = if is_open {
                Auction::open(RULES, Tick(0))
            } else {
                Auction::sealed(coins(10), Tick(60))
            };
            let mut wallets = [0i64; 6];
            for w in &mut wallets {
                *w = rng.below(90) as i64;
            }
            let before: i64 = wallets.iter().sum();
            let mut escrow = [0i64; 6];
            let apply = |steps: &[Step], wallets: &mut [i64; 6], escrow: &mut [i64; 6]| {
                for step in steps {
                    let (who, n) = match *step {
                        Step::Hold(who, c) => (who, c.micros()),
                        Step::Free(who, c) => (who, -c.micros()),
                    };
                    wallets[who.idx()] -= n / 1_000_000;
                    escrow[who.idx()] += n / 1_000_000;
                    assert!(
                        wallets[who.idx()] >= 0 && escrow[who.idx()] >= 0,
                        "{step:?}"
                    );
                }
            };
            for t in 1..25 {
                let who = rng.below(6) as u32;
                let most = coins(rng.below(100) as i64);
                let seen = wallets;
                let steps = sale.bid(wish(who), most, Tick(t), |a| coins(seen[a.idx()]));
                apply(&steps, &mut wallets, &mut escrow);
                let mut held = [0i64; 6];
                for (a, c) in sale.held() {
                    held[a.idx()] += c.micros() / 1_000_000;
                }
                assert_eq!(held, escrow, "case {case}");
            }
            let (hammer, steps) = sale.close();
            apply(&steps, &mut wallets, &mut escrow);
            if let Some(h) = hammer {
                assert_eq!(escrow[h.winner.idx()], h.price.micros() / 1_000_000);
                escrow[h.winner.idx()] = 0;
                assert!(h.price >= coins(10));
            }
            assert_eq!(escrow, [0; 6]);
            let paid = hammer.map_or(0, |h| h.price.micros() / 1_000_000);
            assert_eq!(wallets.iter().sum::<i64>() + paid, before);
        }
    }
}
