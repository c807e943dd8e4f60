//! How a resource becomes bytes and comes back.

use bevy::ecs::component::Mutable;
use bevy::ecs::prelude::{Resource, World};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// How a resource becomes bytes and comes back: its fields one after the other, without names, bit by bit.
#[derive(Clone, Copy)]
pub struct Keeping {
    keep: fn(&World) -> postcard::Result<Vec<u8>>,
    restore: fn(&mut World, &[u8]) -> postcard::Result<()>,
}

impl Keeping {
    /// Returns how a type of resource is kept.
    #[must_use]
    pub fn of<R: Resource<Mutability = Mutable> + Serialize + DeserializeOwned>() -> Self {
        Self {
            keep: |world| postcard::to_stdvec(world.resource::<R>()),
            restore: |world, bytes| {
                let (value, rest) = postcard::take_from_bytes::<R>(bytes)?;
                if !rest.is_empty() {
                    return Err(postcard::Error::DeserializeBadEncoding);
                }
                *world.resource_mut::<R>() = value;
                Ok(())
            },
        }
    }

    /// Returns the bytes of the resource.
    ///
    /// # Errors
    /// If something in it cannot be written, such as a model whose parameters cannot be read.
    pub fn keep(&self, world: &World) -> postcard::Result<Vec<u8>> {
        (self.keep)(world)
    }

    /// Puts the resource of some bytes in the place of the one that is there.
    ///
    /// # Errors
    /// If they are not those of such a resource; the one that is there then stays.
    pub fn restore(&self, world: &mut World, bytes: &[u8]) -> postcard::Result<()> {
        (self.restore)(world, bytes)
    }
}
