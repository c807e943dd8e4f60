//! What belongs to an avatar, and to whom it is tied.

use crate::desktop::panels::inspector::facts::{Fact, Link};
use crate::desktop::panels::inspector::names::link;
use crate::desktop::panels::kit::numbers::{coins, percent};
use crate::desktop::view::sight::City;
use crate::desktop::view::subject::Subject;
use crate::economy::land::registry::LandRegistry;
use crate::economy::ledger::{Account, Currency, Ledger};
use crate::economy::market::bundles::AssetBundles;
use crate::economy::market::titles::AssetMarket;
use crate::sim::ids::{AvatarId, CommunityId, ParcelId};
use crate::society::ties::communities::Communities;
use crate::society::ties::graph::SocialGraph;

/// Links of a list that are shown.
const SHOWN: usize = 40;

/// A list of which the first are shown.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Links {
    /// The first.
    pub(super) shown: Vec<Link>,
    /// How many there are.
    pub(super) all: usize,
}

impl Links {
    fn of(city: &City<'_>, mut all: Vec<(Subject, String)>) -> Self {
        let n = all.len();
        all.truncate(SHOWN);
        Self {
            shown: all
                .into_iter()
                .map(|(subject, note)| link(city, subject).note(note))
                .collect(),
            all: n,
        }
    }
}

/// What belongs to an avatar, and to whom it is tied.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Belongings {
    /// Its wallet.
    pub(super) wallet: Vec<Fact>,
    /// Assets it owns.
    pub(super) assets: Links,
    /// Land it owns.
    pub(super) land: Links,
    /// Whom it is tied to, strongest first.
    pub(super) ties: Links,
    /// Communities it belongs to.
    pub(super) communities: Links,
}

impl Belongings {
    /// Gathers them.
    pub(super) fn of(city: &City<'_>, id: AvatarId) -> Self {
        let ledger = city.get::<Ledger>();
        let balance = |account| ledger.balance(Currency::Coins, account);
        let wallet = vec![
            Fact::new(
                "Wallet",
                coins(balance(Account::Wallet(id))),
                "What it can spend now",
            ),
            Fact::new(
                "Set aside",
                coins(balance(Account::Escrow(id))),
                "What it has set aside for bids and open orders",
            ),
        ];
        let mine = city.get::<AssetMarket>().titles();
        let bundles = city.world().get_resource::<AssetBundles>();
        let assets = mine
            .filter(|(_, t)| t.owner == Some(id))
            .map(|(item, t)| {
                let note = match t.asking {
                    Some(asking) => format!("for sale at {}", coins(asking)),
                    None if bundles.is_some_and(|b| b.has(item)) => "in a bundle".to_owned(),
                    None if t.last_price.is_positive() => format!("paid {}", coins(t.last_price)),
                    None => "its own work".to_owned(),
                };
                (Subject::Item(item), note)
            })
            .collect();
        let lots = city.get::<LandRegistry>().lots.rows().iter().enumerate();
        let land = lots
            .filter(|(_, lot)| lot.owner == Some(id))
            .map(|(i, lot)| {
                let built = if lot.is_built { ", built on" } else { "" };
                let note = format!("last price {}{built}", coins(lot.last_price));
                (Subject::Parcel(ParcelId::from_idx(i)), note)
            })
            .collect();
        Self {
            wallet,
            assets: Links::of(city, assets),
            land: Links::of(city, land),
            ties: Links::of(city, ties(city, id)),
            communities: Links::of(city, communities(city, id)),
        }
    }
}

fn ties(city: &City<'_>, id: AvatarId) -> Vec<(Subject, String)> {
    let graph = city.get::<SocialGraph>();
    if id.idx() >= graph.len() {
        return Vec::new();
    }
    let mut strongest: Vec<(u32, f32)> = graph.of(id).to_vec();
    strongest.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    strongest
        .into_iter()
        .enumerate()
        .map(|(rank, (other, strength))| {
            // What is not shown need not be told.
            let note = if rank < SHOWN {
                let common = graph.common(id, AvatarId(other));
                format!("{}, {common} in common", percent(f64::from(strength)))
            } else {
                String::new()
            };
            (Subject::Avatar(AvatarId(other)), note)
        })
        .collect()
}

fn communities(city: &City<'_>, id: AvatarId) -> Vec<(Subject, String)> {
    let all = city.get::<Communities>().table.rows().iter().enumerate();
    all.filter(|(_, c)| c.members.binary_search(&id).is_ok())
        .map(|(i, c)| {
            let note = format!("{} members", c.members.len());
            (Subject::Community(CommunityId::from_idx(i)), note)
        })
        .collect()
}
