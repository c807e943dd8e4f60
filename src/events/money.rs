//! A posting of the ledger as it is written down: one leg of a movement of money.

use serde::{Deserialize, Serialize};

use super::behavior::coded;
use crate::sim::ids::OfferId;
use crate::sim::units::{Coins, Tick};

coded! {
    /// Whose account it is. Codes are part of the log format: append, never renumber.
    Holder {
        /// Where new coins come from.
        Mint = 0, "mint";
        /// Where coins end.
        Burn = 1, "burn";
        /// The city's treasury.
        Treasury = 2, "treasury";
        /// Market fees on their way.
        Fees = 3, "fees";
        /// Royalties on their way.
        Royalties = 4, "royalties";
        /// The world outside.
        OutsideWorld = 5, "outside_world";
        /// What the platform earned.
        Platform = 6, "platform";
        /// An avatar's wallet.
        Wallet = 7, "wallet";
        /// What an avatar has set aside.
        Escrow = 8, "escrow";
        /// An advertiser's deposit.
        Advertiser = 9, "advertiser";
    }
}

impl Holder {
    /// Says whether money begins there; only such an account may be negative.
    #[must_use]
    pub const fn is_source(self) -> bool {
        matches!(self, Self::Mint | Self::OutsideWorld)
    }
}

/// One leg of a transaction. The legs of a transaction follow each other and sum to zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoneyRow {
    /// When.
    pub tick: Tick,
    /// Number of the transaction.
    pub transaction: u64,
    /// Code of what it was for.
    pub purpose: u8,
    /// Code of the currency.
    pub currency: u8,
    /// The offer that caused it; [`NO_OFFER`](super::behavior::NO_OFFER) if none did.
    pub cause: OfferId,
    /// Whose account.
    pub holder: Holder,
    /// Which of them: the avatar or the campaign; 0 where there is only one.
    pub number: u32,
    /// What was added to it; negative for who paid.
    pub amount: Coins,
}
