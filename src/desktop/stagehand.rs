//! Works the window without a screen: frame by frame, command by command; for pictures, benches and tests.

use std::path::{Path, PathBuf};
use std::time::Duration;

use bevy::app::App;

use super::app::error::DesktopError;
use super::app::frames::DeskState;
use super::app::open::windowless;
use super::app::photograph::Orders;
use super::command::UiCommand;
use super::engine::frame::Stage;
use super::engine::request::Request;
use super::shell::desk::{Desk, Options};
use super::shell::settings::Settings;
use super::view::crowd::CrowdView;
use super::wall;

/// Frames after which what was asked for is drawn, its numbers have come, and sizes have settled.
const SETTLED: usize = 6;

/// Frames in which a picture comes back from the renderer.
const MOST_FRAMES_PER_PICTURE: usize = 400;

/// Longest wait for a city.
const PATIENCE: Duration = Duration::from_mins(10);

/// Somebody who works the window.
pub struct Stagehand {
    app: App,
}

impl Stagehand {
    /// Opens the window without a screen.
    ///
    /// # Errors
    /// [`DesktopError::NoDriver`] if nothing can draw.
    pub fn open(options: Options, width: u32, height: u32) -> Result<Self, DesktopError> {
        let desk = Desk::new(options, Settings::default());
        Ok(Self {
            app: windowless(desk, width, height)?,
        })
    }

    /// Returns the name of what draws, and whether it is a program instead of a device.
    #[must_use]
    pub fn adapter(&self) -> (String, bool) {
        self.app
            .world()
            .get_resource::<bevy::render::renderer::RenderAdapterInfo>()
            .map_or_else(
                || ("unknown".to_owned(), false),
                |a| (a.name.clone(), a.device_type == wgpu::DeviceType::Cpu),
            )
    }

    /// Returns the desk.
    #[must_use]
    pub fn desk(&self) -> &Desk {
        &self.app.world().resource::<DeskState>().desk
    }

    /// Returns the desk for changing what no command changes.
    pub fn desk_mut(&mut self) -> &mut Desk {
        &mut self
            .app
            .world_mut()
            .resource_mut::<DeskState>()
            .into_inner()
            .desk
    }

    /// Draws one frame.
    pub fn frame(&mut self) {
        self.app.update();
    }

    /// Draws one frame and waits until it is really drawn, not only asked for.
    pub fn whole_frame(&mut self) {
        self.app.update();
        if let Some(device) = self
            .app
            .world()
            .get_resource::<bevy::render::renderer::RenderDevice>()
        {
            // A device that is lost draws nothing more; the next frame will tell.
            let _drawn = device.poll(wgpu::PollType::wait_indefinitely()).is_ok();
        }
    }

    /// Puts a crowd into the city that nobody simulates, to see what drawing it costs.
    pub fn crowd(&mut self, crowd: CrowdView) {
        self.desk_mut().parade = Some(std::sync::Arc::new(crowd));
    }

    /// Draws some frames.
    pub fn frames(&mut self, n: usize) {
        for _ in 0..n {
            self.frame();
        }
    }

    /// Asks for something and draws until it is shown.
    pub fn ask(&mut self, commands: Vec<UiCommand>) {
        self.app
            .world_mut()
            .resource_mut::<DeskState>()
            .pending
            .extend(commands);
        self.frames(SETTLED);
    }

    /// Draws frames until something holds.
    ///
    /// # Errors
    /// [`DesktopError::TooSlow`] if it does not, [`DesktopError::City`] if the city failed.
    pub fn until(&mut self, what: &str, holds: impl Fn(&Desk) -> bool) -> Result<(), DesktopError> {
        let began = wall::now();
        while !holds(self.desk()) {
            if let Some(why) = &self.desk().failure {
                return Err(DesktopError::City(why.clone()));
            }
            if began.elapsed() > PATIENCE {
                return Err(DesktopError::TooSlow {
                    what: what.to_owned(),
                    seconds: PATIENCE.as_secs(),
                });
            }
            self.frame();
        }
        Ok(())
    }

    /// Opens a scenario and waits until its city is founded.
    ///
    /// # Errors
    /// As [`Stagehand::until`].
    pub fn found(&mut self, name: &str) -> Result<(), DesktopError> {
        self.ask(vec![UiCommand::Open(name.to_owned())]);
        self.until("founding the city", |d| {
            d.has_city() && d.frame.status.stage != Stage::Founding
        })
    }

    /// Lets time run up to a tick as fast as it can, drawing meanwhile.
    ///
    /// # Errors
    /// As [`Stagehand::until`].
    pub fn run_until(&mut self, tick: u32) -> Result<(), DesktopError> {
        if self.desk().frame.status.tick.0 >= tick {
            return Ok(());
        }
        if let Some(engine) = &self.desk().engine {
            engine.send(Request::Speed(super::command::Speed::MAX));
            engine.send(Request::PlayUntil(tick));
        }
        self.until("reaching the tick", |d| {
            d.frame.status.tick.0 >= tick && !d.frame.status.is_playing
        })?;
        self.frames(SETTLED);
        Ok(())
    }

    /// Photographs the window.
    ///
    /// # Errors
    /// [`DesktopError::Picture`] if it could not be made or saved.
    pub fn photograph(&mut self, path: &Path, part: Option<[f32; 4]>) -> Result<(), DesktopError> {
        let (before, told) = {
            let orders = self.app.world().resource::<Orders>();
            (orders.n_made, orders.n_failed)
        };
        self.app
            .world_mut()
            .resource_mut::<Orders>()
            .ask(path.to_path_buf(), part);
        for _ in 0..MOST_FRAMES_PER_PICTURE {
            self.frame();
            if self.app.world().resource::<Orders>().n_made > before {
                self.desk_mut().notice = None;
                if self.app.world().resource::<Orders>().n_failed == told {
                    return Ok(());
                }
                let cause = self.desk_mut().failure.take().unwrap_or_default();
                return Err(DesktopError::City(cause));
            }
        }
        Err(DesktopError::Picture {
            path: path.display().to_string(),
            cause: "the renderer gave no picture".to_owned(),
        })
    }

    /// Stops time and returns the tick that would run next.
    pub fn stop_city(&mut self) -> u32 {
        if let Some(engine) = &self.desk().engine {
            engine.send(Request::Pause);
        }
        let desk = self.desk_mut();
        while desk.has_city() && desk.frame.status.is_playing {
            desk.meet();
            std::thread::sleep(Duration::from_millis(1));
        }
        desk.frame.status.tick.0
    }

    /// Closes the city and returns the folder of its run and the hash of all its state hashes.
    pub fn close(mut self) -> (Option<PathBuf>, u64) {
        let folder = self.desk().frame.status.folder.clone();
        let last = self
            .desk_mut()
            .engine
            .take()
            .and_then(super::engine::handle::Engine::close);
        (folder, last.map_or(0, |f| f.status.chained))
    }
}
