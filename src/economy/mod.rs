//! Economy: facts about money and ownership.
//!
//! | file or folder | concept |
//! | --- | --- |
//! | `config` | its part of the scenario |
//! | `purpose` | what money moves for: faucets, sinks, transfers |
//! | `flows` | the graph of flows by purpose, supply and velocity |
//! | `ledger` | double entry in integers |
//! | `market` | shops, asset titles, the price index |
//! | `exchange` | order books for fungible items, call auctions |
//! | `land` | the registry and the daily auction |
//! | `sale` | sales of a single thing: sealed, English |
//! | `traders` | policies of traders: zero intelligence, fundamentals, trends, market making |
//! | `controller` | the central bank |
//! | `settle` | wishes become transactions |
//! | `daily` | what happens at midnight |
//! | `plugin` | what joins them into a tick |

pub mod config;
pub mod controller;
pub mod daily;
pub mod exchange;
pub mod flows;
pub mod land;
pub mod ledger;
pub mod market;
pub mod plugin;
pub mod purpose;
pub mod sale;
pub mod settle;
pub mod traders;
