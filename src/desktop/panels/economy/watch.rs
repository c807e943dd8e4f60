//! Flows by day, trades and the bank, collected while the city runs.

use std::collections::{BTreeMap, VecDeque};

use crate::desktop::view::sight::City;
use crate::economy::config::MarketConfig;
use crate::economy::controller::CentralBank;
use crate::economy::ledger::{Account, Currency, Ledger};
use crate::economy::market::titles::{AssetMarket, split};
use crate::economy::purpose::Purpose;
use crate::economy::settle::ppm;
use crate::events::behavior::{Event, EventKind, ThingKind};
use crate::events::bus::EventBus;
use crate::sim::ids::{AvatarId, ItemId};
use crate::sim::units::{Coins, Tick};
use crate::society::content::catalogue::Catalogue;
use crate::society::content::item::{ItemKind, STUDIO};

/// Trades kept.
const TRADES: usize = 50;

/// Purposes there are.
pub(super) const PURPOSES: usize = Purpose::ALL.len();

/// How things stood when a day began.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DayBreak {
    /// The day that began.
    pub(super) day: u32,
    /// What had flowed until then, by purpose.
    pub(super) totals: [Coins; PURPOSES],
    /// What the treasury held.
    pub(super) treasury: Coins,
    /// Coins in existence.
    pub(super) supply: Coins,
    /// Factor on rewards that the bank set for the day.
    pub(super) reward_factor: f64,
}

/// An asset that changed hands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Trade {
    /// When.
    pub(super) tick: Tick,
    /// What.
    pub(super) item: ItemId,
    /// Who has it now.
    pub(super) buyer: AvatarId,
    /// Who had it; `None` is the city.
    pub(super) seller: Option<AvatarId>,
    /// What was paid.
    pub(super) price: Coins,
    /// What of it went to whoever made the asset.
    pub(super) royalty: Coins,
}

/// What the panel collects.
#[derive(Debug, Default)]
pub struct EconomyWatch {
    /// Beginnings of days, oldest first.
    pub(super) breaks: Vec<DayBreak>,
    /// The newest trades, oldest first.
    pub(super) trades: VecDeque<Trade>,
    /// Who owns each asset that has an owner.
    owners: BTreeMap<ItemId, AvatarId>,
    knows_owners: bool,
    taken_at: Option<Tick>,
}

impl EconomyWatch {
    /// Collects after the tick that has just run.
    pub(super) fn collect(&mut self, city: &City<'_>) {
        let now = city.now();
        let Some(ran) = now.0.checked_sub(1).map(Tick) else {
            return;
        };
        if self.taken_at == Some(now) {
            return;
        }
        self.taken_at = Some(now);
        if ran.minute_of_day() == 0 {
            self.begin_day(ran.day(), city);
        }
        self.follow_assets(city);
    }

    fn begin_day(&mut self, day: u32, city: &City<'_>) {
        let ledger = city.get::<Ledger>();
        let mut totals = [Coins::ZERO; PURPOSES];
        for (total, purpose) in totals.iter_mut().zip(Purpose::ALL) {
            let flow = ledger.flow(*purpose);
            // What flowed at midnight to close the old day belongs to it; what flowed since then is today's.
            *total = flow.total - flow.today;
        }
        self.breaks.push(DayBreak {
            day,
            totals,
            treasury: ledger.balance(Currency::Coins, Account::Treasury),
            supply: ledger.books(Currency::Coins).held,
            reward_factor: city.get::<CentralBank>().reward_factor,
        });
    }

    fn follow_assets(&mut self, city: &City<'_>) {
        if !self.knows_owners {
            self.knows_owners = true;
            let titles = city.get::<AssetMarket>().titles();
            self.owners = titles.filter_map(|(i, t)| Some((i, t.owner?))).collect();
            // Sales of this very tick are already in the titles: who sold is not known any more.
            return;
        }
        let catalogue = city.get::<Catalogue>();
        let rules = &city.scenario.economy.market;
        for e in &city.get::<EventBus>().current {
            let is_asset = matches!(e.kind, EventKind::Buy | EventKind::List)
                && e.thing.kind == ThingKind::Item
                && kind_of(catalogue, ItemId(e.thing.id)) == Some(ItemKind::Asset);
            if is_asset {
                self.follow(e, catalogue, rules);
            }
        }
    }

    fn follow(&mut self, e: &Event, catalogue: &Catalogue, rules: &MarketConfig) {
        let item = ItemId(e.thing.id);
        let seller = self.owners.insert(item, e.avatar);
        if e.kind == EventKind::List {
            return;
        }
        let creator = catalogue.table.rows().get(item.idx()).map(|c| c.creator);
        let earns = creator.is_some_and(|c| c != STUDIO && seller.is_some_and(|s| s != c));
        let share = if earns { ppm(rules.royalty) } else { 0 };
        if self.trades.len() == TRADES {
            self.trades.pop_front();
        }
        self.trades.push_back(Trade {
            tick: e.tick,
            item,
            buyer: e.avatar,
            seller,
            price: e.amount,
            royalty: split(e.amount, 0, share).royalty,
        });
    }

    /// Returns what flowed on each finished day, oldest first: day and amount by purpose.
    pub(super) fn days(&self) -> impl Iterator<Item = (u32, [Coins; PURPOSES])> + '_ {
        self.breaks.windows(2).map(|pair| {
            let mut flowed = pair[1].totals;
            for (f, before) in flowed.iter_mut().zip(&pair[0].totals) {
                *f -= *before;
            }
            (pair[0].day, flowed)
        })
    }
}

/// Returns what kind of thing an item is; `None` for one that does not exist.
pub(super) fn kind_of(catalogue: &Catalogue, item: ItemId) -> Option<ItemKind> {
    catalogue.table.rows().get(item.idx()).map(|c| c.kind)
}
