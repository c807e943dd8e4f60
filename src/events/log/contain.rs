//! Keeps the panics of a library from becoming ours: a damaged table is an error, not the end of the program.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    static IS_CONTAINED: Cell<bool> = const { Cell::new(false) };
}

static QUIET_HOOK: Once = Once::new();

/// Runs a library's reader of files; if it panics on what it reads, returns what it said, and nothing is printed.
///
/// The Parquet library panics on some damaged pages (a fuzz test finds several in a minute), which no check of the footer
/// foresees. What `f` touched is to be thrown away after an error.
///
/// # Errors
/// The message of the panic.
pub fn contained<R>(f: impl FnOnce() -> R) -> Result<R, String> {
    QUIET_HOOK.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |info| {
            if !IS_CONTAINED.get() {
                usual(info);
            }
        }));
    });
    let was_contained = IS_CONTAINED.replace(true);
    let done = catch_unwind(AssertUnwindSafe(f));
    IS_CONTAINED.set(was_contained);
    done.map_err(|panic| {
        panic
            .downcast_ref::<&str>()
            .map(|s| (*s).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "damaged".to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_its_message_and_what_is_well_passes() {
        assert_eq!(contained(|| 3), Ok(3));
        let said = contained(|| assert_eq!(1, 2, "no dictionary")).unwrap_err();
        assert!(said.contains("no dictionary"), "{said}");
    }
}
