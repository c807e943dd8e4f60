//! The shape of a graph: clustering, degree assortativity and how skewed degrees are.

use crate::sim::rng::{Purpose, RngStream};

/// An undirected graph in compressed rows; every edge stands with both of its ends.
#[derive(Debug, Clone, PartialEq)]
pub struct Adjacency {
    /// Where each node's neighbors begin, and one entry more for the end.
    starts: Vec<usize>,
    neighbors: Vec<u32>,
}

impl Adjacency {
    /// Copies a graph of `n_nodes` nodes, asking `of` for the neighbors of each.
    ///
    /// `of` must name every edge from both ends, once each, and no node as its own neighbor.
    pub fn new<I>(n_nodes: u32, of: impl Fn(u32) -> I) -> Self
    where
        I: IntoIterator<Item = u32>,
    {
        let mut starts = vec![0];
        let mut neighbors = Vec::new();
        for node in 0..n_nodes {
            neighbors.extend(of(node));
            starts.push(neighbors.len());
        }
        Self { starts, neighbors }
    }

    /// Builds the graph of the given undirected edges.
    #[must_use]
    pub fn from_edges(n_nodes: u32, edges: &[(u32, u32)]) -> Self {
        let mut rows = vec![Vec::new(); n_nodes as usize];
        for (a, b) in edges {
            rows[*a as usize].push(*b);
            rows[*b as usize].push(*a);
        }
        Self::new(n_nodes, |node| rows[node as usize].iter().copied())
    }

    /// Returns how many nodes there are.
    #[must_use]
    pub fn n_nodes(&self) -> usize {
        self.starts.len() - 1
    }

    /// Lists the neighbors of a node.
    #[must_use]
    pub fn of(&self, node: usize) -> &[u32] {
        &self.neighbors[self.starts[node]..self.starts[node + 1]]
    }

    /// Returns the number of neighbors of a node.
    #[must_use]
    pub fn degree(&self, node: usize) -> usize {
        self.starts[node + 1] - self.starts[node]
    }
}

/// How often neighbors of sampled nodes are neighbors of each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Clustering {
    /// Mean over nodes of the share of pairs of neighbors that are tied; nodes with fewer than two count as 0.
    pub average_local: f64,
    /// Share of all pairs of neighbors, pooled over nodes, that are tied.
    ///
    /// The published 0.148 of the Facebook WOSN graph is this one: 3 · 3 500 542 triangles over 71 097 140 pairs.
    pub transitivity: f64,
    /// Nodes looked at.
    pub n_sampled: usize,
}

/// Measures clustering on `n_sample` nodes drawn without replacement; on all of them if there are fewer.
///
/// `None` if there are no nodes, or not one of those drawn has two neighbors.
///
/// # Source
/// Average local clustering: Watts and Strogatz (1998). Transitivity: Newman, Strogatz and Watts (2001).
#[must_use]
pub fn clustering(graph: &Adjacency, n_sample: usize, seed: u64) -> Option<Clustering> {
    let nodes = sample(graph.n_nodes(), n_sample, seed);
    // Which node last marked each node as its neighbor.
    let mut marked_by = vec![u32::MAX; graph.n_nodes()];
    let (mut local, mut tied, mut pairs) = (0.0, 0, 0);
    for node in &nodes {
        let around = graph.of(*node as usize);
        for other in around {
            marked_by[*other as usize] = *node;
        }
        // Every tied pair is met from both of its ends.
        let met: usize = around
            .iter()
            .flat_map(|other| graph.of(*other as usize))
            .filter(|far| marked_by[**far as usize] == *node)
            .count();
        let possible = around.len() * around.len().saturating_sub(1);
        if possible > 0 {
            local += met as f64 / possible as f64;
        }
        tied += met;
        pairs += possible;
    }
    (pairs > 0).then(|| Clustering {
        average_local: local / nodes.len() as f64,
        transitivity: tied as f64 / pairs as f64,
        n_sampled: nodes.len(),
    })
}

/// Draws `n_sample` of `n` nodes, in ascending order (Floyd's method would need a set; this shuffles a prefix).
fn sample(n: usize, n_sample: usize, seed: u64) -> Vec<u32> {
    let mut nodes: Vec<u32> = (0..n as u32).collect();
    if n_sample < n {
        let mut rng = RngStream::new(seed, Purpose::Bootstrap, u64::MAX, 0);
        for i in 0..n_sample {
            nodes.swap(i, i + rng.below(n - i));
        }
        nodes.truncate(n_sample);
        nodes.sort_unstable();
    }
    nodes
}

/// Returns the correlation of the degrees at the two ends of an edge, in `[−1, 1]`; `None` if all degrees are alike.
///
/// # Source
/// Newman (2002), over every edge in both directions.
#[must_use]
pub fn degree_assortativity(graph: &Adjacency) -> Option<f64> {
    let n_ends = graph.neighbors.len() as f64;
    let degree = |node: usize| graph.degree(node) as f64;
    // Over ends of edges, a node of degree k appears k times.
    let nodes = 0..graph.n_nodes();
    let mean = nodes.clone().map(|v| degree(v) * degree(v)).sum::<f64>() / n_ends;
    let (mut variance, mut covariance) = (0.0, 0.0);
    for node in nodes {
        let here = degree(node) - mean;
        let there: f64 = graph
            .of(node)
            .iter()
            .map(|v| degree(*v as usize) - mean)
            .sum();
        variance += degree(node) * here * here;
        covariance += here * there;
    }
    (variance > 1e-12 * n_ends).then(|| covariance / variance)
}

/// Returns the median degree over the mean degree; well under 1 where few have many; `None` without edges.
#[must_use]
pub fn degree_median_over_mean(graph: &Adjacency) -> Option<f64> {
    let degrees: Vec<f64> = (0..graph.n_nodes())
        .map(|v| graph.degree(v) as f64)
        .collect();
    let mean = degrees.iter().sum::<f64>() / degrees.len() as f64;
    let median = super::quantile::median(&degrees)?;
    (mean > 0.0).then(|| median / mean)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The karate club (Zachary 1977), 34 nodes: for each node, its neighbors with a larger number.
    fn karate() -> Adjacency {
        let rows: [(u32, &[u32]); 26] = [
            (0, &[1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 17, 19, 21, 31]),
            (1, &[2, 3, 7, 13, 17, 19, 21, 30]),
            (2, &[3, 7, 8, 9, 13, 27, 28, 32]),
            (3, &[7, 12, 13]),
            (4, &[6, 10]),
            (5, &[6, 10, 16]),
            (6, &[16]),
            (8, &[30, 32, 33]),
            (9, &[33]),
            (13, &[33]),
            (14, &[32, 33]),
            (15, &[32, 33]),
            (18, &[32, 33]),
            (19, &[33]),
            (20, &[32, 33]),
            (22, &[32, 33]),
            (23, &[25, 27, 29, 32, 33]),
            (24, &[25, 27, 31]),
            (25, &[31]),
            (26, &[29, 33]),
            (27, &[33]),
            (28, &[31, 33]),
            (29, &[32, 33]),
            (30, &[32, 33]),
            (31, &[32, 33]),
            (32, &[33]),
        ];
        let edges: Vec<(u32, u32)> = rows
            .iter()
            .flat_map(|(a, others)| others.iter().map(move |b| (*a, *b)))
            .collect();
        assert_eq!(edges.len(), 78);
        Adjacency::from_edges(34, &edges)
    }

    #[test]
    fn the_karate_club_matches_networkx() {
        // average_clustering 0.5706384782076823, transitivity 0.2556818181818182,
        // degree_assortativity_coefficient -0.47561309768461413
        let graph = karate();
        let c = clustering(&graph, usize::MAX, 1).expect("triangles");
        assert!((c.average_local - 0.570_638_478_207_682_3).abs() < 1e-12);
        assert!((c.transitivity - 0.255_681_818_181_818_2).abs() < 1e-12);
        let r = degree_assortativity(&graph).expect("degrees differ");
        assert!((r + 0.475_613_097_684_614_13).abs() < 1e-12, "{r}");
        // Median degree 3, mean 156 / 34.
        let skew = degree_median_over_mean(&graph).expect("edges");
        assert!((skew - 3.0 * 34.0 / 156.0).abs() < 1e-12);
    }

    #[test]
    fn a_triangle_with_a_tail_matches_the_hand() {
        // networkx on 7 nodes, one of them alone: 1/3, 0.375, -0.5
        let graph = Adjacency::from_edges(7, &[(0, 1), (0, 2), (1, 2), (2, 3), (3, 4), (3, 5)]);
        let c = clustering(&graph, 7, 1).expect("triangle");
        assert!((c.average_local - 1.0 / 3.0).abs() < 1e-12);
        assert!((c.transitivity - 0.375).abs() < 1e-12);
        assert!((degree_assortativity(&graph).expect("differ") + 0.5).abs() < 1e-12);
    }

    #[test]
    fn a_ring_has_no_triangles_and_no_assortativity() {
        let ring: Vec<(u32, u32)> = (0..10).map(|i| (i, (i + 1) % 10)).collect();
        let graph = Adjacency::from_edges(10, &ring);
        let c = clustering(&graph, 10, 1).expect("pairs of neighbors");
        assert_eq!((c.average_local, c.transitivity), (0.0, 0.0));
        assert_eq!(degree_assortativity(&graph), None);
        assert_eq!(degree_median_over_mean(&graph), Some(1.0));
    }

    #[test]
    fn a_graph_without_edges_has_no_shape() {
        let graph = Adjacency::from_edges(3, &[]);
        assert_eq!(clustering(&graph, 3, 1), None);
        assert_eq!(degree_assortativity(&graph), None);
        assert_eq!(degree_median_over_mean(&graph), None);
        assert_eq!(clustering(&Adjacency::from_edges(0, &[]), 3, 1), None);
    }

    #[test]
    fn samples_average_to_the_whole() {
        let graph = karate();
        let n_samples = 3_000;
        let mean = (0..n_samples)
            .map(|seed| clustering(&graph, 10, seed).map_or(0.0, |c| c.average_local))
            .sum::<f64>()
            / n_samples as f64;
        // The deviation over nodes is below 0.35; four errors of samples of 10 are below 0.0081.
        assert!((mean - 0.570_638).abs() < 0.0081, "{mean}");
        let drawn = sample(34, 10, 5);
        assert!(drawn.windows(2).all(|w| w[0] < w[1]) && drawn.len() == 10);
    }
}
