//! `agora finetune`: trains an encoder to tell from words what people will do with what they are shown.

use std::ops::ControlFlow;

use super::CommandError;
use super::city_log::CityLog;
use super::encoder_args::FinetuneArgs;
use super::output;
use crate::platform::models::interaction_log::InteractionLog;
use crate::platform::models::text::baselines::{BagOfWords, Majority, counts, judge};
use crate::platform::models::text::encoder::Encoder;
use crate::platform::models::text::examples::{ExamplesConfig, Labelled, Split, examples, split};
use crate::platform::models::text::fine_tune::{FineTuneConfig, Told, fine_tune};
use crate::platform::models::text::folder::write_folder;
use crate::platform::models::text::report::Report;
use crate::scenario::load::{Loaded, load};
use crate::scenario::run::progress::Run;

fn failed(e: impl std::fmt::Display) -> CommandError {
    CommandError::Failed(e.to_string())
}

/// Runs a city and gathers what was shown and what came of it.
fn run(loaded: &Loaded, is_quiet: bool) -> Result<InteractionLog, CommandError> {
    let mut run = Run::begin(loaded, 0, None)?;
    let asked = run.asked_ticks();
    let bar = output::progress(u64::from(asked), is_quiet);
    bar.set_message("running the city");
    let mut log = CityLog::default();
    while run.ticks < asked {
        run.step()?;
        log.tick(run.sim.world());
        if run.ticks.is_multiple_of(60) {
            bar.set_position(u64::from(run.ticks));
        }
    }
    bar.finish_and_clear();
    Ok(log.finish(run.sim.world()))
}

fn describe(split: &Split<Labelled>) -> String {
    let of = |name: &str, set: &[Labelled]| {
        let [ignore, view, engage, convert] = counts(set);
        format!(
            "{name:>6} {:>7} examples: {ignore} ignore, {view} view, {engage} engage, {convert} convert",
            set.len()
        )
    };
    [
        of("train", &split.train),
        of("dev", &split.dev),
        of("test", &split.test),
    ]
    .join("\n")
}

fn line(name: &str, r: &Report) -> String {
    format!(
        "{name:<16} {:>8.3} {:>8.3} {:>11.3}",
        r.accuracy, r.macro_average.f1, r.weighted_average.f1
    )
}

/// `agora finetune`.
pub(super) fn command(args: &FinetuneArgs) -> Result<(), CommandError> {
    let loaded = load(&args.data, &args.changed.overrides())?;
    let seed = loaded.scenario.seed;
    let log = run(&loaded, args.quiet)?;
    let how = ExamplesConfig {
        past_items: args.past,
        user_words: args.user_words,
        ..ExamplesConfig::BASELINE
    };
    let examples = examples(&log, &how, seed).map_err(failed)?;
    let split = split(examples, &how, seed).in_words(&log.items, &how);
    output::result(&describe(&split));
    let encoder = match &args.encoder {
        Some(folder) => Encoder::open(folder, seed),
        None => Encoder::of_city(seed),
    };
    let Encoder { bert, words } = encoder.map_err(failed)?;
    let config = FineTuneConfig {
        epochs: args.epochs,
        learning_rate: args.learning_rate,
        lora_rank: if args.lora { 8 } else { 0 },
        ..FineTuneConfig::BASELINE
    };
    let bar = output::progress(0, args.quiet);
    bar.set_message("learning");
    let watch = &mut |told: Told<'_>| {
        match told {
            Told::Step { done, of } => {
                bar.set_length(u64::from(of));
                bar.set_position(u64::from(done));
            }
            Told::Pass(pass) => bar.suspend(|| {
                let dev_loss = pass.dev_loss.map(|x| format!(" {x:.4}"));
                output::result(&format!(
                    "\npass {}: loss {:.4}; on the examples to tune by{}\n{}",
                    pass.epoch,
                    pass.loss,
                    dev_loss.unwrap_or_default(),
                    pass.dev.to_text()
                ));
            }),
        }
        ControlFlow::Continue(())
    };
    let tuned = fine_tune(bert, words, &split, &config, seed, watch).map_err(failed)?;
    bar.finish_and_clear();
    let sequences = tuned.classifier.sequences(&split.test).map_err(failed)?;
    let predicted = tuned.classifier.predict(&sequences).map_err(failed)?;
    let ours = judge(&split.test, &predicted);
    let majority = judge(
        &split.test,
        &Majority::of(&split.train).predict(&split.test),
    );
    let bag = BagOfWords::fit(&split, config.class_balance, seed).map_err(failed)?;
    let bag = judge(&split.test, &bag.predict(&split.test).map_err(failed)?);
    let (learned, all) = tuned.n_trainable;
    output::result(&format!(
        "kept pass {}; {learned} of {all} numbers learned; people and times it never met\n{}",
        tuned.best,
        ours.to_text()
    ));
    output::result(&format!(
        "{:<16} {:>8} {:>8} {:>11}\n{}\n{}\n{}",
        "",
        "accuracy",
        "macro F1",
        "weighted F1",
        line("encoder", &ours),
        line("counts of words", &bag),
        line("majority", &majority)
    ));
    if let Some(out) = &args.out {
        let mut classifier = tuned.classifier;
        classifier.bert.merge().map_err(failed)?;
        write_folder(out, &classifier.bert, &classifier.words).map_err(failed)?;
    }
    Ok(())
}
