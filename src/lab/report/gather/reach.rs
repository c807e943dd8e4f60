//! Rows about bonuses, pushes and invitations.

use crate::lab::metrics::referral::judge;
use crate::lab::report::reach::{
    BonusDayRow, BonusRows, DecileRow, Interval, PushHourRow, PushRows,
};
use crate::platform::incentives::bonus::book::BonusDay;
use crate::platform::incentives::effect::{Effect, Side};
use crate::platform::incentives::qini::Decile;
use crate::sim::config::ConfigValue;

use super::fill::Sight;

fn interval(e: Effect) -> Interval {
    let (low, high) = e.interval();
    Interval {
        mean: e.mean,
        low,
        high,
    }
}

/// Tells what bonuses came to.
pub(super) fn bonuses(s: &Sight<'_>) -> BonusRows {
    let book = s.bonuses;
    if book.days.is_empty() {
        return BonusRows::default();
    }
    let day = |d: &BonusDay| BonusDayRow {
        day: d.day,
        sent: d.sent,
        earned: d.earned,
        paid: d.paid.as_f64(),
        learned: d.is_learned,
    };
    let decile = |d: &Decile| {
        let e = d.observed.zip(d.standard_error);
        let effect = |(mean, standard_error)| Effect {
            mean,
            standard_error,
        };
        DecileRow {
            predicted: d.predicted,
            observed: e.map(effect).map(interval),
        }
    };
    let qini = book.judged.as_ref().map(|j| &j.qini);
    let reached = &s.book.reached;
    let truth = s.persuasion;
    let gained = reached.bonus_visits.1 + truth.minutes_longer as f64;
    let whole: &[Side; 2] = &book.whole;
    BonusRows {
        arm: s.platform.0.bonus.offer.arm.show().replace('"', ""),
        days: book.days.iter().map(day).collect(),
        minutes_per_coin: book.minutes_per_coin().map(interval),
        true_minutes_per_coin: (reached.bonus_coins > 0.0).then(|| gained / reached.bonus_coins),
        minutes_a_day: Effect::of(&whole[1], &whole[0]).map(interval),
        qini: qini.map_or_else(Vec::new, |q| {
            q.curve.iter().map(|p| (p.share, p.gained)).collect()
        }),
        qini_coefficient: qini.map(|q| q.coefficient),
        deciles: qini.map_or_else(Vec::new, |q| q.deciles.iter().map(decile).collect()),
        truth: [
            truth.bonuses_unseen,
            truth.bonuses_anyway,
            truth.bonuses_moved,
            truth.bonuses_declined,
        ],
    }
}

/// Tells what pushes and invitations came to.
pub(super) fn pushes(s: &Sight<'_>) -> PushRows {
    let trials = s.pushes;
    let is_kept = !trials.sent.is_empty();
    let hours = trials.by_hour.iter().zip(0..).map(|(c, hour)| PushHourRow {
        hour,
        sent: c.sent,
        withheld: c.withheld,
        opt_outs: c.opt_outs,
    });
    PushRows {
        returns: trials.returns().map(interval),
        opt_outs: s.book.reached.opt_outs,
        hours: if is_kept { hours.collect() } else { Vec::new() },
        k_factor: s.book.reached.k_factor(s.avatars).map(|k| Interval {
            mean: k.k,
            low: k.interval.0,
            high: k.interval.1,
        }),
    }
}

/// Tells what newcomers by invitation came to; nothing where nobody joins so.
pub(super) fn referrals(s: &Sight<'_>) -> Vec<(String, f64)> {
    let (Some(joined), Some(paid)) = (s.ending.referrals, s.ending.referral_book) else {
        return Vec::new();
    };
    let shown = judge(joined, paid).headline().into_iter();
    shown
        .filter_map(|(key, value)| Some((key.to_owned(), value?)))
        .collect()
}
