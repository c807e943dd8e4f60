//! The rows of the social panel.

use super::watch::{SOURCES, SocialDay, SocialWatch, Young};
use crate::desktop::view::sight::City;
use crate::events::offer::Source;
use crate::lab::explain::names::{self, Names};
use crate::lab::metrics::book::Book;
use crate::sim::ids::{AvatarId, CommunityId, ItemId};
use crate::sim::units::TICKS_PER_HOUR;
use crate::society::content::catalogue::Catalogue;
use crate::society::content::item::STUDIO;
use crate::society::ties::communities::Communities;
use crate::society::ties::graph::SocialGraph;

/// Communities listed at most.
const MOST_COMMUNITIES: usize = 200;

/// Items listed and drawn as rising.
const RISING: usize = 15;

/// Hours over which rising is judged.
const RISING_HOURS: usize = 6;

/// A day of people.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct SocialDayRow {
    /// Day.
    pub day: u32,
    /// Ties at its end.
    pub ties: u64,
    /// Ties asked for, made and ended.
    pub asked_made_ended: (u64, u64, u64),
    /// Talks begun.
    pub talks: u64,
    /// Minutes of these.
    pub talk_minutes: f64,
    /// Communities joined.
    pub joins: u64,
    /// Invitations in the name of friends.
    pub invited: u64,
    /// Of these, accepted.
    pub accepted: u64,
    /// Invitations to live events.
    pub invited_live: u64,
    /// Live events attended.
    pub attended: u64,
    /// Returns that one active avatar brought about: invitations in its name, times the share accepted.
    pub k_factor: Option<f64>,
    /// Share of invitations in the name of friends that was accepted.
    pub acceptance: Option<f64>,
}

impl SocialDayRow {
    fn of(d: &SocialDay) -> Self {
        Self {
            day: d.day,
            ties: d.ties,
            asked_made_ended: (d.asked, d.made, d.ended),
            talks: d.talks,
            talk_minutes: d.talk_secs as f64 / 60.0,
            joins: d.joins,
            invited: d.invited,
            accepted: d.accepted,
            invited_live: d.invited_live,
            attended: d.attended,
            k_factor: (d.active > 0).then(|| d.accepted as f64 / d.active as f64),
            acceptance: (d.invited > 0).then(|| d.accepted as f64 / d.invited as f64),
        }
    }
}

/// A community.
#[derive(Debug, Clone, PartialEq)]
pub struct CommunityRow {
    /// Which.
    pub id: CommunityId,
    /// What it is called and is about.
    pub name: String,
    /// Members.
    pub members: u64,
    /// Members active today.
    pub active: u64,
    /// Joined today.
    pub joined: u64,
}

/// A new item and how it is taken up.
#[derive(Debug, Clone, PartialEq)]
pub struct RisingRow {
    /// Which.
    pub id: ItemId,
    /// What it is called.
    pub title: String,
    /// Who made it; `None` is the city's studio.
    pub creator: Option<AvatarId>,
    /// Hours since it was published.
    pub age_hours: f64,
    /// Uses so far.
    pub uses: u64,
    /// Uses in the last six hours.
    pub gained: u64,
    /// Likes so far.
    pub likes: u64,
    /// Share of uses that ties led to.
    pub by_ties: Option<f64>,
    /// Hours since it was published, and uses until then.
    pub curve: Vec<[f64; 2]>,
}

/// The rows of the panel.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SocialView {
    /// Whether there is a city.
    pub is_there: bool,
    /// Avatars.
    pub avatars: u64,
    /// Ties.
    pub ties: u64,
    /// Mean and median ties of an avatar, and the most.
    pub degrees: Option<(f64, f64, u64)>,
    /// Ties, and share of avatars with at least as many; both above zero.
    pub distribution: Vec<[f64; 2]>,
    /// Share of avatars without a tie.
    pub alone: Option<f64>,
    /// Share of pairs of friends of somebody that are friends; at the last turn of an hour.
    pub clustering: Option<f64>,
    /// Correlation of the degrees of two tied avatars; at the last turn of an hour.
    pub assortativity: Option<f64>,
    /// Finished days that were watched.
    pub days: Vec<SocialDayRow>,
    /// The day that runs.
    pub today: SocialDayRow,
    /// Communities, largest first.
    pub communities: Vec<CommunityRow>,
    /// Communities that are not listed.
    pub more_communities: u64,
    /// New items that rise fastest.
    pub rising: Vec<RisingRow>,
    /// New items followed.
    pub young: u64,
    /// Things taken today by where the candidate came from.
    pub sources: Vec<(String, u64)>,
    /// Policy changes: day and text.
    pub marks: Vec<(f64, String)>,
}

/// Fills the rows.
pub(super) fn fill(watch: &SocialWatch, city: &City<'_>) -> SocialView {
    let graph = city.get::<SocialGraph>();
    let n = graph.len();
    let mut degrees: Vec<u32> = (0..n)
        .map(|i| graph.of(AvatarId::from_idx(i)).len() as u32)
        .collect();
    degrees.sort_unstable();
    let fact = |key: &str| {
        let rows = city.report.scorecard.iter();
        rows.filter(|f| f.key == key).find_map(|f| f.value)
    };
    let (communities, more_communities) = communities(watch, city);
    SocialView {
        is_there: true,
        avatars: n as u64,
        ties: graph.n_ties(),
        degrees: degrees.last().map(|most| {
            let mean = 2.0 * graph.n_ties() as f64 / n as f64;
            let median = degrees.get(n / 2).copied().unwrap_or(0);
            (mean, f64::from(median), u64::from(*most))
        }),
        distribution: distribution(&degrees),
        alone: (n > 0).then(|| degrees.partition_point(|d| *d == 0) as f64 / n as f64),
        clustering: fact("social.clustering"),
        assortativity: fact("social.assortativity"),
        days: watch.days.iter().map(SocialDayRow::of).collect(),
        today: SocialDayRow::of(&watch.today),
        communities,
        more_communities,
        rising: rising(watch, city),
        young: watch.young.len() as u64,
        sources: sources(&watch.today.taken),
        marks: city.mark_texts(),
    }
}

/// Returns the share of avatars with at least so many ties, at growing numbers of ties; from sorted degrees.
fn distribution(degrees: &[u32]) -> Vec<[f64; 2]> {
    let n = degrees.len();
    let Some(most) = degrees.last().copied().filter(|d| *d > 0) else {
        return Vec::new();
    };
    let mut points = Vec::new();
    let mut at = 1u32;
    while at <= most {
        let above = n - degrees.partition_point(|d| *d < at);
        points.push([f64::from(at), above as f64 / n as f64]);
        // A few points in every doubling are enough for a curve.
        at = at.saturating_add((at / 8).max(1));
    }
    points
}

fn communities(watch: &SocialWatch, city: &City<'_>) -> (Vec<CommunityRow>, u64) {
    let all = city.get::<Communities>().table.rows();
    let book = city.get::<Book>();
    let today = watch.today.day;
    let names = Names::of_world(city.world());
    let mut order: Vec<(usize, usize)> = all
        .iter()
        .enumerate()
        .map(|(i, c)| (usize::MAX - c.members.len(), i))
        .collect();
    order.sort_unstable();
    let more = order.len().saturating_sub(MOST_COMMUNITIES) as u64;
    order.truncate(MOST_COMMUNITIES);
    let rows = order.into_iter().filter_map(|(_, i)| {
        let members = &all.get(i)?.members;
        let is_active = |a: &&AvatarId| book.last_active.get(a.idx()) == Some(&today);
        let id = CommunityId::from_idx(i);
        Some(CommunityRow {
            id,
            name: names.community(id),
            members: members.len() as u64,
            active: members.iter().filter(is_active).count() as u64,
            joined: u64::from(watch.joins_today.get(i).copied().unwrap_or(0)),
        })
    });
    (rows.collect(), more)
}

fn rising(watch: &SocialWatch, city: &City<'_>) -> Vec<RisingRow> {
    let cards = city.get::<Catalogue>().table.rows();
    let names = Names::of_world(city.world());
    let gained = |id: ItemId, y: &Young| {
        let uses = cards.get(id.idx()).map_or(0, |c| c.uses);
        let before = y.uses.len().checked_sub(RISING_HOURS);
        uses.saturating_sub(before.and_then(|i| y.uses.get(i)).copied().unwrap_or(0))
    };
    let mut order: Vec<((u32, u32), ItemId)> = watch
        .young
        .iter()
        .filter_map(|(id, y)| {
            let uses = cards.get(id.idx()).map_or(0, |c| c.uses);
            (uses > 0).then(|| ((gained(*id, y), uses), *id))
        })
        .collect();
    order.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    order.truncate(RISING);
    let now = city.now();
    let hours = |ticks: u32| f64::from(ticks) / f64::from(TICKS_PER_HOUR);
    let rows = order.into_iter().filter_map(|((gained, _), id)| {
        let (card, young) = (cards.get(id.idx())?, watch.young.get(&id)?);
        // The first full hour after it was published.
        let first = hours(TICKS_PER_HOUR - young.born.0 % TICKS_PER_HOUR);
        let samples = young.uses.iter().enumerate();
        let samples = samples.map(|(i, uses)| [first + i as f64, f64::from(*uses)]);
        let age_hours = hours(now.since(young.born));
        let mut curve: Vec<[f64; 2]> = std::iter::once([0.0, 0.0]).chain(samples).collect();
        if curve.last().is_none_or(|p| p[0] < age_hours) {
            curve.push([age_hours, f64::from(card.uses)]);
        }
        Some(RisingRow {
            id,
            title: names.item(id),
            creator: (card.creator != STUDIO).then_some(card.creator),
            age_hours,
            uses: u64::from(card.uses),
            gained: u64::from(gained),
            likes: u64::from(card.likes),
            by_ties: (card.uses > 0).then(|| f64::from(young.by_ties) / f64::from(card.uses)),
            curve,
        })
    });
    rows.collect()
}

fn sources(taken: &[u64; SOURCES]) -> Vec<(String, u64)> {
    Source::ALL
        .iter()
        .zip(taken)
        .map(|(source, n)| (names::source(*source).to_owned(), *n))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distribution_falls_from_who_has_a_tie_to_who_has_most() {
        let points = distribution(&[0, 0, 1, 2, 40]);
        assert_eq!(points[0], [1.0, 0.6]);
        assert_eq!(points[1], [2.0, 0.4]);
        assert!(
            points
                .windows(2)
                .all(|w| w[0][1] >= w[1][1] && w[0][0] < w[1][0])
        );
        assert!(distribution(&[]).is_empty() && distribution(&[0]).is_empty());
    }
}
