//! What a click or a key can ask for. Panels return these and change nothing themselves.

use std::path::PathBuf;

use super::panels::PanelKind;
use super::view::subject::Subject;
use crate::lab::recording::Detail;
use crate::sim::ids::AvatarId;
use crate::sim::units::Tick;
use crate::society::walk_in::choice::Choice;

/// Thousandths in a tick.
const MILLI: f64 = 1_000.0;

/// How fast time runs, in thousandths of a tick per second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Speed(u32);

impl Speed {
    /// A tick every ten seconds: to see people walk.
    pub const TENTH: Self = Self(100);
    /// One tick, a simulated minute, per second.
    pub const X1: Self = Self(1_000);
    /// Ten ticks per second.
    pub const X10: Self = Self(10_000);
    /// A hundred ticks per second.
    pub const X100: Self = Self(100_000);
    /// A thousand ticks per second.
    pub const X1000: Self = Self(1_000_000);
    /// As fast as the machine can.
    pub const MAX: Self = Self(u32::MAX);

    /// Those offered for a living city, slowest first.
    pub const LIVING: [Self; 5] = [Self::TENTH, Self::X1, Self::X10, Self::X100, Self::MAX];

    /// Those offered for a recording, slowest first.
    pub const RECORDED: [Self; 5] = [Self::TENTH, Self::X1, Self::X10, Self::X100, Self::X1000];

    /// Returns the nearest speed between the slowest and the fastest that a recording is played at; 1× for what is no number.
    #[must_use]
    pub fn of(ticks_per_second: f64) -> Self {
        if !ticks_per_second.is_finite() {
            return Self::X1;
        }
        let milli = (ticks_per_second * MILLI).round();
        let (least, most) = (f64::from(Self::TENTH.0), f64::from(Self::X1000.0));
        Self(milli.clamp(least, most) as u32)
    }

    /// Returns how it is shown.
    #[must_use]
    pub fn word(self) -> String {
        match self.ticks_per_second() {
            None => "max".to_owned(),
            Some(n) => format!("{n}×"),
        }
    }

    /// Returns ticks per second; `None` for no limit.
    #[must_use]
    pub fn ticks_per_second(self) -> Option<f64> {
        (self != Self::MAX).then(|| f64::from(self.0) / MILLI)
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

    /// Says whether a recording holds what it shows.
    #[must_use]
    pub const fn is_in_recordings(self) -> bool {
        match self {
            Self::None | Self::Attention | Self::Footfall | Self::LandPrice => true,
            Self::Communities | Self::Satisfaction | Self::Interests | Self::AdExposure => false,
        }
    }

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
    /// Show the city as it was before a tick that is still in memory; go to any tick of a recording.
    ScrubTo(Tick),
    /// Go so many ticks on, or back, in a recording.
    SeekBy(i32),
    /// Go to the first tick of a recording.
    GoToBeginning,
    /// Go to the last tick of a recording.
    GoToEnd,
    /// Go to a caption of a recording: number from 0.
    GoToCaption(usize),
    /// Go to the next caption.
    NextCaption,
    /// Go to the caption before.
    PreviousCaption,
    /// Begin the guided tour of a recording, or end it.
    ToggleTour,
    /// Hide the caption that is shown, or show it again.
    ToggleCaption,
    /// Show the city as it is.
    GoLive,
    /// Show somebody or something in the inspector.
    Inspect(Subject),
    /// Go back to what the inspector showed before.
    InspectBack,
    /// Move the camera to somebody or something.
    LookAt(Subject),
    /// Move the camera back until all of the city is seen.
    SeeAll,
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
    /// Show the sheet that asks how a fork of the city should differ; these values, by dotted key, are asked for at once.
    AskFork(Vec<String>),
    /// Let the city live on twice beside itself.
    Fork {
        /// Policy values that differ in the second future: dotted key and TOML.
        changes: Vec<(String, String)>,
        /// For how many days.
        days: u32,
    },
    /// Stop a fork by its number; what it has come to stays.
    StopFork(u32),
    /// Stop a fork and forget it.
    DismissFork(u32),
    /// Make the city the second future of a fork.
    GoOnWith(u32),
    /// Choose for an avatar from now on.
    TakeOver(AvatarId),
    /// Let an avatar choose for itself again.
    LetGo(AvatarId),
    /// Choose for an avatar that was taken over.
    Choose(AvatarId, Choice),
    /// Show the dialog that opens a scenario.
    AskOpen,
    /// Open a scenario by name or path and found its city.
    Open(String),
    /// Show the dialog that opens a recording.
    AskOpenRecording,
    /// Open a recording by its path.
    OpenRecording(String),
    /// Show the dialog that asks where to record the city from now on, and keep this much.
    AskRecord(Detail),
    /// Record the city into a file from now on, and keep this much.
    Record(PathBuf, Detail),
    /// End the recording.
    StopRecording,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_are_shown_as_ticks_a_second_and_kept_between_the_slowest_and_the_fastest() {
        let words = Speed::RECORDED.map(Speed::word);
        assert_eq!(words, ["0.1×", "1×", "10×", "100×", "1000×"]);
        assert_eq!(Speed::MAX.word(), "max");
        assert_eq!(Speed::of(30.0).ticks_per_second(), Some(30.0));
        assert_eq!(Speed::of(2.5).word(), "2.5×");
        assert_eq!(Speed::of(0.0), Speed::TENTH);
        assert_eq!(Speed::of(1e12), Speed::X1000);
        assert_eq!(Speed::of(f64::NAN), Speed::X1);
    }
}
