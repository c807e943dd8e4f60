//! Learning from ads that were shown: what was clicked, and how many auctions a day has.

use bevy::ecs::prelude::*;
use serde::{Deserialize, Serialize};

use super::campaign::Campaigns;
use super::click_model::{Cell, ClickModel, Format};
use super::config::PacingKind;
use super::conversion_model::ConversionModel;
use super::floor::Floor;
use crate::economy::ledger::{Account, Currency, Ledger};
use crate::events::behavior::EventKind;
use crate::events::bus::EventBus;
use crate::platform::config::PlatformRules;
use crate::sim::ids::{CampaignId, OfferId};
use crate::sim::schedule::SimClock;
use crate::sim::state_hash::{StateHash, StateHasher};
use crate::society::avatars::profile::Profiles;

/// Slates a day for each avatar of the city, before a day was counted.
const USUAL_SLATES: f64 = 3.0;

/// Weight of the day that ended in the number of auctions expected of the next.
const FRESHNESS: f64 = 0.5;

/// Share of a day's auctions that are always thought to be ahead, so that a busy evening does not spend without measure.
const LAST_SHARE: f64 = 0.05;

/// An ad shown to an avatar that consents to being learned from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Shown {
    pub(super) offer: OfferId,
    pub(super) campaign: CampaignId,
    pub(super) format: Format,
    /// What it was chosen by.
    pub(super) cell: Cell,
    /// How it fits the place: what is learned here serves those who do not consent.
    pub(super) place: Cell,
    pub(super) p_click: f64,
    /// Whether it is the first ad of its slate: what is looked at less says nothing of how well ads fit.
    pub(super) is_first: bool,
}

/// Ads of the last tick whose answers are about to be known, in the order of their numbers.
#[derive(Resource, Debug, Default, Serialize, Deserialize)]
pub struct ShownAds {
    pub(super) ads: Vec<Shown>,
}

impl StateHash for ShownAds {
    fn digest(&mut self) -> u64 {
        let mut h = StateHasher::default();
        for s in &self.ads {
            h.u64(s.offer.0);
            h.u64(u64::from(s.campaign.0) << 32 | u64::from(s.cell.code()));
            let first = u64::from(s.is_first) << 32;
            h.u64(first | u64::from(s.place.code()) << 1 | s.format as u64);
            h.f64(s.p_click);
        }
        h.finish()
    }
}

/// Learns the rates of clicks from the events of the last tick.
pub fn learn_clicks(
    rules: Res<PlatformRules>,
    events: Res<EventBus>,
    mut shown: ResMut<ShownAds>,
    mut model: ResMut<ClickModel>,
    mut conversions: ResMut<ConversionModel>,
    mut campaigns: ResMut<Campaigns>,
) {
    if !rules.0.ads.enabled || shown.ads.is_empty() {
        return;
    }
    for e in &events.previous {
        if !matches!(e.kind, EventKind::AdImpression | EventKind::AdClick) {
            continue;
        }
        let Ok(i) = shown.ads.binary_search_by_key(&e.offer, |s| s.offer) else {
            continue;
        };
        let s = shown.ads[i];
        let cells = [Some(s.cell), Some(s.place).filter(|p| *p != s.cell)];
        for cell in cells.into_iter().flatten().filter(|_| s.is_first) {
            if e.kind == EventKind::AdClick {
                model.click(s.format, cell);
            } else {
                model.look(s.format, cell);
            }
        }
        let campaign = campaigns.get_mut(s.campaign);
        if e.kind == EventKind::AdClick {
            campaign.click();
            campaign.pay(e.amount);
            conversions.click(e.avatar, s.campaign, s.format, s.cell, e.tick);
        } else {
            campaign.look(s.p_click);
        }
    }
    shown.ads.clear();
}

/// How many auctions there are in a day.
#[derive(Resource, Debug, Default, Serialize, Deserialize)]
pub struct Traffic {
    today: u64,
    expected: f64,
}

impl StateHash for Traffic {
    fn digest(&mut self) -> u64 {
        let mut h = StateHasher::default();
        h.u64(self.today);
        h.f64(self.expected);
        h.finish()
    }
}

impl Traffic {
    /// Begins a day; `guess` is used while none was counted.
    fn begin_day(&mut self, guess: f64) {
        let counted = self.today as f64;
        self.expected = if self.expected == 0.0 || counted == 0.0 {
            guess
        } else {
            FRESHNESS * counted + (1.0 - FRESHNESS) * self.expected
        };
        self.today = 0;
    }

    /// Returns how many auctions are expected in the rest of the day; never fewer than a small share of a day's.
    fn ahead(&self) -> f64 {
        (self.expected - self.today as f64).max(LAST_SHARE * self.expected)
    }

    /// Returns the share of the day's auctions that are over.
    fn over(&self) -> f64 {
        (self.today as f64 / self.expected.max(1.0)).min(1.0)
    }
}

/// Paces the campaigns after the auctions of a tick.
pub fn pace_campaigns(
    clock: Res<SimClock>,
    rules: Res<PlatformRules>,
    profiles: Res<Profiles>,
    ledger: Res<Ledger>,
    floor: Res<Floor>,
    mut traffic: ResMut<Traffic>,
    mut campaigns: ResMut<Campaigns>,
) {
    let config = &rules.0.ads;
    if !config.enabled {
        return;
    }
    if clock.now.minute_of_day() == 0 {
        traffic.begin_day(profiles.table.len() as f64 * USUAL_SLATES * config.load);
    }
    if floor.n_auctions == 0 {
        return;
    }
    let n = f64::from(floor.n_auctions);
    let ahead = traffic.ahead().max(n);
    traffic.today += u64::from(floor.n_auctions);
    let step = 1.0 / traffic.expected.max(1.0).sqrt();
    let (planned, passed) = (traffic.over(), n / traffic.expected.max(1.0));
    // Budgets of the day are deposited when its first minute settles.
    let is_open = clock.now.minute_of_day() > 0;
    for lane in 0..campaigns.n_running() {
        let id = campaigns.in_lane(lane);
        let left = ledger.balance(Currency::Outside, Account::Advertiser(id));
        let c = campaigns.get_mut(id);
        // In units of what a usual look is worth to this campaign.
        let worth = (c.value.as_f64() * Format::Display.usual_rate()).max(f64::MIN_POSITIVE);
        // What is left for what is ahead: clicks that came otherwise than predicted are made up for.
        let target = n * left.as_f64() / ahead / worth;
        let spent = std::mem::take(&mut c.committed) / worth;
        let gone = 1.0 - left.as_f64() / c.daily_budget.as_f64().max(1e-6);
        match config.pacing {
            PacingKind::Adaptive => c.pacer.learn(step, target, spent),
            PacingKind::Throttling if is_open => c.control.throttle(planned, gone),
            PacingKind::Pid if is_open => c.control.steer(planned, gone, passed),
            PacingKind::Off | PacingKind::Throttling | PacingKind::Pid => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traffic_follows_the_days_and_starts_from_the_guess() {
        let mut t = Traffic::default();
        t.begin_day(300.0);
        assert_eq!(t.expected, 300.0);
        t.today = 500;
        t.begin_day(300.0);
        assert_eq!((t.expected, t.today), (400.0, 0));
        t.today = 100;
        assert_eq!(t.ahead(), 300.0);
        t.today = 900;
        assert_eq!(t.ahead(), 20.0);
    }
}
