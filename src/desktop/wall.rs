//! The wall clock: the window may look at it, the city never does.

use std::sync::OnceLock;
use std::time::Instant;

/// Returns the time now.
#[expect(
    clippy::disallowed_methods,
    reason = "the window paces frames by the wall; nothing simulated sees it"
)]
#[must_use]
pub fn now() -> Instant {
    Instant::now()
}

/// Returns nanoseconds since the first call, for the readings between phases.
#[must_use]
pub fn nanos() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(now).elapsed().as_nanos() as u64
}
