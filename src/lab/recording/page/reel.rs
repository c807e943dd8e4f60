//! What a page plays: the city, who is awake in it and what each does, numbers, and captions.
//!
//! A reel tells what changes and nothing that follows by itself: where exactly somebody stands, and along which roads it
//! walks, is worked out where it is drawn.

use crate::lab::mark::Mark;
use crate::lab::recording::Look;
use crate::sim::ids::{AvatarId, ParcelId, SpaceId};
use crate::society::avatars::avatar::Activity;
use crate::society::spaces::map::Cell;
use crate::society::spaces::space::SpaceKind;

/// Topics that fit into a step.
pub const MOST_TOPICS: usize = 32;

/// A recording as a page plays it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reel {
    /// What it is called.
    pub title: String,
    /// What it shows, in a sentence or two.
    pub description: String,
    /// Name of the scenario.
    pub scenario: String,
    /// Seed of the city.
    pub seed: u64,
    /// First tick.
    pub first: u32,
    /// The tick after the last.
    pub last: u32,
    /// What stands still.
    pub site: Site,
    /// Names of topics, by number.
    pub topics: Vec<String>,
    /// Numbers over time, the most telling first.
    pub curves: Vec<Curve>,
    /// Rules that were changed, in the order of their ticks.
    pub turns: Vec<Turn>,
    /// Captions, in the order of their ticks.
    pub stops: Vec<Stop>,
    /// What changed, in the order of ticks; of a tick in the order of avatars.
    pub moments: Vec<Moment>,
}

/// What stands still.
#[derive(Debug, Clone, PartialEq)]
pub struct Site {
    /// Parcels along a side; the lists of parcels below have its square, row by row.
    pub side: u32,
    /// Every how many parcels a road runs.
    pub road_every: u32,
    /// What lies on each parcel.
    pub cells: Vec<Cell>,
    /// District of each parcel.
    pub districts: Vec<u8>,
    /// How many people have their home on each parcel; at most 255.
    pub homes: Vec<u8>,
    /// How sought after each parcel is, from 0 to 255.
    pub worth: Vec<u8>,
    /// Spaces, by id.
    pub spaces: Vec<Hall>,
}

/// A space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hall {
    /// What it is.
    pub kind: SpaceKind,
    /// Where it stands.
    pub parcel: ParcelId,
    /// What it is about.
    pub topic: String,
}

/// In what a number is counted, which decides how it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Unit {
    /// Things or people.
    Count = 0,
    /// A share from 0 to 1.
    Share = 1,
    /// A ratio around 1, or another number with two decimals.
    Index = 2,
    /// Coins.
    Coins = 3,
    /// Outside money.
    Money = 4,
    /// Minutes.
    Minutes = 5,
}

/// A number over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// Its name in the recording.
    pub key: String,
    /// Its name for people.
    pub title: String,
    /// In what it is counted.
    pub unit: Unit,
    /// The tick from which on the first value is known.
    pub first: u32,
    /// Ticks from one value to the next.
    pub step: u32,
    /// The values; `None` where there was nothing to observe.
    pub values: Vec<Option<f32>>,
}

/// A rule that was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Before which tick.
    pub tick: u32,
    /// Which, and to what.
    pub text: String,
}

/// A caption.
#[derive(Debug, Clone, PartialEq)]
pub struct Stop {
    /// When it begins.
    pub tick: u32,
    /// What it is called.
    pub title: String,
    /// What there is to say.
    pub text: String,
    /// Where to look.
    pub look: Look,
    /// Ticks a second from here on; 0 leaves it to the page.
    pub speed: f32,
    /// How near: 1 shows what is looked at whole; 0 leaves it to the page.
    pub zoom: f32,
    /// Key of the curve that it speaks of; empty for none.
    pub curve: String,
}

/// What changed in a tick.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// The tick.
    pub tick: u32,
    /// Whom it changed for, and what; by growing avatar.
    pub steps: Vec<(AvatarId, Step)>,
}

/// Where somebody can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In a space.
    Space(SpaceId),
    /// At the home that stands on a parcel.
    Home(ParcelId),
}

/// A change in what somebody does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Comes to the city.
    Wake(Place, Activity),
    /// Leaves it.
    Sleep,
    /// Sets out for a place, where it will be after some ticks.
    Go(Place, u32),
    /// Is somewhere else at once.
    Be(Place, Activity),
    /// Does something else where it is.
    Do(Activity),
    /// Shows a sign, which is not [`Mark::None`].
    Show(Mark),
    /// Looks at something of a topic, smaller than [`MOST_TOPICS`].
    Meet(u8),
}
