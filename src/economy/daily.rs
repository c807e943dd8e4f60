//! What happens once a day: prices, rents, taxes, land auctions, the creators' fund, the central bank.

use bevy::ecs::prelude::*;

use super::exchange::materials::MATERIALS;
use super::land::clearing::clear_land;
use super::land::letting::let_land;
use super::land::registry::Lot;
use super::ledger::{Account, Currency};
use super::market::titles::Title;
use super::purpose::Purpose;
use super::settle::{Desk, ppm};
use crate::sim::ids::{AvatarId, ParcelId};
use crate::sim::rng::{Purpose as Luck, RngStream};
use crate::sim::units::{Coins, Tick};
use crate::society::content::item::ItemKind;
use crate::society::content::reach::Reach;
use crate::society::spaces::field::FootfallField;
use crate::society::spaces::map::{Cell, CityMap};

/// Days of rent an owner reckons a parcel is worth.
pub(super) const CAPITALIZED_DAYS: f64 = 30.0;

/// Deviation of the logarithm of what a seller believes a parcel to be worth.
const APPRAISAL_SIGMA: f64 = 1.3;

fn is_midnight(now: Tick) -> bool {
    now.minute_of_day() == 0
}

/// Puts goods on the shelves and land into hands when the world begins.
pub fn open_market(mut desk: Desk<'_>, map: Res<CityMap>) {
    if desk.clock.now.0 != 0 {
        return;
    }
    let rules = desk.rules.0.clone();
    if rules.market.enabled {
        let n = desk.avatars.table.len() as f64 / 1_000.0;
        let supply = rules.market.supply_per_1000 * n;
        for kind in [ItemKind::GameItem, ItemKind::Textbook] {
            for item in desk.catalogue.live(kind).to_vec() {
                let price = desk.catalogue.card(item).price;
                desk.shop.stock(item, price, supply);
            }
        }
        for item in desk.catalogue.live(ItemKind::Asset).to_vec() {
            let price = desk.catalogue.card(item).price;
            let title = Title {
                owner: None,
                asking: None,
                last_price: Coins::ZERO,
                since: Tick(0),
                n_sales: 0,
            };
            desk.put_up(item, title, price);
        }
    }
    let n_avatars = desk.avatars.table.len();
    for i in 0..map.len() {
        let parcel = ParcelId::from_idx(i);
        let material = usize::from(map.district(parcel)) % MATERIALS;
        desk.exchange.material_of.push(material as u8);
        let is_land = map.cell(parcel) == Cell::Land;
        let mut rng = RngStream::new(desk.seed.0, Luck::Land, i as u64, 0);
        let owned = is_land && rules.land.enabled && rng.chance(rules.land.owned_share);
        desk.land.lots.push(Lot {
            is_land,
            owner: owned.then(|| AvatarId::from_idx(rng.below(n_avatars))),
            asking: None,
            last_price: Coins::ZERO,
            since: Tick(0),
            is_built: false,
            tenant: None,
            n_sales: 0,
        });
    }
}

/// Runs everything that is due at midnight, for the day that ended.
pub fn close_day(
    mut desk: Desk<'_>,
    map: Res<CityMap>,
    field: Res<FootfallField>,
    reach: Res<Reach>,
) {
    let now = desk.clock.now;
    if !is_midnight(now) {
        return;
    }
    if now.0 > 0 {
        pay_creators(&mut desk, &reach);
        if desk.rules.0.land.enabled {
            clear_land(&mut desk, &map, &field);
            let_land(&mut desk, &field);
        }
        desk.expire_orders();
        desk.reckon_wants(&field);
        sweep_fees(&mut desk);
        move_prices(&mut desk);
        burn_treasury(&mut desk);
        desk.index.close_day(desk.rules.0.controller.base_day);
        let (level, config) = (desk.index.level, desk.rules.0.controller.clone());
        let coins = desk.ledger.books(Currency::Coins).held.as_f64();
        let money = coins / desk.avatars.table.len().max(1) as f64;
        desk.bank.steer(level, money, &config);
    }
    desk.ledger.start_day();
    if desk.rules.0.land.enabled {
        offer_land(&mut desk, &map, &field);
    }
    if desk.rules.0.market.enabled {
        desk.relist_assets();
    }
}

fn pay_creators(desk: &mut Desk<'_>, reach: &Reach) {
    let t = &desk.rules.0.treasury;
    let fund = t.creators_fund_per_1000 * desk.avatars.table.len() as f64 / 1_000.0;
    let uses: u64 = reach.yesterday.iter().map(|(_, n)| u64::from(*n)).sum();
    if uses == 0 || fund <= 0.0 {
        return;
    }
    let fund = Coins::from_f64(fund * t.reward_factor * desk.bank.reward_factor);
    for (creator, n) in &reach.yesterday {
        let part = i128::from(fund.micros()) * i128::from(*n) / i128::from(uses);
        let amount = Coins::from_micros(i64::try_from(part).unwrap_or(0));
        desk.pay(
            Account::Mint,
            Account::Wallet(*creator),
            amount,
            Purpose::CreatorPayout,
            None,
        );
        cash_out(desk, *creator, amount);
    }
}

/// Changes a share of what a creator was paid into outside money, less a fee, as far as the platform has any.
fn cash_out(desk: &mut Desk<'_>, creator: AvatarId, paid: Coins) {
    let t = &desk.rules.0.treasury;
    let coins = paid.scaled_ppm(ppm(t.cash_out_share));
    if !coins.is_positive() {
        return;
    }
    let kept = 1.0 - t.cash_out_fee;
    let worth = Coins::from_f64(coins.as_f64() / t.coins_per_outside * kept);
    let (platform, wallet) = (Account::Platform, Account::Wallet(creator));
    let has = desk.ledger.balance(Currency::Outside, platform);
    if !worth.is_positive()
        || worth > has
        || !desk.pay(wallet, Account::Burn, coins, Purpose::CashOut, None)
    {
        return;
    }
    let cause = crate::events::behavior::NO_OFFER;
    let moved = desk.ledger.transfer(
        Currency::Outside,
        platform,
        Account::OutsideWorld,
        worth,
        Purpose::CashOutPayment,
        cause,
    );
    if moved.is_err() {
        desk.audit.n_refused += 1;
    }
}

/// Puts some of the city's and of the owners' parcels up for auction.
fn offer_land(desk: &mut Desk<'_>, map: &CityMap, field: &FootfallField) {
    let rules = desk.rules.0.land.clone();
    let (seed, today) = (desk.seed.0, desk.clock.now.day());
    for parcel in map.land() {
        let lot = *desk.land.lot(parcel);
        if lot.asking.is_some() {
            continue;
        }
        let mut rng = RngStream::new(seed, Luck::Land, u64::from(parcel.0), today + 1);
        let share = if lot.owner.is_none() {
            rules.release_share
        } else {
            rules.resale_share
        };
        if !rng.chance(share) {
            continue;
        }
        // Nobody sells below a share of what it believes the rents to be worth; beliefs differ.
        let worth = field.at(parcel) * rules.rent_per_visit * CAPITALIZED_DAYS;
        let reserve = match lot.owner {
            Some(_) => 0.5 * worth * rng.log_normal(0.0, APPRAISAL_SIGMA),
            None => 0.25 * worth * rng.log_normal(0.0, APPRAISAL_SIGMA),
        };
        let reserve = Coins::from_f64(reserve.max(rules.reserve_price));
        desk.land.list(parcel, reserve);
    }
}

fn move_prices(desk: &mut Desk<'_>) {
    let rules = desk.rules.0.market.clone();
    let supply = rules.supply_per_1000 * desk.avatars.table.len() as f64 / 1_000.0;
    for (item, price) in desk.shop.close_day(supply, rules.price_step) {
        desk.catalogue.table.row_mut(item.idx()).price = price;
    }
}

/// What the exchange took in fees is destroyed, as the market's fees are.
fn sweep_fees(desk: &mut Desk<'_>) {
    let held = desk.ledger.balance(Currency::Coins, Account::Fees);
    desk.pay(Account::Fees, Account::Burn, held, Purpose::MarketFee, None);
}

fn burn_treasury(desk: &mut Desk<'_>) {
    let held = desk.ledger.balance(Currency::Coins, Account::Treasury);
    let burned = held.scaled_ppm(ppm(desk.rules.0.treasury.burn_share));
    desk.pay(
        Account::Treasury,
        Account::Burn,
        burned,
        Purpose::Burn,
        None,
    );
}
