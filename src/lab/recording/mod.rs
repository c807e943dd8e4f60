//! Recording: a run kept in one file that can be shown, searched and verified, and what reads it.
//!
//! The file is an MCAP file of profile `agora`; `docs/recording.md` tells its layout.
//!
//! | file | concept |
//! | --- | --- |
//! | `level` | how much is kept |
//! | `header` | what a recording says of itself |
//! | `channel` | its channels and their schemas |
//! | `shape` | the shapes of messages |
//! | `wire` | messages as bytes |
//! | `link` | state hashes |
//! | `counters` | counters of a running city |
//! | `crowd` | who is in the city, where, and what each does |
//! | `deeds` | what avatars did |
//! | `offers` | every slate |
//! | `postings` | every posting of the ledger |
//! | `lots` | the ground, lots and billboards |
//! | `register` | people, items, spaces, campaigns |
//! | `numbers` | metrics by the hour and day |
//! | `tour` | captions |
//! | `recorder` | writes a recording while a city runs |
//! | `going_on` | goes on with a recording whose run was stopped |
//! | `container` | the file around the messages |
//! | `notes` | what does not belong to one tick |
//! | `picture` | the city after a tick |
//! | `opening` | opens a recording |
//! | `reading` | a recording that was opened, tick by tick |
//! | `contents` | what it holds beside its ticks |
//! | `error` | what can be wrong with it |
//! | `page/` | a recording as one web page |
//! | `frames/` | its tour as pictures |

mod channel;
mod container;
mod contents;
mod counters;
mod crowd;
mod deeds;
mod error;
pub mod frames;
mod going_on;
mod header;
mod level;
mod link;
mod lots;
mod notes;
mod numbers;
mod offers;
mod opening;
pub mod page;
mod picture;
mod postings;
mod reading;
mod recorder;
mod register;
mod shape;
mod tour;
mod wire;

pub use channel::layout_markdown;
pub use container::Source;
pub use counters::Counters;
pub use crowd::{Seen, Trip};
pub use error::RecordingError;
pub use going_on::{Here, Stopped};
pub use header::{FORMAT, Header};
pub use level::Detail;
pub use link::Link;
pub use lots::{Ground, LotNote};
pub use numbers::{Numbers, Series};
pub use picture::Picture;
pub use reading::Recording;
pub use recorder::{NAME, Recorder};
pub use register::{ItemNote, Person, SpaceNote};
pub use tour::{Caption, Look, Tour};
