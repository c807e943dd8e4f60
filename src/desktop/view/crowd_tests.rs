//! Crowds of running cities: nobody jumps, nobody leaves the map, nobody stands on another's seat.

use super::city::CityMaker;
use super::crowd::{CrowdMaker, CrowdView};
use super::place::{WAY, gap};
use super::sight::Ask;
use crate::desktop::command::Overlay;
use crate::desktop::panels::testing::TestCity;
use crate::society::avatars::avatar::Activity;

#[test]
fn everybody_goes_on_from_where_it_was_and_stays_on_the_map() {
    let mut test = TestCity::new(600, 12 * 60);
    let (mut rows, mut people) = (CityMaker::default(), CrowdMaker::default());
    let mut last = CrowdView::default();
    let (mut walked, mut talked) = (0, 0);
    for _ in 0..600 {
        test.sim.step();
        let city = test.city();
        rows.watch(&city);
        people.watch(&city);
        let view = rows.view(&city);
        let crowd = people.view(&city, &view.rows, &Ask::default(), Overlay::Communities);
        let extent = view.rows.grid.extent();
        for row in &crowd.rows {
            let inside = |v: f32| v.is_finite() && (-15.0..=extent + 15.0).contains(&v);
            assert!(row.way.iter().flatten().all(|v| inside(*v)), "{row:?}");
            let Some(before) = last.row(row.id) else {
                continue;
            };
            let jump = gap(before.way[WAY - 1], row.way[0]);
            assert!(
                row.appears || jump < 2.0,
                "{jump} m: {before:?} then {row:?}"
            );
            walked += u32::from(row.walks());
            talked += u32::from(row.activity == Activity::Talking);
        }
        last = crowd;
    }
    assert!(walked > 50, "{walked}");
    assert!(talked > 0);
    let view = rows.view(&test.city());
    assert!(!view.boards.is_empty());
    assert!(view.attention.iter().any(|m| *m > 0.0));
}

#[test]
fn an_empty_city_and_a_city_of_one_have_rows() {
    for n in [1, 2] {
        let mut test = TestCity::new(n, 0);
        let (mut rows, mut people) = (CityMaker::default(), CrowdMaker::default());
        for _ in 0..3 {
            let city = test.city();
            rows.watch(&city);
            people.watch(&city);
            let view = rows.view(&city);
            let crowd = people.view(&city, &view.rows, &Ask::default(), Overlay::Interests);
            assert!(crowd.rows.len() <= n as usize);
            assert!(
                view.rows
                    .lots
                    .iter()
                    .all(|l| l.worth.is_finite() && l.price.is_finite())
            );
            test.sim.step();
        }
    }
}
