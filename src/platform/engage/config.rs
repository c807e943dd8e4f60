//! The part of the scenario on reaching people.

use crate::config;

config! {
    /// Pushes, invitations and live events.
    pub struct EngageConfig {
        /// Whether pushes are sent.
        push: bool = true, "-";
        /// Hours after its last session when an avatar is first pushed.
        push_after_hours: f64 = 26.0, "hours", 1.0..=10_000.0;
        /// How much longer the wait becomes with each push that was not opened.
        push_backoff: f64 = 1.8, "-", 1.0..=100.0;
        /// Pushes in a row after which an avatar is left alone.
        push_limit: u32 = 5, "pushes", 0..=100;
        /// First local hour at which a push may be sent.
        quiet_until: u32 = 9, "hour", 0..=23;
        /// Local hour from which no push may be sent.
        quiet_from: u32 = 22, "hour", 1..=24;
        /// Whether friends are invited when somebody comes.
        invitations: bool = true, "-";
        /// Chance that a session leads to an invitation.
        invitation_rate: f64 = 0.10, "share", 0.0..=1.0;
        /// Days between invitations to the same avatar, at least.
        invitation_gap_days: f64 = 3.0, "days", 0.0..=1000.0;
        /// Whether live events are held.
        live_events: bool = true, "-";
        /// Hour of the city's clock at which they begin.
        live_event_hour: u32 = 20, "hour", 0..=23;
        /// Live events a day for each thousand residents.
        live_events_per_1000: f64 = 0.3, "events/day", 0.0..=100.0;
    }
}

impl EngageConfig {
    /// Nobody is reached.
    pub const NULL: Self = Self {
        push: false,
        invitations: false,
        live_events: false,
        ..Self::BASELINE
    };
}
