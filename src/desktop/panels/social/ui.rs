//! What the social panel looks like.

use egui::Ui;

use super::view::{CommunityRow, RisingRow, SocialDayRow, SocialView};
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::kit::bars::{NamedAmount, bars_ui};
use crate::desktop::panels::kit::cards::{Card, cards_ui};
use crate::desktop::panels::kit::chart::{Chart, Series};
use crate::desktop::panels::kit::empty::Empty;
use crate::desktop::panels::kit::numbers::{Form, count, decimal, percent};
use crate::desktop::panels::kit::section::{beside_ui, section_ui};
use crate::desktop::panels::kit::table::{Cell, Column, Row, Table};
use crate::desktop::view::subject::Subject;

/// Items whose uptake is drawn.
const CURVES: usize = 6;

const COMMUNITIES: [Column<'_>; 4] = [
    Column::text("Community", "With its main topic; click to inspect"),
    Column::number("Members", ""),
    Column::number("Active today", "Members who were active today"),
    Column::number("Joined today", "Avatars that joined since midnight"),
];

const RISING: [Column<'_>; 7] = [
    Column::text("Item", "Published in the last three days; click to inspect"),
    Column::number("Last 6 h", "Uses in the last six hours"),
    Column::number("Uses", "Times it was looked at, played or studied"),
    Column::number("Likes", ""),
    Column::number(
        "By ties",
        "Share of its uses that came from a candidate that ties led to",
    ),
    Column::number("Age", "Time since it was published"),
    Column::text("By", "Who made it"),
];

/// Draws the panel.
pub(super) fn social_ui(ui: &mut Ui, view: &SocialView, look: &Look, out: &mut Vec<UiCommand>) {
    if !view.is_there {
        Empty::new("No people yet")
            .hint("Open a scenario to see who knows whom")
            .show(ui, look, out);
        return;
    }
    cards_ui(ui, look, &cards(view));
    beside_ui(
        ui,
        out,
        |ui, out| ties_ui(ui, view, look, out),
        |ui, out| degrees_ui(ui, view, look, out),
    );
    changes_ui(ui, view, look, out);
    section_ui(ui, "Communities", "Largest first");
    let rows: Vec<Row> = view.communities.iter().map(community_row).collect();
    Table::new("social communities", &COMMUNITIES)
        .cap(40)
        .beyond(view.more_communities)
        .empty(
            "No communities",
            "Raise society.ties.communities_per_1000 in the scenario",
        )
        .show(ui, look, &rows, out);
    section_ui(
        ui,
        "What spreads",
        "Items published while the window watched, in the last three days, by uses in the last six hours",
    );
    uptake_ui(ui, view, look, out);
    let rows: Vec<Row> = view.rising.iter().map(rising_row).collect();
    Table::new("social rising", &RISING)
        .beyond(view.young.saturating_sub(rows.len() as u64))
        .empty(
            "Nothing new was used yet",
            "Let time run: creators publish through the day",
        )
        .show(ui, look, &rows, out);
    sources_ui(ui, view, look, out);
    section_ui(ui, "Talks and invitations", "How people reach each other");
    beside_ui(
        ui,
        out,
        |ui, out| talks_ui(ui, view, look, out),
        |ui, out| invitations_ui(ui, view, look, out),
    );
    k_factor_ui(ui, view, look, out);
}

fn cards(view: &SocialView) -> Vec<Card> {
    let (_, made, _) = view.today.asked_made_ended;
    let (mean, median, most) = view.degrees.map_or((None, None, None), |(a, b, c)| {
        (Some(a), Some(b), Some(c as f64))
    });
    let last = view.days.last();
    vec![
        Card::new(
            "Ties",
            count(view.ties),
            &format!(
                "Between {} avatars; every tie is mutual, so that reciprocity is 1. {} made today",
                count(view.avatars),
                count(made)
            ),
        ),
        Card::number(
            "Ties per avatar",
            Form::Decimal,
            mean,
            &format!(
                "Mean; the median is {}, the most {}; {} of avatars have none",
                Form::Decimal.or_none(median),
                Form::Whole.or_none(most),
                view.alone.map_or_else(|| "–".to_owned(), percent)
            ),
        ),
        Card::number(
            "Clustering",
            Form::Decimal,
            view.clustering,
            "Transitivity: share of pairs of an avatar's friends that are friends of each other, measured every hour; a dash while \
             there are too few ties",
        ),
        Card::number(
            "Assortativity",
            Form::Decimal,
            view.assortativity,
            "Correlation of the numbers of ties at both ends of a tie, measured every hour; above 0 where the sociable know the \
             sociable",
        ),
        Card::new(
            "Talks today",
            count(view.today.talks),
            &format!(
                "{} minutes since midnight",
                decimal(view.today.talk_minutes)
            ),
        ),
        Card::number(
            "K-factor yesterday",
            Form::Decimal,
            last.and_then(|d| d.k_factor),
            "Returns that an active avatar brought about in a day: invitations in its name that were accepted, over active \
             avatars; who is invited is a member already. A dash before a day was watched",
        ),
    ]
}

fn by_day(
    view: &SocialView,
    value: impl Fn(&SocialDayRow) -> Option<f64>,
) -> Vec<(f64, Option<f64>)> {
    view.days
        .iter()
        .map(|d| (f64::from(d.day), value(d)))
        .collect()
}

fn chart<'a>(
    id: &'a str,
    title: &'a str,
    help: &'a str,
    y: &'a str,
    form: Form,
    view: &'a SocialView,
    look: &Look,
) -> Chart<'a> {
    Chart::new(id, title)
        .help(help)
        .x("day")
        .y(y)
        .forms(Form::Whole, form)
        .marks(&view.marks)
        .cursor(look.cursor_day)
        .empty("No day was watched yet", "Let time run for a day")
}

fn ties_ui(ui: &mut Ui, view: &SocialView, look: &Look, out: &mut Vec<UiCommand>) {
    let ties = [Series::of(
        "Ties",
        by_day(view, |d| Some(d.ties as f64)),
        look.palette.series[0],
    )];
    let help = "Ties at the end of each day that was watched";
    chart(
        "social-ties",
        "Ties over time",
        help,
        "ties",
        Form::Whole,
        view,
        look,
    )
    .lines(&ties)
    .without_zero()
    .show(ui, look, out);
}

fn degrees_ui(ui: &mut Ui, view: &SocialView, look: &Look, out: &mut Vec<UiCommand>) {
    let points = view
        .distribution
        .iter()
        .map(|p| [p[0].log10(), p[1].log10()]);
    let line = Series::new("Avatars", points.collect(), look.palette.series[3]);
    Chart::new("social-degrees", "Degree distribution")
        .help(
            "Share of avatars with at least so many ties, both as powers of ten: 1 on the horizontal axis is 10 ties, −1 on the \
             vertical one a tenth of all avatars",
        )
        .x("ties, power of ten")
        .y("share, power of ten")
        .lines(&[line])
        .without_zero()
        .empty("Nobody has a tie yet", "Let time run: people tie when they meet")
        .show(ui, look, out);
}

fn changes_ui(ui: &mut Ui, view: &SocialView, look: &Look, out: &mut Vec<UiCommand>) {
    let [a, b, c, d, ..] = look.palette.series;
    let lines = [
        Series::of(
            "Asked for",
            by_day(view, |x| Some(x.asked_made_ended.0 as f64)),
            a,
        ),
        Series::of(
            "Made",
            by_day(view, |x| Some(x.asked_made_ended.1 as f64)),
            c,
        ),
        Series::of(
            "Ended",
            by_day(view, |x| Some(x.asked_made_ended.2 as f64)),
            b,
        ),
        Series::of(
            "Communities joined",
            by_day(view, |x| Some(x.joins as f64)),
            d,
        ),
    ];
    let help =
        "Ties asked for, made and ended, and communities joined, on each day that was watched";
    chart(
        "social-changes",
        "Ties asked for, made and ended",
        help,
        "per day",
        Form::Whole,
        view,
        look,
    )
    .lines(&lines)
    .show(ui, look, out);
}

fn uptake_ui(ui: &mut Ui, view: &SocialView, look: &Look, out: &mut Vec<UiCommand>) {
    let lines: Vec<Series> = view
        .rising
        .iter()
        .take(CURVES)
        .zip(look.palette.series)
        .map(|(r, color)| Series::new(Subject::Item(r.id).label(), r.curve.clone(), color))
        .collect();
    Chart::new("social-uptake", "Uptake of what rises fastest")
        .help("Uses since publication of the six new items with most uses in the last six hours, every full hour")
        .x("hours since publication")
        .y("uses")
        .forms(Form::Decimal, Form::Whole)
        .lines(&lines)
        .empty("Nothing new was used yet", "Let time run: creators publish through the day")
        .show(ui, look, out);
}

fn sources_ui(ui: &mut Ui, view: &SocialView, look: &Look, out: &mut Vec<UiCommand>) {
    let rows: Vec<NamedAmount> = view
        .sources
        .iter()
        .zip(look.palette.series)
        .map(|((name, n), color)| NamedAmount {
            name: name.clone(),
            amount: *n as f64,
            color,
        })
        .collect();
    bars_ui(
        ui,
        look,
        "social-sources",
        "How things reach people",
        "Things taken from slates since midnight, by where their candidate came from",
        Form::Whole,
        &rows,
        out,
    );
}

fn talks_ui(ui: &mut Ui, view: &SocialView, look: &Look, out: &mut Vec<UiCommand>) {
    let talks = [Series::of(
        "Talks",
        by_day(view, |d| Some(d.talks as f64)),
        look.palette.series[2],
    )];
    let help = "Talks begun on each day that was watched";
    chart(
        "social-talks",
        "Talks",
        help,
        "talks",
        Form::Whole,
        view,
        look,
    )
    .bars(&talks)
    .show(ui, look, out);
}

fn invitations_ui(ui: &mut Ui, view: &SocialView, look: &Look, out: &mut Vec<UiCommand>) {
    let [a, b, c, d, ..] = look.palette.series;
    let lines = [
        Series::of("By friends", by_day(view, |x| Some(x.invited as f64)), a),
        Series::of("Accepted", by_day(view, |x| Some(x.accepted as f64)), c),
        Series::of(
            "To live events",
            by_day(view, |x| Some(x.invited_live as f64)),
            d,
        ),
        Series::of("Attended", by_day(view, |x| Some(x.attended as f64)), b),
    ];
    let help = "Invitations in the name of friends and to live events, and how many were followed, on each day that was watched";
    chart(
        "social-invitations",
        "Invitations",
        help,
        "per day",
        Form::Whole,
        view,
        look,
    )
    .lines(&lines)
    .show(ui, look, out);
}

fn k_factor_ui(ui: &mut Ui, view: &SocialView, look: &Look, out: &mut Vec<UiCommand>) {
    let [_, _, a, b, ..] = look.palette.series;
    let lines = [
        Series::of("K-factor", by_day(view, |d| d.k_factor), a),
        Series::of("Share accepted", by_day(view, |d| d.acceptance), b),
    ];
    let help = "K-factor: accepted invitations of friends over active avatars, which is invitations per active avatar times the \
        share accepted; above 1 the city would fill itself";
    chart(
        "social-k",
        "K-factor",
        help,
        "per day",
        Form::Decimal,
        view,
        look,
    )
    .height(130.0)
    .lines(&lines)
    .show(ui, look, out);
}

fn community_row(c: &CommunityRow) -> Row {
    Row::new(vec![
        Cell::text(c.name.as_str()),
        Cell::count(c.members),
        Cell::count(c.active),
        Cell::count(c.joined),
    ])
    .on_click(UiCommand::Inspect(Subject::Community(c.id)))
}

fn rising_row(r: &RisingRow) -> Row {
    let creator = r
        .creator
        .map_or_else(|| "the city".to_owned(), |a| Subject::Avatar(a).label());
    Row::new(vec![
        Cell::text(r.title.as_str()),
        Cell::count(r.gained),
        Cell::count(r.uses),
        Cell::count(r.likes),
        Cell::Number(r.by_ties, Form::Percent),
        Cell::number(60.0 * r.age_hours, Form::Minutes),
        Cell::text(creator),
    ])
    .on_click(UiCommand::Inspect(Subject::Item(r.id)))
    .help(Subject::Item(r.id).label())
}
