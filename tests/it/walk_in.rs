//! Walk-in: an avatar that is taken over does what is chosen for it, and nothing by itself but when it is forgotten.

use agora::cli::selftest::city;
use agora::events::behavior::{Event, EventKind, Surface};
use agora::events::bus::EventBus;
use agora::scenario::run::progress::Run;
use agora::scenario::steer::order::Command;
use agora::sim::ids::{AvatarId, SpaceId};
use agora::society::avatars::avatar::{Activity, Avatar, Avatars};
use agora::society::walk_in::choice::Choice;
use agora::society::walk_in::front::open_slate;
use agora::society::walk_in::rules::{WalkInError, check};
use agora::society::walk_in::state::{PATIENCE, Refusal};

const FEED: Choice = Choice::Look {
    surface: Surface::Feed,
};

fn begun() -> Run {
    let mut run = Run::begin(&city::busy(120, 5, "popularity").unwrap(), 1, None).unwrap();
    for _ in 0..90 {
        run.step().unwrap();
    }
    run
}

fn avatar(run: &Run, id: AvatarId) -> &Avatar {
    run.sim.world().resource::<Avatars>().get(id)
}

/// Somebody whom this is true of.
fn somebody(run: &Run, is: impl Fn(&Avatar) -> bool) -> AvatarId {
    let avatars = run.sim.world().resource::<Avatars>();
    let found = (0..avatars.table.len())
        .map(AvatarId::from_idx)
        .find(|id| is(avatars.get(*id)));
    found.expect("there is somebody")
}

fn take(run: &mut Run, id: AvatarId) {
    run.command(Command::TakeOver { avatar: id }).unwrap();
}

fn choose(run: &mut Run, id: AvatarId, choice: Choice) {
    run.command(Command::Choose { avatar: id, choice }).unwrap();
}

/// Steps until this is true, and returns what the avatar did on the way.
fn until(run: &mut Run, id: AvatarId, what: &str, is: impl Fn(&Run) -> bool) -> Vec<Event> {
    let mut did = Vec::new();
    for _ in 0..400 {
        if is(run) {
            return did;
        }
        run.step().unwrap();
        let bus = run.sim.world().resource::<EventBus>();
        did.extend(bus.current.iter().filter(|e| e.avatar == id).copied());
    }
    panic!("{what} did not come about; it did {did:?}");
}

/// Steps until the avatar has a slate before it.
fn until_open(run: &mut Run, id: AvatarId) -> Vec<Event> {
    until(run, id, "a slate", |run| {
        open_slate(run.sim.world(), id).is_some_and(|f| f.slate.is_some())
    })
}

fn until_free(run: &mut Run, id: AvatarId) -> Vec<Event> {
    until(run, id, "being free", |run| {
        check(run.sim.world(), id, FEED).is_ok()
    })
}

#[test]
fn a_chosen_slot_is_taken_and_the_slate_waits_for_it() {
    let mut run = begun();
    let id = somebody(&run, |a| a.is_awake() && a.activity != Activity::Waiting);
    take(&mut run, id);
    until_free(&mut run, id);
    choose(&mut run, id, FEED);
    until_open(&mut run, id);
    // It goes on looking, and does nothing.
    let before = open_slate(run.sim.world(), id)
        .unwrap()
        .slate
        .cloned()
        .unwrap();
    for _ in 0..20 {
        run.step().unwrap();
    }
    let front = open_slate(run.sim.world(), id).unwrap();
    assert_eq!(
        (front.activity, front.slate),
        (Activity::Waiting, Some(&before))
    );
    assert!(front.possible.contains(&Choice::PassBy) && !front.possible.contains(&FEED));
    assert!(!front.can_go);
    let slot = (before.slots.len() - 1) as u8;
    let e = run.command(Command::Choose {
        avatar: id,
        choice: Choice::Pick { slot: slot + 1 },
    });
    assert!(e.unwrap_err().to_string().contains("slots, counted from 0"));
    choose(&mut run, id, Choice::Pick { slot });
    run.step().unwrap();
    let bus = run.sim.world().resource::<EventBus>();
    let taken = bus
        .current
        .iter()
        .find(|e| e.avatar == id && e.kind == EventKind::Consume && e.offer == before.offer);
    let taken = taken.expect("it took what stands there");
    assert_eq!(
        (taken.position, taken.thing),
        (slot, before.slots[usize::from(slot)].thing)
    );
    assert_eq!(avatar(&run, id).activity, Activity::Consuming);
    assert_eq!(
        check(run.sim.world(), id, Choice::PassBy),
        Err(WalkInError::NoSlate(id))
    );
}

#[test]
fn passing_by_takes_nothing_and_a_click_is_one() {
    let mut run = begun();
    run.command(Command::SetPolicy {
        key: "platform.ads.load".to_owned(),
        value: 1.0.into(),
    })
    .unwrap();
    let id = somebody(&run, |a| a.is_awake() && a.activity != Activity::Waiting);
    take(&mut run, id);
    let mut clicked = false;
    for _ in 0..6 {
        until_free(&mut run, id);
        choose(&mut run, id, FEED);
        until_open(&mut run, id);
        let front = open_slate(run.sim.world(), id).unwrap();
        let clicks = front.possible.contains(&Choice::ClickAd);
        clicked |= clicks;
        let choice = if clicks {
            Choice::ClickAd
        } else {
            Choice::PassBy
        };
        choose(&mut run, id, choice);
        run.step().unwrap();
        let bus = run.sim.world().resource::<EventBus>();
        let kinds: Vec<EventKind> = bus
            .current
            .iter()
            .filter(|e| e.avatar == id)
            .map(|e| e.kind)
            .collect();
        assert!(kinds.contains(&EventKind::Pass), "{kinds:?}");
        assert_eq!(kinds.contains(&EventKind::AdClick), clicks, "{kinds:?}");
    }
    assert!(clicked, "no slate carried an ad");
}

#[test]
fn a_forgotten_avatar_waits_and_then_decides_once_by_itself() {
    let mut run = begun();
    let id = somebody(&run, |a| a.is_awake() && a.activity != Activity::Waiting);
    take(&mut run, id);
    until_free(&mut run, id);
    choose(&mut run, id, FEED);
    until_open(&mut run, id);
    // It was seen waiting in the tick that served the slate.
    for _ in 1..PATIENCE {
        run.step().unwrap();
        assert_eq!(avatar(&run, id).activity, Activity::Waiting);
    }
    run.step().unwrap();
    run.step().unwrap();
    assert_ne!(avatar(&run, id).activity, Activity::Waiting);
    // Even so it goes home only when the time it meant to stay is over.
    let ends = avatar(&run, id).session_ends;
    let did = until(&mut run, id, "its leaving", |run| {
        !avatar(run, id).is_awake()
    });
    let end = did
        .iter()
        .find(|e| e.kind == EventKind::SessionEnd)
        .unwrap();
    assert!(end.tick >= ends, "{} before {ends}", end.tick);
    assert!(
        open_slate(run.sim.world(), id).is_some(),
        "it stays taken over"
    );
}

#[test]
fn an_avatar_is_woken_goes_talks_studies_and_leaves_as_told() {
    let mut run = begun();
    let id = somebody(&run, |a| !a.is_awake());
    take(&mut run, id);
    assert_eq!(
        open_slate(run.sim.world(), id).unwrap().possible,
        [Choice::Wake]
    );
    assert_eq!(
        check(run.sim.world(), id, FEED),
        Err(WalkInError::Asleep(id))
    );
    choose(&mut run, id, Choice::Wake);
    run.step().unwrap();
    assert_eq!(avatar(&run, id).activity, Activity::Idle);
    assert_eq!(
        check(run.sim.world(), id, Choice::Wake),
        Err(WalkInError::Awake(id))
    );

    // On a long way it can only be told to leave.
    run.command(Command::SetPolicy {
        key: "society.spaces.walking_speed".to_owned(),
        value: 0.2.into(),
    })
    .unwrap();
    let space = SpaceId(0);
    choose(&mut run, id, Choice::Go { space });
    run.step().unwrap();
    assert!(matches!(
        check(run.sim.world(), id, FEED),
        Err(WalkInError::Busy { .. })
    ));
    assert_eq!(check(run.sim.world(), id, Choice::Leave), Ok(()));
    let did = until(&mut run, id, "its arrival", |run| {
        avatar(run, id).space == space
    });
    assert!(
        did.iter()
            .any(|e| e.kind == EventKind::Move && e.space == space)
    );
    let there = Err(WalkInError::AlreadyThere(space));
    assert_eq!(check(run.sim.world(), id, Choice::Go { space }), there);
    let nowhere = Choice::Go {
        space: SpaceId(9_999),
    };
    assert!(matches!(
        check(run.sim.world(), id, nowhere),
        Err(WalkInError::NoSuchSpace { .. })
    ));

    choose(&mut run, id, Choice::Talk);
    run.step().unwrap();
    let front = open_slate(run.sim.world(), id).unwrap();
    let nobody = front.note.is_some_and(|n| n.why == Refusal::NobodyHere);
    assert!(front.activity == Activity::Talking || nobody, "{front:?}");
    until_free(&mut run, id);

    choose(&mut run, id, Choice::Play);
    until_open(&mut run, id);
    let front = open_slate(run.sim.world(), id).unwrap();
    assert_eq!(front.slate.map(|s| s.surface), Some(Surface::Games));
    assert_eq!(
        check(run.sim.world(), id, Choice::Study),
        Err(WalkInError::SlateIsOpen(id))
    );

    choose(&mut run, id, Choice::Leave);
    run.step().unwrap();
    assert!(!avatar(&run, id).is_awake());
    run.command(Command::LetGo { avatar: id }).unwrap();
    assert!(open_slate(run.sim.world(), id).is_none());
    let e = run.command(Command::Choose {
        avatar: id,
        choice: Choice::Wake,
    });
    assert!(e.unwrap_err().to_string().contains("is not taken over"));
}

#[test]
fn an_avatar_that_is_let_go_before_a_slate_goes_on_living() {
    let mut run = begun();
    let id = somebody(&run, |a| a.is_awake() && a.activity != Activity::Waiting);
    take(&mut run, id);
    let again = run.command(Command::TakeOver { avatar: id });
    assert!(
        again
            .unwrap_err()
            .to_string()
            .contains("is taken over already")
    );
    until_free(&mut run, id);
    choose(&mut run, id, FEED);
    until_open(&mut run, id);
    run.command(Command::LetGo { avatar: id }).unwrap();
    until(&mut run, id, "the end of its session", |run| {
        !avatar(run, id).is_awake()
    });
}
