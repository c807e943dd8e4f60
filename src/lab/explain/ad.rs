//! Explains auctions.

use super::data::{AuctionWhy, BidWhy, Explanation, Line};
use super::names::{self, Names};
use crate::events::sign::SignKind;
use crate::platform::ads::auction::{Pricing, Score};
use crate::platform::ads::click_model::Format;
use crate::platform::ads::config::CreativeChoice;
use crate::platform::trace::ad::{
    AdTrace, AuctionTrace, CreativeTrace, LeftOut, SoldTrace, Targeting,
};

/// Looks in which the auction counts clicks.
const LOOKS: f64 = 1e9;

/// Micro-units in a unit of money.
const MICROS: f64 = 1e6;

/// Turns a score into money per look.
fn per_look(score: Score) -> f64 {
    score as f64 / LOOKS / MICROS
}

fn chosen_by(targeting: Targeting) -> &'static str {
    match targeting {
        Targeting::Interests => "observed interests",
        Targeting::Billboard => "the place it stands in",
        Targeting::Off
        | Targeting::Minor
        | Targeting::NoAdConsent
        | Targeting::NoObservation
        | Targeting::HardlyKnown => "the place the avatar is in",
    }
}

fn not_used(targeting: Targeting) -> Option<&'static str> {
    match targeting {
        Targeting::Interests => None,
        Targeting::Billboard => {
            Some("anything about who passes: a billboard knows only where it stands")
        }
        Targeting::Off => Some("observed interests: the scenario has no targeting"),
        Targeting::Minor => Some("observed interests: minors are not targeted"),
        Targeting::NoAdConsent => Some("observed interests: no consent to ads by behaviour"),
        Targeting::NoObservation => {
            Some("observed interests: no consent to recommendation, so nothing was observed")
        }
        Targeting::HardlyKnown => Some("observed interests: too little was observed yet"),
    }
}

const fn left_out(why: LeftOut) -> &'static str {
    match why {
        LeftOut::NoMoney => "no money left today",
        LeftOut::FrequencyCap => "seen as often as the frequency cap allows",
        LeftOut::BehindTwo => "two stronger bids on the same topic",
        LeftOut::HeldOut => "held out, to measure what its ads change",
        LeftOut::Reached => "wants to be seen by many, and was seen here within a week",
        LeftOut::BehindOrThrottled => {
            "stronger bids on the same topic, or sat out to save its budget"
        }
    }
}

fn formula(a: &AuctionTrace, sold: &SoldTrace, quality: u32, names: &Names<'_>) -> String {
    let rule = match a.pricing {
        Pricing::GeneralizedSecond => "generalised second price",
        Pricing::Vcg => "Vickrey, Clarke and Groves",
        Pricing::FirstPrice => "first price",
    };
    let whose = sold
        .set_by
        .map_or_else(|| "the reserve".to_owned(), |c| names.campaign(c));
    format!(
        "{rule}: {:.9} per look, the score of {whose}, / {:.9} clicks per look = {} per click, rounded up to a millionth",
        per_look(sold.due),
        f64::from(quality) / LOOKS,
        sold.price
    )
}

/// Explains an auction.
pub(super) fn auction(names: &Names<'_>, a: &AuctionTrace) -> AuctionWhy {
    let bids: Vec<BidWhy> = a
        .bids
        .iter()
        .map(|b| BidWhy {
            campaign: b.campaign.0,
            name: names.campaign(b.campaign),
            value: b.value.as_f64(),
            multiplier: b.multiplier,
            is_short: b.is_short,
            bid: b.per_click.as_f64(),
            fit: b.fits,
            appeal: b.appeal,
            p_click: b.p_click,
            quality: f64::from(b.quality) / LOOKS,
            score: per_look(b.score),
            reaches_reserve: b.is_admitted,
            won: a.sold.is_some_and(|s| s.campaign == b.campaign),
        })
        .collect();
    let quality = a.sold.and_then(|s| {
        let own = a.bids.iter().find(|b| b.campaign == s.campaign)?;
        Some((s, own.quality))
    });
    let rules = LeftOut::ALL;
    AuctionWhy {
        format: match a.format {
            Format::Display => "display ad".to_owned(),
            Format::Rewarded => "rewarded video".to_owned(),
        },
        chosen_by: chosen_by(a.targeting).to_owned(),
        bids,
        left_out: a
            .left_out
            .iter()
            .map(|(c, why)| (names.campaign(*c), left_out(*why).to_owned()))
            .collect(),
        n_left_out: rules
            .iter()
            .zip(a.n_left_out)
            .filter(|(_, n)| *n > 0)
            .map(|(why, n)| (left_out(*why).to_owned(), n))
            .collect(),
        reserve_price: a.reserve_price.as_f64(),
        reserve_score: per_look(a.reserve),
        winner: a.sold.map(|s| names.campaign(s.campaign)),
        price: a.sold.map(|s| s.price.as_f64()),
        due: a.sold.map(|s| per_look(s.due)),
        set_by: a.sold.map(|s| {
            s.set_by
                .map_or_else(|| "the reserve".to_owned(), |c| names.campaign(c))
        }),
        formula: quality.map_or_else(
            || "nobody reached the reserve".to_owned(),
            |(s, q)| formula(a, &s, q, names),
        ),
    }
}

/// Explains why a creative was shown.
fn explain_creative(c: &CreativeTrace, e: &mut Explanation) {
    let number = format!("{} of {}: {}", c.number + 1, c.n_creatives, c.words);
    let how = match c.choice {
        CreativeChoice::Rotate => "each of its campaign's is shown in turn".to_owned(),
        CreativeChoice::Learned => format!(
            "did best in a draw from what is known of each before {}; of this one {} clicks in {} looks",
            c.segment.word(),
            c.counts.clicks,
            c.counts.looks
        ),
    };
    e.context
        .push(Line::text("creative", number, "what the ad says"));
    e.context.push(Line::text(
        "creative chosen",
        how,
        "why this one of its campaign's creatives",
    ));
}

/// Explains an ad.
pub(super) fn explain(names: &Names<'_>, ad: &AdTrace, e: &mut Explanation) {
    let why = auction(names, &ad.auction);
    let winner = why.winner.clone().unwrap_or_default();
    e.headline = format!(
        "{winner} won a {} against {} other bids, chosen by {}",
        why.format,
        why.bids.len().saturating_sub(1),
        why.chosen_by
    );
    let place = match (ad.slate, ad.sign) {
        (Some(slate), _) => format!("{}, slate {}", names::surface(ad.surface), slate.0),
        (None, Some(SignKind::Placement)) => {
            "brand placed in a room, sold for the day to be seen by all who come in".to_owned()
        }
        (None, Some(SignKind::Sponsorship)) => {
            "sponsor of a live event, sold when it was announced".to_owned()
        }
        (None, None) => "billboard on the way".to_owned(),
    };
    e.context
        .push(Line::text("slot", place, "where the ad is shown"));
    e.context.push(Line::text(
        "space",
        names.space(ad.space),
        "where the avatar is, or arrived",
    ));
    e.context.push(Line::text(
        "chosen by",
        why.chosen_by.clone(),
        "what the click model matches the ad's topic with",
    ));
    if let Some(creative) = &ad.creative {
        explain_creative(creative, e);
    }
    e.context.push(Line::text(
        "conversions",
        "not predicted",
        "the platform charges clicks and predicts no more than those",
    ));
    let cap = |n: u32| {
        if n == 0 {
            "no limit".to_owned()
        } else {
            n.to_string()
        }
    };
    let (day, week) = ad.caps;
    e.rules.push(Line::text(
        "most times a day",
        cap(day),
        "frequency cap of one campaign for one avatar",
    ));
    e.rules.push(Line::text(
        "most times a week",
        cap(week),
        "frequency cap of one campaign for one avatar",
    ));
    for (rule, n) in &why.n_left_out {
        e.rules.push(Line::number(
            rule,
            f64::from(*n),
            "campaigns that run and did not bid",
        ));
    }
    e.not_used
        .extend(not_used(ad.auction.targeting).map(str::to_owned));
    e.not_used.push("the other things on the slate: they were chosen from behaviour, so that they would let in what consent keeps out".to_owned());
    e.auction = Some(why);
}
