//! How many random cases a property is held against.

/// Returns `cases`, or that times `AGORA_DOSE` for a heavy run.
pub(crate) fn dose(cases: u64) -> u64 {
    let factor = std::env::var("AGORA_DOSE").ok();
    cases * factor.and_then(|f| f.parse().ok()).unwrap_or(1)
}
