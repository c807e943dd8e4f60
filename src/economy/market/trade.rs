//! Unique assets put up for sale, bid for and handed over, in whichever format the scenario chose.

use super::auctions::{Auction, Step};
use super::titles::{AssetSale, Title, split};
use crate::economy::config::MarketFormat;
use crate::economy::ledger::{Account, Currency};
use crate::economy::purpose::Purpose;
use crate::economy::sale::english::EnglishRules;
use crate::economy::settle::{Desk, ppm};
use crate::events::behavior::{Event, EventKind, ThingKind};
use crate::events::bus::Wish;
use crate::sim::ids::ItemId;
use crate::sim::rng::{Purpose as Luck, RngStream};
use crate::sim::units::{Coins, TICKS_PER_DAY, TICKS_PER_HOUR, Tick};
use crate::society::content::item::STUDIO;

/// A late open bid puts the close off to this many ticks after it.
const EXTENSION: u32 = 10;

/// Least price of anything, in coins.
pub(super) const CHEAPEST: f64 = 0.05;

impl Desk<'_> {
    /// Puts an asset up for sale at a price, or up for auction with a share of that as its reserve. The caller has set since when.
    pub(in crate::economy) fn put_up(&mut self, item: ItemId, mut title: Title, price: Coins) {
        let rules = &self.rules.0.market;
        let share = price.scaled_ppm(ppm(rules.reserve_share));
        let reserve = share.max(Coins::from_micros(1));
        let length_ticks = rules.auction_hours * TICKS_PER_HOUR;
        let now = self.clock.now;
        let auction = match rules.format {
            MarketFormat::Listing => None,
            MarketFormat::English => Some(Auction::open(
                EnglishRules {
                    reserve,
                    increment: reserve.scaled_ppm(ppm(rules.increment)),
                    length_ticks,
                    extension_ticks: EXTENSION,
                },
                now,
            )),
            MarketFormat::Vickrey => Some(Auction::sealed(reserve, now.after(length_ticks))),
        };
        title.asking = Some(auction.as_ref().map_or(price, Auction::shown));
        self.market.set(item, title);
        if let Some(mut auction) = auction {
            auction.asked = price;
            self.market.auctions.insert(item, auction);
            // From now on there are bids.
            self.void_offers(item);
        }
    }

    /// Buys an asset at the price asked, or bids for it.
    pub(in crate::economy) fn buy_asset(
        &mut self,
        wish: &Wish,
        item: ItemId,
        most: Coins,
        worth: Coins,
    ) {
        let Some(title) = self.market.title(item).copied() else {
            return;
        };
        if title.owner == Some(wish.avatar) {
            return;
        }
        if self.market.auctions.contains_key(&item) {
            self.bid(wish, item, title, worth);
            return;
        }
        let Some(price) = title.asking else { return };
        let buyer = Account::Wallet(wish.avatar);
        let has = self.ledger.balance(Currency::Coins, buyer);
        if price > most || price > has {
            return;
        }
        self.hand_over(wish, item, buyer, price, 1, title.since);
    }

    fn bid(&mut self, wish: &Wish, item: ItemId, mut title: Title, most: Coins) {
        let (ledger, now) = (&self.ledger, self.clock.now);
        let has = |who| ledger.balance(Currency::Coins, Account::Wallet(who));
        let Some(auction) = self.market.auctions.get_mut(&item) else {
            return;
        };
        let steps = auction.bid(*wish, most, now, has);
        title.asking = Some(auction.shown());
        self.market.set(item, title);
        self.set_aside(&steps, Some(wish));
    }

    /// Moves coins into escrow and out of it.
    pub(super) fn set_aside(&mut self, steps: &[Step], wish: Option<&Wish>) {
        for step in steps {
            let (from, to, amount, purpose) = match *step {
                Step::Hold(who, amount) => {
                    let purpose = Purpose::Hold;
                    (Account::Wallet(who), Account::Escrow(who), amount, purpose)
                }
                Step::Free(who, amount) => {
                    let purpose = Purpose::Release;
                    (Account::Escrow(who), Account::Wallet(who), amount, purpose)
                }
            };
            self.pay(from, to, amount, purpose, wish);
        }
    }

    /// Returns the fee on a sale of an asset and its creator's royalty, in parts per million.
    pub(super) fn shares_of(&self, item: ItemId, title: &Title) -> (u32, u32) {
        let creator = self.catalogue.card(item).creator;
        let earns_royalty =
            creator != STUDIO && title.owner.is_some() && title.owner != Some(creator);
        let royalty = if earns_royalty {
            ppm(self.rules.0.market.royalty)
        } else {
            0
        };
        let fee = if title.owner.is_some() {
            self.fee_ppm()
        } else {
            0
        };
        (fee, royalty)
    }

    /// Hands an asset over for a price that lies in `from`, with fee and royalty; it was for sale, or offered for, since `listed`.
    pub(super) fn hand_over(
        &mut self,
        wish: &Wish,
        item: ItemId,
        from: Account,
        price: Coins,
        n_bids: u32,
        listed: Tick,
    ) {
        let Some(title) = self.market.title(item).copied() else {
            return;
        };
        let creator = self.catalogue.card(item).creator;
        let (fee, royalty) = self.shares_of(item, &title);
        let parts = split(price, fee, royalty);
        let seller = title.owner.map_or(Account::Treasury, Account::Wallet);
        // The price is there and all accounts exist, so that all three legs go through.
        self.pay(from, seller, parts.seller, Purpose::AssetSale, Some(wish));
        self.pay(
            from,
            Account::Burn,
            parts.fee,
            Purpose::MarketFee,
            Some(wish),
        );
        if parts.royalty.is_positive() {
            let to = Account::Wallet(creator);
            self.pay(from, to, parts.royalty, Purpose::Royalty, Some(wish));
        }
        let now = self.clock.now;
        self.market.set(
            item,
            Title {
                owner: Some(wish.avatar),
                asking: None,
                last_price: price,
                since: now,
                n_sales: title.n_sales + 1,
            },
        );
        self.market.record(AssetSale {
            item,
            tick: now,
            seller: title.owner,
            buyer: wish.avatar,
            price,
            split: parts,
            listed,
            n_bids,
        });
        // What it was first offered for says how good it is.
        let first = self.catalogue.card(item).price;
        self.index.book(2, price, first);
        self.announce(wish, EventKind::Buy, (ThingKind::Item, item.0), price);
        self.void_offers(item);
    }

    /// Returns what an owner asks for an asset: nobody sells below what it was worth to it, give or take.
    pub(super) fn owner_asks(&self, title: &Title, rng: &mut RngStream) -> Coins {
        let paid = title.last_price.as_f64().max(0.1);
        let level = self.index.level.clamp(0.2, 5.0);
        let ask = paid * (1.0 + self.rules.0.market.markup) * rng.log_normal(0.0, 0.25);
        Coins::from_f64(ask * (0.7 + 0.3 * level))
    }

    /// Puts up an asset that its owner or maker wants to sell. What is being bid for or is in a bundle stays as it is.
    pub(in crate::economy) fn list_asset(&mut self, wish: &Wish, item: ItemId, price: Coins) {
        let old = self.market.title(item).copied();
        let owns = old.is_some_and(|t| t.owner == Some(wish.avatar));
        let made_it = self.catalogue.card(item).creator == wish.avatar;
        let is_taken = self.market.auctions.contains_key(&item) || self.is_bundled(item);
        if !(owns || (old.is_none() && made_it)) || !self.rules.0.market.enabled || is_taken {
            return;
        }
        let title = Title {
            owner: Some(wish.avatar),
            asking: None,
            last_price: old.map_or(Coins::ZERO, |t| t.last_price),
            since: self.clock.now,
            n_sales: old.map_or(0, |t| t.n_sales),
        };
        self.put_up(item, title, price);
        self.announce(wish, EventKind::List, (ThingKind::Item, item.0), price);
        self.meet_offers(item);
    }

    /// Owners put assets up for sale; what has stood unsold gets cheaper.
    pub(in crate::economy) fn relist_assets(&mut self) {
        self.form_bundles();
        let rules = self.rules.0.market.clone();
        let (seed, now) = (self.seed.0, self.clock.now);
        let all: Vec<_> = self.market.titles().map(|(i, t)| (i, *t)).collect();
        for (item, mut title) in all {
            if self.market.auctions.contains_key(&item) || self.is_bundled(item) {
                continue;
            }
            let mut rng = RngStream::new(seed, Luck::Trade, u64::from(item.0), now.day());
            match (title.asking, title.owner) {
                (Some(price), _) if now.since(title.since) >= TICKS_PER_DAY => {
                    let lower = price.as_f64() * (1.0 - rules.discount);
                    self.put_up(item, title, Coins::from_f64(lower.max(CHEAPEST)));
                }
                (None, Some(owner)) if rng.chance(rules.relisting) => {
                    let price = self.owner_asks(&title, &mut rng);
                    title.since = now;
                    self.put_up(item, title, price);
                    self.events.push(
                        Event::new(now, owner, EventKind::List)
                            .thing(ThingKind::Item, item.0)
                            .costing(price),
                    );
                }
                _ => {}
            }
            self.meet_offers(item);
        }
    }

    /// Strikes the auctions that are over; what nobody bid for is put up again, a little cheaper.
    fn strike(&mut self, item: ItemId) {
        let Some(auction) = self.market.auctions.remove(&item) else {
            return;
        };
        let (asked, n_bids) = (auction.asked, auction.n_bids);
        let (hammer, steps) = auction.close();
        self.set_aside(&steps, None);
        if let Some(h) = hammer {
            let listed = self.market.title(item).map_or(self.clock.now, |t| t.since);
            let from = Account::Escrow(h.winner);
            self.hand_over(&h.wish, item, from, h.price, n_bids, listed);
            return;
        }
        let Some(title) = self.market.title(item).copied() else {
            return;
        };
        let rules = &self.rules.0.market;
        let days = f64::from(rules.auction_hours) / 24.0;
        let kept = crate::sim::math::pow(1.0 - rules.discount, days);
        let asked = Coins::from_f64((asked.as_f64() * kept).max(CHEAPEST));
        self.put_up(item, title, asked);
    }
}

/// Ends the auctions of assets that are due.
pub(in crate::economy) fn close_auctions(mut desk: Desk<'_>) {
    let now = desk.clock.now;
    let due: Vec<ItemId> = desk
        .market
        .auctions
        .iter()
        .filter(|(_, a)| a.closes() <= now)
        .map(|(item, _)| *item)
        .collect();
    for item in due {
        desk.strike(item);
    }
}
