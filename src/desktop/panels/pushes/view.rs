//! The rows of the panel of pushes.

use super::watch::PushesWatch;
use crate::desktop::view::push_days::PushDayRow;
use crate::desktop::view::sight::City;
use crate::lab::metrics::book::Book;
use crate::lab::report::reach::PushRows;
use crate::platform::engage::config::{EngageConfig, PushPolicy};
use crate::platform::engage::invite::{InvitePlan, hour_of_day};
use crate::platform::engage::push::PushPlan;
use crate::platform::engage::push_budget::PushBudgetConfig;
use crate::platform::engage::push_trial::PushTrials;
use crate::sim::schedule::Seed;
use crate::sim::units::TICKS_PER_DAY;
use crate::society::avatars::persuasion::Persuasion;
use crate::society::avatars::profile::{DataPurpose, Profiles};

/// Pushes in a row that are told apart; more count as the last.
const IN_VAIN: usize = 5;

/// Pushes since the last visit for which the hazard is told.
const LATELY: u32 = 8;

/// What is left of budgets: avatars that consent to be known and allow pushes, by when the next may come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BudgetRow {
    /// At once.
    pub now: u64,
    /// Within a day.
    pub within_a_day: u64,
    /// Later.
    pub later: u64,
}

/// Live events.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LiveRow {
    /// Held so far.
    pub held: u64,
    /// Hour of the city's clock at which those of today begin.
    pub hour: u32,
}

/// The rows of the panel.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PushesView {
    /// How people are reached; `None` before a city is there.
    pub engage: Option<EngageConfig>,
    /// How many pushes an avatar may get, where they are chosen by uplift.
    pub budget: Option<PushBudgetConfig>,
    /// Whether a model of uplift chooses.
    pub is_learned: bool,
    /// Pushes sent over the whole run.
    pub sent: u64,
    /// Pushes of the day that runs.
    pub today: PushDayRow,
    /// Avatars that allow pushes, and all avatars.
    pub allowed: (u64, u64),
    /// Pushes sent since the window watches, by the hour of the day of whom they were sent to.
    pub by_hour: [u64; 24],
    /// Finished days.
    pub days: Vec<PushDayRow>,
    /// What pushes and invitations came to, as in a report.
    pub pushes: PushRows,
    /// Returns that pushes brought about for each avatar that switched them off.
    pub returns_per_opt_out: Option<f64>,
    /// The same by the truth.
    pub true_returns_per_opt_out: Option<f64>,
    /// Pushes opened by the truth: by avatars whose next visit was not within a day, and by those that would have come anyway.
    pub truth: (u64, u64),
    /// Avatars that had one push since their last visit, two, and so on; the last are all that had more.
    pub in_vain: Vec<u64>,
    /// What is left of budgets; `None` where there are none.
    pub budgets: Option<BudgetRow>,
    /// Share of pushes answered by switching them off, by how many came since the last visit before; empty if it is not kept.
    pub hazard: Vec<f64>,
    /// Invitations in the name of friends over the whole run.
    pub invited: u64,
    /// Live events.
    pub live: LiveRow,
    /// Policy changes: day and text.
    pub marks: Vec<(f64, String)>,
}

/// Fills the rows.
pub(super) fn fill(watch: &PushesWatch, city: &City<'_>) -> PushesView {
    let (engage, budget) = (
        &city.scenario.platform.engage,
        &city.scenario.platform.push.budget,
    );
    let (plan, trials) = (city.get::<PushPlan>(), city.get::<PushTrials>());
    let (invitations, truth) = (city.get::<InvitePlan>(), city.get::<Persuasion>());
    let has_budget = engage.push && engage.push_policy == PushPolicy::Uplift;
    let is_kept = !trials.sent.is_empty();
    let (allowed, budgets) = allowed(city, trials, has_budget.then_some(budget));
    PushesView {
        engage: Some(engage.clone()),
        budget: has_budget.then(|| budget.clone()),
        is_learned: has_budget && trials.model.is_some(),
        sent: plan.n_sent,
        today: watch.days.today(city.now(), city.get::<Book>()),
        allowed,
        by_hour: watch.by_hour,
        days: watch.days.days(&city.report.days),
        pushes: city.report.pushes.clone(),
        returns_per_opt_out: city.headline("returns_per_opt_out"),
        true_returns_per_opt_out: city.headline("true_returns_per_opt_out"),
        truth: (truth.pushes_moved, truth.pushes_anyway),
        in_vain: in_vain(plan),
        budgets,
        hazard: if is_kept {
            (0..LATELY).map(|n| trials.hazard.rate(n)).collect()
        } else {
            Vec::new()
        },
        invited: invitations.n_by_friends,
        live: LiveRow {
            held: invitations.n_live_events,
            hour: hour_of_day(engage, invitations, city.get::<Seed>().0, city.now()),
        },
        marks: city.mark_texts(),
    }
}

fn in_vain(plan: &PushPlan) -> Vec<u64> {
    let mut counts = vec![0; IN_VAIN];
    for n in plan.in_vain() {
        if let Some(i) = usize::from(*n).min(IN_VAIN).checked_sub(1) {
            counts[i] += 1;
        }
    }
    counts
}

/// Counts in one walk who allows pushes and how many avatars there are, and what is left of budgets where there are any.
fn allowed(
    city: &City<'_>,
    trials: &PushTrials,
    budget: Option<&PushBudgetConfig>,
) -> ((u64, u64), Option<BudgetRow>) {
    let now = city.now();
    let profiles = city.get::<Profiles>().table.rows();
    let followed = trials.followed.rows();
    let mut n_allow = 0;
    let mut left = budget.map(|_| BudgetRow::default());
    for (i, profile) in profiles.iter().enumerate() {
        if !profile.push_allowed {
            continue;
        }
        n_allow += 1;
        let (Some(row), Some(budget), Some(followed)) = (&mut left, budget, followed.get(i)) else {
            continue;
        };
        if !profile.consent.allows(DataPurpose::Recommendation) {
            continue;
        }
        match followed.bucket.wait(now, budget) {
            0 => row.now += 1,
            wait if wait <= TICKS_PER_DAY => row.within_a_day += 1,
            _ => row.later += 1,
        }
    }
    ((n_allow, profiles.len() as u64), left)
}
