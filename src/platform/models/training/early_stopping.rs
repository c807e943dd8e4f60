//! Early stopping: a fit ends when it has not improved for a while.

use std::ops::ControlFlow;

use super::super::model::Epoch;

/// Counts passes without improvement; higher is better.
///
/// # Examples
/// A fit that ends after three passes without improvement:
/// ```
/// # use agora::platform::models::training::early_stopping::Patience;
/// # use agora::platform::models::model::Epoch;
/// # use std::ops::ControlFlow;
/// let mut patience = Patience::new(3, 0.0);
/// let mut watch = |e: Epoch| -> ControlFlow<()> { patience.watch(&e) };
/// # let epoch = Epoch { epoch: 1, of: 9, loss: 1.0, held_out: None };
/// # assert!(watch(epoch).is_continue());
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Patience {
    passes: u32,
    least_gain: f64,
    best: Option<f64>,
    waited: u32,
}

impl Patience {
    /// Waits for so many passes that do not improve by more than `least_gain`, in units of what is watched.
    #[must_use]
    pub const fn new(passes: u32, least_gain: f64) -> Self {
        Self {
            passes,
            least_gain,
            best: None,
            waited: 0,
        }
    }

    /// Takes the next value; breaks when patience has ended. A value that is no number is no improvement.
    pub fn observe(&mut self, value: f64) -> ControlFlow<()> {
        let is_better = match self.best {
            None => !value.is_nan(),
            Some(best) => value > best + self.least_gain,
        };
        if is_better {
            self.best = Some(value);
            self.waited = 0;
            return ControlFlow::Continue(());
        }
        self.waited += 1;
        if self.waited >= self.passes {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    /// Takes the next pass of a fit: its metric on what the fit held out, or else its training loss.
    pub fn watch(&mut self, epoch: &Epoch) -> ControlFlow<()> {
        self.observe(epoch.held_out.unwrap_or(-epoch.loss))
    }

    /// Returns the best value so far.
    #[must_use]
    pub const fn best(&self) -> Option<f64> {
        self.best
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Passes until patience ends; all of them if it never does.
    fn passes(patience: u32, least_gain: f64, values: &[f64]) -> usize {
        let mut p = Patience::new(patience, least_gain);
        let ended = values.iter().position(|v| p.observe(*v).is_break());
        ended.map_or(values.len(), |at| at + 1)
    }

    #[test]
    fn patience_counts_from_the_last_improvement() {
        assert_eq!(passes(2, 0.0, &[1.0, 2.0, 1.5, 2.5, 2.4, 2.4, 9.0]), 6);
        assert_eq!(passes(3, 0.0, &[1.0, 2.0, 1.5, 2.5, 2.4, 2.4, 9.0]), 7);
        // 1.1 is not enough better than 1.0, 1.2 is.
        assert_eq!(passes(2, 0.15, &[1.0, 1.1, 1.2, 1.3]), 4);
        assert_eq!(passes(2, 0.25, &[1.0, 1.1, 1.2, 1.3]), 3);
    }

    #[test]
    fn what_is_no_number_never_improves() {
        assert_eq!(passes(2, 0.0, &[f64::NAN, f64::NAN, 1.0]), 2);
        assert_eq!(passes(2, 0.0, &[1.0, f64::NAN, 2.0, f64::NAN, f64::NAN]), 5);
    }

    #[test]
    fn a_held_out_metric_is_watched_before_the_loss() {
        let epoch = |loss, held_out| Epoch {
            epoch: 1,
            of: 9,
            loss,
            held_out,
        };
        let mut p = Patience::new(1, 0.0);
        assert!(p.watch(&epoch(1.0, Some(0.5))).is_continue());
        assert!(p.watch(&epoch(0.1, Some(0.5))).is_break());
        let mut p = Patience::new(1, 0.0);
        assert!(p.watch(&epoch(1.0, None)).is_continue());
        assert!(p.watch(&epoch(0.9, None)).is_continue());
        assert_eq!(p.best(), Some(-0.9));
        assert!(p.watch(&epoch(0.95, None)).is_break());
    }
}
