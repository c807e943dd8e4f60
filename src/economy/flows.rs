//! Where money comes from, where it goes, and how fast it turns over: the graph of flows that the ledger fills.
//!
//! Every [`Purpose`] is declared once, with who pays and who is paid. From what flowed for each purpose in a day and what
//! was held at its ends come the rows of a Sankey diagram, in which what enters a holder equals what leaves it.
//!
//! | node | what it is |
//! | --- | --- |
//! | mint, burn | where coins begin and end |
//! | wallets, treasury | who holds coins |
//! | outside | where outside money comes from and returns to |
//! | advertisers, platform | who holds outside money |

use serde::{Deserialize, Serialize};

use super::ledger::Currency;
use super::purpose::{Direction, Purpose};
use crate::sim::units::Coins;

/// A kind of holder of money, or an end of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Node {
    /// Where coins begin.
    Mint,
    /// Where coins end.
    Burn,
    /// All wallets and escrows together.
    Wallets,
    /// The city's treasury.
    Treasury,
    /// The world outside.
    Outside,
    /// Deposits of advertisers.
    Advertisers,
    /// What the platform earned.
    Platform,
}

impl Node {
    /// Returns the word shown to people.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Mint => "mint",
            Self::Burn => "burn",
            Self::Wallets => "wallets",
            Self::Treasury => "treasury",
            Self::Outside => "outside",
            Self::Advertisers => "advertisers",
            Self::Platform => "platform",
        }
    }
}

/// Who pays and who is paid for a purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// For what.
    pub purpose: Purpose,
    /// Who pays.
    pub from: Node,
    /// Who is paid, as a rule.
    pub to: Node,
    /// Who else may be paid: the treasury, where the city sells.
    pub or: Option<Node>,
}

const fn route(purpose: Purpose, from: Node, to: Node) -> Route {
    Route {
        purpose,
        from,
        to,
        or: None,
    }
}

const fn sale(purpose: Purpose) -> Route {
    Route {
        purpose,
        from: Node::Wallets,
        to: Node::Wallets,
        or: Some(Node::Treasury),
    }
}

/// Every purpose of the ledger, once, in the order of [`Purpose::ALL`].
pub const ROUTES: &[Route] = &[
    route(Purpose::Grant, Node::Mint, Node::Wallets),
    route(Purpose::LoginReward, Node::Mint, Node::Wallets),
    route(Purpose::QuestReward, Node::Mint, Node::Wallets),
    route(Purpose::WatchReward, Node::Mint, Node::Wallets),
    route(Purpose::CreatorPayout, Node::Mint, Node::Wallets),
    route(Purpose::CoinSale, Node::Mint, Node::Wallets),
    route(Purpose::CoinPayment, Node::Outside, Node::Platform),
    route(Purpose::ItemSale, Node::Wallets, Node::Burn),
    sale(Purpose::AssetSale),
    route(Purpose::MarketFee, Node::Wallets, Node::Burn),
    route(Purpose::Royalty, Node::Wallets, Node::Wallets),
    sale(Purpose::ParcelSale),
    route(Purpose::Rent, Node::Wallets, Node::Wallets),
    route(Purpose::LandTax, Node::Wallets, Node::Burn),
    route(Purpose::Build, Node::Wallets, Node::Burn),
    route(Purpose::Teleport, Node::Wallets, Node::Burn),
    route(Purpose::Gift, Node::Wallets, Node::Wallets),
    route(Purpose::AdDeposit, Node::Outside, Node::Advertisers),
    route(Purpose::AdCharge, Node::Advertisers, Node::Platform),
    route(Purpose::Burn, Node::Treasury, Node::Burn),
    route(Purpose::Footfall, Node::Mint, Node::Wallets),
    route(Purpose::AdRefund, Node::Advertisers, Node::Outside),
    route(Purpose::Hold, Node::Wallets, Node::Wallets),
    route(Purpose::Release, Node::Wallets, Node::Wallets),
    route(Purpose::MaterialSale, Node::Wallets, Node::Wallets),
    route(Purpose::CashOut, Node::Wallets, Node::Burn),
    route(Purpose::CashOutPayment, Node::Platform, Node::Outside),
    route(Purpose::BonusReward, Node::Mint, Node::Wallets),
    route(Purpose::Referral, Node::Mint, Node::Wallets),
];

/// Returns who pays and who is paid for a purpose.
///
/// # Panics
/// Never: a test holds [`ROUTES`] to every purpose.
pub fn route_of(purpose: Purpose) -> &'static Route {
    ROUTES
        .iter()
        .find(|r| r.purpose == purpose)
        .expect("every purpose has a route")
}

impl Route {
    /// Returns whether the purpose makes coins, destroys them or moves money, as its ends say.
    pub fn direction(&self) -> Direction {
        if self.from == Node::Mint {
            Direction::Faucet
        } else if self.to == Node::Burn {
            Direction::Sink
        } else {
            Direction::Transfer
        }
    }
}

/// What was held at the end of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Holdings {
    /// All coins but those of mint and burn: the money supply.
    pub supply: Coins,
    /// Coins of the treasury.
    pub treasury: Coins,
}

/// A row of a Sankey diagram.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowRow {
    /// Day, from 0.
    pub day: u32,
    /// Where from.
    pub from: String,
    /// Where to.
    pub to: String,
    /// How much, above 0.
    pub amount: Coins,
}

/// A day's flows of coins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayFlows {
    /// Day, from 0.
    pub day: u32,
    /// What flowed for each purpose, in the order of [`Purpose::ALL`].
    flowed: Vec<Coins>,
    /// At the end of the day before.
    pub before: Holdings,
    /// At the end of this day.
    pub after: Holdings,
}

impl DayFlows {
    /// Takes a day down; `flowed` tells what flowed for a purpose, such as the ledger's `flow(purpose).today` before midnight.
    pub fn new(
        day: u32,
        before: Holdings,
        after: Holdings,
        flowed: impl Fn(Purpose) -> Coins,
    ) -> Self {
        Self {
            day,
            flowed: Purpose::ALL.iter().map(|p| flowed(*p)).collect(),
            before,
            after,
        }
    }

    /// Returns what flowed for a purpose.
    pub fn flowed(&self, purpose: Purpose) -> Coins {
        let place = Purpose::ALL.iter().position(|p| *p == purpose);
        place
            .and_then(|i| self.flowed.get(i))
            .copied()
            .unwrap_or(Coins::ZERO)
    }

    fn sum(&self, direction: Direction) -> Coins {
        let coins = ROUTES
            .iter()
            .filter(|r| r.purpose.currency() == Currency::Coins && r.direction() == direction);
        coins.map(|r| self.flowed(r.purpose)).sum()
    }

    /// Returns what the faucets made.
    pub fn minted(&self) -> Coins {
        self.sum(Direction::Faucet)
    }

    /// Returns what the sinks destroyed.
    pub fn burned(&self) -> Coins {
        self.sum(Direction::Sink)
    }

    /// Says whether the supply changed by what was made less what was destroyed.
    pub fn is_balanced(&self) -> bool {
        self.after.supply - self.before.supply == self.minted() - self.burned()
    }

    /// Returns coins paid for goods, land, rent and services: what changed hands for something.
    ///
    /// Gifts, grants, rewards and the takings of land, which are made, the tax and the treasury's own burning buy nothing and are left out.
    pub fn spent(&self) -> Coins {
        let buys = |p: &Purpose| match p {
            Purpose::ItemSale
            | Purpose::AssetSale
            | Purpose::MarketFee
            | Purpose::Royalty
            | Purpose::ParcelSale
            | Purpose::Rent
            | Purpose::Build
            | Purpose::MaterialSale
            | Purpose::Teleport => true,
            Purpose::Grant
            | Purpose::LoginReward
            | Purpose::QuestReward
            | Purpose::WatchReward
            | Purpose::CreatorPayout
            | Purpose::Footfall
            | Purpose::CoinSale
            | Purpose::CoinPayment
            | Purpose::LandTax
            | Purpose::Gift
            | Purpose::AdDeposit
            | Purpose::AdCharge
            | Purpose::AdRefund
            | Purpose::Hold
            | Purpose::Release
            | Purpose::CashOut
            | Purpose::CashOutPayment
            | Purpose::BonusReward
            | Purpose::Referral
            | Purpose::Burn => false,
        };
        let bought = Purpose::ALL.iter().filter(|p| buys(p));
        bought.map(|p| self.flowed(*p)).sum()
    }

    /// Returns how often a coin was spent in the day: what was spent over the mean supply; `None` without any supply.
    ///
    /// # Source
    /// Fisher (1911): V = P·Q / M.
    pub fn velocity(&self) -> Option<f64> {
        let supply = 0.5 * (self.before.supply.as_f64() + self.after.supply.as_f64());
        (supply > 0.0).then(|| self.spent().as_f64() / supply)
    }

    /// Returns the rows of the day's diagram of coins: faucets into wallets, wallets into sinks and the treasury, and what was
    /// saved or drawn from savings, so that what enters wallets and treasury leaves them.
    ///
    /// The ledger does not tell how much of a sale went to the treasury; what the treasury burned and gained does.
    pub fn sankey(&self) -> Vec<FlowRow> {
        let mut rows = Vec::new();
        let mut row = |from: &str, to: &str, amount: Coins| {
            if amount.is_positive() {
                rows.push(FlowRow {
                    day: self.day,
                    from: from.to_owned(),
                    to: to.to_owned(),
                    amount,
                });
            }
        };
        let (wallets, treasury) = (Node::Wallets.word(), Node::Treasury.word());
        for r in ROUTES
            .iter()
            .filter(|r| r.purpose.currency() == Currency::Coins)
        {
            let name = r.purpose.word();
            match r.direction() {
                Direction::Faucet => row(name, r.to.word(), self.flowed(r.purpose)),
                Direction::Sink => row(r.from.word(), name, self.flowed(r.purpose)),
                // Among wallets, which are one node; what the treasury takes of it is added below.
                Direction::Transfer => {}
            }
        }
        let treasury_gain = self.after.treasury - self.before.treasury;
        let supply_gain = self.after.supply - self.before.supply;
        row(
            wallets,
            treasury,
            self.flowed(Purpose::Burn) + treasury_gain,
        );
        for (holder, gain) in [
            (wallets, supply_gain - treasury_gain),
            (treasury, treasury_gain),
        ] {
            row(holder, &format!("{holder} saved"), gain);
            row(&format!("{holder} drawn"), holder, -gain);
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Purpose as Luck, RngStream};

    #[test]
    fn every_purpose_is_classified_exactly_once_and_as_the_ledger_does() {
        let declared: Vec<Purpose> = ROUTES.iter().map(|r| r.purpose).collect();
        assert_eq!(declared, Purpose::ALL);
        for r in ROUTES {
            assert_eq!(r.direction(), r.purpose.direction(), "{:?}", r.purpose);
            assert_eq!(route_of(r.purpose), r);
            for node in [Some(r.from), Some(r.to), r.or].into_iter().flatten() {
                let currency = match node {
                    Node::Mint | Node::Burn | Node::Wallets | Node::Treasury => Currency::Coins,
                    Node::Outside | Node::Advertisers | Node::Platform => Currency::Outside,
                };
                assert_eq!(currency, r.purpose.currency(), "{:?}", r.purpose);
            }
        }
    }

    /// A day with random flows whose books balance.
    fn day(seed: u64) -> DayFlows {
        let mut rng = RngStream::new(seed, Luck::Test, 0, 0);
        let flowed: Vec<Coins> = Purpose::ALL
            .iter()
            .map(|_| Coins::from_micros(rng.below(9_000_000) as i64))
            .collect();
        let at = |p: Purpose| flowed[p as usize];
        let part = rng.below(1_000_000) as u32;
        let to_treasury = (at(Purpose::AssetSale) + at(Purpose::ParcelSale)).scaled_ppm(part);
        let before = Holdings {
            supply: Coins::from_whole(1_000),
            treasury: Coins::from_whole(20),
        };
        let mut made = DayFlows::new(3, before, before, at);
        made.after.supply = before.supply + made.minted() - made.burned();
        made.after.treasury = before.treasury + to_treasury - at(Purpose::Burn);
        made
    }

    #[test]
    fn prop_what_enters_a_holder_leaves_it_to_the_last_micro_coin() {
        for seed in 0..200 {
            let day = day(seed);
            assert!(day.is_balanced(), "seed {seed}");
            let rows = day.sankey();
            assert!(rows.iter().all(|r| r.amount.is_positive() && r.day == 3));
            for node in ["wallets", "treasury"] {
                let into: Coins = rows.iter().filter(|r| r.to == node).map(|r| r.amount).sum();
                let out: Coins = rows
                    .iter()
                    .filter(|r| r.from == node)
                    .map(|r| r.amount)
                    .sum();
                assert_eq!(into, out, "seed {seed}: {node}");
            }
        }
    }

    #[test]
    fn a_small_day_is_that_computed_by_hand() {
        let supply = |coins, treasury| Holdings {
            supply: Coins::from_whole(coins),
            treasury: Coins::from_whole(treasury),
        };
        // 40 granted, 10 spent on items; 30 spent on land, of which 12 went to the treasury, which burned 5.
        let day = DayFlows::new(0, supply(100, 0), supply(125, 7), |p| match p {
            Purpose::Grant => Coins::from_whole(40),
            Purpose::ItemSale => Coins::from_whole(10),
            Purpose::ParcelSale => Coins::from_whole(30),
            Purpose::Burn => Coins::from_whole(5),
            _ => Coins::ZERO,
        });
        assert!(day.is_balanced());
        let rows: Vec<(String, String, i64)> = day
            .sankey()
            .into_iter()
            .map(|r| (r.from, r.to, r.amount.micros() / 1_000_000))
            .collect();
        let row = |from: &str, to: &str, coins| (from.to_owned(), to.to_owned(), coins);
        assert_eq!(
            rows,
            [
                row("grant", "wallets", 40),
                row("wallets", "item_sale", 10),
                row("treasury", "burn", 5),
                row("wallets", "treasury", 12),
                row("wallets", "wallets saved", 18),
                row("treasury", "treasury saved", 7),
            ]
        );
        // 40 spent of 112.5 held on average.
        assert!((day.velocity().unwrap() - 40.0 / 112.5).abs() < 1e-12);
        let empty = DayFlows::new(0, supply(0, 0), supply(0, 0), |_| Coins::ZERO);
        assert_eq!(empty.velocity(), None);
        assert!(empty.sankey().is_empty());
    }

    #[test]
    fn a_day_whose_books_do_not_balance_is_noticed() {
        let mut day = day(1);
        day.after.supply += Coins::from_micros(1);
        assert!(!day.is_balanced());
    }
}
