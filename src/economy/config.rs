//! The economy's part of the scenario.

use bevy::ecs::prelude::Resource;

use super::exchange::config::ExchangeConfig;
use crate::{config, config_choice, config_group};

config! {
    /// Where coins come from and where they go.
    pub struct TreasuryConfig {
        /// Coins a newcomer is granted.
        newcomer_grant: f64 = 10.0, "coins", 0.0..=1_000_000.0;
        /// Median wallet of a resident at the start.
        resident_wallet: f64 = 20.0, "coins", 0.0..=1_000_000.0;
        /// Deviation of the logarithm of residents' wallets.
        wallet_sigma: f64 = 1.1, "-", 0.0..=4.0;
        /// Coins sold for a unit of outside money.
        coins_per_outside: f64 = 10.0, "coins", 0.01..=1_000_000.0;
        /// Coins a day paid to creators for each thousand residents, by use of what they made.
        creators_fund_per_1000: f64 = 60.0, "coins/day", 0.0..=1_000_000.0;
        /// Share of the treasury that is destroyed each day.
        burn_share: f64 = 0.5, "share", 0.0..=1.0;
        /// Multiplies every reward before any controller.
        reward_factor: f64 = 1.0, "-", 0.0..=1000.0;
        /// Share of what creators are paid that they change into outside money at once.
        cash_out_share: f64 = 0.0, "share", 0.0..=1.0;
        /// Share of it that the platform keeps.
        cash_out_fee: f64 = 0.3, "share", 0.0..=1.0;
    }
}

config_choice! {
    /// How unique assets change hands.
    pub enum MarketFormat {
        /// A price is asked; the first who takes it has it.
        Listing = "listing",
        /// Open bids, each above the last; whoever leads at the close pays its bid.
        English = "english",
        /// Sealed bids; the highest wins and pays the second highest.
        Vickrey = "vickrey",
    }
}

config_choice! {
    /// For which unique assets an avatar can offer a price of its own, which its owner may take.
    pub enum OfferScope {
        /// For none.
        Off = "off",
        /// For those that are listed at a price.
        Listed = "listed",
        /// For these, and for those that an avatar owns and does not sell.
        Any = "any",
    }
}

config_choice! {
    /// How parcels change hands at the end of a day, among those who bid for them.
    pub enum LandFormat {
        /// Sealed bids; the highest wins and pays the second highest.
        Vickrey = "vickrey",
        /// Ascending bids; the highest limit wins and pays the second highest and an increment.
        English = "english",
        /// Sealed bids below what the parcel is worth; the highest wins and pays what it bid.
        FirstPrice = "first_price",
        /// All parcels of a district at one price.
        Uniform = "uniform",
    }
}

config! {
    /// Shops and the asset market.
    pub struct MarketConfig {
        /// Whether things are sold at all.
        enabled: bool = true, "-";
        /// Fee on a sale between avatars.
        fee: f64 = 0.05, "share", 0.0..=0.9;
        /// Creator's share of a resale.
        royalty: f64 = 0.05, "share", 0.0..=0.9;
        /// Share of an owner's assets put up for sale a day.
        relisting: f64 = 0.05, "share/day", 0.0..=1.0;
        /// Mark-up an owner asks over what it paid.
        markup: f64 = 0.15, "share", -0.9..=10.0;
        /// Fall of an asking price for each day without a sale.
        discount: f64 = 0.03, "share/day", 0.0..=1.0;
        /// Units of a shop item restocked a day for each thousand residents.
        supply_per_1000: f64 = 0.5, "units/day", 0.0..=100_000.0;
        /// Change of a shop price for a day sold out, or the opposite for a day unsold.
        price_step: f64 = 0.04, "share/day", 0.0..=1.0;
        /// How unique assets change hands.
        format: MarketFormat = MarketFormat::Listing, "-";
        /// How long an auction of an asset stays open.
        auction_hours: u32 = 24, "h", 1..=720;
        /// Reserve of an auction, as a share of the price the owner would have listed the asset at.
        reserve_share: f64 = 0.5, "share", 0.0..=1.0;
        /// Least rise from one open bid to the next, as a share of the reserve.
        increment: f64 = 0.05, "share", 0.0..=1.0;
        /// For which assets an avatar can offer a price of its own.
        offers: OfferScope = OfferScope::Off, "-";
        /// What an avatar offers, as a share of what the asset is worth to it.
        offer_share: f64 = 0.9, "share", 0.0..=1.0;
        /// Least offer that is taken down, as a share of the price asked, or last paid where none is.
        offer_least: f64 = 0.5, "share", 0.0..=1.0;
        /// How long an offer stands.
        offer_hours: u32 = 48, "h", 1..=720;
        /// Days that an owner would wait: it takes no less than the price it would ask then.
        offer_patience: f64 = 7.0, "days", 0.0..=365.0;
        /// Whether owners sell several assets together at one price.
        bundles: bool = false, "-";
        /// Share of those who own two or more idle assets that bundle some of them a day.
        bundle_rate: f64 = 0.1, "share/day", 0.0..=1.0;
        /// Most assets in a bundle.
        bundle_size: u32 = 3, "assets", 2..=20;
        /// How much less a bundle costs than its assets would one by one.
        bundle_discount: f64 = 0.15, "share", 0.0..=0.9;
        /// Days after which a bundle that nobody bought is broken up.
        bundle_days: u32 = 14, "days", 1..=365;
    }
}

config! {
    /// Land.
    pub struct LandConfig {
        /// Whether land is sold at all.
        enabled: bool = true, "-";
        /// Share of the land owned by residents at the start.
        owned_share: f64 = 0.25, "share", 0.0..=1.0;
        /// Share of the city's parcels put up for auction each day.
        release_share: f64 = 0.02, "share/day", 0.0..=1.0;
        /// Share of owners' parcels put up for auction each day.
        resale_share: f64 = 0.01, "share/day", 0.0..=1.0;
        /// Lowest price of a parcel.
        reserve_price: f64 = 0.5, "coins", 0.0..=1_000_000.0;
        /// Coins that each person who passes a parcel leaves there.
        rent_per_visit: f64 = 0.02, "coins", 0.0..=1000.0;
        /// Rent, as a share of what passers-by leave.
        rent_share: f64 = 0.6, "share", 0.0..=1.0;
        /// Share of vacant parcels for which a tenant comes by each day.
        letting_share: f64 = 0.1, "share/day", 0.0..=1.0;
        /// Cost of a building.
        building_cost: f64 = 25.0, "coins", 0.0..=1_000_000.0;
        /// What passers-by leave at a parcel with a building, as a multiple of one without.
        building_factor: f64 = 2.0, "-", 1.0..=100.0;
        /// Tax a day on the last price.
        tax: f64 = 0.001, "share/day", 0.0..=1.0;
        /// How parcels change hands at the end of a day.
        format: LandFormat = LandFormat::Vickrey, "-";
        /// Least rise from one open bid for a parcel to the next.
        increment: f64 = 0.1, "coins", 0.0..=1000.0;
    }
}

config_choice! {
    /// Who steers the money supply.
    pub enum ControllerKind {
        /// Nobody.
        Off = "off",
        /// A rule: rewards fall as prices rise.
        Rule = "rule",
        /// A proportional–integral controller on rewards.
        Pi = "pi",
    }
}

config_choice! {
    /// What the central bank moves.
    pub enum Instrument {
        /// Rewards and the creators' fund.
        Rewards = "rewards",
        /// These, and what passers-by leave on land.
        RewardsAndTakings = "rewards_and_takings",
        /// All of these, and fees on sales between avatars, which rise as the others fall.
        All = "all",
    }
}

config_choice! {
    /// What the central bank looks at.
    pub enum Signal {
        /// The price level.
        Prices = "prices",
        /// Coins in existence for each avatar, relative to those at the end of the first day.
        Money = "money",
        /// Both: the product of the two.
        PricesAndMoney = "prices_and_money",
    }
}

config! {
    /// The central bank.
    pub struct ControllerConfig {
        /// How rewards are steered.
        kind: ControllerKind = ControllerKind::Pi, "-";
        /// Price level aimed at, relative to the base week's.
        target: f64 = 1.0, "-", 0.01..=1000.0;
        /// Proportional gain.
        gain: f64 = 3.0, "-", 0.0..=100.0;
        /// Integral gain a day.
        integral: f64 = 0.1, "1/day", 0.0..=10.0;
        /// What it is steered by.
        signal: Signal = Signal::Prices, "-";
        /// What is steered.
        instrument: Instrument = Instrument::Rewards, "-";
        /// Day whose end, and the week before it, is the price level 1; until then the level is 1, while coins tell before.
        base_day: u32 = 7, "days", 7..=3650;
    }
}

config_group! {
    /// Money, goods and land.
    pub struct EconomyConfig {
        /// Faucets and sinks.
        treasury: TreasuryConfig;
        /// Shops and the asset market.
        market: MarketConfig;
        /// Land.
        land: LandConfig;
        /// The central bank.
        controller: ControllerConfig;
        /// Order books for materials.
        exchange: ExchangeConfig;
    }
}

impl EconomyConfig {
    /// No money comes or goes, nothing is sold.
    pub const NULL: Self = Self {
        treasury: TreasuryConfig {
            newcomer_grant: 0.0,
            resident_wallet: 0.0,
            creators_fund_per_1000: 0.0,
            burn_share: 0.0,
            reward_factor: 0.0,
            ..TreasuryConfig::BASELINE
        },
        market: MarketConfig {
            enabled: false,
            ..MarketConfig::BASELINE
        },
        land: LandConfig {
            enabled: false,
            ..LandConfig::BASELINE
        },
        controller: ControllerConfig {
            kind: ControllerKind::Off,
            ..ControllerConfig::BASELINE
        },
        exchange: ExchangeConfig::NULL,
    };
}

/// The economy's part of the scenario, as its systems read it.
#[derive(Resource, Debug, Clone, PartialEq)]
pub struct EconomyRules(pub EconomyConfig);
