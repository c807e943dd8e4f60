//! The oracle: what the best possible slate would have been worth, by the truth that no platform can see.
//!
//! Attention efficiency `η = Σ A_i Σ_k θ_k w(shown_k) / Σ A_i Σ_k θ_k w(best_k)`, over a sample of slates; w is the true
//! attraction at the moment of choosing, θ_k how much position k is looked at, A_i the attention level.

use serde::{Deserialize, Serialize};

use crate::events::behavior::{Surface, ThingKind};
use crate::events::bus::{OfferBus, SlateRequest};
use crate::events::offer::Slate;
use crate::platform::models::learn::shelf_of;
use crate::sim::ids::{AvatarId, ItemId};
use crate::sim::rng::mix;
use crate::sim::units::{Coins, Tick};
use crate::society::avatars::avatar::Avatars;
use crate::society::avatars::choice::examination;
use crate::society::avatars::utility;
use crate::society::config::SocietyConfig;
use crate::society::content::catalogue::Catalogue;
use crate::society::content::item::ItemKind;
use crate::society::content::truth::ItemTruths;

/// The truth about one request, taken before it is answered.
#[derive(Debug, Serialize, Deserialize)]
pub struct Witness {
    avatar: AvatarId,
    surface: Surface,
    /// Utility by item on offer.
    utilities: Vec<(ItemId, f32)>,
}

/// What the oracle says about a slate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judgement {
    /// On which surface.
    pub surface: Surface,
    /// Attraction shown, weighted by position.
    pub shown: f64,
    /// Attraction of the best slate of the same length.
    pub best: f64,
    /// Mean true utility of what was shown.
    pub mean_utility: f64,
}

/// Takes down the truth about a sample of requests.
pub fn witness(
    offers: &OfferBus,
    every: u32,
    now: Tick,
    avatars: &Avatars,
    catalogue: &Catalogue,
    truths: &ItemTruths,
    society: &SocietyConfig,
    price: impl Fn(ItemId) -> Option<Coins>,
    into: &mut Vec<Witness>,
) {
    into.clear();
    if every == 0 {
        return;
    }
    for request in &offers.requests {
        if !is_sampled(request, now, every) || shelf_of(request.surface).is_none() {
            continue;
        }
        let a = avatars.get(request.avatar);
        let utilities = catalogue
            .live_on(request.surface)
            .filter_map(|item| {
                let card = catalogue.card(item);
                let price = match card.kind {
                    // An asset that is not for sale cannot be offered.
                    ItemKind::Asset => price(item)?,
                    ItemKind::GameItem | ItemKind::Textbook => card.price,
                    _ => Coins::ZERO,
                };
                let truth = truths.get(item);
                let u = utility::of_item(
                    a,
                    card,
                    truth,
                    price,
                    now,
                    &society.choice,
                    &society.content,
                );
                Some((item, u as f32))
            })
            .collect();
        into.push(Witness {
            avatar: request.avatar,
            surface: request.surface,
            utilities,
        });
    }
}

fn is_sampled(request: &SlateRequest, now: Tick, every: u32) -> bool {
    let key = u64::from(request.avatar.0) << 32 | u64::from(now.0);
    mix(key).is_multiple_of(u64::from(every))
}

/// Compares a slate with the best there was.
#[must_use]
pub fn judge(slate: &Slate, witness: &mut Witness, society: &SocietyConfig) -> Option<Judgement> {
    if slate.avatar != witness.avatar || slate.surface != witness.surface || slate.slots.is_empty()
    {
        return None;
    }
    let choice = &society.choice;
    let mut shown = 0.0;
    let mut sum = 0.0;
    let mut n = 0u32;
    for (k, slot) in slate.slots.iter().enumerate() {
        if slot.thing.kind != ThingKind::Item {
            return None;
        }
        let item = ItemId(slot.thing.id);
        let found = witness.utilities.iter().find(|(i, _)| *i == item);
        let Some((_, u)) = found else { continue };
        shown +=
            examination(k, choice.position_exponent) * utility::attraction(f64::from(*u), choice);
        sum += f64::from(*u);
        n += 1;
    }
    let k = slate.slots.len().min(witness.utilities.len());
    if n == 0 {
        return None;
    }
    let by_utility = |a: &(ItemId, f32), b: &(ItemId, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
    if k < witness.utilities.len() {
        witness.utilities.select_nth_unstable_by(k, by_utility);
    }
    let top = &mut witness.utilities[..k];
    top.sort_unstable_by(by_utility);
    let best = top
        .iter()
        .enumerate()
        .map(|(k, (_, u))| {
            examination(k, choice.position_exponent) * utility::attraction(f64::from(*u), choice)
        })
        .sum();
    Some(Judgement {
        surface: slate.surface,
        shown,
        best,
        mean_utility: sum / f64::from(n),
    })
}

impl Witness {
    /// Returns whose request it is.
    #[must_use]
    pub fn avatar(&self) -> AvatarId {
        self.avatar
    }

    /// Returns the utility of an item at the moment of choosing.
    #[must_use]
    pub fn utility(&self, item: ItemId) -> Option<f64> {
        self.utilities
            .iter()
            .find(|(i, _)| *i == item)
            .map(|(_, u)| f64::from(*u))
    }
}
