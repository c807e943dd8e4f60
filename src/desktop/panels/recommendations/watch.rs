//! What is collected about slates while the city runs: how often they explore, with which propensity, how alike their items are.

use crate::desktop::view::sight::City;
use crate::events::behavior::ThingKind;
use crate::events::bus::OfferBus;
use crate::events::offer::{Slate, Source};
use crate::sim::ids::ItemId;
use crate::society::content::catalogue::Catalogue;

/// Surfaces, the one that is none included.
const SURFACES: usize = 10;

/// Sums over the slates of one surface.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct SlateSums {
    /// Slots shown.
    pub slots: u64,
    /// Slots filled to explore.
    pub explored: u64,
    /// Sum of propensities.
    pub propensity: f64,
    /// Sum of one less the mean cosine of tags in a slate, over sampled slates; and how many.
    pub diversity: (f64, u64),
}

/// What is collected.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct RecommendationsWatch {
    /// By surface.
    pub surfaces: [SlateSums; SURFACES],
}

impl RecommendationsWatch {
    /// Counts the slates of a tick.
    pub(super) fn collect(&mut self, city: &City<'_>) {
        let catalogue = city.get::<Catalogue>();
        let mut is_sampled = [false; SURFACES];
        for slate in &city.get::<OfferBus>().slates {
            let surface = slate.surface as usize;
            let Some(sums) = self.surfaces.get_mut(surface) else {
                continue;
            };
            for slot in &slate.slots {
                sums.slots += 1;
                sums.explored += u64::from(slot.source == Source::Explore);
                sums.propensity += f64::from(slot.propensity);
            }
            // One slate of a surface and tick is enough, and keeps the cost the same for any crowd.
            if !is_sampled[surface]
                && let Some(diversity) = diversity(slate, catalogue)
            {
                is_sampled[surface] = true;
                sums.diversity.0 += diversity;
                sums.diversity.1 += 1;
            }
        }
    }
}

/// Returns one less the mean cosine of tags over pairs of items; `None` with fewer than two items.
fn diversity(slate: &Slate, catalogue: &Catalogue) -> Option<f64> {
    let items: Vec<ItemId> = slate
        .slots
        .iter()
        .filter(|s| s.thing.kind == ThingKind::Item && (s.thing.id as usize) < catalogue.len())
        .map(|s| ItemId(s.thing.id))
        .collect();
    let (mut sum, mut n) = (0.0, 0u32);
    for (i, a) in items.iter().enumerate() {
        for b in &items[i + 1..] {
            let pairs = catalogue.tags(*a).iter().zip(catalogue.tags(*b));
            sum += pairs.map(|(x, y)| f64::from(x * y)).sum::<f64>();
            n += 1;
        }
    }
    (n > 0).then(|| (1.0 - sum / f64::from(n)).clamp(0.0, 1.0))
}
