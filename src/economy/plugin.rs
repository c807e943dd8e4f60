//! Joins the economy into the tick.

use bevy::app::{App, Plugin};
use bevy::ecs::prelude::*;

use super::config::{EconomyConfig, EconomyRules, OfferScope};
use super::controller::CentralBank;
use super::daily::{close_day, open_market};
use super::exchange::crowd::trade_materials;
use super::exchange::materials::Exchange;
use super::land::registry::LandRegistry;
use super::ledger::Ledger;
use super::market::bundles::AssetBundles;
use super::market::bundling::look_at_bundles;
use super::market::haggle::{answer_offers, make_offers};
use super::market::index::PriceIndex;
use super::market::offers::AssetOffers;
use super::market::shop::Shop;
use super::market::titles::AssetMarket;
use super::market::trade::close_auctions;
use super::settle::{
    Audit, audit_books, charge_clicks, level_deposits, open_accounts, settle_wishes,
};
use crate::events::deposit::DepositBus;
use crate::sim::schedule::{SimAppExt, SimSystems, SimTick};

/// Money, goods and land.
pub struct EconomyPlugin {
    /// Its part of the scenario.
    pub config: EconomyConfig,
}

impl Plugin for EconomyPlugin {
    fn build(&self, app: &mut App) {
        app.insert_unhashed(
            "economy rules",
            "the scenario, hashed with the run",
            EconomyRules(self.config.clone()),
        )
        .insert_observed(
            "audit",
            "counts checks of the ledger, which is hashed",
            Audit::default(),
        )
        .insert_state("deposits", DepositBus::default())
        .insert_state("ledger", Ledger::default())
        .insert_state("asset market", AssetMarket::default())
        .insert_state("shop", Shop::default())
        .insert_state("land", LandRegistry::default())
        .insert_state("price index", PriceIndex::default())
        .insert_state("central bank", CentralBank::default())
        .insert_state("exchange", Exchange::new(&self.config.exchange));
        // What a city does not have is no part of its hash and of its checkpoints.
        if self.config.market.offers != OfferScope::Off {
            app.insert_state("asset offers", AssetOffers::default());
        }
        if self.config.market.bundles {
            app.insert_state("asset bundles", AssetBundles::default());
        }
        app.add_systems(
            SimTick,
            (
                open_accounts,
                open_market,
                trade_materials,
                make_offers,
                look_at_bundles,
                settle_wishes,
                charge_clicks,
                close_auctions,
                answer_offers,
                close_day,
                level_deposits,
                audit_books,
            )
                .chain()
                .in_set(SimSystems::Settle),
        );
    }
}
