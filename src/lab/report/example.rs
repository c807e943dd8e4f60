//! A made-up report for the tests: every list filled with plausible shapes, nothing simulated.

use std::collections::BTreeMap;

use super::data::{
    AdRows, AlarmRow, CalibrationBin, CalibrationRow, CardRow, CardState, DayRow, DriftRows,
    FORMAT, FactRow, FlowDirection, FlowRow, LandMap, LandSpace, ModelRow, PassRow, ReportData,
    RetentionPoint, SurfaceRow, SurvivalPoint,
};
use super::example_markets::{ads, trade};
use super::reach::{BonusRows, PushRows};
use super::trade::TradeRows;
use crate::economy::ledger::Currency;
use crate::lab::summary::{BooksSummary, RealismSummary, RunSummary};
use crate::sim::math;
use crate::sim::rng::{Purpose, RngStream};

/// A report in which nothing was observed.
pub(super) fn empty() -> ReportData {
    ReportData {
        format: FORMAT,
        summary: RunSummary {
            agora_version: "0.1.0".to_owned(),
            scenario: "quiet".to_owned(),
            scenario_hash: String::new(),
            seed: 0,
            threads: 1,
            ticks: 0,
            days: 0,
            avatars: 0,
            sessions: 0,
            active_avatar_ticks: 0,
            events: 0,
            slates: 0,
            wall_seconds: 0.0,
            active_avatar_ticks_per_second: 0.0,
            peak_rss_bytes: 0,
            final_state_hash: String::new(),
            interrupted: false,
            commands: 0,
            policy_changes: Vec::new(),
            parent: None,
            books: BooksSummary {
                balanced: true,
                minted: 0,
                burned: 0,
                held: 0,
            },
            metrics: BTreeMap::new(),
            realism: RealismSummary::default(),
        },
        command: String::new(),
        description: String::new(),
        scenario: String::new(),
        days: Vec::new(),
        retention: Vec::new(),
        cohorts: Vec::new(),
        cohort_sizes: Vec::new(),
        survival: Vec::new(),
        session_minutes: Vec::new(),
        item_counts: Vec::new(),
        attention_by_domain: Vec::new(),
        attention_by_space: Vec::new(),
        flows: Vec::new(),
        land: LandMap::default(),
        trade: TradeRows::default(),
        models: Vec::new(),
        cards: Vec::new(),
        calibration: Vec::new(),
        drift: DriftRows::default(),
        ads: AdRows::default(),
        bonuses: BonusRows::default(),
        pushes: PushRows::default(),
        surfaces: Vec::new(),
        hours: [0.0; 24],
        wellbeing: Vec::new(),
        scorecard: Vec::new(),
        notes: Vec::new(),
    }
}

fn stream(id: u64) -> RngStream {
    RngStream::new(7, Purpose::Test, id, 0)
}

fn retained(day: u32) -> f64 {
    if day == 0 {
        1.0
    } else {
        0.42 * math::pow(f64::from(day), -0.45)
    }
}

fn day_rows(days: u32) -> Vec<DayRow> {
    let mut rng = stream(1);
    let mut supply = 40_000.0;
    (0..days)
        .map(|day| {
            let t = f64::from(day);
            let growth = 1.0 - math::exp(-t / 12.0);
            let weekly = 1.0 + 0.12 * math::cos(t * std::f64::consts::TAU / 7.0);
            let active = (900.0 + 2_600.0 * growth) * weekly * rng.range(0.96, 1.04);
            let learned = day >= 14;
            let minted = active * rng.range(1.9, 2.3);
            let burned = active * (0.6 + 1.2 * growth) * rng.range(0.9, 1.1);
            supply += minted - burned;
            let impressions = active * rng.range(7.0, 9.0);
            DayRow {
                day,
                active: active as u64,
                wau: (active * 2.3) as u64,
                mau: (active * (2.3 + 2.3 * growth)) as u64,
                newcomers: rng.range(220.0, 320.0) as u64,
                sessions: (active * 1.7) as u64,
                minutes: active * 13.0 * (0.9 + 0.2 * growth),
                satisfaction: Some(if learned { 0.61 } else { 0.52 } + 0.01 * rng.normal()),
                regret_share: Some(if learned { 0.14 } else { 0.21 } + 0.008 * rng.normal()),
                night_share: Some(0.13 + 0.005 * rng.normal()),
                attention_efficiency: (day % 2 == 0 || learned)
                    .then(|| if learned { 0.71 } else { 0.46 } + 0.015 * rng.normal()),
                attention_price: learned.then(|| 0.034 + 0.002 * rng.normal()),
                ad_revenue: impressions * 0.011 * rng.range(0.8, 1.2),
                ad_impressions: impressions as u64,
                ad_clicks: (impressions * 0.006) as u64,
                pushes_sent: (active * 0.8) as u64,
                pushes_opened: (active * 0.8 * rng.range(0.03, 0.06)) as u64,
                coins_supply: supply,
                minted,
                burned,
                coin_price_index: 1.0 + 0.3 * growth + 0.01 * rng.normal(),
                model: if learned {
                    "matrix_factorization"
                } else {
                    "popularity"
                }
                .to_owned(),
            }
        })
        .collect()
}

fn land(side: u32) -> LandMap {
    let mut rng = stream(2);
    let center = f64::from(side) / 2.0;
    let prices = (0..side * side)
        .map(|i| {
            let (x, y) = (i % side, i / side);
            if x % 8 == 4 || y % 8 == 4 {
                return None;
            }
            let away = math::pow(
                math::pow(f64::from(x) - center, 2.0) + math::pow(f64::from(y) - center, 2.0),
                0.5,
            );
            Some(6_000.0 * math::exp(-away / 7.0) * rng.log_normal(0.0, 0.5) + 4.0)
        })
        .collect();
    let kinds = [
        "feed_room",
        "game_room",
        "market_hall",
        "estate",
        "classroom",
    ];
    let spaces = (0..60)
        .map(|i| LandSpace {
            x: rng.below(side as usize) as u32,
            y: rng.below(side as usize) as u32,
            kind: kinds[i % kinds.len()].to_owned(),
            footfall: rng.log_normal(3.0, 1.2),
        })
        .collect();
    let ground = (0..side * side)
        .map(|i| match (i % side % 8, i / side % 8) {
            (4, _) | (_, 4) => '#',
            _ => '.',
        })
        .collect();
    LandMap {
        side,
        ground,
        prices,
        spaces,
    }
}

fn facts() -> Vec<FactRow> {
    let rows: [(&str, Option<f64>, f64, f64, Option<f64>, &str); 9] = [
        (
            "retention.d1",
            Some(0.41),
            0.25,
            0.47,
            Some(0.448),
            "Cookie Cats gate_30",
        ),
        (
            "retention.d7",
            Some(0.175),
            0.10,
            0.20,
            Some(0.190),
            "Cookie Cats gate_30",
        ),
        (
            "retention.d30",
            Some(0.121),
            0.04,
            0.10,
            Some(0.097),
            "power law through D1 and D7",
        ),
        (
            "activity.diurnal_ratio",
            Some(6.3),
            5.0,
            12.0,
            Some(11.0),
            "AuctionNet hourly traffic",
        ),
        (
            "content.rank_slope",
            Some(-0.62),
            -1.0,
            -0.4,
            Some(-0.485),
            "MovieLens-100K",
        ),
        (
            "ads.ctr_display",
            Some(0.0061),
            0.001,
            0.01,
            None,
            "display 0.0005-0.0015; Open Bandit 0.0038-0.0069",
        ),
        ("wealth.gini", Some(0.47), 0.55, 0.80, Some(0.65), "Pardus"),
        (
            "land.price_max_over_median",
            Some(310.0),
            20.0,
            1_000.0,
            Some(750.0),
            "Decentraland monthly sales",
        ),
        (
            "education.completion_median",
            None,
            0.05,
            0.15,
            Some(0.126),
            "221 MOOCs, Jordan 2015",
        ),
    ];
    rows.into_iter()
        .map(|(key, value, low, high, published, source)| {
            let passed = value.is_some_and(|v| low <= v && v <= high);
            FactRow {
                key: key.to_owned(),
                value,
                low,
                high,
                published,
                source: source.to_owned(),
                note: "bots are counted apart".to_owned(),
                passed,
                why: match value {
                    None => "no course that began early enough to be finished",
                    Some(v) if v > high => "above the band",
                    Some(v) if v < low => "below the band",
                    Some(_) => "",
                }
                .to_owned(),
            }
        })
        .collect()
}

fn flows() -> Vec<FlowRow> {
    use FlowDirection::{Faucet, Sink, Transfer};
    [
        ("welcome grant", Faucet, 61_000.0),
        ("play reward", Faucet, 148_000.0),
        ("creator fund", Faucet, 52_000.0),
        ("coin purchase", Faucet, 90_500.0),
        ("listing fee", Sink, 24_000.0),
        ("game item", Sink, 131_000.0),
        ("land tax", Sink, 67_000.0),
        ("advertisement", Sink, 18_300.0),
        ("asset sale", Transfer, 203_000.0),
        ("tip", Transfer, 9_400.0),
    ]
    .into_iter()
    .map(|(purpose, direction, total)| FlowRow {
        purpose: purpose.to_owned(),
        currency: Currency::Coins,
        direction,
        count: (total / 4.0) as u64,
        total,
    })
    .collect()
}

fn cards() -> Vec<CardRow> {
    use CardState::{Challenger, Held, Live, Replaced};
    [(1, Replaced), (2, Held), (3, Live), (4, Challenger)]
        .into_iter()
        .map(|(version, state)| {
            let passes = if version == 4 { 12 } else { 0 };
            CardRow {
                name: "ials".to_owned(),
                version,
                day: f64::from(version) * 2.5,
                rows: 4_000 * u64::from(version),
                loss: 0.4,
                held_out: 0.1 + 0.01 * f64::from(version),
                incumbent: (version > 1).then_some(0.12),
                state,
                curve: (1..=passes)
                    .map(|pass| PassRow {
                        pass,
                        loss: Some(0.4 + math::exp(-f64::from(pass) / 3.0)),
                        held_out: Some(0.12 - 0.1 * math::exp(-f64::from(pass) / 2.0)),
                    })
                    .collect(),
            }
        })
        .collect()
}

fn calibration() -> Vec<CalibrationRow> {
    ["feed", "games"]
        .into_iter()
        .zip([0.0, 0.02])
        .map(|(surface, off)| CalibrationRow {
            surface: surface.to_owned(),
            expected_error: off,
            bins: [0.015, 0.03, 0.08, 0.12, 0.18, 0.27]
                .map(|predicted| CalibrationBin {
                    predicted,
                    taken: predicted + off,
                    slots: 1_200,
                })
                .to_vec(),
        })
        .collect()
}

fn drift() -> DriftRows {
    let alarm = |day, stream: &str, detector: &str, value| AlarmRow {
        day,
        stream: stream.to_owned(),
        detector: detector.to_owned(),
        value,
    };
    DriftRows {
        alarms: vec![
            alarm(14.25, "interests", "PSI", 0.31),
            alarm(14.75, "take rate", "ADWIN", 0.42),
        ],
        shift_day: Some(14),
        delay_hours: Some(6.0),
        efficiency_before: Some(0.7),
        efficiency_lowest: Some(0.46),
        recovery_days: Some(6),
    }
}

/// A report of `days` days in which everything was observed.
pub(super) fn full(days: u32) -> ReportData {
    let mut data = empty();
    let rows = day_rows(days);
    data.ads = ads(days);
    let s = &mut data.summary;
    s.scenario = "city".to_owned();
    s.scenario_hash = "9f1c2a7be4d05513".to_owned();
    s.final_state_hash = "c0d4b91f00aa73e2".to_owned();
    s.seed = 7;
    s.threads = 8;
    s.days = days;
    s.ticks = days * 1_440;
    s.avatars = 18_204;
    s.sessions = rows.iter().map(|r| r.sessions).sum();
    s.slates = s.sessions * 11;
    s.events = s.sessions * 34;
    s.active_avatar_ticks = 2_405_118;
    s.wall_seconds = 41.7;
    s.active_avatar_ticks_per_second = 57_676.0;
    s.peak_rss_bytes = 1_288_490_188;
    s.books.minted = 351_500_000_000;
    s.books.burned = 240_300_000_000;
    s.books.held = 111_200_000_000;
    s.metrics = [
        ("retention_d1", Some(0.41)),
        ("session_median_minutes", Some(6.2)),
        ("item_gini", Some(0.67)),
        ("retention_d90", None),
    ]
    .into_iter()
    .map(|(k, v)| (k.to_owned(), v))
    .collect();
    data.scorecard = facts();
    s.realism.of = data.scorecard.len() as u32;
    s.realism.passed = data.scorecard.iter().filter(|f| f.passed).count() as u32;
    data.command = format!("agora run city --seed 7 --days {days} --realism");
    data.description =
        "A city of eighteen thousand avatars with every mechanism on, from an empty plaza to its second month.".to_owned();

    let mut rng = stream(3);
    data.retention = (0..days)
        .map(|day| {
            let n = u64::from(days - day) * 260;
            let share = retained(day);
            let half = 1.96 * math::pow(share * (1.0 - share) / n as f64, 0.5);
            RetentionPoint {
                day,
                share,
                low: share - half,
                high: share + half,
                n,
            }
        })
        .collect();
    data.cohort_sizes = rows.iter().map(|r| r.newcomers as u32).collect();
    data.cohorts = (0..days)
        .map(|arrival| {
            (0..days)
                .map(|since| {
                    (arrival + since < days).then(|| {
                        let noise = if since == 0 {
                            1.0
                        } else {
                            rng.range(0.85, 1.15)
                        };
                        retained(since) * noise
                    })
                })
                .collect()
        })
        .collect();
    data.survival = (0..days)
        .map(|d| {
            let share = math::pow(1.0 + f64::from(d), -0.38);
            SurvivalPoint {
                days: f64::from(d),
                share,
                low: share * 0.95,
                high: (share * 1.04).min(1.0),
                at_risk: 9_000 - 140 * u64::from(d),
            }
        })
        .collect();
    data.session_minutes = (0..18)
        .map(|i| {
            let z = (f64::from(i) - 8.0) / 3.1;
            (
                math::pow(1.6, f64::from(i)) * 0.25,
                (41_000.0 * math::exp(-z * z / 2.0)) as u64,
            )
        })
        .collect();
    data.item_counts = (0..4_000)
        .map(|r| (9_000.0 * math::pow(f64::from(r) + 6.0, -0.72)) as u64)
        .collect();
    data.attention_by_domain = [
        ("posts", 0.31),
        ("games", 0.27),
        ("assets", 0.09),
        ("land", 0.05),
        ("education", 0.12),
        ("people", 0.16),
    ]
    .into_iter()
    .map(|(name, share)| {
        let minutes = rows.iter().map(|r| r.minutes * share * rng.range(0.9, 1.1));
        (name.to_owned(), minutes.collect())
    })
    .collect();
    data.attention_by_space = [
        ("plaza", 310_000.0),
        ("game_room", 402_000.0),
        ("market_hall", 120_500.0),
        ("estate", 64_000.0),
        ("classroom", 155_200.0),
    ]
    .map(|(k, v)| (k.to_owned(), v))
    .to_vec();
    data.days = rows;
    data.flows = flows();
    data.land = land(48);
    for (name, start, gain) in [
        ("popularity", 0.061, 0.0),
        ("item_knn", 0.070, 0.052),
        ("matrix_factorization", 0.050, 0.098),
    ] {
        for day in (0..days).step_by(3) {
            let progress = 1.0 - math::exp(-f64::from(day) / 9.0);
            for (metric, scale) in [("NDCG@10", 1.0), ("recall@10", 1.9)] {
                data.models.push(ModelRow {
                    name: name.to_owned(),
                    day: f64::from(day),
                    metric: metric.to_owned(),
                    value: scale * (start + gain * progress + 0.002 * rng.normal()),
                });
            }
        }
    }
    data.cards = cards();
    data.calibration = calibration();
    data.drift = drift();
    data.trade = trade();
    data.surfaces = [
        ("feed", 812_330, 0.44, 0.31, 0.72),
        ("related", 240_120, 0.29, 0.36, 0.51),
        ("people", 98_004, 0.12, 0.22, 0.88),
        ("land", 12_870, 0.031, 0.18, 0.97),
    ]
    .into_iter()
    .map(
        |(surface, slates, take_rate, mean_true_utility, coverage)| SurfaceRow {
            surface: surface.to_owned(),
            slates,
            take_rate,
            mean_true_utility: Some(mean_true_utility),
            coverage,
        },
    )
    .collect();
    for (h, value) in data.hours.iter_mut().enumerate() {
        *value = 1_000.0 * (1.25 - math::cos((h as f64 - 5.0) / 24.0 * std::f64::consts::TAU));
    }
    data.wellbeing = [
        ("share of days above two hours", 0.043),
        ("regretted minutes share", 0.157),
        ("night sessions share", 0.081),
        ("mean ads per session", 4.7),
        ("exposure gap between creators, Gini", 0.58),
    ]
    .map(|(k, v)| (k.to_owned(), v))
    .to_vec();
    data.notes = vec![
        "Intervals are 95 % intervals over avatars of one run, not over seeds.".to_owned(),
        "Bots are counted apart and are not in any chart.".to_owned(),
    ];
    data
}
