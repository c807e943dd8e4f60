//! Situations, what was done in them, and the memory from which they are replayed.

use std::collections::VecDeque;

use crate::platform::models::params::ModelError;
use crate::sim::rng::RngStream;

/// How many numbers describe a situation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Numbers that describe who is asked and when.
    pub state: usize,
    /// Columns that may describe a thing.
    pub columns: usize,
    /// Columns that are not zero for any one thing.
    pub active: usize,
}

/// Somebody to be shown a slate, and what there is to show.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Situation {
    /// What is known of the person and the moment, `[shape.state]`.
    pub state: Vec<f32>,
    /// With which weight each thing is taken from a slate, `[n]`.
    pub weights: Vec<f64>,
    /// Weight of taking nothing.
    pub nothing_weight: f64,
    /// Columns of each thing that are not zero, row-major `[n, shape.active]`.
    pub columns: Vec<u16>,
    /// Their values, `[n, shape.active]`.
    pub values: Vec<f32>,
}

impl Situation {
    /// Refuses a situation of another shape, and columns outside it.
    ///
    /// # Errors
    /// [`ModelError::Length`] or [`ModelError::Index`].
    pub fn check(&self, shape: Shape) -> Result<(), ModelError> {
        let n = self.weights.len();
        let lengths = [
            ("state", self.state.len(), shape.state),
            ("columns", self.columns.len(), n * shape.active),
            ("values", self.values.len(), n * shape.active),
        ];
        for (what, found, expected) in lengths {
            if found != expected {
                return Err(ModelError::Length {
                    what,
                    found,
                    expected,
                });
            }
        }
        let outside = self
            .columns
            .iter()
            .find(|c| usize::from(**c) >= shape.columns);
        match outside {
            None => Ok(()),
            Some(c) => Err(ModelError::Index {
                what: "column",
                found: usize::from(*c),
                below: shape.columns,
            }),
        }
    }
}

/// A slate that was shown, and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// When it was shown.
    pub situation: Situation,
    /// Things on the slate.
    pub slate: Vec<usize>,
    /// Thing that was taken; `None` if none was.
    pub taken: Option<usize>,
    /// What that brought.
    pub reward: f32,
}

/// The last episodes, as many as fit.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    /// Each step with whether its episode ended after it.
    steps: VecDeque<(Step, bool)>,
    capacity: usize,
}

impl Memory {
    /// Makes an empty memory for at most `capacity` steps.
    #[must_use]
    pub const fn new(capacity: usize) -> Self {
        let steps = VecDeque::new();
        Self { steps, capacity }
    }

    /// Remembers an episode that has ended, and forgets the oldest episodes that do not fit beside it.
    ///
    /// The newest episode is kept even if it is longer than the capacity.
    pub fn push(&mut self, episode: Vec<Step>) {
        let n = episode.len();
        while !self.steps.is_empty() && self.steps.len() + n > self.capacity {
            while let Some((_, false)) = self.steps.pop_front() {}
        }
        let last = n.saturating_sub(1);
        let numbered = episode.into_iter().enumerate();
        self.steps
            .extend(numbered.map(|(i, step)| (step, i == last)));
    }

    /// Returns how many steps are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Says whether nothing is remembered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Draws a step, each as likely as another, with the step that followed unless it was the last; `None` if empty.
    pub fn draw(&self, rng: &mut RngStream) -> Option<(&Step, Option<&Step>)> {
        let i = rng.below(self.steps.len());
        let (step, is_last) = self.steps.get(i)?;
        let next = if *is_last {
            None
        } else {
            self.steps.get(i + 1)
        };
        Some((step, next.map(|(step, _)| step)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::Purpose;

    fn episode(first: u8, n: u8) -> Vec<Step> {
        (first..first + n)
            .map(|reward| Step {
                situation: Situation::default(),
                slate: Vec::new(),
                taken: None,
                reward: f32::from(reward),
            })
            .collect()
    }

    #[test]
    fn what_follows_is_the_next_step_of_the_same_episode() {
        let mut memory = Memory::new(100);
        memory.push(episode(0, 3));
        memory.push(episode(10, 2));
        let mut rng = RngStream::new(1, Purpose::Test, 0, 0);
        for _ in 0..100 {
            let (step, next) = memory.draw(&mut rng).unwrap();
            match next {
                Some(next) => assert_eq!(next.reward, step.reward + 1.0),
                None => assert!(step.reward == 2.0 || step.reward == 11.0),
            }
        }
    }

    #[test]
    fn whole_episodes_are_forgotten_oldest_first() {
        let mut memory = Memory::new(6);
        memory.push(episode(0, 3));
        memory.push(episode(10, 2));
        memory.push(episode(20, 2));
        assert_eq!(memory.len(), 4);
        assert_eq!(memory.steps[0].0.reward, 10.0);
        memory.push(episode(30, 9));
        assert_eq!(memory.len(), 9);
        memory.push(Vec::new());
        assert!(memory.is_empty() || memory.steps[0].0.reward == 30.0);
        let none = Memory::new(3);
        assert!(
            none.draw(&mut RngStream::new(1, Purpose::Test, 0, 0))
                .is_none()
        );
    }

    #[test]
    fn a_situation_of_another_shape_is_refused_by_name() {
        let shape = Shape {
            state: 1,
            columns: 4,
            active: 2,
        };
        let mut s = Situation {
            state: vec![0.5],
            weights: vec![1.0],
            nothing_weight: 1.0,
            columns: vec![0, 3],
            values: vec![1.0, 1.0],
        };
        assert!(s.check(shape).is_ok());
        s.columns[1] = 4;
        let message = s.check(shape).err().map(|e| e.to_string());
        assert_eq!(
            message.as_deref(),
            Some("column is 4, allowed are indices below 4")
        );
        s.columns.pop();
        assert!(s.check(shape).is_err());
    }
}
