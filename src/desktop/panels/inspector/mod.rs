//! Inspector: one page about whom or what was clicked, and for every offer an answer to "why this?".
//!
//! | file or folder | concept |
//! | --- | --- |
//! | `panel` | the panel: which page, its header, the search |
//! | `start` | nothing selected yet: how to select, and suggestions |
//! | `facts` | facts and links as pages show them |
//! | `bars` | bars of a score's parts and of pairs |
//! | `names` | what people and things are called |
//! | `story` | events told in words |
//! | `avatar` | a person |
//! | `why` | why an offer was made |
//! | `walk_in` | choosing for an avatar |
//! | `recorded` | pages from a recording |
//! | `space`, `parcel`, `item`, `campaign`, `community` | a place, a thing, a group |

mod avatar;
mod bars;
mod campaign;
mod community;
mod facts;
mod item;
mod names;
mod panel;
mod parcel;
mod recorded;
mod space;
mod start;
mod story;
#[cfg(test)]
mod tests;
mod walk_in;
mod why;

pub(super) use panel::Inspector;
