//! Metrics: what a run shows, each defined in one place with its formula.
//!
//! | file | what it measures |
//! | --- | --- |
//! | [`book`] | everything counted, event by event |
//! | [`land`] | what sales of land were worth to both sides |
//! | [`measure`] | the system that counts |
//! | [`oracle`] | attention efficiency against the truth |
//! | [`calibration`] | predicted attraction against what was taken |
//! | [`drift`] | how soon a shift was noticed, and when attention was back |
//! | [`cohorts`] | who comes back how many days after arriving |
//! | [`ads`] | how slots sold, and what ads changed |
//! | [`creatives`] | how creatives of campaigns were shown and liked |
//! | [`facts`] | the published facts |
//! | [`inventory`] | what each kind of place for ads came to |
//! | [`headline`] | the headline numbers |
//! | [`reached`] | what bonuses, pushes and invitations came to |
//! | [`referral`] | what referral bonuses came to, by the truth about who joined |
//! | [`table`] | the rows by day and by hour, as Parquet |
//! | [`wealth`] | who has how much |
//! | [`trading`] | trade in assets and land, and its gains |
//! | [`statistics`] | the estimators the others share |

pub mod ads;
pub mod book;
pub mod calibration;
pub mod cohorts;
pub mod creatives;
pub mod drift;
pub mod facts;
pub mod headline;
pub mod inventory;
pub mod land;
pub mod measure;
pub mod oracle;
pub mod reached;
pub mod referral;
pub mod statistics;
pub mod table;
pub mod trading;
pub mod wealth;
