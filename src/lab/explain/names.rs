//! Names of things, surfaces, sources and models: names, not codes.

use bevy::ecs::prelude::World;

use crate::events::behavior::{Surface, Thing, ThingKind};
use crate::events::offer::Source;
use crate::platform::ads::campaign::Campaigns;
use crate::platform::recommend::config::{AllocationKind, ModelKind};
use crate::platform::trace::term::{About, Term};
use crate::sim::ids::{AvatarId, CampaignId, CommunityId, ItemId, ParcelId, SpaceId};
use crate::sim::schedule::Seed;
use crate::society::content::catalogue::Catalogue;
use crate::society::content::words::{self, topic_name};
use crate::society::spaces::map::CityMap;
use crate::society::spaces::space::Spaces;
use crate::society::ties::communities::Communities;

use super::data::Part;

/// Returns the name of a surface.
#[must_use]
pub const fn surface(surface: Surface) -> &'static str {
    match surface {
        Surface::Feed => "feed",
        Surface::People => "people you may know",
        Surface::Communities => "communities to join",
        Surface::Games => "games to play",
        Surface::GameItems => "game items",
        Surface::Assets => "assets for sale",
        Surface::Parcels => "parcels for sale",
        Surface::Courses => "courses",
        Surface::Spaces => "places to go",
        Surface::None => "the city",
    }
}

/// Returns what a candidate source is.
#[must_use]
pub const fn source(source: Source) -> &'static str {
    match source {
        Source::Model => "the model's own best",
        Source::Popular => "popular now",
        Source::Fresh => "new",
        Source::Social => "friends of friends",
        Source::Nearby => "nearby",
        Source::Explore => "chance, to learn",
        Source::Ad => "paid for",
    }
}

/// Returns the name of a model.
#[must_use]
pub const fn model(model: ModelKind) -> &'static str {
    match model {
        ModelKind::Random => "chance",
        ModelKind::Popularity => "popularity",
        ModelKind::SeedContent => "content formula",
        ModelKind::SeedCollaborative => "collaborative formula",
        ModelKind::ItemKnn => "item-based neighbours (item-kNN)",
        ModelKind::Ease => "linear autoencoder (EASE)",
        ModelKind::TwoTower => "two-tower network",
        ModelKind::Rp3Beta => "random walks (RP3β)",
        ModelKind::Ials => "factors by least squares (iALS)",
        ModelKind::Bpr => "factors by preferences (BPR)",
        ModelKind::Logistic => "logistic regression",
        ModelKind::Dcn => "crossed features (DCN-v2)",
        ModelKind::SasRec => "sequence model (SASRec)",
        ModelKind::Fusion => "multimodal fusion",
        ModelKind::LinUcb => "linear bandit (LinUCB)",
        ModelKind::Thompson => "linear bandit (Thompson sampling)",
    }
}

/// Returns how attention is allocated.
#[must_use]
pub const fn allocation(kind: AllocationKind) -> &'static str {
    match kind {
        AllocationKind::Score => "by score alone",
        AllocationKind::Knapsack => "by the avatar's minutes",
        AllocationKind::Prices => "by the avatar's minutes and prices of exposure",
    }
}

/// Returns the strongest topic of a mixture by name; nothing where there is none.
fn main_topic(topics: &[f32]) -> String {
    let best = topics
        .iter()
        .enumerate()
        .max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0)));
    match best {
        Some((t, x)) if *x > 0.0 => topic_name(t),
        _ => "nothing in particular".to_owned(),
    }
}

/// What names are made from.
pub struct Names<'a> {
    seed: u64,
    catalogue: &'a Catalogue,
    spaces: &'a Spaces,
    communities: &'a Communities,
    map: &'a CityMap,
    campaigns: &'a Campaigns,
}

impl<'a> Names<'a> {
    /// Reads what names are made from.
    #[must_use]
    pub fn of_world(w: &'a World) -> Self {
        Self {
            seed: w.resource::<Seed>().0,
            catalogue: w.resource(),
            spaces: w.resource(),
            communities: w.resource(),
            map: w.resource(),
            campaigns: w.resource(),
        }
    }

    /// Returns the name of anything that can be offered.
    #[must_use]
    pub fn thing(&self, thing: Thing) -> String {
        match thing.kind {
            ThingKind::None => "nothing".to_owned(),
            ThingKind::Item => self.item(ItemId(thing.id)),
            ThingKind::Avatar => Self::avatar(AvatarId(thing.id)),
            ThingKind::Community => self.community(CommunityId(thing.id)),
            ThingKind::Space => self.space(SpaceId(thing.id)),
            ThingKind::Parcel => self.parcel(ParcelId(thing.id)),
            ThingKind::Campaign => self.campaign(CampaignId(thing.id)),
        }
    }

    /// Returns the title of an item; its number where there is no such item.
    #[must_use]
    pub fn title(&self, id: ItemId) -> String {
        if id.idx() >= self.catalogue.len() {
            return format!("item {id}");
        }
        let card = self.catalogue.card(id);
        let imported = self.catalogue.imported_titles.get(id.idx());
        let title = imported.filter(|t| !t.is_empty()).cloned();
        title.unwrap_or_else(|| words::title(self.seed, id, card.kind, &card.tags))
    }

    /// Returns the title of an item with its kind.
    #[must_use]
    pub fn item(&self, id: ItemId) -> String {
        let title = self.title(id);
        if id.idx() >= self.catalogue.len() {
            return title;
        }
        let kind = self.catalogue.card(id).kind;
        format!("{title} ({})", kind.word().replace('_', " "))
    }

    /// Returns the name of an avatar; people are numbered.
    #[must_use]
    pub fn avatar(id: AvatarId) -> String {
        format!("avatar {id}")
    }

    /// Returns the name of a community.
    #[must_use]
    pub fn community(&self, id: CommunityId) -> String {
        let topics = self.communities.table.rows().get(id.idx());
        let topic = topics.map_or_else(String::new, |c| main_topic(&c.topics));
        format!("community {id} ({topic})")
    }

    /// Returns the name of a space.
    #[must_use]
    pub fn space(&self, id: SpaceId) -> String {
        self.spaces.table.rows().get(id.idx()).map_or_else(
            || "nowhere in particular".to_owned(),
            |s| {
                let kind = s.kind.word().replace('_', " ");
                format!("{kind} {id} ({})", main_topic(&s.topics))
            },
        )
    }

    /// Returns the name of a parcel.
    #[must_use]
    pub fn parcel(&self, id: ParcelId) -> String {
        let (x, y) = self.map.xy(id);
        format!("parcel at {x}, {y}")
    }

    /// Returns the name of a campaign.
    #[must_use]
    pub fn campaign(&self, id: CampaignId) -> String {
        if id.idx() >= self.campaigns.len() {
            return format!("campaign {id}");
        }
        let topic = usize::from(self.campaigns.get(id).topic);
        format!("campaign {id} ({})", topic_name(topic))
    }

    /// Returns a part of a score.
    #[must_use]
    ///
    /// `named` holds what terms of the slate are about that have names of their own.
    pub fn part(&self, term: &Term, named: &[String]) -> Part {
        let kind = term.kind.name();
        let name = match term.about {
            About::Nothing => kind.to_owned(),
            About::Topic(t) => format!("{kind} {}", topic_name(usize::from(t))),
            About::Item(item) => format!("{kind} {}", self.item(item)),
            About::Name(n) => {
                let name = named.get(usize::from(n)).map_or("", String::as_str);
                format!("{kind} {name}")
            }
        };
        Part {
            kind: kind.to_owned(),
            name,
            // A sum turns −0 into 0.
            value: f64::from(term.value) + 0.0,
            meaning: term.kind.meaning().to_owned(),
        }
    }
}
