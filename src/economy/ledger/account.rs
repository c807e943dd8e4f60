//! Accounts: whose money it is, and how that is written down.

use crate::events::money::Holder;
use crate::sim::ids::{AvatarId, CampaignId};

/// Whose money it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Account {
    /// Source of new coins; the only account that may be negative in coins.
    Mint,
    /// Where coins end.
    Burn,
    /// The city's treasury.
    Treasury,
    /// Market fees on their way to the treasury.
    Fees,
    /// Royalties on their way to creators.
    Royalties,
    /// The world outside, in outside money; may be negative.
    OutsideWorld,
    /// What the platform earned, in outside money.
    Platform,
    /// An avatar's wallet.
    Wallet(AvatarId),
    /// What an avatar has set aside for open orders and bids.
    Escrow(AvatarId),
    /// An advertiser's deposit, in outside money.
    Advertiser(CampaignId),
}

impl Account {
    /// Returns how it is written down: whose it is, and which of them.
    #[must_use]
    pub const fn written(self) -> (Holder, u32) {
        match self {
            Self::Mint => (Holder::Mint, 0),
            Self::Burn => (Holder::Burn, 0),
            Self::Treasury => (Holder::Treasury, 0),
            Self::Fees => (Holder::Fees, 0),
            Self::Royalties => (Holder::Royalties, 0),
            Self::OutsideWorld => (Holder::OutsideWorld, 0),
            Self::Platform => (Holder::Platform, 0),
            Self::Wallet(a) => (Holder::Wallet, a.0),
            Self::Escrow(a) => (Holder::Escrow, a.0),
            Self::Advertiser(c) => (Holder::Advertiser, c.0),
        }
    }

    /// Returns a dense number within a currency, for digests; of an account there is only one of, its place among these.
    pub(super) const fn slot(self) -> u64 {
        let (holder, number) = self.written();
        match holder {
            Holder::Wallet => 1 << 40 | number as u64,
            Holder::Escrow => 2 << 40 | number as u64,
            Holder::Advertiser => 3 << 40 | number as u64,
            one => one.code() as u64,
        }
    }

    /// Says whether it holds money: mint, burn and the outside world are where money comes from and goes to.
    pub(super) const fn holds(self) -> bool {
        let holder = self.written().0;
        !holder.is_source() && !matches!(holder, Holder::Burn)
    }
}
