//! The window: looks and asks, and decides nothing.
//!
//! The city runs on a thread of its own, exactly as it does without a window. Between ticks that thread copies what the
//! window asked to see into plain rows; the window draws them and sends commands back, which are applied before the next
//! tick and kept with the run.
//!
//! | file | concept |
//! | --- | --- |
//! | `app` | the program around the window: Bevy, the renderer, files |
//! | `shell` | bars, panes, sheets, keys |
//! | `scene` | the city in 3D |
//! | `pictures`, `stagehand` | the window worked and photographed without a screen |
//! | `command` | what a click or a key can ask for |
//! | `look` | palettes, sizes and what the window shows of the truth |
//! | `engine` | the thread the city lives on |
//! | `wall` | the wall clock |
//! | `view` | what panels are filled from, and what can be pointed at |
//! | `panels` | one file or folder per panel: rows in, commands out |

pub mod app;
pub mod command;
pub mod engine;
pub mod look;
pub mod panels;
pub mod pictures;
pub mod scene;
pub mod shell;
pub mod stagehand;
pub mod view;
pub mod wall;
