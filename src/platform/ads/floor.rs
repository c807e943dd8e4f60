//! The auction floor: the bids that stand in a tick, and the auction before one avatar.
//!
//! Campaigns are kept by goal and topic, those that can pay best first. How well an ad fits is the same for all campaigns of a
//! topic, so the winner and the price setter of one slot are among the first two of each that the avatar may still see, and so on
//! for more slots: a million avatars or a hundred, an auction looks at a few dozen bids. Where bids are shaded, everybody bids:
//! who would win depends on what each has learned.

use bevy::ecs::prelude::*;

use super::auction::{Award, Bid, clear};
use super::bidder::shading::Sale as Outcome;
use super::campaign::{Campaign, Campaigns};
use super::click_model::Format;
use super::config::{AdsConfig, Bidding, PacingKind, ReserveKind};
use super::goal::Goal;
use super::holdout::is_held_out;
use super::lot::{Lot, Rules, Sale, exposure, quality, worth};
use super::reserve::LearnedReserves;
use super::shades::{Shades, shaded, times, usual_quality};
use crate::economy::ledger::{Account, Currency, Ledger};
use crate::events::behavior::{EventKind, Surface};
use crate::events::bus::{EventBus, OfferBus};
use crate::platform::config::PlatformRules;
use crate::platform::privacy::observation::PROFILE_DIM;
use crate::sim::ids::{AvatarId, CampaignId};
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::schedule::SimClock;
use crate::sim::units::{Coins, TICKS_PER_HOUR};

/// A bid that stands for this tick.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Standing {
    pub(super) campaign: CampaignId,
    /// What is bid for a click, or for a conversion where those are wanted.
    bid: Coins,
    /// What is left to spend.
    left: Coins,
    appeal: f64,
    /// Share of auctions taken part in.
    share: f64,
    /// What it is ordered by: bid, weighted by appeal if quality counts.
    strength: f64,
}

/// The bids that stand and room for an auction.
#[derive(Resource, Default)]
pub struct Floor {
    /// By format, then by goal and topic.
    standing: [Vec<Vec<Standing>>; 2],
    pub(super) bids: Vec<Bid>,
    /// Topic and predicted rate behind each bid, by campaign.
    pub(super) hopes: Vec<Hope>,
    pub(super) awards: Vec<Award>,
    slots: Vec<u32>,
    sales: Vec<Sale>,
    /// Campaigns that would have won the auction and are held out from the avatar.
    pub(super) withheld: Vec<CampaignId>,
    /// Auctions held in this tick.
    pub(super) n_auctions: u32,
    /// What came of each, for whoever wants to look; read by nobody who decides.
    held: Vec<Auction>,
    /// Ads of this tick that were not shown because of a hold-out; read by nobody who decides.
    ghosts: Vec<(AvatarId, CampaignId)>,
}

/// An auction that was held.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Auction {
    /// Before whom the slot is; `None` for a sign that everybody sees.
    pub avatar: Option<AvatarId>,
    /// Where the slot is; [`Surface::None`] for a billboard or a sign.
    pub place: Surface,
    /// What kind of ad was sold.
    pub format: Format,
    /// Bids that were compared: of each topic the strongest that the avatar may still see.
    pub n_bids: u32,
    /// Lowest price of a click on an ad that is clicked as often as is usual.
    pub reserve: Coins,
    /// Slots there were, and slots sold.
    pub slots: (u32, u32),
    /// Who won the first, and what a click costs it; `None` where no bid reached the reserve.
    pub won: Option<(CampaignId, Coins)>,
}

/// What is behind a bid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Hope {
    pub(super) campaign: CampaignId,
    pub(super) topic: u8,
    pub(super) goal: Goal,
    pub(super) p_click: f64,
    pub(super) appeal: f64,
    /// What it would bid if it had money enough, and did not shade.
    pub(super) wanted: Coins,
    /// Whether it has less left than that.
    pub(super) is_short: bool,
}

fn lists_of(goal: Goal, topic: usize) -> usize {
    goal as usize * PROFILE_DIM + topic
}

impl Standing {
    fn of(
        id: CampaignId,
        campaign: &Campaign,
        left: Coins,
        share: u32,
        config: &AdsConfig,
    ) -> Self {
        // Of a conversion every format is worth the same.
        let worth = match campaign.goal {
            Goal::Clicks | Goal::Reach => campaign.value.scaled_ppm(share),
            Goal::Conversions => campaign.bid_for_conversion(),
        };
        let mut bid = campaign.paced(worth, config);
        if campaign.goal != Goal::Conversions {
            bid = bid.min(left);
        }
        let appeal = if config.quality_weighting {
            campaign.appeal()
        } else {
            1.0
        };
        let share = match config.pacing {
            PacingKind::Throttling => campaign.control.share(),
            PacingKind::Off | PacingKind::Adaptive | PacingKind::Pid => 1.0,
        };
        Self {
            campaign: id,
            bid,
            left,
            appeal,
            share,
            strength: bid.as_f64() * appeal,
        }
    }

    /// Says whether it may and wants to bid before an avatar.
    fn takes_part(&self, lot: Lot<'_>, goal: Goal, rules: &Rules<'_>) -> bool {
        let campaign = self.campaign;
        // What everybody sees is capped when it is seen.
        if let Some(avatar) = lot.audience.avatar()
            && !rules
                .caps
                .admits(avatar, (campaign, goal), lot.day, rules.config)
        {
            return false;
        }
        let pair = u64::from(campaign.0) << 32 | lot.audience.key();
        self.share >= 1.0
            || RngStream::new(rules.seed, Purpose::Throttling, pair, rules.now.0).chance(self.share)
    }
}

impl Floor {
    /// Takes the bids of a tick; whoever has no money left does not bid.
    fn open(&mut self, campaigns: &Campaigns, ledger: &Ledger, config: &AdsConfig) {
        self.n_auctions = 0;
        for (format, lists) in [Format::Display, Format::Rewarded]
            .into_iter()
            .zip(&mut self.standing)
        {
            lists.resize_with(Goal::ALL.len() * PROFILE_DIM, Vec::new);
            for list in lists.iter_mut() {
                list.clear();
            }
            let share = worth(format, config);
            for id in campaigns.running() {
                let left = ledger.balance(Currency::Outside, Account::Advertiser(id));
                if !left.is_positive() {
                    continue;
                }
                let campaign = campaigns.get(id);
                let list = &mut lists[lists_of(campaign.goal, usize::from(campaign.topic))];
                list.push(Standing::of(id, campaign, left, share, config));
            }
            for list in lists {
                list.sort_unstable_by(|a, b| {
                    let by_strength = b.strength.total_cmp(&a.strength);
                    by_strength.then(a.campaign.cmp(&b.campaign))
                });
            }
        }
    }

    /// Says whether a campaign has money left to bid with.
    pub(super) fn stands(&self, format: Format, id: CampaignId, campaign: &Campaign) -> bool {
        let key = lists_of(campaign.goal, usize::from(campaign.topic));
        let list = self.standing[format as usize].get(key);
        list.is_some_and(|list| list.iter().any(|s| s.campaign == id))
    }

    /// Sells the slots before an avatar, as far as somebody who may and can reaches the reserve; the first sale is of the first
    /// slot.
    pub(super) fn sell(
        &mut self,
        lot: Lot<'_>,
        rules: &Rules<'_>,
        reserves: &mut LearnedReserves,
        shades: &mut Shades,
    ) -> &[Sale] {
        let config = rules.config;
        let (reserve_price, reserve) = reserves.price(lot.format, config);
        self.n_auctions += 1;
        self.withheld.clear();
        self.slots.clear();
        let looks = |k| (1e6 * exposure(k, config)).round() as u32;
        self.slots.extend((0..lot.slots as usize).map(looks));
        loop {
            self.call(lot, rules, shades);
            clear(
                config.auction,
                &mut self.bids,
                &self.slots,
                reserve,
                &mut self.awards,
            );
            // From what everybody sees somebody is held out when it is seen.
            let Some(avatar) = lot.audience.avatar() else {
                break;
            };
            let ghosts = self.withheld.len();
            for award in &self.awards {
                if is_held_out(rules.seed, avatar, award.campaign, config.holdout) {
                    self.withheld.push(award.campaign);
                }
            }
            if self.withheld.len() == ghosts {
                self.ghosts
                    .extend(self.withheld.iter().map(|c| (avatar, *c)));
                break;
            }
        }
        self.teach(lot, rules, reserves, shades);
        self.sales.clear();
        for (place, award) in self.awards.iter().enumerate() {
            let Some(hope) = self.hopes.iter().find(|h| h.campaign == award.campaign) else {
                continue;
            };
            let seen = exposure(place, config);
            let usual = (lot.format.usual_rate() * seen * 1e6).round() as u32;
            let (per_click, per_look) = match hope.goal {
                Goal::Clicks | Goal::Conversions => (award.per_click, Coins::ZERO),
                Goal::Reach => (Coins::ZERO, award.per_click.scaled_ppm(usual)),
            };
            self.sales.push(Sale {
                campaign: award.campaign,
                topic: hope.topic,
                price_per_click: per_click,
                price_per_look: per_look,
                p_click: hope.p_click * seen,
                cell: lot.clue.cell(usize::from(hope.topic)),
            });
        }
        self.held.push(Auction {
            avatar: lot.audience.avatar(),
            place: lot.place,
            format: lot.format,
            n_bids: self.hopes.len() as u32,
            reserve: reserve_price,
            slots: (lot.slots, self.sales.len() as u32),
            won: self.awards.first().map(|a| (a.campaign, a.per_click)),
        });
        &self.sales
    }

    /// Lists the auctions of the last tick.
    #[must_use]
    pub fn held(&self) -> &[Auction] {
        &self.held
    }

    /// Lists the ads of the last tick that won and were not shown because of a hold-out.
    #[must_use]
    pub fn ghosts(&self) -> &[(AvatarId, CampaignId)] {
        &self.ghosts
    }

    /// Notes that somebody is held out from what everybody else sees.
    pub(super) fn withhold(&mut self, avatar: AvatarId, campaign: CampaignId) {
        self.ghosts.push((avatar, campaign));
    }

    /// Calls for bids before an audience.
    fn call(&mut self, lot: Lot<'_>, rules: &Rules<'_>, shades: &mut Shades) {
        let config = rules.config;
        self.bids.clear();
        self.hopes.clear();
        let contenders = match config.bidding {
            Bidding::Truthful => lot.slots as usize + 1,
            Bidding::Shading => usize::MAX,
        };
        for (key, list) in self.standing[lot.format as usize].iter().enumerate() {
            if list.is_empty() {
                continue;
            }
            let (goal, topic) = (Goal::ALL[key / PROFILE_DIM], key % PROFILE_DIM);
            let cell = lot.clue.cell(topic);
            let fits = rules.model.predict(lot.format, cell);
            let converts = match goal {
                Goal::Conversions => rules.conversions.predict(lot.format, cell),
                Goal::Clicks | Goal::Reach => 1.0,
            };
            let withheld = &self.withheld;
            let contenders = list
                .iter()
                .filter(|s| !withheld.contains(&s.campaign) && s.takes_part(lot, goal, rules))
                .take(contenders);
            for s in contenders {
                let p_click = (fits * s.appeal).min(1.0);
                // Looks are bought by the thousand, whoever looks.
                let weighed = match goal {
                    Goal::Reach => lot.format.usual_rate(),
                    Goal::Clicks | Goal::Conversions => p_click,
                };
                let quality = quality(weighed, config);
                let wanted = match goal {
                    Goal::Conversions => s.bid.scaled_ppm((converts * 1e6).round() as u32),
                    Goal::Clicks | Goal::Reach => s.bid,
                };
                let left = lot.audience.affordable(s.left, weighed);
                let most = wanted.min(left);
                let per_click = match config.bidding {
                    Bidding::Truthful => most,
                    Bidding::Shading => shaded(s.campaign, most, quality, lot, rules, shades),
                };
                self.bids.push(Bid {
                    campaign: s.campaign,
                    per_click,
                    quality,
                });
                self.hopes.push(Hope {
                    campaign: s.campaign,
                    topic: topic as u8,
                    goal,
                    p_click,
                    appeal: s.appeal,
                    wanted,
                    is_short: left <= wanted,
                });
            }
        }
    }

    /// Lets the seller and the bidders learn from the bids.
    fn teach(
        &self,
        lot: Lot<'_>,
        rules: &Rules<'_>,
        reserves: &mut LearnedReserves,
        shades: &mut Shades,
    ) {
        let config = rules.config;
        if matches!(
            config.reserve,
            ReserveKind::Learned | ReserveKind::Competitive
        ) {
            reserves.observe(rules.seed, lot.format, &self.bids, &self.slots, config);
        }
        for bid in &self.bids {
            if config.bidding == Bidding::Shading {
                let won = self.awards.iter().any(|a| a.campaign == bid.campaign);
                let sale = if won { Outcome::Won } else { Outcome::Lost };
                let as_usual = times(bid.per_click, bid.quality, usual_quality(lot, config));
                shades.learn(bid.campaign, lot.format, as_usual, sale, &config.shading());
            }
        }
    }
}

/// Takes the bids of a tick in which there is something to sell.
pub fn take_bids(
    clock: Res<SimClock>,
    rules: Res<PlatformRules>,
    ledger: Res<Ledger>,
    events: Res<EventBus>,
    offers: Res<OfferBus>,
    campaigns: Res<Campaigns>,
    mut floor: ResMut<Floor>,
) {
    let config = &rules.0.ads;
    floor.n_auctions = 0;
    floor.held.clear();
    floor.ghosts.clear();
    let come = |kind| events.previous.iter().any(|e| e.kind == kind);
    let passers = (config.billboards || config.placements) && come(EventKind::Move);
    // Live events are held on the hour, and attended before the next minute.
    let guests = config.sponsored_events
        && (clock.now.0.is_multiple_of(TICKS_PER_HOUR) || come(EventKind::LiveAttend));
    if config.enabled && (passers || guests || !offers.slates.is_empty()) {
        floor.open(&campaigns, &ledger, config);
    }
}

#[cfg(test)]
mod tests {
    use super::super::auction::{Pricing, Quality, score};
    use super::super::click_model::ClickModel;
    use super::super::conversion_model::ConversionModel;
    use super::super::frequency::FrequencyCaps;
    use super::super::lot::Audience;
    use super::super::targeting::Clue;
    use super::*;
    use crate::economy::purpose::Purpose;
    use crate::events::behavior::NO_OFFER;
    use crate::sim::rng::{Purpose as Luck, RngStream};
    use crate::sim::units::Tick;
    use crate::society::content::catalogue::Catalogue;

    fn opened(n: usize, config: &AdsConfig) -> (Floor, Campaigns) {
        let (mut campaigns, mut ledger) = (Campaigns::default(), Ledger::default());
        let mut deposits = Vec::new();
        campaigns.open_day(1, 0, n, &Catalogue::default(), config, &mut deposits);
        ledger.open_campaigns(n);
        for (i, d) in deposits.iter().enumerate() {
            campaigns.get_mut(d.campaign).topic = (i % 5) as u8;
            // The last one has no money.
            let level = if i + 1 == n { Coins::ZERO } else { d.level };
            let to = Account::Advertiser(d.campaign);
            let from = Account::OutsideWorld;
            ledger
                .transfer(
                    Currency::Outside,
                    from,
                    to,
                    level,
                    Purpose::AdDeposit,
                    NO_OFFER,
                )
                .unwrap();
        }
        let mut floor = Floor::default();
        floor.open(&campaigns, &ledger, config);
        (floor, campaigns)
    }

    fn clue(seed: u64) -> Clue {
        let mut observed = crate::platform::privacy::observation::Observed::default();
        let mut rng = RngStream::new(seed, Luck::Test, 0, 0);
        for x in observed.profile.iter_mut().take(5) {
            *x = (10.0 * rng.uniform()) as f32;
        }
        Clue::of_interests(&observed).unwrap()
    }

    #[test]
    fn two_of_each_topic_decide_an_auction_as_all_would() {
        let config = AdsConfig::BASELINE;
        let n = 60;
        let (mut floor, campaigns) = opened(n, &config);
        let (model, conversions) = (ClickModel::default(), ConversionModel::default());
        let (mut reserves, mut shades) = (LearnedReserves::default(), Shades::default());
        for avatar in 0..200 {
            let mut caps = FrequencyCaps::default();
            caps.grow(200);
            let mut rng = RngStream::new(avatar, Luck::Test, 1, 0);
            // Some campaigns are used up for this avatar.
            for c in 0..n as u32 {
                if rng.chance(0.4) {
                    for _ in 0..config.cap_per_day {
                        caps.count(AvatarId(avatar as u32), CampaignId(c), 0);
                    }
                }
            }
            let clue = clue(avatar);
            let lot = Lot {
                audience: Audience::One(AvatarId(avatar as u32)),
                day: 0,
                place: Surface::Feed,
                format: Format::Display,
                clue: &clue,
                slots: 1,
            };
            let rules = Rules {
                seed: 1,
                now: Tick(0),
                model: &model,
                conversions: &conversions,
                campaigns: &campaigns,
                caps: &caps,
                config: &config,
            };
            let sales = floor.sell(lot, &rules, &mut reserves, &mut shades);
            let sale = sales.first().copied();
            let mut all: Vec<Bid> = (0..n as u32 - 1)
                .map(CampaignId)
                .filter(|c| caps.allows(AvatarId(avatar as u32), *c, 0, &config))
                .map(|c| {
                    let campaign = campaigns.get(c);
                    let cell = clue.cell(usize::from(campaign.topic));
                    Bid {
                        campaign: c,
                        per_click: campaign.value.min(campaign.daily_budget),
                        quality: Quality::from_probability(model.predict(lot.format, cell)),
                    }
                })
                .collect();
            let usual = Quality::from_probability(Format::Display.usual_rate());
            let reserve = score(Coins::from_f64(config.reserve_price), usual);
            let mut awards = Vec::new();
            let second = Pricing::GeneralizedSecond;
            clear(second, &mut all, &[1], reserve, &mut awards);
            let got = sale.map(|s| (s.campaign, s.price_per_click));
            let expected = awards.first().map(|a| (a.campaign, a.per_click));
            assert_eq!(got, expected, "avatar {avatar}");
        }
    }

    #[test]
    fn a_rewarded_view_is_sold_for_its_share_of_a_click() {
        let config = AdsConfig::BASELINE;
        let (mut floor, campaigns) = opened(40, &config);
        let mut caps = FrequencyCaps::default();
        caps.grow(1);
        let clue = clue(3);
        let lot = Lot {
            audience: Audience::One(AvatarId(0)),
            day: 0,
            place: Surface::Games,
            format: Format::Rewarded,
            clue: &clue,
            slots: 1,
        };
        let rules = Rules {
            seed: 1,
            now: Tick(0),
            model: &ClickModel::default(),
            conversions: &ConversionModel::default(),
            campaigns: &campaigns,
            caps: &caps,
            config: &config,
        };
        let (mut reserves, mut shades) = (LearnedReserves::default(), Shades::default());
        let sale = floor.sell(lot, &rules, &mut reserves, &mut shades)[0];
        let auction = floor.held()[0];
        assert_eq!(auction.won, Some((sale.campaign, sale.price_per_click)));
        assert!(auction.n_bids > 1 && auction.reserve < Coins::from_f64(config.reserve_price));
        let most = campaigns.get(sale.campaign).value.as_f64() * config.rewarded_value;
        assert!(sale.price_per_click.as_f64() <= most + 1e-6);
    }
}
