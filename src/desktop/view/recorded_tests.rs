//! What is drawn of a recording is what was drawn of the city that was recorded.

use std::path::Path;

use super::city::CityMaker;
use super::crowd::{CrowdMaker, CrowdView};
use super::recorded_city::RecordedMaker;
use super::sight::Ask;
use crate::desktop::command::Overlay;
use crate::desktop::panels::testing::TestCity;
use crate::events::log::writer::{Disk, LogStorage as _};
use crate::lab::recording::{Detail, FORMAT, Header, Recorder, Recording};

/// Begins to record a city into a file.
fn recorder(path: &Path, test: &TestCity) -> Recorder {
    let header = Header {
        format: FORMAT,
        agora: "test".to_owned(),
        scenario: test.scenario.name.clone(),
        description: String::new(),
        scenario_toml: test.scenario.to_toml(),
        scenario_hash: String::new(),
        seed: test.scenario.seed,
        days: test.scenario.days,
        detail: Detail::Demo,
        first_tick: test.city().now().0,
        components: Vec::new(),
    };
    let file = Disk.create(path).unwrap();
    Recorder::begin(path, file, &header, test.sim.world(), None).unwrap()
}

#[test]
fn a_recording_played_tick_by_tick_shows_the_crowd_of_the_living_city() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("recording.mcap");
    let mut test = TestCity::new(900, 9 * 60);
    let mut out = recorder(&path, &test);
    let (mut rows, mut people) = (CityMaker::default(), CrowdMaker::default());
    let mut live: Vec<CrowdView> = Vec::new();
    for _ in 0..90 {
        test.sim.step();
        let city = test.city();
        out.tick(&test.sim, city.now().0 - 1, 0, &[], &[]).unwrap();
        rows.watch(&city);
        people.watch(&city);
        let view = rows.view(&city);
        live.push(people.view(&city, &view.rows, &Ask::default(), Overlay::None));
    }
    let last_city = rows.view(&test.city());
    drop(out);
    let mut recording = Recording::open(&path).unwrap();
    let mut maker = RecordedMaker::default();
    let (mut walked, mut marked) = (0, 0);
    for (tick, living) in recording.ticks().zip(&live) {
        let picture = recording.at(tick).unwrap();
        let deeds = recording.deeds(tick..tick + 1).unwrap();
        maker.see(&picture, &deeds);
        let city = maker.city(&recording, &picture);
        let crowd = maker.crowd(&recording, &picture);
        assert_eq!(crowd.tick, living.tick);
        assert_eq!(crowd.rows, living.rows, "tick {tick}");
        assert_eq!(crowd.homes, living.homes, "tick {tick}");
        assert_eq!(city.rows.spaces, last_city.rows.spaces);
        assert_eq!(city.rows.cells, last_city.rows.cells);
        walked += crowd.rows.iter().filter(|r| r.walks()).count();
        marked += crowd.rows.iter().filter(|r| r.mark_age == 0).count();
    }
    // What was not flushed is not read: at least the first hour is whole.
    assert!(recording.ticks().len() >= 60, "{:?}", recording.ticks());
    assert!(
        walked > 3 && marked > 20,
        "{walked} walked, {marked} had signs"
    );
}
