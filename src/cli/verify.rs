//! `agora verify`: runs a run folder's scenario again and compares every state hash.

use std::io::ErrorKind;

use super::CommandError;
use super::args::VerifyArgs;
use super::output;
use super::run::steered;
use crate::scenario::chain::{self, Link};
use crate::scenario::load::{Overrides, load};
use crate::scenario::run::progress::Run;
use crate::scenario::steer::file;
use crate::sim::units::{TICKS_PER_DAY, Tick};

/// `agora verify`.
pub(super) fn command(args: &VerifyArgs) -> Result<(), CommandError> {
    let dir = args.run.display().to_string();
    if !args.run.join("scenario.toml").is_file() {
        return Err(CommandError::Usage(format!(
            "{dir}: is not a run folder (it has no scenario.toml)"
        )));
    }
    let path = args.run.join("hashes.bin");
    if !path.is_file() {
        return Err(CommandError::Usage(format!(
            "{dir}: is not a run folder (it has no hashes.bin)"
        )));
    }
    let chain = chain::read(&path).map_err(|e| match e.kind() {
        ErrorKind::InvalidData => CommandError::Usage(format!("{}: {e}", path.display())),
        _ => CommandError::file(&path)(e),
    })?;
    let (names, links) = (chain.names, chain.links);
    let loaded = load(&dir, &Overrides::default())?;
    let asked = loaded.scenario.days as usize * TICKS_PER_DAY as usize;
    if links.len() > asked {
        return Err(CommandError::Failed(format!(
            "{}: holds {} ticks, but {dir}/scenario.toml asks for {asked} (days = {}); one of them was changed",
            path.display(),
            links.len(),
            loaded.scenario.days
        )));
    }
    if links.is_empty() {
        return Err(CommandError::Failed(format!(
            "{}: holds no whole tick, so that there is nothing to verify",
            path.display()
        )));
    }
    if chain.torn_bytes > 0 {
        output::note(&format!(
            "{}: the last {} bytes are no whole tick, as after a kill; they are left out",
            path.display(),
            chain.torn_bytes
        ));
    }
    let mut run = Run::begin(&loaded, args.threads.unwrap_or(0), None)?;
    let commands = args.run.join(file::NAME);
    if commands.is_file() {
        run.queue(steered(&commands)?);
    }
    let bar = output::progress(links.len() as u64, args.quiet);
    bar.set_message("running again");
    for (i, link) in links.iter().enumerate() {
        run.step()?;
        let parts = run.sim.state_parts();
        let again = Link {
            total: run.sim.state_hash(),
            parts: parts.iter().map(|p| p.1 as u16).collect(),
        };
        if again != *link {
            bar.abandon();
            let differing: Vec<&str> = names
                .iter()
                .zip(link.parts.iter().zip(&again.parts))
                .filter(|(_, (a, b))| a != b)
                .map(|(n, _)| n.as_str())
                .collect();
            return Err(CommandError::Failed(format!(
                "{dir}: differs first at tick {i} ({}) in {}",
                Tick(i as u32),
                if differing.is_empty() {
                    "the components registered".to_owned()
                } else {
                    differing.join(", ")
                }
            )));
        }
        if i % 60 == 0 {
            bar.set_position(i as u64);
        }
    }
    bar.finish_and_clear();
    let steered = match run.n_commands() {
        0 => String::new(),
        n => format!("; {n} commands were applied again"),
    };
    output::result(&format!(
        "{dir}: {} ticks, every state hash is equal ({:016x}){steered}",
        links.len(),
        run.chained
    ));
    Ok(())
}
