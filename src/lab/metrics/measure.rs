//! The system of the Measure phase: reads both sides, writes nothing but the book.

use bevy::ecs::prelude::*;
use bevy::ecs::system::SystemParam;

use super::book::{Book, HourRow, Minutes, Today};
use super::calibration::count_slates;
use super::oracle;
use super::trading::Truth;
use super::wealth::{FIRST_DAYS, wealth};
use crate::economy::land::registry::LandRegistry;
use crate::economy::ledger::{Currency, Ledger};
use crate::economy::market::index::PriceIndex;
use crate::economy::market::titles::AssetMarket;
use crate::events::behavior::{EventKind, NO_POSITION, ThingKind};
use crate::events::bus::{EventBus, OfferBus};
use crate::events::sign::SignBus;
use crate::lab::config::LabRules;
use crate::lab::report::DayRow;
use crate::platform::ads::campaign::Campaigns;
use crate::platform::ads::click_model::Format;
use crate::platform::ads::floor::Floor;
use crate::platform::ads::reserve::LearnedReserves;
use crate::platform::config::PlatformRules;
use crate::platform::integrity::holds::Holds;
use crate::platform::models::ranker::Ranker;
use crate::platform::privacy::observation::Observations;
use crate::platform::recommend::prices::AttentionPrices;
use crate::sim::config::ConfigValue;
use crate::sim::ids::ItemId;
use crate::sim::schedule::SimClock;
use crate::sim::units::{TICKS_PER_DAY, TICKS_PER_HOUR};
use crate::society::avatars::avatar::Avatars;
use crate::society::avatars::haggling::Goods;
use crate::society::avatars::likings::Likings;
use crate::society::config::SocietyRules;
use crate::society::content::catalogue::Catalogue;
use crate::society::content::truth::ItemTruths;
use crate::society::spaces::space::Spaces;

/// Both sides, to look at.
#[derive(SystemParam)]
pub struct Sight<'w> {
    clock: Res<'w, SimClock>,
    lab: Res<'w, LabRules>,
    society: Res<'w, SocietyRules>,
    platform: Res<'w, PlatformRules>,
    events: Res<'w, EventBus>,
    offers: Res<'w, OfferBus>,
    avatars: Res<'w, Avatars>,
    catalogue: Res<'w, Catalogue>,
    truths: Res<'w, ItemTruths>,
    spaces: Res<'w, Spaces>,
    observations: Res<'w, Observations>,
    prices: Res<'w, AttentionPrices>,
    likings: Res<'w, Likings>,
    market: Res<'w, AssetMarket>,
    ledger: Res<'w, Ledger>,
    land: Res<'w, LandRegistry>,
    index: Res<'w, PriceIndex>,
    holds: Res<'w, Holds>,
    ranker: Res<'w, Ranker>,
    floor: Res<'w, Floor>,
    campaigns: Res<'w, Campaigns>,
    reserves: Res<'w, LearnedReserves>,
    signs: Option<Res<'w, SignBus>>,
}

/// Counts what happened in this tick.
pub fn measure(sight: Sight<'_>, mut book: ResMut<Book>) {
    let s = &sight;
    let book = &mut *book;
    book.active_ticks += s.avatars.awake.len() as u64;
    book.n_holds = s.holds.n_holds;
    book.this_hour.awake_ticks += s.avatars.awake.len() as u64;
    book.this_hour.slates += s.offers.slates.len() as u64;
    book.today.pushes += s.offers.pushes.len() as u64;
    judge_slates(s, book);
    count_slates(
        &s.offers.slates,
        &s.events.current,
        &s.ranker.calibrators,
        &mut book.calibration,
    );
    for e in &s.events.current {
        book.ads.count(e, &s.campaigns, &s.platform.0.ads);
        book.count(e, &s.catalogue, &s.truths, &s.spaces, s.lab.0.diversity);
        if e.kind == EventKind::SessionEnd {
            book.today.satisfaction += f64::from(s.avatars.get(e.avatar).satisfaction);
        }
    }
    book.ads.auctions(s.clock.now, &s.floor);
    for ad in s.offers.ads(s.signs.as_deref()) {
        book.ads.placed(s.clock.now, ad);
    }
    book.reached.count(&s.events.current, &s.offers, &s.avatars);
    oracle::witness(
        &s.offers,
        s.lab.0.oracle_every,
        s.clock.now.after(1),
        &s.avatars,
        &s.catalogue,
        &s.truths,
        &s.society.0,
        |item| s.market.asking(item),
        &mut book.witnesses,
    );
    if s.market.sales.len() > book.trades.n {
        let truth = Truth {
            avatars: &s.avatars,
            goods: Goods {
                now: s.clock.now,
                society: &s.society.0,
                catalogue: &s.catalogue,
                truths: &s.truths,
            },
            likings: &s.likings,
        };
        book.trades.count(&s.market, &truth);
    }
    if s.clock.now.0 % TICKS_PER_HOUR == TICKS_PER_HOUR - 1 {
        let hour = s.clock.now.0 / TICKS_PER_HOUR;
        let done = std::mem::take(&mut book.this_hour);
        book.hours_run.push(HourRow { hour, ..done });
    }
    if s.clock.now.0 % TICKS_PER_DAY == TICKS_PER_DAY - 1 {
        close_day(s, book);
    }
}

fn judge_slates(s: &Sight<'_>, book: &mut Book) {
    for slate in &s.offers.slates {
        let counts = &mut book.surfaces[slate.surface as usize];
        counts.slates += 1;
        for slot in &slate.slots {
            let i = slot.thing.id as usize;
            if counts.shown.len() <= i {
                counts.shown.resize(i + 1, false);
            }
            counts.shown[i] = true;
        }
    }
    let mut witnesses = std::mem::take(&mut book.witnesses);
    for w in &mut witnesses {
        let found = s
            .offers
            .slates
            .binary_search_by_key(&w.avatar(), |x| x.avatar);
        let Ok(at) = found else { continue };
        let slate = &s.offers.slates[at];
        let chosen = s
            .events
            .current
            .iter()
            .find(|e| {
                e.offer == slate.offer
                    && e.position != NO_POSITION
                    && e.thing.kind == ThingKind::Item
                    && matches!(e.kind, EventKind::Consume | EventKind::Play)
            })
            .and_then(|e| w.utility(ItemId(e.thing.id)));
        let counts = &mut book.surfaces[slate.surface as usize];
        if let Some(u) = chosen {
            counts.utility.0 += u;
            counts.utility.1 += 1;
        }
        let Some(j) = oracle::judge(slate, w, &s.society.0) else {
            continue;
        };
        let attention = if w.avatar().idx() < s.observations.table.len() {
            f64::from(s.observations.of(w.avatar()).attention(0.5))
        } else {
            0.5
        };
        book.today.efficiency.0 += attention * j.shown;
        book.today.efficiency.1 += attention * j.best;
        book.efficiency.0 += attention * j.shown;
        book.efficiency.1 += attention * j.best;
    }
    book.witnesses = witnesses;
}

/// Sums everybody's minutes.
#[must_use]
pub fn minutes_of(avatars: &Avatars) -> Minutes {
    let mut sum = Minutes::default();
    for a in avatars.table.rows() {
        sum.all += f64::from(a.minutes);
        sum.regretted += f64::from(a.regret_minutes);
        sum.night += f64::from(a.night_minutes);
    }
    sum
}

fn close_day(s: &Sight<'_>, book: &mut Book) {
    let day = s.clock.now.day();
    if day + 1 == FIRST_DAYS {
        book.first_wealth = wealth(&s.ledger, &s.market, &s.land);
    }
    let config = &s.platform.0.ads;
    let reserve = |format| s.reserves.price(format, config).0.as_f64();
    book.ads
        .close_day([reserve(Format::Display), reserve(Format::Rewarded)]);
    let today: Today = std::mem::take(&mut book.today);
    let coins = s.ledger.books(Currency::Coins);
    let before: (f64, f64) = book
        .days
        .iter()
        .fold((0.0, 0.0), |t, d| (t.0 + d.minted, t.1 + d.burned));
    let minutes = today.minutes;
    let so_far = minutes_of(&s.avatars);
    let last = std::mem::replace(&mut book.minutes_before, so_far);
    let spent = so_far.all - last.all;
    let share = |part: f64| (spent > 0.0).then(|| (part / spent).clamp(0.0, 1.0));
    let (sum, n) = s.prices.minutes;
    let lambdas = std::mem::replace(&mut book.lambdas, (sum, n));
    let (sum, n) = (sum - lambdas.0, n - lambdas.1);
    book.days.push(DayRow {
        day,
        active: today.active,
        wau: book.active_within(day, 7),
        mau: book.active_within(day, 30),
        newcomers: today.newcomers,
        sessions: today.sessions,
        minutes,
        satisfaction: (today.ended > 0)
            .then(|| 0.5 + 0.5 * today.satisfaction / today.ended as f64),
        regret_share: share(so_far.regretted - last.regretted),
        night_share: share(so_far.night - last.night),
        attention_efficiency: (today.efficiency.1 > 0.0)
            .then(|| today.efficiency.0 / today.efficiency.1),
        attention_price: (n > 0).then(|| sum / n as f64),
        ad_revenue: today.ad_revenue,
        ad_impressions: today.impressions,
        ad_clicks: today.clicks,
        pushes_sent: today.pushes,
        pushes_opened: today.opened,
        coins_supply: coins.held.as_f64(),
        minted: coins.minted.as_f64() - before.0,
        burned: coins.burned.as_f64() - before.1,
        coin_price_index: s.index.level,
        model: s.platform.0.recommend.model.show().replace('"', ""),
    });
    for (d, secs) in today.domain_secs.iter().enumerate() {
        book.domain_minutes[d].push(secs / 60.0);
    }
    book.cohorts.complete(day);
}
