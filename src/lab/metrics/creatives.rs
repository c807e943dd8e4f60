//! What creatives did: how often each was shown and clicked, which conversions they are credited with, and what better ones were left.
//!
//! Creatives are told apart in two ways: by their number, all campaigns together, and by how well whoever looked likes them in truth
//! among those of the campaign. What is lost against always showing the best of them is counted in liking, which is how much more
//! often one is clicked than the first, so that it is not blurred by chance.

use std::collections::BTreeMap;

use bevy::ecs::prelude::*;
use serde::{Deserialize, Serialize};

use super::ads::{FOLLOWED, credited, journeys};
use crate::events::behavior::{Event, EventKind};
use crate::events::bus::{EventBus, OfferBus};
use crate::events::offer::{AdFace, AdSlot, MOST_CREATIVES};
use crate::events::sign::SignBus;
use crate::platform::ads::attribution::journey::{Channel, Touch};
use crate::platform::ads::config::Attribution;
use crate::platform::config::PlatformRules;
use crate::sim::ids::{AvatarId, CampaignId};
use crate::sim::schedule::Seed;
use crate::sim::units::Tick;
use crate::society::avatars::avatar::Avatars;
use crate::society::avatars::creative_taste::liking;
use crate::society::config::SocietyRules;

/// Looks and clicks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answers {
    /// Looks.
    pub looks: u64,
    /// Clicks.
    pub clicks: u64,
}

impl Answers {
    /// Returns clicks over looks.
    #[must_use]
    pub fn ctr(self) -> Option<f64> {
        (self.looks > 0).then(|| self.clicks as f64 / self.looks as f64)
    }
}

/// What an avatar saw of a campaign's creatives, and when it did what the campaign wants.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Story {
    touches: Vec<Touch>,
    converted: Option<Tick>,
}

/// How an avatar likes the creatives of a campaign, and which one it looks at.
#[derive(Debug, Clone, PartialEq)]
struct Sighting {
    shown: usize,
    likings: Vec<f64>,
}

impl Sighting {
    /// Returns how many creatives it likes better than the one shown.
    fn rank(&self) -> usize {
        let own = self.likings[self.shown];
        self.likings.iter().filter(|x| **x > own).count()
    }
}

/// Everything counted of creatives.
#[derive(Resource, Debug, Clone, Default, Serialize, Deserialize)]
pub struct CreativeBook {
    /// By number, all campaigns together.
    pub by_number: [Answers; MOST_CREATIVES],
    /// By how many creatives of the campaign are liked better by who looked.
    pub by_rank: [Answers; MOST_CREATIVES],
    /// Sums over looks of how well what was shown is liked, and what is liked best.
    pub liked: (f64, f64),
    stories: BTreeMap<(AvatarId, CampaignId), Story>,
}

impl CreativeBook {
    /// Counts an event; what was seen is known of looks and clicks at ads of this tick.
    fn count(&mut self, e: &Event, seen: Option<&Sighting>) {
        let pair = (e.avatar, CampaignId(e.thing.id));
        match (e.kind, seen) {
            (EventKind::AdImpression, Some(s)) => {
                self.by_number[s.shown].looks += 1;
                self.by_rank[s.rank()].looks += 1;
                self.liked.0 += s.likings[s.shown];
                self.liked.1 += s.likings.iter().fold(0.0, |m: f64, x| m.max(*x));
                if e.avatar.0 < FOLLOWED {
                    let story = self.stories.entry(pair).or_default();
                    if story.converted.is_none() {
                        story.touches.push(Touch {
                            channel: Channel(s.shown as u8),
                            at: e.tick,
                        });
                    }
                }
            }
            (EventKind::AdClick, Some(s)) => {
                self.by_number[s.shown].clicks += 1;
                self.by_rank[s.rank()].clicks += 1;
            }
            (EventKind::AdConvert, _) => {
                // Whoever saw none of its ads owes nothing to a creative.
                if let Some(story) = self.stories.get_mut(&pair) {
                    story.converted.get_or_insert(e.tick);
                }
            }
            _ => {}
        }
    }

    /// Returns the liking lost against the best creative of each campaign for each who looked, as a share; `None` without looks.
    #[must_use]
    pub fn regret(&self) -> Option<f64> {
        let (shown, best) = self.liked;
        (best > 0.0).then(|| 1.0 - shown / best)
    }

    /// Returns the share of looks at the creative that who looked likes best; `None` without looks.
    #[must_use]
    pub fn best_share(&self) -> Option<f64> {
        let looks: u64 = self.by_rank.iter().map(|a| a.looks).sum();
        (looks > 0).then(|| self.by_rank[0].looks as f64 / looks as f64)
    }

    /// Returns conversions credited to each creative by number; those without an ad within the window are owed to none.
    #[must_use]
    pub fn credits(&self, by: Attribution, window_days: u32) -> Vec<f64> {
        let stories = self.stories.values();
        let journeys = journeys(stories.map(|s| (&s.touches[..], s.converted)), window_days);
        credited(by, &journeys, MOST_CREATIVES).unwrap_or_else(|| vec![0.0; MOST_CREATIVES])
    }
}

/// Counts what was made of the creatives shown in this tick.
pub fn measure_creatives(
    seed: Res<Seed>,
    society: Res<SocietyRules>,
    platform: Res<PlatformRules>,
    events: Res<EventBus>,
    offers: Res<OfferBus>,
    signs: Option<Res<SignBus>>,
    avatars: Res<Avatars>,
    mut book: ResMut<CreativeBook>,
) {
    let is_ad = |e: &&Event| {
        matches!(
            e.kind,
            EventKind::AdImpression | EventKind::AdClick | EventKind::AdConvert
        )
    };
    let mut answers = events.current.iter().filter(is_ad).peekable();
    if answers.peek().is_none() {
        return;
    }
    let mut shown: Vec<&AdSlot> = offers.ads(signs.as_deref()).collect();
    shown.sort_unstable_by_key(|ad| ad.offer);
    let n = platform.0.ads.creatives.clamp(1, MOST_CREATIVES as u32) as u8;
    for e in answers {
        // A conversion comes long after what was seen.
        let found = (e.kind != EventKind::AdConvert)
            .then(|| shown.binary_search_by_key(&e.offer, |ad| ad.offer).ok())
            .flatten();
        let seen = found.map(|i| {
            let ad = shown[i];
            let a = avatars.get(e.avatar);
            let choice = &society.0.choice;
            let face = |k| AdFace::new(ad.face.topic(), k);
            // What is shown is there even where fewer were asked for since.
            let n = n.max(ad.face.creative() + 1);
            Sighting {
                shown: usize::from(ad.face.creative()),
                likings: (0..n)
                    .map(|k| liking(seed.0, e.avatar, a, ad.campaign, face(k), choice))
                    .collect(),
            }
        });
        book.count(e, seen.as_ref());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::behavior::ThingKind;

    fn event(kind: EventKind, at: u32) -> Event {
        Event::new(Tick(at), AvatarId(1), kind).thing(ThingKind::Campaign, 4)
    }

    fn sighting(shown: usize) -> Sighting {
        Sighting {
            shown,
            likings: vec![1.0, 2.0, 0.5],
        }
    }

    #[test]
    fn regret_is_what_the_best_would_have_been_liked_more() {
        let mut book = CreativeBook::default();
        assert_eq!((book.regret(), book.best_share()), (None, None));
        for shown in [0, 1, 2, 1] {
            book.count(&event(EventKind::AdImpression, 5), Some(&sighting(shown)));
        }
        book.count(&event(EventKind::AdClick, 5), Some(&sighting(1)));
        // Shown 1 + 2 + ½ + 2 of 4 · 2.
        assert!((book.regret().unwrap() - (1.0 - 5.5 / 8.0)).abs() < 1e-12);
        assert_eq!(book.best_share(), Some(0.5));
        let looks = |a: &[Answers]| a.iter().map(|x| x.looks).collect::<Vec<_>>();
        assert_eq!(looks(&book.by_number[..4]), [1, 2, 1, 0]);
        assert_eq!(looks(&book.by_rank[..4]), [2, 1, 1, 0]);
        assert_eq!(book.by_number[1].ctr(), Some(0.5));
        assert_eq!(book.by_number[3].ctr(), None);
    }

    #[test]
    fn a_conversion_is_credited_to_the_creative_that_the_rule_names() {
        let mut book = CreativeBook::default();
        book.count(&event(EventKind::AdConvert, 1), None);
        book.count(&event(EventKind::AdImpression, 5), Some(&sighting(2)));
        book.count(&event(EventKind::AdImpression, 6), Some(&sighting(0)));
        book.count(&event(EventKind::AdConvert, 9), None);
        let last = book.credits(Attribution::Last, 7);
        assert!((last[0] - 1.0).abs() < 1e-9 && last[2].abs() < 1e-9);
        let first = book.credits(Attribution::First, 7);
        assert!((first[2] - 1.0).abs() < 1e-9 && first[0].abs() < 1e-9);
    }
}
