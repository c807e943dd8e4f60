//! Explains slates.

use bevy::ecs::prelude::World;

use super::ad::auction;
use super::data::{Explanation, Line, Part, PassedWhy, SlotWhy, short};
use super::names::{self, Names};
use crate::events::behavior::Surface;
use crate::events::offer::Source;
use crate::platform::integrity::holds::Holds;
use crate::platform::recommend::config::ModelKind;
use crate::platform::trace::ad::AdOutcome;
use crate::platform::trace::slate::{Bar, PassedOver, PassedTrace, Scorer, SlateTrace, SlotTrace};
use crate::platform::trace::term::Term;

/// Returns what scored, in words.
fn scorer_name(scorer: Scorer) -> String {
    match scorer {
        Scorer::Model(m) => names::model(m).to_owned(),
        Scorer::Cold(m) => format!(
            "content and popularity, because the {} has nothing to say about this avatar yet",
            names::model(m)
        ),
        Scorer::Formula => "a fixed formula of this surface".to_owned(),
    }
}

fn reason(reason: PassedOver) -> &'static str {
    match reason {
        PassedOver::Barred(Bar::Retired) => "not on offer any more",
        PassedOver::Barred(Bar::Known) => "engaged with lately, or hidden",
        PassedOver::Barred(Bar::ShownLately) => "shown a moment ago",
        PassedOver::Barred(Bar::NotForSale) => "its owner does not sell it",
        PassedOver::Barred(Bar::Own) => "made by the avatar itself",
        PassedOver::Explored => "gave way to chance, so that something can be learned",
        PassedOver::TooAlike => "too much like what stands above",
        PassedOver::Price => "its minutes or the price of its exposure put it behind others",
        PassedOver::LowerScore => "others came before it",
    }
}

/// Returns why a candidate was not shown, with the numbers.
fn reason_of(p: &PassedTrace) -> String {
    let why = reason(p.reason);
    match (p.reason, p.allotment) {
        (PassedOver::Price, Some(a)) => format!(
            "{why}: attraction {}, price {}, minutes {}, of which fits {}",
            short(f64::from(a.attraction)),
            short(f64::from(a.price)),
            short(f64::from(a.minutes)),
            short(f64::from(a.fits))
        ),
        _ => why.to_owned(),
    }
}

/// Splits terms into those that add up and those for orientation.
fn parts(names: &Names<'_>, s: &SlateTrace, range: (u32, u32)) -> (Vec<Part>, Vec<Part>) {
    let terms = s.terms(range);
    let (sum, rest): (Vec<&Term>, Vec<&Term>) = terms.iter().partition(|t| t.kind.is_part());
    let show = |terms: Vec<&Term>| terms.into_iter().map(|t| names.part(t, &s.names)).collect();
    (show(sum), show(rest))
}

fn steps(names: &Names<'_>, s: &SlateTrace, slot: &SlotTrace) -> Vec<Line> {
    let mut steps = Vec::new();
    if let Some(rank) = slot.by_score {
        let meaning = "place among the candidates by score alone";
        steps.push(Line::number("by score", f64::from(rank), meaning));
    }
    if let Some(a) = slot.allotment {
        let attraction = f64::from(a.attraction);
        let meaning = "predicted probability that it is taken if looked at";
        steps.push(Line::number("attraction", attraction, meaning));
        if a.price > 0.0 {
            let meaning = "price of exposure (μ): it is shown more than its share already";
            steps.push(Line::number("less price", f64::from(a.price), meaning));
        }
        let meaning = "minutes it is expected to take";
        steps.push(Line::number("minutes", f64::from(a.minutes), meaning));
        let meaning = "share of it that fits into the avatar's minutes";
        steps.push(Line::number("fits", f64::from(a.fits), meaning));
    }
    if let Some(rank) = slot.by_relevance
        && s.mmr_lambda < 1.0
    {
        let meaning = "place after allocation, before diversity";
        steps.push(Line::number("by relevance", f64::from(rank), meaning));
    }
    if slot.alike > 0.0 && s.mmr_lambda < 1.0 {
        let meaning =
            "largest cosine with what stands above; diversity counts it against the candidate";
        steps.push(Line::number("alike", f64::from(slot.alike), meaning));
    }
    if slot.source == Source::Explore && slot.replaced.is_some() {
        let usual = slot.replaced.map_or_else(String::new, |t| names.thing(t));
        steps.push(Line::text("chance put it there instead of", usual, "exploration: a random thing now and then, so that the models can learn what they would never show"));
    }
    steps
}

/// Fills an explanation with the slots of a ranking.
pub(super) fn slots(names: &Names<'_>, s: &SlateTrace, e: &mut Explanation) {
    for (k, slot) in s.slots.iter().enumerate() {
        let (sum, orientation) = parts(names, s, slot.terms);
        e.slots.push(SlotWhy {
            position: k as u32 + 1,
            kind: slot.thing.kind.word().to_owned(),
            id: slot.thing.id,
            name: names.thing(slot.thing),
            source: names::source(slot.source).to_owned(),
            price: slot.asked.as_f64(),
            score: f64::from(slot.score),
            parts: sum,
            orientation,
            by_score: slot.by_score.map(u32::from),
            by_relevance: slot.by_relevance.map(u32::from),
            attraction: slot.allotment.map(|a| f64::from(a.attraction)),
            exposure_price: slot.allotment.map(|a| f64::from(a.price)),
            alike: f64::from(slot.alike),
            steps: steps(names, s, slot),
            propensity: f64::from(slot.propensity),
        });
    }
    for p in &s.passed {
        e.passed_over.push(PassedWhy {
            id: p.thing.id,
            name: names.thing(p.thing),
            score: f64::from(p.score),
            reason: reason_of(p),
            parts: parts(names, s, p.terms).0,
        });
    }
}

/// Fills an explanation with how a ranking was made.
pub(super) fn ranking(world: &World, s: &SlateTrace, e: &mut Explanation) {
    let is_fixed = s.scorer == Scorer::Formula;
    let meaning = "what scored the candidates";
    e.context
        .push(Line::text("scored by", scorer_name(s.scorer), meaning));
    if s.version > 0 && !is_fixed {
        let meaning = "counted in trainings that went live";
        let version = f64::from(s.version);
        e.context.push(Line::number("version", version, meaning));
    }
    let on_offer = f64::from(s.n_on_offer);
    let meaning = "things on offer on this surface";
    e.context.push(Line::number("on offer", on_offer, meaning));
    let [model, popular, fresh] = s.n_candidates;
    let all = f64::from(model) + f64::from(popular) + f64::from(fresh);
    let mut candidates = Line::number("candidates", all, "things looked at before ranking");
    if !is_fixed && popular + fresh > 0 {
        candidates.text = format!("{model} by the model, {popular} popular, {fresh} new");
    }
    e.context.push(candidates);
    if !is_fixed {
        let how = names::allocation(s.allocation);
        e.context.push(Line::text(
            "attention allocated",
            how,
            "what reorders candidates after scoring",
        ));
        let minutes = f64::from(s.knows.minutes);
        e.context.push(Line::number(
            "minutes to give",
            minutes,
            "the avatar's usual session, or what is assumed of strangers",
        ));
        if s.lambda > 0.0 {
            e.context.push(Line::number(
                "price of attention (λ)",
                s.lambda,
                "attraction bought by the last minute",
            ));
        }
        e.context.push(Line::number(
            "relevance against sameness",
            s.mmr_lambda,
            "weight of relevance when re-ranking; 1 is relevance alone",
        ));
    }
    e.context.push(Line::number(
        "exploration",
        s.exploration,
        "chance that a slot is filled at random",
    ));
    let holds = world.resource::<Holds>().n_held() as f64;
    e.rules.push(Line::number(
        "items held now",
        holds,
        "far more people hide or report them than usual; they are on no shelf",
    ));
}

/// Says what consent kept out of a ranking, and what was let in.
pub(super) fn consent(s: &SlateTrace, e: &mut Explanation) {
    if s.knows.consents {
        let n = f64::from(s.knows.n_history);
        e.context.push(Line::number(
            "observed history",
            n,
            "items the avatar engaged with lately; it consents to recommendation",
        ));
        if s.knows.attention > 0.0 {
            let a = f64::from(s.knows.attention);
            e.context.push(Line::number(
                "attention level (A)",
                a,
                "share of its time that it gives to what it is offered, as estimated",
            ));
        }
    } else {
        e.not_used.push("what it looked at, liked, bought or hid: no consent to recommendation, so nothing was observed".to_owned());
        e.not_used.push("its interests, attention level and usual session: they would be estimated from observations".to_owned());
    }
    match (s.surface, s.scorer) {
        (Surface::Parcels, Scorer::Formula) => {
            e.not_used.push(
                "anything about the avatar: parcels are ranked for everybody alike".to_owned(),
            );
        }
        (_, Scorer::Model(ModelKind::Random | ModelKind::Popularity)) => {
            e.not_used
                .push("anything about the avatar: this model ranks for everybody alike".to_owned());
        }
        _ => {}
    }
}

/// Explains a slate.
pub(super) fn explain(world: &World, names: &Names<'_>, s: &SlateTrace, e: &mut Explanation) {
    ranking(world, s, e);
    consent(s, e);
    slots(names, s, e);
    let n = s.slots.len();
    let surface = names::surface(s.surface);
    e.headline = match s.slots.first() {
        Some(first) => format!(
            "{n} of {} on offer ({surface}); first {}, scored {} by {}",
            s.n_on_offer,
            names.thing(first.thing),
            short(f64::from(first.score)),
            scorer_name(s.scorer)
        ),
        None => format!("nothing on {surface} may be shown now"),
    };
    let ad = match &s.ad {
        AdOutcome::NoSlot => "none".to_owned(),
        AdOutcome::Unsold(a) => {
            e.auction = Some(auction(names, a));
            "there was one and nobody bought it".to_owned()
        }
        AdOutcome::Sold(offer) => format!("sold: offer {}", offer.0),
    };
    let meaning = "a share of slates carries one, drawn by lot";
    e.rules.push(Line::text("ad slot", ad, meaning));
}
