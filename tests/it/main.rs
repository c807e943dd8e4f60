//! The one integration-test binary.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot read its inputs fails"
)]

mod ads;
mod architecture;
mod binary;
mod creatives;
#[cfg(feature = "desktop")]
mod desktop;
mod determinism;
mod evaluate;
mod folders;
mod fork;
mod fuzz;
mod import;
mod import_bad_input;
mod kill;
mod live_models;
mod malformed;
mod minilm;
mod ml100k;
mod ml100k_ranking;
#[cfg(feature = "desktop")]
mod pictures;
mod pipeline;
#[cfg(feature = "desktop")]
mod pixels;
mod recording;
mod referral;
mod replay_page;
#[cfg(feature = "desktop")]
mod replay_window;
mod report;
mod resume;
mod scenarios;
mod signs;
mod steer;
mod storage;
mod trace;
mod trading;
mod tune;
mod walk_in;
mod why;
#[cfg(feature = "desktop")]
mod window;
mod worlds;
