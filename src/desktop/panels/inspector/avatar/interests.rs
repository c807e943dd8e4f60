//! What the platform thinks an avatar is interested in, beside the truth.

use egui::Ui;

use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::inspector::bars::pair_ui;
use crate::desktop::panels::kit::numbers::decimal;
use crate::lab::explain::interests::Interests;

/// Topics shown.
const SHOWN: usize = 10;

/// Draws interests as pairs of bars; the truth only where it may be shown.
pub(super) fn interests_ui(
    ui: &mut Ui,
    look: &Look,
    interests: &Interests,
    out: &mut Vec<UiCommand>,
) {
    let knows = match (interests.consents, interests.evidence > 0.0) {
        (false, _) => {
            "It does not consent to recommendation: the platform observed nothing and estimates nothing"
        }
        (true, false) => "Nothing was observed yet: the platform knows no interests",
        (true, true) => "What the platform estimates from what the avatar engaged with",
    };
    ui.weak(knows);
    let shows = look.shows_truth;
    let mut topics: Vec<_> = interests.topics.iter().collect();
    let weight = |t: &crate::lab::explain::interests::TopicRow| {
        let seen = t.estimated.unwrap_or(0.0);
        if shows { seen.max(t.truth) } else { seen }
    };
    // Without the truth not even the order may give it away.
    topics.sort_by(|a, b| weight(b).total_cmp(&weight(a)).then(a.topic.cmp(&b.topic)));
    topics.retain(|t| weight(t) > 0.0);
    if shows {
        ui.horizontal_wrapped(|ui| {
            ui.colored_label(look.palette.series[0], "■ as the platform sees it");
            ui.colored_label(look.palette.mark, "■ truth");
        });
    }
    for t in topics.iter().take(SHOWN) {
        pair_ui(ui, look, &t.topic, t.estimated, shows.then_some(t.truth));
    }
    if topics.len() > SHOWN {
        ui.weak(format!("and {} weaker topics", topics.len() - SHOWN));
    }
    if !shows {
        if ui
            .button("Show true interests")
            .on_hover_text("The truth, which no platform sees: the lab's view")
            .clicked()
        {
            out.push(UiCommand::ToggleTruth);
        }
        return;
    }
    match interests.agreement {
        Some(cosine) => ui
            .label(format!(
                "The estimate agrees with the truth to {}",
                decimal(cosine)
            ))
            .on_hover_text("Cosine of the two: 1 is the same, 0 has nothing in common"),
        None => ui.weak("No estimate to compare with the truth"),
    };
    if ui.button("Hide the truth").clicked() {
        out.push(UiCommand::ToggleTruth);
    }
}
