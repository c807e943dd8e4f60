//! Who an avatar is, what it is doing, and what is true of it.

use crate::desktop::panels::inspector::facts::Fact;
use crate::desktop::panels::inspector::names::link;
use crate::desktop::panels::inspector::story::woken_by;
use crate::desktop::panels::kit::numbers::{NONE, count, decimal, minutes, percent};
use crate::desktop::view::sight::City;
use crate::desktop::view::subject::Subject;
use crate::events::behavior::NO_SPACE;
use crate::sim::ids::{AvatarId, SpaceId};
use crate::sim::units::Tick;
use crate::society::avatars::avatar::{Activity, Avatar, Role};
use crate::society::avatars::profile::{DataPurpose, Profiles};

/// Returns what an avatar is doing, in a word.
pub(in super::super) const fn activity(activity: Activity) -> &'static str {
    match activity {
        Activity::Asleep => "not in the city",
        Activity::Idle => "thinking what to do next",
        Activity::Waiting => "looking at an offer",
        Activity::Consuming => "reading or watching",
        Activity::Traveling => "on the way",
        Activity::Talking => "talking",
        Activity::Playing => "playing",
        Activity::Studying => "studying",
    }
}

/// Returns what a role is, in a few words.
pub(in super::super) const fn role(role: Role) -> &'static str {
    match role {
        Role::Ordinary => "visitor, as most people",
        Role::Creator => "creator: publishes content",
        Role::Landlord => "landlord: buys land to let it",
        Role::Trader => "trader: buys assets to sell them",
        Role::Teacher => "teacher: publishes courses",
    }
}

/// Tells what it is doing, where, and until when.
pub(super) fn now(city: &City<'_>, a: &Avatar) -> Vec<Fact> {
    let is_here = a.is_awake();
    let mut facts = vec![Fact::new(
        "Doing",
        activity(a.activity),
        "What it is doing at this minute",
    )];
    let place = |name: &str, space: SpaceId, help: &str| {
        if space == NO_SPACE {
            Fact::new(name, "at home or on the way", help)
        } else {
            Fact::link(name, link(city, Subject::Space(space)), help)
        }
    };
    if !is_here {
        let seen = if a.n_sessions == 0 {
            "it has not come yet".to_owned()
        } else {
            a.last_seen.to_string()
        };
        facts.push(Fact::new("Last seen", seen, "When its last session ended"));
        if a.has_left {
            facts.push(Fact::new(
                "Left",
                "for good, unless a push or an invitation brings it back",
                "Whether it plans to come back",
            ));
        }
        return facts;
    }
    if a.activity == Activity::Traveling {
        facts.push(place("Going to", a.destination, "Where it is going"));
    } else {
        facts.push(place("Where", a.space, "Where in the city it is"));
    }
    if a.busy_until > city.now() {
        facts.push(Fact::new(
            "Until",
            a.busy_until.to_string(),
            "When that ends",
        ));
    }
    facts.push(Fact::new(
        "Here since",
        format!("{}, {}", a.session_began, woken_by(a.woken_by)),
        "When and why its session began",
    ));
    facts.push(Fact::new(
        "Ads seen",
        format!("{} in this session", a.ads_seen),
        "Ads shown to it since it came",
    ));
    facts
}

/// Tells who it is, as far as anybody may know.
pub(super) fn card(city: &City<'_>, id: AvatarId, a: &Avatar) -> Vec<Fact> {
    let yes = |is: bool| if is { "yes" } else { "no" };
    let mut facts = vec![
        Fact::new("Role", role(a.role), "What most of its time is for"),
        Fact::new(
            "Age",
            if a.is_minor {
                "under age: never targeted by ads"
            } else {
                "adult"
            },
            "The platform knows it, because it must not target who is under age",
        ),
        Fact::link(
            "Home",
            link(city, Subject::Parcel(a.home)),
            "The parcel where its sessions begin",
        ),
        Fact::new(
            "Joined",
            if a.joined == Tick(0) {
                "before the first day: a resident".to_owned()
            } else {
                a.joined.to_string()
            },
            "When it signed up",
        ),
        Fact::new(
            "Sessions",
            format!(
                "{}, {} in all",
                count(u64::from(a.n_sessions)),
                minutes(f64::from(a.minutes))
            ),
            "Times it came, and time it stayed",
        ),
        Fact::new(
            "Streak",
            format!("{} days in a row", a.streak_days),
            "Days in a row on which it came",
        ),
    ];
    if let Some(p) = city.get::<Profiles>().table.rows().get(id.idx()) {
        let says = |purpose| yes(p.consent.allows(purpose));
        facts.push(Fact::new(
            "Consents to",
            format!(
                "recommendations from behaviour: {}; ads chosen by behaviour: {}; research: {}; pushes: {}",
                says(DataPurpose::Recommendation),
                says(DataPurpose::Ads),
                says(DataPurpose::Research),
                yes(p.push_allowed)
            ),
            "What it lets the platform do with what it does. What is not consented to is not there",
        ));
        facts.push(Fact::new(
            "Time zone",
            format!(
                "{:+} h, {}:00 there now",
                p.timezone,
                a.local_hour(city.now())
            ),
            "Hours east of the city's clock",
        ));
    }
    facts.push(Fact::new(
        "Skill",
        format!("{} Elo", count(a.skill.max(0.0) as u64)),
        "Skill at games: 400 points more mean ten times the odds to win",
    ));
    facts
}

/// Tells what no platform sees.
pub(super) fn truth(a: &Avatar) -> Vec<Fact> {
    let f = |x: f32| decimal(f64::from(x));
    let regret = f64::from(a.regret_minutes) / f64::from(a.minutes);
    let regret = if a.minutes == 0 {
        NONE.to_owned()
    } else {
        percent(regret)
    };
    vec![
        Fact::new(
            "Satisfaction",
            format!("{} of −1 to 1", f(a.satisfaction)),
            "Rises with what is better than expected, falls twice as fast with what is worse; moves whether it comes back",
        ),
        Fact::new(
            "Expects",
            f(a.expected),
            "What it has learned to expect of an experience, from −1 to 1",
        ),
        Fact::new(
            "Regret",
            format!("{regret} of its minutes"),
            "Share of its minutes that it would not choose again",
        ),
        Fact::new(
            "Comes",
            format!("{} times a day while it stays", f(a.rate)),
            "Mean sessions a day",
        ),
        Fact::new(
            "Leaves",
            format!("at a rate of {} a day", f(a.leaving)),
            "Rate of leaving for good, before satisfaction moves it",
        ),
        Fact::new(
            "Temper",
            format!(
                "ad tolerance {}, price sensitivity {}, need for company {}, novelty {}, follows friends {}",
                f(a.ad_tolerance),
                f(a.price_sensitivity),
                f(a.social_need),
                f(a.novelty),
                f(a.susceptibility)
            ),
            "Each is 1 on average over all people",
        ),
        Fact::new(
            "Spends",
            format!("{} coins at a time", f(a.spending)),
            "Coins it buys with outside money at a time, on average; 0 never pays",
        ),
    ]
}
