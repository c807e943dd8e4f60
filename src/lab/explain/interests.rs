//! What the platform thinks an avatar is interested in, beside what it is.
//!
//! The estimate is what its models use: the topics of what it engaged with, decayed by half a week after week, where it consents;
//! nothing where it does not. Both are shown as unit vectors, so that they can be compared.

use bevy::ecs::prelude::World;
use serde::Serialize;

use crate::platform::privacy::observation::Observations;
use crate::sim::ids::AvatarId;
use crate::sim::math;
use crate::society::avatars::avatar::Avatars;
use crate::society::avatars::profile::{DataPurpose, Profiles};
use crate::society::content::words::topic_name;

/// A topic.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TopicRow {
    /// Its name.
    pub topic: String,
    /// What the platform estimates; `None` where it may not or cannot.
    pub estimated: Option<f64>,
    /// What is true.
    pub truth: f64,
}

/// Both views of an avatar.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Interests {
    /// Whether the avatar consents to recommendation.
    pub consents: bool,
    /// Weight of what was observed, before it is scaled; 0 if nothing was.
    pub evidence: f64,
    /// Cosine of estimate and truth; `None` without an estimate.
    pub agreement: Option<f64>,
    /// All topics on which either is not 0, strongest truth first.
    pub topics: Vec<TopicRow>,
}

/// Compares what the platform thinks of an avatar with what is true; `None` if there is no such avatar.
#[must_use]
pub fn interests(world: &World, avatar: AvatarId) -> Option<Interests> {
    let truth = &world
        .resource::<Avatars>()
        .table
        .rows()
        .get(avatar.idx())?
        .interests;
    let profile = world.resource::<Profiles>().get(avatar);
    let consents = profile.consent.allows(DataPurpose::Recommendation);
    let observed = world
        .resource::<Observations>()
        .table
        .rows()
        .get(avatar.idx())
        .filter(|_| consents)
        .map(|o| &o.profile);
    let evidence = observed.map_or(0.0, |p| math::dot(p, p).sqrt());
    let estimate = observed.filter(|_| evidence > 0.0);
    let size = math::dot(truth, truth).sqrt();
    let mut topics: Vec<TopicRow> = truth
        .iter()
        .enumerate()
        .map(|(t, x)| TopicRow {
            topic: topic_name(t),
            estimated: estimate.map(|p| f64::from(p[t] / evidence)),
            truth: f64::from(*x),
        })
        .filter(|r| r.truth != 0.0 || r.estimated.is_some_and(|e| e != 0.0))
        .collect();
    topics.sort_by(|a, b| b.truth.total_cmp(&a.truth).then(a.topic.cmp(&b.topic)));
    Some(Interests {
        consents,
        evidence: f64::from(evidence),
        agreement: estimate
            .filter(|_| size > 0.0)
            .map(|p| f64::from(math::dot(p, truth) / (evidence * size))),
        topics,
    })
}
