//! Which models were submitted, and which of them are live.
//!
//! A newly trained model goes live only if it is not worse on held-out behaviour than the one it replaces.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::super::params::ModelError;
use super::card::ModelCard;
use crate::sim::state_hash::StateHasher;

/// What became of a submitted model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Promotion {
    /// It is live now.
    Promoted,
    /// It is listed, and the one that was live stays so.
    Held,
}

/// All cards in order of submission, and the live one of every name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Registry {
    tolerance: f64,
    cards: Vec<ModelCard>,
    live: BTreeMap<String, usize>,
    /// Which cards ever were live.
    served: BTreeSet<usize>,
}

impl Registry {
    /// Makes an empty registry that lets a model be worse by up to `tolerance` than the one it replaces.
    ///
    /// # Errors
    /// [`ModelError::Value`] if the tolerance is negative or not finite.
    pub fn new(tolerance: f64) -> Result<Self, ModelError> {
        if !(tolerance >= 0.0 && tolerance.is_finite()) {
            return Err(value("tolerance", tolerance, "a finite number from 0"));
        }
        Ok(Self {
            tolerance,
            cards: Vec::new(),
            live: BTreeMap::new(),
            served: BTreeSet::new(),
        })
    }

    /// Lists a model and makes it live if its metric is at least the live one's less the tolerance, or none is live.
    ///
    /// Both metrics are of the same behaviour: numbers of different days would say more about the days than about the models.
    ///
    /// # Errors
    /// [`ModelError::Value`] if loss or metric is not finite, or the version is not above all earlier ones of the name.
    pub fn submit(&mut self, card: ModelCard) -> Result<Promotion, ModelError> {
        let is_promoted = self.promotes(&card);
        let (name, digest) = (card.name.clone(), card.digest);
        self.list(card)?;
        Ok(if is_promoted {
            self.promote(&name, digest);
            Promotion::Promoted
        } else {
            Promotion::Held
        })
    }

    /// Makes the newest listed model with these weights live; an unknown one changes nothing.
    pub fn promote(&mut self, name: &str, digest: u64) {
        let mut cards = self.cards.iter();
        if let Some(at) = cards.rposition(|c| c.name == name && c.digest == digest) {
            self.live.insert(name.to_owned(), at);
            self.served.insert(at);
        }
    }

    /// Lists a model that does not go live yet.
    ///
    /// # Errors
    /// Those of [`Registry::submit`].
    pub fn list(&mut self, card: ModelCard) -> Result<(), ModelError> {
        if !card.validation_metric.is_finite() {
            let metric = card.validation_metric;
            return Err(value("validation metric", metric, "a finite number"));
        }
        if !card.loss.is_finite() {
            return Err(value("loss", card.loss, "a finite number"));
        }
        if let Some(last) = self.versions(&card.name).last()
            && last.version >= card.version
        {
            let allowed = format!("a number above {}", last.version);
            return Err(value("version", f64::from(card.version), &allowed));
        }
        self.cards.push(card);
        Ok(())
    }

    /// Says whether a model of these metrics goes live when it is submitted.
    #[must_use]
    pub fn promotes(&self, card: &ModelCard) -> bool {
        card.incumbent_metric
            .is_none_or(|live| card.validation_metric >= live - self.tolerance)
    }

    /// Returns the live model of a name.
    #[must_use]
    pub fn live(&self, name: &str) -> Option<&ModelCard> {
        self.live.get(name).map(|at| &self.cards[*at])
    }

    /// Lists the live models by name.
    pub fn live_cards(&self) -> impl Iterator<Item = &ModelCard> {
        self.live.values().map(|at| &self.cards[*at])
    }

    /// Says whether a listed model ever was live.
    #[must_use]
    pub fn has_served(&self, name: &str, version: u32) -> bool {
        let is_it = |c: &ModelCard| c.name == name && c.version == version;
        self.served.iter().any(|at| is_it(&self.cards[*at]))
    }

    /// Returns the version of the next model of a name.
    #[must_use]
    pub fn next_version(&self, name: &str) -> u32 {
        self.versions(name).last().map_or(0, |c| c.version) + 1
    }

    /// Lists the models of a name, oldest first.
    pub fn versions(&self, name: &str) -> impl Iterator<Item = &ModelCard> {
        self.cards.iter().filter(move |c| c.name == name)
    }

    /// Lists all models in order of submission.
    #[must_use]
    pub fn cards(&self) -> &[ModelCard] {
        &self.cards
    }

    /// Returns the digest of all cards and of which are live.
    ///
    /// What a card says in detail, and what was live before, is not in it: that is told about models, and moves nothing.
    #[must_use]
    pub fn digest(&self) -> u64 {
        let mut h = StateHasher::default();
        h.f64(self.tolerance);
        h.u64(self.cards.len() as u64);
        for card in &self.cards {
            h.text(&card.name);
            h.u32(card.version);
            h.u32(card.trained_at.0);
            h.u64(card.n_pairs);
            h.f64(card.loss);
            h.f64(card.validation_metric);
            h.f64(card.incumbent_metric.unwrap_or(-1.0));
            h.u64(card.digest);
        }
        for at in self.live.values() {
            h.u64(*at as u64);
        }
        h.finish()
    }
}

fn value(what: &str, found: f64, allowed: &str) -> ModelError {
    ModelError::Value {
        what: what.to_owned(),
        found: found.to_string(),
        allowed: allowed.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::models::registry::card::CardDetails;
    use crate::sim::units::Tick;

    fn card(name: &str, version: u32, validation_metric: f64) -> ModelCard {
        ModelCard {
            incumbent_metric: None,
            name: name.to_owned(),
            version,
            trained_at: Tick(version * 10),
            n_pairs: 100,
            loss: 1.0,
            validation_metric,
            digest: u64::from(version),
            details: CardDetails::default(),
        }
    }

    #[test]
    fn a_model_worse_by_more_than_the_tolerance_does_not_go_live() {
        let mut r = Registry::new(0.125).unwrap();
        let mut submit = |v, metric, live| {
            let incumbent_metric = live;
            let card = card("two_tower", v, metric);
            let card = ModelCard {
                incumbent_metric,
                ..card
            };
            r.submit(card).unwrap()
        };
        assert_eq!(submit(1, 0.5, None), Promotion::Promoted);
        assert_eq!(submit(2, 0.25, Some(0.5)), Promotion::Held);
        // On another day everything is harder: what counts is the live model on that day.
        assert_eq!(submit(3, 0.25, Some(0.3)), Promotion::Promoted);
        assert_eq!(submit(4, 0.2, Some(0.4)), Promotion::Held);
        assert_eq!(r.live("two_tower").unwrap().version, 3);
        assert_eq!(r.versions("two_tower").count(), 4);
        let served = [1, 2, 3, 4].map(|v| r.has_served("two_tower", v));
        assert_eq!(served, [true, false, true, false]);
    }

    #[test]
    fn names_do_not_replace_each_other() {
        let mut r = Registry::new(0.0).unwrap();
        r.submit(card("two_tower", 1, 0.9)).unwrap();
        r.submit(card("ranker", 1, 0.1)).unwrap();
        assert_eq!(r.live("two_tower").unwrap().validation_metric, 0.9);
        assert_eq!(r.live("ranker").unwrap().validation_metric, 0.1);
        assert_eq!(r.live("unknown"), None);
    }

    #[test]
    fn impossible_cards_are_refused_and_leave_the_digest() {
        let mut r = Registry::new(0.0).unwrap();
        r.submit(card("two_tower", 2, 0.5)).unwrap();
        let before = r.digest();
        assert!(r.submit(card("two_tower", 2, 0.6)).is_err());
        assert!(r.submit(card("two_tower", 3, f64::NAN)).is_err());
        assert_eq!(r.digest(), before);
        r.submit(card("two_tower", 3, 0.1)).unwrap();
        assert_ne!(r.digest(), before);
        assert!(Registry::new(-0.1).is_err());
    }

    #[test]
    fn details_of_a_card_do_not_move_the_digest() {
        let mut plain = Registry::new(0.0).unwrap();
        plain.submit(card("two_tower", 1, 0.5)).unwrap();
        let mut told = Registry::new(0.0).unwrap();
        let details = CardDetails {
            kind: "two_tower".to_owned(),
            rows: 9,
            ..CardDetails::default()
        };
        told.submit(ModelCard {
            details,
            ..card("two_tower", 1, 0.5)
        })
        .unwrap();
        assert_eq!(plain.digest(), told.digest());
    }
}
