//! The two buses between society and platform: behaviour up, offers down.

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use super::behavior::{Event, Surface};
use super::offer::{AdSlot, Bonus, Invitation, Push, Slate};
use super::order::{OrderId, Request};
use super::sign::SignBus;
use crate::sim::ids::{AvatarId, ItemId, OfferId, ParcelId, SpaceId};
use crate::sim::state_hash::{StateHash, StateHasher};
use crate::sim::units::Coins;

/// Behaviour of the running tick, and of the one before, which is what the platform reads.
#[derive(Resource, Default, Serialize, Deserialize)]
pub struct EventBus {
    /// What happened in this tick so far.
    pub current: Vec<Event>,
    /// What happened in the previous tick.
    pub previous: Vec<Event>,
    /// How many events there were before this tick.
    pub total: u64,
}

impl EventBus {
    /// Adds an event.
    pub fn push(&mut self, event: Event) {
        self.current.push(event);
    }
    /// Closes a tick: what was current becomes previous.
    pub fn turn(&mut self) {
        self.total += self.current.len() as u64;
        std::mem::swap(&mut self.current, &mut self.previous);
        self.current.clear();
    }
}

impl StateHash for EventBus {
    fn digest(&mut self) -> u64 {
        let mut h = StateHasher::default();
        h.u64(self.total);
        for e in self.previous.iter().chain(&self.current) {
            h.u64(u64::from(e.tick.0) << 32 | u64::from(e.avatar.0));
            h.u64(
                u64::from(e.thing.id)
                    | u64::from(e.kind.code()) << 32
                    | u64::from(e.thing.kind.code()) << 40
                    | u64::from(e.surface.code()) << 48
                    | u64::from(e.position) << 56,
            );
            h.u64(u64::from(e.dwell_secs) << 32 | u64::from(e.space.0));
            h.i64(e.amount.micros());
            h.u64(e.offer.0);
            h.f32(e.value);
        }
        h.finish()
    }
}

/// An avatar opens a surface and asks what there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SlateRequest {
    /// Who asks.
    pub avatar: AvatarId,
    /// Which surface it opened.
    pub surface: Surface,
    /// Where it is.
    pub space: SpaceId,
}

/// A reward granted by the platform.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Reward {
    /// Its number.
    pub offer: OfferId,
    /// To whom.
    pub avatar: AvatarId,
    /// How much.
    pub amount: Coins,
    /// Why.
    pub kind: RewardKind,
}

/// What a reward is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RewardKind {
    /// Coming back today.
    Login,
    /// Completing a quest.
    Quest,
    /// An item dropped in a game.
    Drop,
    /// Watching a rewarded ad.
    Watching,
    /// A visit for which a bonus was offered.
    Bonus,
    /// Somebody whom it invited to join has stayed.
    Referral,
    /// It joined by invitation, and has stayed.
    Welcome,
}

impl RewardKind {
    /// Says whether it is credited even if the avatar is not in the city; everything else is taken or lost.
    #[must_use]
    pub const fn is_credited(self) -> bool {
        match self {
            Self::Login | Self::Quest | Self::Drop | Self::Watching => false,
            Self::Bonus | Self::Referral | Self::Welcome => true,
        }
    }
}

/// Wishes of avatars and answers of the platform within a tick.
#[derive(Resource, Default, Serialize, Deserialize)]
pub struct OfferBus {
    /// Who asks for a slate, in avatar order.
    pub requests: Vec<SlateRequest>,
    /// Slates served this tick, in the order of the requests.
    pub slates: Vec<Slate>,
    /// Slates of the previous tick, whose answers are now known.
    pub previous_slates: Vec<Slate>,
    /// Pushes sent this tick.
    pub pushes: Vec<Push>,
    /// Invitations sent this tick.
    pub invitations: Vec<Invitation>,
    /// Rewards granted this tick.
    pub rewards: Vec<Reward>,
    /// Bonuses offered this tick.
    pub bonuses: Vec<Bonus>,
    /// Ads shown outside slates (billboards on the way), by avatar.
    pub billboards: Vec<(AvatarId, AdSlot)>,
    /// The next offer number.
    pub next_offer: u64,
}

impl OfferBus {
    /// Hands out the next offer number.
    pub fn number(&mut self) -> OfferId {
        let id = OfferId(self.next_offer);
        self.next_offer += 1;
        id
    }

    /// Lists all ads that are before somebody: in slates, on billboards, on signs where there are any.
    pub fn ads<'a>(&'a self, signs: Option<&'a SignBus>) -> impl Iterator<Item = &'a AdSlot> {
        let in_slates = self.slates.iter();
        let in_slates = in_slates.flat_map(|s| s.ad.iter().chain(&s.ads_below));
        let on_billboards = self.billboards.iter().map(|(_, ad)| ad);
        let on_signs = signs.into_iter().flat_map(|bus| &bus.views).map(|v| &v.ad);
        in_slates.chain(on_billboards).chain(on_signs)
    }

    /// Forgets what was offered in the tick that ends; requests stay, they are for the next tick.
    pub fn clear_offers(&mut self) {
        std::mem::swap(&mut self.slates, &mut self.previous_slates);
        self.slates.clear();
        self.pushes.clear();
        self.invitations.clear();
        self.rewards.clear();
        self.bonuses.clear();
        self.billboards.clear();
    }
}

impl StateHash for OfferBus {
    fn digest(&mut self) -> u64 {
        let mut h = StateHasher::default();
        h.u64(self.next_offer);
        for r in &self.requests {
            h.u64(u64::from(r.avatar.0) << 32 | u64::from(r.space.0));
            h.u32(u32::from(r.surface.code()));
        }
        for s in &self.slates {
            h.u64(s.offer.0);
            for slot in &s.slots {
                h.u64(u64::from(slot.thing.id) << 8 | u64::from(slot.thing.kind.code()));
                h.f32(slot.score);
            }
            for ad in s.ad.iter().chain(&s.ads_below) {
                hash_ad(&mut h, ad);
            }
        }
        h.u64(self.pushes.len() as u64);
        h.u64(self.invitations.len() as u64);
        h.u64(self.rewards.len() as u64);
        for b in &self.bonuses {
            h.u64(u64::from(b.avatar.0) << 32 | u64::from(b.until.0));
            h.i64(b.amount.micros());
        }
        for (avatar, ad) in &self.billboards {
            h.u32(avatar.0);
            hash_ad(&mut h, ad);
        }
        h.finish()
    }
}

pub(super) fn hash_ad(h: &mut StateHasher, ad: &AdSlot) {
    h.u64(u64::from(ad.campaign.0) << 32 | u64::from(ad.face.code()) << 1 | u64::from(ad.rewarded));
    h.u64(ad.offer.0);
    h.i64(ad.price_per_click.micros());
    h.i64(ad.price_per_look.micros());
}

/// What an avatar wants to do with money; the economy grants or refuses it when the tick settles.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Wish {
    /// Who.
    pub avatar: AvatarId,
    /// What.
    pub kind: WishKind,
    /// Where it is.
    pub space: SpaceId,
    /// Where on the screen the offer stood, if it answers one.
    pub surface: Surface,
    /// At which position.
    pub position: u8,
    /// Answering which offer.
    pub offer: OfferId,
}

/// The kinds of wishes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum WishKind {
    /// Buy an item of the catalogue at no more than this price.
    BuyItem(ItemId, Coins),
    /// Buy a unique asset that is listed, at no more than the first amount; or bid for it up to the second, if it is auctioned.
    BuyAsset(ItemId, Coins, Coins),
    /// List an asset that it owns at this price.
    ListAsset(ItemId, Coins),
    /// Buy a parcel at no more than this price.
    BuyParcel(ParcelId, Coins),
    /// Build on a parcel that it owns.
    Build(ParcelId),
    /// Offer a parcel that it owns for sale at this price.
    ListParcel(ParcelId, Coins),
    /// Buy this many coins with outside money.
    TopUp(Coins),
    /// Pay for a teleport.
    Teleport(Coins),
    /// Take a reward that was granted.
    Claim(Reward),
    /// Give coins to another avatar.
    Gift(AvatarId, Coins),
    /// Open an account: the avatar is new.
    Open,
    /// Place an order in the book of a material.
    PlaceOrder(u8, Request),
    /// Take an order out of the book of a material.
    CancelOrder(u8, OrderId),
    /// Offer the owner of a unique asset this much for it.
    OfferForAsset(ItemId, Coins),
    /// Buy all assets of the bundle of this number at no more than this price.
    BuyBundle(u32, Coins),
}

/// Wishes of the running tick: those that avatars chose, in their order, then offers for assets, then purchases of bundles.
#[derive(Resource, Default, Serialize, Deserialize)]
pub struct WishBus {
    /// What is wanted.
    pub wishes: Vec<Wish>,
}

impl StateHash for WishBus {
    fn digest(&mut self) -> u64 {
        self.wishes.len() as u64
    }
}
