//! Formats against published examples, closed forms, exhaustive search and the city's own auction.

use super::charge::charge;
use super::slot_auction::{Auctioneer, Award, Bid, Format, Reserves, Rules};
use crate::platform::ads::auction::{self, Pricing, Quality};
use crate::sim::dose::dose;
use crate::sim::ids::CampaignId;
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::units::Coins;

const FORMATS: [Format; 3] = [Format::GeneralizedSecond, Format::Vcg, Format::FirstPrice];
const RESERVES: [Reserves; 2] = [Reserves::Eager, Reserves::Lazy];

fn cleared(rules: Rules, bids: &[Bid], slots: &[f64]) -> Vec<Award> {
    let mut awards = Vec::new();
    Auctioneer::default().clear(rules, bids, slots, &mut awards);
    awards
}

fn eager(format: Format, bids: &[Bid], slots: &[f64]) -> Vec<Award> {
    cleared(Rules::eager(format), bids, slots)
}

/// Values 10, 4 and 2; slots with 200 and 100 clicks an hour (Edelman, Ostrovsky and Schwarz 2007).
const PUBLISHED: [f64; 3] = [10.0, 4.0, 2.0];
const CLICKS: [f64; 2] = [200.0, 100.0];

#[test]
fn published_example_of_two_slots_is_reproduced() {
    // misc_oracle.py, EOS_example: 800 and 200 at 4 and 2 a click; 600 and 200 at 3 and 2.
    let bids = PUBLISHED.map(Bid::plain);
    let paid = |format| -> Vec<(f64, f64)> {
        let awards = eager(format, &bids, &CLICKS);
        awards.iter().map(|a| (a.expected, a.per_click)).collect()
    };
    assert_eq!(
        paid(Format::GeneralizedSecond),
        [(800.0, 4.0), (200.0, 2.0)]
    );
    assert_eq!(paid(Format::Vcg), [(600.0, 3.0), (200.0, 2.0)]);
    assert_eq!(paid(Format::FirstPrice), [(2_000.0, 10.0), (400.0, 4.0)]);
}

#[test]
fn lowest_envy_free_bids_of_second_prices_pay_what_vickrey_clarke_groves_charges() {
    // Edelman, Ostrovsky and Schwarz (2007), theorem 1: every bidder below the top bids what the slot above would have to cost
    // to be no better than its own, b_k = v_k − α_k / α_{k−1} · (v_k − p_k); payments are then those of Vickrey–Clarke–Groves
    // at the values.
    for instance in 0..500 {
        let mut rng = RngStream::new(31, Purpose::Test, instance, 0);
        let n = 2 + rng.below(6);
        let mut values: Vec<f64> = (0..n).map(|_| rng.uniform()).collect();
        values.sort_by(|a, b| b.total_cmp(a));
        let slots: Vec<f64> = (0..3).map(|k| 0.6f64.powi(k)).collect();
        let honest: Vec<Bid> = values.iter().copied().map(Bid::plain).collect();
        let vcg = eager(Format::Vcg, &honest, &slots);
        let bids: Vec<Bid> = (0..n)
            .map(|k| match (k.checked_sub(1), vcg.get(k)) {
                (None, _) => Bid::plain(values[0]),
                (Some(up), Some(own)) => {
                    Bid::plain(values[k] - slots[k] / slots[up] * (values[k] - own.per_click))
                }
                (Some(_), None) => Bid::plain(values[k]),
            })
            .collect();
        let gsp = eager(Format::GeneralizedSecond, &bids, &slots);
        for (g, v) in gsp.iter().zip(&vcg) {
            assert_eq!(g.bidder, v.bidder, "instance {instance}");
            let off = (g.per_click - v.per_click).abs();
            assert!(off < 1e-12, "instance {instance}: {off}");
        }
    }
}

#[test]
fn revenues_of_uniform_values_are_those_of_the_closed_form() {
    // misc_oracle.py, SPA_U01_revenue: n · ∫_r^1 (2v − 1) v^{n−1} dv for reserves 0 and ½.
    let known = [
        (1, 0.0, 0.25),
        (2, 1.0 / 3.0, 0.416_666_666_666_666_5),
        (3, 0.5, 0.531_25),
        (5, 0.666_666_666_666_666_5, 0.671_875),
        (10, 0.818_181_818_181_818_1, 0.818_270_596_590_909),
    ];
    let n_auctions = 50_000u32;
    let mut auctioneer = Auctioneer::default();
    let mut awards = Vec::new();
    for (n, without, with) in known {
        let mut sums = [0.0; 3];
        for i in 0..n_auctions {
            let mut rng = RngStream::new(3, Purpose::Test, u64::from(i), n);
            let values: Vec<f64> = (0..n).map(|_| rng.uniform()).collect();
            // No reserve, ½ before ranking, ½ after it: the same for one slot and one reserve for all.
            let cases = [
                (0.0, Reserves::Eager),
                (0.5, Reserves::Eager),
                (0.5, Reserves::Lazy),
            ];
            for (sum, (reserve, reserves)) in sums.iter_mut().zip(cases) {
                let bids: Vec<Bid> = values
                    .iter()
                    .map(|v| Bid {
                        reserve,
                        ..Bid::plain(*v)
                    })
                    .collect();
                let rules = Rules {
                    format: Format::GeneralizedSecond,
                    reserves,
                };
                auctioneer.clear(rules, &bids, &[1.0], &mut awards);
                *sum += awards.first().map_or(0.0, |a| a.expected);
            }
        }
        let [free, half, late] = sums.map(|s| s / f64::from(n_auctions));
        // The deviation of one price is below .25: four standard errors are below .0045.
        assert!((free - without).abs() < 0.0045, "{n} bidders: {free}");
        assert!((half - with).abs() < 0.0045, "{n} bidders: {half}");
        assert_eq!(half, late, "{n} bidders");
    }
}

#[test]
fn a_bid_below_its_reserve_gives_way_before_ranking_and_blocks_after_it() {
    let proud = Bid {
        reserve: 12.0,
        ..Bid::plain(10.0)
    };
    let modest = Bid {
        reserve: 1.0,
        ..Bid::plain(5.0)
    };
    for format in FORMATS {
        let sold = |reserves| cleared(Rules { format, reserves }, &[proud, modest], &[1.0, 0.5]);
        let early = sold(Reserves::Eager);
        assert_eq!((early.len(), early[0].bidder, early[0].slot), (1, 1, 0));
        let late = sold(Reserves::Lazy);
        assert_eq!((late.len(), late[0].bidder, late[0].slot), (1, 1, 1));
        let price = if format == Format::FirstPrice {
            5.0
        } else {
            1.0
        };
        assert_eq!((early[0].per_click, late[0].per_click), (price, price));
    }
}

#[test]
fn quality_decides_with_the_bid_and_divides_the_price() {
    // Scores .4 and .3: the lower bid wins and pays .3 / .2.
    let bids = [(3.0, 0.1), (2.0, 0.2)].map(|(per_click, quality)| Bid {
        per_click,
        quality,
        reserve: 0.0,
    });
    let won = eager(Format::GeneralizedSecond, &bids, &[1.0])[0];
    assert_eq!(won.bidder, 1);
    assert!((won.per_click - 1.5).abs() < 1e-12 && (won.expected - 0.3).abs() < 1e-12);
}

#[test]
fn bids_and_slots_that_mean_nothing_take_no_part() {
    let odd = [f64::NAN, -1.0, 0.0, f64::INFINITY].map(Bid::plain);
    let negative = Bid {
        quality: -1.0,
        ..Bid::plain(-1.0)
    };
    let mut bids = odd.to_vec();
    bids.extend([negative, Bid::plain(2.0), Bid::plain(1.0)]);
    for format in FORMATS {
        let awards = eager(format, &bids, &[1.0, f64::NAN, 1.0]);
        assert_eq!(awards.len(), 1, "{format:?}");
        assert_eq!(awards[0].bidder, 5, "{format:?}");
        assert!(eager(format, &bids, &[]).is_empty());
        assert!(eager(format, &[], &[1.0]).is_empty());
    }
    // A slot said to be better than the one above is its equal.
    let awards = eager(Format::FirstPrice, &bids, &[1.0, 9.0]);
    assert_eq!(awards[1].expected, 1.0);
}

/// Largest welfare of bidders in slots, by trying everything; `without` is left out.
fn best_welfare(bids: &[Bid], slots: &[f64], without: Option<usize>, taken: u32) -> f64 {
    let Some((exposure, lower)) = slots.split_first() else {
        return 0.0;
    };
    let mut best = best_welfare(bids, lower, without, taken);
    for (i, bid) in bids.iter().enumerate() {
        if Some(i) == without || taken & (1 << i) != 0 {
            continue;
        }
        let here = exposure * bid.score().unwrap_or(0.0);
        best = best.max(here + best_welfare(bids, lower, without, taken | (1 << i)));
    }
    best
}

fn draw_slots(rng: &mut RngStream, most: usize) -> Vec<f64> {
    let n = 1 + rng.below(most);
    let mut slots: Vec<f64> = (0..n).map(|_| 1.0 - rng.uniform()).collect();
    slots.sort_by(|a, b| b.total_cmp(a));
    slots
}

/// Draws bids with few distinct numbers, so that ties are common.
fn draw_bids(rng: &mut RngStream, most: usize, with_reserves: bool) -> Vec<Bid> {
    (0..=rng.below(most))
        .map(|_| Bid {
            per_click: rng.below(21) as f64 / 10.0,
            quality: (1 + rng.below(8)) as f64 / 8.0,
            reserve: if with_reserves {
                rng.below(12) as f64 / 10.0
            } else {
                0.0
            },
        })
        .collect()
}

#[test]
fn prop_vickrey_clarke_groves_charges_what_the_others_lose() {
    for instance in 0..dose(2_000) {
        let mut rng = RngStream::new(32, Purpose::Test, instance, 0);
        let bids = draw_bids(&mut rng, 5, false);
        let slots = draw_slots(&mut rng, 3);
        let awards = eager(Format::Vcg, &bids, &slots);
        let all = best_welfare(&bids, &slots, None, 0);
        let mut reached = 0.0;
        for award in &awards {
            let winner = award.bidder as usize;
            let own = slots[award.slot as usize] * bids[winner].score().unwrap();
            reached += own;
            let lost = best_welfare(&bids, &slots, Some(winner), 0) - (all - own);
            let off = (award.expected - lost).abs();
            assert!(off < 1e-12, "instance {instance}: {award:?}, not {lost}");
        }
        assert!((reached - all).abs() < 1e-12, "instance {instance}");
    }
}

#[test]
fn prop_prices_lie_between_reserve_and_bid_and_slots_go_down_in_order() {
    for instance in 0..dose(20_000) {
        let mut rng = RngStream::new(33, Purpose::Test, instance, 0);
        let bids = draw_bids(&mut rng, 9, true);
        let slots = draw_slots(&mut rng, 5);
        for format in FORMATS {
            for reserves in RESERVES {
                let awards = cleared(Rules { format, reserves }, &bids, &slots);
                let score = |a: &Award| bids[a.bidder as usize].score().unwrap();
                for a in &awards {
                    let bid = bids[a.bidder as usize];
                    let allowed = bid.reserve..=bid.per_click;
                    assert!(allowed.contains(&a.per_click), "instance {instance}: {a:?}");
                    let (money, floor) = (
                        charge(a.per_click, Coins::from_f64(bid.per_click)),
                        Coins::from_f64(bid.reserve),
                    );
                    assert!(money <= Coins::from_f64(bid.per_click) && money >= floor);
                }
                for pair in awards.windows(2) {
                    let (up, down) = (&pair[0], &pair[1]);
                    assert!(up.slot < down.slot, "instance {instance}");
                    let in_order = score(up) > score(down)
                        || (score(up) == score(down) && up.bidder < down.bidder);
                    assert!(in_order, "instance {instance}: {up:?} {down:?}");
                }
                if reserves == Reserves::Eager {
                    // Nobody who was left out would have come before somebody who was not.
                    let left_out = (0..bids.len() as u32)
                        .filter(|b| awards.iter().all(|a| a.bidder != *b))
                        .map(|b| bids[b as usize])
                        .filter(|b| b.per_click >= b.reserve)
                        .filter_map(|b| b.score());
                    let highest = left_out.fold(0.0, f64::max);
                    let lowest = awards.last().map_or(0.0, score);
                    let full = awards.len() == slots.len();
                    assert!(highest <= lowest && (full || highest == 0.0), "{instance}");
                }
            }
        }
    }
}

#[test]
fn prop_under_vickrey_clarke_groves_no_bid_beats_the_value() {
    let mut auctioneer = Auctioneer::default();
    let mut awards = Vec::new();
    for instance in 0..dose(20_000) {
        let mut rng = RngStream::new(34, Purpose::Test, instance, 0);
        let mut bids = draw_bids(&mut rng, 6, true);
        let slots = draw_slots(&mut rng, 4);
        let reserves = RESERVES[rng.below(2)];
        let rules = Rules {
            format: Format::Vcg,
            reserves,
        };
        let liar = rng.below(bids.len());
        let honest = bids[liar];
        let mut surplus = |bids: &[Bid]| {
            auctioneer.clear(rules, bids, &slots, &mut awards);
            let won = awards.iter().find(|a| a.bidder as usize == liar);
            won.map_or(0.0, |a| {
                slots[a.slot as usize] * honest.quality * honest.per_click - a.expected
            })
        };
        let truth = surplus(&bids);
        assert!(truth >= 0.0, "instance {instance}");
        // Between and on the numbers that others bid.
        for step in 0..=25 {
            bids[liar].per_click = f64::from(step) * 0.09;
            let lie = surplus(&bids);
            assert!(lie <= truth + 1e-12, "instance {instance}: {bids:?}");
        }
    }
}

#[test]
fn prop_second_prices_earn_no_less_than_vickrey_clarke_groves_and_no_more_than_first_prices() {
    for instance in 0..dose(5_000) {
        let mut rng = RngStream::new(35, Purpose::Test, instance, 0);
        let bids = draw_bids(&mut rng, 8, true);
        let slots = draw_slots(&mut rng, 4);
        for reserves in RESERVES {
            let [gsp, vcg, first] = FORMATS.map(|format| {
                let awards = cleared(Rules { format, reserves }, &bids, &slots);
                awards.iter().map(|a| a.expected).sum::<f64>()
            });
            assert!(vcg <= gsp + 1e-12 && gsp <= first + 1e-12, "{instance}");
        }
    }
}

#[test]
fn prop_the_citys_auction_sells_to_the_same_bidders_for_the_same_prices() {
    for instance in 0..dose(5_000) {
        let mut rng = RngStream::new(36, Purpose::Test, instance, 0);
        let n = rng.below(10) as u32;
        let mut theirs: Vec<auction::Bid> = (0..n)
            .map(|c| auction::Bid {
                campaign: CampaignId(c),
                per_click: Coins::from_micros(rng.below(40) as i64 * 1_003),
                quality: Quality::from_probability(0.001 * (1 + rng.below(9)) as f64),
            })
            .collect();
        let least = Coins::from_micros(rng.below(20_000) as i64);
        let reserve = auction::score(least, Quality::from_probability(0.004));
        // Whole numbers of micro-units and of clicks in a thousand million looks: their products are exact.
        let ours: Vec<Bid> = theirs
            .iter()
            .map(|b| {
                let quality = f64::from(b.quality.per_thousand_million());
                Bid {
                    per_click: b.per_click.micros() as f64,
                    quality,
                    reserve: reserve as f64 / quality,
                }
            })
            .collect();
        let mut clicks: Vec<u32> = (0..rng.below(5))
            .map(|_| 1 + rng.below(90) as u32)
            .collect();
        clicks.sort_unstable_by(|a, b| b.cmp(a));
        let slots: Vec<f64> = clicks.iter().copied().map(f64::from).collect();
        let pairs = [
            (Format::GeneralizedSecond, Pricing::GeneralizedSecond),
            (Format::Vcg, Pricing::Vcg),
            (Format::FirstPrice, Pricing::FirstPrice),
        ];
        for (format, pricing) in pairs {
            let awards = eager(format, &ours, &slots);
            let mut sold = Vec::new();
            auction::clear(pricing, &mut theirs, &clicks, reserve, &mut sold);
            assert_eq!(awards.len(), sold.len(), "instance {instance}");
            for (a, b) in awards.iter().zip(&sold) {
                assert_eq!(a.bidder, b.campaign.0, "instance {instance}");
                // The city rounds up to a micro-unit.
                let over = b.per_click.micros() as f64 - a.per_click;
                assert!((-1e-6..1.000_001).contains(&over), "{instance}: {over}");
            }
        }
    }
}

#[test]
fn an_auctioneer_remembers_nothing() {
    let mut used = Auctioneer::default();
    let mut awards = Vec::new();
    for instance in 0..2_000 {
        let mut rng = RngStream::new(37, Purpose::Test, instance, 0);
        let bids = draw_bids(&mut rng, 8, true);
        let slots = draw_slots(&mut rng, 4);
        let rules = Rules::eager(FORMATS[rng.below(3)]);
        used.clear(rules, &bids, &slots, &mut awards);
        assert_eq!(awards, cleared(rules, &bids, &slots));
    }
}
