//! The one integration-test binary.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot read its inputs fails"
)]

mod ads;
mod architecture;
mod ml100k;
mod scenarios;
