//! The last offers to an avatar, as a full recording holds them: slates with scores and propensities, without parts of scores.

use super::rows::{OfferRow, OfferRows, SHOWN};
use crate::desktop::panels::inspector::names::name;
use crate::desktop::panels::inspector::story::{outside, tell};
use crate::desktop::view::recorded::Recorded;
use crate::desktop::view::subject::Subject;
use crate::events::offer::{AdSlot, Slate, Slot};
use crate::lab::explain::data::{Explanation, Line, SlotWhy};
use crate::lab::explain::names::{source, surface};
use crate::sim::ids::{AvatarId, OfferId};

/// Fills the rows with what was offered lately.
pub(in super::super) fn fill_recorded(r: &Recorded<'_>, id: AvatarId) -> OfferRows {
    let slates = r.slates.iter().filter(|s| s.avatar == id);
    let rows: Vec<OfferRow> = slates
        .clone()
        .take(SHOWN)
        .map(|slate| OfferRow {
            why: why(r, slate),
            truth: None,
            answers: answers(r, id, slate.offer),
        })
        .collect();
    OfferRows {
        more: slates.count() - rows.len(),
        rows,
        withheld: Vec::new(),
        is_on: true,
        has_truth: false,
    }
}

fn why(r: &Recorded<'_>, slate: &Slate) -> Explanation {
    let on = surface(slate.surface);
    let slots: Vec<SlotWhy> = (1..)
        .zip(&slate.slots)
        .map(|(position, slot)| slot_why(r, position, slot))
        .collect();
    let headline = match slots.first() {
        Some(first) => format!(
            "{} came first, found by {}, with a score of {:.3}",
            first.name, first.source, first.score
        ),
        None => "Nothing was left to offer".to_owned(),
    };
    let mut context = vec![Line::text(
        "kept",
        "scores, propensities and sources",
        "a recording keeps what was shown and how likely; the parts of a score are told while the city runs",
    )];
    for ad in slate.ad.iter().chain(&slate.ads_below) {
        context.push(Line::text(
            "ad",
            ad_text(r, ad),
            "who won a slot for ads, and at what price",
        ));
    }
    Explanation {
        offer: slate.offer.0,
        avatar: slate.avatar.0,
        tick: slate.tick.0,
        when: slate.tick.to_string(),
        kind: format!("slate of {on}"),
        headline,
        context,
        slots,
        passed_over: Vec::new(),
        auction: None,
        rules: Vec::new(),
        not_used: Vec::new(),
    }
}

fn slot_why(r: &Recorded<'_>, position: u32, slot: &Slot) -> SlotWhy {
    let subject = Subject::of(slot.thing);
    SlotWhy {
        position,
        kind: slot.thing.kind.word().to_owned(),
        id: slot.thing.id,
        name: subject.map_or_else(|| "nothing".to_owned(), |s| name(r, s)),
        source: source(slot.source).to_owned(),
        price: slot.price.as_f64(),
        score: f64::from(slot.score),
        parts: Vec::new(),
        orientation: Vec::new(),
        by_score: None,
        by_relevance: None,
        attraction: None,
        exposure_price: None,
        alike: 0.0,
        steps: Vec::new(),
        propensity: f64::from(slot.propensity),
    }
}

fn ad_text(r: &Recorded<'_>, ad: &AdSlot) -> String {
    let price = if ad.price_per_look.is_positive() {
        format!("{} for a look", outside(ad.price_per_look))
    } else {
        format!("{} for a click", outside(ad.price_per_click))
    };
    // A recording does not tell how many creatives a campaign has; the first is not worth a word.
    let creative = match ad.face.creative() {
        0 => String::new(),
        k => format!(", creative {}", k + 1),
    };
    let rewarded = if ad.rewarded { ", rewarded" } else { "" };
    format!(
        "{}, {price}, clicked with {:.2} % as predicted{rewarded}{creative}",
        name(r, Subject::Campaign(ad.campaign)),
        100.0 * ad.p_click
    )
}

/// Tells what the avatar did about an offer, in the order in which it did.
fn answers(r: &Recorded<'_>, id: AvatarId, offer: OfferId) -> Vec<String> {
    let mine = r.recent.of_avatar(id);
    let mut all: Vec<String> = mine
        .filter(|e| e.avatar == id && e.offer == offer)
        .map(|e| tell(r, e))
        .collect();
    all.reverse();
    all
}
