//! The auction floor: the bids that stand in a tick, and the auction of one slot.
//!
//! Campaigns are kept by topic, those that can pay best first. How well an ad fits is the same for all campaigns of a topic, so the
//! winner and the price setter are among the first two of each topic that the avatar may still see: a million
//! avatars or a hundred, an auction looks at a few dozen bids.

use bevy::ecs::prelude::*;

use super::auction::{Award, Bid, Pricing, Quality, clear, score};
use super::campaign::Campaigns;
use super::click_model::{Cell, ClickModel, Format};
use super::config::AdsConfig;
use super::frequency::FrequencyCaps;
use super::targeting::Clue;
use crate::economy::ledger::{Account, Currency, Ledger};
use crate::events::behavior::{EventKind, Surface};
use crate::events::bus::{EventBus, OfferBus};
use crate::platform::config::PlatformRules;
use crate::platform::privacy::observation::PROFILE_DIM;
use crate::sim::ids::{AvatarId, CampaignId};
use crate::sim::units::Coins;

/// Bids of a topic that can matter in an auction of one slot.
const CONTENDERS: usize = 2;

/// A bid that stands for this tick.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Standing {
    pub(super) campaign: CampaignId,
    per_click: Coins,
    appeal: f64,
    /// What it is ordered by: bid, weighted by appeal if quality counts.
    strength: f64,
}

/// The bids that stand and room for an auction.
#[derive(Resource, Default)]
pub struct Floor {
    /// By format, then by topic.
    pub(super) standing: [Vec<Vec<Standing>>; 2],
    pub(super) bids: Vec<Bid>,
    /// Topic and predicted rate behind each bid, by campaign.
    pub(super) hopes: Vec<Hope>,
    pub(super) awards: Vec<Award>,
    /// Auctions held in this tick.
    pub(super) n_auctions: u32,
    /// What came of each, for whoever wants to look; read by nobody who decides.
    held: Vec<Auction>,
}

/// An auction that was held.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Auction {
    /// Before whom the slot is.
    pub avatar: AvatarId,
    /// Where the slot is; [`Surface::None`] for a billboard.
    pub place: Surface,
    /// What kind of ad was sold.
    pub format: Format,
    /// Bids that were compared: of each topic the two strongest that the avatar may still see.
    pub n_bids: u32,
    /// Lowest price of a click on an ad that is clicked as often as is usual.
    pub reserve: Coins,
    /// Who won, and what a click costs it; `None` where no bid reached the reserve.
    pub won: Option<(CampaignId, Coins)>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Hope {
    pub(super) campaign: CampaignId,
    pub(super) topic: u8,
    pub(super) p_click: f64,
}

/// A slot sold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sale {
    pub(super) campaign: CampaignId,
    pub(super) topic: u8,
    pub(super) price_per_click: Coins,
    pub(super) p_click: f64,
    pub(super) cell: Cell,
}

/// What is sold to whom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Lot<'a> {
    pub(super) avatar: AvatarId,
    pub(super) day: u32,
    pub(super) place: Surface,
    pub(super) format: Format,
    pub(super) clue: &'a Clue,
}

/// Returns what an answer to an ad of a format is worth relative to a click, in parts per million: a video watched to the end
/// is worth a share of it that is the same for everybody.
pub(super) fn worth(format: Format, config: &AdsConfig) -> u32 {
    match format {
        Format::Display => 1_000_000,
        Format::Rewarded => (config.rewarded_value * 1e6).round() as u32,
    }
}

/// Returns how an auction weighs a probability of a click.
pub(super) fn quality(p_click: f64, config: &AdsConfig) -> Quality {
    if config.quality_weighting {
        Quality::from_probability(p_click)
    } else {
        Quality::ONE
    }
}

impl Floor {
    /// Takes the bids of a tick; whoever has no money left does not bid.
    fn open(&mut self, campaigns: &Campaigns, ledger: &Ledger, config: &AdsConfig) {
        self.n_auctions = 0;
        for (format, by_topic) in [Format::Display, Format::Rewarded]
            .into_iter()
            .zip(&mut self.standing)
        {
            by_topic.resize_with(PROFILE_DIM, Vec::new);
            for list in by_topic.iter_mut() {
                list.clear();
            }
            let share = worth(format, config);
            for id in campaigns.running() {
                let left = ledger.balance(Currency::Outside, Account::Advertiser(id));
                if !left.is_positive() {
                    continue;
                }
                let campaign = campaigns.get(id);
                let value = campaign.value.scaled_ppm(share);
                let bid = if config.pacing {
                    campaign.pacer.bid(value)
                } else {
                    value
                };
                let per_click = bid.min(left);
                let appeal = if config.quality_weighting {
                    campaign.appeal()
                } else {
                    1.0
                };
                by_topic[usize::from(campaign.topic)].push(Standing {
                    campaign: id,
                    per_click,
                    appeal,
                    strength: per_click.as_f64() * appeal,
                });
            }
            for list in by_topic {
                list.sort_unstable_by(|a, b| {
                    let by_strength = b.strength.total_cmp(&a.strength);
                    by_strength.then(a.campaign.cmp(&b.campaign))
                });
            }
        }
    }

    /// Sells one slot; `None` if nobody who may and can reaches the reserve.
    pub(super) fn sell(
        &mut self,
        lot: Lot<'_>,
        model: &ClickModel,
        caps: &FrequencyCaps,
        config: &AdsConfig,
    ) -> Option<Sale> {
        let sale = self.auction(lot, model, caps, config);
        let share = worth(lot.format, config);
        self.held.push(Auction {
            avatar: lot.avatar,
            place: lot.place,
            format: lot.format,
            n_bids: self.hopes.len() as u32,
            reserve: Coins::from_f64(config.reserve_price).scaled_ppm(share),
            won: sale.map(|s| (s.campaign, s.price_per_click)),
        });
        sale
    }

    /// Lists the auctions of the last tick.
    #[must_use]
    pub fn held(&self) -> &[Auction] {
        &self.held
    }

    fn auction(
        &mut self,
        lot: Lot<'_>,
        model: &ClickModel,
        caps: &FrequencyCaps,
        config: &AdsConfig,
    ) -> Option<Sale> {
        self.n_auctions += 1;
        self.bids.clear();
        self.hopes.clear();
        for (topic, list) in self.standing[lot.format as usize].iter().enumerate() {
            if list.is_empty() {
                continue;
            }
            let fits = model.predict(lot.format, lot.clue.cell(topic));
            let contenders = list
                .iter()
                .filter(|s| caps.allows(lot.avatar, s.campaign, lot.day, config))
                .take(CONTENDERS);
            for s in contenders {
                let p_click = (fits * s.appeal).min(1.0);
                self.bids.push(Bid {
                    campaign: s.campaign,
                    per_click: s.per_click,
                    quality: quality(p_click, config),
                });
                self.hopes.push(Hope {
                    campaign: s.campaign,
                    topic: topic as u8,
                    p_click,
                });
            }
        }
        let share = worth(lot.format, config);
        let floor_price = Coins::from_f64(config.reserve_price).scaled_ppm(share);
        let reserve = score(floor_price, quality(lot.format.usual_rate(), config));
        clear(
            Pricing::GeneralizedSecond,
            &mut self.bids,
            &[1],
            reserve,
            &mut self.awards,
        );
        let award = self.awards.first()?;
        let hope = self.hopes.iter().find(|h| h.campaign == award.campaign)?;
        Some(Sale {
            campaign: award.campaign,
            topic: hope.topic,
            price_per_click: award.per_click,
            p_click: hope.p_click,
            cell: lot.clue.cell(usize::from(hope.topic)),
        })
    }
}

/// Takes the bids of a tick in which there is something to sell.
pub fn take_bids(
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
    let passers = config.billboards && events.previous.iter().any(|e| e.kind == EventKind::Move);
    if config.enabled && (passers || !offers.slates.is_empty()) {
        floor.open(&campaigns, &ledger, config);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::economy::purpose::Purpose;
    use crate::events::behavior::NO_OFFER;
    use crate::sim::rng::{Purpose as Luck, RngStream};
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
        let model = ClickModel::default();
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
                avatar: AvatarId(avatar as u32),
                day: 0,
                place: Surface::Feed,
                format: Format::Display,
                clue: &clue,
            };
            let sale = floor.sell(lot, &model, &caps, &config);
            let mut all: Vec<Bid> = (0..n as u32 - 1)
                .map(CampaignId)
                .filter(|c| caps.allows(lot.avatar, *c, 0, &config))
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
            avatar: AvatarId(0),
            day: 0,
            place: Surface::Games,
            format: Format::Rewarded,
            clue: &clue,
        };
        let sale = floor
            .sell(lot, &ClickModel::default(), &caps, &config)
            .unwrap();
        let auction = floor.held()[0];
        assert_eq!(auction.won, Some((sale.campaign, sale.price_per_click)));
        assert!(auction.n_bids > 1 && auction.reserve < Coins::from_f64(config.reserve_price));
        let most = campaigns.get(sale.campaign).value.as_f64() * config.rewarded_value;
        assert!(sale.price_per_click.as_f64() <= most + 1e-6);
    }
}
