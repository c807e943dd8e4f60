//! Ads: campaigns compete for one slot a slate, on billboards and in games, within budgets and frequency caps.
//!
//! | file | concept |
//! | --- | --- |
//! | `config` | the scenario's part |
//! | `campaign` | who advertises what, for how much, for how long |
//! | `account` | taking an auction down |
//! | `goal` | what a campaign wants |
//! | `auction` | who wins a slot and what a click costs |
//! | `pacing` | bids that make a budget last |
//! | `spend_control` | throttling, and a controller of bids |
//! | `reserve` | the lowest price of a slot |
//! | `shades` | what campaigns learned of how bids win |
//! | `frequency` | how often an avatar sees a campaign |
//! | `targeting` | what an ad may be chosen by |
//! | `click_model` | how likely an ad is clicked |
//! | `creatives` | which creative of a campaign is shown |
//! | `conversion_model` | how likely a click becomes a conversion |
//! | `holdout` | whom a campaign is never shown |
//! | `floor` | the bids of a tick and the auction of a slot |
//! | `lot` | what an auction sells and is decided by |
//! | `serve` | ads for slates and travelers |
//! | `signs` | brands in rooms, sponsors of live events |
//! | `learn` | what answers teach the click model and the pacing |
//! | `mechanism` | sealed-bid auctions as theory writes them, to hold the city's against |
//! | `attribution` | which ads a conversion is owed to |
//! | `bidder` | bids that learn and targets that are kept |

mod account;
pub mod attribution;
pub mod auction;
pub mod bidder;
pub mod campaign;
pub mod click_model;
pub mod config;
pub mod conversion_model;
pub mod creatives;
pub mod floor;
pub mod frequency;
pub mod goal;
pub mod holdout;
pub mod learn;
pub mod lot;
pub mod mechanism;
pub mod pacing;
pub mod reserve;
pub mod serve;
pub mod shades;
pub mod signs;
pub mod spend_control;
pub mod targeting;
