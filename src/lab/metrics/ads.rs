//! What ads did: how slots sold, what answers were worth, how budgets were spent over the day, and what ads changed.
//!
//! Two ways of saying what ads changed stand beside each other. Attribution shares every conversion that had an ad before it
//! out to the surfaces on which ads were seen. Lift compares those who were shown a campaign with those who would have been and
//! were held out: what they do without having seen it would have been done anyway.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::statistics::normal::normal_reach;
use crate::events::behavior::{Event, EventKind, Surface};
use crate::events::offer::AdSlot;
use crate::platform::ads::attribution::journey::{Channel, Journey, Outcome, Touch};
use crate::platform::ads::attribution::markov::by_removal;
use crate::platform::ads::attribution::rules::by_rule;
use crate::platform::ads::attribution::shapley::{Coalition, by_shapley};
use crate::platform::ads::campaign::Campaigns;
use crate::platform::ads::click_model::Format;
use crate::platform::ads::config::{AdsConfig, Attribution};
use crate::platform::ads::floor::Floor;
use crate::platform::ads::goal::Goal;
use crate::platform::ads::lot::worth;
use crate::sim::ids::{AvatarId, CampaignId};
use crate::sim::units::{TICKS_PER_DAY, Tick};

/// Avatars whose journeys are kept: those that joined first.
pub(super) const FOLLOWED: u32 = 20_000;

/// Surfaces on which ads are seen; the last is what is outside of any.
pub const N_SURFACES: usize = Surface::ALL.len();

/// Hours of a day.
const HOURS: usize = 24;

/// An avatar and a campaign.
type Pair = (AvatarId, CampaignId);

/// What an avatar saw of a campaign, and what came of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Story {
    touches: Vec<Touch>,
    /// When it would have been shown the campaign first, had it not been held out.
    withheld: Option<Tick>,
    converted: Option<Tick>,
}

/// Expected spending of a campaign by hour.
type Hours = [f64; HOURS];

/// Everything counted of ads.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct AdBook {
    /// Auctions held.
    pub auctions: u64,
    /// Slots there were, and slots sold.
    pub slots: (u64, u64),
    /// Sum of bids compared.
    pub bids: u64,
    /// Paid for display ads.
    pub display_revenue: f64,
    /// Paid for all ads.
    pub revenue: f64,
    /// Worth to advertisers of clicks, looks and conversions, by what each wants.
    pub welfare: f64,
    /// Conversions, whoever had seen an ad.
    pub conversions: u64,
    stories: BTreeMap<Pair, Story>,
    /// Pairs in which what the campaign wants has begun: a first look for reach, a click for conversions; of everybody.
    begun: BTreeSet<Pair>,
    spending: BTreeMap<CampaignId, Hours>,
    traffic: Hours,
    /// Expected spending and auctions by hour, over all days, as shares of each campaign's day.
    pub curves: (Hours, Hours),
    /// Distance of spending from traffic, weighted by spending; and the weights.
    pacing: (f64, f64),
    /// Lowest prices at the end of each day, of display ads and rewarded videos.
    pub reserves: Vec<[f64; 2]>,
}

/// A difference between those who were shown ads and those who would have been.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lift {
    /// Avatars and campaigns that met, and those of them that converted after it.
    pub shown: (u64, u64),
    /// The same of those held out, from when they would have met.
    pub held_out: (u64, u64),
}

impl Lift {
    fn rate((n, converted): (u64, u64)) -> f64 {
        converted as f64 / n as f64
    }

    /// Returns conversions for each avatar and campaign that met, beyond what would have been without.
    #[must_use]
    pub fn difference(&self) -> Option<f64> {
        (self.shown.0 > 0 && self.held_out.0 > 0)
            .then(|| Self::rate(self.shown) - Self::rate(self.held_out))
    }

    /// Returns half the width of its 95 % interval.
    ///
    /// # Source
    /// Agresti and Caffo (2000): one success and one failure are added to each side, so that few conversions do not feign
    /// certainty.
    #[must_use]
    pub fn margin(&self) -> f64 {
        let variance = |(n, converted): (u64, u64)| {
            let (n, p) = (n as f64 + 2.0, (converted as f64 + 1.0) / (n as f64 + 2.0));
            p * (1.0 - p) / n
        };
        normal_reach(0.95) * (variance(self.shown) + variance(self.held_out)).sqrt()
    }

    /// Returns the conversions that ads brought about, over all that were shown them.
    #[must_use]
    pub fn caused(&self) -> Option<f64> {
        self.difference().map(|d| d * self.shown.0 as f64)
    }
}

/// How conversions are shared out.
#[derive(Debug, Clone, PartialEq)]
pub struct Credit {
    /// By what.
    pub by: Attribution,
    /// Conversions credited to each surface.
    pub conversions: [f64; N_SURFACES],
}

/// Makes journeys of what was seen and when something came of it, as far as ads were seen within a window before.
pub(super) fn journeys<'a>(
    stories: impl Iterator<Item = (&'a [Touch], Option<Tick>)>,
    window_days: u32,
) -> Vec<Journey> {
    stories
        .map(|(touches, converted)| {
            let mut journey = Journey {
                touches: touches.to_vec(),
                outcome: converted.map_or(Outcome::Nothing, |at| Outcome::Converted { at }),
            };
            journey.trim(window_days * TICKS_PER_DAY);
            journey
        })
        .filter(|j| !j.touches.is_empty())
        .collect()
}

impl AdBook {
    fn story(&mut self, avatar: AvatarId, campaign: CampaignId) -> Option<&mut Story> {
        (avatar.0 < FOLLOWED).then(|| self.stories.entry((avatar, campaign)).or_default())
    }

    /// Counts an event.
    pub fn count(&mut self, e: &Event, campaigns: &Campaigns, config: &AdsConfig) {
        if !matches!(
            e.kind,
            EventKind::AdImpression | EventKind::AdClick | EventKind::AdConvert
        ) {
            return;
        }
        let id = CampaignId(e.thing.id);
        let campaign = campaigns.get(id);
        let format = if e.value > 0.5 {
            Format::Rewarded
        } else {
            Format::Display
        };
        self.revenue += e.amount.as_f64();
        if format == Format::Display {
            self.display_revenue += e.amount.as_f64();
        }
        match e.kind {
            EventKind::AdImpression => {
                if campaign.goal == Goal::Reach && self.begun.insert((e.avatar, id)) {
                    self.welfare += campaign.value.as_f64() * format.usual_rate();
                }
                if let Some(story) = self.story(e.avatar, id)
                    && story.converted.is_none()
                {
                    story.touches.push(Touch {
                        channel: Channel(e.surface.code()),
                        at: e.tick,
                    });
                }
            }
            EventKind::AdClick => {
                if campaign.goal == Goal::Clicks {
                    self.welfare += campaign.value.scaled_ppm(worth(format, config)).as_f64();
                }
                if campaign.goal == Goal::Conversions {
                    self.begun.insert((e.avatar, id));
                }
            }
            _ => {
                self.conversions += 1;
                if campaign.goal == Goal::Conversions && self.begun.contains(&(e.avatar, id)) {
                    self.welfare += campaign.conversion_value().as_f64();
                }
                if let Some(story) = self.story(e.avatar, id) {
                    story.converted.get_or_insert(e.tick);
                }
            }
        }
    }

    /// Counts the auctions of a tick.
    pub fn auctions(&mut self, now: Tick, floor: &Floor) {
        for auction in floor.held() {
            self.auctions += 1;
            self.bids += u64::from(auction.n_bids);
            self.slots.0 += u64::from(auction.slots.0);
            self.slots.1 += u64::from(auction.slots.1);
            self.traffic[now.hour() as usize % HOURS] += 1.0;
        }
        for (avatar, campaign) in floor.ghosts() {
            if let Some(story) = self.story(*avatar, *campaign) {
                story.withheld.get_or_insert(now);
            }
        }
    }

    /// Counts what an ad that was placed is expected to cost.
    pub fn placed(&mut self, now: Tick, ad: &AdSlot) {
        let due = ad.price_per_click.as_f64() * f64::from(ad.p_click) + ad.price_per_look.as_f64();
        let hours = self.spending.entry(ad.campaign).or_default();
        hours[now.hour() as usize % HOURS] += due;
    }

    /// Closes a day; `reserves` are the lowest prices that held.
    pub fn close_day(&mut self, reserves: [f64; 2]) {
        self.reserves.push(reserves);
        let traffic = std::mem::take(&mut self.traffic);
        for hours in std::mem::take(&mut self.spending).into_values() {
            let total: f64 = hours.iter().sum();
            if let Some(gap) = distance(&hours, &traffic) {
                self.pacing.0 += total * gap;
                self.pacing.1 += total;
            }
            for (sum, x) in self.curves.0.iter_mut().zip(hours) {
                *sum += x;
            }
        }
        for (sum, x) in self.curves.1.iter_mut().zip(traffic) {
            *sum += x;
        }
    }

    /// Returns the mean distance between the share of a day's spending and the share of its auctions that are over, from 0 for a
    /// budget that is spent as auctions come to nearly 1.
    #[must_use]
    pub fn pacing_error(&self) -> Option<f64> {
        (self.pacing.1 > 0.0).then(|| self.pacing.0 / self.pacing.1)
    }

    /// Compares those who were shown ads with those who were held out; `None` without a hold-out.
    #[must_use]
    pub fn lift(&self) -> Option<Lift> {
        let mut lift = Lift {
            shown: (0, 0),
            held_out: (0, 0),
        };
        for story in self.stories.values() {
            let (side, from) = match (story.withheld, story.touches.first()) {
                (Some(at), _) => (&mut lift.held_out, at),
                (None, Some(first)) => (&mut lift.shown, first.at),
                (None, None) => continue,
            };
            if story.converted.is_some_and(|at| at < from) {
                // Nothing was left to change.
                continue;
            }
            side.0 += 1;
            side.1 += u64::from(story.converted.is_some());
        }
        (lift.held_out.0 > 0).then_some(lift)
    }

    /// Shares conversions out by every rule; conversions without an ad within the window are owed to none.
    #[must_use]
    pub fn credits(&self, window_days: u32) -> Vec<Credit> {
        let stories = self.stories.values();
        let journeys = journeys(stories.map(|s| (&s.touches[..], s.converted)), window_days);
        Attribution::ALL
            .into_iter()
            .filter_map(|by| {
                let mut conversions = [0.0; N_SURFACES];
                for (to, share) in conversions
                    .iter_mut()
                    .zip(credited(by, &journeys, N_SURFACES)?)
                {
                    *to = share;
                }
                Some(Credit { by, conversions })
            })
            .collect()
    }

    /// Returns how many avatars and campaigns met.
    #[must_use]
    pub fn n_met(&self) -> u64 {
        let met = self.stories.values().filter(|s| !s.touches.is_empty());
        met.count() as u64
    }

    /// Returns the conversions that had an ad within the window before them: what attribution claims.
    #[must_use]
    pub fn claimed(&self, window_days: u32) -> u64 {
        let window = window_days * TICKS_PER_DAY;
        let had_ad = |s: &&Story| {
            s.converted.is_some_and(|at| {
                let last = s.touches.iter().rfind(|t| t.at <= at);
                last.is_some_and(|t| at.since(t.at) <= window)
            })
        };
        self.stories.values().filter(had_ad).count() as u64
    }
}

/// Shares the conversions of journeys out to their channels, `0..n_channels`; `None` where the rule cannot.
pub(super) fn credited(
    by: Attribution,
    journeys: &[Journey],
    n_channels: usize,
) -> Option<Vec<f64>> {
    let shares = match (by, by.rule()) {
        (_, Some(rule)) => by_rule(rule, journeys, n_channels),
        (Attribution::Shapley, None) => by_shapley(Coalition::Conversions, journeys, n_channels),
        (_, None) => by_removal(journeys, n_channels),
    };
    let parts = shares.ok()?.into_iter();
    Some(parts.map(|parts| parts as f64 / 1e6).collect())
}

/// Mean over hours of the distance between two cumulated shares; `None` if one sums to nothing.
fn distance(a: &Hours, b: &Hours) -> Option<f64> {
    let (all_a, all_b) = (a.iter().sum::<f64>(), b.iter().sum::<f64>());
    if all_a <= 0.0 || all_b <= 0.0 {
        return None;
    }
    let (mut done_a, mut done_b, mut gaps) = (0.0, 0.0, 0.0);
    for (x, y) in a.iter().zip(b) {
        done_a += x / all_a;
        done_b += y / all_b;
        gaps += (done_a - done_b).abs();
    }
    Some(gaps / HOURS as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spending_is_held_against_traffic() {
        let even = [1.0; HOURS];
        let mut first = [0.0; HOURS];
        first[0] = 5.0;
        assert_eq!(distance(&even, &even), Some(0.0));
        // Gaps of 23/24, 22/24 and so on.
        let gap = distance(&first, &even).unwrap();
        assert!((gap - 23.0 / 48.0).abs() < 1e-12, "{gap}");
        assert_eq!(distance(&even, &[0.0; HOURS]), None);
    }

    #[test]
    fn lift_is_the_difference_of_rates_and_the_interval_is_that_of_agresti_and_caffo() {
        let lift = Lift {
            shown: (1_000, 50),
            held_out: (250, 5),
        };
        assert!((lift.difference().unwrap() - 0.03).abs() < 1e-12);
        assert!((lift.caused().unwrap() - 30.0).abs() < 1e-9);
        // √(51/1002 · 951/1002 / 1002 + 6/252 · 246/252 / 252) = .011851
        assert!(
            (lift.margin() - normal_reach(0.95) * 0.011_851).abs() < 1e-5,
            "{}",
            lift.margin()
        );
    }

    #[test]
    fn those_held_out_are_followed_from_when_they_would_have_been_shown() {
        let mut book = AdBook::default();
        let put = |book: &mut AdBook, avatar: u32, story: Story| {
            book.stories
                .insert((AvatarId(avatar), CampaignId(0)), story);
        };
        let seen = |at| Touch {
            channel: Channel(0),
            at: Tick(at),
        };
        let story = |touches: Vec<Touch>, withheld: Option<u32>, converted: Option<u32>| Story {
            touches,
            withheld: withheld.map(Tick),
            converted: converted.map(Tick),
        };
        put(&mut book, 0, story(vec![seen(5)], None, Some(9)));
        put(&mut book, 1, story(vec![seen(5)], None, None));
        put(&mut book, 2, story(vec![], Some(5), Some(9)));
        put(&mut book, 3, story(vec![], Some(5), Some(2)));
        put(&mut book, 4, story(vec![], None, Some(2)));
        let lift = book.lift().unwrap();
        assert_eq!((lift.shown, lift.held_out), ((2, 1), (1, 1)));
        assert_eq!(book.claimed(7), 1);
        for credit in book.credits(7) {
            assert!((credit.conversions.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        }
    }
}
