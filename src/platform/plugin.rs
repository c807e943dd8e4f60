//! Joins the platform into the tick.

use bevy::app::{App, Plugin};
use bevy::ecs::prelude::*;

use super::ads::campaign::{Campaigns, run_campaigns};
use super::ads::click_model::ClickModel;
use super::ads::conversion_model::{ConversionModel, learn_conversions};
use super::ads::creatives::{Creatives, learn_creatives};
use super::ads::floor::{Floor, take_bids};
use super::ads::frequency::FrequencyCaps;
use super::ads::learn::{ShownAds, Traffic, learn_clicks, pace_campaigns};
use super::ads::reserve::{LearnedReserves, learn_reserves};
use super::ads::serve::{place_ads, place_billboards};
use super::ads::shades::Shades;
use super::ads::signs::{Signs, has_signs, sell_sponsorships, show_signs};
use super::config::{PlatformConfig, PlatformRules};
use super::engage::invite::{InvitePlan, hold_live_events, invite_friends};
use super::engage::push::{PushPlan, plan_pushes, send_pushes};
use super::engage::push_policy::plan_day;
use super::engage::push_trial::PushTrials;
use super::incentives::bonus::book::BonusBook;
use super::incentives::bonus::claim::{follow_visits, pay_bonuses};
use super::incentives::bonus::offer::offer_bonuses;
use super::incentives::referral::book::ReferralBook;
use super::incentives::referral::follow::{announce_referrals, follow_referrals};
use super::incentives::referral::pay::pay_referrals;
use super::incentives::reward::{RewardBook, grant_rewards};
use super::integrity::holds::{Holds, hold_items};
use super::models::learn::{calibrate, learn, observe, take_in};
use super::models::live::watch::DriftWatch;
use super::models::ranker::Ranker;
use super::privacy::observation::Observations;
use super::recommend::exposures::Exposures;
use super::recommend::prices::AttentionPrices;
use super::recommend::serve::{Scored, score_requests, serve_slates};
use super::trace::book::Traces;
use crate::events::behavior::Event;
use crate::events::referral::ReferralTerms;
use crate::events::sign::SignBus;
use crate::sim::schedule::{SimAppExt, SimSystems, SimTick};

/// What the operator knows and does.
pub struct PlatformPlugin {
    /// Its part of the scenario.
    pub config: PlatformConfig,
    /// What happened before the city began, oldest first; gets in by the door of all events.
    pub past: Vec<Event>,
}

impl Plugin for PlatformPlugin {
    fn build(&self, app: &mut App) {
        let (mut observations, mut ranker) = (Observations::default(), Ranker::default());
        if !self.past.is_empty() {
            let half_life = self.config.recommend.popularity_half_life_days;
            let (profiles, catalogue) = (app.world().resource(), app.world().resource());
            take_in(
                &self.past,
                profiles,
                catalogue,
                half_life,
                &mut observations,
                &mut ranker,
            );
        }
        // Where society lets nobody join by invitation there is nothing to follow.
        if app.world().contains_resource::<ReferralTerms>() {
            app.insert_state("referral book", ReferralBook::default());
        }
        app.insert_unhashed(
            "platform rules",
            "the scenario, hashed with the run",
            PlatformRules(self.config.clone()),
        )
        .insert_unhashed(
            "scored requests",
            "scratch of a tick, empty between ticks",
            Scored::default(),
        )
        .insert_unhashed(
            "auction floor",
            "bids of a tick, taken anew in the next",
            Floor::default(),
        )
        .insert_unhashed(
            "traces",
            "what the lab may read later; nobody in the loop reads it",
            Traces::default(),
        )
        .insert_state("observations", observations)
        .insert_state("ranker", ranker)
        .insert_state("drift watch", DriftWatch::default())
        .insert_state("attention prices", AttentionPrices::default())
        .insert_state("exposures", Exposures::default())
        .insert_state("push plan", PushPlan::default())
        .insert_state("push trials", PushTrials::default())
        .insert_state("invite plan", InvitePlan::default())
        .insert_state("campaigns", Campaigns::default())
        .insert_state("click model", ClickModel::default())
        .insert_state("frequency caps", FrequencyCaps::default())
        .insert_state("shown ads", ShownAds::default())
        .insert_state("ad traffic", Traffic::default())
        .insert_state("conversion model", ConversionModel::default())
        .insert_state("learned reserves", LearnedReserves::default())
        .insert_state("bid shading", Shades::default())
        .insert_state("reward book", RewardBook::default())
        .insert_state("bonus book", BonusBook::default());
        // What a city does not have is no part of its hash and of its checkpoints.
        if self.config.ads.creatives > 1 {
            app.insert_state("creatives", Creatives::default());
        }
        if has_signs(&self.config.ads) {
            app.insert_state("signs", Signs::default())
                .insert_state("sign bus", SignBus::default());
        }
        app.add_systems(
            SimTick,
            (
                observe,
                calibrate,
                plan_pushes,
                follow_visits,
                announce_referrals,
                follow_referrals,
                learn_clicks,
                learn_creatives,
                learn_conversions,
            )
                .chain()
                .in_set(SimSystems::Observe),
        )
        .insert_state("holds", Holds::default())
        .add_systems(SimTick, learn.in_set(SimSystems::Learn))
        .add_systems(SimTick, learn_reserves.in_set(SimSystems::Learn))
        .add_systems(SimTick, hold_items.in_set(SimSystems::Guard))
        .add_systems(SimTick, score_requests.in_set(SimSystems::Score))
        .add_systems(
            SimTick,
            (
                serve_slates,
                run_campaigns,
                take_bids,
                place_ads,
                place_billboards,
                show_signs,
                pace_campaigns,
                grant_rewards,
                pay_bonuses,
                pay_referrals,
                offer_bonuses,
                invite_friends,
                hold_live_events,
                sell_sponsorships,
                plan_day,
                send_pushes,
            )
                .chain()
                .in_set(SimSystems::Offer),
        );
    }
}
