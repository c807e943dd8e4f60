//! Pushes: reminding those who have not come back, at an hour they may be reminded, ever more rarely.
//!
//! A calendar of its own holds when each avatar may next be pushed, so that nobody is looked at before.

use bevy::ecs::prelude::*;
use serde::{Deserialize, Serialize};

use crate::events::behavior::{EventKind, NO_OFFER, Surface};
use crate::events::bus::{EventBus, OfferBus};
use crate::events::offer::Push;
use crate::platform::config::{PlatformConfig, PlatformRules};
use crate::platform::engage::config::{EngageConfig, PushPolicy};
use crate::platform::engage::push_policy::push_columns;
use crate::platform::engage::push_trial::{Pending, PushTrials};
use crate::platform::incentives::bonus::features::frequency;
use crate::platform::privacy::observation::Observed;
use crate::platform::recommend::serve::Knowledge;
use crate::platform::trace::book::{Traces, Why};
use crate::platform::trace::reach::{PushTrace, Rule};
use crate::platform::trace::slate::SlateTrace;
use crate::sim::calendar::Calendar;
use crate::sim::ids::{AvatarId, ItemId};
use crate::sim::math;
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::schedule::{Seed, SimClock};
use crate::sim::state_hash::{StateHash, StateHasher};
use crate::sim::units::{TICKS_PER_DAY, TICKS_PER_HOUR, Tick};
use crate::sim::workers::Workers;
use crate::society::avatars::profile::{DataPurpose, Profiles};

/// When whom to push, and how often it was in vain.
#[derive(Resource, Default, Serialize, Deserialize)]
pub struct PushPlan {
    calendar: Calendar,
    in_vain: Vec<u8>,
    /// Pushes sent so far.
    pub n_sent: u64,
}

impl PushPlan {
    /// Plans a push.
    pub fn at(&mut self, avatar: AvatarId, at: Tick) {
        if self.in_vain.len() <= avatar.idx() {
            self.in_vain.resize(avatar.idx() + 1, 0);
        }
        self.calendar.schedule(avatar.0, at);
    }
}

impl PushPlan {
    /// Returns how many pushes each avatar had since it last came; avatars that were never planned for may be missing.
    #[must_use]
    pub fn in_vain(&self) -> &[u8] {
        &self.in_vain
    }
}

impl StateHash for PushPlan {
    fn digest(&mut self) -> u64 {
        let mut h = StateHasher::default();
        h.u64(self.calendar.digest());
        h.u64(self.n_sent);
        h.finish()
    }
}

/// Returns the hour of an avatar's own day.
#[must_use]
pub fn local_hour(at: Tick, timezone: i8) -> u32 {
    (at.hour().cast_signed() + i32::from(timezone))
        .rem_euclid(24)
        .cast_unsigned()
}

/// Moves a time out of the quiet hours of an avatar's own day, forward.
#[must_use]
pub fn out_of_quiet_hours(at: Tick, timezone: i8, config: &EngageConfig) -> Tick {
    let hour = local_hour(at, timezone);
    let wait = if hour >= config.quiet_from {
        24 - hour + config.quiet_until
    } else if hour < config.quiet_until {
        config.quiet_until - hour
    } else {
        return at;
    };
    at.after(wait * TICKS_PER_HOUR)
}

/// Plans pushes from the sessions that ended, and forgets them when somebody comes.
pub fn plan_pushes(
    clock: Res<SimClock>,
    rules: Res<PlatformRules>,
    events: Res<EventBus>,
    profiles: Res<Profiles>,
    mut plan: ResMut<PushPlan>,
    mut trials: ResMut<PushTrials>,
) {
    let config = &rules.0.engage;
    if !config.push {
        return;
    }
    let by_rule = config.push_policy == PushPolicy::Rule;
    if config.tries_pushes() {
        trials.grow(profiles.table.len());
        for e in &events.previous {
            // Messages are allowed, being learned from is consented to.
            let consent = profiles.get(e.avatar).consent;
            if consent.allows(DataPurpose::Recommendation) {
                trials.follow(e);
            }
        }
        trials.settle(clock.now);
    }
    for e in &events.previous {
        let id = e.avatar.idx();
        if plan.in_vain.len() <= id {
            plan.in_vain.resize(profiles.table.len().max(id + 1), 0);
        }
        match e.kind {
            EventKind::SessionStart => {
                plan.in_vain[id] = 0;
                plan.calendar.cancel(e.avatar.0);
            }
            EventKind::SessionEnd if by_rule && profiles.get(e.avatar).push_allowed => {
                let wait = (config.push_after_hours * f64::from(TICKS_PER_HOUR)) as u32;
                let at =
                    out_of_quiet_hours(e.tick.after(wait), profiles.get(e.avatar).timezone, config);
                plan.calendar.schedule(e.avatar.0, at);
            }
            EventKind::PushOptOut => plan.calendar.cancel(e.avatar.0),
            _ => {}
        }
    }
}

/// Takes a push down that is due, if that is kept at all, and says whether it is sent or withheld; `None` if the avatar's
/// budget is spent.
fn try_push(
    trials: &mut PushTrials,
    seed: u64,
    avatar: AvatarId,
    now: Tick,
    rules: &PlatformConfig,
    know: &Knowledge<'_>,
) -> Option<bool> {
    let config = &rules.engage;
    let consents = know
        .profile(avatar)
        .consent
        .allows(DataPurpose::Recommendation);
    if !config.tries_pushes() || !consents {
        return Some(true);
    }
    let nobody = Observed::default();
    let (seen, profile) = (
        know.observed(avatar).unwrap_or(&nobody),
        know.profile(avatar),
    );
    let f = trials.followed.row_mut(avatar.idx());
    // A push by lot knows no budget, as one by rule has its own.
    let has_budget =
        config.push_policy != PushPolicy::Uplift || f.bucket.take(now, &rules.push.budget);
    if !has_budget {
        return None;
    }
    let key = u64::from(avatar.0) | 3 << 32;
    let mut rng = RngStream::new(seed, Purpose::PushTrial, key, now.0);
    let is_sent = !rng.chance(config.push_hold_out);
    let n_lately = f.n_lately;
    trials.begin(Pending {
        avatar,
        at: now,
        local_hour: local_hour(now, profile.timezone),
        is_sent,
        columns: push_columns(seen, profile, n_lately, now),
        usual: frequency(seen, profile, now),
        n_lately,
        is_opened: false,
        opted_out: false,
    });
    Some(is_sent)
}

/// Sends the pushes that are due.
pub fn send_pushes(
    clock: Res<SimClock>,
    seed: Res<Seed>,
    workers: Res<Workers>,
    rules: Res<PlatformRules>,
    know: Knowledge<'_>,
    mut plan: ResMut<PushPlan>,
    mut trials: ResMut<PushTrials>,
    mut offers: ResMut<OfferBus>,
    mut traces: ResMut<Traces>,
    mut due: Local<Vec<u32>>,
) {
    let config = &rules.0.engage;
    if !config.push {
        return;
    }
    due.clear();
    plan.calendar.wake(clock.now, &mut due);
    let prepared = know.prepare(due.iter().map(|id| AvatarId(*id)));
    let numbered: Vec<(usize, AvatarId)> = due.iter().map(|id| AvatarId(*id)).enumerate().collect();
    let watch = traces.watch();
    let best: Vec<Option<(ItemId, f32, Option<Box<SlateTrace>>)>> = workers
        .map(&numbered, |(i, id)| {
            know.best_item(*id, prepared.of(*i), 0, watch)
        });
    for (id, best) in due.iter().zip(best) {
        let avatar = AvatarId(*id);
        let Some((item, score, slate)) = best else {
            traces.withhold(avatar, clock.now, Rule::NothingToTell);
            continue;
        };
        if !know.push_allowed(avatar) {
            traces.withhold(avatar, clock.now, Rule::PushNotAllowed);
            continue;
        }
        let Some(is_sent) = try_push(&mut trials, seed.0, avatar, clock.now, &rules.0, &know)
        else {
            traces.withhold(avatar, clock.now, Rule::BudgetSpent);
            continue;
        };
        let mut offer = NO_OFFER;
        if is_sent {
            offer = offers.number();
            offers.pushes.push(Push {
                offer,
                avatar,
                tick: clock.now,
                item,
                score,
            });
            plan.n_sent += 1;
        } else {
            traces.withhold(avatar, clock.now, Rule::HeldOut);
        }
        let tries = &mut plan.in_vain[avatar.idx()];
        let in_vain = *tries;
        *tries = tries.saturating_add(1);
        let by_rule = config.push_policy == PushPolicy::Rule;
        let goes_on = by_rule && u32::from(*tries) < config.push_limit;
        let days = math::pow(config.push_backoff, f64::from(*tries));
        if traces.is_on() && is_sent {
            let why = PushTrace {
                item,
                score,
                attraction: know.attraction(Surface::Feed, score),
                in_vain,
                limit: config.push_limit,
                awake_hours: (config.quiet_until, config.quiet_from),
                local_hour: local_hour(clock.now, know.timezone(avatar)),
                next_days: goes_on.then_some(days),
                slate,
            };
            traces.record(offer, avatar, clock.now, Why::Push(Box::new(why)));
            if by_rule && !goes_on {
                traces.withhold(avatar, clock.now, Rule::PushLimit);
            }
        }
        if goes_on {
            let wait = (days * f64::from(TICKS_PER_DAY)).min(1e6) as u32;
            let at = out_of_quiet_hours(clock.now.after(wait), know.timezone(avatar), config);
            plan.calendar.schedule(*id, at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_pushed_in_its_quiet_hours() {
        let config = EngageConfig::BASELINE;
        for timezone in [-5i8, 0, 7] {
            for minute in (0..TICKS_PER_DAY).step_by(17) {
                let at = out_of_quiet_hours(Tick(minute), timezone, &config);
                let hour = (at.hour().cast_signed() + i32::from(timezone)).rem_euclid(24);
                let hour = hour.cast_unsigned();
                assert!(
                    (config.quiet_until..config.quiet_from).contains(&hour),
                    "{minute}: {hour}"
                );
                assert!(at >= Tick(minute) && at.since(Tick(minute)) <= 12 * 60);
            }
        }
    }
}
