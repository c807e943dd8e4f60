//! Scenario values that document and check themselves.
//!
//! Every domain's `config.rs` declares its part with [`config!`](crate::config): each value has a unit, a range, a default
//! and a sentence. From that one place come parsing, range checks, and `docs/scenario-reference.md`.

/// One documented value of a scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueDoc {
    /// Dotted key, as `--set` takes it.
    pub key: String,
    /// `number`, `integer`, `boolean` or `choice`.
    pub kind: &'static str,
    /// Unit, or `-` for none.
    pub unit: &'static str,
    /// What is allowed, as text.
    pub allowed: String,
    /// Default, as TOML.
    pub default: String,
    /// What it does.
    pub help: String,
}

/// A value outside its range.
#[derive(Debug, Clone, PartialEq)]
pub struct Violation {
    /// Dotted key.
    pub key: String,
    /// The value found, as TOML.
    pub value: String,
    /// What is allowed.
    pub allowed: String,
}

/// A type a scenario value may have.
pub trait ConfigValue {
    /// Name of the type in the reference.
    const KIND: &'static str;
    /// Shows the value as TOML.
    fn show(&self) -> String;
    /// Returns the value on the scale of its range; `None` if it has no order.
    fn magnitude(&self) -> Option<f64>;
    /// Lists the allowed words of a choice.
    fn choices() -> Option<&'static [&'static str]> {
        None
    }
}

impl ConfigValue for f64 {
    const KIND: &'static str = "number";
    fn show(&self) -> String {
        format!("{self:?}")
    }
    fn magnitude(&self) -> Option<f64> {
        Some(*self)
    }
}
impl ConfigValue for u32 {
    const KIND: &'static str = "integer";
    fn show(&self) -> String {
        self.to_string()
    }
    fn magnitude(&self) -> Option<f64> {
        Some(f64::from(*self))
    }
}
impl ConfigValue for u64 {
    const KIND: &'static str = "integer";
    fn show(&self) -> String {
        self.to_string()
    }
    fn magnitude(&self) -> Option<f64> {
        Some(*self as f64)
    }
}
impl ConfigValue for bool {
    const KIND: &'static str = "boolean";
    fn show(&self) -> String {
        self.to_string()
    }
    fn magnitude(&self) -> Option<f64> {
        None
    }
}

/// A part of a scenario made by [`config!`](crate::config).
pub trait ConfigPart {
    /// Adds the documentation of its values under `prefix`.
    fn describe(prefix: &str, into: &mut Vec<ValueDoc>);
    /// Adds what lies outside its range.
    fn check(&self, prefix: &str, into: &mut Vec<Violation>);
}

/// Describes one value; called by [`config!`](crate::config).
pub fn describe_value<T: ConfigValue>(
    key: String,
    default: &T,
    unit: &'static str,
    range: Option<(f64, f64)>,
    help: &str,
    into: &mut Vec<ValueDoc>,
) {
    into.push(ValueDoc {
        key,
        kind: T::KIND,
        unit,
        allowed: allowed::<T>(range),
        default: default.show(),
        help: help.split_whitespace().collect::<Vec<_>>().join(" "),
    });
}

/// Checks one value; called by [`config!`](crate::config).
pub fn check_value<T: ConfigValue>(
    key: String,
    value: &T,
    range: Option<(f64, f64)>,
    into: &mut Vec<Violation>,
) {
    let (Some((low, high)), Some(x)) = (range, value.magnitude()) else {
        return;
    };
    if !(x >= low && x <= high) {
        into.push(Violation {
            key,
            value: value.show(),
            allowed: allowed::<T>(range),
        });
    }
}

fn allowed<T: ConfigValue>(range: Option<(f64, f64)>) -> String {
    match (T::choices(), range) {
        (Some(words), _) => words
            .iter()
            .map(|w| format!("\"{w}\""))
            .collect::<Vec<_>>()
            .join(", "),
        (None, Some((low, high))) => format!("{low} to {high}"),
        (None, None) => "true, false".to_owned(),
    }
}

/// Declares a part of the scenario: `field: type = default, "unit", low..=high;` (no range for booleans and choices).
///
/// Makes the struct (unknown keys are refused, missing ones take the default), its constant `BASELINE`,
/// `Default`, and [`ConfigPart`].
///
/// # Examples
/// ```
/// agora::config! {
///     /// How loud the square is.
///     pub struct NoiseConfig {
///         /// Loudness at noon.
///         noon_level: f64 = 0.5, "dB", 0.0..=120.0;
///         /// Whether it is heard at all.
///         enabled: bool = true, "-";
///     }
/// }
/// assert!(NoiseConfig::BASELINE.enabled);
/// ```
#[macro_export]
macro_rules! config {
    ($(#[$doc:meta])* pub struct $name:ident { $($(#[doc = $help:literal])+ $field:ident : $ty:ty = $default:expr, $unit:literal $(, $low:literal ..= $high:literal)?;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct $name { $($(#[doc = $help])+ pub $field: $ty,)* }

        impl $name {
            /// The values of the baseline city.
            pub const BASELINE: Self = Self { $($field: $default,)* };
        }

        impl Default for $name {
            fn default() -> Self { Self::BASELINE }
        }

        impl $crate::sim::config::ConfigPart for $name {
            fn describe(prefix: &str, into: &mut Vec<$crate::sim::config::ValueDoc>) {
                let (_, _) = (prefix, &into);
                $( $crate::sim::config::describe_value::<$ty>(
                    format!("{prefix}.{}", stringify!($field)), &Self::BASELINE.$field, $unit,
                    $crate::config!(@range $($low, $high)?), concat!($($help, " "),+), into); )*
            }
            fn check(&self, prefix: &str, into: &mut Vec<$crate::sim::config::Violation>) {
                let (_, _) = (prefix, &into);
                $( $crate::sim::config::check_value::<$ty>(
                    format!("{prefix}.{}", stringify!($field)), &self.$field,
                    $crate::config!(@range $($low, $high)?), into); )*
            }
        }
    };
    (@range) => { None };
    (@range $low:literal, $high:literal) => { Some((f64::from($low), f64::from($high))) };
}

/// Declares a group of parts of the scenario: `field: Part;`, each made by [`config!`](crate::config) or a group itself.
#[macro_export]
macro_rules! config_group {
    ($(#[$doc:meta])* pub struct $name:ident { $($(#[$fdoc:meta])+ $field:ident : $ty:ty;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct $name { $($(#[$fdoc])+ pub $field: $ty,)* }

        impl $crate::sim::config::ConfigPart for $name {
            fn describe(prefix: &str, into: &mut Vec<$crate::sim::config::ValueDoc>) {
                $( <$ty as $crate::sim::config::ConfigPart>::describe(&format!("{prefix}.{}", stringify!($field)), into); )*
            }
            fn check(&self, prefix: &str, into: &mut Vec<$crate::sim::config::Violation>) {
                $( $crate::sim::config::ConfigPart::check(&self.$field, &format!("{prefix}.{}", stringify!($field)), into); )*
            }
        }
    };
}

/// Declares a choice of a scenario: an enum whose variants are written as words.
#[macro_export]
macro_rules! config_choice {
    ($(#[$doc:meta])* pub enum $name:ident { $($(#[$vdoc:meta])+ $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$vdoc])+ #[serde(rename = $word)] $variant,)+ }

        impl $crate::sim::config::ConfigValue for $name {
            const KIND: &'static str = "choice";
            fn show(&self) -> String {
                match self { $(Self::$variant => concat!("\"", $word, "\"").to_owned(),)+ }
            }
            fn magnitude(&self) -> Option<f64> { None }
            fn choices() -> Option<&'static [&'static str]> { Some(&[$($word),+]) }
        }
    };
}
