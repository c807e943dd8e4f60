//! Explanations as readable text.

use std::fmt::Write;

use super::data::{AuctionWhy, BidWhy, Explanation, Line, Part, short};
use super::interests::Interests;
use super::truth::Truth;

/// Lays out rows in columns, the first row being their names, each line indented.
pub(super) fn table(rows: &[Vec<String>]) -> String {
    let n = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |c: usize| {
        let cells = rows.iter().filter_map(|r| r.get(c));
        cells.map(|s| s.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..n).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .map(|(cell, w)| format!("{cell:w$}"))
            .collect();
        let _never = writeln!(text, "  {}", cells.join("  ").trim_end());
    }
    text
}

fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

fn lines(title: &str, lines: &[Line]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let rows: Vec<Vec<String>> = lines
        .iter()
        .map(|l| vec![l.name.clone(), l.text.clone(), l.meaning.clone()])
        .collect();
    format!("{title}\n{}", table(&rows))
}

fn sum(parts: &[Part]) -> String {
    let all: Vec<String> = parts
        .iter()
        .map(|p| format!("{} {:+.4}", p.name, p.value))
        .collect();
    all.join(", ")
}

fn rank(n: Option<u32>) -> String {
    n.map_or_else(|| "-".to_owned(), |n| n.to_string())
}

impl Explanation {
    /// Returns the explanation as text: tables of what was shown, what was not, the auction, the rules.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!(
            "offer {} to avatar {}, {} ({})\n{}\n",
            self.offer, self.avatar, self.when, self.kind, self.headline
        );
        text += &lines("how it was decided", &self.context);
        text += &self.slots_text();
        if !self.passed_over.is_empty() {
            let mut rows = vec![row(["not shown", "score", "why not"])];
            let more = self.passed_over.iter();
            rows.extend(more.map(|p| vec![p.name.clone(), short(p.score), p.reason.clone()]));
            text += "the best that was not shown\n";
            text += &table(&rows);
        }
        if let Some(a) = &self.auction {
            text += &a.to_text();
        }
        text += &lines("rules", &self.rules);
        for n in &self.not_used {
            let _never = writeln!(text, "not used: {n}");
        }
        text
    }

    fn slots_text(&self) -> String {
        if self.slots.is_empty() {
            return String::new();
        }
        let mut rows = vec![row([
            "#",
            "shown",
            "source",
            "score",
            "by score",
            "before diversity",
            "attraction",
            "price μ",
            "alike",
            "propensity",
        ])];
        rows.extend(self.slots.iter().map(|s| {
            vec![
                s.position.to_string(),
                s.name.clone(),
                s.source.clone(),
                short(s.score),
                rank(s.by_score),
                rank(s.by_relevance),
                s.attraction.map_or_else(|| "-".to_owned(), short),
                s.exposure_price.map_or_else(|| "-".to_owned(), short),
                short(s.alike),
                short(s.propensity),
            ]
        }));
        let mut text = format!("what was shown\n{}", table(&rows));
        text += "what adds up to each score\n";
        let mut meanings: Vec<(String, String)> = Vec::new();
        for s in &self.slots {
            let _never = writeln!(
                text,
                "  {:>2}  {} = {}",
                s.position,
                short(s.score),
                sum(&s.parts)
            );
            if !s.orientation.is_empty() {
                let _never = writeln!(text, "      ({})", sum(&s.orientation));
            }
            for step in s.steps.iter().filter(|step| step.value.is_none()) {
                let _never = writeln!(text, "      {} {}", step.name, step.text);
            }
            for p in s.parts.iter().chain(&s.orientation) {
                if meanings.iter().all(|m| m.1 != p.meaning) {
                    meanings.push((p.kind.clone(), p.meaning.clone()));
                }
            }
        }
        for (name, meaning) in meanings {
            let _never = writeln!(text, "      {name}: {meaning}");
        }
        text
    }
}

/// Returns what else there is to say about a bid.
fn remark(b: &BidWhy) -> String {
    let fate = match (b.won, b.reaches_reserve) {
        (true, _) => "won",
        (false, true) => "",
        (false, false) => "below the reserve",
    };
    let limit = if b.is_short {
        "bids all it has left"
    } else {
        ""
    };
    [fate, limit].join(" ").trim().to_owned()
}

impl AuctionWhy {
    /// Returns the auction as text.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut rows = vec![row([
            "bids",
            "value",
            "pacing",
            "bid",
            "fit",
            "appeal",
            "p(click)",
            "score per look",
            "",
        ])];
        rows.extend(self.bids.iter().map(|b| {
            vec![
                b.name.clone(),
                format!("{:.4}", b.value),
                format!("{:.3}", b.multiplier),
                format!("{:.4}", b.bid),
                format!("{:.5}", b.fit),
                format!("{:.3}", b.appeal),
                format!("{:.5}", b.p_click),
                format!("{:.9}", b.score),
                remark(b),
            ]
        }));
        let mut text = format!(
            "auction of a {}, chosen by {}; reserve {:.4} a click, {:.9} per look\n{}",
            self.format,
            self.chosen_by,
            self.reserve_price,
            self.reserve_score,
            table(&rows)
        );
        let _never = writeln!(text, "  {}", self.formula);
        for (name, why) in &self.left_out {
            let _never = writeln!(text, "  no bid: {name}: {why}");
        }
        text
    }
}

impl Truth {
    /// Returns the truth as text.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut rows = vec![row(["truth", "predicted", "true", "utility", "true place"])];
        rows.extend(self.rows.iter().map(|r| {
            vec![
                r.name.clone(),
                r.predicted.map_or_else(|| "-".to_owned(), short),
                short(r.probability),
                r.utility.map_or_else(|| "-".to_owned(), short),
                r.place.to_string(),
            ]
        }));
        format!(
            "beside it the truth, as of {} ({} ticks later; choosing nothing has utility {})\n{}",
            self.as_of,
            self.ticks_since,
            short(self.outside_option),
            table(&rows)
        )
    }
}

impl Interests {
    /// Returns both views as text, the strongest topics only.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut rows = vec![row(["topic", "as the platform sees it", "truth"])];
        rows.extend(self.topics.iter().take(8).map(|t| {
            let estimated = t
                .estimated
                .map_or_else(|| "-".to_owned(), |x| format!("{x:.3}"));
            vec![t.topic.clone(), estimated, format!("{:.3}", t.truth)]
        }));
        let about = match (self.consents, self.agreement) {
            (false, _) => "no consent to recommendation: the platform knows nothing".to_owned(),
            (true, None) => "nothing was observed yet".to_owned(),
            (true, Some(a)) => format!("cosine {a:.3}"),
        };
        format!("interests ({about})\n{}", table(&rows))
    }
}
