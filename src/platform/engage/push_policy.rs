//! Plans the pushes of a day, by lot or by what they bring about, as many in the one way as in the other.

use bevy::ecs::prelude::*;

use super::config::{EngageConfig, PushPolicy, PushesConfig};
use super::push::PushPlan;
use super::push_choice::{AwakeHours, PushCase, PushChoice, choose_push};
use super::push_trial::{PUSH_COLUMNS, PushTrials, TriedPush};
use crate::platform::config::PlatformRules;
use crate::platform::incentives::bonus::features::columns;
use crate::platform::incentives::linear::Rows;
use crate::platform::incentives::meta_learner::{OutcomeKind, Propensity, UpliftModel};
use crate::platform::incentives::trial::{Arm, Trial};
use crate::platform::privacy::observation::{Observations, Observed};
use crate::sim::ids::AvatarId;
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::schedule::{Seed, SimClock};
use crate::sim::units::{Coins, TICKS_PER_DAY, TICKS_PER_HOUR, Tick};
use crate::society::avatars::profile::{DataPurpose, Profile, Profiles};

/// Hours ahead for which pushes are planned.
const HORIZON: u32 = 23;

/// Returns what is known before a push to an avatar: see [`columns`], then pushes since its last visit.
#[must_use]
pub fn push_columns(
    seen: &Observed,
    profile: &Profile,
    n_lately: u32,
    now: Tick,
) -> [f64; PUSH_COLUMNS] {
    let mut row = [0.0; PUSH_COLUMNS];
    // What somebody owns says nothing about whether it heeds a push.
    let known = columns(seen, profile, Coins::ZERO, now);
    row[..known.len()].copy_from_slice(&known);
    row[known.len()] = f64::from(n_lately);
    row
}

fn learn(trials: &PushTrials, config: &PushesConfig, hold_out: f64) -> Option<UpliftModel> {
    let tried = &trials.tried;
    let values = tried.iter().flat_map(|t| t.columns).collect();
    let arm = |t: &TriedPush| {
        if t.is_sent {
            Arm::Treated
        } else {
            Arm::Control
        }
    };
    let trial = Trial::new(
        Rows::new(PUSH_COLUMNS, values).ok()?,
        tried.iter().map(arm).collect(),
        tried.iter().map(|t| f64::from(u8::from(t.came))).collect(),
    )
    .ok()?;
    let known = Propensity::Known(1.0 - hold_out);
    UpliftModel::fit(&trial, OutcomeKind::YesNo, known, &config.uplift).ok()
}

/// Draws an hour at which an avatar may be pushed, within a day from midnight.
fn hour_by_lot(midnight: Tick, timezone: i8, config: &EngageConfig, rng: &mut RngStream) -> Tick {
    let n = config.quiet_from.saturating_sub(config.quiet_until).max(1);
    let local = config.quiet_until + rng.below(n as usize) as u32;
    let hour = (local.cast_signed() - i32::from(timezone))
        .rem_euclid(24)
        .cast_unsigned();
    let minute = rng.below(TICKS_PER_HOUR as usize) as u32;
    midnight.after(hour * TICKS_PER_HOUR + minute)
}

/// Plans the pushes of the day that begins.
pub fn plan_day(
    clock: Res<SimClock>,
    seed: Res<Seed>,
    rules: Res<PlatformRules>,
    profiles: Res<Profiles>,
    observations: Res<Observations>,
    mut trials: ResMut<PushTrials>,
    mut plan: ResMut<PushPlan>,
) {
    let (config, now) = (&rules.0.engage, clock.now);
    let is_due = now.minute_of_day() == 0 && now.0 > 0;
    if !is_due || !config.tries_pushes() || config.push_policy == PushPolicy::Rule {
        return;
    }
    let trials = &mut *trials;
    trials.grow(profiles.table.len());
    let least = (config.push_absence_hours * f64::from(TICKS_PER_HOUR)) as u32;
    let mut absent: Vec<(u64, AvatarId)> = Vec::new();
    for (i, profile) in profiles.table.rows().iter().enumerate() {
        let f = trials.followed.row(i);
        let away = now.since(f.left.max(profile.joined));
        let consents = profile.consent.allows(DataPurpose::Recommendation);
        let may = profile.push_allowed && consents && i < observations.table.len();
        if may && !f.is_here && away >= least {
            let id = AvatarId::from_idx(i);
            let mut rng = RngStream::new(seed.0, Purpose::PushTrial, u64::from(id.0), now.0);
            absent.push((rng.bits(), id));
        }
    }
    absent.sort_unstable();
    let wanted = (config.pushes_per_1000 * profiles.table.len() as f64 / 1_000.0) as usize;
    if config.push_policy == PushPolicy::Uplift && config.push_hold_out > 0.0 {
        trials.model = learn(trials, &rules.0.push, config.push_hold_out).or(trials.model.take());
    }
    let model = trials.model.as_ref();
    let by_lot = match (config.push_policy, model) {
        (PushPolicy::Uplift, Some(_)) => (config.push_exploration * wanted as f64) as usize,
        _ => wanted,
    };
    let (lot, others) = absent.split_at(by_lot.min(absent.len()));
    for (_, id) in lot {
        let mut rng = RngStream::new(seed.0, Purpose::PushTrial, u64::from(id.0) | 1 << 32, now.0);
        let at = hour_by_lot(now, profiles.get(*id).timezone, config, &mut rng);
        plan.at(*id, at);
    }
    let Some(model) = model else { return };
    let worth = &rules.0.push.worth;
    let gain = trials.effect().map_or(0.0, |e| e.mean) * worth.return_worth;
    let awake = AwakeHours {
        from: config.quiet_until,
        until: config.quiet_from,
    };
    let mut best: Vec<(f64, AvatarId, Tick)> = Vec::new();
    for (_, id) in others {
        let (f, profile) = (trials.followed.row(id.idx()), profiles.get(*id));
        let row = push_columns(observations.of(*id), profile, f.n_lately, now);
        let case = PushCase {
            uplift: model.predict(&row),
            hazard: trials.hazard.rate(f.n_lately),
            channel_worth: worth.channel_worth(gain),
            timezone: profile.timezone,
            bucket: f.bucket,
            own: &f.hours,
            everybody: &trials.everybody,
        };
        let choice = choose_push(&case, now, HORIZON, awake, worth, &rules.0.push.budget);
        if let PushChoice::Send { at, worth } = choice {
            best.push((worth, *id, at));
        }
    }
    best.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    for (_, id, at) in best.into_iter().take(wanted.saturating_sub(by_lot)) {
        let mut rng = RngStream::new(seed.0, Purpose::PushTrial, u64::from(id.0) | 2 << 32, now.0);
        // Spread over the hour, and still within the day that was planned.
        let later = at.after(rng.below(TICKS_PER_HOUR as usize) as u32);
        plan.at(id, later.min(now.after(TICKS_PER_DAY - 1)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_by_lot_is_never_a_quiet_one() {
        let config = EngageConfig::BASELINE;
        for timezone in [-9i8, 0, 5] {
            for i in 0..300 {
                let mut rng = RngStream::new(1, Purpose::Test, i, 0);
                let at = hour_by_lot(Tick(2_880), timezone, &config, &mut rng);
                let local = (at.hour().cast_signed() + i32::from(timezone)).rem_euclid(24);
                let awake = config.quiet_until..config.quiet_from;
                assert!(awake.contains(&local.cast_unsigned()), "{at}");
                assert!(at.since(Tick(2_880)) < TICKS_PER_DAY);
            }
        }
    }
}
