//! How bonuses are given out, today and by day, on the screen.

use egui::Ui;

use super::trial_ui::trial_ui;
use super::view::{RewardsView, arm_word};
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::kit::cards::{Card, cards_ui};
use crate::desktop::panels::kit::chart::{Chart, Series};
use crate::desktop::panels::kit::empty::Empty;
use crate::desktop::panels::kit::numbers::{
    Form, NONE, coins_f64, confidence, count, decimal, percent,
};
use crate::desktop::panels::kit::section::{beside_ui, section_ui};
use crate::desktop::panels::kit::unseen::if_seen;
use crate::lab::report::reach::{BonusDayRow, Interval};
use crate::platform::incentives::config::{BonusConfig, RewardArm};

/// What stands for an interval that is not known.
pub(super) const ONE_SIDED: &str = "a dash until both sides have somebody";

/// Draws bonuses: who gets them today, what was spent by day, what they bring about.
pub(super) fn bonuses_ui(ui: &mut Ui, view: &RewardsView, look: &Look, out: &mut Vec<UiCommand>) {
    let Some(offer) = &view.offer else { return };
    section_ui(
        ui,
        "Bonuses",
        "Coins offered to those who are away, for a visit of some minutes within a day",
    );
    if !view.has_bonuses() {
        Empty::new("No bonuses are offered in this city")
            .hint("Choose fixed, random or uplift for platform.bonus.offer.arm at the policy desk")
            .show(ui, look, out);
        return;
    }
    cards_ui(ui, look, &cards(view, offer, look));
    if view.bonuses.days.is_empty() {
        let begins = view.now.day() < offer.start_day;
        let (what, hint) = if begins {
            (
                format!("Bonuses begin on day {}", offer.start_day),
                "Before, avatars are only observed (platform.bonus.offer.start_day)".to_owned(),
            )
        } else {
            (
                "No day of bonuses is closed yet".to_owned(),
                format!(
                    "Let time run: a day begins and ends at {} o'clock",
                    offer.hour
                ),
            )
        };
        Empty::new(&what).hint(&hint).play().show(ui, look, out);
        return;
    }
    beside_ui(
        ui,
        out,
        |ui, out| if_seen(ui, "bonuses by day", |ui| sent_ui(ui, view, look, out)),
        |ui, out| {
            if_seen(ui, "coins for bonuses by day", |ui| {
                paid_ui(ui, view, look, out);
            });
        },
    );
    trial_ui(ui, view, look, out);
}

fn mean(i: Option<Interval>) -> Option<f64> {
    i.map(|i| i.mean)
}

fn arm_help(arm: RewardArm) -> &'static str {
    match arm {
        RewardArm::None => "Nobody is offered a bonus any more",
        RewardArm::Fixed => {
            "The smaller bonus for everybody alike, until the day's budget is used up"
        }
        RewardArm::Random => "A size and an order by lot, until the day's budget is used up",
        RewardArm::Uplift => {
            "Those who do most more for a coin, as far as is known; a share draws lots, to learn from"
        }
    }
}

fn cards(view: &RewardsView, offer: &BonusConfig, look: &Look) -> Vec<Card> {
    let (b, today) = (&view.bonuses, view.today.as_ref());
    let mut cards = vec![
        Card::new(
            "Given",
            arm_word(offer.arm),
            &format!(
                "{}. platform.bonus.offer.arm: none, fixed, random or uplift",
                arm_help(offer.arm)
            ),
        ),
        Card::new(
            "Budget a day",
            coins_f64(view.a_day),
            &format!(
                "{} for each thousand residents; what a day pays too much or too little is made up for later",
                coins_f64(offer.budget_per_1000)
            ),
        ),
        left_card(view),
        Card::number(
            "Sent today",
            Form::Whole,
            today.map(|t| f64::from(t.running.day.sent)),
            &format!(
                "Bonuses sent since {} o'clock; who gets one was chosen {}",
                offer.hour,
                match today {
                    Some(t) if t.running.day.is_learned => "with a model of uplift",
                    _ => "without a model of uplift",
                }
            ),
        ),
        Card::number(
            "Earned today",
            Form::Whole,
            today.map(|t| f64::from(t.running.day.earned)),
            &format!(
                "Of those sent, how many came for {} minutes so far",
                offer.minutes
            ),
        ),
        Card::number(
            "Withheld today",
            Form::Whole,
            today.map(|t| f64::from(t.running.withheld)),
            &format!(
                "Chosen and withheld by lot ({} of them), to measure what the others bring about; the lot of {} more was nothing",
                percent(offer.withheld),
                count(today.map_or(0, |t| u64::from(t.running.nothing)))
            ),
        ),
        Card::number(
            "Minutes for a coin",
            Form::Decimal,
            mean(b.minutes_per_coin),
            &format!(
                "Minutes that bonuses brought about over coins paid: those to whom one was sent against those from whom it was \
                 withheld by lot, {}",
                confidence(b.minutes_per_coin, Form::Decimal, ONE_SIDED)
            ),
        ),
        Card::new(
            "Never offered",
            count(b.hold_out.held_out.0),
            &format!(
                "Avatars held out of all of it ({}); {} may be offered bonuses. Both consent to be known and are of age",
                percent(offer.hold_out),
                count(b.hold_out.others.0)
            ),
        ),
        Card::number(
            "Minutes a day more",
            Form::Decimal,
            mean(b.minutes_a_day),
            &format!(
                "Minutes a day of those who may be offered bonuses ({}) less those of avatars that never are ({}), {}",
                decimal(b.hold_out.others.1),
                decimal(b.hold_out.held_out.1),
                confidence(b.minutes_a_day, Form::Decimal, ONE_SIDED)
            ),
        ),
    ];
    if look.shows_truth {
        cards.extend(truth_cards(view));
    }
    cards
}

fn left_card(view: &RewardsView) -> Card {
    let Some(today) = &view.today else {
        return Card::new(
            "Left today",
            NONE,
            "Coins of the day's budget that are not paid yet; a dash while no day is open",
        );
    };
    let day = &today.running.day;
    Card::new(
        "Left today",
        coins_f64(today.left()),
        &format!(
            "{} could be spent this morning, {} are paid; up to {} more if everybody who can still earn a bonus does. More is \
             offered than is left, as not every bonus is earned",
            coins_f64(today.to_spend),
            coins_f64(day.paid.as_f64()),
            coins_f64(today.running.open.as_f64())
        ),
    )
}

fn truth_cards(view: &RewardsView) -> [Card; 3] {
    [
        Card::number(
            "Minutes for a coin (truth)",
            Form::Decimal,
            view.bonuses.true_minutes_per_coin,
            "Minutes of visits that a bonus brought about or made longer, over coins paid",
        ),
        Card::number(
            "Wasted (truth)",
            Form::Percent,
            view.wasted,
            "Share of the bonuses seen that met somebody who would have come in time anyway",
        ),
        Card::number(
            "Farmed (truth)",
            Form::Percent,
            view.farmed,
            "Share of the coins that went to farmers, who come for bonuses and do no more than is asked",
        ),
    ]
}

fn by_day(view: &RewardsView, of: impl Fn(&BonusDayRow) -> f64) -> Vec<(f64, Option<f64>)> {
    let days = view.bonuses.days.iter();
    days.map(|d| (f64::from(d.day), Some(of(d)))).collect()
}

fn sent_ui(ui: &mut Ui, view: &RewardsView, look: &Look, out: &mut Vec<UiCommand>) {
    let [a, b, ..] = look.palette.series;
    let lines = [
        Series::of("Sent", by_day(view, |d| f64::from(d.sent)), a),
        Series::of("Earned", by_day(view, |d| f64::from(d.earned)), b),
    ];
    Chart::new("rewards-sent", "Bonuses by day")
        .help("Bonuses sent, and earned within a day, by the day on which they were sent; closed days only")
        .x("day")
        .y("bonuses")
        .forms(Form::Whole, Form::Whole)
        .lines(&lines)
        .marks(&view.marks)
        .cursor(look.cursor_day)
        .show(ui, look, out);
}

fn paid_ui(ui: &mut Ui, view: &RewardsView, look: &Look, out: &mut Vec<UiCommand>) {
    let paid = [Series::of(
        "Paid",
        by_day(view, |d| d.paid),
        look.palette.series[4],
    )];
    let budget = [Series::of(
        "Budget as of now",
        by_day(view, |_| view.a_day),
        look.palette.weak,
    )
    .dashed()];
    Chart::new("rewards-paid", "Coins for bonuses")
        .help(
            "Coins paid for the bonuses of each closed day, beside the budget of a day as it is now; what a day pays too much \
             or too little is made up for later",
        )
        .x("day")
        .y("coins")
        .forms(Form::Whole, Form::Coins)
        .bars(&paid)
        .lines(&budget)
        .marks(&view.marks)
        .cursor(look.cursor_day)
        .show(ui, look, out);
}
