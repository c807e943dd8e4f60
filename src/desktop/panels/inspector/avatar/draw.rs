//! The sections of a person's page.

use egui::Ui;

use super::belongings::Links;
use super::day::rows_ui;
use super::interests::interests_ui;
use super::page::AvatarPage;
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::inspector::facts::{Start, facts_ui, links_ui, section_ui, truth_ui};
use crate::desktop::panels::inspector::walk_in::walk_in_ui;
use crate::desktop::panels::inspector::why::offers_ui;

/// Draws the page.
pub(in super::super) fn avatar_ui(
    ui: &mut Ui,
    page: &AvatarPage,
    look: &Look,
    out: &mut Vec<UiCommand>,
) {
    walk_in_ui(ui, &page.walk_in, look, out);
    section_ui(ui, "Now", Start::Open, |ui| facts_ui(ui, &page.now, out));
    section_ui(ui, "Why this?", Start::Open, |ui| {
        offers_ui(ui, &page.offers, look, out);
    });
    section_ui(ui, "Interests", Start::Open, |ui| match &page.interests {
        Some(interests) => interests_ui(ui, look, interests, out),
        None => {
            ui.weak("Nothing is known");
        }
    });
    section_ui(ui, "Identity", Start::Open, |ui| {
        facts_ui(ui, &page.identity, out);
        truth_ui(ui, look, "what is true of it", out, |ui, out| {
            facts_ui(ui, &page.truth, out);
        });
    });
    section_ui(ui, "Today", Start::Open, |ui| day_ui(ui, page, look, out));
    section_ui(ui, "Wallet", Start::Open, |ui| {
        wallet_ui(ui, page, look, out)
    });
    let b = &page.belongings;
    list_ui(ui, "Ties", &b.ties, "Nobody yet", out);
    list_ui(ui, "Communities", &b.communities, "None yet", out);
    list_ui(ui, "Assets", &b.assets, "None", out);
    list_ui(ui, "Land", &b.land, "None", out);
}

fn list_ui(ui: &mut Ui, title: &str, links: &Links, none: &str, out: &mut Vec<UiCommand>) {
    section_ui(ui, title, Start::Closed, |ui| {
        if title == "Ties" && links.all > 0 {
            ui.weak(format!(
                "{} ties, strongest first; every tie is mutual",
                links.all
            ));
        }
        links_ui(ui, &links.shown, links.all, none, out);
    });
}

fn day_ui(ui: &mut Ui, page: &AvatarPage, look: &Look, out: &mut Vec<UiCommand>) {
    if let Some(since) = &page.day.since {
        ui.weak(format!("What happened before {since} is forgotten"))
            .on_hover_text("The window remembers the last 50,000 events of the city");
    }
    if page.day.rows.is_empty() {
        ui.weak("Nothing happened to it today");
        return;
    }
    rows_ui(ui, look, &page.day.rows, out);
    if page.day.more > 0 {
        ui.weak(format!("and {} more today", page.day.more));
    }
}

fn wallet_ui(ui: &mut Ui, page: &AvatarPage, look: &Look, out: &mut Vec<UiCommand>) {
    facts_ui(ui, &page.belongings.wallet, out);
    if page.day.money.is_empty() {
        ui.weak("No money moved lately, as far as events tell");
    } else {
        rows_ui(ui, look, &page.day.money, out);
    }
    ui.weak("From its own events: the ledger keeps balances, not entries")
        .on_hover_text(
            "Grants, rents, taxes, royalties, payouts and sales to others change the balance and are not listed",
        );
}
