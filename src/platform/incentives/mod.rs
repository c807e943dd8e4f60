//! Incentives: who gets what for what.
//!
//! | file | concept |
//! | --- | --- |
//! | `config` | the scenario's part |
//! | `reward` | logins, quests, drops, watching |
//! | `bonus` | coins for a visit, offered to those whom they move |
//! | `referral` | coins for newcomers who joined by invitation and stayed |
//! | `effect` | what a treatment brought about on average |
//! | `trial` | what was tried on whom, and what was held out |
//! | `linear` | ridge and logistic regression on a few columns |
//! | `meta_learner` | uplift by the T- and the X-learner |
//! | `sizes` | uplift of each size of reward |
//! | `qini` | how good a ranking by uplift is |
//! | `allocation` | the most uplift for a budget |
//! | `arms` | nobody, everybody alike, by lot, by uplift |
//! | `error` | what can be wrong |

pub mod allocation;
pub mod arms;
pub mod bonus;
pub mod config;
pub mod effect;
pub mod error;
pub mod linear;
pub mod meta_learner;
pub mod qini;
pub mod referral;
pub mod reward;
pub mod sizes;
pub mod trial;
