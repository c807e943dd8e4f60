//! The window: frames a second, a hundred thousand people in view, and what looking costs the city.

use super::Report;
use crate::cli::CommandError;
use crate::cli::window_args::DesktopBenchArgs;

#[cfg(not(feature = "desktop"))]
pub(super) fn measure(_args: &DesktopBenchArgs) -> Result<Report, CommandError> {
    Err(CommandError::Usage(
        "bench desktop: this agora was built without its window; cargo run --release --features desktop -- bench desktop measures it"
            .to_owned(),
    ))
}

#[cfg(feature = "desktop")]
pub(super) fn measure(args: &DesktopBenchArgs) -> Result<Report, CommandError> {
    with_window::measure(args)
}

#[cfg(feature = "desktop")]
mod with_window {
    use std::time::Duration;

    use serde_json::json;

    use super::{CommandError, DesktopBenchArgs, Report};
    use crate::cli::output;
    use crate::desktop::app::governor;
    use crate::desktop::command::{Speed, UiCommand};
    use crate::desktop::shell::desk::Options;
    use crate::desktop::stagehand::Stagehand;
    use crate::desktop::view::crowd::CrowdView;
    use crate::desktop::wall;
    use crate::scenario::load::{Overrides, load};
    use crate::scenario::run::progress::Run;
    use crate::sim::units::TICKS_PER_DAY;

    /// Frames a second that a software renderer keeps in quickstart, and a device with a hundred thousand people in view.
    const FRAMES: (f64, f64) = (15.0, 60.0);

    /// Share of its speed the city keeps while the window is open.
    const KEPT: f64 = 0.75;

    /// Tick at which the city is looked at: late morning of the second day, when many are awake.
    const MORNING: u32 = TICKS_PER_DAY + 11 * 60;

    /// Frames a second and the slowest of twenty, in milliseconds.
    struct Frames {
        per_second: f64,
        slow_ms: f64,
    }

    fn frames(hand: &mut Stagehand, seconds: u32) -> Frames {
        let began = wall::now();
        let mut costs = Vec::new();
        while began.elapsed() < Duration::from_secs(u64::from(seconds)) {
            let at = wall::now();
            hand.whole_frame();
            costs.push(at.elapsed().as_secs_f64());
        }
        let per_second = costs.len() as f64 / began.elapsed().as_secs_f64();
        costs.sort_by(f64::total_cmp);
        let slow = costs.get(costs.len() * 95 / 100).copied().unwrap_or(0.0);
        Frames {
            per_second,
            slow_ms: slow * 1e3,
        }
    }

    fn open(args: &DesktopBenchArgs) -> Result<Stagehand, CommandError> {
        let options = Options {
            threads: args.common.threads.unwrap_or(0),
            ..Options::default()
        };
        Ok(Stagehand::open(options, args.size.0, args.size.1)?)
    }

    /// Runs the city without a window and returns ticks a second.
    fn alone(args: &DesktopBenchArgs) -> Result<f64, CommandError> {
        let loaded = load("quickstart", &Overrides::default())?;
        let mut run = Run::begin(&loaded, args.common.threads.unwrap_or(0), None)?;
        while run.ticks < MORNING {
            run.step()?;
        }
        let began = wall::now();
        let enough = Duration::from_secs(u64::from(args.seconds));
        while began.elapsed() < enough && run.ticks < run.asked_ticks() {
            run.step()?;
        }
        Ok(f64::from(run.ticks - MORNING) / began.elapsed().as_secs_f64())
    }

    /// Whether the window draws, or only asks for what it would draw.
    #[derive(Clone, Copy, PartialEq, Eq)]
    enum Drawing {
        Yes,
        No,
    }

    /// Runs it for as many ticks with the window open and returns ticks a second.
    fn watched(args: &DesktopBenchArgs, ticks: u32, drawing: Drawing) -> Result<f64, CommandError> {
        let mut hand = open(args)?;
        let is_software = hand.adapter().1;
        hand.found("quickstart")?;
        hand.run_until(MORNING)?;
        hand.ask(vec![UiCommand::SetSpeed(Speed::MAX), UiCommand::Play]);
        let from = hand.desk().frame.status.tick.0;
        let began = wall::now();
        let (mut n, mut drawn) = (0u32, Duration::ZERO);
        while hand.desk().frame.status.tick.0 < from + ticks {
            let at = wall::now();
            match drawing {
                Drawing::Yes => hand.whole_frame(),
                Drawing::No => {
                    hand.desk_mut().meet();
                    std::thread::sleep(Duration::from_millis(20));
                }
            }
            n += 1;
            drawn += at.elapsed();
            let status = &hand.desk().frame.status;
            if !status.is_playing {
                // All its days are over.
                break;
            }
            if let (Drawing::Yes, Some(rest)) =
                (drawing, governor::rest(at.elapsed(), is_software, status))
            {
                std::thread::sleep(rest);
            }
        }
        if drawing == Drawing::Yes {
            output::note(&format!(
                "{n} frames while racing, {:.0} ms each",
                drawn.as_secs_f64() * 1e3 / f64::from(n.max(1))
            ));
        }
        // The frame at hand tells of a moment ago; the city knows how far it really is.
        let seconds = began.elapsed().as_secs_f64();
        let last = hand.stop_city();
        let rate = f64::from(last.saturating_sub(from)) / seconds;
        hand.close();
        Ok(rate)
    }

    pub(super) fn measure(args: &DesktopBenchArgs) -> Result<Report, CommandError> {
        let mut hand = open(args)?;
        let (adapter, is_software) = hand.adapter();
        output::note(&format!("drawing with {adapter}"));
        hand.found("quickstart")?;
        hand.run_until(MORNING)?;
        hand.ask(vec![UiCommand::SetSpeed(Speed::X10), UiCommand::Play]);
        let city = frames(&mut hand, args.seconds);
        let awake = hand.desk().frame.crowd.rows.len();
        hand.ask(vec![UiCommand::Pause]);
        hand.frames(20);
        let crowd = CrowdView::parade(&hand.desk().frame.city.rows, args.people);
        hand.crowd(crowd);
        hand.whole_frame();
        let crowded = frames(&mut hand, args.seconds);
        hand.close();
        output::note("running the city alone, then watched");
        let alone = alone(args)?;
        let ticks = (alone * f64::from(args.seconds)) as u32;
        let asked = watched(args, ticks, Drawing::No)?;
        let watched = watched(args, ticks, Drawing::Yes)?;
        let kept = watched / alone.max(1e-9);
        let mut broken = Vec::new();
        if city.per_second < FRAMES.0 {
            broken.push(format!(
                "quickstart: {:.1} frames/s, expected {}",
                city.per_second, FRAMES.0
            ));
        }
        if !is_software && crowded.per_second < FRAMES.1 {
            broken.push(format!(
                "{} people: {:.1} frames/s, expected {}",
                args.people, crowded.per_second, FRAMES.1
            ));
        }
        if kept < KEPT {
            broken.push(format!(
                "the city keeps {:.0} % of its speed, expected {:.0} %",
                100.0 * kept,
                100.0 * KEPT
            ));
        }
        let (w, h) = args.size;
        let lines = vec![
            format!("{adapter}, {w}x{h}"),
            format!(
                "quickstart at 10 ticks/s, {awake} people: {:.1} frames/s, slowest of twenty {:.0} ms",
                city.per_second, city.slow_ms
            ),
            format!(
                "{} people in view: {:.1} frames/s, slowest of twenty {:.0} ms",
                args.people, crowded.per_second, crowded.slow_ms
            ),
            format!(
                "the city alone {alone:.0} ticks/s, asked but not drawn {asked:.0}, watched {watched:.0} ticks/s: {:.0} % kept",
                100.0 * kept
            ),
        ];
        let json = json!({
            "adapter": adapter,
            "is_software": is_software,
            "size": [w, h],
            "quickstart": { "people": awake, "frames_per_second": city.per_second, "slow_ms": city.slow_ms },
            "crowded": { "people": args.people, "frames_per_second": crowded.per_second, "slow_ms": crowded.slow_ms },
            "ticks_per_second": { "alone": alone, "asked": asked, "watched": watched, "kept": kept },
        });
        Ok(Report {
            lines,
            json,
            broken,
        })
    }
}
