//! Once a day: what yesterday's bonuses did is taken down, something is learned from it, and others are offered.
//!
//! Candidates are adults who are away, who consent to be known, and who are not held out. Where uplift is learned, a share
//! of them draws a bonus or none; until enough is known, all do. For the others the arm chooses, within the budget. Of what
//! was chosen a share is withheld at random: those avatars would have got a bonus and did not, which is what the others are
//! compared with (Johnson, Lewis and Nubbemeyer 2017, "Ghost ads").

use bevy::ecs::prelude::*;

use super::book::{AWAY, BonusBook, BonusDay, Given, Reason, SIZES, Tried};
use super::features::{columns, usual_minutes};
use super::uplift::{BonusModel, judge, plain_options};
use crate::economy::ledger::{Account as Holder, Currency, Ledger};
use crate::events::behavior::NO_OFFER;
use crate::events::bus::OfferBus;
use crate::events::offer::Bonus;
use crate::platform::config::PlatformRules;
use crate::platform::incentives::arms::{Candidate, give};
use crate::platform::incentives::config::{BonusConfig, BonusesConfig, RewardArm};
use crate::platform::privacy::observation::Observations;
use crate::sim::ids::AvatarId;
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::schedule::{Seed, SimClock};
use crate::sim::units::{Coins, TICKS_PER_DAY, TICKS_PER_HOUR, Tick};
use crate::society::avatars::profile::{DataPurpose, Profile, Profiles};

/// Size that everybody gets where all are treated alike.
const FIXED: usize = 0;

/// Says whether an avatar is never offered a bonus.
#[must_use]
pub fn is_held_out(seed: u64, id: AvatarId, config: &BonusConfig) -> bool {
    let mut rng = RngStream::new(seed, Purpose::BonusTrial, u64::from(id.0), u32::MAX);
    rng.chance(config.hold_out)
}

/// Adults who consent to be known.
fn may_be_offered(profile: Profile) -> bool {
    profile.consent.allows(DataPurpose::Recommendation) && !profile.is_minor
}

fn sizes(config: &BonusConfig) -> [Coins; SIZES] {
    [Coins::from_f64(config.small), Coins::from_f64(config.large)]
}

/// Closes a day and opens the next.
pub fn offer_bonuses(
    clock: Res<SimClock>,
    seed: Res<Seed>,
    rules: Res<PlatformRules>,
    profiles: Res<Profiles>,
    observations: Res<Observations>,
    ledger: Res<Ledger>,
    mut book: ResMut<BonusBook>,
    mut offers: ResMut<OfferBus>,
) {
    let config = &rules.0.bonus;
    let (now, what) = (clock.now, &config.offer);
    let due = now.minute_of_day() == what.hour * TICKS_PER_HOUR && now.day() >= what.start_day;
    if what.arm == RewardArm::None || !due {
        return;
    }
    let book = &mut *book;
    book.grow(profiles.table.len());
    close_day(book, seed.0, now, what, &profiles);
    if what.arm == RewardArm::Uplift {
        learn(book, config, now.day());
    }
    let today = what.a_day(profiles.table.len());
    book.allowance += today;
    let left = book.to_spend(today);
    let candidates = candidates(book, seed.0, now, what, &profiles, &observations, &ledger);
    let given = choose(book, seed.0, now, what, candidates, Coins::from_f64(left));
    for (id, mut g) in given {
        if g.is_sent
            && let Some(size) = g.size
        {
            g.amount = sizes(what)[size];
            g.offer = offers.number();
            offers.bonuses.push(Bonus {
                offer: g.offer,
                avatar: id,
                tick: now,
                minutes: what.minutes,
                until: now.after(TICKS_PER_DAY),
                amount: g.amount,
            });
        }
        book.accounts.row_mut(id.idx()).given = Some(g);
    }
    book.opened = Some(now);
}

fn close_day(book: &mut BonusBook, seed: u64, now: Tick, what: &BonusConfig, profiles: &Profiles) {
    let Some(opened) = book.opened else { return };
    book.visiting.clear();
    let mut day = BonusDay {
        day: opened.day(),
        sent: 0,
        earned: 0,
        paid: Coins::ZERO,
        is_learned: book.model.is_some(),
    };
    book.whole = Default::default();
    let n_days = f64::from(now.since(opened)) / f64::from(TICKS_PER_DAY);
    let days = (book.days.len() as f64 + n_days).max(1.0);
    for i in 0..book.accounts.len() {
        let id = AvatarId::from_idx(i);
        let a = book.accounts.row_mut(i);
        if a.since != AWAY {
            a.minutes += now.since(Tick(a.since).max(opened));
        }
        let minutes = f64::from(a.minutes);
        a.total += a.minutes;
        a.minutes = 0;
        let total = f64::from(a.total) / days;
        let given = a.given.take();
        if may_be_offered(*profiles.get(id)) {
            let is_in = usize::from(!is_held_out(seed, id, what));
            book.whole[is_in].add(total, 0.0);
        }
        let Some(g) = given else { continue };
        let totals = &mut book.totals[g.reason as usize];
        if g.is_sent {
            totals.sent.add(minutes, g.usual);
            totals.paid += g.paid();
        } else {
            totals.withheld.add(minutes, g.usual);
        }
        let sent = g.size.filter(|_| g.is_sent);
        if let Some(size) = sent {
            book.by_size[size].0 += 1;
            book.by_size[size].1 += u32::from(g.is_earned);
        }
        day.count(&g);
        book.remember(Tried {
            avatar: id,
            reason: g.reason,
            columns: g.columns,
            sent,
            minutes,
            is_earned: g.is_earned,
        });
    }
    book.days.push(day);
}

/// Learns from all that was drawn; keeps what it knew as long as that is too little.
fn learn(book: &mut BonusBook, config: &BonusesConfig, day: u32) {
    let (sizes, asked) = (sizes(&config.offer), config.offer.minutes);
    if let Ok(model) = BonusModel::fit(&sizes, book, asked, &config.uplift) {
        book.model = Some(model);
    }
    if let Some(judged) = judge(&sizes, book, asked, &config.uplift, day) {
        book.judged = Some(judged);
    }
}

fn candidates(
    book: &BonusBook,
    seed: u64,
    now: Tick,
    what: &BonusConfig,
    profiles: &Profiles,
    observations: &Observations,
    ledger: &Ledger,
) -> Vec<(u64, AvatarId, Given)> {
    let mut found: Vec<(u64, AvatarId, Given)> = Vec::new();
    for (i, profile) in profiles.table.rows().iter().enumerate() {
        let id = AvatarId::from_idx(i);
        let may = may_be_offered(*profile);
        let is_here = book.accounts.row(i).since != AWAY;
        if !may || is_here || i >= observations.table.len() || is_held_out(seed, id, what) {
            continue;
        }
        let seen = observations.of(id);
        let balance = ledger.balance(Currency::Coins, Holder::Wallet(id));
        let given = Given {
            reason: Reason::Chosen,
            size: None,
            propensity: 1.0 - what.withheld,
            is_sent: false,
            offer: NO_OFFER,
            columns: columns(seen, profile, balance, now),
            usual: usual_minutes(seen, profile, now),
            amount: Coins::ZERO,
            minutes: what.minutes,
            is_earned: false,
        };
        let mut rng = RngStream::new(seed, Purpose::BonusTrial, u64::from(id.0), now.0);
        found.push((rng.bits(), id, given));
    }
    // By lot, so that nobody is first every day.
    found.sort_unstable_by_key(|(lot, id, _)| (*lot, *id));
    found
}

/// Chooses what candidates are given: those who draw, until the budget is used up, then those of the arm. In id order.
fn choose(
    book: &BonusBook,
    seed: u64,
    now: Tick,
    what: &BonusConfig,
    candidates: Vec<(u64, AvatarId, Given)>,
    budget: Coins,
) -> Vec<(AvatarId, Given)> {
    let sizes = sizes(what);
    let plain = plain_options(&sizes, &book.by_size);
    let explores = match (what.arm, &book.model) {
        (RewardArm::Uplift, None) => 1.0,
        (RewardArm::Uplift, Some(_)) => what.exploration,
        _ => 0.0,
    };
    let stream = |id: AvatarId, n: u64| {
        RngStream::new(seed, Purpose::BonusTrial, u64::from(id.0) | n << 32, now.0)
    };
    let options = |g: &Given| match &book.model {
        Some(model) => model.options(&g.columns),
        None => plain.clone(),
    };
    let (mut left, mut is_spent) = (budget, false);
    let (mut given, mut others) = (Vec::new(), Vec::new());
    for (_, id, mut g) in candidates {
        let mut rng = stream(id, 1);
        if is_spent || !rng.chance(explores) {
            others.push((id, g));
            continue;
        }
        let size = rng.below(SIZES + 1).checked_sub(1);
        let cost = size.map_or(Coins::ZERO, |s| options(&g)[s].cost);
        if cost > left {
            // Nobody after this one draws either, so that no size is rarer than another.
            is_spent = true;
            continue;
        }
        left -= cost;
        g.reason = Reason::Explored;
        g.size = size;
        g.propensity = 1.0 / (SIZES + 1) as f64;
        g.is_sent = size.is_some();
        given.push((id, g));
    }
    let asked: Vec<Candidate> = others
        .iter()
        .map(|(avatar, g)| Candidate {
            avatar: *avatar,
            options: options(g),
        })
        .collect();
    let luck = |id: AvatarId| stream(id, 2);
    if let Ok(chosen) = give(what.arm, &asked, left, FIXED, luck) {
        for ((id, mut g), size) in others.into_iter().zip(chosen.chosen) {
            if size.is_some() {
                g.size = size;
                g.is_sent = !stream(id, 3).chance(what.withheld);
                given.push((id, g));
            }
        }
    }
    given.sort_by_key(|(id, _)| *id);
    given
}
