//! Item-based nearest neighbours with cosine similarity.
//!
//! `S_ab = G_ab / (G_aa^½ · G_bb^½ + shrink)` with G = XᵀX and zero diagonal; of each column the k largest are kept;
//! a history scores `Σ_a S_ab`.

use super::interactions::Interactions;

/// Similarities, by the item that is known.
#[derive(Debug, Clone, Default)]
pub struct ItemKnn {
    starts: Vec<usize>,
    entries: Vec<(u32, f32)>,
}

impl ItemKnn {
    /// Computes similarities and keeps the `k` largest of each column (of equal ones the lower item).
    ///
    /// # Source
    /// Sarwar, Karypis, Konstan and Riedl (2001).
    #[must_use]
    pub fn fit(x: &Interactions, k: usize, shrink: f64) -> Self {
        let n = x.n_items();
        let counts = x.column_counts();
        let mut holders: Vec<Vec<u32>> = vec![Vec::new(); n];
        for r in 0..x.n_rows() {
            for c in x.row(r) {
                holders[*c as usize].push(r as u32);
            }
        }
        let mut rows: Vec<Vec<(u32, f32)>> = vec![Vec::new(); n];
        let mut together = vec![0u32; n];
        let mut touched = Vec::new();
        let mut column: Vec<(u32, f64)> = Vec::new();
        for b in 0..n {
            for r in &holders[b] {
                for a in x.row(*r as usize) {
                    if together[*a as usize] == 0 {
                        touched.push(*a);
                    }
                    together[*a as usize] += 1;
                }
            }
            column.clear();
            for a in touched.drain(..) {
                let g = f64::from(std::mem::take(&mut together[a as usize]));
                if a as usize != b {
                    let norm = f64::from(counts[a as usize]).sqrt() * f64::from(counts[b]).sqrt();
                    column.push((a, g / (norm + shrink)));
                }
            }
            column.sort_by(|p, q| q.1.total_cmp(&p.1).then(p.0.cmp(&q.0)));
            for (a, s) in column.iter().take(k) {
                rows[*a as usize].push((b as u32, *s as f32));
            }
        }
        let mut knn = Self {
            starts: vec![0],
            entries: Vec::new(),
        };
        for row in rows {
            knn.entries.extend(row);
            knn.starts.push(knn.entries.len());
        }
        knn
    }

    /// Lists what knowing an item says about others.
    #[must_use]
    pub fn neighbours(&self, item: u32) -> &[(u32, f32)] {
        let i = item as usize;
        if i + 1 >= self.starts.len() {
            return &[];
        }
        &self.entries[self.starts[i]..self.starts[i + 1]]
    }

    /// Adds the scores of a history to `scores`, one for each item.
    pub fn score(&self, history: &[u32], scores: &mut [f32]) {
        for a in history {
            for (b, s) in self.neighbours(*a) {
                scores[*b as usize] += s;
            }
        }
    }

    /// Lists how much each item of a history contributes to the score of an item; the parts add up to it.
    #[must_use]
    pub fn explain(&self, history: &[u32], item: u32) -> Vec<(u32, f32)> {
        history
            .iter()
            .filter_map(|a| {
                let found = self.neighbours(*a).iter().find(|(b, _)| *b == item)?;
                Some((*a, found.1))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cosine_of_two_columns() {
        // Columns 0 and 1 share 2 rows of 2 and 3: 2 / √6.
        let x = Interactions::from_pairs(3, 2, &[(0, 0), (0, 1), (1, 1), (2, 0), (2, 1)]);
        let knn = ItemKnn::fit(&x, 10, 0.0);
        let mut s = [0.0; 2];
        knn.score(&[0], &mut s);
        assert!((f64::from(s[1]) - 2.0 / 6f64.sqrt()).abs() < 1e-7);
        assert_eq!(s[0], 0.0);
    }

    #[test]
    fn contributions_add_up_to_the_score() {
        let pairs: Vec<(u32, u32)> = (0..40)
            .flat_map(|u| (0..6).map(move |i| (u, (u * 7 + i * i) % 30)))
            .collect();
        let x = Interactions::from_pairs(40, 30, &pairs);
        let knn = ItemKnn::fit(&x, 5, 0.0);
        let history = [1, 4, 9, 20];
        let mut s = vec![0.0; 30];
        knn.score(&history, &mut s);
        for (item, score) in s.iter().enumerate() {
            let parts: f32 = knn.explain(&history, item as u32).iter().map(|p| p.1).sum();
            assert!((parts - score).abs() < 1e-6);
        }
    }
}
