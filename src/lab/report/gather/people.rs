//! Rows about people: who comes back, who leaves, how long they stay, and what it does to them.

use crate::lab::metrics::measure::minutes_of;
use crate::lab::metrics::statistics::gini::{gini, top_share};
use crate::lab::metrics::statistics::survival::{KaplanMeier, Spell};
use crate::lab::report::data::{RetentionPoint, SurvivalPoint};
use crate::sim::ids::{AvatarId, ItemId};
use crate::sim::units::TICKS_PER_DAY;
use crate::society::content::item::STUDIO;

use super::fill::Sight;

/// Level of all intervals of a report.
const LEVEL: f64 = 0.95;

/// Points of the survival curve.
const SURVIVAL_POINTS: u32 = 240;

/// Growth of the bins of session lengths.
const BIN_GROWTH: f64 = 1.4;

/// Minutes a day above which use counts as heavy.
const HEAVY_MINUTES: f64 = 120.0;

/// Returns classic retention of day 1 and later, for as long as some cohort is old enough.
pub(super) fn retention(s: &Sight<'_>) -> Vec<RetentionPoint> {
    let last = s.book.cohorts.last_completed_day().unwrap_or(0);
    (1..=last)
        .map_while(|day| {
            let interval = s.book.cohorts.retention_interval(day, LEVEL)?;
            Some(RetentionPoint {
                day,
                share: interval.estimate,
                low: interval.low,
                high: interval.high,
                n: interval.n,
            })
        })
        .collect()
}

/// Returns the cohort matrix and the size of each cohort.
pub(super) fn cohorts(s: &Sight<'_>) -> (Vec<Vec<Option<f64>>>, Vec<u32>) {
    let rows = s.book.cohorts.matrix();
    let n_days = rows.len();
    let share =
        |active: u32, arrived: u32| (arrived > 0).then(|| f64::from(active) / f64::from(arrived));
    let shares = rows
        .iter()
        .map(|row| {
            let mut shares: Vec<Option<f64>> = row
                .n_active
                .iter()
                .map(|active| share(*active, row.n_arrived))
                .collect();
            shares.resize(n_days, None);
            shares
        })
        .collect();
    (shares, rows.iter().map(|row| row.n_arrived).collect())
}

/// The stays of those who arrived during the run, in days: ended where the avatar has left for good, else still open.
///
/// Whether somebody has left for good is the truth of the simulation, which no platform sees; so nothing has to be guessed
/// from absence. Who left and was brought back by a push or an invitation counts as staying.
pub(super) fn spells(s: &Sight<'_>) -> Vec<Spell> {
    let days = |ticks: u32| f64::from(ticks) / f64::from(TICKS_PER_DAY);
    s.avatars
        .table
        .rows()
        .iter()
        .enumerate()
        .filter(|(i, _)| s.book.cohorts.arrival_of(AvatarId::from_idx(*i)).is_some())
        .map(|(_, a)| {
            if a.has_left {
                Spell::ended(days(a.last_seen.since(a.joined)))
            } else {
                Spell::open(days(s.now.since(a.joined)))
            }
        })
        .collect()
}

/// Returns the Kaplan–Meier curve of [`spells`] on an even grid, for as long as somebody is watched.
pub(super) fn survival(s: &Sight<'_>) -> Vec<SurvivalPoint> {
    let spells = spells(s);
    let mut durations: Vec<f64> = spells.iter().map(|x| x.duration).collect();
    durations.sort_unstable_by(f64::total_cmp);
    let Some(longest) = durations.last().copied().filter(|d| *d > 0.0) else {
        return Vec::new();
    };
    let curve = KaplanMeier::fit(&spells);
    (0..=SURVIVAL_POINTS)
        .map(|i| {
            let days = longest * f64::from(i) / f64::from(SURVIVAL_POINTS);
            let interval = curve.interval(days, LEVEL);
            let before = durations.partition_point(|d| *d < days);
            SurvivalPoint {
                days,
                share: interval.estimate,
                low: interval.low,
                high: interval.high,
                at_risk: (durations.len() - before) as u64,
            }
        })
        .collect()
}

/// Counts session lengths in bins that grow by about two fifths and never split a minute; the last row closes the axis.
pub(super) fn session_minutes(lengths: &[f32]) -> Vec<(f64, u64)> {
    let longest = lengths.iter().copied().fold(0.0f32, f32::max);
    if longest <= 0.0 {
        return Vec::new();
    }
    let mut edges = vec![0.5];
    let mut edge = 0.5f64;
    while edge <= f64::from(longest) {
        edge = (edge + 1.0).max((edge * BIN_GROWTH).floor() + 0.5);
        edges.push(edge);
    }
    let mut bins: Vec<(f64, u64)> = edges.iter().map(|e| (*e, 0)).collect();
    for minutes in lengths {
        let above = edges.partition_point(|e| *e <= f64::from(*minutes));
        // Sessions last at least a minute.
        bins[above.saturating_sub(1)].1 += 1;
    }
    bins
}

/// Returns the measures of wellbeing, in the order in which they are shown; what was not observed is left out.
pub(super) fn wellbeing(s: &Sight<'_>) -> Vec<(String, f64)> {
    let mut rows: Vec<(String, f64)> = Vec::new();
    let mut put = |name: &str, value: Option<f64>| {
        if let Some(v) = value.filter(|v| v.is_finite()) {
            rows.push((name.to_owned(), v));
        }
    };
    let ratio = |a: f64, b: f64| (b > 0.0).then(|| a / b);
    let minutes = minutes_of(s.avatars);
    put(
        "regretted share of minutes",
        ratio(minutes.regretted, minutes.all),
    );
    put("night share of minutes", ratio(minutes.night, minutes.all));
    let everybody = s.avatars.table.rows();
    let minors = everybody.iter().filter(|a| a.is_minor);
    let (night, all) = minors.fold((0.0, 0.0), |t, a| {
        (t.0 + f64::from(a.night_minutes), t.1 + f64::from(a.minutes))
    });
    put("night share of minors' minutes", ratio(night, all));
    let (heavy, seen) = everybody
        .iter()
        .filter(|a| a.n_sessions > 0)
        .fold((0u64, 0u64), |t, a| {
            let days = (f64::from(s.now.since(a.joined)) / f64::from(TICKS_PER_DAY)).max(1.0);
            let is_heavy = f64::from(a.minutes) / days > HEAVY_MINUTES;
            (t.0 + u64::from(is_heavy), t.1 + 1)
        });
    put(
        "share of avatars above two hours a day",
        ratio(heavy as f64, seen as f64),
    );
    let spent: Vec<f64> = everybody
        .iter()
        .filter(|a| a.minutes > 0)
        .map(|a| f64::from(a.minutes))
        .collect();
    put(
        "share of all minutes spent by the heaviest tenth",
        top_share(&spent, 0.1),
    );
    let totals = s.book.days.iter().fold((0u64, 0u64, 0u64, 0u64), |t, d| {
        (
            t.0 + d.pushes_sent,
            t.1 + d.pushes_opened,
            t.2 + d.ad_impressions,
            t.3 + d.sessions,
        )
    });
    put(
        "share of pushes not opened",
        ratio(totals.0.saturating_sub(totals.1) as f64, totals.0 as f64),
    );
    put(
        "ads shown per session",
        ratio(totals.2 as f64, totals.3 as f64),
    );
    put("inequality of reach among creators, Gini", reach(s));
    put(
        "topics an avatar consumes, effective number",
        crate::lab::metrics::headline::breadth(s.book),
    );
    rows
}

/// Gini coefficient of uses over everybody who has published anything.
fn reach(s: &Sight<'_>) -> Option<f64> {
    let mut uses = vec![None; s.avatars.table.len()];
    for (i, card) in s.catalogue.table.rows().iter().enumerate() {
        if card.creator != STUDIO
            && let Some(sum) = uses.get_mut(card.creator.idx())
        {
            let n = s.book.uses.get(ItemId::from_idx(i).idx()).copied();
            *sum = Some(sum.unwrap_or(0.0) + f64::from(n.unwrap_or(0)));
        }
    }
    let uses: Vec<f64> = uses.into_iter().flatten().collect();
    gini(&uses)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_session_falls_into_one_bin_and_no_bin_splits_a_minute() {
        let lengths: Vec<f32> = (1..=200u16).map(f32::from).collect();
        let bins = session_minutes(&lengths);
        assert_eq!(bins.iter().map(|b| b.1).sum::<u64>(), 200);
        assert_eq!(bins[0], (0.5, 1));
        let last = bins[bins.len() - 1];
        assert_eq!(last.1, 0);
        assert!(last.0 > 200.0);
        for pair in bins.windows(2) {
            assert_eq!(pair[1].0.fract(), 0.5);
            assert_eq!(pair[0].1, (pair[1].0.min(200.5) - pair[0].0) as u64);
        }
        assert!(session_minutes(&[]).is_empty());
    }
}
