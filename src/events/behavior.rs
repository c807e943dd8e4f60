//! What an avatar did: one flat record used by the bus, the log, the recorder and the importer alike.

use serde::{Deserialize, Serialize};

use crate::sim::ids::{AvatarId, OfferId, SpaceId};
use crate::sim::units::{Coins, Tick};

/// Declares an enum that is logged as a byte and shown as a word.
macro_rules! coded {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal, $word:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[repr(u8)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant = $code,)+ }

        impl $name {
            /// All variants in the order of their codes.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the byte written to the log.
            #[must_use]
            pub const fn code(self) -> u8 { self as u8 }

            /// Returns the variant of a byte of the log.
            #[must_use]
            pub const fn from_code(code: u8) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }

            /// Returns the word shown to people.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }
    };
}
pub(crate) use coded;

coded! {
    /// What happened. Codes are part of the log format: append, never renumber.
    EventKind {
        /// An avatar joined the city (signed up), by invitation of the avatar in `thing`, if there is one. `value` = index of its arrival cohort (the day).
        Arrive = 0, "arrive";
        /// A session began. `value` = what woke it: 0 habit, 1 push, 2 invitation, 3 live event, 4 bonus.
        SessionStart = 1, "session_start";
        /// A session ended. `dwell_secs` = its length.
        SessionEnd = 2, "session_end";
        /// Moved to `space`; `amount` = coins paid for a teleport, if any.
        Move = 3, "move";
        /// Looked at, read or watched a thing for `dwell_secs`.
        Consume = 4, "consume";
        /// Looked at a slate and chose nothing.
        Pass = 5, "pass";
        /// Liked a thing.
        Like = 6, "like";
        /// Asked not to see such a thing again.
        Hide = 7, "hide";
        /// Reported a thing as abusive.
        Report = 8, "report";
        /// Rated a thing; `value` = stars, 1 to 5.
        Rate = 9, "rate";
        /// Talked with the avatar in `thing` for `dwell_secs`.
        Talk = 10, "talk";
        /// Asked the avatar in `thing` for a tie.
        TieRequest = 11, "tie_request";
        /// Accepted a tie with the avatar in `thing`.
        TieAccept = 12, "tie_accept";
        /// Ended a tie with the avatar in `thing`.
        TieEnd = 13, "tie_end";
        /// Joined the community in `thing`.
        CommunityJoin = 14, "community_join";
        /// Left the community in `thing`.
        CommunityLeave = 15, "community_leave";
        /// Published the item in `thing`; `value` = 1 if the generator helped.
        Create = 16, "create";
        /// Played the game in `thing` for `dwell_secs`; `value` = 1 won, 0 lost.
        Play = 17, "play";
        /// Earned an achievement in the game in `thing`.
        Achievement = 18, "achievement";
        /// Studied the course or textbook in `thing` for `dwell_secs`; `value` = share of lessons done.
        Study = 19, "study";
        /// Answered a quiz of the course in `thing`; `value` = 1 right, 0 wrong.
        Quiz = 20, "quiz";
        /// Finished the course in `thing`.
        CourseDone = 21, "course_done";
        /// Enrolled in the course in `thing`.
        Enroll = 22, "enroll";
        /// Paid `amount` for the thing.
        Buy = 23, "buy";
        /// Listed the thing for sale at `amount`.
        List = 24, "list";
        /// Bought the parcel in `thing` for `amount`.
        ParcelBuy = 25, "parcel_buy";
        /// Rented the parcel in `thing` for `amount` a day.
        ParcelRent = 26, "parcel_rent";
        /// Built on the parcel in `thing` for `amount`.
        Build = 27, "build";
        /// Opened the push in `offer`.
        PushOpen = 28, "push_open";
        /// Turned pushes off.
        PushOptOut = 29, "push_opt_out";
        /// Allowed pushes.
        PushOptIn = 30, "push_opt_in";
        /// Accepted the invitation in `offer`.
        InviteAccept = 31, "invite_accept";
        /// Attended the live event of `space`, answering `offer`.
        LiveAttend = 32, "live_attend";
        /// Was shown the ad of the campaign in `thing`; `amount` = price charged now (0 where clicks are charged).
        AdImpression = 33, "ad_impression";
        /// Clicked the ad of the campaign in `thing`; `amount` = price charged.
        AdClick = 34, "ad_click";
        /// Did what the campaign in `thing` wanted after a click.
        AdConvert = 35, "ad_convert";
        /// Claimed the reward in `offer`; `amount` = coins received.
        RewardClaim = 36, "reward_claim";
        /// Received the dropped item in `thing`, coins, or a unit of a material: of that of number `value` − 1, where `value` is not 0.
        Drop = 37, "drop";
        /// Completed a quest; `amount` = coins received.
        QuestDone = 38, "quest_done";
        /// Bought coins with outside money; `amount` = outside money paid.
        TopUp = 39, "top_up";
        /// Answered a satisfaction survey; `value` = 1 to 5.
        Survey = 40, "survey";
        /// Changed what it consents to; `value` = bitmap of purposes.
        Consent = 41, "consent";
        /// Browsed on its own; nothing offered was used.
        Browse = 42, "browse";
        /// Offered `amount` for the asset in `thing`.
        Bid = 43, "bid";
        /// Refused the offer of `amount` for the asset in `thing`.
        BidRefuse = 44, "bid_refuse";
    }
}

coded! {
    /// A place on the screen or in the city where things are offered.
    Surface {
        /// Posts, news and videos.
        Feed = 0, "feed";
        /// People you may know.
        People = 1, "people";
        /// Communities to join.
        Communities = 2, "communities";
        /// Games to play.
        Games = 3, "games";
        /// Items used in games.
        GameItems = 4, "game_items";
        /// Wearables, art, names.
        Assets = 5, "assets";
        /// Parcels to buy or rent.
        Parcels = 6, "parcels";
        /// Courses and textbooks.
        Courses = 7, "courses";
        /// Spaces to visit.
        Spaces = 8, "spaces";
        /// Outside any surface.
        None = 9, "none";
    }
}

/// The nine surfaces on which things are recommended.
pub const RECOMMENDED_SURFACES: [Surface; 9] = [
    Surface::Feed,
    Surface::People,
    Surface::Communities,
    Surface::Games,
    Surface::GameItems,
    Surface::Assets,
    Surface::Parcels,
    Surface::Courses,
    Surface::Spaces,
];

coded! {
    /// In which id space a thing is numbered.
    ThingKind {
        /// No thing.
        None = 0, "none";
        /// An item of the catalogue ([`crate::sim::ids::ItemId`]).
        Item = 1, "item";
        /// An avatar.
        Avatar = 2, "avatar";
        /// A community.
        Community = 3, "community";
        /// A space.
        Space = 4, "space";
        /// A parcel of land.
        Parcel = 5, "parcel";
        /// An advertising campaign.
        Campaign = 6, "campaign";
    }
}

/// Anything that can be offered or acted on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Thing {
    /// Which id space.
    pub kind: ThingKind,
    /// The id within it.
    pub id: u32,
}

impl Thing {
    /// No thing.
    pub const NONE: Self = Self {
        kind: ThingKind::None,
        id: 0,
    };

    /// Names a thing.
    #[must_use]
    pub const fn new(kind: ThingKind, id: u32) -> Self {
        Self { kind, id }
    }
}

/// Position of a record that answers no slot of a slate.
pub const NO_POSITION: u8 = u8::MAX;

/// Offer id of a record that answers no offer.
pub const NO_OFFER: OfferId = OfferId(u64::MAX);

/// Space of a record that happened nowhere in particular.
pub const NO_SPACE: SpaceId = SpaceId(u32::MAX);

/// One behaviour event: who, what, whom or which thing, where, when, how long, at which position, at what price, answering which offer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// When.
    pub tick: Tick,
    /// What.
    pub kind: EventKind,
    /// Who (a pseudonymous id).
    pub avatar: AvatarId,
    /// Whom or which.
    pub thing: Thing,
    /// Where in the city, or [`NO_SPACE`].
    pub space: SpaceId,
    /// Where on the screen.
    pub surface: Surface,
    /// Position in the slate from 0, or [`NO_POSITION`].
    pub position: u8,
    /// How long, in seconds.
    pub dwell_secs: u32,
    /// At what price, in micro-coins (outside money for [`EventKind::TopUp`]).
    pub amount: Coins,
    /// Answering which offer, or [`NO_OFFER`].
    pub offer: OfferId,
    /// What the kind says it is; otherwise 0.
    pub value: f32,
}

impl Event {
    /// Makes a record with nothing but who, what and when.
    #[must_use]
    pub const fn new(tick: Tick, avatar: AvatarId, kind: EventKind) -> Self {
        Self {
            tick,
            kind,
            avatar,
            thing: Thing::NONE,
            space: NO_SPACE,
            surface: Surface::None,
            position: NO_POSITION,
            dwell_secs: 0,
            amount: Coins::ZERO,
            offer: NO_OFFER,
            value: 0.0,
        }
    }
    /// Sets whom or which.
    #[must_use]
    pub const fn thing(mut self, kind: ThingKind, id: u32) -> Self {
        self.thing = Thing { kind, id };
        self
    }
    /// Sets where in the city.
    #[must_use]
    pub const fn at(mut self, space: SpaceId) -> Self {
        self.space = space;
        self
    }
    /// Sets the surface, the position and the offer it answers.
    #[must_use]
    pub const fn answering(mut self, surface: Surface, position: u8, offer: OfferId) -> Self {
        self.surface = surface;
        self.position = position;
        self.offer = offer;
        self
    }
    /// Sets how long it took.
    #[must_use]
    pub const fn lasting(mut self, secs: u32) -> Self {
        self.dwell_secs = secs;
        self
    }
    /// Sets the price.
    #[must_use]
    pub const fn costing(mut self, amount: Coins) -> Self {
        self.amount = amount;
        self
    }
    /// Sets the value.
    #[must_use]
    pub const fn valued(mut self, value: f32) -> Self {
        self.value = value;
        self
    }
}
