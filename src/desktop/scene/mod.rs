//! The city in three dimensions: drawn in one pass of our own, from instances that change once a tick.
//!
//! The shell sets [`SceneCity`], [`SceneCrowd`] and [`SceneState`]; a camera of three dimensions that covers the window must
//! be there, whose tone mapping is off. Everything else is in the render world. The camera rig, picking and labels are plain
//! functions of rows.
//!
//! | file | concept |
//! | --- | --- |
//! | `camera` | where one looks from |
//! | `pick` | what is under the pointer |
//! | `labels` | names over the city |
//! | `light` | light by the hour |
//! | `meshes` | low-poly shapes |
//! | `part` | instances of shapes, by chunk |
//! | `build` | what stands on every cell |
//! | `houses`, `halls`, `greens` | how houses, spaces, trees and lamps look |
//! | `terrain` | the ground |
//! | `people` | instances of avatars |
//! | `frame` | what is handed to the renderer once a frame |
//! | `pipelines` | which shader draws what |
//! | `draw` | buffers, and the pass |

mod build;
pub mod camera;
mod draw;
mod frame;
mod greens;
pub mod halls;
mod houses;
pub mod labels;
mod light;
mod meshes;
mod part;
pub mod people;
pub mod pick;
mod pipelines;
mod plugin;
mod terrain;

pub use plugin::{SceneCity, SceneCrowd, ScenePlugin, SceneState};
