//! Who is in which space right now: an index of the awake, made anew each tick.

use bevy::ecs::prelude::Resource;

use crate::sim::ids::{AvatarId, SpaceId};

/// Avatars by space, in id order.
#[derive(Resource, Debug, Default)]
pub struct Presence {
    starts: Vec<u32>,
    avatars: Vec<AvatarId>,
    cursor: Vec<u32>,
}

impl Presence {
    /// Makes the index from pairs of avatar and space; avatars in no space are left out.
    pub fn index(
        &mut self,
        n_spaces: usize,
        places: impl Iterator<Item = (AvatarId, SpaceId)> + Clone,
    ) {
        self.starts.clear();
        self.starts.resize(n_spaces + 1, 0);
        for (_, space) in places.clone() {
            if let Some(n) = self.starts.get_mut(space.idx() + 1)
                && space.idx() < n_spaces
            {
                *n += 1;
            }
        }
        for i in 0..n_spaces {
            self.starts[i + 1] += self.starts[i];
        }
        self.cursor.clear();
        self.cursor.extend_from_slice(&self.starts);
        self.avatars.clear();
        self.avatars
            .resize(self.starts[n_spaces] as usize, AvatarId(0));
        for (avatar, space) in places {
            if space.idx() < n_spaces {
                let at = &mut self.cursor[space.idx()];
                self.avatars[*at as usize] = avatar;
                *at += 1;
            }
        }
    }

    /// Lists who is in a space.
    #[must_use]
    pub fn in_space(&self, space: SpaceId) -> &[AvatarId] {
        let i = space.idx();
        if i + 1 >= self.starts.len() {
            return &[];
        }
        &self.avatars[self.starts[i] as usize..self.starts[i + 1] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::behavior::NO_SPACE;

    #[test]
    fn everybody_stands_where_it_is_and_nobody_twice() {
        let places = [
            (1, SpaceId(2)),
            (4, SpaceId(0)),
            (5, SpaceId(2)),
            (9, NO_SPACE),
        ];
        let mut p = Presence::default();
        p.index(3, places.iter().map(|(a, s)| (AvatarId(*a), *s)));
        assert_eq!(p.in_space(SpaceId(2)), [AvatarId(1), AvatarId(5)]);
        assert_eq!(p.in_space(SpaceId(0)), [AvatarId(4)]);
        assert!(p.in_space(SpaceId(1)).is_empty());
        assert!(p.in_space(NO_SPACE).is_empty());
    }
}
