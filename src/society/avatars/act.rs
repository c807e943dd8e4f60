//! Acting: what decisions do to the avatar, its ties and its place, and the events they leave.
//!
//! Runs avatar by avatar in id order, after everybody has decided.

use super::ads::{self, AdReaction};
use super::avatar::{Activity, Avatars};
use super::choice::examination;
use super::config::ChoiceConfig;
use super::creative_taste::SeenCreatives;
use super::decide::{Answer, Decision, Offered};
use super::diurnal::DiurnalCurve;
use super::likings::Likings;
use super::mastery;
use super::satisfaction::{absorb, experience, recover};
use super::session::{self, Future, Intent};
use crate::events::behavior::{Event, EventKind, NO_OFFER, NO_POSITION, Surface, ThingKind};
use crate::events::bus::{EventBus, SlateRequest, Wish, WishBus, WishKind};
use crate::events::offer::{AdSlot, Slate};
use crate::sim::calendar::Calendar;
use crate::sim::ids::{AvatarId, CommunityId, ItemId, ParcelId, SpaceId};
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::units::{Coins, TICKS_PER_HOUR, Tick};
use crate::society::config::SocietyConfig;
use crate::society::content::catalogue::Catalogue;
use crate::society::content::generate::ItemMaker;
use crate::society::content::item::ItemKind;
use crate::society::content::truth::ItemTruths;
use crate::society::spaces::field::FootfallField;
use crate::society::spaces::map::CityMap;
use crate::society::spaces::space::Spaces;
use crate::society::ties::communities::Communities;
use crate::society::ties::graph::SocialGraph;
use crate::society::walk_in::state::WalkIns;

/// Coins a teleport costs.
const TELEPORT_FARE: Coins = Coins::from_micros(500_000);

/// Everything acting may change.
pub struct Hands<'a> {
    /// The tick.
    pub now: Tick,
    /// The seed.
    pub seed: u64,
    /// The rules of society.
    pub rules: &'a SocietyConfig,
    /// Everybody.
    pub avatars: &'a mut Avatars,
    /// What there is.
    pub catalogue: &'a mut Catalogue,
    /// What is true of it.
    pub truths: &'a mut ItemTruths,
    /// Makes new items.
    pub maker: &'a ItemMaker,
    /// The ground.
    pub map: &'a CityMap,
    /// The spaces.
    pub spaces: &'a mut Spaces,
    /// Footfall by parcel.
    pub field: &'a FootfallField,
    /// Ties.
    pub graph: &'a mut SocialGraph,
    /// Communities.
    pub communities: &'a mut Communities,
    /// Wake-ups.
    pub calendar: &'a mut Calendar,
    /// The day's course.
    pub curve: &'a DiurnalCurve,
    /// What happened.
    pub events: &'a mut EventBus,
    /// What is wanted of the economy.
    pub wishes: &'a mut WishBus,
    /// Who asks for a slate.
    pub requests: &'a mut Vec<SlateRequest>,
    /// Slates of this tick.
    pub slates: &'a [Slate],
    /// Who is taken over.
    pub walk_ins: &'a mut WalkIns,
    /// What assets are worth to those who chose them.
    pub likings: &'a mut Likings,
    /// What was seen last of each campaign, where campaigns have several creatives.
    pub seen_creatives: Option<&'a mut SeenCreatives>,
}

impl Hands<'_> {
    pub(super) fn event(&self, id: AvatarId, kind: EventKind) -> Event {
        Event::new(self.now, id, kind).at(self.avatars.get(id).space)
    }

    fn choice(&self) -> &ChoiceConfig {
        &self.rules.choice
    }

    pub(super) fn busy(&mut self, id: AvatarId, activity: Activity, secs: u32) {
        let until = self.now.after(secs.div_ceil(60).max(1));
        let a = self.avatars.get_mut(id);
        a.activity = activity;
        a.busy_until = until;
        a.pending = None;
    }

    pub(super) fn wish(&mut self, id: AvatarId, kind: WishKind, answering: (Surface, u8, u64)) {
        let space = self.avatars.get(id).space;
        self.wishes.wishes.push(Wish {
            avatar: id,
            kind,
            space,
            surface: answering.0,
            position: answering.1,
            offer: crate::sim::ids::OfferId(answering.2),
        });
    }

    /// Does what an avatar decided.
    pub fn act(&mut self, id: AvatarId, decision: Decision) {
        match decision {
            Decision::Busy | Decision::Wait | Decision::Refuse(_) => {}
            Decision::Leave => self.leave(id),
            Decision::Ask(surface, intent) => self.ask(id, surface, intent),
            Decision::Go(to, then) => self.go(id, to, then),
            Decision::Talk { with, secs, tie } => self.talk(id, with, secs, tie),
            Decision::Lesson {
                secs,
                is_right,
                gives_up,
            } => self.lesson(id, secs, is_right, gives_up),
            Decision::Publish => self.publish(id),
            Decision::Browse => {
                let e = self.event(id, EventKind::Browse).lasting(60);
                self.events.push(e);
                self.busy(id, Activity::Idle, 60);
            }
            Decision::Answer(answer) => self.answer(id, &answer),
        }
        self.walk_ins.settle(id, &decision, self.now, self.slates);
    }

    fn ask(&mut self, id: AvatarId, surface: Surface, intent: Intent) {
        let a = self.avatars.get_mut(id);
        a.activity = Activity::Waiting;
        a.pending = Some(intent);
        let space = a.space;
        self.requests.push(SlateRequest {
            avatar: id,
            surface,
            space,
        });
    }

    fn go(&mut self, id: AvatarId, to: SpaceId, then: Option<Intent>) {
        let a = self.avatars.get(id);
        let (purse, here, home) = (a.purse, a.space, a.home);
        let from = if here.idx() < self.spaces.table.len() {
            self.spaces.leave(here);
            self.spaces.get(here).parcel
        } else {
            home
        };
        let rules = &self.rules.spaces;
        let far = self.map.distance(from, self.spaces.get(to).parcel);
        let teleports = far > rules.teleport_beyond && purse >= TELEPORT_FARE + TELEPORT_FARE;
        let minutes = if teleports {
            self.wish(
                id,
                WishKind::Teleport(TELEPORT_FARE),
                (Surface::None, NO_POSITION, NO_OFFER.0),
            );
            1
        } else {
            (far / rules.walking_speed).ceil().clamp(1.0, 120.0) as u32
        };
        let until = self.now.after(minutes);
        let a = self.avatars.get_mut(id);
        a.activity = Activity::Traveling;
        a.busy_until = until;
        a.destination = to;
        a.pending = then;
        a.space = crate::events::behavior::NO_SPACE;
    }

    fn talk(&mut self, id: AvatarId, with: AvatarId, secs: u32, tie: Option<bool>) {
        let e = self
            .event(id, EventKind::Talk)
            .thing(ThingKind::Avatar, with.0)
            .lasting(secs);
        self.events.push(e);
        let tied = self.graph.tied(id, with);
        if tied {
            self.graph
                .meet(id, with, self.rules.ties.meeting_gain as f32);
        }
        if let Some(granted) = tie
            && !tied
        {
            self.request_tie(id, with, granted, (Surface::None, NO_POSITION, NO_OFFER));
        }
        let likeness = f64::from(crate::sim::math::dot(
            &self.avatars.get(id).interests,
            &self.avatars.get(with).interests,
        ));
        let mut rng = RngStream::new(self.seed, Purpose::Meeting, u64::from(id.0), self.now.0);
        if tied && likeness < 0.2 && rng.chance(0.01) && self.graph.untie(id, with) {
            let e = self
                .event(id, EventKind::TieEnd)
                .thing(ThingKind::Avatar, with.0);
            self.events.push(e);
        }
        let friendly = if tied { 1.0 } else { 0.3 };
        let u = self.choice().outside_option + 1.2 * likeness + friendly - 0.6;
        let choice = self.rules.choice.clone();
        experience(self.avatars.get_mut(id), u, &choice);
        self.busy(id, Activity::Talking, secs);
    }

    fn request_tie(
        &mut self,
        id: AvatarId,
        with: AvatarId,
        granted: bool,
        (surface, position, offer): (Surface, u8, crate::sim::ids::OfferId),
    ) {
        let e = self
            .event(id, EventKind::TieRequest)
            .thing(ThingKind::Avatar, with.0)
            .answering(surface, position, offer);
        self.events.push(e);
        let room = self.graph.of(id).len() < self.rules.ties.max_ties as usize;
        if granted && room && self.graph.tie(id, with, 0.2) {
            let e = Event::new(self.now, with, EventKind::TieAccept)
                .thing(ThingKind::Avatar, id.0)
                .answering(surface, position, offer);
            self.events.push(e);
        }
    }

    fn lesson(&mut self, id: AvatarId, secs: u32, is_right: bool, gives_up: bool) {
        let course = self.avatars.get(id).course;
        if gives_up {
            let a = self.avatars.get_mut(id);
            a.course = u32::MAX;
            a.lessons = 0;
            a.pending = None;
            return;
        }
        let total = self.catalogue.card(ItemId(course)).lessons.max(1);
        let done = self.avatars.get(id).lessons + 1;
        let share = f32::from(done) / f32::from(total);
        let study = self
            .event(id, EventKind::Study)
            .thing(ThingKind::Item, course)
            .lasting(secs)
            .valued(share);
        let quiz = self
            .event(id, EventKind::Quiz)
            .thing(ThingKind::Item, course)
            .valued(f32::from(u8::from(is_right)));
        self.events.push(study);
        self.events.push(quiz);
        self.catalogue.count_use(ItemId(course));
        let topics = self.truths.get(ItemId(course)).topics;
        let choice = self.rules.choice.clone();
        let a = self.avatars.get_mut(id);
        a.mastery = mastery::trace(f64::from(a.mastery), is_right) as f32;
        a.lessons = done;
        experience(
            a,
            choice.outside_option + if is_right { 1.0 } else { -0.4 },
            &choice,
        );
        absorb(a, &topics, &choice);
        if done >= total {
            a.course = u32::MAX;
            a.lessons = 0;
            let e = self
                .event(id, EventKind::CourseDone)
                .thing(ThingKind::Item, course);
            self.events.push(e);
        }
        self.busy(id, Activity::Studying, secs);
    }

    fn publish(&mut self, id: AvatarId) {
        let lean = self.avatars.get(id).interests;
        let mut rng = RngStream::new(self.seed, Purpose::Creation, u64::from(id.0), self.now.0);
        let kind = match self.avatars.get(id).role {
            super::avatar::Role::Teacher if rng.chance(0.2) => ItemKind::Course,
            super::avatar::Role::Creator if rng.chance(0.06) => ItemKind::Asset,
            _ => {
                let x = rng.uniform();
                if x < 0.6 {
                    ItemKind::Post
                } else if x < 0.7 {
                    ItemKind::News
                } else {
                    ItemKind::Video
                }
            }
        };
        let item = self
            .maker
            .make(kind, id, Some(&lean), self.now, self.catalogue, self.truths);
        let card = self.catalogue.card(item);
        let (generated, price) = (card.generated, card.price);
        let e = self
            .event(id, EventKind::Create)
            .thing(ThingKind::Item, item.0)
            .valued(f32::from(u8::from(generated)))
            .lasting(120);
        self.events.push(e);
        if kind == ItemKind::Asset {
            self.wish(
                id,
                WishKind::ListAsset(item, price),
                (Surface::None, NO_POSITION, NO_OFFER.0),
            );
        }
        let max = self.rules.content.max_posts as usize;
        let share = match kind {
            ItemKind::Post => max / 2,
            ItemKind::News => max / 6,
            ItemKind::Video => max - max / 2 - max / 6,
            ItemKind::Game
            | ItemKind::GameItem
            | ItemKind::Asset
            | ItemKind::Course
            | ItemKind::Textbook => usize::MAX,
        };
        self.catalogue.retire_oldest(kind, share.max(1));
        self.busy(id, Activity::Consuming, 120);
    }

    fn answer(&mut self, id: AvatarId, answer: &Answer) {
        let kept;
        let slate = match answer.slate {
            Offered::Now(i) => &self.slates[i as usize],
            Offered::Kept => {
                kept = self.walk_ins.close_slate(id);
                let Some(slate) = &kept else { return };
                slate
            }
        };
        let shown = slate.ad.iter().chain(&slate.ads_below);
        for (k, (ad, reaction)) in shown.zip(answer.ads).enumerate() {
            let examined = examination(k, self.rules.choice.position_exponent);
            self.see_ad(id, ad, slate.surface, reaction, examined);
        }
        let choice = self.rules.choice.clone();
        recover(self.avatars.get_mut(id), self.now, &choice);
        let Some(k) = answer.chosen else {
            let e = self
                .event(id, EventKind::Pass)
                .answering(slate.surface, NO_POSITION, slate.offer)
                .lasting(answer.secs);
            self.events.push(e);
            experience(self.avatars.get_mut(id), f64::from(answer.utility), &choice);
            self.busy(id, Activity::Idle, answer.secs);
            return;
        };
        let thing = slate.slots[usize::from(k)].thing;
        let at = (slate.surface, k, slate.offer);
        experience(self.avatars.get_mut(id), f64::from(answer.utility), &choice);
        match thing.kind {
            ThingKind::Item => self.consume(id, ItemId(thing.id), answer, slate, k),
            ThingKind::Avatar => {
                self.request_tie(id, AvatarId(thing.id), answer.success, at);
                self.busy(id, Activity::Idle, answer.secs);
            }
            ThingKind::Community => {
                if self.communities.join(CommunityId(thing.id), id) {
                    let e = self
                        .event(id, EventKind::CommunityJoin)
                        .thing(ThingKind::Community, thing.id)
                        .answering(at.0, at.1, at.2);
                    self.events.push(e);
                }
                self.busy(id, Activity::Idle, answer.secs);
            }
            ThingKind::Space => {
                let e = self
                    .event(id, EventKind::Consume)
                    .thing(ThingKind::Space, thing.id)
                    .answering(at.0, at.1, at.2)
                    .lasting(answer.secs);
                self.events.push(e);
                self.go(id, SpaceId(thing.id), None);
            }
            ThingKind::Parcel => {
                let e = self
                    .event(id, EventKind::Consume)
                    .thing(ThingKind::Parcel, thing.id)
                    .answering(at.0, at.1, at.2)
                    .lasting(answer.secs);
                self.events.push(e);
                self.bid_for_land(id, ParcelId(thing.id), at);
                self.busy(id, Activity::Idle, answer.secs);
            }
            ThingKind::None | ThingKind::Campaign => self.busy(id, Activity::Idle, answer.secs),
        }
    }

    /// Leaves what seeing an ad leaves; one looked at less annoys less.
    fn see_ad(
        &mut self,
        id: AvatarId,
        ad: &AdSlot,
        surface: Surface,
        reaction: AdReaction,
        examined: f64,
    ) {
        let base = ads::record(self.event(id, EventKind::AdImpression), ad, surface);
        let annoyance = examined * self.choice().ad_annoyance;
        let a = self.avatars.get_mut(id);
        ads::remember(a, base, ad, reaction, annoyance, self.events);
        if let Some(seen) = &mut self.seen_creatives
            && reaction != AdReaction::None
        {
            seen.remember(id, ad);
        }
    }

    fn leave(&mut self, id: AvatarId) {
        let now = self.now;
        let a = self.avatars.get(id);
        let minutes = now.since(a.session_began).max(1);
        let space = a.space;
        let end = self
            .event(id, EventKind::SessionEnd)
            .lasting(minutes * 60)
            .valued(f32::from(u8::from(a.left_home)));
        self.events.push(end);
        if space.idx() < self.spaces.table.len() {
            self.spaces.leave(space);
        }
        let mut rng = RngStream::new(self.seed, Purpose::Feedback, u64::from(id.0), now.0 ^ 1);
        if rng.chance(0.03) {
            let s = 3.0 + 2.0 * f64::from(self.avatars.get(id).satisfaction) + 0.6 * rng.normal();
            let survey = self
                .event(id, EventKind::Survey)
                .valued(s.round().clamp(1.0, 5.0) as f32);
            self.events.push(survey);
        }
        let a = self.avatars.get_mut(id);
        let night = night_minutes(a.local_hour(now), now, minutes);
        a.minutes = a.minutes.saturating_add(minutes);
        a.night_minutes = a.night_minutes.saturating_add(night);
        // Time beyond what it meant to stay is time it would not choose again.
        let over = now.since(a.session_ends) as f32;
        a.regret_minutes += over;
        a.activity = Activity::Asleep;
        a.space = crate::events::behavior::NO_SPACE;
        a.pending = None;
        a.last_seen = now;
        a.busy_until = now;
        let row = self.avatars.get(id);
        match session::future(self.seed, id, row, now, &self.rules.returns, self.curve) {
            Future::Returns(at) => self.calendar.schedule(id.0, at),
            Future::Leaves => {
                self.calendar.cancel(id.0);
                self.avatars.get_mut(id).has_left = true;
            }
        }
    }
}

/// Minutes of a session that ends now which lay between midnight and five of the avatar's own day, to the hour.
fn night_minutes(local_hour: u32, now: Tick, minutes: u32) -> u32 {
    let mut left = minutes;
    let mut hour = local_hour;
    let mut span = now.0 % TICKS_PER_HOUR + 1;
    let mut night = 0;
    while left > 0 {
        let part = left.min(span);
        if hour < 5 {
            night += part;
        }
        left -= part;
        hour = (hour + 23) % 24;
        span = TICKS_PER_HOUR;
    }
    night
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn night_minutes_count_only_hours_before_five() {
        // A session that ended at 01:30 local time after two hours: 90 minutes of night.
        assert_eq!(night_minutes(1, Tick(29), 120), 90);
        assert_eq!(night_minutes(12, Tick(0), 30), 0);
    }
}
