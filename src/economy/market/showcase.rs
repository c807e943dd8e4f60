//! Which assets can be shown to somebody who may want them, and at what price: those that are for sale, and where offers are
//! taken for any, those that somebody owns and keeps.

use bevy::ecs::prelude::*;
use bevy::ecs::system::SystemParam;

use super::bundles::AssetBundles;
use super::titles::{AssetMarket, Title};
use crate::economy::config::{EconomyRules, OfferScope};
use crate::sim::ids::{AvatarId, ItemId};
use crate::sim::units::Coins;

/// The market as anybody sees it.
#[derive(SystemParam)]
pub struct Showcase<'w> {
    rules: Res<'w, EconomyRules>,
    market: Res<'w, AssetMarket>,
    bundles: Option<Res<'w, AssetBundles>>,
}

impl Showcase<'_> {
    /// Says whether an asset can be had, or offered for.
    #[must_use]
    pub fn is_open(&self, item: ItemId) -> bool {
        self.market.asking(item).is_some() || self.is_kept(item)
    }

    /// Says whether it is an asset that its owner keeps, and that offers are taken for.
    fn is_kept(&self, item: ItemId) -> bool {
        self.rules.0.market.offers == OfferScope::Any
            && self.market.title(item).is_some_and(|t| t.owner.is_some())
            && !self.bundles.as_ref().is_some_and(|b| b.has(item))
    }

    /// Says whether somebody owns and keeps an asset that offers are taken for.
    #[must_use]
    pub fn is_kept_by(&self, item: ItemId, who: AvatarId) -> bool {
        let keeps = |t: &Title| t.asking.is_none() && t.owner == Some(who);
        self.rules.0.market.offers == OfferScope::Any && self.market.title(item).is_some_and(keeps)
    }

    /// Returns the price to show for an asset that first cost `first`.
    #[must_use]
    pub fn price(&self, item: ItemId, first: Coins) -> Coins {
        self.market.guide(item, first)
    }
}
