//! The set of pictures: every panel, overlay, page and sheet, light and dark, small and large; made by one command.

use std::fs;
use std::path::{Path, PathBuf};

use super::app::error::DesktopError;
use super::command::{Overlay, UiCommand};
use super::panels::PanelKind;
use super::shell::desk::Options;
use super::shell::layout;
use super::stagehand::Stagehand;
use super::view::subject::Subject;
use crate::scenario::load::Overrides;
use crate::sim::ids::{AvatarId, CampaignId, CommunityId, ItemId, ParcelId, SpaceId};
use crate::sim::units::TICKS_PER_DAY;

/// What to photograph.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Folder the pictures go to.
    pub dir: PathBuf,
    /// Scenario of the city.
    pub scenario: String,
    /// What is added to it.
    pub overrides: Overrides,
    /// Sizes of the window, in pixels.
    pub sizes: Vec<(u32, u32)>,
    /// Days that pass before the pictures are taken at noon.
    pub days: u32,
    /// Only pictures whose name contains this.
    pub only: Option<String>,
}

/// Size of the pictures on the start screen, in pixels.
const THUMBNAIL: (u32, u32) = (320, 180);

/// Size of the pictures in the guide, in pixels, and how many there are.
const GUIDE: (u32, u32) = (1_440, 810);
const GUIDE_PICTURES: usize = 9;

/// Days for which both futures in the guide go on.
const FORKED_DAYS: u32 = 7;

/// The hour in which each scenario is shown on the start screen, and from where: turn, pitch and share of the way out.
const THUMBNAILS: [(&str, u32, f32, f32, f32); 20] = [
    ("quickstart", 9, 0.55, 0.5, 0.5),
    ("baseline", 19, -0.9, 0.42, 0.55),
    ("metropolis", 22, 2.2, 0.5, 0.45),
    ("quiet", 6, 1.2, 0.3, 0.35),
    ("ad-load", 12, -0.4, 0.35, 0.22),
    ("filter-bubble", 15, 2.9, 0.6, 0.6),
    ("inflation", 18, 0.2, 0.28, 0.28),
    ("models", 14, -2.2, 0.75, 0.7),
    ("interest-shift", 20, 1.9, 0.4, 0.3),
    ("ad-load-month", 20, 1.9, 0.4, 0.3),
    ("auctions", 12, -0.4, 0.35, 0.22),
    ("holdout", 15, 2.9, 0.6, 0.6),
    ("rewards", 19, -0.9, 0.42, 0.55),
    ("push", 6, 1.2, 0.3, 0.35),
    ("trading", 14, -2.2, 0.75, 0.7),
    ("exchange", 14, -2.2, 0.75, 0.7),
    ("tight-money", 18, 0.2, 0.28, 0.28),
    ("creatives", 21, -0.4, 0.35, 0.22),
    ("referral", 10, 1.6, 0.45, 0.4),
    ("land-formats", 8, 0.8, 0.85, 0.65),
];

/// Makes the pictures of the start screen: a city without anything over it.
///
/// # Errors
/// [`DesktopError`] naming what failed.
pub fn make_thumbnails(
    dir: &Path,
    mut told: impl FnMut(usize, usize, &str),
) -> Result<usize, DesktopError> {
    fs::create_dir_all(dir).map_err(|e| DesktopError::Picture {
        path: dir.display().to_string(),
        cause: e.to_string(),
    })?;
    for (i, (name, hour, yaw, pitch, out)) in THUMBNAILS.into_iter().enumerate() {
        told(i, THUMBNAILS.len(), name);
        // Where people live is seen without all of a million of them.
        let sets = (name == "metropolis").then(|| "society.population.residents=20000".to_owned());
        let options = Options {
            overrides: Overrides {
                sets: sets.into_iter().collect(),
                ..Overrides::default()
            },
            ..Options::default()
        };
        let (w, h) = THUMBNAIL;
        // The city's pane has to be larger than the picture, for the bars around it are cut off.
        let mut hand = Stagehand::open(options, w + 200, h + 200)?;
        hand.found(name)?;
        hand.desk_mut().panes = layout::city_alone();
        hand.run_until(hour * 60)?;
        let desk = hand.desk_mut();
        desk.shows_names = false;
        let extent = desk.frame.city.rows.grid.extent();
        let mut pose = desk.rig.pose;
        (pose.yaw, pose.pitch, pose.distance) = (yaw, pitch, out * extent);
        pose.target = [0.5 * extent; 2];
        desk.rig.pose = pose;
        hand.frames(4);
        let Some(rect) = hand.desk().city_rect else {
            continue;
        };
        let (left, top) = (rect.left() + 20.0, rect.center().y - h as f32 / 2.0);
        let place = [left, top, left + w as f32, top + h as f32];
        hand.photograph(&dir.join(format!("{name}.png")), Some(place))?;
        hand.close();
    }
    Ok(THUMBNAILS.len())
}

/// One state of the window: a name, what is asked for before it, and after it.
struct State {
    name: String,
    /// A panel that takes all the height there is, so that all of it is seen.
    alone: Option<PanelKind>,
    before: Vec<UiCommand>,
    after: Vec<UiCommand>,
}

impl State {
    fn new(name: impl Into<String>, before: Vec<UiCommand>) -> Self {
        Self {
            name: name.into(),
            alone: None,
            before,
            after: Vec::new(),
        }
    }

    fn alone(mut self, kind: PanelKind) -> Self {
        self.alone = Some(kind);
        self
    }

    fn then(mut self, after: Vec<UiCommand>) -> Self {
        self.after = after;
        self
    }
}

fn states() -> Vec<State> {
    let mut all = vec![State::new("city", Vec::new())];
    for overlay in Overlay::ALL.into_iter().skip(1) {
        let name = format!(
            "overlay-{}",
            overlay.title().to_lowercase().replace(' ', "-")
        );
        all.push(
            State::new(name, vec![UiCommand::SetOverlay(overlay)])
                .then(vec![UiCommand::SetOverlay(Overlay::None)]),
        );
    }
    for kind in PanelKind::ALL.iter().filter(|k| k.is_in_cities()) {
        let name = format!("panel-{}", kind.title().to_lowercase().replace(' ', "-"));
        all.push(State::new(name, Vec::new()).alone(*kind));
    }
    for subject in [
        Subject::Avatar(AvatarId(7)),
        Subject::Space(SpaceId(0)),
        Subject::Parcel(ParcelId(40)),
        Subject::Item(ItemId(3)),
        Subject::Campaign(CampaignId(0)),
        Subject::Community(CommunityId(0)),
    ] {
        let name = format!("inspector-{}", subject.kind());
        let inspect = vec![UiCommand::Inspect(subject)];
        all.push(State::new(name, inspect).alone(PanelKind::Inspector));
    }
    let help = vec![UiCommand::ToggleHelp];
    all.push(State::new("shortcuts", help.clone()).then(help));
    all.push(State::new("open-dialog", vec![UiCommand::AskOpen]));
    all.push(State::new(
        "refusal",
        vec![UiCommand::Open("no-such-city.toml".to_owned())],
    ));
    all.push(State::new(
        "look-at",
        vec![UiCommand::LookAt(Subject::Space(SpaceId(0)))],
    ));
    all
}

/// Makes the pictures of the guide and the README: light and dark in turn, as a new user comes by.
///
/// # Errors
/// [`DesktopError`] naming what failed.
pub fn make_guide(
    plan: &Plan,
    mut told: impl FnMut(usize, usize, &str),
) -> Result<usize, DesktopError> {
    fs::create_dir_all(&plan.dir).map_err(|e| DesktopError::Picture {
        path: plan.dir.display().to_string(),
        cause: e.to_string(),
    })?;
    let options = Options {
        overrides: plan.overrides.clone(),
        ..Options::default()
    };
    let (w, h) = GUIDE;
    let mut hand = Stagehand::open(options, w, h)?;
    let mut n = 0;
    let mut shoot = |hand: &mut Stagehand, name: &str| {
        told(n, GUIDE_PICTURES, name);
        n += 1;
        hand.photograph(&plan.dir.join(format!("{name}.png")), None)
    };
    hand.frames(8);
    shoot(&mut hand, "start")?;
    hand.found(&plan.scenario)?;
    // The evening of the tenth day: D7 can be seen, and many people are awake.
    hand.run_until(9 * TICKS_PER_DAY + 19 * 60)?;
    let richest = hand
        .desk()
        .frame
        .views
        .inspector
        .richest()
        .unwrap_or(Subject::Avatar(AvatarId(0)));
    let awake = hand
        .desk()
        .crowd()
        .rows
        .first()
        .map_or(Subject::Avatar(AvatarId(7)), |r| Subject::Avatar(r.id));
    hand.ask(vec![UiCommand::Inspect(awake)]);
    shoot(&mut hand, "window")?;
    hand.ask(vec![UiCommand::InspectBack, UiCommand::SeeAll]);
    hand.frames(120);
    hand.ask(vec![UiCommand::ShowPanel(PanelKind::Engagement)]);
    shoot(&mut hand, "city")?;
    hand.ask(vec![
        UiCommand::ToggleTheme,
        UiCommand::ShowPanel(PanelKind::Economy),
        UiCommand::Inspect(richest),
        UiCommand::LookAt(richest),
    ]);
    hand.frames(120);
    shoot(&mut hand, "richest")?;
    hand.ask(vec![UiCommand::ShowPanel(PanelKind::Overview)]);
    shoot(&mut hand, "d7")?;
    hand.ask(vec![
        UiCommand::SetOverlay(Overlay::Interests),
        UiCommand::ToggleTheme,
        UiCommand::Inspect(awake),
    ]);
    let panes = std::mem::replace(
        &mut hand.desk_mut().panes,
        layout::city_and(PanelKind::Inspector),
    );
    hand.ask(vec![UiCommand::ToggleTruth]);
    shoot(&mut hand, "why")?;
    hand.desk_mut().panes = panes;
    hand.ask(vec![
        UiCommand::SetOverlay(Overlay::LandPrice),
        UiCommand::SeeAll,
        UiCommand::ToggleTruth,
        UiCommand::ShowPanel(PanelKind::Policy),
        UiCommand::ShowPanel(PanelKind::Ads),
        UiCommand::SetPolicy {
            key: "platform.ads.load".to_owned(),
            value: "0.2".to_owned(),
        },
    ]);
    hand.run_until(10 * TICKS_PER_DAY + 15 * 60)?;
    shoot(&mut hand, "ad-load")?;
    let key = "platform.ads.load".to_owned();
    hand.ask(vec![UiCommand::AskFork(vec![key.clone()])]);
    shoot(&mut hand, "fork")?;
    hand.desk_mut().panes = layout::city_and(PanelKind::Futures);
    hand.ask(vec![UiCommand::Fork {
        changes: vec![(key, "0.6".to_owned())],
        days: FORKED_DAYS,
    }]);
    hand.until("both futures", |d| d.frame.views.futures.is_over())?;
    hand.frames(8);
    shoot(&mut hand, "futures")?;
    hand.close();
    Ok(GUIDE_PICTURES)
}

/// Makes the pictures; `told` hears of each before it is made: how many are done, how many there are, its name.
///
/// # Errors
/// [`DesktopError`] naming what failed.
pub fn make(plan: &Plan, mut told: impl FnMut(usize, usize, &str)) -> Result<usize, DesktopError> {
    let io = |path: &Path| {
        let path = path.display().to_string();
        move |e: std::io::Error| DesktopError::Picture {
            path,
            cause: e.to_string(),
        }
    };
    fs::create_dir_all(&plan.dir).map_err(io(&plan.dir))?;
    let wanted: Vec<State> = states()
        .into_iter()
        .filter(|s| {
            plan.only
                .as_ref()
                .is_none_or(|o| s.name.contains(o.as_str()))
        })
        .collect();
    let total = plan.sizes.len() * 2 * (wanted.len() + 1);
    let mut done = 0;
    for (width, height) in &plan.sizes {
        let options = Options {
            overrides: plan.overrides.clone(),
            ..Options::default()
        };
        let mut hand = Stagehand::open(options, *width, *height)?;
        let file = |name: &str, theme: &str| {
            plan.dir
                .join(format!("{name}-{theme}-{width}x{height}.png"))
        };
        for theme in ["dark", "light"] {
            let path = file("start", theme);
            told(done, total, "start");
            hand.frames(8);
            hand.photograph(&path, None)?;
            done += 1;
            hand.ask(vec![UiCommand::ToggleTheme]);
        }
        hand.found(&plan.scenario)?;
        hand.run_until(plan.days * TICKS_PER_DAY + TICKS_PER_DAY / 2)?;
        for theme in ["dark", "light"] {
            for state in &wanted {
                told(done, total, &state.name);
                let docked = hand.desk().panes.clone();
                hand.ask(state.before.clone());
                if let Some(kind) = state.alone {
                    hand.desk_mut().panes = layout::city_and(kind);
                    hand.frames(8);
                }
                let refusal = hand.desk_mut().failure.clone();
                hand.photograph(&file(&state.name, theme), None)?;
                if refusal.is_some() {
                    hand.desk_mut().failure = None;
                }
                hand.desk_mut().dialog = None;
                hand.desk_mut().panes = docked;
                hand.ask(state.after.clone());
                done += 1;
            }
            hand.ask(vec![UiCommand::ToggleTheme]);
        }
        hand.close();
    }
    Ok(done)
}
