//! What a click or a key can ask for. Panels return these and change nothing themselves.

use std::path::PathBuf;

use super::panels::PanelKind;
use super::view::subject::Subject;
use crate::sim::ids::AvatarId;
use crate::sim::units::Tick;
use crate::society::walk_in::choice::Choice;

/// How fast simulated time runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Speed {
    /// One tick, a simulated minute, per second.
    X1,
    /// Ten ticks per second.
    X10,
    /// A hundred ticks per second.
    X100,
    /// As fast as the machine can.
    Max,
}

impl Speed {
    /// All, slowest first.
    pub const ALL: [Self; 4] = [Self::X1, Self::X10, Self::X100, Self::Max];

    /// Returns how it is shown.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::X1 => "1×",
            Self::X10 => "10×",
            Self::X100 => "100×",
            Self::Max => "max",
        }
    }

    /// Returns ticks per second; `None` for no limit.
    #[must_use]
    pub const fn ticks_per_second(self) -> Option<f64> {
        match self {
            Self::X1 => Some(1.0),
            Self::X10 => Some(10.0),
            Self::X100 => Some(100.0),
            Self::Max => None,
        }
    }
}

/// What colours the ground and the people.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Overlay {
    /// Nothing: the city as it looks.
    #[default]
    None,
    /// Attention spent, by place.
    Attention,
    /// Visitors a day, by place.
    Footfall,
    /// Price of land.
    LandPrice,
    /// Community of every avatar.
    Communities,
    /// Satisfaction of every avatar; the truth, so only in the lab's view.
    Satisfaction,
    /// Main interest of every avatar, as far as the platform knows it; in the lab's view the truth.
    Interests,
    /// Ads seen in this session.
    AdExposure,
}

impl Overlay {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 8] = [
        Self::None,
        Self::Attention,
        Self::Footfall,
        Self::LandPrice,
        Self::Communities,
        Self::Satisfaction,
        Self::Interests,
        Self::AdExposure,
    ];

    /// Returns its name.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::None => "None",
            Self::Attention => "Attention",
            Self::Footfall => "Footfall",
            Self::LandPrice => "Land price",
            Self::Communities => "Communities",
            Self::Satisfaction => "Satisfaction",
            Self::Interests => "Interests",
            Self::AdExposure => "Ad exposure",
        }
    }
}

/// What a click or a key asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum UiCommand {
    /// Let time run.
    Play,
    /// Stop time after the running tick.
    Pause,
    /// Run one tick and stop.
    Step,
    /// Set how fast time runs.
    SetSpeed(Speed),
    /// Show the city as it was before a tick that is still in memory.
    ScrubTo(Tick),
    /// Show the city as it is.
    GoLive,
    /// Show somebody or something in the inspector.
    Inspect(Subject),
    /// Go back to what the inspector showed before.
    InspectBack,
    /// Move the camera to somebody or something.
    LookAt(Subject),
    /// Keep the camera on an avatar.
    Follow(AvatarId),
    /// Let the camera go.
    Unfollow,
    /// Colour the city.
    SetOverlay(Overlay),
    /// Open a panel or bring it to the front.
    ShowPanel(PanelKind),
    /// Close a panel.
    HidePanel(PanelKind),
    /// Put the panels back as they were at the first start.
    ResetLayout,
    /// Change a policy value: dotted key and TOML.
    SetPolicy {
        /// Dotted key.
        key: String,
        /// New value, as TOML.
        value: String,
    },
    /// Take the last change of a policy value back.
    UndoPolicy,
    /// Make it again.
    RedoPolicy,
    /// Choose for an avatar from now on.
    TakeOver(AvatarId),
    /// Let an avatar choose for itself again.
    LetGo(AvatarId),
    /// Make a choice for an avatar that was taken over.
    /// Choose for an avatar that was taken over.
    Choose(AvatarId, Choice),
    /// Show the dialog that opens a scenario.
    AskOpen,
    /// Open a scenario by name or path and found its city.
    Open(String),
    /// Show the dialog that saves the scenario as it is now.
    AskSave,
    /// Save the scenario as it is now.
    Save(PathBuf),
    /// Go to the start screen; the run stays in its folder.
    GoToStart,
    /// Save a picture of the window.
    Screenshot,
    /// Save the rows of a chart: file name without ending, and rows as CSV.
    ExportCsv {
        /// Name without ending.
        name: String,
        /// Content.
        csv: String,
    },
    /// Save a picture of a chart: name without ending and its place in the window, in points: left, top, right, bottom.
    ExportPng {
        /// Name without ending.
        name: String,
        /// Place in the window, in points.
        place: [f32; 4],
    },
    /// Switch between light and dark.
    ToggleTheme,
    /// Scale all text and panels.
    SetTextScale(f32),
    /// Show or hide the truth beside what the platform knows.
    ToggleTruth,
    /// Show or hide the sheet of shortcuts.
    ToggleHelp,
    /// Remember where the camera is.
    AddBookmark,
    /// Go where the camera was: number from 0.
    GoToBookmark(usize),
    /// Forget a bookmark.
    RemoveBookmark(usize),
    /// Show only events that contain a text and are of no hidden kind.
    FilterEvents {
        /// Text, in lower case; empty for all.
        search: String,
        /// Words of event kinds to leave out.
        hidden: Vec<String>,
    },
    /// Copy text to the clipboard.
    Copy(String),
    /// Leave.
    Quit,
}
