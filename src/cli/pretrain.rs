//! `agora pretrain`: teaches a small encoder the language of a city, from its catalogue alone.

use std::ops::ControlFlow;

use super::CommandError;
use super::city_log::words_of_items;
use super::encoder_args::PretrainArgs;
use super::output;
use crate::platform::models::model::Epoch;
use crate::platform::models::text::encoder::Encoder;
use crate::platform::models::text::folder::write_folder;
use crate::platform::models::text::masked::{MaskedConfig, pretrain};
use crate::scenario::load::load;
use crate::scenario::run::progress::Run;

fn failed(e: impl std::fmt::Display) -> CommandError {
    CommandError::Failed(e.to_string())
}

/// `agora pretrain`.
pub(super) fn command(args: &PretrainArgs) -> Result<(), CommandError> {
    let loaded = load(&args.scenario, &args.changed.overrides())?;
    let seed = loaded.scenario.seed;
    let run = Run::begin(&loaded, 0, None)?;
    let texts = words_of_items(run.sim.world());
    let lines: Vec<(&str, &str)> = texts
        .iter()
        .map(|t| t.split_once('\n').unwrap_or((t.as_str(), "")))
        .collect();
    let all = texts.iter().map(String::as_str);
    let (layers, width) = (args.layers as usize, args.width as usize);
    let encoder = Encoder::untrained(all, layers, width, args.pieces as usize, seed);
    let Encoder { bert, words } = encoder.map_err(failed)?;
    let pairs: Result<Vec<_>, _> = lines.iter().map(|(a, b)| words.pair(a, b, 128)).collect();
    let config = MaskedConfig {
        epochs: args.epochs,
        ..MaskedConfig::BASELINE
    };
    let (_, n) = bert.params.n_trainable();
    output::note(&format!(
        "{} texts, {} pieces, {n} parameters",
        texts.len(),
        words.len()
    ));
    let mut guessed = 0.0;
    let bar = output::progress(u64::from(args.epochs), args.quiet);
    bar.set_message("learning");
    let watch = &mut |e: Epoch| {
        guessed = e.held_out.unwrap_or(0.0);
        bar.set_position(u64::from(e.epoch));
        if !args.quiet {
            let line = format!(
                "pass {} of {}: loss {:.3}, {:.1} % of hidden words guessed",
                e.epoch,
                e.of,
                e.loss,
                100.0 * guessed
            );
            bar.suspend(|| output::note(&line));
        }
        ControlFlow::Continue(())
    };
    let pairs = pairs.map_err(failed)?;
    let (bert, _) = pretrain(bert, &words, &pairs, &config, seed, watch).map_err(failed)?;
    bar.finish_and_clear();
    write_folder(&args.out, &bert, &words).map_err(failed)?;
    let path = args.out.join("card.md");
    let name = &loaded.scenario.name;
    let sets = args.changed.sets.iter().map(|s| format!("--set {s} "));
    let sets = sets.chain(args.changed.arm.iter().map(|a| format!("--arm {a} ")));
    let card = format!(
        "# An encoder of the city's language\n\n\
         A BERT of {layers} layers of {width} values with {} pieces of words, stored in half precision.\n\
         It learned from the titles and descriptions of the {} things in the catalogue of a city with seed {seed}, and from nothing else:\n\
         it saw no behaviour. 15 % of the pieces were hidden and to be guessed; after {} passes {:.1} % of those in texts that were held out\n\
         were guessed.\n\n\
         Made by the command below, which gives the same bytes again.\n\n\
         ```text\n\
         agora pretrain --scenario {name} {}--seed {seed} --epochs {} --layers {layers} --width {width} --pieces {} --out FOLDER\n\
         ```\n\n\
         Fit for: telling which of the city's texts are about the same. Not fit for: any other language than that of the city's grammar.\n",
        words.len(),
        texts.len(),
        args.epochs,
        100.0 * guessed,
        sets.collect::<String>(),
        args.epochs,
        args.pieces,
    );
    std::fs::write(&path, card).map_err(CommandError::file(&path))?;
    output::result(&args.out.display().to_string());
    Ok(())
}
