//! How many random cases a property is held against.

/// Returns `cases`, or that times `AGORA_ADS_DOSE` for a heavy run: 500 makes a million or more of every property.
pub(in crate::platform::ads) fn dose(cases: u64) -> u64 {
    let factor = std::env::var("AGORA_ADS_DOSE").ok();
    cases * factor.and_then(|f| f.parse().ok()).unwrap_or(1)
}
