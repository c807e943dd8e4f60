//! Takes pictures of a city without a window: founds a scenario, lets it run for some hours, and saves PNGs.
//!
//! `cargo run --features desktop --example scene_photo -- FOLDER [SCENARIO] [HOURS] [KEY=VALUE…] [NAME…]`
//!
//! Shows all there is to drawing the city in an app of one's own: fill the rows from a simulation with [`CityMaker`] and
//! [`CrowdMaker`], put them into [`SceneCity`] and [`SceneCrowd`], and say in [`SceneState`] from where to look.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use agora::cli::run::Run;
use agora::desktop::command::Overlay;
use agora::desktop::scene::camera::{CameraRig, Pane, Pose};
use agora::desktop::scene::{SceneCity, SceneCrowd, ScenePlugin, SceneState};
use agora::desktop::view::city::{CityMaker, CityView};
use agora::desktop::view::crowd::{CrowdMaker, CrowdView};
use agora::desktop::view::sight::{Ask, City};
use agora::desktop::view::subject::Subject;
use agora::lab::report::gather::{Asked, gather};
use agora::scenario::load::{Overrides, load};
use bevy::app::{AppExit, ScheduleRunnerPlugin};
use bevy::camera::RenderTarget;
use bevy::core_pipeline::tonemapping::{DebandDither, Tonemapping};
use bevy::prelude::*;
use bevy::render::RenderPlugin;
use bevy::render::render_resource::TextureFormat;
use bevy::render::renderer::RenderAdapterInfo;
use bevy::render::view::screenshot::{Screenshot, save_to_disk};
use bevy::window::ExitCondition;
use bevy::winit::WinitPlugin;

const SIZE: (u32, u32) = (1280, 720);

/// Frames between setting a view and taking its picture: the picture is of what was extracted before.
const SETTLE: u32 = 4;

/// Frames timed for each view.
const TIMED: u32 = 40;

/// One picture.
struct Shot {
    name: &'static str,
    hour: f32,
    pose: Pose,
    overlay: Overlay,
    selected: Option<Subject>,
}

#[derive(Resource)]
struct Album {
    folder: PathBuf,
    shots: Vec<Shot>,
    crowds: Vec<(Overlay, Arc<CrowdView>)>,
    at: usize,
    frame: u32,
    since: Option<Instant>,
    busy: f64,
}

fn shots(city: &CityView, crowd: &CrowdView, only: &[String]) -> Vec<Shot> {
    let extent = city.rows.grid.extent();
    let m = 0.5 * extent;
    let whole = CameraRig::over(extent).pose;
    let at = |target: [f32; 2], yaw, pitch, distance| Pose {
        target,
        yaw,
        pitch,
        distance,
    };
    // The place with most people in it, beside the plaza.
    let busiest = crowd
        .rows
        .iter()
        .filter(|r| !r.walks())
        .map(|r| r.way[0])
        .max_by_key(|a| {
            let near = |b: [f32; 2]| (a[0] - b[0]).hypot(a[1] - b[1]) < 8.0;
            crowd.rows.iter().filter(|r| near(r.way[0])).count()
        })
        .unwrap_or([m, m]);
    let who = crowd
        .rows
        .iter()
        .find(|r| r.way[0] == busiest)
        .map(|r| Subject::Avatar(r.id));
    let shot = |name, hour, pose, overlay, selected| Shot {
        name,
        hour,
        pose,
        overlay,
        selected,
    };
    let mut all = vec![
        shot("noon", 12.0, whole, Overlay::None, None),
        shot(
            "plaza",
            15.5,
            at([m, m + 6.0], 0.5, 0.42, 120.0),
            Overlay::None,
            None,
        ),
        shot(
            "dusk",
            20.0,
            at([m, m], -0.9, 0.26, 170.0),
            Overlay::None,
            None,
        ),
        shot(
            "night",
            22.0,
            at([m, m + 30.0], 0.6, 0.5, 330.0),
            Overlay::None,
            None,
        ),
        shot(
            "street",
            9.0,
            at([m + 86.0, m - 10.0], 0.06, 0.10, 46.0),
            Overlay::None,
            None,
        ),
        shot(
            "close",
            11.0,
            at(busiest, 0.7, 0.34, 20.0),
            Overlay::None,
            who,
        ),
        shot(
            "closer",
            17.5,
            at(busiest, 2.9, 0.2, 9.0),
            Overlay::None,
            None,
        ),
    ];
    for overlay in Overlay::ALL.into_iter().skip(1) {
        all.push(shot(
            overlay.title(),
            14.0,
            Pose {
                distance: 0.75 * whole.distance,
                ..whole
            },
            overlay,
            None,
        ));
    }
    all.retain(|s| only.is_empty() || only.iter().any(|n| n == s.name));
    all
}

fn main() -> AppExit {
    let mut words = std::env::args().skip(1);
    let folder = PathBuf::from(words.next().unwrap_or_else(|| "scene".to_owned()));
    let scenario = words.next().unwrap_or_else(|| "quickstart".to_owned());
    let hours: f64 = words.next().and_then(|h| h.parse().ok()).unwrap_or(10.0);
    let (sets, only): (Vec<String>, Vec<String>) = words.partition(|w| w.contains('='));
    let overrides = Overrides {
        sets,
        ..Overrides::default()
    };
    if let Err(error) = std::fs::create_dir_all(&folder) {
        eprintln!("{}: {error}", folder.display());
        return AppExit::from_code(1);
    }
    let loaded = match load(&scenario, &overrides) {
        Ok(loaded) => loaded,
        Err(error) => {
            eprintln!("{error}");
            return AppExit::from_code(2);
        }
    };
    let mut run = match Run::begin(&loaded, 2, None) {
        Ok(run) => run,
        Err(error) => {
            eprintln!("{error}");
            return AppExit::from_code(1);
        }
    };
    let (mut city_maker, mut crowd_maker) = (CityMaker::default(), CrowdMaker::default());
    let (summary, scorecard) = run.summary(&loaded.scenario, 1.0);
    let asked = Asked {
        command: String::new(),
        description: String::new(),
        scenario: String::new(),
        days: 1,
    };
    let report = gather(&run.sim, summary, &scorecard, asked);
    let ask = Ask {
        shows_truth: true,
        ..Ask::default()
    };
    let (mut view, mut crowd) = (CityView::default(), CrowdView::default());
    let (mut slowest, began) = (Duration::ZERO, Instant::now());
    for _ in 0..(60.0 * hours) as u32 {
        run.sim.step();
        let city = City {
            sim: &run.sim,
            scenario: &loaded.scenario,
            report: &report,
            marks: &[],
        };
        let before = Instant::now();
        city_maker.watch(&city);
        crowd_maker.watch(&city);
        view = city_maker.view(&city);
        crowd = crowd_maker.view(&city, &view.rows, &ask, Overlay::None);
        slowest = slowest.max(before.elapsed());
    }
    eprintln!(
        "{hours} h in {:.1} s, {} awake, slowest rows {slowest:?}",
        began.elapsed().as_secs_f64(),
        crowd.rows.len()
    );
    let mut crowds = vec![(Overlay::None, Arc::new(crowd))];
    for overlay in Overlay::ALL.into_iter().skip(1) {
        let city = City {
            sim: &run.sim,
            scenario: &loaded.scenario,
            report: &report,
            marks: &[],
        };
        let mut crowd = crowd_maker.view(&city, &view.rows, &ask, overlay);
        // Where everybody was going is kept from the first.
        for (row, first) in crowd.rows.iter_mut().zip(&crowds[0].1.rows) {
            row.way = first.way;
        }
        crowds.push((overlay, Arc::new(crowd)));
    }
    let album = Album {
        folder,
        shots: shots(&view, &crowds[0].1, &only),
        crowds,
        at: 0,
        frame: 0,
        since: None,
        busy: 0.0,
    };
    // A city runs in a thread of its own while frames are timed, as one does behind the window.
    let stop = Arc::new(AtomicBool::new(false));
    let ticks = Arc::new(AtomicU32::new(0));
    let beside = {
        let (stop, ticks) = (stop.clone(), ticks.clone());
        std::thread::spawn(move || run_beside(&stop, &ticks))
    };
    let exit = App::new()
        .add_plugins(
            DefaultPlugins
                .set(RenderPlugin {
                    synchronous_pipeline_compilation: true,
                    ..default()
                })
                .set(WindowPlugin {
                    primary_window: None,
                    exit_condition: ExitCondition::DontExit,
                    ..default()
                })
                .disable::<WinitPlugin>(),
        )
        .add_plugins((ScheduleRunnerPlugin::run_loop(Duration::ZERO), ScenePlugin))
        .insert_resource(SceneCity(view))
        .insert_resource(album)
        .add_systems(Startup, set_up)
        .add_systems(Update, take_pictures)
        .run();
    stop.store(true, Ordering::Relaxed);
    if beside.join().is_err() {
        eprintln!("the city stopped early");
    }
    eprintln!(
        "{} ticks ran beside the pictures",
        ticks.load(Ordering::Relaxed)
    );
    exit
}

/// Runs a small city, about ten ticks a second, until it is told to stop.
fn run_beside(stop: &AtomicBool, ticks: &AtomicU32) {
    let Ok(loaded) = load("quickstart", &Overrides::default()) else {
        return;
    };
    let Ok(mut run) = Run::begin(&loaded, 1, None) else {
        return;
    };
    while !stop.load(Ordering::Relaxed) {
        run.sim.step();
        ticks.fetch_add(1, Ordering::Relaxed);
        std::thread::sleep(Duration::from_millis(95));
    }
}

/// Returns the seconds all threads have computed for so far, where the system says so: it does not depend on who else is busy.
fn busy_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or("");
    let ticks = after_name.split_whitespace().skip(11).take(2);
    ticks.filter_map(|t| t.parse::<f64>().ok()).sum::<f64>() / 100.0
}

fn set_up(
    mut commands: Commands,
    mut images: ResMut<Assets<Image>>,
    adapter: Option<Res<RenderAdapterInfo>>,
) {
    if let Some(adapter) = adapter {
        eprintln!("drawn by {} ({:?})", adapter.name, adapter.device_type);
    }
    let image = Image::new_target_texture(SIZE.0, SIZE.1, TextureFormat::Rgba8UnormSrgb, None);
    commands.spawn((
        Camera3d::default(),
        RenderTarget::Image(images.add(image).into()),
        Msaa::Off,
        Tonemapping::None,
        DebandDither::Disabled,
    ));
}

fn take_pictures(
    mut commands: Commands,
    mut album: ResMut<Album>,
    mut state: ResMut<SceneState>,
    mut crowd: ResMut<SceneCrowd>,
    target: Single<&RenderTarget>,
    taking: Query<&Screenshot>,
    mut exit: MessageWriter<AppExit>,
) {
    let album = &mut *album;
    let Some(shot) = album.shots.get(album.at) else {
        exit.write(AppExit::Success);
        return;
    };
    match album.frame {
        0 => {
            state.pane = Pane {
                left: 0.0,
                top: 0.0,
                width: SIZE.0 as f32,
                height: SIZE.1 as f32,
            };
            state.rig.reset(1.0e6);
            state.rig.pose = shot.pose;
            state.hour = shot.hour;
            state.overlay = shot.overlay;
            state.selected = shot.selected;
            state.is_frugal = true;
            state.alpha = 0.4;
            state.seconds = 1.3;
            if let Some((_, of)) = album.crowds.iter().find(|c| c.0 == shot.overlay) {
                crowd.0 = of.clone();
            }
        }
        SETTLE => {
            album.since = Some(Instant::now());
            album.busy = busy_seconds();
        }
        n if n == SETTLE + TIMED => {
            if let Some(since) = album.since.take() {
                let rate = f64::from(TIMED) / since.elapsed().as_secs_f64();
                let busy = (busy_seconds() - album.busy) * 1e3 / f64::from(TIMED);
                eprintln!(
                    "{:>14}: {rate:.1} frames/s, {busy:.0} ms of processor a frame",
                    shot.name
                );
            }
            if let Some(image) = target.as_image() {
                let path = album.folder.join(format!(
                    "{}.png",
                    shot.name.replace(' ', "-").to_lowercase()
                ));
                commands
                    .spawn(Screenshot::image(image.clone()))
                    .observe(save_to_disk(path));
            }
        }
        n if n > SETTLE + TIMED + 1 && taking.is_empty() => {
            album.at += 1;
            album.frame = 0;
            return;
        }
        _ => {}
    }
    album.frame += 1;
}
