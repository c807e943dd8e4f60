//! What is known of an avatar before a bonus is offered: recency, frequency, minutes, money, age.

use crate::platform::privacy::observation::Observed;
use crate::sim::math;
use crate::sim::units::{Coins, TICKS_PER_DAY, TICKS_PER_HOUR, Tick};
use crate::society::avatars::profile::Profile;

/// Columns of [`columns`].
pub const COLUMNS: usize = 8;

/// Days that the usual frequency counts as for somebody who was not watched for long.
const PRIOR_DAYS: f64 = 2.0;

/// Sessions in these days.
const PRIOR_SESSIONS: f64 = 1.0;

/// Returns the sessions a day of an avatar since it has been watched.
#[must_use]
pub fn frequency(seen: &Observed, profile: &Profile, now: Tick) -> f64 {
    let sessions: f64 = seen.active_hours.iter().map(|n| f64::from(*n)).sum();
    let days = f64::from(now.since(profile.joined)) / f64::from(TICKS_PER_DAY);
    (sessions + PRIOR_SESSIONS) / (days + PRIOR_DAYS)
}

/// Returns the minutes a day that an avatar is used to spend.
#[must_use]
pub fn usual_minutes(seen: &Observed, profile: &Profile, now: Tick) -> f64 {
    frequency(seen, profile, now) * f64::from(seen.session_minutes)
}

/// Returns what is known of an avatar: hours since it was seen (log), sessions a day, chance of none in a day, minutes of a
/// session (log), minutes lately (log), coins spent (log), coins in its wallet, which the operator keeps (log), days since
/// it joined (log).
#[must_use]
pub fn columns(seen: &Observed, profile: &Profile, balance: Coins, now: Tick) -> [f64; COLUMNS] {
    let log = |x: f64| math::ln(1.0 + x.max(0.0));
    let often = frequency(seen, profile, now);
    let away = f64::from(now.since(seen.last_seen.max(profile.joined)));
    [
        log(away / f64::from(TICKS_PER_HOUR)),
        often,
        math::exp(-often),
        log(f64::from(seen.session_minutes)),
        log(f64::from(seen.available_secs) / 60.0),
        log(Coins::from_micros(seen.spent_micros).as_f64()),
        log(balance.as_f64()),
        log(f64::from(now.since(profile.joined)) / f64::from(TICKS_PER_DAY)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::society::avatars::profile::Consent;

    #[test]
    fn columns_are_what_they_say() {
        let profile = Profile {
            joined: Tick(0),
            consent: Consent::ALL,
            push_allowed: true,
            timezone: 0,
            is_minor: false,
        };
        let mut seen = Observed::default();
        seen.active_hours[20] = 7;
        seen.session_minutes = 9.0;
        seen.last_seen = Tick(6 * TICKS_PER_DAY - 120);
        let now = Tick(6 * TICKS_PER_DAY);
        // Eight sessions in eight days, the prior's included.
        assert!((frequency(&seen, &profile, now) - 1.0).abs() < 1e-12);
        assert!((usual_minutes(&seen, &profile, now) - 9.0).abs() < 1e-9);
        let x = columns(&seen, &profile, Coins::from_whole(3), now);
        assert!((x[0] - math::ln(3.0)).abs() < 1e-12);
        assert!((x[2] - math::exp(-1.0)).abs() < 1e-12);
        assert!((x[6] - math::ln(4.0)).abs() < 1e-12);
    }
}
