//! Auctions, campaigns and days, counted while the city runs.

use std::collections::VecDeque;

use crate::desktop::view::sight::City;
use crate::events::behavior::{EventKind, ThingKind};
use crate::events::bus::EventBus;
use crate::platform::ads::campaign::Campaigns;
use crate::platform::ads::floor::{Auction, Floor};
use crate::sim::ids::CampaignId;
use crate::sim::units::{Coins, TICKS_PER_DAY, TICKS_PER_HOUR, Tick};

/// Auctions kept.
pub(super) const LIVE: usize = 50;

/// Days after its flight for which a campaign's curve is kept.
const KEEP_CURVE_DAYS: u32 = 2;

/// What a campaign has got for what it paid.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Tally {
    /// Ads shown.
    pub(super) impressions: u64,
    /// Ads clicked.
    pub(super) clicks: u64,
    /// Clicks that led to what the advertiser wants.
    pub(super) conversions: u64,
    /// Outside money paid.
    pub(super) spent: Coins,
    /// By hour of the flight: share of its time and of its money that is gone.
    pub(super) curve: Vec<[f32; 2]>,
}

/// What a day was like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct AdDay {
    /// Which day.
    pub(super) day: u32,
    /// Slots that were for sale.
    pub(super) auctions: u64,
    /// Of these, sold.
    pub(super) sold: u64,
    /// Ads shown.
    pub(super) impressions: u64,
    /// Ads clicked.
    pub(super) clicks: u64,
    /// Sessions begun.
    pub(super) sessions: u64,
    /// Things looked at, played or studied.
    pub(super) uses: u64,
    /// Things hidden.
    pub(super) hides: u64,
    /// Outside money paid by advertisers.
    pub(super) revenue: Coins,
}

/// What the panel collects.
#[derive(Debug, Default)]
pub struct AdsWatch {
    /// The newest auctions, oldest first.
    pub(super) live: VecDeque<(Tick, Auction)>,
    /// By campaign.
    pub(super) campaigns: Vec<Tally>,
    /// Finished days, oldest first.
    pub(super) days: Vec<AdDay>,
    /// The day that runs.
    pub(super) today: AdDay,
}

impl AdsWatch {
    /// Counts the tick that has just run.
    pub(super) fn collect(&mut self, city: &City<'_>) {
        let Some(ran) = city.ran() else { return };
        let now = city.now();
        if ran.day() != self.today.day {
            let done = std::mem::take(&mut self.today);
            if done
                != (AdDay {
                    day: done.day,
                    ..AdDay::default()
                })
            {
                self.days.push(done);
            }
            self.today.day = ran.day();
        }
        self.auctions(ran, city.get::<Floor>().held());
        self.events(city.get());
        if now.0.is_multiple_of(TICKS_PER_HOUR) {
            self.draw_curves(now, city.get());
        }
    }

    fn auctions(&mut self, ran: Tick, held: &[Auction]) {
        let sum = |of: fn(&Auction) -> u32| held.iter().map(|a| u64::from(of(a))).sum::<u64>();
        self.today.auctions += sum(|a| a.slots.0);
        self.today.sold += sum(|a| a.slots.1);
        let new = &held[held.len().saturating_sub(LIVE)..];
        let excess = (self.live.len() + new.len()).saturating_sub(LIVE);
        self.live.drain(..excess);
        self.live.extend(new.iter().map(|a| (ran, *a)));
    }

    fn events(&mut self, bus: &EventBus) {
        for e in &bus.current {
            match e.kind {
                EventKind::SessionStart => self.today.sessions += 1,
                EventKind::Consume | EventKind::Play | EventKind::Study => self.today.uses += 1,
                EventKind::Hide | EventKind::Report => self.today.hides += 1,
                EventKind::AdImpression | EventKind::AdClick | EventKind::AdConvert
                    if e.thing.kind == ThingKind::Campaign =>
                {
                    let i = e.thing.id as usize;
                    if self.campaigns.len() <= i {
                        self.campaigns.resize(i + 1, Tally::default());
                    }
                    let Some(tally) = self.campaigns.get_mut(i) else {
                        continue;
                    };
                    tally.spent += e.amount;
                    self.today.revenue += e.amount;
                    match e.kind {
                        EventKind::AdImpression => {
                            tally.impressions += 1;
                            self.today.impressions += 1;
                        }
                        EventKind::AdClick => {
                            tally.clicks += 1;
                            self.today.clicks += 1;
                        }
                        _ => tally.conversions += 1,
                    }
                }
                _ => {}
            }
        }
    }

    /// Adds a point to the curve of every campaign that runs, and forgets those of flights long over.
    fn draw_curves(&mut self, now: Tick, campaigns: &Campaigns) {
        if self.campaigns.len() < campaigns.len() {
            self.campaigns.resize(campaigns.len(), Tally::default());
        }
        for id in campaigns.running() {
            let point = flown(campaigns, id, now, &self.campaigns);
            if let (Some(tally), Some(point)) = (self.campaigns.get_mut(id.idx()), point) {
                tally.curve.push(point);
            }
        }
        if now.minute_of_day() == 0 {
            for (i, tally) in self.campaigns.iter_mut().enumerate() {
                let ends = campaigns.get(CampaignId::from_idx(i)).ends;
                if ends.saturating_add(KEEP_CURVE_DAYS) < now.day() {
                    tally.curve = Vec::new();
                }
            }
        }
    }
}

/// Returns what a campaign may spend in its whole flight.
pub(super) fn flight_budget(campaigns: &Campaigns, id: CampaignId) -> f64 {
    let c = campaigns.get(id);
    c.daily_budget.as_f64() * f64::from(c.ends.saturating_sub(c.starts))
}

/// Returns the share of a campaign's time and of its money that is gone.
fn flown(campaigns: &Campaigns, id: CampaignId, now: Tick, tallies: &[Tally]) -> Option<[f32; 2]> {
    let c = campaigns.get(id);
    let days = f64::from(c.ends.saturating_sub(c.starts));
    let budget = flight_budget(campaigns, id);
    if days <= 0.0 || budget <= 0.0 {
        return None;
    }
    let gone = f64::from(now.0) / f64::from(TICKS_PER_DAY) - f64::from(c.starts);
    let spent = tallies.get(id.idx())?.spent.as_f64();
    Some([
        (gone / days).clamp(0.0, 1.0) as f32,
        (spent / budget) as f32,
    ])
}
