//! Rows about things: where attention goes, what each surface shows, what the models learned, which items are chosen.

use crate::events::behavior::{RECOMMENDED_SURFACES, Surface};
use crate::lab::report::data::{ModelRow, SurfaceRow};
use crate::sim::units::TICKS_PER_DAY;
use crate::society::content::item::Domain;
use crate::society::spaces::space::SpaceKind;

use super::fill::Sight;

/// Lists choices per item that was chosen at all, most chosen first.
pub(super) fn item_counts(s: &Sight<'_>) -> Vec<u64> {
    let chosen = s.book.uses.iter().filter(|n| **n > 0);
    let mut counts: Vec<u64> = chosen.map(|n| u64::from(*n)).collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    counts
}

/// Lists minutes per finished day by domain.
pub(super) fn attention_by_domain(s: &Sight<'_>) -> Vec<(String, Vec<f64>)> {
    Domain::ALL
        .iter()
        .zip(&s.book.domain_minutes)
        .map(|(domain, minutes)| (domain.word().to_owned(), minutes.clone()))
        .collect()
}

/// Lists minutes by kind of space.
pub(super) fn attention_by_space(s: &Sight<'_>) -> Vec<(String, f64)> {
    SpaceKind::ALL
        .iter()
        .zip(&s.book.space_secs)
        .map(|(kind, secs)| (kind.word().to_owned(), secs / 60.0))
        .collect()
}

/// Lists the learning curves that the model registry holds.
pub(super) fn models(s: &Sight<'_>) -> Vec<ModelRow> {
    let cards = s.ranker.registry.cards();
    cards
        .iter()
        .flat_map(|card| {
            let day = f64::from(card.trained_at.0) / f64::from(TICKS_PER_DAY);
            // The registry keeps the number, the details what it is called.
            let bits = card.validation_metric.to_bits();
            let mut named = card.details.held_out.iter();
            let name = named.find(|(_, x)| x.to_bits() == bits);
            let metric = name.map_or("metric on what came after", |(name, _)| name.as_str());
            [
                (metric, card.validation_metric),
                ("training loss", card.loss),
            ]
            .map(|(metric, value)| ModelRow {
                name: card.name.clone(),
                day,
                metric: metric.to_owned(),
                value,
            })
        })
        .collect()
}

/// Lists the surfaces on which anything was served.
pub(super) fn surfaces(s: &Sight<'_>) -> Vec<SurfaceRow> {
    RECOMMENDED_SURFACES
        .iter()
        .map(|surface| (*surface, &s.book.surfaces[*surface as usize]))
        .filter(|(_, counts)| counts.slates > 0)
        .map(|(surface, counts)| {
            let shown = counts.shown.iter().filter(|is_shown| **is_shown).count();
            let (utility, n) = counts.utility;
            SurfaceRow {
                surface: surface.word().to_owned(),
                slates: counts.slates,
                take_rate: counts.taken as f64 / counts.slates as f64,
                mean_true_utility: (n > 0).then(|| utility / n as f64),
                coverage: (shown as f64 / on_offer(s, surface).max(1) as f64).min(1.0),
            }
        })
        .collect()
}

/// Counts what could ever have been shown on a surface.
fn on_offer(s: &Sight<'_>, surface: Surface) -> usize {
    match surface {
        Surface::People => s.avatars.table.len(),
        Surface::Communities => s.communities.table.len(),
        Surface::Parcels => s.map.land().count(),
        Surface::Spaces => s.spaces.table.len(),
        Surface::Feed
        | Surface::Games
        | Surface::GameItems
        | Surface::Assets
        | Surface::Courses
        | Surface::None => {
            let cards = s.catalogue.table.rows().iter();
            cards.filter(|c| c.kind.surface() == surface).count()
        }
    }
}
