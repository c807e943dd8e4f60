//! Sells slots to sealed bids: generalised second prices, Vickrey–Clarke–Groves, or first prices.
//!
//! Pure arithmetic in real numbers; nothing is allocated once an [`Auctioneer`] has seen an auction of the same size. A bidder is
//! known by its place in the list of bids, and of equal scores the earlier bidder's counts as the higher.

use crate::config_choice;

config_choice! {
    /// How winners pay.
    pub enum Format {
        /// The smallest bid that would keep the slot.
        GeneralizedSecond = "gsp",
        /// What the others lose by the winner's being there.
        Vcg = "vcg",
        /// The bid itself.
        FirstPrice = "first_price",
    }
}

config_choice! {
    /// When bids are held against their reserves.
    pub enum Reserves {
        /// Before they are ranked: a bid below its reserve is as good as none, and the next moves up.
        Eager = "eager",
        /// After they are ranked: a bid below its reserve takes its place, but the slot is not sold.
        Lazy = "lazy",
    }
}

/// The rules of an auction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// How winners pay.
    pub format: Format,
    /// When bids are held against their reserves.
    pub reserves: Reserves,
}

impl Rules {
    /// A format with reserves that are met before anything else.
    #[must_use]
    pub const fn eager(format: Format) -> Self {
        Self {
            format,
            reserves: Reserves::Eager,
        }
    }
}

/// A sealed bid. One that is not above zero, or of a quality that is not, takes no part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bid {
    /// Most that is paid for a click, in any unit of value.
    pub per_click: f64,
    /// How likely a look becomes a click, if bids are to be weighted by it; 1 for everybody otherwise.
    pub quality: f64,
    /// Least that a click is sold to this bidder for; 0 for no reserve.
    pub reserve: f64,
}

impl Bid {
    /// A bid for the slot itself: every bidder is of the same quality, and there is no reserve.
    #[must_use]
    pub const fn plain(per_click: f64) -> Self {
        Self {
            per_click,
            quality: 1.0,
            reserve: 0.0,
        }
    }

    /// Returns what bids are ranked by, the expected worth of a look; `None` for a bid that takes no part.
    #[must_use]
    pub fn score(&self) -> Option<f64> {
        let score = self.per_click * self.quality;
        let bids = self.per_click > 0.0 && self.quality > 0.0;
        (bids && score > 0.0 && score.is_finite()).then_some(score)
    }

    fn meets_reserve(&self) -> bool {
        self.per_click >= self.reserve
    }
}

/// A slot sold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Award {
    /// To which bidder, by its place in the list of bids.
    pub bidder: u32,
    /// Which slot, by its place in the list of slots.
    pub slot: u32,
    /// What a click costs; from the bidder's reserve to its bid.
    pub per_click: f64,
    /// What the slot is expected to bring: exposure × quality × price of a click.
    pub expected: f64,
}

/// A bid that was ranked.
#[derive(Debug, Clone, Copy)]
struct Ranked {
    score: f64,
    bidder: u32,
}

/// Holds auctions; what it keeps between them is room to rank bids in.
#[derive(Debug, Clone, Default)]
pub struct Auctioneer {
    ranked: Vec<Ranked>,
}

/// Returns the exposure of a slot below one of exposure `above`.
fn exposure(stated: f64, above: f64) -> f64 {
    if stated > 0.0 && stated.is_finite() {
        stated.min(above)
    } else {
        0.0
    }
}

impl Auctioneer {
    /// Sells `slots` to `bids`.
    ///
    /// `slots` are exposures, best first, in any unit: looks a slot gets, or how likely it is looked at. A slot said to be
    /// better than the one above it counts as its equal; one without exposure, and all below it, are not sold. `awards` is
    /// overwritten, in the order of slots.
    ///
    /// The work is bids × slots at worst; a bid below those that are kept costs one comparison.
    ///
    /// # Units
    /// With bidders ranked by score s, exposures α, quality q and reserve r, a click costs the k-th
    /// - `max(s_{k+1} / q_k, r_k)` at generalised second prices;
    /// - `Σ_{j≥k} (α_j − α_{j+1}) · max(s_{j+1} / q_k, r_k) / α_k` under Vickrey–Clarke–Groves: for every exposure that it has more
    ///   than it would in a lower slot, the bid from which on it has it;
    /// - its bid at first prices.
    ///
    /// # Source
    /// Edelman, Ostrovsky and Schwarz (2007), Varian (2007); lazy and eager reserves after Paes Leme, Pál and Vassilvitskii
    /// (2016); the payment under reserves of one's own is Myerson's (1981) for this allocation.
    pub fn clear(&mut self, rules: Rules, bids: &[Bid], slots: &[f64], awards: &mut Vec<Award>) {
        awards.clear();
        self.rank(rules.reserves, bids, slots.len() + 1);
        let mut above = f64::INFINITY;
        for (k, stated) in slots.iter().enumerate().take(self.ranked.len()) {
            above = exposure(*stated, above);
            if above == 0.0 {
                break;
            }
            let bidder = self.ranked[k].bidder;
            let bid = &bids[bidder as usize];
            if !bid.meets_reserve() {
                continue;
            }
            let due = match rules.format {
                Format::GeneralizedSecond => self.threshold(k + 1, bid),
                Format::Vcg => self.externality(slots, above, k, bid),
                Format::FirstPrice => bid.per_click,
            };
            // A quotient of scores may be a rounding above the bid that it came from.
            let per_click = due.min(bid.per_click);
            awards.push(Award {
                bidder,
                slot: k as u32,
                per_click,
                expected: above * bid.quality * per_click,
            });
        }
    }

    /// Keeps the `most` highest bids, in order.
    fn rank(&mut self, reserves: Reserves, bids: &[Bid], most: usize) {
        let ranked = &mut self.ranked;
        ranked.clear();
        ranked.reserve(most.min(bids.len()));
        for (bidder, bid) in bids.iter().enumerate() {
            let Some(score) = bid.score() else { continue };
            if reserves == Reserves::Eager && !bid.meets_reserve() {
                continue;
            }
            let bidder = bidder as u32;
            let new = Ranked { score, bidder };
            if ranked.len() < most {
                ranked.push(new);
            } else if ranked.last().is_none_or(|l| score <= l.score) {
                continue;
            }
            // Up to behind its equals, which came earlier.
            let mut at = ranked.len() - 1;
            while at > 0 && ranked[at - 1].score < score {
                ranked[at] = ranked[at - 1];
                at -= 1;
            }
            ranked[at] = new;
        }
    }

    /// Returns the bid at which `bid` equals the bidder ranked `at`, or its own reserve.
    fn threshold(&self, at: usize, bid: &Bid) -> f64 {
        let next = self.ranked.get(at).map_or(0.0, |r| r.score);
        (next / bid.quality).max(bid.reserve)
    }

    /// Returns the price under Vickrey–Clarke–Groves of a click in slot `k`, of exposure `own`.
    fn externality(&self, slots: &[f64], own: f64, k: usize, bid: &Bid) -> f64 {
        let (mut above, mut due) = (own, 0.0);
        for below in k + 1..=slots.len() {
            let stated = slots.get(below).copied().unwrap_or(0.0);
            let here = exposure(stated, above);
            due += (above - here) * self.threshold(below, bid);
            above = here;
        }
        // A mean of thresholds is not below the least of them, but for rounding.
        (due / own).max(bid.reserve)
    }
}
