//! What land brings in, once a day: takings from people who pass, rents, tax, and buildings where they pay.
//!
//! Whoever occupies a parcel takes what passers-by spend there: its tenant, or its owner if nobody rents it. A tenant owes
//! the owner a share of what the parcel can be expected to take, whether it did or not.

use crate::economy::config::LandConfig;
use crate::economy::daily::CAPITALIZED_DAYS;
use crate::economy::ledger::{Account, Currency};
use crate::economy::purpose::Purpose;
use crate::economy::settle::{Desk, ppm};
use crate::events::behavior::{Event, EventKind, ThingKind};
use crate::sim::ids::{AvatarId, ParcelId};
use crate::sim::rng::{Purpose as Luck, RngStream};
use crate::sim::units::{Coins, Tick};
use crate::society::avatars::avatar::Role;
use crate::society::spaces::field::FootfallField;

/// Days of rent somebody must have in its wallet to be taken for a tenant.
const DEPOSIT_DAYS: i64 = 7;

/// Days after which a tenant who has not been seen is given notice.
const NOTICE_DAYS: u32 = 7;

/// Coins a day below which a parcel is not worth letting.
const FEWEST_TAKINGS: f64 = 0.05;

/// Returns takings and rent a day of a parcel passed by `footfall` people.
fn yields(footfall: f64, is_built: bool, rules: &LandConfig) -> (Coins, Coins) {
    let factor = if is_built { rules.building_factor } else { 1.0 };
    let takings = footfall * rules.rent_per_visit * factor;
    let rent = Coins::from_f64(takings * rules.rent_share);
    (Coins::from_f64(takings), rent)
}

/// Returns the coins a month that a building adds to what a parcel takes.
pub(in crate::economy) fn building_gain(footfall: f64, rules: &LandConfig) -> f64 {
    footfall * rules.rent_per_visit * (rules.building_factor - 1.0) * CAPITALIZED_DAYS
}

/// Those who would rent: creators, teachers and traders seen on the day that ended, by id.
fn merchants(desk: &Desk<'_>) -> Vec<AvatarId> {
    let yesterday = desk.clock.now.day() - 1;
    let rows = desk.avatars.table.rows().iter().enumerate();
    rows.filter(|(_, a)| a.last_day == yesterday)
        .filter(|(_, a)| matches!(a.role, Role::Creator | Role::Teacher | Role::Trader))
        .map(|(i, _)| AvatarId::from_idx(i))
        .collect()
}

/// Closes the day of all land that has an owner; who cannot pay the tax loses the parcel to the city.
pub(crate) fn let_land(desk: &mut Desk<'_>, field: &FootfallField) {
    let mut rules = desk.rules.0.land.clone();
    rules.rent_per_visit *= desk.bank.takings_factor(&desk.rules.0.controller);
    let merchants = merchants(desk);
    for i in 0..desk.land.lots.len() {
        let parcel = ParcelId::from_idx(i);
        if desk.land.lot(parcel).owner.is_none() {
            continue;
        }
        let footfall = field.at(parcel);
        collect(desk, parcel, footfall, &rules);
        if !tax(desk, parcel, &rules) {
            continue;
        }
        desk.keep_up(parcel);
        build(desk, parcel, footfall, &rules);
        find_tenant(desk, parcel, footfall, &merchants, &rules);
    }
}

/// Pays the takings to whoever occupies the parcel and the rent to its owner; a tenant who cannot pay, or stays away, leaves.
fn collect(desk: &mut Desk<'_>, parcel: ParcelId, footfall: f64, rules: &LandConfig) {
    let lot = *desk.land.lot(parcel);
    let Some(owner) = lot.owner else { return };
    let (takings, rent) = yields(footfall, lot.is_built, rules);
    let occupier = Account::Wallet(lot.tenant.unwrap_or(owner));
    if takings.micros() >= 1_000 {
        desk.pay(Account::Mint, occupier, takings, Purpose::Footfall, None);
    }
    let Some(tenant) = lot.tenant else { return };
    let last_day = desk.avatars.get(tenant).last_day;
    let is_away = desk.clock.now.day() - last_day.min(desk.clock.now.day()) > NOTICE_DAYS;
    let has = desk.ledger.balance(Currency::Coins, occupier);
    let pays = has >= rent && desk.pay(occupier, Account::Wallet(owner), rent, Purpose::Rent, None);
    if !pays || is_away || tenant == owner {
        desk.land.lots.row_mut(parcel.idx()).tenant = None;
    }
}

/// Takes the land tax; says whether the owner still has the parcel.
fn tax(desk: &mut Desk<'_>, parcel: ParcelId, rules: &LandConfig) -> bool {
    let lot = *desk.land.lot(parcel);
    let Some(owner) = lot.owner else { return false };
    let wallet = Account::Wallet(owner);
    let tax = lot.last_price.scaled_ppm(ppm(rules.tax));
    if !tax.is_positive() {
        return true;
    }
    if desk.ledger.balance(Currency::Coins, wallet) >= tax {
        desk.pay(wallet, Account::Burn, tax, Purpose::LandTax, None)
    } else {
        let now: Tick = desk.clock.now;
        desk.land.convey(parcel, None, Coins::ZERO, now);
        false
    }
}

/// Lets the owner build if a month of what a building adds exceeds what it costs.
fn build(desk: &mut Desk<'_>, parcel: ParcelId, footfall: f64, rules: &LandConfig) {
    let lot = *desk.land.lot(parcel);
    let Some(owner) = lot.owner else { return };
    let wallet = Account::Wallet(owner);
    let cost = Coins::from_f64(rules.building_cost);
    let gain = building_gain(footfall, rules);
    let has = desk.ledger.balance(Currency::Coins, wallet);
    let pays = !lot.is_built && gain > cost.as_f64() && has > cost + cost;
    if pays
        && desk.use_for_building(owner, parcel)
        && desk.pay(wallet, Account::Burn, cost, Purpose::Build, None)
    {
        desk.land.lots.row_mut(parcel.idx()).is_built = true;
        desk.events.push(
            Event::new(desk.clock.now, owner, EventKind::Build)
                .thing(ThingKind::Parcel, parcel.0)
                .costing(cost),
        );
    }
}

/// Lets a vacant parcel to a merchant who can afford it, if one comes by today.
fn find_tenant(
    desk: &mut Desk<'_>,
    parcel: ParcelId,
    footfall: f64,
    merchants: &[AvatarId],
    rules: &LandConfig,
) {
    let lot = *desk.land.lot(parcel);
    let now = desk.clock.now;
    let (takings, rent) = yields(footfall, lot.is_built, rules);
    if lot.tenant.is_some() || merchants.is_empty() || takings.as_f64() < FEWEST_TAKINGS {
        return;
    }
    let key = u64::from(parcel.0) << 1 | 1;
    let mut rng = RngStream::new(desk.seed.0, Luck::Rent, key, now.day());
    if !rng.chance(rules.letting_share) {
        return;
    }
    let tenant = merchants[rng.below(merchants.len())];
    let has = desk
        .ledger
        .balance(Currency::Coins, Account::Wallet(tenant));
    let deposit = Coins::from_micros(rent.micros().saturating_mul(DEPOSIT_DAYS));
    if lot.owner == Some(tenant) || has < deposit {
        return;
    }
    desk.land.lots.row_mut(parcel.idx()).tenant = Some(tenant);
    desk.events.push(
        Event::new(now, tenant, EventKind::ParcelRent)
            .thing(ThingKind::Parcel, parcel.0)
            .costing(rent),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rent_is_a_share_of_what_passers_by_spend_and_a_building_multiplies_it() {
        let rules = LandConfig {
            rent_per_visit: 0.1,
            rent_share: 0.5,
            building_factor: 3.0,
            ..LandConfig::BASELINE
        };
        assert_eq!(
            yields(20.0, false, &rules),
            (Coins::from_whole(2), Coins::from_whole(1))
        );
        assert_eq!(
            yields(20.0, true, &rules),
            (Coins::from_whole(6), Coins::from_whole(3))
        );
    }
}
