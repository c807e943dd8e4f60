//! How many cases the property tests of the markets try.

/// Returns how many times the normal number of cases is wanted: `AGORA_EXCHANGE_DOSE`, 1 if it is not set. A hundred makes a million
/// of ten thousand.
pub(crate) fn dose() -> usize {
    let wanted = std::env::var("AGORA_EXCHANGE_DOSE").ok();
    wanted.and_then(|d| d.parse().ok()).unwrap_or(1)
}
