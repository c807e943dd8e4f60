//! Campaigns: who advertises what, what a click is worth to it, what it may spend a day, and for how long.
//!
//! Advertisers come and go: as soon as a campaign's flight ends, another one takes its turn, so that the number that runs at a
//! time follows the number of avatars. What they advertise follows the catalogue: the topic of a thing drawn from it.

use bevy::ecs::prelude::*;
use serde::{Deserialize, Serialize};

use super::bidder::target::{Actions, Funds, Target, TargetConfig, TargetController};
use super::config::{AdsConfig, PacingKind};
use super::conversion_model::USUAL_RATE;
use super::goal::Goal;
use super::pacing::Pacer;
use super::spend_control::SpendControl;
use crate::events::advertised::{Advertised, Good};
use crate::events::deposit::{DepositBus, DepositRequest};
use crate::platform::config::PlatformRules;
use crate::sim::ids::{CampaignId, ItemId};
use crate::sim::math;
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::schedule::{Seed, SimClock};
use crate::sim::state_hash::{RowHash, StateHash, StateHasher, Table};
use crate::sim::units::Coins;
use crate::society::avatars::profile::Profiles;
use crate::society::content::catalogue::Catalogue;

/// Shortest and longest flight, in days.
const FLIGHT_DAYS: (u32, u32) = (7, 28);

/// Expected clicks at which what a campaign's ad has shown of itself counts as much as that it is an ad like others.
const APPEAL_PRIOR: f64 = 20.0;

/// One campaign.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Campaign {
    /// What it is about.
    pub topic: u8,
    /// What it wants.
    pub goal: Goal,
    /// What a click is worth to its advertiser, in outside money; where conversions are wanted, a click that becomes one as
    /// often as is usual.
    pub value: Coins,
    /// What it may spend a day, in outside money.
    pub daily_budget: Coins,
    /// First day.
    pub starts: u32,
    /// First day on which it does not run any more.
    pub ends: u32,
    /// How much it shades its bids.
    pub pacer: Pacer,
    /// How it holds back where bids are not shaded adaptively.
    pub control: SpendControl,
    /// What it aims at, if it wants conversions.
    pub target: Option<TargetController>,
    /// What the slots won in this tick are expected to cost; in outside money, for pacing alone.
    pub(super) committed: f64,
    /// Clicks learned from, and clicks that were expected where they were.
    learned: (u32, f64),
}

impl RowHash for Campaign {
    fn hash_row(&self, h: &mut StateHasher) {
        h.u64(u64::from(self.topic) | (self.goal as u64) << 8 | u64::from(self.learned.0) << 32);
        h.i64(self.value.micros());
        h.i64(self.daily_budget.micros());
        h.u64(u64::from(self.starts) << 32 | u64::from(self.ends));
        h.f64(self.pacer.multiplier());
        h.f64(self.learned.1);
        h.f64(self.committed);
        self.control.hash_row(h);
        if let Some(target) = &self.target {
            target.hash_row(h);
        }
    }
}

impl Campaign {
    /// Draws the `round`-th campaign of a lane; a lane's campaigns follow each other without a gap.
    #[must_use]
    pub fn draw(
        seed: u64,
        lane: usize,
        round: u32,
        today: u32,
        catalogue: &Catalogue,
        config: &AdsConfig,
    ) -> Self {
        let mut rng = RngStream::new(seed, Purpose::Campaign, lane as u64, round);
        let topic = if catalogue.is_empty() {
            0
        } else {
            main_topic(catalogue.tags(ItemId::from_idx(rng.below(catalogue.len()))))
        };
        let around = |median: f64, rng: &mut RngStream| {
            Coins::from_f64(median * math::exp(config.click_value_sigma * rng.normal()))
        };
        let value = around(config.click_value, &mut rng);
        let daily_budget = around(config.daily_budget, &mut rng);
        let (shortest, longest) = FLIGHT_DAYS;
        let whole = shortest + rng.below((longest - shortest + 1) as usize) as u32;
        // The first of a lane is met in the middle of its flight, so that not all end together.
        let days = if round == 0 {
            1 + rng.below(whole as usize) as u32
        } else {
            whole
        };
        let goal = Goal::draw(seed, lane, round, config);
        let wanted = Target::CostPerAction(per_conversion(value));
        let target = TargetController::new(wanted)
            .ok()
            .filter(|_| goal == Goal::Conversions);
        Self {
            topic,
            goal,
            value,
            daily_budget,
            starts: today,
            ends: today.saturating_add(days),
            pacer: Pacer::default(),
            control: SpendControl::default(),
            target,
            committed: 0.0,
            learned: (0, 0.0),
        }
    }

    /// Returns how much more often its ad is clicked than others in the same place, from what was learned.
    #[must_use]
    pub fn appeal(&self) -> f64 {
        let (clicks, expected) = self.learned;
        (f64::from(clicks) + APPEAL_PRIOR) / (expected + APPEAL_PRIOR)
    }

    /// Learns that its ad was looked at where a click had probability `expected`.
    pub(super) fn look(&mut self, expected: f64) {
        self.learned.1 += expected;
    }

    /// Learns that its ad was clicked.
    pub(super) fn click(&mut self) {
        self.learned.0 += 1;
    }

    /// Returns what a conversion is worth to its advertiser, which it names as the cost it aims at.
    #[must_use]
    pub fn conversion_value(&self) -> Coins {
        per_conversion(self.value)
    }

    /// Returns what it bids for something worth `value`, so that its budget lasts.
    #[must_use]
    pub fn paced(&self, value: Coins, config: &AdsConfig) -> Coins {
        match config.pacing {
            PacingKind::Off | PacingKind::Throttling => value,
            PacingKind::Adaptive => self.pacer.bid(value),
            PacingKind::Pid => self.control.bid(value),
        }
    }

    /// Returns what it would pay for a conversion now: the cost it aims at, times the factor that keeps to it.
    #[must_use]
    pub fn bid_for_conversion(&self) -> Coins {
        let one = Actions { n: 1.0, value: 0.0 };
        self.target.map_or(Coins::ZERO, |t| t.bid(one))
    }

    fn aim(&mut self, spent: Coins, n: f64) {
        let funds = if self.pacer.multiplier() > 0.0 {
            Funds::Short
        } else {
            Funds::Enough
        };
        if let Some(target) = &mut self.target {
            let got = Actions { n, value: 0.0 };
            target.learn(spent, got, funds, &TargetConfig::BASELINE);
        }
    }

    /// Learns that a click was paid whose conversion would be known.
    pub(super) fn pay(&mut self, price: Coins) {
        self.aim(price, 0.0);
    }

    /// Learns that somebody who had clicked did what it wanted.
    pub(super) fn convert(&mut self) {
        self.aim(Coins::ZERO, 1.0);
    }
}

/// Returns what a conversion is worth where a click that becomes one as often as is usual is worth `value`.
fn per_conversion(value: Coins) -> Coins {
    Coins::from_f64(value.as_f64() / USUAL_RATE)
}

/// Returns the strongest topic; of equal ones the lowest.
fn main_topic(tags: &[f32]) -> u8 {
    let mut best = 0;
    for (t, x) in tags.iter().enumerate() {
        if *x > tags[best] {
            best = t;
        }
    }
    best as u8
}

/// Whose turn it is in a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Lane {
    running: CampaignId,
    round: u32,
}

/// All campaigns ever, and those that run.
#[derive(Resource, Default, Serialize, Deserialize)]
pub struct Campaigns {
    table: Table<Campaign>,
    lanes: Vec<Lane>,
}

impl StateHash for Campaigns {
    fn digest(&mut self) -> u64 {
        let mut h = StateHasher::default();
        h.u64(self.table.digest());
        for lane in &self.lanes {
            h.u64(u64::from(lane.running.0) << 32 | u64::from(lane.round));
        }
        h.finish()
    }
}

impl Campaigns {
    /// Returns a campaign.
    #[must_use]
    pub fn get(&self, id: CampaignId) -> &Campaign {
        self.table.row(id.idx())
    }

    /// Returns a campaign for writing.
    pub(super) fn get_mut(&mut self, id: CampaignId) -> &mut Campaign {
        self.table.row_mut(id.idx())
    }

    /// Returns how many there have been.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Says whether there has been none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// Lists those that run.
    pub fn running(&self) -> impl Iterator<Item = CampaignId> + '_ {
        self.lanes.iter().map(|l| l.running)
    }

    /// Returns how many run.
    #[must_use]
    pub fn n_running(&self) -> usize {
        self.lanes.len()
    }

    /// Returns the one that runs in a lane.
    pub(super) fn in_lane(&self, lane: usize) -> CampaignId {
        self.lanes[lane].running
    }

    /// Opens a day: flights that are over end, others begin, and each asks for its budget of the day as its deposit.
    pub fn open_day(
        &mut self,
        seed: u64,
        today: u32,
        n_wanted: usize,
        catalogue: &Catalogue,
        config: &AdsConfig,
        deposits: &mut Vec<DepositRequest>,
    ) {
        for i in 0..n_wanted.max(self.lanes.len()) {
            let round = match self.lanes.get(i) {
                None => 0,
                Some(lane) if self.get(lane.running).ends <= today => {
                    deposits.push(DepositRequest {
                        campaign: lane.running,
                        level: Coins::ZERO,
                    });
                    lane.round + 1
                }
                Some(_) => continue,
            };
            let campaign = Campaign::draw(seed, i, round, today, catalogue, config);
            let running = CampaignId::from_idx(self.table.push(campaign));
            let lane = Lane { running, round };
            match self.lanes.get_mut(i) {
                Some(old) => *old = lane,
                None => self.lanes.push(lane),
            }
        }
        deposits.extend(self.running().map(|campaign| DepositRequest {
            campaign,
            level: self.get(campaign).daily_budget,
        }));
        deposits.sort_by_key(|r| r.campaign);
    }
}

/// Opens the advertisers' day at midnight.
pub fn run_campaigns(
    clock: Res<SimClock>,
    seed: Res<Seed>,
    rules: Res<PlatformRules>,
    profiles: Res<Profiles>,
    catalogue: Res<Catalogue>,
    mut campaigns: ResMut<Campaigns>,
    mut deposits: ResMut<DepositBus>,
    mut advertised: ResMut<Advertised>,
) {
    let config = &rules.0.ads;
    if !config.enabled {
        advertised.goods.clear();
        return;
    }
    if clock.now.minute_of_day() != 0 {
        return;
    }
    let n = config.campaigns_per_1000 * profiles.table.len() as f64 / 1_000.0;
    campaigns.open_day(
        seed.0,
        clock.now.day(),
        n.ceil() as usize,
        &catalogue,
        config,
        &mut deposits.requests,
    );
    advertised.goods.clear();
    advertised
        .goods
        .extend(campaigns.running().map(|campaign| Good {
            campaign,
            topic: campaigns.get(campaign).topic,
        }));
    advertised.goods.sort_by_key(|g| g.campaign);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(n_days: u32) -> (Campaigns, Vec<Vec<DepositRequest>>) {
        let mut campaigns = Campaigns::default();
        let all = (0..n_days)
            .map(|day| {
                let mut deposits = Vec::new();
                let (catalogue, config) = (Catalogue::default(), AdsConfig::BASELINE);
                campaigns.open_day(1, day, 40, &catalogue, &config, &mut deposits);
                deposits
            })
            .collect();
        (campaigns, all)
    }

    #[test]
    fn every_lane_always_has_a_campaign_within_its_flight() {
        let (campaigns, deposits) = days(60);
        assert_eq!(campaigns.n_running(), 40);
        for id in campaigns.running() {
            let c = campaigns.get(id);
            assert!(c.starts <= 59 && 59 < c.ends);
        }
        assert!(
            campaigns.len() > 80,
            "flights of at most 28 days follow each other"
        );
        let asked =
            |day: &Vec<DepositRequest>| day.iter().filter(|r| r.level.is_positive()).count();
        assert!(deposits.iter().all(|d| asked(d) == 40));
    }

    #[test]
    fn a_campaign_that_ended_takes_its_deposit_back_once() {
        let (campaigns, deposits) = days(60);
        let mut returned: Vec<CampaignId> = deposits
            .iter()
            .flatten()
            .filter(|r| r.level == Coins::ZERO)
            .map(|r| r.campaign)
            .collect();
        let n = returned.len();
        returned.sort_unstable();
        returned.dedup();
        assert_eq!((returned.len(), n + 40), (n, campaigns.len()));
    }

    #[test]
    fn values_have_the_asked_median() {
        let (catalogue, config) = (Catalogue::default(), AdsConfig::BASELINE);
        let mut values: Vec<f64> = (0..2_001)
            .map(|lane| {
                Campaign::draw(1, lane, 0, 0, &catalogue, &config)
                    .value
                    .as_f64()
            })
            .collect();
        values.sort_by(f64::total_cmp);
        // Standard error of the median's logarithm: 1.25·.6/√2001 = .017; four of them.
        assert!((math::ln(values[1_000] / config.click_value)).abs() < 0.067);
    }

    #[test]
    fn appeal_moves_with_clicks_and_is_one_before() {
        let (catalogue, config) = (Catalogue::default(), AdsConfig::BASELINE);
        let mut c = Campaign::draw(1, 0, 0, 0, &catalogue, &config);
        assert_eq!(c.appeal(), 1.0);
        c.look(APPEAL_PRIOR);
        assert_eq!(c.appeal(), 0.5);
    }
}
