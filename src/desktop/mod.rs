//! The window: looks and asks, and decides nothing.
//!
//! The city runs on a thread of its own, exactly as it does without a window. Between ticks that thread copies what the
//! window asked to see into plain rows; the window draws them and sends commands back, which are applied before the next
//! tick and kept with the run.
//!
//! | file | concept |
//! | --- | --- |
//! | `command` | what a click or a key can ask for |
//! | `look` | palettes, sizes and what the window shows of the truth |
//! | `view` | what panels are filled from, and what can be pointed at |
//! | `panels` | one file or folder per panel: rows in, commands out |
//! | `scene` | the city in three dimensions |

pub mod command;
pub mod look;
pub mod panels;
pub mod scene;
pub mod view;
