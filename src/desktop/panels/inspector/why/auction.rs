//! An auction: all bids, who won, and how the price came about.

use egui::{RichText, Ui};

use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::inspector::avatar::clock;
use crate::desktop::panels::kit::numbers::{Form, fixed};
use crate::desktop::panels::kit::table::{Cell, Column, Row, Table};
use crate::desktop::view::sight::City;
use crate::desktop::view::subject::Subject;
use crate::lab::explain::data::AuctionWhy;
use crate::platform::trace::ad::{AdOutcome, AuctionTrace};
use crate::platform::trace::book::{Traces, Why};
use crate::sim::ids::{AvatarId, CampaignId};

const COLUMNS: [Column<'static>; 7] = [
    Column::text("Campaign", "Who bid; click to inspect"),
    Column::text("", "Whether it won"),
    Column::number("Worth", "What a click is worth to it, in outside money"),
    Column::number(
        "Bid",
        "What it bids for a click: its worth, shaded so that the budget lasts, at most what it has left",
    ),
    Column::number("Predicted clicks", "Predicted probability of a click"),
    Column::number(
        "Appeal",
        "How often its ad is clicked, as a multiple of others in the same place",
    ),
    Column::number(
        "Score",
        "Bid times predicted clicks: outside money per thousand looks",
    ),
];

/// Draws the auction of an offer.
pub(super) fn auction_ui(
    ui: &mut Ui,
    a: &AuctionWhy,
    offer: u64,
    look: &Look,
    out: &mut Vec<UiCommand>,
) {
    ui.add_space(4.0);
    ui.label(RichText::new(format!("Auction of a {}", a.format)).strong());
    ui.label(match (&a.winner, a.price) {
        (Some(winner), Some(price)) => format!(
            "{winner} won and pays {} for a click, because of {}",
            fixed(price, 4),
            a.set_by.as_deref().unwrap_or("the reserve")
        ),
        _ => "Nobody won".to_owned(),
    });
    ui.label(format!("Chosen by {}", a.chosen_by));
    let rows: Vec<Row> = a
        .bids
        .iter()
        .map(|b| {
            let state = match (b.won, b.reaches_reserve) {
                (true, _) => Cell::Colored("won".to_owned(), look.palette.good),
                (false, true) => Cell::text("lost"),
                (false, false) => Cell::Colored("below the reserve".to_owned(), look.palette.warn),
            };
            Row::new(vec![
                Cell::text(&b.name),
                state,
                Cell::number(b.value, Form::Decimal),
                Cell::number(b.bid, Form::Decimal),
                Cell::number(b.p_click, Form::Decimal),
                Cell::number(b.appeal, Form::Decimal),
                Cell::number(1_000.0 * b.score, Form::Decimal),
            ])
            .on_click(UiCommand::Inspect(Subject::Campaign(CampaignId(
                b.campaign,
            ))))
            .help(format!(
                "Its budget has a price of {} now: it bids its worth divided by 1 more than that",
                fixed(b.multiplier, 3)
            ))
        })
        .collect();
    let id = format!("why bids {offer}");
    Table::new(&id, &COLUMNS)
        .empty("Nobody bid", "See below who could not")
        .show(ui, look, &rows, out);
    ui.label(format!("Price: {}", a.formula));
    ui.weak(format!(
        "Reserve: {} a click on a usual ad, {} per thousand looks",
        fixed(a.reserve_price, 4),
        fixed(1_000.0 * a.reserve_score, 6)
    ));
    for (rule, n) in &a.n_left_out {
        ui.weak(format!("{n} campaigns did not bid: {rule}"));
    }
    for (name, rule) in a.left_out.iter().take(8) {
        ui.weak(format!("{name} did not bid: {rule}"));
    }
}

/// How a campaign fared in an auction.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct AuctionRow {
    at: String,
    avatar: AvatarId,
    bid: f64,
    p_click: f64,
    rank: u32,
    n_bids: u32,
    /// What a click costs; `None` where it did not win.
    price: Option<f64>,
}

/// Traces looked through for auctions of a campaign.
const LOOKED_THROUGH: usize = 8_000;

/// Auctions shown.
const SHOWN: usize = 12;

/// Finds the last auctions in which a campaign bid, newest first.
pub(in super::super) fn auction_rows(city: &City<'_>, id: CampaignId) -> Vec<AuctionRow> {
    let Some(traces) = city.world().get_resource::<Traces>() else {
        return Vec::new();
    };
    let held = traces.newest_first().take(LOOKED_THROUGH).filter_map(|t| {
        let auction: &AuctionTrace = match &t.why {
            Why::Ad(ad) => &ad.auction,
            Why::Slate(s) => match &s.ad {
                AdOutcome::Unsold(auction) => auction,
                AdOutcome::NoSlot | AdOutcome::Sold(_) => return None,
            },
            Why::Push(_) | Why::Invitation(_) | Why::Reward(_) => return None,
        };
        let rank = auction.bids.iter().position(|b| b.campaign == id)?;
        let bid = &auction.bids[rank];
        Some(AuctionRow {
            at: format!("day {} {}", t.tick.day(), clock(t.tick)),
            avatar: t.avatar,
            bid: bid.per_click.as_f64(),
            p_click: bid.p_click,
            rank: rank as u32 + 1,
            n_bids: auction.bids.len() as u32,
            price: auction
                .sold
                .filter(|s| s.campaign == id)
                .map(|s| s.price.as_f64()),
        })
    });
    held.take(SHOWN).collect()
}

const OWN_COLUMNS: [Column<'static>; 6] = [
    Column::text("When", "When the slot was sold"),
    Column::text(
        "For",
        "Who was to see the ad; click to inspect and read the whole auction",
    ),
    Column::text("Rank", "Place among the bids by score"),
    Column::number("Bid", "What it bid for a click, in outside money"),
    Column::number("Predicted clicks", "Predicted probability of a click"),
    Column::number(
        "Price",
        "What a click costs it, in outside money; a dash where it did not win",
    ),
];

/// Draws how a campaign fared in auctions.
pub(in super::super) fn auction_table_ui(
    ui: &mut Ui,
    rows: &[AuctionRow],
    look: &Look,
    out: &mut Vec<UiCommand>,
) {
    let rows: Vec<Row> = rows
        .iter()
        .map(|r| {
            let rank = format!("{} of {}", r.rank, r.n_bids);
            Row::new(vec![
                Cell::text(&r.at),
                Cell::text(format!("avatar {}", r.avatar)),
                if r.price.is_some() {
                    Cell::Colored(format!("{rank}, won"), look.palette.good)
                } else {
                    Cell::text(rank)
                },
                Cell::number(r.bid, Form::Decimal),
                Cell::number(r.p_click, Form::Decimal),
                Cell::Number(r.price, Form::Decimal),
            ])
            .on_click(UiCommand::Inspect(Subject::Avatar(r.avatar)))
        })
        .collect();
    Table::new("campaign auctions", &OWN_COLUMNS)
        .empty(
            "No auctions lately",
            "Let time run while people are in the city",
        )
        .show(ui, look, &rows, out);
}
