//! A recording as one web page: plays in any browser, needs no network and no program.
//!
//! | file | concept |
//! | --- | --- |
//! | `reel` | what a page plays: plain rows, cut down from a recording to what a picture from above needs |
//! | `gather` | fills a reel from a recording |
//! | `error` | what can keep a recording from being shown |
//! | `steps` | what changed from one picture to the next |
//! | `curves` | which numbers are drawn beside the city, and how wide people's choices are |
//! | `pack` | a reel as compact bytes |
//! | `unpack` | and back, for the tests: the page has its own reader |
//! | `example` | a made-up reel for the tests |
//! | `html` | puts the bytes, the style and the scripts into one page |
//!
//! The page itself is `assets/replay/`: `template.html`, `page.css`, `reel.js` (bytes to columns), `ground.js` (places and
//! ways), `city.js` (the picture), `charts.js`, `timeline.js`, `tour.js` (the pace of captions) and `player.js` (hands and keys).

mod curves;
mod error;
#[cfg(test)]
pub(super) mod example;
mod gather;
mod html;
mod pack;
pub mod reel;
mod steps;
#[cfg(test)]
mod unpack;

pub use error::PageError;
pub use gather::{Cut, gather};
pub use html::render;
pub use pack::pack;
