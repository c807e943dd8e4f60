//! What money moves for: every purpose is a faucet, a sink or a transfer.

use super::ledger::Currency;
use crate::events::behavior::coded;
use serde::{Deserialize, Serialize};

coded! {
    /// Why money moves.
    Purpose {
        /// Coins a newcomer starts with.
        Grant = 0, "grant";
        /// A reward for coming back.
        LoginReward = 1, "login_reward";
        /// A reward for a quest.
        QuestReward = 2, "quest_reward";
        /// A reward for watching an ad.
        WatchReward = 3, "watch_reward";
        /// What creators are paid for being read.
        CreatorPayout = 4, "creator_payout";
        /// Coins bought with outside money.
        CoinSale = 5, "coin_sale";
        /// Outside money paid for coins.
        CoinPayment = 6, "coin_payment";
        /// A game item or textbook bought from the city.
        ItemSale = 7, "item_sale";
        /// A unique asset changing hands.
        AssetSale = 8, "asset_sale";
        /// The market's fee.
        MarketFee = 9, "market_fee";
        /// A creator's share of a resale.
        Royalty = 10, "royalty";
        /// A parcel changing hands.
        ParcelSale = 11, "parcel_sale";
        /// Rent of a parcel.
        Rent = 12, "rent";
        /// Tax on land.
        LandTax = 13, "land_tax";
        /// Putting up a building.
        Build = 14, "build";
        /// A teleport.
        Teleport = 15, "teleport";
        /// A gift between avatars.
        Gift = 16, "gift";
        /// An advertiser's deposit.
        AdDeposit = 17, "ad_deposit";
        /// What an advertiser pays for a click or an impression.
        AdCharge = 18, "ad_charge";
        /// Coins the treasury destroys.
        Burn = 19, "burn";
        /// Coins earned by visitors to an estate.
        Footfall = 20, "footfall";
        /// What an advertiser takes back of its deposit.
        AdRefund = 21, "ad_refund";
        /// Coins set aside for an open bid or order.
        Hold = 22, "hold";
        /// Coins of a bid or order that are free again.
        Release = 23, "release";
        /// Units of a material changing hands in the order book, with its fees.
        MaterialSale = 24, "material_sale";
        /// Coins that creators change back into outside money.
        CashOut = 25, "cash_out";
        /// Outside money paid for them.
        CashOutPayment = 26, "cash_out_payment";
        /// A bonus for a visit.
        BonusReward = 27, "bonus_reward";
        /// A bonus for inviting somebody who joined and stayed, or for having joined so.
        Referral = 28, "referral";
    }
}

/// Whether a purpose makes coins, destroys them, or moves them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Makes coins.
    Faucet,
    /// Destroys coins.
    Sink,
    /// Moves money between holders.
    Transfer,
}

impl Purpose {
    /// Returns the currency in which it is paid.
    #[must_use]
    pub const fn currency(self) -> Currency {
        match self {
            Self::CoinPayment
            | Self::AdDeposit
            | Self::AdCharge
            | Self::AdRefund
            | Self::CashOutPayment => Currency::Outside,
            Self::Grant
            | Self::LoginReward
            | Self::QuestReward
            | Self::WatchReward
            | Self::CreatorPayout
            | Self::CoinSale
            | Self::ItemSale
            | Self::AssetSale
            | Self::MarketFee
            | Self::Royalty
            | Self::ParcelSale
            | Self::Rent
            | Self::LandTax
            | Self::Build
            | Self::Teleport
            | Self::Gift
            | Self::Burn
            | Self::Footfall
            | Self::Hold
            | Self::Release
            | Self::MaterialSale
            | Self::CashOut
            | Self::BonusReward
            | Self::Referral => Currency::Coins,
        }
    }

    /// Returns whether the purpose is a faucet, a sink or a transfer of coins.
    #[must_use]
    pub const fn direction(self) -> Direction {
        match self {
            Self::Grant
            | Self::LoginReward
            | Self::QuestReward
            | Self::WatchReward
            | Self::CreatorPayout
            | Self::CoinSale
            | Self::Footfall
            | Self::BonusReward
            | Self::Referral => Direction::Faucet,
            Self::ItemSale
            | Self::MarketFee
            | Self::LandTax
            | Self::Build
            | Self::Teleport
            | Self::Burn
            | Self::CashOut => Direction::Sink,
            Self::CoinPayment
            | Self::AssetSale
            | Self::Royalty
            | Self::ParcelSale
            | Self::Rent
            | Self::Gift
            | Self::AdDeposit
            | Self::AdCharge
            | Self::AdRefund
            | Self::Hold
            | Self::Release
            | Self::MaterialSale
            | Self::CashOutPayment => Direction::Transfer,
        }
    }
}
