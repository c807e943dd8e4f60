//! Attention: how well it is allocated, what it costs, where it goes, and how unequally it is shared.

use egui::Ui;

use super::Panel;
use super::kit::bars::{NamedAmount, bars_ui};
use super::kit::cards::{Card, Good, cards_ui};
use super::kit::chart::{Chart, Series};
use super::kit::lorenz::{Lorenz, lorenz_ui};
use super::kit::numbers::Form;
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::view::sight::{Ask, City};
use crate::lab::metrics::book::Book;
use crate::platform::recommend::prices::AttentionPrices;
use crate::society::spaces::space::SpaceKind;

const EFFICIENCY: &str = "η, the value of the slates shown over the value of the best possible ones, by the truth that only \
                          the lab sees, weighted by attention and position; from 0 to 1";
const PRICE: &str = "λ, the attraction bought by the last minute of an avatar's budget, mean over the slates in which the \
                     budget was exhausted";

/// The panel.
pub struct Attention;

/// One finished day.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct AttentionDay {
    /// Day since the start.
    pub day: u32,
    /// Attained over attainable value.
    pub efficiency: Option<f64>,
    /// Price of a minute.
    pub price: Option<f64>,
}

/// Rows of the panel.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AttentionView {
    /// Finished days.
    pub days: Vec<AttentionDay>,
    /// Efficiency today so far.
    pub efficiency_today: Option<f64>,
    /// Price of a minute today so far.
    pub price_today: Option<f64>,
    /// Minutes per finished day by domain.
    pub by_domain: Vec<(String, Vec<f64>)>,
    /// Minutes over the whole run by kind of space.
    pub by_space: Vec<(String, f64)>,
    /// How uses are shared among items used at all.
    pub items: Lorenz,
    /// How minutes are shared among avatars that were here at all.
    pub avatars: Lorenz,
    /// Whether the scenario lets the oracle look.
    pub has_oracle: bool,
    /// Policy changes.
    pub marks: Vec<(f64, String)>,
}

fn positive(values: impl Iterator<Item = f64>) -> Vec<f64> {
    values.filter(|v| *v > 0.0).collect()
}

impl Panel for Attention {
    type View = AttentionView;
    type Watch = ();

    fn view(_watch: &(), city: &City<'_>, _ask: &Ask) -> AttentionView {
        let book = city.get::<Book>();
        let (shown, best) = book.today.efficiency;
        let (sum, n) = city.get::<AttentionPrices>().minutes;
        let (sum, n) = (sum - book.lambdas.0, n.saturating_sub(book.lambdas.1));
        AttentionView {
            days: book
                .days
                .iter()
                .map(|d| AttentionDay {
                    day: d.day,
                    efficiency: d.attention_efficiency,
                    price: d.attention_price,
                })
                .collect(),
            efficiency_today: (best > 0.0).then(|| shown / best),
            price_today: (n > 0).then(|| sum / n as f64),
            by_domain: city.report.attention_by_domain.clone(),
            by_space: SpaceKind::ALL
                .iter()
                .zip(book.space_secs)
                .map(|(kind, secs)| (kind.word().replace('_', " "), secs / 60.0))
                .collect(),
            items: Lorenz::of(positive(book.uses.iter().map(|n| f64::from(*n)))),
            avatars: Lorenz::of(positive(book.minutes_of.iter().map(|m| f64::from(*m)))),
            has_oracle: city.scenario.lab.oracle_every > 0,
            marks: city.mark_texts(),
        }
    }

    fn ui(ui: &mut Ui, view: &AttentionView, look: &Look, out: &mut Vec<UiCommand>) {
        cards(ui, view, look);
        ui.add_space(6.0);
        curves(ui, view, look, out);
        ui.separator();
        split(ui, view, look, out);
        ui.separator();
        lorenz_ui(
            ui,
            look,
            "attention-lorenz",
            "How attention is shared",
            "Lorenz curves of uses over the items used at all, and of minutes over the avatars that were here at all; the Gini \
             coefficient is 0 where all have the same and nearly 1 where one has everything",
            &[("Items", &view.items), ("Avatars", &view.avatars)],
            out,
        );
    }
}

fn cards(ui: &mut Ui, view: &AttentionView, look: &Look) {
    let last = view.days.last();
    let before = view
        .days
        .len()
        .checked_sub(2)
        .and_then(|i| view.days.get(i));
    let card = |label: &str, form, good, help: &str, of: &dyn Fn(&AttentionDay) -> Option<f64>| {
        let value = last.and_then(of);
        Card::number(label, form, value, help).change(form, before.and_then(of), value, good)
    };
    cards_ui(
        ui,
        look,
        &[
            card(
                "Efficiency, last day",
                Form::Percent,
                Good::Up,
                EFFICIENCY,
                &|d| d.efficiency,
            ),
            Card::number(
                "Efficiency today",
                Form::Percent,
                view.efficiency_today,
                EFFICIENCY,
            ),
            card(
                "Price, last day",
                Form::Decimal,
                Good::Neither,
                PRICE,
                &|d| d.price,
            ),
            Card::number("Price today", Form::Decimal, view.price_today, PRICE),
            Card::number(
                "Gini of items",
                Form::Decimal,
                view.items.gini,
                "How unequally uses are shared among items used at all",
            ),
            Card::number(
                "Gini of avatars",
                Form::Decimal,
                view.avatars.gini,
                "How unequally minutes are shared among avatars that were here at all",
            ),
        ],
    );
}

fn curves(ui: &mut Ui, view: &AttentionView, look: &Look, out: &mut Vec<UiCommand>) {
    let c = look.palette.series;
    let days = view.days.iter();
    let efficiency = days.clone().map(|d| (f64::from(d.day), d.efficiency));
    let price = days.map(|d| (f64::from(d.day), d.price));
    let missing = if view.has_oracle {
        ("No finished day yet", "Let time run for a day")
    } else {
        (
            "Nobody looks at the truth",
            "Set lab.oracle_every above 0 in the scenario",
        )
    };
    Chart::new("efficiency", "Attention efficiency")
        .help(EFFICIENCY)
        .x("day")
        .y("attained over attainable")
        .form(Form::Percent)
        .lines(&[Series::of("Efficiency", efficiency, c[2])])
        .marks(&view.marks)
        .cursor(look.cursor_day)
        .empty(missing.0, missing.1)
        .show(ui, look, out);
    Chart::new("price-of-attention", "Price of attention λ")
        .help(PRICE)
        .x("day")
        .y("attraction per minute")
        .lines(&[Series::of("λ", price, c[3])])
        .marks(&view.marks)
        .cursor(look.cursor_day)
        .empty(
            "No price yet",
            "Let time run for a day; only the allocations knapsack and prices have one",
        )
        .show(ui, look, out);
}

fn split(ui: &mut Ui, view: &AttentionView, look: &Look, out: &mut Vec<UiCommand>) {
    let c = look.palette.series;
    let areas: Vec<Series> = view
        .by_domain
        .iter()
        .enumerate()
        .map(|(i, (name, minutes))| {
            let points = minutes.iter().enumerate();
            let points = points.map(|(day, m)| [day as f64, *m]).collect();
            Series::new(name, points, c[i % c.len()])
        })
        .collect();
    Chart::new("attention-by-domain", "Attention by domain")
        .help("Minutes spent on each finished day, by domain, on top of each other")
        .x("day")
        .y("minutes")
        .form(Form::Minutes)
        .stacked(&areas)
        .marks(&view.marks)
        .cursor(look.cursor_day)
        .height(190.0)
        .show(ui, look, out);
    let rows: Vec<NamedAmount> = view
        .by_space
        .iter()
        .enumerate()
        .map(|(i, (name, amount))| NamedAmount {
            name: name.clone(),
            amount: *amount,
            color: c[i % c.len()],
        })
        .collect();
    bars_ui(
        ui,
        look,
        "attention-by-space",
        "Attention by kind of space",
        "Minutes spent over the whole run, by the kind of space they were spent in",
        Form::Minutes,
        &rows,
        out,
    );
}

#[cfg(test)]
mod tests {
    use egui_kittest::kittest::Queryable;

    use super::*;
    use crate::desktop::panels::testing::{TestCity, shows_nonsense, stage};

    const LOOK: Look = Look::new(true);

    #[test]
    fn without_a_day_and_without_an_oracle_it_says_why() {
        let h = stage::<Attention>(AttentionView::default(), LOOK, 300.0);
        h.get_by_label("Nobody looks at the truth");
        h.get_by_label("No price yet");
        h.get_by_label("Nothing is shared yet");
        h.get_by_label("Efficiency today –");
    }

    #[test]
    fn one_avatar_gives_no_nonsense() {
        for ticks in [0, 3_000] {
            let city = TestCity::with(1, ticks, &["society.population.newcomers_per_1000=0"]);
            let h = stage::<Attention>(city.view::<Attention>(), LOOK, 300.0);
            assert!(!shows_nonsense(&h));
        }
    }

    #[test]
    fn two_days_fill_every_part() {
        let city = TestCity::new(300, 2 * 1_440 + 600);
        let view = city.view::<Attention>();
        assert_eq!(view.days.len(), 2);
        assert!(view.items.gini.is_some_and(|g| (0.0..1.0).contains(&g)));
        let h = stage::<Attention>(view, LOOK, 600.0);
        assert!(!shows_nonsense(&h));
        for title in [
            "Attention efficiency",
            "Price of attention λ",
            "Attention by domain",
            "How attention is shared",
        ] {
            h.get_by_label(&format!("Chart of {title}"));
        }
        h.get_by_label_contains("game room ");
        h.get_by_label_contains("Items, Gini 0.");
        h.get_by_label("posts");
    }
}
