//! Agora: a laboratory for attention economies.

pub mod cli;
#[cfg(feature = "desktop")]
pub mod desktop;
pub mod economy;
pub mod events;
pub mod lab;
pub mod platform;
pub mod scenario;
pub mod sim;
pub mod society;
