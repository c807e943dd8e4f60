//! Rows about learning: the model registry with the last training of each name, and how well predictions are calibrated.

use crate::events::behavior::RECOMMENDED_SURFACES;
use crate::lab::report::data::{CalibrationBin, CalibrationRow, CardRow, CardState, PassRow};
use crate::platform::models::ranker::Ranker;
use crate::platform::models::registry::ModelCard;
use crate::sim::units::TICKS_PER_DAY;

use super::fill::Sight;

/// Lists every model of the registry, oldest first.
pub(super) fn cards(ranker: &Ranker) -> Vec<CardRow> {
    let registry = &ranker.registry;
    let row = |card: &ModelCard| {
        let is_newest = registry.next_version(&card.name) == card.version + 1;
        CardRow {
            name: card.name.clone(),
            version: card.version,
            day: f64::from(card.trained_at.0) / f64::from(TICKS_PER_DAY),
            rows: match card.details.rows {
                0 => card.n_pairs,
                rows => rows,
            },
            loss: card.loss,
            held_out: card.validation_metric,
            incumbent: card.incumbent_metric,
            state: state(ranker, card),
            curve: if is_newest { curve(card) } else { Vec::new() },
        }
    };
    registry.cards().iter().map(row).collect()
}

fn state(ranker: &Ranker, card: &ModelCard) -> CardState {
    let registry = &ranker.registry;
    let is_live = registry
        .live(&card.name)
        .is_some_and(|live| live.version == card.version);
    // A model may be trained twice from the same rows, so that its weights alone do not tell the version.
    let waits = ranker.challenger.as_ref().is_some_and(|challenger| {
        let weights = challenger.served.digest();
        let mut newer = registry
            .versions(&card.name)
            .filter(|c| c.version > card.version);
        challenger.served.name() == card.name
            && weights == card.digest
            && newer.all(|c| c.digest != weights)
    });
    if is_live {
        CardState::Live
    } else if waits {
        CardState::Challenger
    } else if registry.has_served(&card.name, card.version) {
        CardState::Replaced
    } else {
        CardState::Held
    }
}

fn curve(card: &ModelCard) -> Vec<PassRow> {
    let passes = card.details.curve.iter();
    passes
        .map(|e| PassRow {
            pass: e.epoch,
            loss: Some(e.loss).filter(|x| x.is_finite()),
            held_out: e.held_out.filter(|x| x.is_finite()),
        })
        .collect()
}

/// Lists the surfaces on which predictions were counted.
pub(super) fn calibration(s: &Sight<'_>) -> Vec<CalibrationRow> {
    RECOMMENDED_SURFACES
        .iter()
        .filter_map(|surface| {
            let counts = &s.book.calibration[*surface as usize];
            let bins = counts.bins.iter().filter_map(|b| {
                let (predicted, taken) = b.means()?;
                Some(CalibrationBin {
                    predicted,
                    taken,
                    slots: b.slots,
                })
            });
            Some(CalibrationRow {
                surface: surface.word().to_owned(),
                expected_error: counts.expected_error()?,
                bins: bins.collect(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::models::model::Epoch;
    use crate::platform::models::registry::CardDetails;
    use crate::sim::units::Tick;

    #[test]
    fn cards_tell_what_became_of_them_and_only_the_newest_its_passes() {
        let mut ranker = Ranker::default();
        let mut submit = |version, held_out, incumbent| {
            let epoch = |epoch, loss| Epoch {
                epoch,
                of: 2,
                loss,
                held_out: None,
            };
            let card = ModelCard {
                name: "ials".to_owned(),
                version,
                trained_at: Tick(version * TICKS_PER_DAY / 2),
                n_pairs: 80,
                loss: 0.5,
                validation_metric: held_out,
                incumbent_metric: incumbent,
                digest: u64::from(version),
                details: CardDetails {
                    rows: if version == 3 { 100 } else { 0 },
                    curve: vec![epoch(1, f64::NAN), epoch(2, 0.5)],
                    ..CardDetails::default()
                },
            };
            ranker.registry.submit(card).unwrap();
        };
        submit(1, 0.2, None);
        submit(2, 0.3, Some(0.2));
        submit(3, 0.1, Some(0.3));
        let rows = cards(&ranker);
        let told: Vec<_> = rows
            .iter()
            .map(|r| (r.state, r.rows, r.curve.len(), r.day))
            .collect();
        assert_eq!(
            told,
            [
                (CardState::Replaced, 80, 0, 0.5),
                (CardState::Live, 80, 0, 1.0),
                (CardState::Held, 100, 2, 1.5),
            ]
        );
        assert_eq!(rows[2].curve[0].loss, None);
        assert_eq!(rows[2].curve[1].loss, Some(0.5));
    }
}
