//! The program around the window: Bevy, the renderer, files.
//!
//! | file | concept |
//! | --- | --- |
//! | `open` | a window, or the same without one |
//! | `frames` | what happens in every frame |
//! | `governor` | how many frames are drawn |
//! | `photograph` | pictures of the window |
//! | `error` | why there is no window |

pub mod error;
pub mod frames;
pub mod governor;
pub mod open;
pub mod photograph;
