use super::*;
use crate::sim::rng::{Purpose, RngStream};

const N: usize = 12;

/// `[[((7*i + 3*j*j + 5*i*j) % 11 - 5) / 4 for j in range(4)] for i in range(12)]`; the last column is constant.
fn columns() -> Vec<f64> {
    let one = |i: usize, j: usize| ((7 * i + 3 * j * j + 5 * i * j) % 11) as f64;
    let all = (0..N).flat_map(|i| (0..4).map(move |j| (i, j)));
    all.map(|(i, j)| (one(i, j) - 5.0) / 4.0).collect()
}

fn assert_near(found: &Point, intercept: f64, coefficients: [f64; 4]) {
    let expected = [intercept].into_iter().chain(coefficients);
    let all = [found.intercept]
        .into_iter()
        .chain(found.coefficients.clone());
    for (f, e) in all.zip(expected) {
        assert!((f - e).abs() < 1e-6, "{f} instead of {e} in {found:?}");
    }
}

#[test]
fn the_linear_path_is_that_of_the_reference() {
    // sklearn 1.9.1: Lasso(alpha=λ, tol=1e-14, max_iter=10**6).fit(X, [((5*i + 2) % 7 - 3) / 2 for i in range(12)])
    let y: Vec<f64> = (0..N)
        .map(|i| (((5 * i + 2) % 7) as f64 - 3.0) / 2.0)
        .collect();
    let values = columns();
    let x = Design {
        values: &values,
        width: 4,
    };
    let path = l1_path(x, &y, Loss::Squared, &[0.5, 0.2, 0.05, 0.01], 1e-12).unwrap();
    assert_near(&path[0], -0.166_666_666_666_666_66, [0.0; 4]);
    assert_near(
        &path[1],
        -0.166_568_914_956_011_73,
        [0.0, 0.002_346_041_055_718_278_6, 0.0, 0.0],
    );
    assert_near(
        &path[2],
        -0.155_590_049_083_357_8,
        [
            0.076_184_083_567_562_94,
            0.284_908_335_780_509_34,
            -0.104_764_861_350_002_18,
            0.0,
        ],
    );
    assert_near(
        &path[3],
        -0.156_637_160_716_533_08,
        [
            0.124_512_312_791_039_91,
            0.408_435_289_675_713_5,
            -0.239_503_964_425_053_64,
            0.0,
        ],
    );
}

#[test]
fn the_logistic_path_is_that_of_the_reference() {
    // sklearn 1.9.1: LogisticRegression(penalty='l1', solver='saga', C=1/(12 λ), tol=1e-13)
    let y = [1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0];
    let values = columns();
    let x = Design {
        values: &values,
        width: 4,
    };
    let path = l1_path(x, &y, Loss::Logistic, &[0.1, 0.05, 0.02], 1e-12).unwrap();
    assert_near(
        &path[0],
        0.300_448_244_677_205_8,
        [0.0, 0.0, -0.975_724_881_942_988_3, 0.0],
    );
    assert_near(
        &path[1],
        0.308_245_521_034_332_84,
        [
            0.0,
            -0.000_271_934_590_278_258_3,
            -1.422_572_751_540_559,
            0.0,
        ],
    );
    assert_near(
        &path[2],
        0.307_125_109_908_112_4,
        [
            0.282_219_878_990_434_5,
            -0.354_504_473_934_263_2,
            -1.749_794_943_039_267,
            0.0,
        ],
    );
}

#[test]
fn the_threshold_is_soft() {
    assert_eq!(soft_threshold(3.0, 1.0), 2.0);
    assert_eq!(soft_threshold(-3.0, 1.0), -2.0);
    assert_eq!(soft_threshold(0.5, 1.0), 0.0);
}

#[test]
fn prop_solutions_meet_the_conditions_of_an_optimum() {
    for seed in 0..20 {
        let mut r = RngStream::new(seed, Purpose::Test, 0, 0);
        let (n, d) = (60, 6);
        let values: Vec<f64> = (0..n * d).map(|_| r.normal()).collect();
        let y: Vec<f64> = (0..n).map(|_| f64::from(u8::from(r.chance(0.4)))).collect();
        let x = Design {
            values: &values,
            width: d,
        };
        let largest = largest_penalty(x, &y);
        for loss in [Loss::Squared, Loss::Logistic] {
            let lambdas = penalties(largest, 0.05, 6);
            let path = l1_path(x, &y, loss, &lambdas, 1e-12).unwrap();
            assert!(path[0].coefficients.iter().all(|b| b.abs() < 1e-9));
            for point in path {
                let f = x.times(&point.coefficients);
                let errors: Vec<f64> = f
                    .iter()
                    .zip(&y)
                    .map(|(f, y)| {
                        let f = f + point.intercept;
                        y - if loss == Loss::Squared {
                            f
                        } else {
                            math::sigmoid(f)
                        }
                    })
                    .collect();
                assert!(errors.iter().sum::<f64>().abs() / (n as f64) < 1e-9);
                let g = x.transposed_times(&errors);
                for (g, b) in g.iter().zip(&point.coefficients) {
                    let g = g / n as f64;
                    if *b == 0.0 {
                        assert!(g.abs() <= point.lambda + 1e-9);
                    } else {
                        assert!((g - point.lambda * b.signum()).abs() < 1e-8);
                    }
                }
            }
        }
    }
}

#[test]
fn outcomes_and_columns_that_do_not_fit_are_refused() {
    let x = Design {
        values: &[1.0, 2.0],
        width: 1,
    };
    assert!(l1_path(x, &[1.0], Loss::Squared, &[0.1], 1e-9).is_err());
    assert!(l1_path(x, &[1.0, 0.5], Loss::Logistic, &[0.1], 1e-9).is_err());
    assert!(l1_path(x, &[1.0, f64::NAN], Loss::Squared, &[0.1], 1e-9).is_err());
    assert!(l1_path(x, &[1.0, 0.0], Loss::Squared, &[-1.0], 1e-9).is_err());
    assert!(l1_path(x, &[], Loss::Squared, &[0.1], 1e-9).is_err());
    // One outcome only: the logistic intercept has no finite optimum, but the search ends.
    assert!(l1_path(x, &[1.0, 1.0], Loss::Logistic, &[0.1], 1e-9).is_ok());
}
