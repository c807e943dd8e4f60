//! The English sale: open bids, each above the last by an increment; it ends when nobody has bid for a while.
//!
//! [`English`] takes bids as they come. [`ascend`] says at once what comes of it among people who bid, in turn, no more than they
//! must and no more than their limit.

use serde::{Deserialize, Serialize};

use super::Bid;
use crate::sim::ids::AvatarId;
use crate::sim::units::{Coins, Tick};

/// Rules of an English sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnglishRules {
    /// Lowest first bid.
    pub reserve: Coins,
    /// Least rise from one bid to the next; at least one micro-coin counts.
    pub increment: Coins,
    /// Ticks from the opening to the close.
    pub length_ticks: u32,
    /// A bid this near the close puts it off to this many ticks after the bid, so that nobody wins by being last.
    pub extension_ticks: u32,
}

/// Why a bid does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BidError {
    /// The bid is too low.
    #[error("bid of {given} is below {least}, the least that counts now")]
    TooLow {
        /// Given.
        given: Coins,
        /// Least.
        least: Coins,
    },
    /// The bidder leads already.
    #[error("avatar {0} leads already")]
    Leads(AvatarId),
    /// The sale is over.
    #[error("the sale closed at {0}")]
    Closed(Tick),
}

/// A bid that was outbid; what was put aside for it is free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outbid {
    /// Whose.
    pub bidder: AvatarId,
    /// How much.
    pub amount: Coins,
}

/// An English sale under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct English {
    rules: EnglishRules,
    leader: Option<(AvatarId, Coins)>,
    closes: Tick,
    n_bids: u32,
}

impl English {
    /// Opens a sale.
    #[must_use]
    pub fn open(rules: EnglishRules, now: Tick) -> Self {
        Self {
            rules,
            leader: None,
            closes: now.after(rules.length_ticks),
            n_bids: 0,
        }
    }

    /// Returns the least bid that counts now.
    #[must_use]
    pub fn least_bid(&self) -> Coins {
        match self.leader {
            None => self.rules.reserve,
            Some((_, price)) => {
                let step = self.rules.increment.max(Coins::from_micros(1));
                price.checked_add(step).unwrap_or(price)
            }
        }
    }

    /// Takes a bid; returns the one it replaces. The caller holds exactly the leading bid in escrow.
    ///
    /// # Errors
    /// [`BidError`] if the sale is over, the bid is too low, or its bidder leads; nothing changes then.
    pub fn bid(
        &mut self,
        bidder: AvatarId,
        amount: Coins,
        now: Tick,
    ) -> Result<Option<Outbid>, BidError> {
        if now >= self.closes {
            return Err(BidError::Closed(self.closes));
        }
        if let Some((leader, _)) = self.leader
            && leader == bidder
        {
            return Err(BidError::Leads(bidder));
        }
        let least = self.least_bid();
        if amount < least {
            let given = amount;
            return Err(BidError::TooLow { given, least });
        }
        let before = self.leader.replace((bidder, amount));
        self.n_bids += 1;
        self.closes = self.closes.max(now.after(self.rules.extension_ticks));
        Ok(before.map(|(bidder, amount)| Outbid { bidder, amount }))
    }

    /// Returns who leads, and with how much.
    #[must_use]
    pub fn leader(&self) -> Option<(AvatarId, Coins)> {
        self.leader
    }

    /// Returns the first tick at which no bid counts.
    #[must_use]
    pub fn closes(&self) -> Tick {
        self.closes
    }

    /// Returns how many bids counted.
    #[must_use]
    pub fn n_bids(&self) -> u32 {
        self.n_bids
    }

    /// Returns winner and price once the sale is over; the outer `None` while it is not.
    #[must_use]
    pub fn outcome(&self, now: Tick) -> Option<Option<(AvatarId, Coins)>> {
        (now >= self.closes).then_some(self.leader)
    }
}

/// Returns winner and price among people who bid up to a limit: the highest limit wins and pays the second highest and an
/// increment, but no more than its own limit and no less than the reserve.
///
/// Of equal limits the lower id wins; of several bids of one avatar the highest counts. `None` if no limit reaches the reserve.
/// This is bidding by proxy: the price differs from that of any order of open bids by less than two increments.
///
/// # Source
/// Vickrey (1961): with a small increment it is the second-price sale.
#[must_use]
pub fn ascend(limits: &[Bid], reserve: Coins, increment: Coins) -> Option<(AvatarId, Coins)> {
    let (winner, second) = super::second_price(limits, reserve)?;
    let others = limits
        .iter()
        .any(|b| b.bidder != winner && b.most >= reserve);
    if !others {
        return Some((winner, reserve));
    }
    let own = limits.iter().filter(|b| b.bidder == winner);
    let limit = own.map(|b| b.most).max().unwrap_or(second);
    let step = increment.max(Coins::ZERO);
    let price = second.checked_add(step).unwrap_or(limit).min(limit);
    Some((winner, price))
}

#[cfg(test)]
mod tests {
    use super::super::second_price;
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    const RULES: EnglishRules = EnglishRules {
        reserve: Coins::from_whole(10),
        increment: Coins::from_whole(2),
        length_ticks: 30,
        extension_ticks: 5,
    };

    fn coins(n: i64) -> Coins {
        Coins::from_whole(n)
    }

    #[test]
    fn bids_rise_by_the_increment_and_a_late_one_puts_off_the_close() {
        let (a, b) = (AvatarId(1), AvatarId(2));
        let mut sale = English::open(RULES, Tick(100));
        let low = BidError::TooLow {
            given: coins(9),
            least: coins(10),
        };
        assert_eq!(sale.bid(a, coins(9), Tick(100)), Err(low));
        assert_eq!(sale.bid(a, coins(10), Tick(100)), Ok(None));
        assert_eq!(sale.bid(a, coins(20), Tick(101)), Err(BidError::Leads(a)));
        assert!(sale.bid(b, coins(11), Tick(101)).is_err());
        let outbid = Outbid {
            bidder: a,
            amount: coins(10),
        };
        assert_eq!(sale.bid(b, coins(12), Tick(128)), Ok(Some(outbid)));
        assert_eq!(sale.closes(), Tick(133));
        assert_eq!(sale.outcome(Tick(132)), None);
        assert_eq!(sale.outcome(Tick(133)), Some(Some((b, coins(12)))));
        let closed = sale.bid(a, coins(50), Tick(133));
        assert_eq!(closed, Err(BidError::Closed(Tick(133))));
    }

    #[test]
    fn a_sale_without_bids_has_no_winner() {
        let sale = English::open(RULES, Tick(0));
        assert_eq!(sale.outcome(Tick(30)), Some(None));
        assert_eq!(ascend(&[], coins(1), coins(1)), None);
    }

    #[test]
    fn prop_open_bidding_ends_where_the_limits_say() {
        for case in 0..300 {
            let mut rng = RngStream::new(12, Purpose::Test, case, 0);
            let limits: Vec<Bid> = (0..=rng.below(6) as u32)
                .map(|i| Bid {
                    bidder: AvatarId(i),
                    most: Coins::from_micros(rng.below(60_000_000) as i64),
                })
                .collect();
            let rules = EnglishRules {
                increment: Coins::from_micros(1 + rng.below(3_000_000) as i64),
                ..RULES
            };
            let mut sale = English::open(rules, Tick(0));
            // Everybody who does not lead bids the least that counts, as long as its limit allows.
            loop {
                let before = sale.n_bids();
                for b in &limits {
                    if sale.least_bid() <= b.most && sale.leader().is_none_or(|l| l.0 != b.bidder) {
                        sale.bid(b.bidder, sale.least_bid(), Tick(1)).unwrap();
                    }
                }
                if sale.n_bids() == before {
                    break;
                }
            }
            let open = sale.outcome(sale.closes()).unwrap();
            let at_once = ascend(&limits, rules.reserve, rules.increment);
            let vickrey = second_price(&limits, rules.reserve);
            assert_eq!(open.is_some(), at_once.is_some(), "case {case}");
            let (Some(open), Some(at_once), Some(vickrey)) = (open, at_once, vickrey) else {
                continue;
            };
            // Whoever wins, nobody else would pay an increment more.
            let step = rules.increment.micros();
            let others = limits.iter().filter(|b| b.bidder != open.0);
            assert!(
                others
                    .into_iter()
                    .all(|b| b.most < open.1 + rules.increment)
            );
            assert!(
                (open.1 - at_once.1).micros().abs() < 2 * step,
                "case {case}"
            );
            let above = (at_once.1 - vickrey.1).micros();
            assert!(at_once.0 == vickrey.0 && (0..=step).contains(&above));
        }
    }
}
