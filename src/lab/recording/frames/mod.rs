//! A recording as pictures: its tour, drawn without a window, as PNG files or as one moving GIF.
//!
//! | file | concept |
//! | --- | --- |
//! | `cast` | who is where at a tick, followed through a reel |
//! | `canvas` | a picture that can be painted on: areas, discs, lines |
//! | `letters` | text |
//! | `model` | the city without people, seen from above at a slant |
//! | `scene` | a whole frame: city, people, caption, clock, a curve |
//! | `shots` | which ticks a tour shows, and for how long |
//! | `deflate` | compression for PNG |
//! | `png` | a picture as a file |
//! | `gif` | pictures as one moving file |
//! | `colors` | the colours of a GIF, chosen from what is shown |

mod canvas;
mod cast;
mod colors;
mod deflate;
mod gif;
mod letters;
mod model;
mod png;
mod scene;
mod shots;

pub use canvas::Canvas;
pub use gif::GifWriter;
pub use png::png;
pub use scene::Scene;
pub use shots::{Shot, shots};
