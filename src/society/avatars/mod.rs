//! avatars
