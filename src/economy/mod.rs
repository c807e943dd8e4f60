//! Economy: facts about money and ownership.
//!
//! | file | concept |
//! | --- | --- |
//! | `purpose` | what money moves for: faucets, sinks, transfers |
//! | `ledger` | double entry in integers |

pub mod ledger;
pub mod purpose;
