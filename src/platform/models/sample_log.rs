//! A small made-up log on which every model is tested: taste can be learned from it, and order matters a little.
//!
//! Every item is about one of four topics and every user has a taste for each topic. Once a day a user is shown a slate; what
//! is liked is engaged with. Who has just engaged with an item likes the next one of its topic better (a series) and is
//! often shown it. Features of all modalities are noisy pictures of the topic. The last two items were never shown.

use std::sync::Arc;

use crate::sim::math;
use crate::sim::rng::{Purpose, RngStream};

use super::evaluation::rank_of;
use super::interaction_log::{
    FeatureBlock, Impression, Interaction, InteractionLog, ItemFacts, Outcome,
};
use super::model::{Model, Person};

/// Users of the log.
pub(super) const N_USERS: usize = 60;
/// Items of the log.
pub(super) const N_ITEMS: usize = 40;
/// Items at the end of the catalogue that nobody was ever shown.
pub(super) const N_COLD: usize = 2;
/// Topics; item i is about topic `i % N_TOPICS`, and `i + N_TOPICS` is next in its series.
pub(super) const N_TOPICS: usize = 4;
/// Columns of every modality.
pub(super) const N_COLUMNS: usize = 8;
/// The modalities.
pub(super) const MODALITIES: [&str; 4] = ["text", "picture", "sound", "motion"];

const DAYS: usize = 12;
const SLATE: usize = 4;
const DAY: i64 = 86_400;
/// How often the first place of a slate goes to the next item of a series.
const SERIES: f64 = 0.5;
/// Words of each topic.
const WORDS: [&[&str]; N_TOPICS] = [
    &["harbour", "boat", "sail", "tide"],
    &["garden", "seed", "soil", "rose"],
    &["engine", "gear", "motor", "wheel"],
    &["choir", "melody", "drum", "song"],
];

/// Makes the log of a seed.
pub(super) fn sample_log(seed: u64) -> InteractionLog {
    let mut rng = RngStream::new(seed, Purpose::Test, 0, 0);
    let items = facts(&mut rng);
    // A few items are shown far more often than others, whatever they are about.
    let fame: Vec<f64> = (0..N_ITEMS).map(|_| rng.log_normal(0.0, 0.7)).collect();
    let quality: Vec<f64> = (0..N_ITEMS).map(|_| 0.4 * rng.normal()).collect();
    let mut impressions = Vec::new();
    for user in 0..N_USERS {
        let mut rng = RngStream::new(seed, Purpose::Test, 1 + user as u64, 0);
        let mut taste = [-1.5; N_TOPICS];
        taste[rng.below(N_TOPICS)] = 1.5;
        taste[rng.below(N_TOPICS)] += 1.0;
        let mut last: Option<usize> = None;
        for day in 0..DAYS {
            let time = day as i64 * DAY + 600 * user as i64;
            let next = last.map(|i| i + N_TOPICS).filter(|i| *i < N_ITEMS - N_COLD);
            let slate = draw_slate(&mut rng, &fame, next);
            for (position, (item, propensity)) in slate.into_iter().enumerate() {
                let series = if next == Some(item) { 1.2 } else { 0.0 };
                let drive = taste[item % N_TOPICS] + quality[item] + series - 0.2 * position as f64;
                let outcome = draw_outcome(&mut rng, math::sigmoid(drive));
                if outcome >= Outcome::Engage {
                    last = Some(item);
                }
                impressions.push(Impression {
                    user: user as u32,
                    item: item as u32,
                    time: time + 60 * position as i64,
                    position: position as u8,
                    propensity: propensity as f32,
                    outcome,
                });
            }
        }
    }
    impressions.sort_by_key(|i| i.time);
    let interactions = impressions
        .iter()
        .filter(|i| i.outcome > Outcome::Ignore)
        .map(|i| Interaction {
            user: i.user,
            item: i.item,
            time: i.time,
            weight: [0.0, 0.5, 1.0, 2.0][i.outcome as usize],
        })
        .collect();
    InteractionLog {
        n_users: N_USERS,
        n_items: N_ITEMS,
        interactions,
        impressions,
        items: Arc::new(items),
        users: Arc::new(vec![zones(&mut rng)]),
    }
}

/// Draws distinct items with the probability with which each came to its place.
fn draw_slate(rng: &mut RngStream, fame: &[f64], next: Option<usize>) -> Vec<(usize, f64)> {
    let mut left = fame[..N_ITEMS - N_COLD].to_vec();
    let mut slate = Vec::with_capacity(SLATE);
    for position in 0..SLATE {
        let total: f64 = left.iter().sum();
        let series = next.filter(|_| position == 0);
        let item = match series {
            Some(next) if rng.chance(SERIES) => next,
            _ => rng.weighted(&left).expect("more items than places"),
        };
        let by_fame = left[item] / total;
        let propensity = match series {
            None => by_fame,
            Some(next) if next == item => SERIES + (1.0 - SERIES) * by_fame,
            Some(_) => (1.0 - SERIES) * by_fame,
        };
        left[item] = 0.0;
        slate.push((item, propensity));
    }
    slate
}

fn draw_outcome(rng: &mut RngStream, liking: f64) -> Outcome {
    let opened = rng.chance(liking);
    if !opened {
        return Outcome::Ignore;
    }
    let liked = rng.chance(liking);
    if !liked {
        Outcome::View
    } else if rng.chance(0.8) {
        Outcome::Engage
    } else {
        Outcome::Convert
    }
}

fn facts(rng: &mut RngStream) -> ItemFacts {
    let blocks = MODALITIES
        .iter()
        .map(|name| {
            let pictures: Vec<f64> = (0..N_TOPICS * N_COLUMNS).map(|_| rng.normal()).collect();
            let mut values = Vec::with_capacity(N_ITEMS * N_COLUMNS);
            for item in 0..N_ITEMS {
                let picture = &pictures[item % N_TOPICS * N_COLUMNS..][..N_COLUMNS];
                values.extend(picture.iter().map(|p| (p + 0.5 * rng.normal()) as f32));
            }
            // Not every item is heard or moves; what is missing is all zeros.
            let mut present = Vec::new();
            if matches!(*name, "sound" | "motion") {
                present = (0..N_ITEMS).map(|_| rng.chance(0.7)).collect();
                for (row, here) in values.chunks_mut(N_COLUMNS).zip(&present) {
                    if !here {
                        row.fill(0.0);
                    }
                }
            }
            FeatureBlock {
                name: (*name).to_owned(),
                columns: (0..N_COLUMNS).map(|c| format!("{name}_{c}")).collect(),
                values,
                present,
            }
        })
        .collect();
    let words = (0..N_ITEMS)
        .map(|item| {
            let mut own = [""; 5].map(|_| {
                let topic = WORDS[item % N_TOPICS];
                topic[rng.below(topic.len())]
            });
            // One word in five is about something else.
            let stray = WORDS[rng.below(N_TOPICS)];
            own[4] = stray[rng.below(stray.len())];
            own.join(" ")
        })
        .collect();
    ItemFacts {
        blocks,
        words,
        born: (0..N_ITEMS).map(|item| item as i64 * DAY / 80).collect(),
    }
}

/// Where users live; says nothing about taste.
fn zones(rng: &mut RngStream) -> FeatureBlock {
    let mut values = vec![0.0; N_USERS * 3];
    for row in values.chunks_mut(3) {
        row[rng.below(3)] = 1.0;
    }
    FeatureBlock {
        name: "zone".to_owned(),
        columns: ["west", "middle", "east"].map(str::to_owned).to_vec(),
        values,
        present: Vec::new(),
    }
}

/// Splits off the last engagement of every user whose last item was new to it, with the impression it came from.
pub(super) fn hold_out_last(log: &InteractionLog) -> (InteractionLog, Vec<Interaction>) {
    let mut rest = log.clone();
    let mut held_out = Vec::new();
    for past in log.by_user() {
        let Some((last, before)) = past.split_last() else {
            continue;
        };
        if !before.is_empty() && before.iter().all(|i| i.item != last.item) {
            held_out.push(*last);
        }
    }
    let of = |user, item, time| {
        held_out
            .iter()
            .any(|h| (h.user, h.item, h.time) == (user, item, time))
    };
    rest.interactions.retain(|i| !of(i.user, i.item, i.time));
    rest.impressions.retain(|i| !of(i.user, i.item, i.time));
    (rest, held_out)
}

/// Returns the mean rank of held-out items among all that their users had not met, as a share: 0 is perfect, 0.5 is chance.
///
/// `log` is what the model was fitted on.
pub(super) fn mean_rank(model: &dyn Model, log: &InteractionLog, held_out: &[Interaction]) -> f64 {
    let by_user = log.by_user();
    let mut sum = 0.0;
    for h in held_out {
        let person = Person {
            user: Some(h.user),
            past: &by_user[h.user as usize],
            now: h.time,
        };
        let mut scores = vec![0.0; log.n_items];
        model.score(&[person], &mut scores).unwrap();
        let met = person.items();
        for item in &met {
            scores[*item as usize] = f32::NEG_INFINITY;
        }
        let n_others = log.n_items - met.len() - 1;
        sum += (rank_of(h.item, &scores) - 1) as f64 / n_others.max(1) as f64;
    }
    sum / held_out.len().max(1) as f64
}

#[test]
fn the_log_is_in_order_and_its_parts_fit_together() {
    let log = sample_log(1);
    assert_eq!(log, sample_log(1));
    assert_ne!(log, sample_log(2));
    assert!(log.impressions.is_sorted_by_key(|i| i.time));
    assert!(log.interactions.is_sorted_by_key(|i| i.time));
    assert_eq!(log.impressions.len(), N_USERS * DAYS * SLATE);
    let n = log.interactions.len();
    assert!((600..1_600).contains(&n), "{n} engagements");
    assert!(log.by_user().iter().all(|past| past.len() >= 3));
    let warm = (N_ITEMS - N_COLD) as u32;
    let shown = log.impressions.iter();
    assert!(shown.clone().all(|i| i.item < warm));
    assert!(
        shown
            .clone()
            .all(|i| i.propensity > 0.0 && i.propensity <= 1.0)
    );
    for block in &log.items.blocks {
        assert_eq!(block.values.len(), N_ITEMS * block.columns.len());
    }
    let (rest, held_out) = hold_out_last(&log);
    assert_eq!(rest.interactions.len() + held_out.len(), n);
    assert!(held_out.len() > N_USERS / 3, "{}", held_out.len());
}
