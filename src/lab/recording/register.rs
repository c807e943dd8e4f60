//! Lists that only grow while a city runs: people, items, spaces and campaigns. Each row is told once, in the hour it is new.

use bevy::ecs::world::World;

use super::shape::{Kind, Shape};
use super::wire::{Column, Fields, Out, WireError};
use crate::lab::explain::names::Names;
use crate::platform::ads::campaign::Campaigns;
use crate::sim::ids::{AvatarId, CampaignId, ItemId, ParcelId};
use crate::sim::units::Tick;
use crate::society::avatars::avatar::{Avatars, Role};
use crate::society::content::catalogue::Catalogue;
use crate::society::content::item::ItemKind;
use crate::society::spaces::space::{SpaceKind, Spaces};

/// The message.
pub(super) const SHAPE: Shape = Shape {
    name: "Register",
    help: "Rows that are new since the last register; a row's number is its place in all of them together.",
    fields: &[
        (
            1,
            "role",
            Kind::Bytes,
            "people: 0 ordinary, 1 creator, 2 landlord, 3 trader, 4 teacher",
        ),
        (2, "home", Kind::Numbers, "people: the parcel they live on"),
        (
            3,
            "joined",
            Kind::Signed,
            "people: when they joined, as the distance from the one before",
        ),
        (
            4,
            "left",
            Kind::Numbers,
            "people who left for good since the last register, by growing number, each as the distance from the one before less 1",
        ),
        (5, "item_kind", Kind::Bytes, "items: code of the kind"),
        (
            6,
            "item_topic",
            Kind::Bytes,
            "items: the strongest topic of their tags",
        ),
        (
            7,
            "born",
            Kind::Signed,
            "items: when they were published, as the distance from the one before",
        ),
        (8, "title", Kind::Text, "items: their titles, one a line"),
        (9, "space_kind", Kind::Bytes, "spaces: code of the kind"),
        (
            10,
            "space_topic",
            Kind::Bytes,
            "spaces: the strongest topic",
        ),
        (11, "parcel", Kind::Numbers, "spaces: where they stand"),
        (
            12,
            "campaign_topic",
            Kind::Bytes,
            "campaigns: what they advertise",
        ),
    ],
};

/// Somebody who was ever in the city.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person {
    /// Its role.
    pub role: Role,
    /// Where it lives.
    pub home: ParcelId,
    /// When it joined.
    pub joined: Tick,
    /// By the end of which hour it was known to have left for good, if it did.
    pub left: Option<Tick>,
}

/// An item of the catalogue, in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemNote {
    /// What it is.
    pub kind: ItemKind,
    /// The strongest topic of its tags.
    pub topic: u8,
    /// When it was published.
    pub born: Tick,
    /// Its title.
    pub title: String,
}

/// A space, in short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpaceNote {
    /// What it is.
    pub kind: SpaceKind,
    /// Where it stands.
    pub parcel: ParcelId,
    /// What it is about.
    pub topic: u8,
}

/// All rows so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Register {
    /// People, by number.
    pub people: Vec<Person>,
    /// Items, by number.
    pub items: Vec<ItemNote>,
    /// Spaces, by number.
    pub spaces: Vec<SpaceNote>,
    /// What each campaign advertises.
    pub campaigns: Vec<u8>,
}

/// The roles by their code in a recording: append, never renumber.
const ROLES: [Role; 5] = [
    Role::Ordinary,
    Role::Creator,
    Role::Landlord,
    Role::Trader,
    Role::Teacher,
];

/// Returns the strongest topic of a mixture.
fn strongest(topics: &[f32]) -> u8 {
    let best = (0..topics.len()).max_by(|a, b| topics[*a].total_cmp(&topics[*b]).then(b.cmp(a)));
    u8::try_from(best.unwrap_or(0)).unwrap_or(u8::MAX)
}

/// Most rows of a kind in one message.
const MOST_ROWS: usize = 16_384;

/// Most rows of a kind in a whole recording.
const MOST_KNOWN: usize = 1 << 24;

/// How much of each list was written.
#[derive(Debug, Default)]
pub(super) struct Registrar {
    left: Vec<bool>,
    n_items: usize,
    n_spaces: usize,
    n_campaigns: usize,
}

impl Registrar {
    /// Makes one that has written the rows that were read.
    pub(super) fn after(rows: &Register) -> Self {
        Self {
            left: rows.people.iter().map(|p| p.left.is_some()).collect(),
            n_items: rows.items.len(),
            n_spaces: rows.spaces.len(),
            n_campaigns: rows.campaigns.len(),
        }
    }

    /// Says whether it has written everything there is to write, and no more. Whoever left may be back; that is not told.
    pub(super) fn is_up_to_date(&self, world: &World) -> bool {
        let people = world.resource::<Avatars>().table.rows();
        self.left.len() == people.len()
            && people
                .iter()
                .zip(&self.left)
                .all(|(a, told)| *told || !a.has_left)
            && self.n_items == world.resource::<Catalogue>().table.rows().len()
            && self.n_spaces == world.resource::<Spaces>().table.rows().len()
            && self.n_campaigns == world.resource::<Campaigns>().len()
    }

    /// Writes what is new, as much as one message takes; nothing if nothing is.
    pub(super) fn write(&mut self, world: &World) -> Option<Vec<u8>> {
        let mut out = Out::default();
        let people = world.resource::<Avatars>().table.rows();
        let known = self.left.len();
        let n = people.len().min(known + MOST_ROWS);
        let new = people.get(known..n).unwrap_or_default();
        let roles: Vec<u8> = new.iter().map(|a| a.role as u8).collect();
        out.bytes(1, &roles);
        out.numbers(2, new.iter().map(|a| u64::from(a.home.0)));
        out.column(3, &apart(new.iter().map(|a| a.joined)));
        self.left.resize(n, false);
        let mut left = Column::default();
        let mut next = 0;
        for (i, (a, was)) in people.iter().zip(&mut self.left).enumerate() {
            if a.has_left && !*was {
                *was = true;
                left.put((i - next) as u64);
                next = i + 1;
            }
        }
        out.column(4, &left);
        let catalogue = world.resource::<Catalogue>();
        let items = catalogue.table.rows();
        let n = items.len().min(self.n_items + MOST_ROWS);
        let new = items.get(self.n_items..n).unwrap_or_default();
        let kinds: Vec<u8> = new.iter().map(|i| i.kind.code()).collect();
        let topics: Vec<u8> = new.iter().map(|i| strongest(&i.tags)).collect();
        out.bytes(5, &kinds);
        out.bytes(6, &topics);
        out.column(7, &apart(new.iter().map(|i| i.born)));
        let names = Names::of_world(world);
        let titles: Vec<String> = (self.n_items..n)
            .map(|i| names.title(ItemId::from_idx(i)).replace('\n', " "))
            .collect();
        if !titles.is_empty() {
            // One line end more than titles, so that an empty title is one too.
            out.bytes(8, format!("{}\n", titles.join("\n")).as_bytes());
        }
        self.n_items = n;
        let spaces = world.resource::<Spaces>().table.rows();
        let new = spaces.get(self.n_spaces..).unwrap_or_default();
        let kinds: Vec<u8> = new.iter().map(|s| s.kind.code()).collect();
        let topics: Vec<u8> = new.iter().map(|s| strongest(&s.topics)).collect();
        out.bytes(9, &kinds);
        out.bytes(10, &topics);
        out.numbers(11, new.iter().map(|s| u64::from(s.parcel.0)));
        self.n_spaces = spaces.len();
        let campaigns = world.resource::<Campaigns>();
        let topics: Vec<u8> = (self.n_campaigns..campaigns.len())
            .map(|i| campaigns.get(CampaignId::from_idx(i)).topic)
            .collect();
        out.bytes(12, &topics);
        self.n_campaigns = campaigns.len();
        let bytes = out.finish();
        (!bytes.is_empty()).then_some(bytes)
    }
}

fn apart(ticks: impl Iterator<Item = Tick>) -> Column {
    let mut column = Column::default();
    let mut last = 0;
    for t in ticks {
        column.put_signed(i64::from(t.0) - last);
        last = i64::from(t.0);
    }
    column
}

impl Register {
    /// Adds the rows of a message written after `tick`.
    pub(super) fn read(&mut self, bytes: &[u8], tick: Tick) -> Result<(), WireError> {
        let fields = Fields::read(bytes)?;
        let mut home = fields.column(2)?;
        let mut joined = fields.column(3)?;
        let mut last = 0;
        for code in fields.bytes(1)? {
            last = joined.next_from(last)?;
            self.people.push(Person {
                role: *ROLES
                    .get(usize::from(*code))
                    .ok_or(WireError::Value(1, u64::from(*code)))?,
                home: ParcelId(home.next32()?),
                joined: Tick(last),
                left: None,
            });
        }
        let mut left = fields.column(4)?;
        let mut at = None;
        while !left.is_done() {
            let id = left.next_id(at)?;
            at = Some(id);
            let person = self.people.get_mut(AvatarId(id).idx());
            person.ok_or_else(|| left.wrong(u64::from(id)))?.left = Some(tick);
        }
        let topics = fields.bytes(6)?;
        let mut born = fields.column(7)?;
        let mut titles = fields.text(8)?.split('\n');
        let mut last = 0;
        for (i, code) in fields.bytes(5)?.iter().enumerate() {
            last = born.next_from(last)?;
            self.items.push(ItemNote {
                kind: ItemKind::from_code(*code).ok_or(WireError::Value(5, u64::from(*code)))?,
                topic: *topics.get(i).ok_or(WireError::Short(6))?,
                born: Tick(last),
                title: titles.next().ok_or(WireError::Short(8))?.to_owned(),
            });
        }
        let topics = fields.bytes(10)?;
        let mut parcel = fields.column(11)?;
        for (i, code) in fields.bytes(9)?.iter().enumerate() {
            self.spaces.push(SpaceNote {
                kind: SpaceKind::from_code(*code).ok_or(WireError::Value(9, u64::from(*code)))?,
                parcel: ParcelId(parcel.next32()?),
                topic: *topics.get(i).ok_or(WireError::Short(10))?,
            });
        }
        self.campaigns.extend_from_slice(fields.bytes(12)?);
        for column in [&home, &joined, &born, &parcel] {
            column.end()?;
        }
        let n = [
            self.people.len(),
            self.items.len(),
            self.spaces.len(),
            self.campaigns.len(),
        ];
        match n.into_iter().find(|n| *n > MOST_KNOWN) {
            Some(n) => Err(WireError::Many(n, MOST_KNOWN)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_numbered_as_they_are_declared() {
        for (i, r) in ROLES.iter().enumerate() {
            assert_eq!(*r as usize, i);
        }
    }

    #[test]
    fn the_strongest_topic_is_the_first_of_equals() {
        assert_eq!(strongest(&[0.0, 2.0, 2.0]), 1);
        assert_eq!(strongest(&[]), 0);
    }

    #[test]
    fn rows_add_up_and_nobody_unknown_leaves() {
        let mut out = Out::default();
        out.bytes(1, &[0, 4]);
        out.numbers(2, [7, 9].into_iter());
        out.column(3, &apart([Tick(5), Tick(0)].into_iter()));
        out.bytes(5, &[0]);
        out.bytes(6, &[3]);
        out.column(7, &apart([Tick(2)].into_iter()));
        out.bytes(8, b"\n");
        let first = out.finish();
        let mut register = Register::default();
        register.read(&first, Tick(59)).unwrap();
        assert_eq!(register.people[1].joined, Tick(0));
        assert_eq!(register.items[0].title, "");
        let mut out = Out::default();
        out.numbers(4, [1].into_iter());
        register.read(&out.finish(), Tick(119)).unwrap();
        assert_eq!(register.people[1].left, Some(Tick(119)));
        let mut out = Out::default();
        out.numbers(4, [2].into_iter());
        let e = register.read(&out.finish(), Tick(179)).unwrap_err();
        assert_eq!(e, WireError::Value(4, 2));
    }
}
