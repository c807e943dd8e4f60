//! Building blocks of the deep recommenders: candle operations with kernels of our own.
//!
//! candle's products differ from processor to processor in their last bits. Every operation here has one order of
//! summation, and threads share out rows, never a sum, so that neither their number nor the processor moves a bit.
//!
//! | file | concept |
//! | --- | --- |
//! | `products` | matrix products |
//! | `panels` | a product whose right side is packed first |
//! | `dense` | a layer of a network, and what follows its sums |
//! | `gather` | rows of a table |
//! | `means` | means of rows |
//! | `norm` | layer normalisation |
//! | `dropout` | masks drawn from keyed streams |
//! | `softmax` | cross-entropy over all items or a corrected sample |

pub mod dense;
pub mod dropout;
pub mod gather;
pub mod means;
pub mod norm;
mod panels;
pub mod products;
pub mod softmax;
