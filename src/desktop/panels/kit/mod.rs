//! Kit: what panels are drawn with, so that they look and behave alike.
//!
//! | file | concept |
//! | --- | --- |
//! | `numbers` | how numbers are written |
//! | `export` | title of a chart and its menu: rows as CSV, picture as PNG |
//! | `chart` | lines, areas, steps, bars and bands over a number |
//! | `series` | rows of numbers, and how each kind is drawn |
//! | `ticks` | where the lines of a chart stand |
//! | `bars` | named amounts as bars below each other |
//! | `cards` | numbers with their change since the day before |
//! | `table` | rows that can be sorted, and clicked where they name somebody or something |
//! | `empty` | what to say where there is nothing to show |
//! | `heat` | cohorts by age as a map of colours |
//! | `truth` | what to say where the truth is hidden |
//! | `lorenz` | how unequally something is shared |
//! | `section` | titles of parts, and parts beside each other where there is room |
//! | `words` | names of columns as people read them |
//! | `unseen` | what is scrolled out of sight is not drawn |
//! | `sankey` | flows from sources to sinks |

pub mod bars;
pub mod cards;
pub mod chart;
pub mod empty;
pub mod export;
pub mod heat;
pub mod lorenz;
pub mod numbers;
pub mod sankey;
pub mod section;
mod series;
pub mod table;
#[cfg(test)]
mod tests;
mod ticks;
pub mod truth;
pub mod unseen;
pub mod words;
