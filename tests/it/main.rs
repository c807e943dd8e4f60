//! The one integration-test binary.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot read its inputs fails"
)]

mod architecture;
mod binary;
mod determinism;
mod folders;
mod fuzz;
mod kill;
mod malformed;
mod ml100k;
mod pipeline;
mod storage;
mod worlds;
