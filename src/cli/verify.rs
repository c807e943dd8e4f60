//! `agora verify`: runs the scenario of a run folder or a recording again and compares every state hash.

use std::io::ErrorKind;
use std::ops::Range;
use std::path::Path;

use super::CommandError;
use super::args::VerifyArgs;
use super::output;
use super::replay;
use super::run::steered;
use crate::lab::recording::{Link, Recording};
use crate::scenario::chain;
use crate::scenario::error::Place;
use crate::scenario::load::{Loaded, Overrides, load, load_text};
use crate::scenario::run::error::RunError;
use crate::scenario::run::progress::Run;
use crate::scenario::steer::file;
use crate::scenario::steer::order::Order;
use crate::scenario::steer::spelling::from_line;
use crate::sim::units::{TICKS_PER_DAY, TICKS_PER_HOUR, Tick};

/// What a run is compared with.
struct Evidence {
    /// Where it is from.
    name: String,
    /// The scenario.
    loaded: Loaded,
    /// Commands to apply again.
    orders: Vec<(Order, Place)>,
    /// Names of the components.
    names: Vec<String>,
    /// Ticks of which there are hashes.
    ticks: Range<u32>,
    /// The hashes.
    links: Links,
    /// How many low bits of a component's hash they hold.
    bits: u32,
}

/// Where hashes are read from.
enum Links {
    /// All at once.
    Chain(Vec<Link>),
    /// Hour by hour.
    Recording(Box<Recording>),
}

impl Links {
    /// Returns the hashes of some ticks.
    fn of(&mut self, ticks: Range<u32>) -> Result<Vec<Link>, CommandError> {
        match self {
            Self::Chain(links) => {
                let links = links.get(ticks.start as usize..ticks.end as usize);
                Ok(links.unwrap_or_default().to_vec())
            }
            Self::Recording(recording) => {
                let links = recording.links(ticks)?;
                Ok(links.into_iter().map(|(_, link)| link).collect())
            }
        }
    }
}

/// `agora verify`.
pub(super) fn command(args: &VerifyArgs) -> Result<(), CommandError> {
    let mut evidence = if args.run.is_dir() {
        of_folder(&args.run)?
    } else if args.run.is_file() {
        of_recording(&args.run)?
    } else {
        return Err(CommandError::Usage(format!(
            "{}: is not a run folder (it has no scenario.toml) and not a recording",
            args.run.display()
        )));
    };
    let wanted = range(args, &evidence)?;
    let mut run = Run::begin(&evidence.loaded, args.threads.unwrap_or(0), None)?;
    run.queue(std::mem::take(&mut evidence.orders));
    let bar = output::progress(u64::from(wanted.end), args.quiet);
    bar.set_message("running again");
    let name = &evidence.name;
    let mut known: Vec<Link> = Vec::new();
    for tick in 0..wanted.end {
        run.step()?;
        if tick >= wanted.start {
            let place = ((tick - wanted.start) % TICKS_PER_HOUR) as usize;
            if place == 0 {
                let end = tick.saturating_add(TICKS_PER_HOUR).min(wanted.end);
                known = evidence.links.of(tick..end)?;
            }
            let (hash, parts) = (run.sim.state_hash(), run.sim.state_parts());
            let again = Link::of(hash, &parts, evidence.bits);
            if known.get(place) != Some(&again) {
                bar.abandon();
                let link = known.get(place).cloned().unwrap_or_default();
                return Err(CommandError::Failed(format!(
                    "{name}: differs first at tick {tick} ({}) in {}",
                    Tick(tick),
                    differing(&evidence.names, &run, &link, &again)
                )));
            }
        }
        if tick % 60 == 0 {
            bar.set_position(u64::from(tick));
        }
    }
    bar.finish_and_clear();
    let steered = match run.n_commands() {
        0 => String::new(),
        n => format!("; {n} commands were applied again"),
    };
    let part = if wanted == evidence.ticks && wanted.start == 0 {
        format!("{} ticks", wanted.len())
    } else {
        format!("ticks {} to {}", wanted.start, wanted.end - 1)
    };
    output::result(&format!(
        "{name}: {part}, every state hash is equal ({:016x}){steered}",
        run.chained
    ));
    Ok(())
}

/// Returns the ticks to compare.
fn range(args: &VerifyArgs, evidence: &Evidence) -> Result<Range<u32>, CommandError> {
    let (name, ticks) = (&evidence.name, &evidence.ticks);
    if ticks.is_empty() {
        return Err(CommandError::Failed(format!(
            "{name}: holds no whole tick, so that there is nothing to verify"
        )));
    }
    let last = ticks.end - 1;
    for (flag, given) in [("--from", args.from), ("--to", args.to)] {
        if let Some(tick) = given
            && !ticks.contains(&tick)
        {
            return Err(CommandError::Usage(format!(
                "{flag} {tick}: {name} holds ticks {} to {last}",
                ticks.start
            )));
        }
    }
    let (from, to) = (args.from.unwrap_or(ticks.start), args.to.unwrap_or(last));
    if from > to {
        return Err(CommandError::Usage(format!(
            "--to {to}: allowed is {from}, which --from says, or later"
        )));
    }
    Ok(from..to + 1)
}

/// Names the components that differ.
fn differing(names: &[String], run: &Run, link: &Link, again: &Link) -> String {
    let now = run.sim.state_parts();
    let is_same_list = now.len() == names.len() && now.iter().zip(names).all(|(n, m)| n.0 == m);
    let differing = chain::differing(names, &link.parts, &again.parts);
    if !is_same_list {
        "the components registered".to_owned()
    } else if differing.is_empty() {
        "components that the bits kept of their hashes do not tell apart".to_owned()
    } else {
        differing.join(", ")
    }
}

/// Gathers what a run folder holds.
fn of_folder(folder: &Path) -> Result<Evidence, CommandError> {
    let dir = folder.display().to_string();
    if !folder.join("scenario.toml").is_file() {
        return Err(CommandError::Usage(format!(
            "{dir}: is not a run folder (it has no scenario.toml)"
        )));
    }
    let path = folder.join("hashes.bin");
    if !path.is_file() {
        return Err(CommandError::Usage(format!(
            "{dir}: is not a run folder (it has no hashes.bin)"
        )));
    }
    let chain = chain::read(&path).map_err(|e| match e.kind() {
        ErrorKind::InvalidData => CommandError::Usage(format!("{}: {e}", path.display())),
        _ => CommandError::file(&path)(e),
    })?;
    let loaded = load(&dir, &Overrides::default())?;
    let (file, asker) = (path.display().to_string(), format!("{dir}/scenario.toml"));
    no_more_than_asked(&file, chain.links.len(), &asker, &loaded)?;
    if chain.torn_bytes > 0 && !chain.links.is_empty() {
        output::note(&format!(
            "{}: the last {} bytes are no whole tick, as after a kill; they are left out",
            path.display(),
            chain.torn_bytes
        ));
    }
    let commands = folder.join(file::NAME);
    let orders = if commands.is_file() {
        steered(&commands)?
    } else {
        Vec::new()
    };
    let name = if chain.links.is_empty() {
        path.display().to_string()
    } else {
        dir
    };
    Ok(Evidence {
        name,
        loaded,
        orders,
        names: chain.names,
        ticks: 0..chain.links.len() as u32,
        links: Links::Chain(chain.links),
        bits: chain::PART_BITS,
    })
}

/// Complains of more ticks than the scenario asks for, which no run has.
fn no_more_than_asked(
    file: &str,
    ticks: usize,
    asker: &str,
    loaded: &Loaded,
) -> Result<(), CommandError> {
    let days = loaded.scenario.days;
    let asked = days as usize * TICKS_PER_DAY as usize;
    if ticks > asked {
        return Err(CommandError::Failed(format!(
            "{file}: holds {ticks} ticks, but {asker} asks for {asked} (days = {days}); one of them was changed"
        )));
    }
    Ok(())
}

/// Gathers what a recording holds.
fn of_recording(path: &Path) -> Result<Evidence, CommandError> {
    let recording = replay::open(path)?;
    let name = recording.file().to_owned();
    let header = recording.header();
    let loaded = load_text(&format!("{name} (its scenario)"), &header.scenario_toml)?;
    let found = format!("{:016x}", loaded.scenario.hash());
    if found != header.scenario_hash {
        // A later version may know more keys; whether it is the same city, the hashes of its states tell.
        output::note(&format!(
            "{name}: its scenario has the hash {found} here, {} when it was recorded by agora {}; its ticks are compared all the same",
            header.scenario_hash, header.agora
        ));
    }
    no_more_than_asked(
        &name,
        recording.ticks().end as usize,
        "its scenario",
        &loaded,
    )?;
    let mut orders = Vec::new();
    for (i, (_, line)) in recording.commands().iter().enumerate() {
        let place = Place::Line(format!("{name} (its commands)"), i + 1);
        let order = from_line(line, &place).map_err(RunError::from)?;
        orders.push((order, place));
    }
    Ok(Evidence {
        loaded,
        orders,
        names: header.components.clone(),
        ticks: recording.ticks(),
        bits: header.detail.hash_bits(),
        links: Links::Recording(Box::new(recording)),
        name,
    })
}
