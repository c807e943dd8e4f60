//! Statistics: estimators on plain numbers, shared by every metric, experiment and report.
//!
//! All are pure functions of `f64` slices. An estimator that the data cannot support answers `None`,
//! or an error that names the offending value; none of them answers with a made-up number.
//!
//! | file | what it estimates |
//! | --- | --- |
//! | [`gini`] | inequality: Gini coefficient, share of the top |
//! | [`hedonic`] | what properties add to a price, with fixed effects of periods |
//! | [`histogram`] | counts in bins of equal width on a logarithmic axis |
//! | [`interval`] | means, paired differences, shares and resampled statistics, with intervals |
//! | [`loglog`] | power laws and rank–frequency slopes by least squares on logarithms |
//! | [`lorenz`] | how unequally something is shared, as a curve |
//! | [`mobility`] | rank correlation and moves between classes |
//! | [`network`] | clustering, degree assortativity and degree skew of a graph |
//! | [`normal`] | quantiles of the normal distribution |
//! | [`price_index`] | Laspeyres, Paasche and Fisher on a fixed basket |
//! | [`quantile`] | quantiles of a sample |
//! | [`regression`] | ordinary least squares with robust standard errors |
//! | [`student`] | the t distribution |
//! | [`survival`] | Kaplan–Meier curves and the log-rank test |
//! | [`weibull`] | shape and scale of waiting times |
//! | [`welch`] | whether two means differ |

pub mod gini;
pub mod hedonic;
pub mod histogram;
pub mod interval;
pub mod loglog;
pub mod lorenz;
pub mod mobility;
pub mod network;
pub mod normal;
pub mod price_index;
pub mod quantile;
pub mod regression;
pub mod student;
pub mod survival;
pub mod weibull;
pub mod welch;
