//! Society: what is true in the city.

pub mod avatars;
pub mod content;
pub mod spaces;
pub mod ties;
