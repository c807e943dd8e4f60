//! Logistic regression as a model of attraction.

use crate::platform::models::features::basis::{Basis, BasisSettings, Selection};
use crate::platform::models::features::crowd::take;
use crate::platform::models::features::examples::{Sampling, check_index};
use crate::platform::models::features::extractor::Columns;
use crate::platform::models::features::schema::{Schema, Side};
use crate::platform::models::interaction_log::InteractionLog;
use crate::platform::models::model::{
    About, Epoch, FitReport, Model, Part, Person, Ranks, Tensors, Watch,
};
use crate::platform::models::params::{ModelError, Values, refuse_rest};
use crate::platform::models::random::check_length;
use crate::platform::models::selection::table::SelectionTable;
use crate::sim::math;

use super::config::LogisticConfig;
use super::newton::minimise;
use super::rows::{Ids, Rows};

/// What was learned.
#[derive(Debug, Clone)]
struct Fitted {
    basis: Basis,
    /// The bias, for all items as they are: the sampling of negatives is taken out.
    bias: f32,
    /// A weight a column.
    weights: Vec<f32>,
    /// A weight a user; empty without ids.
    users: Vec<f32>,
    /// A weight an item; empty without ids.
    items: Vec<f32>,
}

/// A linear ranker: the score is the logit of engaging with an item that one has before one.
#[derive(Debug, Clone)]
pub struct Logistic {
    config: LogisticConfig,
    seed: u64,
    fitted: Option<Fitted>,
    selection: Option<SelectionTable>,
}

impl Logistic {
    /// Makes one that has learned nothing.
    #[must_use]
    pub const fn new(config: LogisticConfig, seed: u64) -> Self {
        Self {
            config,
            seed,
            fitted: None,
            selection: None,
        }
    }

    /// Returns which columns were kept by the last fit and why; `None` if columns were not selected.
    #[must_use]
    pub const fn selection(&self) -> Option<&SelectionTable> {
        self.selection.as_ref()
    }

    /// Returns the columns and their weights, a deviation of the column; `None` before a fit.
    #[must_use]
    pub fn weights(&self) -> Option<(&Schema, &[f32])> {
        let fitted = self.fitted.as_ref()?;
        Some((fitted.basis.schema(), &fitted.weights))
    }

    fn fitted(&self) -> Result<&Fitted, ModelError> {
        self.fitted.as_ref().ok_or(ModelError::NoPairs)
    }
}

impl Fitted {
    /// The part of a score that is the same for all items.
    fn own(&self, columns: &[f32], user: Option<u32>) -> f32 {
        let id = user.and_then(|u| self.users.get(u as usize));
        let weights = &self.weights[..columns.len()];
        self.bias + math::dot(columns, weights) + id.copied().unwrap_or(0.0)
    }

    /// The part of scores that is the same for all people at a time, one an item.
    fn shared(&self, rows: &[f32]) -> Vec<f32> {
        let weights = &self.weights[self.basis.schema().span(Side::Item)];
        let n_items = self.basis.shape().1;
        let id = |item: usize| self.items.get(item).copied().unwrap_or(0.0);
        let width = weights.len();
        let one = |item: usize| math::dot(&rows[item * width..][..width], weights) + id(item);
        (0..n_items).map(one).collect()
    }
}

impl Ranks for Logistic {
    fn rank(
        &self,
        person: &Person<'_>,
        items: &[u32],
        scores: &mut [f32],
    ) -> Result<(), ModelError> {
        let fitted = self.fitted()?;
        let basis = &fitted.basis;
        check_length(items.len(), scores.len())?;
        basis.check_items(items)?;
        let who = basis.onlooker(person)?;
        let own = fitted.own(&who.columns, who.user);
        let rows = basis.rows_of(items, person.now);
        let item_weights = &fitted.weights[basis.schema().span(Side::Item)];
        let weights = &fitted.weights[basis.schema().span(Side::Cross)];
        let mut cross = vec![0.0; weights.len()];
        for (at, (item, out)) in items.iter().zip(scores).enumerate() {
            let row = &rows[at * item_weights.len()..][..item_weights.len()];
            let id = fitted.items.get(*item as usize).copied().unwrap_or(0.0);
            basis.write_cross(&who, *item, &mut cross);
            *out = own + (math::dot(row, item_weights) + id) + math::dot(&cross, weights);
        }
        Ok(())
    }
}

impl Model for Logistic {
    fn name(&self) -> &'static str {
        "logistic"
    }

    fn fit(
        &mut self,
        log: &InteractionLog,
        watch: &mut Watch<'_>,
    ) -> Result<FitReport, ModelError> {
        let settings = BasisSettings {
            columns: Columns::when(self.config.columns),
            selection: Selection::when(self.config.selects_columns),
            sampling: Sampling {
                negatives: self.config.negatives,
                at_most: self.config.rows_at_most,
                seed: self.seed,
            },
        };
        let (basis, table, selection) = Basis::learn(log, &settings)?;
        let ids = if self.config.ids {
            Ids::Weighted
        } else {
            Ids::Ignored
        };
        let rows = Rows::new(&table, ids, log.n_users, log.n_items);
        let mut curve = Vec::new();
        let of = self.config.steps;
        let (l2, flat) = (self.config.l2, self.config.tolerance);
        let optimum = minimise(&rows, l2, flat, of, |epoch, loss| {
            let held_out = None;
            let epoch = Epoch {
                epoch,
                of,
                loss,
                held_out,
            };
            curve.push(epoch);
            watch(epoch)
        })?;
        let mut weights = optimum.weights.iter().map(|w| *w as f32);
        let bias = weights.next().unwrap_or(0.0) + math::ln(basis.rate()) as f32;
        let columns: Vec<f32> = weights.by_ref().take(basis.schema().len()).collect();
        let (n_users, n_items) = match ids {
            Ids::Weighted => (log.n_users, log.n_items),
            Ids::Ignored => (0, 0),
        };
        self.fitted = Some(Fitted {
            basis,
            bias,
            weights: columns,
            users: weights.by_ref().take(n_users).collect(),
            items: weights.take(n_items).collect(),
        });
        self.selection = selection;
        Ok(FitReport {
            n_rows: rows.len() as u64,
            n_parameters: rows.n_weights() as u64,
            curve,
        })
    }

    fn score(&self, people: &[Person<'_>], scores: &mut [f32]) -> Result<(), ModelError> {
        let fitted = self.fitted()?;
        let basis = &fitted.basis;
        check_length(people.len() * basis.shape().1, scores.len())?;
        let span = basis.schema().span(Side::Cross);
        let weights = &fitted.weights[span];
        basis.for_each_person(
            people,
            scores,
            |rows| fitted.shared(rows),
            |who, shared, out| {
                let own = fitted.own(&who.columns, who.user);
                let mut cross = vec![0.0; weights.len()];
                for (item, (out, shared)) in out.iter_mut().zip(shared).enumerate() {
                    basis.write_cross(who, item as u32, &mut cross);
                    *out = own + shared + math::dot(&cross, weights);
                }
            },
        )
    }

    fn ranks(&self) -> Option<&dyn Ranks> {
        Some(self)
    }

    fn explain(&self, person: &Person<'_>, item: u32) -> Result<Vec<Part>, ModelError> {
        let fitted = self.fitted()?;
        let basis = &fitted.basis;
        check_index("item", item, basis.shape().1)?;
        let (row, user) = basis.row(person, item)?;
        let mut parts = vec![Part {
            about: About::Bias,
            value: fitted.bias,
        }];
        let ids = [
            ("user_id", user.and_then(|u| fitted.users.get(u as usize))),
            ("item_id", fitted.items.get(item as usize)),
        ];
        for (name, weight) in ids {
            if let Some(weight) = weight {
                let about = About::Feature(name.to_owned());
                let value = *weight;
                parts.push(Part { about, value });
            }
        }
        let values = row.iter().zip(&fitted.weights);
        let values: Vec<f64> = values.map(|(x, w)| f64::from(*x) * f64::from(*w)).collect();
        parts.extend(basis.schema().add_up(&values));
        Ok(parts)
    }

    fn save(&self) -> Result<Tensors, ModelError> {
        let fitted = self.fitted()?;
        let mut tensors = Tensors::new();
        fitted.basis.save(&mut tensors);
        let mut put = |name: &str, values: &[f32]| {
            let (shape, values) = (vec![values.len()], values.to_vec());
            tensors.insert(name.to_owned(), Values { shape, values });
        };
        put("logistic.bias", &[fitted.bias]);
        put("logistic.columns", &fitted.weights);
        put("logistic.users", &fitted.users);
        put("logistic.items", &fitted.items);
        Ok(tensors)
    }

    fn load(&mut self, stored: &Tensors, log: &InteractionLog) -> Result<(), ModelError> {
        let mut from = stored.clone();
        let basis = Basis::take(&mut from, log, Columns::when(self.config.columns))?;
        let ids = usize::from(self.config.ids);
        let bias = take(&mut from, "logistic.bias", &[1])?[0];
        let weights = take(&mut from, "logistic.columns", &[basis.schema().len()])?;
        let users = take(&mut from, "logistic.users", &[ids * log.n_users])?;
        let items = take(&mut from, "logistic.items", &[ids * log.n_items])?;
        refuse_rest(&from)?;
        self.fitted = Some(Fitted {
            basis,
            bias,
            weights,
            users,
            items,
        });
        self.selection = None;
        Ok(())
    }
}
