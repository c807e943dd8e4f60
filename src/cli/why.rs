//! `agora why`: runs a city for a while and explains what was offered to one of its avatars.

use std::fmt::Write;

use super::CommandError;
use super::args::{OfferArg, WhyArgs};
use super::check::load_named;
use super::output;
use crate::lab::explain::data::{Explanation, OfferLine};
use crate::lab::explain::interests::{Interests, interests};
use crate::lab::explain::offers::{explain, recent_offers};
use crate::lab::explain::reach::withheld;
use crate::lab::explain::truth::{Truth, truth};
use crate::platform::trace::book::{Traces, USUAL_CAPACITY};
use crate::scenario::run::progress::Run;
use crate::sim::ids::{AvatarId, OfferId};
use crate::society::avatars::avatar::Avatars;

/// Offers listed beside the one that is explained.
const LISTED: usize = 10;

/// What is printed as JSON.
#[derive(serde::Serialize)]
struct Answer {
    explanation: Explanation,
    truth: Option<Truth>,
    interests: Option<Interests>,
    recent: Vec<OfferLine>,
    withheld: Vec<(String, String)>,
}

/// `agora why`.
pub(super) fn command(args: &WhyArgs) -> Result<(), CommandError> {
    let loaded = load_named(&args.scenario)?;
    let name = &loaded.scenario.name;
    let residents = loaded.scenario.society.population.residents;
    let avatar = AvatarId(args.avatar);
    let mut run = Run::begin(&loaded, args.threads.unwrap_or(0), None)?;
    run.sim
        .world_mut()
        .insert_resource(Traces::on(USUAL_CAPACITY));
    let bar = output::progress(u64::from(args.ticks), args.answer.is_silent());
    bar.set_message("running the city");
    while run.ticks < args.ticks {
        run.step()?;
        if run.ticks.is_multiple_of(60) {
            bar.set_position(u64::from(run.ticks));
        }
    }
    bar.finish_and_clear();
    let world = run.sim.world();
    let n = world.resource::<Avatars>().table.len();
    if avatar.idx() >= n {
        return Err(CommandError::Usage(format!(
            "{name}: --avatar {avatar}: after {} ticks there are avatars 0 to {} ({residents} residents and newcomers)",
            args.ticks,
            n.saturating_sub(1)
        )));
    }
    let recent = recent_offers(world, avatar);
    let offer = match args.offer {
        OfferArg::Id(id) => OfferId(id),
        OfferArg::Last => match recent.first() {
            Some(last) => OfferId(last.offer),
            None => {
                return Err(CommandError::Failed(format!(
                    "{name}: nothing was offered to avatar {avatar} among the last {USUAL_CAPACITY} offers of {} ticks; try more --ticks or another --avatar",
                    args.ticks
                )));
            }
        },
    };
    let explanation = explain(world, offer).filter(|e| e.avatar == avatar.0);
    let Some(explanation) = explanation else {
        return Err(CommandError::Usage(format!(
            "{name}: --offer {}: is not among the last {USUAL_CAPACITY} offers, or not to avatar {avatar}; its own are {}",
            offer.0,
            listed(&recent)
        )));
    };
    let answer = Answer {
        explanation,
        truth: truth(world, offer),
        interests: interests(world, avatar),
        recent: recent.into_iter().take(LISTED).collect(),
        withheld: withheld(world, avatar).into_iter().take(LISTED).collect(),
    };
    if args.answer.json {
        let json = serde_json::to_string_pretty(&answer)
            .map_err(|e| CommandError::Failed(format!("cannot write JSON: {e}")))?;
        output::result(&json);
    } else {
        output::result(&show(&answer));
    }
    Ok(())
}

/// Lists the numbers of some offers.
fn listed(recent: &[OfferLine]) -> String {
    if recent.is_empty() {
        return "none".to_owned();
    }
    let numbers = recent.iter().take(LISTED).map(|o| o.offer.to_string());
    numbers.collect::<Vec<_>>().join(", ")
}

fn show(a: &Answer) -> String {
    let mut text = a.explanation.to_text();
    if let Some(t) = &a.truth {
        text += &t.to_text();
    }
    if let Some(i) = &a.interests {
        text += &i.to_text();
    }
    text += "recent offers\n";
    for o in &a.recent {
        let _never = writeln!(
            text,
            "  {:>6}  {}  {}: {}",
            o.offer, o.when, o.kind, o.title
        );
    }
    if !a.withheld.is_empty() {
        text += "withheld\n";
        for (when, rule) in &a.withheld {
            let _never = writeln!(text, "  {when}  {rule}");
        }
    }
    text.trim_end().to_owned()
}
