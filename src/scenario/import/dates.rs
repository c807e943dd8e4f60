//! Dates as ISO 8601 writes them, as seconds since 1970.

/// Reads `2024-05-17`, `2024-05-17 21:03`, `2024-05-17T21:03:59.25Z` or with an offset such as `+02:00`.
///
/// What has no offset counts as universal time. `None` if it is no such date.
///
/// # Source
/// Days by the civil calendar: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms" (2013).
#[must_use]
pub fn seconds_of(text: &str) -> Option<f64> {
    let (date, time) = match text.split_once(['T', 't', ' ']) {
        Some((date, time)) => (date, time),
        None => (text, ""),
    };
    let mut parts = date.split('-');
    let (year, month, day) = (
        digits(parts.next()?, 4)?,
        digits(parts.next()?, 2)?,
        digits(parts.next()?, 2)?,
    );
    if parts.next().is_some() || !(1..=12).contains(&month) {
        return None;
    }
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let longest = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if !(1..=longest).contains(&day) {
        return None;
    }
    let midnight = 86_400.0 * days_since_1970(year, month, day) as f64;
    if time.is_empty() {
        return (!text.contains(['T', 't', ' '])).then_some(midnight);
    }
    let (clock, offset) = split_offset(time)?;
    Some(midnight + clock_seconds(clock)? - offset)
}

/// Reads exactly `n` digits.
fn digits(text: &str, n: usize) -> Option<i64> {
    let is_number = text.len() == n && text.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    // The year begins in March, so that a leap day is its last.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Splits a time of day from its offset, in seconds east.
fn split_offset(time: &str) -> Option<(&str, f64)> {
    if let Some(clock) = time.strip_suffix(['Z', 'z']) {
        return Some((clock, 0.0));
    }
    let Some(at) = time.rfind(['+', '-']) else {
        return Some((time, 0.0));
    };
    let sign = if time.as_bytes()[at] == b'-' {
        -1.0
    } else {
        1.0
    };
    let offset = time[at + 1..].replace(':', "");
    if !offset.is_ascii() {
        return None;
    }
    let (hours, minutes) = match offset.len() {
        2 => (digits(&offset, 2)?, 0),
        4 => (digits(&offset[..2], 2)?, digits(&offset[2..], 2)?),
        _ => return None,
    };
    (hours <= 18 && minutes < 60).then(|| {
        (
            time[..at].trim_end(),
            sign * (hours * 3_600 + minutes * 60) as f64,
        )
    })
}

fn clock_seconds(clock: &str) -> Option<f64> {
    let mut parts = clock.trim_end().split(':');
    let (hours, minutes) = (digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    let seconds = match parts.next() {
        None => 0.0,
        Some(s) => {
            let whole = s.split_once('.').map_or(s, |(whole, _)| whole);
            digits(whole, 2)?;
            s.parse::<f64>().ok()?
        }
    };
    // A leap second is the one before it once more.
    let is_fine = parts.next().is_none() && hours < 24 && minutes < 60 && seconds < 61.0;
    is_fine.then(|| (hours * 3_600 + minutes * 60) as f64 + seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        // date -u -d TEXT +%s
        for (text, seconds) in [
            ("1970-01-01", 0.0),
            ("2024-02-29", 1_709_164_800.0),
            ("2000-03-01", 951_868_800.0),
            ("1969-12-31T23:59:59Z", -1.0),
            ("2024-05-17 21:03", 1_715_979_780.0),
            ("2024-05-17T21:03:59.25+02:00", 1_715_972_639.25),
            ("2024-05-17T21:03:59-0330", 1_715_992_439.0),
            ("2024-05-17 21:03:59 +02", 1_715_972_639.0),
        ] {
            assert_eq!(seconds_of(text), Some(seconds), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "yesterday",
            "2023-02-29",
            "2024-13-01",
            "2024-00-10",
            "2024-1-1",
            "24-01-01",
            "2024-01-32",
            "2024-01-01T",
            "2024-01-01T25:00",
            "2024-01-01T10",
            "2024-01-01T10:60",
            "2024-01-01T10:00:99",
            "2024-01-01T10:00+99:00",
            "2024-01-01-01",
            "2024-01-01T10:00+é",
            "1e5-01-01",
            "2024-01-01T10:00:1e1",
        ] {
            assert_eq!(seconds_of(text), None, "{text}");
        }
    }

    #[test]
    fn prop_days_follow_each_other() {
        let mut day = 0;
        for year in 1970..2105 {
            for month in 1..=12 {
                for d in 1..=31 {
                    if let Some(s) = seconds_of(&format!("{year}-{month:02}-{d:02}")) {
                        assert_eq!(s, 86_400.0 * f64::from(day));
                        day += 1;
                    }
                }
            }
        }
        assert_eq!(day, 135 * 365 + 33);
    }
}
