//! How results, errors and progress are shown: errors and progress on stderr, results on stdout.

use std::io::{IsTerminal, Write};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Says whether colours may be used on stderr.
#[must_use]
pub(super) fn color_on_stderr() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty()) && std::io::stderr().is_terminal()
}

/// Prints an error.
pub(super) fn error(message: &str) {
    let label = if color_on_stderr() {
        "\u{1b}[1;31merror\u{1b}[0m"
    } else {
        "error"
    };
    // A closed stderr leaves nobody to tell.
    let _closed = writeln!(std::io::stderr(), "{label}: {message}").is_err();
}

/// Prints a note.
pub(super) fn note(message: &str) {
    let _closed = writeln!(std::io::stderr(), "{message}").is_err();
}

/// Prints a result on stdout.
pub(super) fn result(text: &str) {
    let _closed = writeln!(std::io::stdout(), "{text}").is_err();
}

/// Makes a progress bar over `n` ticks, hidden if asked or if nobody watches.
#[must_use]
pub(super) fn progress(n: u64, hidden: bool) -> ProgressBar {
    let bar = ProgressBar::new(n);
    if hidden {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    let template = "{msg:<28} [{bar:32}] {percent:>3} %  {elapsed} elapsed, {eta} left";
    bar.set_style(
        ProgressStyle::with_template(template)
            .expect("the template is fixed and valid")
            .progress_chars("━━╌"),
    );
    bar
}
