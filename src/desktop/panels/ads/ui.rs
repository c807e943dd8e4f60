//! What the ads panel looks like.

use egui::Ui;

use super::effect_ui::{credits_ui, effect_card};
use super::inventory_ui::{creatives_ui, inventory_ui};
use super::view::{AdsView, CampaignRow};
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::kit::cards::{Card, cards_ui};
use crate::desktop::panels::kit::chart::{Chart, Series};
use crate::desktop::panels::kit::empty::Empty;
use crate::desktop::panels::kit::numbers::{Form, NONE, count, percent};
use crate::desktop::panels::kit::section::{beside_ui, section_ui};
use crate::desktop::panels::kit::table::{Cell, Column, Row, Table};
use crate::desktop::view::subject::Subject;

const AUCTIONS: [Column<'_>; 7] = [
    Column::text("Time", "When the slot was sold"),
    Column::text(
        "Place",
        "Surface of the slate, rewarded video, or billboard",
    ),
    Column::text(
        "Winner",
        "Campaign whose ad is shown; nobody if no bid reached the reserve",
    ),
    Column::number(
        "Price",
        "What a click costs the winner, in outside money; by the rule of the auction",
    ),
    Column::number(
        "Reserve",
        "Lowest price of a click on an ad that is clicked as often as is usual, in outside money",
    ),
    Column::number(
        "Bids",
        "Bids compared: of each topic the strongest that the avatar may still see",
    ),
    Column::text("Before", "Who sees it"),
];

const CAMPAIGNS: [Column<'_>; 14] = [
    Column::text("Campaign", ""),
    Column::text("About", "Its topic"),
    Column::text("Status", "Running, out of money until midnight, or over"),
    Column::text("Wants", "Clicks, to be seen by many, or conversions"),
    Column::number(
        "Click worth",
        "What a click is worth to the advertiser, in outside money",
    ),
    Column::number(
        "Budget",
        "What it may spend in its whole flight, in outside money",
    ),
    Column::number(
        "Spent",
        "What it has paid since the window watches, in outside money",
    ),
    Column::number("Today", "Share of today's budget that is spent"),
    Column::number(
        "Multiplier",
        "Pacing: it bids its worth of a click over 1 + this",
    ),
    Column::number("Shown", "Ads shown"),
    Column::number("Clicks", "Ads clicked, or watched to the end if rewarded"),
    Column::number("CTR", "Clicks over ads shown"),
    Column::number(
        "Conversions",
        "What the advertiser wanted done, after a click or without any ad",
    ),
    Column::number("Per click", "Outside money paid for each click"),
];

/// Draws the panel.
pub(super) fn ads_ui(ui: &mut Ui, view: &AdsView, look: &Look, out: &mut Vec<UiCommand>) {
    match view.enabled {
        None => {
            Empty::new("No ads yet")
                .hint("Open a scenario to see its ads")
                .show(ui, look, out);
            return;
        }
        Some(false) if view.days.is_empty() && view.campaigns.is_empty() => {
            Empty::new("This city has no ads")
                .hint("Switch platform.ads.enabled on at the policy desk")
                .show(ui, look, out);
            return;
        }
        Some(_) => {}
    }
    cards_ui(ui, look, &cards(view));
    beside_ui(
        ui,
        out,
        |ui, out| revenue_ui(ui, view, look, out),
        |ui, out| fatigue_ui(ui, view, look, out),
    );
    beside_ui(
        ui,
        out,
        |ui, out| ads_per_session_ui(ui, view, look, out),
        |ui, out| pacing_ui(ui, view, look, out),
    );
    section_ui(
        ui,
        "Live auctions",
        "The newest auctions, newest first; a click shows the winner",
    );
    auctions_ui(ui, view, look, out);
    section_ui(
        ui,
        "Attribution",
        "Conversions with an ad in the days before, shared out by every rule; up to the last finished day",
    );
    credits_ui(ui, view, look, out);
    if !view.creatives.is_empty() {
        section_ui(
            ui,
            "Creatives",
            "By number, all campaigns together; up to the last finished day",
        );
        creatives_ui(ui, view, look, out);
    }
    if !view.inventory.is_empty() {
        section_ui(
            ui,
            "Inventory",
            "Where ads were seen; up to the last finished day",
        );
        inventory_ui(ui, view, look, out);
    }
    section_ui(
        ui,
        "Campaigns",
        "Those that run first, then by what they have paid",
    );
    campaigns_ui(ui, view, look, out);
}

fn cards(view: &AdsView) -> Vec<Card> {
    let (now, before) = (&view.today, view.days.last());
    let caps = |n: u32| {
        if n == 0 {
            "no limit".to_owned()
        } else {
            n.to_string()
        }
    };
    vec![
        Card::number(
            "Revenue today",
            Form::Money,
            Some(now.revenue),
            "Outside money paid by advertisers since midnight",
        ),
        Card::number(
            "Revenue yesterday",
            Form::Money,
            before.map(|d| d.revenue),
            "Outside money paid by advertisers on the last finished day",
        ),
        Card::number(
            "Fill rate today",
            Form::Percent,
            now.fill,
            "Ad slots sold over ad slots for sale since midnight; a dash before the first auction",
        ),
        Card::number(
            "CTR today",
            Form::Percent,
            now.ctr,
            "Clicks over ads shown since midnight",
        ),
        Card::new(
            "Ad load in force",
            percent(view.load),
            &format!(
                "Share of slates with an ad slot; {} of arrivals pass a billboard. An avatar sees a campaign at most {} times \
                 a day and {} times in seven days",
                percent(view.billboard_share),
                caps(view.caps.0),
                caps(view.caps.1)
            ),
        ),
        Card::new(
            "Campaigns running",
            count(view.running),
            "Campaigns within their flight",
        ),
        Card::new(
            "Auction",
            view.auction.replace('_', " "),
            "How winners pay: the smallest bid that keeps the slot (gsp), what others lose (vcg), or the bid (first price)",
        ),
        effect_card(view),
    ]
}

fn by_day(
    view: &AdsView,
    value: impl Fn(&super::view::AdDayRow) -> Option<f64>,
) -> Vec<(f64, Option<f64>)> {
    view.days
        .iter()
        .map(|d| (f64::from(d.day), value(d)))
        .collect()
}

fn revenue_ui(ui: &mut Ui, view: &AdsView, look: &Look, out: &mut Vec<UiCommand>) {
    let revenue = Series::of(
        "Revenue",
        by_day(view, |d| Some(d.revenue)),
        look.palette.series[0],
    );
    Chart::new("ads-revenue", "Revenue per day")
        .help("Outside money paid by advertisers for clicks, by finished day")
        .x("day")
        .y("outside money")
        .forms(Form::Whole, Form::Money)
        .bars(&[revenue])
        .marks(&view.marks)
        .cursor(look.cursor_day)
        .empty("No finished day yet", "Let time run for a day")
        .show(ui, look, out);
}

fn fatigue_ui(ui: &mut Ui, view: &AdsView, look: &Look, out: &mut Vec<UiCommand>) {
    let [_, a, b, c, ..] = look.palette.series;
    let mut lines = vec![
        Series::of("Click-through rate", by_day(view, |d| d.ctr), a),
        Series::of("Hidden share of uses", by_day(view, |d| d.hide_share), b),
    ];
    if look.shows_truth {
        let days = view
            .satisfaction
            .iter()
            .map(|(day, s)| (f64::from(*day), *s));
        lines.push(Series::of("Satisfaction (truth)", days, c));
    }
    Chart::new("ads-fatigue", "Fatigue")
        .help(
            "What ads cost in goodwill, by finished day: clicks over ads shown fall as people stop looking; hides and reports \
             over things used rise as they are annoyed",
        )
        .x("day")
        .y("share")
        .forms(Form::Whole, Form::Percent)
        .lines(&lines)
        .marks(&view.marks)
        .cursor(look.cursor_day)
        .empty("No finished day yet", "Let time run for a day")
        .show(ui, look, out);
}

fn ads_per_session_ui(ui: &mut Ui, view: &AdsView, look: &Look, out: &mut Vec<UiCommand>) {
    let ads = Series::of(
        "Ads per session",
        by_day(view, |d| d.ads_per_session),
        look.palette.series[4],
    );
    Chart::new("ads-per-session", "Ads per session")
        .help("Ads shown over sessions begun, by finished day; every ad of a session makes the next one easier to overlook")
        .x("day")
        .y("ads per session")
        .forms(Form::Whole, Form::Decimal)
        .lines(&[ads])
        .marks(&view.marks)
        .cursor(look.cursor_day)
        .empty("No finished day yet", "Let time run for a day")
        .show(ui, look, out);
}

fn pacing_ui(ui: &mut Ui, view: &AdsView, look: &Look, out: &mut Vec<UiCommand>) {
    let mut lines: Vec<Series> = view
        .curves
        .iter()
        .zip(look.palette.series)
        .map(|(curve, color)| {
            let name = Subject::Campaign(curve.id).label();
            Series::new(name, curve.points.clone(), color)
        })
        .collect();
    if !lines.is_empty() {
        let even = vec![[0.0, 0.0], [1.0, 1.0]];
        lines.push(Series::new("Evenly paced", even, look.palette.weak));
    }
    Chart::new("ads-pacing", "Pacing")
        .help(
            "Share of the flight's budget that is spent against share of the flight's time that is gone, every hour, for the \
             running campaigns that have spent most",
        )
        .x("share of flight")
        .y("share of budget")
        .forms(Form::Percent, Form::Percent)
        .lines(&lines)
        .empty("No campaign has spent anything yet", "Let time run for an hour")
        .show(ui, look, out);
}

fn auctions_ui(ui: &mut Ui, view: &AdsView, look: &Look, out: &mut Vec<UiCommand>) {
    let rows: Vec<Row> = view
        .auctions
        .iter()
        .map(|a| {
            let winner = a.winner.map(Subject::Campaign);
            let row = Row::new(vec![
                Cell::text(a.tick.to_string()),
                Cell::text(a.place.as_str()),
                Cell::text(winner.map_or_else(|| NONE.to_owned(), Subject::label)),
                Cell::Number(a.price, Form::Money),
                Cell::number(a.reserve, Form::Money),
                Cell::count(u64::from(a.bids)),
                Cell::text(
                    a.avatar
                        .map_or_else(|| "everybody".to_owned(), |id| Subject::Avatar(id).label()),
                ),
            ]);
            match winner {
                Some(campaign) => row.on_click(UiCommand::Inspect(campaign)),
                None => row.help("Nobody reached the reserve"),
            }
        })
        .collect();
    Table::new("ads auctions", &AUCTIONS)
        .empty(
            "No auctions yet",
            "Let time run: slots are sold as slates are served",
        )
        .show(ui, look, &rows, out);
}

fn campaigns_ui(ui: &mut Ui, view: &AdsView, look: &Look, out: &mut Vec<UiCommand>) {
    let rows: Vec<Row> = view
        .campaigns
        .iter()
        .map(|c| campaign_row(c, look))
        .collect();
    Table::new("ads campaigns", &CAMPAIGNS)
        .cap(60)
        .beyond(view.more_campaigns)
        .empty(
            "No campaigns yet",
            "Let time run: advertisers come at midnight",
        )
        .show(ui, look, &rows, out);
}

fn campaign_row(c: &CampaignRow, look: &Look) -> Row {
    let status = match c.status {
        "running" => Cell::Colored(c.status.to_owned(), look.palette.good),
        "over" => Cell::Colored(c.status.to_owned(), look.palette.weak),
        _ => Cell::Colored(c.status.to_owned(), look.palette.warn),
    };
    Row::new(vec![
        Cell::text(Subject::Campaign(c.id).label()),
        Cell::text(c.topic.as_str()),
        status,
        Cell::text(c.goal),
        Cell::number(c.value, Form::Money),
        Cell::number(c.budget, Form::Money),
        Cell::number(c.spent, Form::Money),
        Cell::Number(c.spent_today, Form::Percent),
        Cell::number(c.multiplier, Form::Decimal),
        Cell::count(c.impressions),
        Cell::count(c.clicks),
        Cell::Number(c.ctr(), Form::Percent),
        Cell::count(c.conversions),
        Cell::Number(c.cost_per_click(), Form::Money),
    ])
    .on_click(UiCommand::Inspect(Subject::Campaign(c.id)))
    .help(format!("{:.1} days left of its flight", c.days_left))
}

#[cfg(test)]
mod tests {
    use egui_kittest::kittest::Queryable as _;

    use super::super::{Ads, AdsView};
    use super::*;
    use crate::desktop::panels::testing::{TestCity, shows_nonsense, stage};

    fn busy() -> TestCity {
        TestCity::with(
            300,
            0,
            &[
                "platform.ads.load=0.6",
                "platform.ads.campaigns_per_1000=60",
            ],
        )
    }

    #[test]
    fn without_a_city_and_without_ads_the_panel_says_so() {
        stage::<Ads>(AdsView::default(), Look::new(true), 500.0).get_by_label("No ads yet");
        let view = TestCity::with(20, 0, &["platform.ads.enabled=false"]).view::<Ads>();
        stage::<Ads>(view, Look::new(true), 500.0).get_by_label("This city has no ads");
    }

    #[test]
    fn one_avatar_alone_leaves_dashes_and_no_nonsense() {
        let view = TestCity::new(1, 0).watched::<Ads>(90);
        let h = stage::<Ads>(view, Look::new(false), 300.0);
        assert!(h.get_all_by_label("No finished day yet").count() >= 3);
        assert!(!shows_nonsense(&h));
    }

    #[test]
    fn auctions_and_campaigns_are_listed_and_lead_to_the_inspector() {
        let mut city = busy();
        let view = city.watched::<Ads>(1_500);
        assert_eq!(view.days.len(), 1);
        let sold = view
            .auctions
            .iter()
            .find(|a| a.winner.is_some())
            .expect("a slot was sold")
            .clone();
        assert!(sold.price.expect("the winner pays") > 0.0 && sold.bids > 0);
        let shown: u64 = view.campaigns.iter().map(|c| c.impressions).sum();
        assert!(shown > 0 && !view.curves.is_empty());
        let campaign = view.campaigns[0].clone();
        let mut h = stage::<Ads>(
            view,
            Look {
                shows_truth: true,
                ..Look::new(true)
            },
            900.0,
        );
        assert!(!shows_nonsense(&h));
        h.get_by_label("Chart of Revenue per day");
        h.get_by_label("Chart of Pacing");
        h.get_by_label("Satisfaction (truth)");
        h.get_all_by_label_contains(&format!("{}, {}", sold.tick, sold.place))
            .next()
            .expect("listed")
            .click();
        h.run();
        let label = format!(
            "{}, {}",
            Subject::Campaign(campaign.id).label(),
            campaign.topic
        );
        h.get_all_by_label_contains(&label)
            .next()
            .expect("listed")
            .click();
        h.run();
        assert_eq!(h.state().out.len(), 2);
        assert!(
            h.state()
                .out
                .iter()
                .all(|c| matches!(c, UiCommand::Inspect(Subject::Campaign(_))))
        );
        assert_eq!(
            h.state().out[1],
            UiCommand::Inspect(Subject::Campaign(campaign.id))
        );
    }

    #[test]
    fn the_slots_of_a_day_and_the_money_of_campaigns_add_up() {
        let mut city = busy();
        let watch = city.watch::<Ads>(1_500);
        let paid: f64 = watch.campaigns.iter().map(|t| t.spent.as_f64()).sum();
        let days = watch.days.iter().chain([&watch.today]);
        let revenue: f64 = days.map(|d| d.revenue.as_f64()).sum();
        assert!(paid > 0.0 && (paid - revenue).abs() < 1e-9);
        let row = &city.report.days[0];
        assert_eq!(row.ad_impressions, watch.days[0].impressions);
        assert!((row.ad_revenue - watch.days[0].revenue.as_f64()).abs() < 1e-9);
        assert!(watch.days[0].sold <= watch.days[0].auctions);
    }
}
