//! Creatives: which one of the campaign that won a slot is shown, and what was learned of each.
//!
//! The auction is decided by campaigns; a creative is chosen only after it. What a creative says is its advertiser's and public; how
//! people like it is not, so it is learned from looks and clicks of those who consent: a Beta posterior for every campaign, creative,
//! format and segment, whose prior is worth one click at the rate of all of the campaign's creatives, so that one that was hardly shown
//! is thought no worse than the others. A segment is how well the topic that a creative's words lean to fits the observed interests of who is targeted;
//! everybody else is one segment. Rotation shows each creative as often as the others and needs to know nothing.
//!
//! It is state only where campaigns have several creatives: other cities do not have it.
//!
//! # Source
//! Thompson (1933); Chapelle and Li (2011), "An empirical evaluation of Thompson sampling".

use bevy::ecs::prelude::*;
use serde::{Deserialize, Serialize};

use super::click_model::Format;
use super::config::{AdsConfig, CreativeChoice};
use super::lot::Sale;
use super::targeting::Clue;
use crate::events::behavior::EventKind;
use crate::events::bus::EventBus;
use crate::events::offer::{AdFace, MOST_CREATIVES};
use crate::sim::ids::{AvatarId, CampaignId, OfferId};
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::state_hash::{RowHash, StateHash, StateHasher, Table};
use crate::sim::units::Tick;
use crate::society::content::creative::lean;

/// Clicks that the prior of a creative is worth.
const PRIOR_CLICKS: f64 = 1.0;

/// Match of observed interests with the topic that a creative leans to from which on it is said to fit.
const FITS: f32 = 0.25;

/// Whom a creative is shown to, as far as may be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Segment {
    /// Somebody whose interests may not be used, or are hardly known.
    Anybody = 0,
    /// Somebody who cares little for what the creative's words lean to.
    Distant = 1,
    /// Somebody who cares for it.
    Close = 2,
}

impl Segment {
    /// All of them, in order.
    pub const ALL: [Self; 3] = [Self::Anybody, Self::Distant, Self::Close];

    /// Returns the segment of observed interests before a creative that leans to a topic.
    fn of(interests: Option<&Clue>, lean: u8) -> Self {
        match interests.map(|clue| clue.matching(usize::from(lean))) {
            None => Self::Anybody,
            Some(matching) if matching < FITS => Self::Distant,
            Some(_) => Self::Close,
        }
    }

    /// Returns the words for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Anybody => "anybody",
            Self::Distant => "who care little for what its words lean to",
            Self::Close => "who care for what its words lean to",
        }
    }
}

/// Looks and clicks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Looks.
    pub looks: u32,
    /// Clicks.
    pub clicks: u32,
}

impl Counts {
    /// Returns the parameters of the Beta posterior of the rate of clicks, where `usual` is what it is thought to be before, in (0, 1].
    #[must_use]
    pub fn posterior(self, usual: f64) -> (f64, f64) {
        let prior_misses = PRIOR_CLICKS / usual - PRIOR_CLICKS;
        let misses = self.looks.saturating_sub(self.clicks);
        (
            PRIOR_CLICKS + f64::from(self.clicks),
            prior_misses + f64::from(misses),
        )
    }
}

/// What is known of the creatives of a campaign: how often each was shown, and what came of it by format and segment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Row {
    shown: [u32; MOST_CREATIVES],
    cells: [[[Counts; 3]; 2]; MOST_CREATIVES],
}

impl RowHash for Row {
    fn hash_row(&self, h: &mut StateHasher) {
        for n in self.shown {
            h.u32(n);
        }
        for c in self.cells.iter().flatten().flatten() {
            h.u64(u64::from(c.looks) << 32 | u64::from(c.clicks));
        }
    }
}

/// An ad of the last tick from which may be learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Pending {
    offer: OfferId,
    campaign: CampaignId,
    picked: Picked,
    format: Format,
}

/// A creative that was picked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picked {
    /// Which, from 0.
    pub creative: u8,
    /// For whom.
    pub segment: Segment,
}

/// Before whom a creative is picked.
#[derive(Clone, Copy)]
pub(super) struct Before<'a> {
    pub(super) avatar: AvatarId,
    pub(super) interests: Option<&'a Clue>,
    pub(super) format: Format,
    pub(super) now: Tick,
}

/// What is known of all creatives, by campaign.
#[derive(Resource, Default, Serialize, Deserialize)]
pub struct Creatives {
    table: Table<Row>,
    /// In the order of offers.
    pending: Vec<Pending>,
}

impl StateHash for Creatives {
    fn digest(&mut self) -> u64 {
        let mut h = StateHasher::default();
        h.u64(self.table.digest());
        for p in &self.pending {
            h.u64(p.offer.0);
            h.u64(u64::from(p.campaign.0) << 32 | u64::from(p.picked.creative) << 8);
            h.u64((p.picked.segment as u64) << 1 | p.format as u64);
        }
        h.finish()
    }
}

impl Creatives {
    /// Returns what came of a creative.
    #[must_use]
    pub fn counts(&self, campaign: CampaignId, of: Picked, format: Format) -> Counts {
        let row = self.table.rows().get(campaign.idx());
        row.map_or_else(Counts::default, |r| {
            r.cells[usize::from(of.creative) % MOST_CREATIVES][format as usize][of.segment as usize]
        })
    }

    /// Returns how often a creative was shown, and how often it was looked at and clicked by those who consent to being learned from.
    #[must_use]
    pub fn total(&self, campaign: CampaignId, creative: u8) -> (u32, Counts) {
        let Some(row) = self.table.rows().get(campaign.idx()) else {
            return (0, Counts::default());
        };
        let k = usize::from(creative) % MOST_CREATIVES;
        let mut sum = Counts::default();
        for c in row.cells[k].iter().flatten() {
            sum.looks += c.looks;
            sum.clicks += c.clicks;
        }
        (row.shown[k], sum)
    }

    /// Returns the rate of clicks of all creatives of a campaign in a format, the usual one while nothing was seen.
    fn rate(&self, campaign: CampaignId, format: Format) -> f64 {
        let (mut looks, mut clicks) = (PRIOR_CLICKS / format.usual_rate(), PRIOR_CLICKS);
        if let Some(row) = self.table.rows().get(campaign.idx()) {
            for c in row.cells.iter().flat_map(|by| &by[format as usize]) {
                looks += f64::from(c.looks);
                clicks += f64::from(c.clicks);
            }
        }
        (clicks / looks).min(1.0)
    }

    fn row_mut(&mut self, campaign: CampaignId) -> &mut Row {
        while self.table.len() <= campaign.idx() {
            self.table.push(Row::default());
        }
        self.table.row_mut(campaign.idx())
    }

    /// Picks the creative of the campaign that won a slot and counts that it is shown.
    pub(super) fn pick(
        &mut self,
        seed: u64,
        sale: &Sale,
        before: Before<'_>,
        config: &AdsConfig,
    ) -> Picked {
        let n = config.creatives.clamp(1, MOST_CREATIVES as u32) as u8;
        let candidate = |creative: u8| {
            let face = AdFace::new(sale.topic, creative);
            let lean = lean(seed, sale.campaign, face);
            Picked {
                creative,
                segment: Segment::of(before.interests, lean),
            }
        };
        let creative = match config.creative_choice {
            CreativeChoice::Rotate => least(&self.row_mut(sale.campaign).shown[..usize::from(n)]),
            CreativeChoice::Learned => {
                let pair = u64::from(sale.campaign.0) << 32 | u64::from(before.avatar.0);
                let mut rng = RngStream::new(seed, Purpose::CreativeTrial, pair, before.now.0);
                let usual = self.rate(sale.campaign, before.format);
                let counts =
                    (0..n).map(|k| self.counts(sale.campaign, candidate(k), before.format));
                sampled(counts, usual, &mut rng)
            }
        };
        let row = self.row_mut(sale.campaign);
        row.shown[usize::from(creative)] = row.shown[usize::from(creative)].saturating_add(1);
        candidate(creative)
    }

    /// Waits for the answer to an ad.
    pub(super) fn await_answer(
        &mut self,
        offer: OfferId,
        campaign: CampaignId,
        picked: Picked,
        format: Format,
    ) {
        self.pending.push(Pending {
            offer,
            campaign,
            picked,
            format,
        });
    }
}

/// Returns the number of the least of some counts, the first of equals.
fn least(shown: &[u32]) -> u8 {
    let mut best = 0;
    for (k, n) in shown.iter().enumerate() {
        if *n < shown[best] {
            best = k;
        }
    }
    best as u8
}

/// Draws a rate for each creative from what is known of it and returns the number of the highest, the first of equals.
fn sampled(counts: impl Iterator<Item = Counts>, usual: f64, rng: &mut RngStream) -> u8 {
    let mut best = (0u8, -1.0);
    for (k, counts) in (0u8..).zip(counts) {
        let (clicked, missed) = counts.posterior(usual);
        let rate = rng.beta(clicked, missed);
        if rate > best.1 {
            best = (k, rate);
        }
    }
    best.0
}

/// Learns what came of the creatives shown in the last tick.
pub fn learn_creatives(events: Res<EventBus>, creatives: Option<ResMut<Creatives>>) {
    let Some(mut creatives) = creatives else {
        return;
    };
    let pending = std::mem::take(&mut creatives.pending);
    for e in &events.previous {
        if !matches!(e.kind, EventKind::AdImpression | EventKind::AdClick) {
            continue;
        }
        let Ok(i) = pending.binary_search_by_key(&e.offer, |p| p.offer) else {
            continue;
        };
        let p = pending[i];
        let cells = &mut creatives.row_mut(p.campaign).cells[usize::from(p.picked.creative)];
        let counts = &mut cells[p.format as usize][p.picked.segment as usize];
        if e.kind == EventKind::AdClick {
            counts.clicks += 1;
        } else {
            counts.looks += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::click_model::{Basis, Cell};
    use super::*;
    use crate::sim::units::Coins;

    fn sale(campaign: u32) -> Sale {
        Sale {
            campaign: CampaignId(campaign),
            topic: 3,
            price_per_click: Coins::ZERO,
            price_per_look: Coins::ZERO,
            p_click: 0.01,
            cell: Cell::of(Basis::Place, 0.0),
        }
    }

    fn before(avatar: u32) -> Before<'static> {
        Before {
            avatar: AvatarId(avatar),
            interests: None,
            format: Format::Rewarded,
            now: Tick(0),
        }
    }

    fn config(choice: CreativeChoice) -> AdsConfig {
        AdsConfig {
            creatives: 3,
            creative_choice: choice,
            ..AdsConfig::BASELINE
        }
    }

    #[test]
    fn rotation_shows_the_creatives_of_each_campaign_in_turn() {
        let mut creatives = Creatives::default();
        let mut shown = |campaign| {
            let config = config(CreativeChoice::Rotate);
            creatives
                .pick(1, &sale(campaign), before(0), &config)
                .creative
        };
        let first: Vec<u8> = (0..4).map(|_| shown(0)).collect();
        assert_eq!(first, [0, 1, 2, 0]);
        assert_eq!(shown(5), 0);
        assert_eq!(shown(0), 1);
        assert_eq!(creatives.total(CampaignId(0), 0).0, 2);
        assert_eq!(creatives.total(CampaignId(0), 2).0, 1);
    }

    #[test]
    fn a_posterior_is_the_prior_with_what_was_seen_added() {
        // At a rate of .08 one click in 12.5 looks, so 11.5 misses.
        let (clicked, missed) = Counts::default().posterior(0.08);
        assert!((clicked - 1.0).abs() < 1e-12 && (missed - 11.5).abs() < 1e-9);
        let seen = Counts {
            looks: 10,
            clicks: 3,
        };
        let (clicked, missed) = seen.posterior(0.08);
        assert!((clicked - 4.0).abs() < 1e-12 && (missed - 18.5).abs() < 1e-9);
    }

    #[test]
    fn the_prior_is_the_rate_of_all_creatives_of_the_campaign() {
        let mut creatives = Creatives::default();
        let campaign = CampaignId(1);
        assert!((creatives.rate(campaign, Format::Rewarded) - 0.08).abs() < 1e-12);
        let row = creatives.row_mut(campaign);
        for (k, clicks) in [(0, 4), (2, 3)] {
            row.cells[k][Format::Rewarded as usize][k] = Counts { looks: 50, clicks };
        }
        // 1 + 7 clicks in 12.5 + 100 looks; of the other format nothing was seen.
        assert!((creatives.rate(campaign, Format::Rewarded) - 8.0 / 112.5).abs() < 1e-12);
        assert!((creatives.rate(campaign, Format::Display) - 0.004).abs() < 1e-12);
    }

    #[test]
    fn what_is_known_alike_is_shown_alike_and_what_is_known_better_nearly_always() {
        let share = |counts: [Counts; 2], n: u64| {
            let picks = (0..n).map(|i| {
                let mut rng = RngStream::new(5, Purpose::Test, i, 0);
                sampled(counts.into_iter(), 0.08, &mut rng)
            });
            picks.filter(|k| *k == 1).count() as f64 / n as f64
        };
        let n = 2_000;
        // Two draws from one distribution: ½, within four standard errors of √(¼/2000) = .0112.
        let even = share([Counts::default(); 2], n);
        assert!((even - 0.5).abs() < 0.0447, "{even}");
        let seen = |clicks| Counts {
            looks: 1_000,
            clicks,
        };
        // Rates of .05 and .15 with deviations of .007 and .011: eight deviations of the difference apart.
        assert_eq!(share([seen(50), seen(150)], 200), 1.0);
    }

    #[test]
    fn segments_are_told_apart_only_where_interests_may_be_used() {
        let mut observed = crate::platform::privacy::observation::Observed::default();
        observed.profile[3] = 5.0;
        let clue = Clue::of_interests(&observed);
        assert_eq!(Segment::of(None, 3), Segment::Anybody);
        assert_eq!(Segment::of(clue.as_ref(), 3), Segment::Close);
        assert_eq!(Segment::of(clue.as_ref(), 4), Segment::Distant);
    }
}
