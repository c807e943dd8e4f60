//! Settling a tick: wishes become transactions, in the order in which they were wished, or nothing at all.

use bevy::ecs::prelude::*;
use bevy::ecs::system::SystemParam;
use serde::{Deserialize, Serialize};

use super::config::EconomyRules;
use super::controller::CentralBank;
use super::exchange::materials::Exchange;
use super::land::auction::LandBid;
use super::land::registry::LandRegistry;
use super::ledger::{Account, Currency, Ledger};
use super::market::bundles::AssetBundles;
use super::market::index::PriceIndex;
use super::market::offers::AssetOffers;
use super::market::shop::Shop;
use super::market::titles::AssetMarket;
use super::purpose::Purpose;
use crate::events::behavior::{Event, EventKind, ThingKind};
use crate::events::bus::{EventBus, Reward, RewardKind, Wish, WishBus, WishKind};
use crate::events::deposit::DepositBus;
use crate::sim::ids::{AvatarId, CampaignId, ItemId};
use crate::sim::rng::{Purpose as Luck, RngStream};
use crate::sim::schedule::{Seed, SimClock};
use crate::sim::units::Coins;
use crate::society::avatars::avatar::Avatars;
use crate::society::content::catalogue::Catalogue;
use crate::society::content::item::ItemKind;

/// Whether the books balanced after every tick so far.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    /// They did.
    pub always_balanced: bool,
    /// Ticks checked.
    pub n_checks: u64,
    /// Transactions refused by the ledger.
    pub n_refused: u64,
}

impl Default for Audit {
    fn default() -> Self {
        Self {
            always_balanced: true,
            n_checks: 0,
            n_refused: 0,
        }
    }
}

/// Everything settling writes.
#[derive(SystemParam)]
pub struct Desk<'w> {
    pub(super) clock: Res<'w, SimClock>,
    pub(super) seed: Res<'w, Seed>,
    pub(super) rules: Res<'w, EconomyRules>,
    pub(super) bank: ResMut<'w, CentralBank>,
    pub(super) catalogue: ResMut<'w, Catalogue>,
    pub(super) ledger: ResMut<'w, Ledger>,
    pub(super) market: ResMut<'w, AssetMarket>,
    /// Where the scenario has offers.
    pub(super) offers: Option<ResMut<'w, AssetOffers>>,
    /// Where the scenario has bundles.
    pub(super) bundles: Option<ResMut<'w, AssetBundles>>,
    pub(super) shop: ResMut<'w, Shop>,
    pub(super) land: ResMut<'w, LandRegistry>,
    pub(super) exchange: ResMut<'w, Exchange>,
    pub(super) index: ResMut<'w, PriceIndex>,
    pub(super) avatars: ResMut<'w, Avatars>,
    pub(super) events: ResMut<'w, EventBus>,
    pub(super) audit: ResMut<'w, Audit>,
}

/// Turns a share into parts per million.
#[must_use]
pub fn ppm(share: f64) -> u32 {
    (share.clamp(0.0, 1.0) * 1e6).round() as u32
}

impl Desk<'_> {
    /// Moves coins and keeps purses up to date; says whether it worked.
    pub(super) fn pay(
        &mut self,
        from: Account,
        to: Account,
        amount: Coins,
        purpose: Purpose,
        wish: Option<&Wish>,
    ) -> bool {
        let cause = wish.map_or(crate::events::behavior::NO_OFFER, |w| w.offer);
        let done = self
            .ledger
            .transfer(Currency::Coins, from, to, amount, purpose, cause)
            .is_ok();
        if !done {
            self.audit.n_refused += 1;
        }
        for account in [from, to] {
            if let Account::Wallet(id) = account {
                self.refresh_purse(id);
            }
        }
        done
    }

    /// The fee on a sale between avatars, in parts per million.
    pub(super) fn fee_ppm(&self) -> u32 {
        let rules = &self.rules.0;
        ppm(self.bank.fee(rules.market.fee, &rules.controller))
    }

    pub(super) fn refresh_purse(&mut self, id: AvatarId) {
        let balance = self.ledger.balance(Currency::Coins, Account::Wallet(id));
        if self.avatars.get(id).purse != balance {
            self.avatars.get_mut(id).purse = balance;
        }
    }

    pub(super) fn announce(
        &mut self,
        wish: &Wish,
        kind: EventKind,
        thing: (ThingKind, u32),
        amount: Coins,
    ) {
        self.events.push(
            Event::new(self.clock.now, wish.avatar, kind)
                .thing(thing.0, thing.1)
                .at(wish.space)
                .answering(wish.surface, wish.position, wish.offer)
                .costing(amount),
        );
    }

    fn grant(&mut self, wish: &Wish) {
        match wish.kind {
            WishKind::BuyItem(item, most) => self.buy_item(wish, item, most),
            WishKind::BuyAsset(item, most, worth) => self.buy_asset(wish, item, most, worth),
            WishKind::ListAsset(item, price) => self.list_asset(wish, item, price),
            WishKind::BuyParcel(parcel, most) => {
                if self.rules.0.land.enabled {
                    let bidder = wish.avatar;
                    self.land.bid(parcel, LandBid { bidder, most });
                }
            }
            WishKind::TopUp(amount) => self.top_up(wish, amount),
            WishKind::Teleport(fare) => {
                self.pay(
                    Account::Wallet(wish.avatar),
                    Account::Burn,
                    fare,
                    Purpose::Teleport,
                    Some(wish),
                );
            }
            WishKind::Claim(reward) => self.pay_reward(wish, &reward),
            WishKind::Gift(to, amount) => {
                self.pay(
                    Account::Wallet(wish.avatar),
                    Account::Wallet(to),
                    amount,
                    Purpose::Gift,
                    Some(wish),
                );
            }
            WishKind::Build(parcel) => self.build(wish, parcel),
            WishKind::ListParcel(parcel, price) => {
                if self.land.lot(parcel).owner == Some(wish.avatar) {
                    self.land.list(parcel, price);
                }
            }
            WishKind::Open => {}
            WishKind::PlaceOrder(material, request) => self.place_order(wish, material, request),
            WishKind::CancelOrder(material, order) => self.cancel_order(wish, material, order),
            WishKind::OfferForAsset(item, amount) => self.offer_for_asset(wish, item, amount),
            WishKind::BuyBundle(number, most) => self.buy_bundle(wish, number, most),
        }
    }

    fn buy_item(&mut self, wish: &Wish, item: ItemId, most: Coins) {
        let Some(price) = self.shop.price(item) else {
            return;
        };
        let wallet = Account::Wallet(wish.avatar);
        let has = self.ledger.balance(Currency::Coins, wallet);
        if price > most || price > has || !self.shop.take(item) {
            return;
        }
        if self.pay(wallet, Account::Burn, price, Purpose::ItemSale, Some(wish)) {
            let good = usize::from(self.catalogue.card(item).kind == ItemKind::Textbook);
            let first = self.shop.first_price(item).unwrap_or(price);
            self.index.book(good, price, first);
            self.announce(wish, EventKind::Buy, (ThingKind::Item, item.0), price);
        }
    }

    fn top_up(&mut self, wish: &Wish, amount: Coins) {
        let paid = Coins::from_f64(amount.as_f64() / self.rules.0.treasury.coins_per_outside);
        let outside = self.ledger.transfer(
            Currency::Outside,
            Account::OutsideWorld,
            Account::Platform,
            paid,
            Purpose::CoinPayment,
            wish.offer,
        );
        if outside.is_err() {
            self.audit.n_refused += 1;
            return;
        }
        let wallet = Account::Wallet(wish.avatar);
        if self.pay(Account::Mint, wallet, amount, Purpose::CoinSale, Some(wish)) {
            self.announce(wish, EventKind::TopUp, (ThingKind::None, 0), paid);
        }
    }

    fn pay_reward(&mut self, wish: &Wish, reward: &Reward) {
        let purpose = match reward.kind {
            RewardKind::Login => Purpose::LoginReward,
            RewardKind::Quest | RewardKind::Drop => Purpose::QuestReward,
            RewardKind::Bonus => Purpose::BonusReward,
            RewardKind::Referral | RewardKind::Welcome => Purpose::Referral,
            RewardKind::Watching => Purpose::WatchReward,
        };
        // What was promised to the coin has a budget of its own; no bank steers it.
        let amount = if reward.kind.is_credited() {
            reward.amount
        } else {
            let factor = self.rules.0.treasury.reward_factor * self.bank.reward_factor;
            Coins::from_f64(reward.amount.as_f64() * factor)
        };
        let wallet = Account::Wallet(wish.avatar);
        if amount.is_positive() && self.pay(Account::Mint, wallet, amount, purpose, Some(wish)) {
            let kind = match reward.kind {
                RewardKind::Quest => EventKind::QuestDone,
                RewardKind::Drop => EventKind::Drop,
                RewardKind::Login
                | RewardKind::Watching
                | RewardKind::Bonus
                | RewardKind::Referral
                | RewardKind::Welcome => EventKind::RewardClaim,
            };
            self.announce(wish, kind, (ThingKind::None, 0), amount);
        }
    }

    fn build(&mut self, wish: &Wish, parcel: crate::sim::ids::ParcelId) {
        let lot = *self.land.lot(parcel);
        if lot.owner != Some(wish.avatar) || lot.is_built {
            return;
        }
        let cost = Coins::from_f64(self.rules.0.land.building_cost);
        let wallet = Account::Wallet(wish.avatar);
        if self.ledger.balance(Currency::Coins, wallet) >= cost
            && self.use_for_building(wish.avatar, parcel)
            && self.pay(wallet, Account::Burn, cost, Purpose::Build, Some(wish))
        {
            self.land.lots.row_mut(parcel.idx()).is_built = true;
            self.announce(wish, EventKind::Build, (ThingKind::Parcel, parcel.0), cost);
        }
    }
}

/// Opens the accounts of newcomers and grants them their first coins.
pub fn open_accounts(mut desk: Desk<'_>) {
    let (have, want) = (
        desk.ledger.wallets(Currency::Coins).len(),
        desk.avatars.table.len(),
    );
    if have == want {
        return;
    }
    desk.ledger.open_avatars(want);
    let t = desk.rules.0.treasury.clone();
    for i in have..want {
        let id = AvatarId::from_idx(i);
        let is_resident = desk.clock.now.0 == 0 && desk.avatars.get(id).joined.0 == 0;
        let coins = if is_resident && t.resident_wallet > 0.0 {
            let mut rng = RngStream::new(desk.seed.0, Luck::Spend, u64::from(id.0), u32::MAX);
            rng.log_normal(crate::sim::math::ln(t.resident_wallet), t.wallet_sigma)
        } else if is_resident {
            0.0
        } else {
            t.newcomer_grant
        };
        let amount = Coins::from_f64(coins);
        desk.pay(
            Account::Mint,
            Account::Wallet(id),
            amount,
            Purpose::Grant,
            None,
        );
    }
}

/// Grants or refuses the wishes of the tick.
pub fn settle_wishes(mut desk: Desk<'_>, mut wishes: ResMut<WishBus>) {
    let list = std::mem::take(&mut wishes.wishes);
    for wish in &list {
        desk.grant(wish);
    }
    wishes.wishes = list;
}

/// Charges advertisers for the clicks of the tick, and for the looks that were sold as such.
pub fn charge_clicks(mut desk: Desk<'_>) {
    for i in 0..desk.events.current.len() {
        let e = desk.events.current[i];
        let is_ad = matches!(e.kind, EventKind::AdClick | EventKind::AdImpression);
        if !is_ad || !e.amount.is_positive() {
            continue;
        }
        let from = Account::Advertiser(CampaignId(e.thing.id));
        let deposit = desk.ledger.balance(Currency::Outside, from);
        let amount = e.amount.min(deposit);
        let charged = desk.ledger.transfer(
            Currency::Outside,
            from,
            Account::Platform,
            amount,
            Purpose::AdCharge,
            e.offer,
        );
        if charged.is_err() {
            desk.audit.n_refused += 1;
        }
        desk.events.current[i].amount = amount;
    }
}

/// Brings deposits of advertisers to the level they asked for, with money from the world outside.
///
/// Runs after the day is closed, so that what is deposited at midnight counts for the day that begins.
pub fn level_deposits(mut desk: Desk<'_>, mut deposits: ResMut<DepositBus>) {
    for request in deposits.requests.drain(..) {
        desk.ledger.open_campaigns(request.campaign.idx() + 1);
        let deposit = Account::Advertiser(request.campaign);
        let missing = request.level - desk.ledger.balance(Currency::Outside, deposit);
        let (from, to, amount, purpose) = if missing.is_positive() {
            let purpose = Purpose::AdDeposit;
            (Account::OutsideWorld, deposit, missing, purpose)
        } else {
            let purpose = Purpose::AdRefund;
            (deposit, Account::OutsideWorld, -missing, purpose)
        };
        let cause = crate::events::behavior::NO_OFFER;
        let moved = desk
            .ledger
            .transfer(Currency::Outside, from, to, amount, purpose, cause);
        if moved.is_err() {
            desk.audit.n_refused += 1;
        }
    }
}

/// Checks that the books balance.
pub fn audit_books(ledger: Res<Ledger>, mut audit: ResMut<Audit>) {
    audit.n_checks += 1;
    audit.always_balanced &= ledger.is_balanced();
}
