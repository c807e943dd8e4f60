//! Names of columns as people read them.

/// Writes the name of a column as words: "Ad revenue" for `ad_revenue`.
#[must_use]
pub fn words(name: &str) -> String {
    let text = name.replace('_', " ");
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + letters.as_str()
    })
}
