//! Avatars: identity, latents, sessions, choice, satisfaction, return and churn.
//!
//! | file | concept |
//! | --- | --- |
//! | `config` | the scenario's part |
//! | `avatar` | the row of an avatar and the table of all |
//! | `profile` | what is public, and consent |
//! | `birth` | drawing an avatar |
//! | `diurnal` | when in a day it comes |
//! | `thinning` | points of a process that stay when its rate changes |
//! | `choice` | the logit over a slate |
//! | `session` | how long it stays, what it does next, whether it returns |
//! | `satisfaction` | experience, boredom, drift |
//! | `utility` | how much it would like a thing |
//! | `mastery` | what a lesson leaves behind |
//! | `agency` | whether it makes choices of its own |
//! | `decide` | what it decides to do |
//! | `act` | what that does |
//! | `consume` | what taking an item or a parcel does |
//! | `live` | the system that joins the two |
//! | `wake` | sessions begin, newcomers arrive |
//! | `shocks` | a fashion, a shift of interests |
//! | `ads` | clicks, annoyance, billboards |
//! | `creative_taste` | how it likes the creatives of a campaign |
//! | `land_worth` | what a parcel is worth to it |
//! | `likings` | how much better than nothing what was chosen is |
//! | `haggling` | what it would pay for what it left |
//! | `wants` | what comes of ads outside the city |
//! | `bonus` | coming, or staying longer, for a bonus |
//! | `persuasion` | what offers truly changed |
//! | `reach_out` | pushes, invitations and rewards |

pub mod act;
pub mod ads;
pub mod agency;
pub mod avatar;
pub mod birth;
pub mod bonus;
pub mod choice;
pub mod config;
mod consume;
pub mod creative_taste;
pub mod decide;
pub mod diurnal;
pub mod haggling;
pub mod land_worth;
pub mod likings;
pub mod live;
pub mod mastery;
pub mod persuasion;
pub mod profile;
pub mod reach_out;
pub mod satisfaction;
pub mod session;
pub mod shocks;
mod thinning;
pub mod utility;
pub mod wake;
pub mod wants;
