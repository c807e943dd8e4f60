//! Adam: steps along the mean gradient, as long as it is steady.
//!
//! Every parameter moves by itself, in order, so that a gradient fixes every bit.

/// Adam with its usual constants, for parameters that lie in one slice.
#[derive(Debug, Clone)]
pub struct Adam {
    learning_rate: f32,
    /// Running means of the gradient and of its square, a parameter.
    moments: Vec<(f32, f32)>,
    /// What is left of 1 after as many decays as steps.
    decayed: (f64, f64),
}

impl Adam {
    const DECAY: (f32, f32) = (0.9, 0.999);
    const EPSILON: f32 = 1e-8;

    /// Makes one for `n` parameters and a step size.
    #[must_use]
    pub fn new(n: usize, learning_rate: f32) -> Self {
        Self {
            learning_rate,
            moments: vec![(0.0, 0.0); n],
            decayed: (1.0, 1.0),
        }
    }

    /// Moves the parameters against their gradient by one step.
    ///
    /// Parameters, gradient and what was made room for are equally many; what is more is left as it is.
    pub fn descend(&mut self, parameters: &mut [f32], gradient: &[f32]) {
        let (b1, b2) = Self::DECAY;
        self.decayed.0 *= f64::from(b1);
        self.decayed.1 *= f64::from(b2);
        let rate = self.learning_rate / (1.0 - self.decayed.0) as f32;
        let of_square = 1.0 / (1.0 - self.decayed.1) as f32;
        for ((parameter, g), (mean, square)) in
            parameters.iter_mut().zip(gradient).zip(&mut self.moments)
        {
            *mean = b1 * *mean + (1.0 - b1) * g;
            *square = b2 * *square + (1.0 - b2) * g * g;
            *parameter -= rate * *mean / ((*square * of_square).sqrt() + Self::EPSILON);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adam_moves_each_parameter_by_the_learning_rate_at_first() {
        let mut parameters = [1.0, 1.0];
        Adam::new(2, 0.1).descend(&mut parameters, &[5.0, -0.01]);
        assert!((parameters[0] - 0.9).abs() < 1e-4 && (parameters[1] - 1.1).abs() < 1e-4);
    }
}
