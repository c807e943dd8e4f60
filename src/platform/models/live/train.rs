//! Fits a model of the catalog on what was observed, judges it on what came last, and says whether it may go live.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::log::{log_of, past_of, seconds};
use super::served::{Made, Served};
use crate::platform::models::catalog::{self, SettingsError};
use crate::platform::models::columns::Columns;
use crate::platform::models::interaction_log::{Interaction, InteractionLog};
use crate::platform::models::params::ModelError;
use crate::platform::models::ranker::{ITEM_SURFACES, Learned, Ranker};
use crate::platform::models::registry::card::limits_of;
use crate::platform::models::registry::{CardDetails, ModelCard, Promotion};
use crate::platform::models::shelf::Shelf;
use crate::platform::privacy::observation::{HISTORY, Observations};
use crate::sim::ids::ItemId;
use crate::sim::units::Tick;
use crate::society::content::catalogue::Catalogue;

/// Newest pairs, on which a model is judged and which it does not learn from.
const JUDGED_ON: usize = 512;

/// The newest of those, on which a model is judged whose cost is by the pair.
const JUDGED_BY_RANKER: usize = 128;

/// What a model is judged by before it may be seen by anybody.
const HELD_OUT: &str = "discounted gain of the next pairs among all items";

/// By whose leave a model learns in the city.
const CONSENT: &str =
    "Behaviour of avatars that allow recommendations, taken from the observations.";

/// What somebody chose, with what was known of it until then.
pub struct Judged {
    /// Who, its past, and when.
    pub person: (u32, Vec<Interaction>, i64),
    /// What.
    pub item: ItemId,
}

/// Collects all items on the shelves.
fn on_offer(shelves: &[Shelf; ITEM_SURFACES]) -> Columns {
    let mut items: Vec<ItemId> = shelves.iter().flat_map(|s| &s.items).copied().collect();
    items.sort_unstable();
    items.dedup();
    Columns::new(items)
}

/// Cuts a log so that nothing from `until` on is left.
fn before(log: &InteractionLog, until: i64) -> InteractionLog {
    let mut cut = log.clone();
    cut.interactions.retain(|i| i.time < until);
    cut.impressions.retain(|i| i.time < until);
    cut
}

/// Returns the newest choices with the pasts they were made with, in the columns of a model.
fn newest(observations: &Observations, from: Tick, columns: &Columns) -> Vec<Judged> {
    let first = observations.pairs.partition_point(|p| p.tick < from);
    let mut judged = Vec::new();
    for p in observations.pairs.range(first..) {
        let observed = observations.of(p.avatar);
        let mut past = past_of(p.avatar.0, observed, columns);
        past.retain(|i| i.time < seconds(p.tick));
        let skip = past.len().saturating_sub(HISTORY);
        past.drain(..skip);
        judged.push(Judged {
            person: (p.avatar.0, past, seconds(p.tick)),
            item: p.item,
        });
    }
    judged
}

/// Returns what a model gains from each of the newest choices.
///
/// # Errors
/// [`ModelError`] if it cannot score.
pub fn gains(
    served: &Served,
    observations: &Observations,
    from: Tick,
) -> Result<Vec<f64>, ModelError> {
    let mut judged = newest(observations, from, served.columns());
    if served.is_ranker() {
        judged.drain(..judged.len().saturating_sub(JUDGED_BY_RANKER));
    }
    let (people, items): (Vec<_>, Vec<_>) = judged.into_iter().map(|j| (j.person, j.item)).unzip();
    let scores = served.score_pasts(&people)?;
    let n = served.columns().items().len().max(1);
    let rows = scores.chunks(n).zip(&people).zip(&items);
    Ok(rows
        .map(|((row, (_, past, _)), item)| served.gain(row, *item, past))
        .collect())
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// Why a model did not come about.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// Its settings are not allowed.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// It could not learn or score.
    #[error(transparent)]
    Model(#[from] ModelError),
}

/// What became of a newly fitted model.
pub enum Fitted {
    /// It goes live at once.
    Live(Box<Served>),
    /// It may go live if the live one is not better in the shadow.
    Challenger(Box<Served>),
    /// It is worse on held-out behaviour, or there was nothing to learn from.
    Nothing,
}

/// Fits a model on all but the newest observations, judges it on those and tells of it; `None` if there is nothing to learn
/// from. The registry stays as it is.
///
/// # Errors
/// [`TrainError`] if its settings are refused or it diverged.
pub fn fit(
    ranker: &Ranker,
    name: &str,
    settings: &toml::Table,
    seed: u64,
    now: Tick,
    observations: &Observations,
    catalogue: &Catalogue,
) -> Result<Option<(Served, ModelCard)>, TrainError> {
    let kind = catalog::find(name)?;
    let n = observations.pairs.len();
    let judged_on = JUDGED_ON.min(n / 5);
    let Some(first) = observations.pairs.get(n - judged_on) else {
        return Ok(None);
    };
    let from = first.tick;
    let columns = on_offer(&ranker.shelves);
    let log = before(&log_of(&columns, observations, catalogue), seconds(from));
    if log.interactions.is_empty() {
        return Ok(None);
    }
    let mut model = kind.make(settings, seed)?;
    let report = model.fit(&log, &mut |_| ControlFlow::Continue(()))?;
    let made = Made {
        kind: kind.name,
        settings: settings.clone(),
        seed,
        facts: Arc::clone(&log.items),
    };
    let mut served = Served::new(model, made, columns, log.n_users)?;
    served.place_items(&ranker.shelves);
    let validation_metric = mean(&gains(&served, observations, from)?);
    let incumbent_metric = match &ranker.learned {
        Learned::Served(live) if live.name() == served.name() => {
            Some(mean(&gains(live, observations, from)?))
        }
        _ => None,
    };
    let card = ModelCard {
        name: kind.name.to_owned(),
        version: ranker.registry.next_version(kind.name),
        trained_at: now,
        n_pairs: log.interactions.len() as u64,
        loss: report.curve.last().map_or(0.0, |e| e.loss),
        validation_metric,
        incumbent_metric,
        digest: served.digest(),
        details: CardDetails {
            kind: kind.name.to_owned(),
            settings: settings.clone(),
            window: log.interactions.first().map(|i| (i.time, log.end())),
            rows: (log.interactions.len() + log.impressions.len()) as u64,
            features: log.items.blocks.iter().map(|b| b.name.clone()).collect(),
            curve: report.curve,
            held_out: [(HELD_OUT.to_owned(), validation_metric)].into(),
            calibration_error: None,
            consent: CONSENT.to_owned(),
            limits: limits_of(kind.name),
        },
    };
    Ok(Some((served, card)))
}

/// Fits a model anew and judges it on held-out behaviour; with a live one of its kind and `has_shadow`, it becomes a challenger.
///
/// # Errors
/// Those of [`fit`].
pub fn train(
    ranker: &mut Ranker,
    name: &str,
    settings: &toml::Table,
    has_shadow: bool,
    seed: u64,
    now: Tick,
    observations: &Observations,
    catalogue: &Catalogue,
) -> Result<Fitted, TrainError> {
    let fitted = fit(ranker, name, settings, seed, now, observations, catalogue)?;
    let Some((served, card)) = fitted else {
        return Ok(Fitted::Nothing);
    };
    if card.incumbent_metric.is_some() && has_shadow && ranker.registry.promotes(&card) {
        ranker.registry.list(card)?;
        return Ok(Fitted::Challenger(Box::new(served)));
    }
    Ok(match ranker.registry.submit(card)? {
        Promotion::Promoted => Fitted::Live(Box::new(served)),
        Promotion::Held => Fitted::Nothing,
    })
}
