//! Numbers as they are written in panels: with thousands separators and units, and a dash where there is none.

use crate::lab::report::reach::Interval;
use crate::sim::units::Coins;

/// What stands where a number is not known.
pub const NONE: &str = "–";

/// How a number is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// A count: "1,234".
    Whole,
    /// A number: "1,234.57".
    #[default]
    Decimal,
    /// A share from 0 to 1: "12.3 %".
    Percent,
    /// Coins: "1,234.5 coins".
    Coins,
    /// Outside money: "1,234.50".
    Money,
    /// Minutes: "34 min", "2 h 05 min".
    Minutes,
}

impl Form {
    /// Writes a number; a dash where it is not finite.
    #[must_use]
    pub fn text(self, value: f64) -> String {
        match self {
            Self::Whole => whole(value),
            Self::Decimal => decimal(value),
            Self::Percent => percent(value),
            Self::Coins => coins_f64(value),
            Self::Money => fixed(value, 2),
            Self::Minutes => minutes(value),
        }
    }

    /// Writes a number that may not be known.
    #[must_use]
    pub fn or_none(self, value: Option<f64>) -> String {
        value.map_or_else(|| NONE.to_owned(), |v| self.text(v))
    }

    /// Writes a number short enough for an axis.
    #[must_use]
    pub fn tick(self, value: f64) -> String {
        match self {
            Self::Percent => {
                let v = 100.0 * value;
                if v == v.round() {
                    format!("{} %", fixed(v, 0))
                } else {
                    format!("{} %", trimmed(v, 2))
                }
            }
            Self::Whole | Self::Decimal | Self::Coins | Self::Money | Self::Minutes => {
                compact(value)
            }
        }
    }
}

/// Writes a number with thousands separators and a fixed number of decimals.
#[must_use]
pub fn fixed(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return NONE.to_owned();
    }
    let digits = format!("{:.decimals$}", value.abs());
    let (before, after) = digits.split_once('.').unwrap_or((&digits, ""));
    let is_zero = digits.bytes().all(|b| b == b'0' || b == b'.');
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if value < 0.0 && !is_zero {
        text.push('−');
    }
    for (i, c) in before.chars().enumerate() {
        if i > 0 && (before.len() - i) % 3 == 0 {
            text.push(',');
        }
        text.push(c);
    }
    if !after.is_empty() {
        text.push('.');
        text.push_str(after);
    }
    text
}

/// Writes a number with at most so many decimals, without zeros at the end.
fn trimmed(value: f64, decimals: usize) -> String {
    let text = fixed(value, decimals);
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// Writes a count: "1,234".
#[must_use]
pub fn whole(value: f64) -> String {
    fixed(value, 0)
}

/// Writes a count: "1,234".
#[must_use]
pub fn count(value: u64) -> String {
    fixed(value as f64, 0)
}

/// Writes a number with about three significant digits: "1,235", "12.3", "0.0123".
#[must_use]
pub fn decimal(value: f64) -> String {
    let size = value.abs();
    if size >= 1_000.0 || value == 0.0 {
        fixed(value, 0)
    } else if size >= 100.0 {
        trimmed(value, 1)
    } else if size >= 1.0 {
        trimmed(value, 2)
    } else if size >= 0.1 {
        trimmed(value, 3)
    } else if size >= 0.001 {
        trimmed(value, 4)
    } else if value.is_finite() {
        format!("{value:.2e}")
    } else {
        NONE.to_owned()
    }
}

/// Writes a share from 0 to 1: "12.3 %".
#[must_use]
pub fn percent(share: f64) -> String {
    if !share.is_finite() {
        return NONE.to_owned();
    }
    format!("{} %", fixed(100.0 * share, 1))
}

/// Writes money of the city: "1,234.5 coins".
#[must_use]
pub fn coins(amount: Coins) -> String {
    coins_f64(amount.as_f64())
}

/// Writes money of the city that was turned into a number for showing: "1,234.5 coins".
#[must_use]
pub fn coins_f64(amount: f64) -> String {
    if !amount.is_finite() {
        return NONE.to_owned();
    }
    let size = amount.abs();
    let decimals = if size >= 10_000.0 {
        0
    } else if size >= 10.0 {
        1
    } else if size >= 0.1 {
        2
    } else {
        4
    };
    format!("{} coins", trimmed(amount, decimals))
}

/// Writes minutes: "0.5 min", "34 min", "2 h 05 min".
#[must_use]
pub fn minutes(value: f64) -> String {
    if !value.is_finite() {
        return NONE.to_owned();
    }
    if value.abs() < 10.0 {
        return format!("{} min", trimmed(value, 1));
    }
    if value.abs() < 59.5 {
        return format!("{} min", fixed(value, 0));
    }
    if value.abs() >= 6_000.0 {
        return format!("{} h", fixed(value / 60.0, 0));
    }
    let all = value.abs().round() as u64;
    let sign = if value < 0.0 { "−" } else { "" };
    format!("{sign}{} h {:02} min", all / 60, all % 60)
}

/// Writes a number short: "950", "1.2k", "3.4M".
#[must_use]
pub fn compact(value: f64) -> String {
    if !value.is_finite() {
        return NONE.to_owned();
    }
    let size = value.abs();
    for (from, unit, word) in [
        (999_950_000.0, 1e9, "B"),
        (999_950.0, 1e6, "M"),
        (1_000.0, 1e3, "k"),
    ] {
        if size >= from {
            let scaled = value / unit;
            let decimals = usize::from(scaled.abs() < 99.95);
            return format!("{}{word}", trimmed(scaled, decimals));
        }
    }
    decimal(value)
}

/// Writes a change since the day before as a share of it, with its sign: "+4.2 %".
#[must_use]
pub fn signed_percent(share: f64) -> String {
    if !share.is_finite() {
        return NONE.to_owned();
    }
    let sign = if share > 0.0 { "+" } else { "" };
    format!("{sign}{}", percent(share))
}

/// Writes an interval to stand below its number: "from 0.4 to 1.2 with 95 % confidence"; `unknown` where there is none.
#[must_use]
pub fn confidence(interval: Option<Interval>, form: Form, unknown: &str) -> String {
    interval.map_or_else(
        || unknown.to_owned(),
        |i| {
            format!(
                "from {} to {} with 95 % confidence",
                form.text(i.low),
                form.text(i.high)
            )
        },
    )
}

/// Writes a number the way programs read it; empty where it is not finite.
#[must_use]
pub fn machine(value: f64) -> String {
    if value.is_finite() {
        format!("{value}")
    } else {
        String::new()
    }
}

/// Quotes a field of a CSV file where it needs it.
#[must_use]
pub fn csv_field(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// Adds a line to a CSV file; fields are as they shall stand there.
pub fn csv_line<S: AsRef<str>>(csv: &mut String, fields: impl IntoIterator<Item = S>) {
    for (i, field) in fields.into_iter().enumerate() {
        if i > 0 {
            csv.push(',');
        }
        csv.push_str(field.as_ref());
    }
    csv.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_separated_and_signs_kept() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(fixed(-1234.5, 1), "−1,234.5");
        assert_eq!(fixed(-0.001, 1), "0.0");
    }

    #[test]
    fn what_is_not_a_number_is_a_dash_everywhere() {
        for form in [
            Form::Whole,
            Form::Decimal,
            Form::Percent,
            Form::Coins,
            Form::Money,
            Form::Minutes,
        ] {
            for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                assert!(form.text(value).starts_with(NONE), "{form:?}");
                assert!(form.tick(value).starts_with(NONE), "{form:?}");
            }
            assert_eq!(form.or_none(None), NONE);
        }
        assert_eq!(compact(f64::NAN), NONE);
        assert_eq!(signed_percent(f64::NAN), NONE);
        assert_eq!(machine(f64::NAN), "");
    }

    #[test]
    fn units_are_written_out() {
        assert_eq!(percent(0.1234), "12.3 %");
        assert_eq!(coins(Coins::from_micros(1_234_500_000)), "1,234.5 coins");
        assert_eq!(coins(Coins::ZERO), "0 coins");
        assert_eq!(coins(Coins::from_micros(500)), "0.0005 coins");
        assert_eq!(minutes(3.25), "3.2 min");
        assert_eq!(minutes(34.4), "34 min");
        assert_eq!(minutes(125.0), "2 h 05 min");
        assert_eq!(minutes(60_000.0), "1,000 h");
        assert_eq!(signed_percent(0.042), "+4.2 %");
        assert_eq!(Form::Percent.tick(0.25), "25 %");
        assert_eq!(Form::Percent.tick(0.125), "12.5 %");
    }

    #[test]
    fn compact_counts_never_reach_a_thousand_of_a_unit() {
        assert_eq!(compact(950.0), "950");
        assert_eq!(compact(1_234.0), "1.2k");
        assert_eq!(compact(123_456.0), "123k");
        assert_eq!(compact(999_960.0), "1M");
        assert_eq!(compact(3_400_000.0), "3.4M");
        assert_eq!(compact(-2_500.0), "−2.5k");
        assert_eq!(compact(2e9), "2B");
    }

    #[test]
    fn intervals_are_written_in_the_form_of_their_number() {
        let interval = Some(Interval {
            mean: 0.5,
            low: -0.25,
            high: 1.25,
        });
        assert_eq!(
            confidence(interval, Form::Percent, "a dash"),
            "from −25.0 % to 125.0 % with 95 % confidence"
        );
        assert_eq!(confidence(None, Form::Percent, "a dash"), "a dash");
    }

    #[test]
    fn csv_fields_are_quoted_where_needed() {
        assert_eq!(csv_field("plain"), "plain");
        assert_eq!(csv_field("a, \"b\""), "\"a, \"\"b\"\"\"");
    }
}
