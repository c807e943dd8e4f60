//! `agora demos`: records the demonstrations with their captions, and exports them for people without the program.

use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use super::CommandError;
use super::export_args::DemosArgs;
use super::output;
use super::replay_export::{gif, page, size_of};
use super::run::{live, stop_on_interrupt};
use crate::events::log::writer::Disk;
use crate::lab::recording::page::{Cut, gather};
use crate::lab::recording::{Detail, Recording, Tour};
use crate::scenario::error::Place;
use crate::scenario::load::{Overrides, load};
use crate::scenario::run::error::RunError;
use crate::scenario::run::progress::Run;
use crate::scenario::run::recording::Wanted;
use crate::scenario::steer::order::Order;
use crate::scenario::steer::spelling::from_line;

/// Most bytes of a recording that is kept in the repository.
const MOST_BYTES: u64 = 3_000_000;

/// A run worth showing.
struct Demo {
    name: &'static str,
    scenario: &'static str,
    arm: Option<&'static str>,
    days: u32,
    commands: &'static str,
    captions: &'static str,
}

/// The demonstrations, in the order in which they are best seen.
const DEMOS: [Demo; 3] = [
    Demo {
        name: "day",
        scenario: "baseline",
        arm: None,
        days: 1,
        commands: "",
        captions: include_str!("../../scenarios/demos/day.toml"),
    },
    Demo {
        name: "bubble",
        scenario: "filter-bubble",
        arm: Some("diverse"),
        days: 12,
        commands: include_str!("../../scenarios/demos/bubble.jsonl"),
        captions: include_str!("../../scenarios/demos/bubble.toml"),
    },
    Demo {
        name: "inflation",
        scenario: "inflation",
        arm: Some("free"),
        days: 15,
        commands: include_str!("../../scenarios/demos/inflation.jsonl"),
        captions: include_str!("../../scenarios/demos/inflation.toml"),
    },
];

/// Reads the commands of a demonstration.
fn orders(demo: &Demo) -> Result<Vec<(Order, Place)>, CommandError> {
    let lines = demo.commands.lines().enumerate();
    let orders = lines.map(|(i, line)| {
        let place = Place::Line(format!("{}.jsonl", demo.name), i + 1);
        Ok((from_line(line, &place).map_err(RunError::from)?, place))
    });
    orders.collect()
}

/// `agora demos`.
pub(super) fn command(args: &DemosArgs) -> Result<(), CommandError> {
    let wanted: Vec<&Demo> = DEMOS
        .iter()
        .filter(|d| args.only.as_ref().is_none_or(|only| only == d.name))
        .collect();
    if wanted.is_empty() {
        let names: Vec<&str> = DEMOS.iter().map(|d| d.name).collect();
        let what = format!(
            "--only {}: allowed is {}",
            args.only.as_deref().unwrap_or(""),
            names.join(", ")
        );
        return Err(CommandError::Usage(what));
    }
    fs::create_dir_all(&args.out).map_err(CommandError::file(&args.out))?;
    let stop = stop_on_interrupt();
    let mut too_large = Vec::new();
    for demo in wanted {
        let path = args.out.join(format!("{}.mcap", demo.name));
        if !args.force && path.exists() {
            let what = format!("{}: exists; --force overwrites it", path.display());
            return Err(CommandError::Usage(what));
        }
        if !record(demo, &path, args.threads.unwrap_or(0), &stop)? {
            return Err(CommandError::Failed(format!(
                "{}: stopped before its end",
                path.display()
            )));
        }
        let bytes = fs::metadata(&path)
            .map_err(CommandError::file(&path))?
            .len();
        if bytes > MOST_BYTES {
            too_large.push(format!("{} ({})", path.display(), size_of(bytes)));
        }
        output::result(&format!(
            "{}: {} days of {}, {}",
            path.display(),
            demo.days,
            demo.scenario,
            size_of(bytes)
        ));
        if args.html || args.gif {
            let reel = gather(&mut Recording::open(&path)?, Cut::default())?;
            if args.html {
                output::result(&page(&reel, &path.with_extension("html"))?);
            }
            if args.gif {
                output::result(&gif(&reel, args.size, None, &path.with_extension("gif"))?);
            }
        }
    }
    if !too_large.is_empty() {
        output::note(&format!(
            "larger than the {} that a demonstration in the repository may have: {}",
            size_of(MOST_BYTES),
            too_large.join(", ")
        ));
    }
    Ok(())
}

/// Runs a demonstration and records it; says whether it came to its end.
fn record(
    demo: &Demo,
    path: &Path,
    threads: usize,
    stop: &AtomicBool,
) -> Result<bool, CommandError> {
    let overrides = Overrides {
        days: Some(demo.days),
        arm: demo.arm.map(str::to_owned),
        ..Overrides::default()
    };
    let loaded = load(demo.scenario, &overrides)?;
    let tour = Tour::from_toml(demo.captions, &format!("{}.toml", demo.name))?;
    let mut run = Run::begin(&loaded, threads, None)?;
    run.queue(orders(demo)?);
    let wanted = Wanted {
        path: path.to_path_buf(),
        detail: Detail::Demo,
        tour: Some(tour),
    };
    run.record(&wanted, &Disk)?;
    let bar = output::progress(u64::from(run.asked_ticks()), false);
    let wall = live(&mut run, &bar, stop)?;
    let ended = run.ticks == run.asked_ticks();
    run.leave(format!("agora demos --only {}", demo.name), wall)?;
    Ok(ended)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::units::TICKS_PER_DAY;

    #[test]
    fn every_demonstration_can_be_loaded_and_its_captions_tell_of_its_commands() {
        for demo in &DEMOS {
            let overrides = Overrides {
                days: Some(demo.days),
                arm: demo.arm.map(str::to_owned),
                ..Overrides::default()
            };
            load(demo.scenario, &overrides).unwrap();
            let tour = Tour::from_toml(demo.captions, demo.name).unwrap();
            assert!(
                (5..=9).contains(&tour.captions.len()),
                "{}: each caption has a key",
                demo.name
            );
            for caption in &tour.captions {
                assert!(
                    caption.tick < demo.days * TICKS_PER_DAY,
                    "{}: {}",
                    demo.name,
                    caption.title
                );
                let words = caption.text.split_whitespace().count();
                assert!(
                    (10..=50).contains(&words),
                    "{}: {}: {words} words",
                    demo.name,
                    caption.title
                );
            }
            for (order, place) in orders(demo).unwrap() {
                assert!(
                    tour.captions.iter().any(|c| c.tick == order.tick),
                    "{place}: no caption tells of it"
                );
            }
        }
    }
}
