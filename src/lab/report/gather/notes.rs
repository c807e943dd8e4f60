//! What to know before quoting a number of a report, one sentence or two each.

use crate::lab::metrics::book::MAX_SESSIONS;
use crate::lab::summary::RunSummary;
use crate::sim::units::{TICKS_PER_DAY, TICKS_PER_HOUR, Tick};

use super::fill::Sight;
use super::people::spells;

/// Days for which the bands of the scorecard hold.
const SCORECARD_DAYS: u32 = 60;

/// Lists the notes of a run that was to last `asked_days`.
pub(super) fn notes(s: &Sight<'_>, summary: &RunSummary, asked_days: u32) -> Vec<String> {
    let mut notes = Vec::new();
    if summary.interrupted {
        let minute = summary.ticks % TICKS_PER_DAY;
        notes.push(format!(
            "The run was stopped on day {}, at {:02}:{:02}, of the {asked_days} days asked for. Rows by day and retention hold \
             the {} finished days; totals over the run also hold the part of the day after them.",
            summary.days,
            minute / TICKS_PER_HOUR,
            minute % TICKS_PER_HOUR,
            summary.days,
        ));
    }
    notes.extend(changes(summary));
    if let Some((tick, why)) = &s.ranker.failure {
        notes.push(format!(
            "The last training of the model that failed did so on day {}: {why}. What was live before went on serving.",
            tick.0 / TICKS_PER_DAY + 1,
        ));
    }
    notes.push(
        "Active on a day is an avatar that went to a place or attended a live event on that day; opening the city and \
         closing it again does not count."
            .to_owned(),
    );
    let spells = spells(s);
    let left = spells.iter().filter(|x| x.is_ended).count();
    notes.push(format!(
        "Retention, cohorts and survival are about the {} newcomers who arrived during the run; residents, who were there \
         from the start, belong to no cohort.",
        spells.len(),
    ));
    notes.push(format!(
        "Who has left for good is the truth of the simulation, which no platform sees: {left} of {} newcomers had left when \
         the run ended. The others are censored there. Who left and was brought back by a push or an invitation counts as \
         staying.",
        spells.len(),
    ));
    notes.push(
        "Intervals are 95 % intervals over the avatars of this one run (Wilson for retention, log-log Greenwood for \
         survival). They say nothing about the luck of the seed: for that, run several seeds."
            .to_owned(),
    );
    if summary.days < 30 {
        notes.push(format!(
            "Monthly active avatars look back over the days there were, at most {}; stickiness is not comparable with that \
             of a run of a month.",
            summary.days,
        ));
    }
    if summary.days < SCORECARD_DAYS {
        notes.push(format!(
            "The bands of the scorecard are meant for the default scenario over {SCORECARD_DAYS} days; this run has {}, so a \
             fact may fall short only because the city is young.",
            summary.days,
        ));
    }
    notes.push(
        "Satisfaction, regret and utility are true values that only the lab can read. Minutes count sessions that have \
         ended; lengths are whole minutes."
            .to_owned(),
    );
    notes.push(
        "Ad revenue and coin purchases are in outside money; everything else about money is in coins. 1 coin is 1,000,000 \
         micro-coins, and the books are kept in those."
            .to_owned(),
    );
    if s.book.lengths.len() >= MAX_SESSIONS {
        notes.push(format!(
            "Session lengths are those of the first {MAX_SESSIONS} sessions of the run."
        ));
    }
    notes
}

/// Changes that a note lists.
const LISTED: usize = 8;

/// Says which policy values were changed while the city ran, and that somebody made choices for avatars, if so.
fn changes(summary: &RunSummary) -> Option<String> {
    let n = summary.policy_changes.len();
    if n == 0 {
        return (summary.commands > 0).then(|| {
            format!(
                "{} commands steered avatars while it ran; no policy value was changed.",
                summary.commands
            )
        });
    }
    let mut list: Vec<String> = summary
        .policy_changes
        .iter()
        .take(LISTED)
        .map(|c| format!("{} from {} to {} at {}", c.key, c.from, c.to, Tick(c.tick)))
        .collect();
    if n > LISTED {
        list.push(format!("and {} more, in run.json", n - LISTED));
    }
    let (values, were) = if n == 1 {
        ("value", "was")
    } else {
        ("values", "were")
    };
    Some(format!(
        "{n} policy {values} {were} changed while it ran: {}.",
        list.join("; ")
    ))
}
