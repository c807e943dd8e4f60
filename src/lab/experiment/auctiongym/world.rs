//! Advertisers with twelve items each, and viewers who click on them.
//!
//! A viewer is five numbers from N(0, 1). An item is clicked with probability σ(x·w + b), and a click is worth its value to its
//! advertiser. Advertisers know these probabilities: what is studied is how they bid, not how they predict.
//!
//! # Source
//! Jeunen, Murphy and Allison (2022), "Learning to bid with `AuctionGym`". The items are those of its configurations with seed
//! 0: they are facts that a generator of random numbers decided, and are kept as a table for that reason.

use crate::platform::models::params::ModelError;
use crate::sim::math;
use crate::sim::rng::RngStream;

/// Advertisers.
pub const ADVERTISERS: usize = 6;
/// Items of an advertiser.
pub const ITEMS: usize = 12;
/// Numbers that describe a viewer.
pub const TRAITS: usize = 5;

/// The published items.
const PUBLISHED: &str = include_str!("../../../../assets/auctiongym/catalogue.csv");

/// What an advertiser can show.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Item {
    /// Weights of a viewer's traits in the logit of a click.
    pub weights: [f64; TRAITS],
    /// Logit of a click by a viewer without traits.
    pub intercept: f64,
    /// What a click is worth.
    pub value: f64,
}

/// What an advertiser shows to a viewer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Offer {
    /// How likely it is clicked.
    pub rate: f64,
    /// What a click is worth.
    pub value: f64,
}

impl Offer {
    /// Returns what a look is worth.
    #[must_use]
    pub fn expected(&self) -> f64 {
        self.rate * self.value
    }
}

/// Somebody who looks.
pub type Viewer = [f64; TRAITS];

/// The items of all advertisers.
#[derive(Debug, Clone, PartialEq)]
pub struct Catalogue {
    items: [[Item; ITEMS]; ADVERTISERS],
}

impl Catalogue {
    /// Returns the published items.
    ///
    /// # Errors
    /// [`ModelError::Value`] if the table that is part of the program is damaged.
    pub fn published() -> Result<Self, ModelError> {
        Self::parse(PUBLISHED)
    }

    /// Reads a table: advertiser, item, five weights, intercept and value in each line; lines that begin with `#` and the head
    /// are passed over.
    ///
    /// # Errors
    /// [`ModelError::Value`] for a line that is no item, and unless every item of every advertiser is there once.
    pub fn parse(text: &str) -> Result<Self, ModelError> {
        let refuse = |what: String, found: &str, allowed: &str| ModelError::Value {
            what,
            found: found.to_owned(),
            allowed: allowed.to_owned(),
        };
        let mut items = [[None; ITEMS]; ADVERTISERS];
        let rows = text.lines().zip(1..).filter(|(line, _)| {
            let is_head = line.starts_with("advertiser,");
            !line.starts_with('#') && !is_head && !line.is_empty()
        });
        for (line, number) in rows {
            let bad = || {
                let allowed =
                    "an advertiser below 6, an item below 12, seven finite numbers, each item once";
                refuse(format!("line {number} of the catalogue"), line, allowed)
            };
            let fields: Vec<&str> = line.split(',').collect();
            let [advertiser, item, numbers @ ..] = fields.as_slice() else {
                return Err(bad());
            };
            let numbers: Vec<f64> = numbers
                .iter()
                .map_while(|n| n.parse().ok())
                .filter(|n: &f64| n.is_finite())
                .collect();
            let [a, b, c, d, e, intercept, value] = numbers[..] else {
                return Err(bad());
            };
            let place = advertiser.parse().ok().zip(item.parse().ok());
            let slot = place.and_then(|(a, i): (usize, usize)| items.get_mut(a)?.get_mut(i));
            let Some(slot @ None) = slot else {
                return Err(bad());
            };
            *slot = Some(Item {
                weights: [a, b, c, d, e],
                intercept,
                value,
            });
        }
        let n = items.iter().flatten().flatten().count();
        if n < ADVERTISERS * ITEMS {
            let what = "number of items in the catalogue".to_owned();
            return Err(refuse(what, &n.to_string(), "72"));
        }
        Ok(Self {
            items: items.map(|of_one| of_one.map(Option::unwrap_or_default)),
        })
    }

    /// Returns the item of an advertiser that is worth most before a viewer.
    ///
    /// # Panics
    /// If there is no such advertiser.
    #[must_use]
    pub fn best(&self, advertiser: usize, viewer: &Viewer) -> Offer {
        let mut best = Offer {
            rate: 0.0,
            value: 0.0,
        };
        for item in &self.items[advertiser] {
            let products = item.weights.iter().zip(viewer).map(|(w, x)| w * x);
            let logit = products.sum::<f64>() + item.intercept;
            let offer = Offer {
                rate: math::sigmoid(logit),
                value: item.value,
            };
            if offer.expected() > best.expected() {
                best = offer;
            }
        }
        best
    }
}

/// Draws a viewer.
#[must_use]
pub fn draw_viewer(rng: &mut RngStream) -> Viewer {
    std::array::from_fn(|_| rng.normal())
}

/// Draws who takes part, each set of `n` advertisers as likely as another; all if there are not that many.
pub fn draw_participants(n: usize, rng: &mut RngStream) -> impl Iterator<Item = usize> + use<> {
    let mut all: [usize; ADVERTISERS] = std::array::from_fn(|a| a);
    let n = n.min(ADVERTISERS);
    for at in 0..n {
        all.swap(at, at + rng.below(ADVERTISERS - at));
    }
    all.into_iter().take(n)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::Purpose;

    #[test]
    fn published_items_offer_what_numpy_computes() {
        // numpy 2.4.6: for x = (.5, −1, .25, 2, −.75), the best of σ(E·x)·V of each advertiser, and its σ.
        let catalogue = Catalogue::published().expect("the table is whole");
        let viewer = [0.5, -1.0, 0.25, 2.0, -0.75];
        let known = [
            (0.496_829_416_047_979_4, 0.590_612_544_104_228_8),
            (0.116_423_474_096_044_55, 0.169_137_147_201_250_98),
            (0.174_960_457_305_133_93, 0.159_104_300_685_599_28),
            (0.872_568_391_620_526_9, 0.770_636_272_098_785),
            (0.538_820_082_506_932_8, 0.729_564_014_777_154_8),
            (0.256_668_913_258_369_3, 0.274_956_332_004_234),
        ];
        for (advertiser, (rate, expected)) in known.into_iter().enumerate() {
            let offer = catalogue.best(advertiser, &viewer);
            assert!((offer.rate - rate).abs() < 1e-14, "{advertiser}");
            assert!((offer.expected() - expected).abs() < 1e-14, "{advertiser}");
        }
    }

    #[test]
    fn damaged_catalogues_are_refused_with_the_line() {
        let good = Catalogue::published().expect("the table is whole");
        let lines: Vec<&str> = PUBLISHED.lines().collect();
        let item = "5,11,";
        let last = lines.iter().position(|l| l.starts_with(item)).unwrap();
        let with = |line: &str| {
            let mut changed = lines.clone();
            changed[last] = line;
            Catalogue::parse(&changed.join("\n"))
        };
        assert_eq!(with(lines[last]).unwrap(), good);
        for bad in [
            "5,12,1,1,1,1,1,1,1",
            "6,11,1,1,1,1,1,1,1",
            "5,11,1,1,1,1,1,1",
            "5,11,1,1,1,1,1,1,1,1",
            "5,11,1,1,x,1,1,1,1",
            "5,11,1,1,inf,1,1,1,1",
            "5,10,1,1,1,1,1,1,1",
            "nonsense",
        ] {
            let error = with(bad).unwrap_err().to_string();
            assert!(error.starts_with("line 76 of the catalogue"), "{error}");
        }
        let error = with("").unwrap_err().to_string();
        assert_eq!(
            error,
            "number of items in the catalogue is 71, allowed is 72"
        );
    }

    #[test]
    fn every_pair_takes_part_equally_often() {
        let mut counts = [[0u32; ADVERTISERS]; ADVERTISERS];
        for id in 0..30_000 {
            let mut rng = RngStream::new(4, Purpose::Test, id, 0);
            let pair: Vec<usize> = draw_participants(2, &mut rng).collect();
            counts[pair[0].min(pair[1])][pair[0].max(pair[1])] += 1;
        }
        for a in 0..ADVERTISERS {
            for b in a + 1..ADVERTISERS {
                // 2 000 expected, with a deviation of 43; four and a half of these.
                assert!(counts[a][b].abs_diff(2_000) < 195, "{a} {b}: {counts:?}");
            }
        }
        let mut rng = RngStream::new(4, Purpose::Test, 0, 1);
        let mut all: Vec<usize> = draw_participants(9, &mut rng).collect();
        all.sort_unstable();
        assert_eq!(all, [0, 1, 2, 3, 4, 5]);
    }
}
