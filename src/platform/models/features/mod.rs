//! Features: named columns computed from observations, the same for training and for serving.
//!
//! A row has four parts in this order: the user, the context, the item, and what user and item have in common. Everything
//! in it is known before the moment that it describes. Training walks a log in order of time and serving looks back from
//! now, but both write rows with the same functions from the same states. A person is known to the moment; the crowd stands
//! still for a day in training, as it does in service between two fits.
//!
//! | file | concept |
//! | --- | --- |
//! | `schema` | names, groups and units of the columns |
//! | `fading` | sums that fade with a half-life |
//! | `history` | what is known of somebody from its past |
//! | `crowd` | what is known of items from everybody's behaviour |
//! | `extractor` | writes rows |
//! | `examples` | what rankers learn from: impressions, or engagements against sampled items |
//! | `table` | the rows of examples |
//! | `standard` | columns with mean 0 and deviation 1 |
//! | `basis` | all of this together, as rankers carry it |

pub mod basis;
pub mod crowd;
pub mod examples;
pub mod extractor;
pub mod fading;
pub mod history;
pub mod schema;
pub mod standard;
pub mod table;
#[cfg(test)]
pub(super) mod tests;
