//! The scorecard with reasons: by how much a fact fell short, or what kept it from being observed.

use crate::lab::realism::scorecard::{Scorecard, Verdict, short};
use crate::lab::report::data::FactRow;

use super::fill::Sight;

/// Lists all published facts as they fared.
pub(super) fn rows(scorecard: &Scorecard, s: &Sight<'_>) -> Vec<FactRow> {
    scorecard
        .rows
        .iter()
        .map(|row| FactRow {
            key: row.target.key.clone(),
            value: row.value,
            low: row.target.low,
            high: row.target.high,
            published: row.target.published,
            source: row.target.source.clone(),
            note: row.target.note.clone().unwrap_or_default(),
            passed: row.verdict == Verdict::Passed,
            why: match row.verdict {
                Verdict::Passed => String::new(),
                Verdict::FellShort { side, by } => format!("{side} the band by {}", short(by)),
                Verdict::NotObservable => missing(&row.target.key, s),
            },
        })
        .collect()
}

/// Says what a fact would have needed to be observed.
fn missing(key: &str, s: &Sight<'_>) -> String {
    let days = s.book.days.len();
    let ran = format!("{days} {}", if days == 1 { "day" } else { "days" });
    match key {
        "retention.d1" => {
            format!("needs newcomers seen for a day after their arrival; {ran} finished")
        }
        "retention.d7" => format!("needs newcomers seen for 7 days; {ran} finished"),
        "retention.d30" | "retention.exponent" => {
            format!("needs newcomers seen for 30 days; {ran} finished")
        }
        "activity.stickiness" => format!("needs a month before it can be judged; {ran} finished"),
        "activity.diurnal_ratio" => "needs activity in every hour of the day".to_owned(),
        "activity.session_sigma" | "activity.session_median_minutes" | "activity.playtime_gini" => {
            "too few sessions ended".to_owned()
        }
        "content.popularity_gini" | "content.rank_slope" => "too few items were chosen".to_owned(),
        "social.clustering" | "social.assortativity" | "social.degree_median_over_mean" => {
            "there are too few ties".to_owned()
        }
        "ads.ctr_display" => "no display ad was shown".to_owned(),
        "ads.ctr_rewarded" => "no rewarded ad was shown".to_owned(),
        "spending.payer_share" => "nobody paid with outside money".to_owned(),
        "spending.top10_share" => {
            let n = s.book.paid.len();
            format!("needs 10 avatars that paid with outside money; there were {n}")
        }
        "land.price_max_over_median" | "land.hedonic_r2" => format!(
            "needs 30 sales of land after day 3; there were {} in all",
            s.land.sales.len()
        ),
        "education.completion_median" => "needs a course with 10 enrolments".to_owned(),
        "push.open_rate" => {
            let sent: u64 = s.book.days.iter().map(|d| d.pushes_sent).sum();
            format!("needs 50 pushes; {sent} were sent")
        }
        "returns.interevent_shape" => format!(
            "needs 200 returns of the same avatars; there were {}",
            s.book.gaps.len()
        ),
        _ => format!("{ran} in this city were too few to tell"),
    }
}
