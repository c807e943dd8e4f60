//! A newly fitted model in the shadow of the live one: every hour both score what was shown and chosen; after a set time the
//! choices decide.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::log::{past_of, seconds};
use super::served::Served;
use crate::platform::models::interaction_log::Outcome;
use crate::platform::models::registry::shadow::{Choice, Shadow, ShadowConfig, ShadowReport};
use crate::platform::privacy::impressions::Shown;
use crate::platform::privacy::observation::Observations;
use crate::sim::state_hash::StateHasher;
use crate::sim::units::Tick;

/// A model that waits to be judged.
#[derive(Debug, Serialize, Deserialize)]
pub struct Challenger {
    /// The model.
    pub served: Served,
    /// When it is judged.
    pub until: Tick,
    shadow: Shadow,
    /// Up to when choices were taken in.
    seen: Tick,
}

/// One slate that was answered with a choice.
struct Answered<'a> {
    slots: &'a [Shown],
    chosen: usize,
}

/// Splits impressions into slates, and keeps those of which something was taken.
fn answered(rows: &[Shown]) -> Vec<Answered<'_>> {
    let same =
        |a: &Shown, b: &Shown| a.avatar == b.avatar && a.tick == b.tick && a.position < b.position;
    rows.chunk_by(same)
        .filter_map(|slots| {
            let best = slots.iter().map(|s| s.outcome).max()?;
            let chosen = slots.iter().position(|s| s.outcome == best)?;
            (best > Outcome::Ignore && slots.len() > 1).then_some(Answered { slots, chosen })
        })
        .collect()
}

impl Challenger {
    /// Puts a model into the shadow until a tick.
    #[must_use]
    pub const fn new(served: Served, config: ShadowConfig, now: Tick, until: Tick) -> Self {
        Self {
            served,
            until,
            shadow: Shadow::new(config),
            seen: now,
        }
    }

    /// Lets both models rank what was chosen since the last call, by what was known before the choice.
    pub fn watch(&mut self, live: &Served, observations: &Observations, now: Tick) {
        let all = observations.impressions.rows();
        let from = all.partition_point(|r| r.tick < self.seen);
        self.seen = now;
        let rows: Vec<Shown> = all.range(from..).copied().collect();
        let slates = answered(&rows);
        let incumbent = scores(live, &slates, observations);
        let challenger = scores(&self.served, &slates, observations);
        for ((slate, old), new) in slates.iter().zip(&incumbent).zip(&challenger) {
            // What one of them does not know cannot be compared.
            let known: Vec<usize> = (0..slate.slots.len())
                .filter(|k| old[*k].is_finite() && new[*k].is_finite())
                .collect();
            let Some(chosen) = known.iter().position(|k| *k == slate.chosen) else {
                continue;
            };
            if known.len() < 2 {
                continue;
            }
            let pick = |scores: &[f32]| known.iter().map(|k| scores[*k]).collect::<Vec<f32>>();
            let shown: Vec<usize> = (0..known.len()).collect();
            let position = f64::from(slate.slots[slate.chosen].position);
            let choice = Choice {
                person: slate.slots[0].avatar.0,
                chosen,
                shown: &shown,
                incumbent: &pick(old),
                challenger: &pick(new),
                examination: 1.0 / (position + 1.0).sqrt(),
            };
            // Lists fit together by construction.
            let counted = self.shadow.observe(&choice);
            debug_assert!(counted.is_ok(), "{counted:?}");
        }
    }

    /// Judges it by all choices so far.
    #[must_use]
    pub fn judge(&self, seed: u64) -> ShadowReport {
        self.shadow.judge(seed)
    }

    /// Adds the model and how far it has come.
    pub fn add_to(&self, h: &mut StateHasher) {
        h.u64(self.served.digest());
        h.u32(self.until.0);
        h.u32(self.seen.0);
        let report = self.shadow.judge(0);
        h.u64(report.choices);
        h.f64(report.shown.mean);
    }
}

/// Scores the slots of slates; an item that the model does not know has no number.
fn scores(served: &Served, slates: &[Answered<'_>], observations: &Observations) -> Vec<Vec<f32>> {
    let of_slate = |s: &Answered<'_>| {
        let (avatar, at) = (s.slots[0].avatar, seconds(s.slots[0].tick));
        let mut past = past_of(avatar.0, observations.of(avatar), served.columns());
        past.retain(|i| i.time < at);
        let columns: Vec<Option<u32>> = s
            .slots
            .iter()
            .map(|slot| served.columns().of(slot.item.0))
            .collect();
        let known: Vec<u32> = columns.iter().flatten().copied().collect();
        let mut found = served.score_some(avatar.0, &past, at, &known).into_iter();
        columns
            .iter()
            .map(|c| c.and_then(|_| found.next()).unwrap_or(f32::NAN))
            .collect()
    };
    slates.par_iter().map(of_slate).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::ids::{AvatarId, ItemId};

    fn shown(avatar: u32, tick: u32, position: u8, outcome: Outcome) -> Shown {
        Shown {
            avatar: AvatarId(avatar),
            item: ItemId(u32::from(position)),
            tick: Tick(tick),
            position,
            propensity: 1.0,
            outcome,
        }
    }

    #[test]
    fn slates_are_told_apart_and_only_answered_ones_count() {
        use Outcome::{Engage, Ignore, View};
        let rows = [
            shown(1, 5, 0, Ignore),
            shown(1, 5, 1, View),
            // Another surface in the same tick begins at the top again.
            shown(1, 5, 0, Ignore),
            shown(1, 5, 1, Ignore),
            shown(2, 5, 0, Engage),
            shown(2, 5, 1, Ignore),
            shown(2, 6, 0, View),
        ];
        let slates = answered(&rows);
        let found: Vec<_> = slates
            .iter()
            .map(|s| (s.slots[0].avatar.0, s.slots.len(), s.chosen))
            .collect();
        assert_eq!(found, [(1, 2, 1), (2, 2, 0)]);
    }
}
