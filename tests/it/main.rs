//! The one integration-test binary.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot read its inputs fails"
)]

mod ads;
mod architecture;
mod import;
mod import_bad_input;
mod ml100k;
mod report;
mod scenarios;
