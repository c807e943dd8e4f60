//! Rows about bonuses, pushes and invitations.

use crate::lab::report::reach::{
    BonusDayRow, BonusRows, BonusSizeRow, BonusTrialRow, DecileRow, HoldOutRow, Interval,
    PushHourRow, PushRows,
};
use crate::platform::incentives::bonus::book::{BonusBook, BonusDay, Reason};
use crate::platform::incentives::config::BonusConfig;
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

fn side(s: &Side) -> (u64, f64) {
    (s.len(), s.mean())
}

/// Those of one reason against what was withheld; a reason for which nothing was given has no row.
fn trials(book: &BonusBook) -> Vec<BonusTrialRow> {
    let reasons = [(Reason::Explored, "by lot"), (Reason::Chosen, "chosen")];
    let rows = reasons.map(|(reason, given)| {
        let t = &book.totals[reason as usize];
        BonusTrialRow {
            given: given.to_owned(),
            sent: side(&t.sent),
            withheld: side(&t.withheld),
            effect: t.effect().map(interval),
            paid: t.paid.as_f64(),
            minutes_per_coin: t.per_coin().map(interval),
        }
    });
    let is_given = |r: &BonusTrialRow| r.sent.0 + r.withheld.0 > 0;
    rows.into_iter().filter(is_given).collect()
}

fn sizes(book: &BonusBook, config: &BonusConfig) -> Vec<BonusSizeRow> {
    let coins = [config.small, config.large];
    let rows = coins.into_iter().zip(book.by_size);
    rows.map(|(coins, (sent, earned))| BonusSizeRow {
        coins,
        sent: u64::from(sent),
        earned: u64::from(earned),
    })
    .collect()
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
        trials: trials(book),
        sizes: sizes(book, &s.platform.0.bonus.offer),
        hold_out: HoldOutRow {
            held_out: side(&whole[0]),
            others: side(&whole[1]),
        },
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
        effect: trials.effect().map(interval),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::units::Coins;

    #[test]
    fn a_reason_for_which_something_was_given_has_a_row_and_each_size_too() {
        let mut book = BonusBook::default();
        assert_eq!(trials(&book), []);
        let t = &mut book.totals[Reason::Chosen as usize];
        for y in [8.0, 12.0, 10.0] {
            t.sent.add(y, 0.0);
        }
        for y in [3.0, 5.0] {
            t.withheld.add(y, 0.0);
        }
        t.paid = Coins::from_whole(6);
        book.by_size = [(3, 1), (0, 0)];
        let rows = trials(&book);
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].given, "chosen");
        assert_eq!((rows[0].sent, rows[0].withheld), ((3, 10.0), (2, 4.0)));
        // Six minutes more each, three times, for six coins.
        let (more, for_a_coin) = (rows[0].effect.unwrap(), rows[0].minutes_per_coin.unwrap());
        assert!((more.mean - 6.0).abs() < 1e-9 && (for_a_coin.mean - 3.0).abs() < 1e-9);
        assert!(more.low < 6.0 && 6.0 < more.high);
        let sizes = sizes(&book, &BonusConfig::BASELINE);
        let told: Vec<(f64, u64, u64)> =
            sizes.iter().map(|s| (s.coins, s.sent, s.earned)).collect();
        assert_eq!(told, [(2.0, 3, 1), (3.0, 0, 0)]);
    }
}
