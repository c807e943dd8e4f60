//! What the encoder must do: the reference's numbers, right gradients, the same bits always.

use candle_core::Tensor;

use super::bert::{Bert, Dropout};
use super::bert_config::BertConfig;
use super::lora::LoraConfig;
use super::packed::{Packed, Sequence};
use crate::platform::models::optimizer::AdamW;
use crate::platform::models::two_tower::dense::values;
use crate::sim::rng::{Purpose, RngStream};

const LORA: LoraConfig = LoraConfig {
    rank: 8,
    alpha: 16.0,
};

/// Numbers that are drawn alike in every language: Knuth's MMIX generator, its upper 31 bits.
struct Lcg(u64);

impl Lcg {
    fn draw(&mut self, n: u64) -> u32 {
        let next = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = next.wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % n) as u32
    }
}

/// The 64-bit hash of Fowler, Noll and Vo, variant 1a.
fn fnv(name: &str) -> u64 {
    name.bytes().fold(0xCBF2_9CE4_8422_2325, |h, b| {
        (h ^ u64::from(b)).wrapping_mul(0x100_0000_01B3)
    })
}

/// The tiny encoder: 2 layers of 128, 2 heads, 512 inside.
fn tiny() -> BertConfig {
    BertConfig::small(2, 128, 512)
}

/// A tiny encoder whose weights both sides of the reference draw from the hashes of their names.
fn drawn() -> Bert {
    let mut bert = Bert::new(&tiny(), 1).unwrap();
    for position in 0..bert.params.len() {
        let name = bert.params.name(position).to_owned();
        let mut r = Lcg(fnv(&name));
        let base = f64::from(u8::from(name.ends_with("LayerNorm.weight")));
        let draw = |x: &mut f32| {
            *x = (base + (f64::from(r.draw(1 << 20)) / f64::from(1 << 20) - 0.5) * 0.2) as f32;
        };
        bert.params
            .update(position, |values| values.iter_mut().for_each(draw))
            .unwrap();
    }
    bert
}

fn sequences() -> Vec<Sequence> {
    let mut r = Lcg(7);
    let lengths = [(5, 4), (1, 0), (60, 68)];
    let all = lengths.map(|(first, second)| Sequence {
        ids: (0..first + second).map(|_| r.draw(512)).collect(),
        first,
    });
    all.to_vec()
}

fn forward(bert: &Bert, sequences: &[Sequence]) -> Vec<f32> {
    let packed = Packed::of(sequences).unwrap();
    values(&bert.forward(&packed, None).unwrap()).unwrap()
}

/// transformers 5.24.0 on torch 2.15.0 in double precision: `BertModel` of the tiny sizes, parameters by name drawn as in
/// [`drawn`], the sequences of [`sequences`] padded and masked. Of every sequence three rows: the first vector's first 16
/// values, those of the mean over the sequence, and the last vector's last 16 values.
#[test]
fn vectors_agree_with_those_of_transformers() {
    const EXPECTED: &str = include_str!("../../../../tests/data/text/bert.txt");
    let mut lines = EXPECTED.lines();
    let mut agree = |found: &[f32]| {
        let expected = lines.next().unwrap().split(' ');
        for (x, y) in found.iter().zip(expected) {
            let y: f32 = y.parse().unwrap();
            assert!((x - y).abs() < 1e-5, "{x} against {y}");
        }
        assert_eq!(found.len(), 16);
    };
    let out = forward(&drawn(), &sequences());
    let packed = Packed::of(&sequences()).unwrap();
    for rows in packed.rows() {
        let vectors = &out[rows.start * 128..rows.end * 128];
        let mean: Vec<f32> = (0..16)
            .map(|i| {
                let column = vectors.iter().skip(i).step_by(128);
                column.sum::<f32>() / rows.len() as f32
            })
            .collect();
        agree(&vectors[..16]);
        agree(&mean);
        agree(&vectors[vectors.len() - 16..]);
    }
    assert!(lines.next().is_none());
}

#[test]
fn bits_depend_neither_on_threads_nor_on_neighbours() {
    let (bert, sequences) = (drawn(), sequences());
    let of = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.unwrap().install(|| forward(&bert, &sequences))
    };
    let expected = of(1);
    assert_eq!(of(1), expected);
    assert_eq!(of(2), expected);
    assert_eq!(of(5), expected);
    let alone: Vec<f32> = sequences
        .iter()
        .flat_map(|s| forward(&bert, std::slice::from_ref(s)))
        .collect();
    assert_eq!(alone, expected);
}

#[test]
fn pieces_and_places_outside_the_tables_are_refused() {
    let bert = drawn();
    let of = |ids: Vec<u32>| {
        let first = ids.len();
        let packed = Packed::of(&[Sequence { ids, first }]).unwrap();
        bert.forward(&packed, None).map(|_| ())
    };
    assert!(of(vec![511; 128]).is_ok());
    let error = of(vec![512]).unwrap_err().to_string();
    assert_eq!(error, "piece is 512, allowed are indices below 512");
    assert!(of(vec![1; 129]).is_err());
}

#[test]
fn content_and_user_both_move_the_answer() {
    let bert = drawn();
    let of = |ids: [u32; 5]| {
        let ids = ids.to_vec();
        forward(&bert, &[Sequence { ids, first: 3 }])[..128].to_vec()
    };
    let first = of([2, 10, 3, 20, 3]);
    assert_ne!(first, of([2, 11, 3, 20, 3]), "another user");
    assert_ne!(first, of([2, 10, 3, 21, 3]), "another content");
}

/// A loss that looks at every value: their products with fixed numbers.
fn loss(bert: &Bert, packed: &Packed, drops: Option<Dropout<'_>>) -> Tensor {
    let y = bert.forward(packed, drops).unwrap();
    let mut r = RngStream::new(1, Purpose::Test, 0, 0);
    let by: Vec<f32> = (0..y.elem_count()).map(|_| r.normal() as f32).collect();
    let by = Tensor::from_vec(by, y.shape(), y.device()).unwrap();
    (y * by).unwrap().sum_all().unwrap()
}

#[test]
fn gradients_agree_with_finite_differences() {
    let config = BertConfig {
        num_attention_heads: 2,
        intermediate_size: 12,
        ..BertConfig::small(1, 8, 20)
    };
    let mut bert = Bert::new(
        &BertConfig {
            initializer_range: 0.3,
            ..config
        },
        3,
    )
    .unwrap();
    bert.adapt(&LoraConfig {
        rank: 2,
        alpha: 4.0,
    })
    .unwrap();
    // An adapter's b of 0 would hide the gradient of its a.
    for position in 0..bert.params.len() {
        if bert.params.name(position).contains("lora_B") {
            let mut r = RngStream::new(2, Purpose::Test, position as u64, 0);
            let mut draw = |x: &mut f32| *x = (0.3 * r.normal()) as f32;
            bert.params
                .update(position, |v| v.iter_mut().for_each(&mut draw))
                .unwrap();
        }
    }
    bert.params.thaw();
    let pair = |ids: Vec<u32>, first| Sequence { ids, first };
    let packed = Packed::of(&[pair(vec![1, 4, 7, 2, 9], 3), pair(vec![5, 5, 6], 2)]).unwrap();
    let gradients = loss(&bert, &packed, None).backward().unwrap();
    let h = 2e-3f32;
    let mut n = 0;
    for position in 0..bert.params.len() {
        let gradient = gradients.get(bert.params.var(position)).unwrap();
        let gradient = values(gradient).unwrap();
        for at in (0..gradient.len()).step_by(gradient.len().div_ceil(7)) {
            let mut shifted = |by: f32| {
                bert.params.update(position, |v| v[at] += by).unwrap();
                f64::from(loss(&bert, &packed, None).to_scalar::<f32>().unwrap())
            };
            let (up, down) = (shifted(h), shifted(-2.0 * h));
            shifted(h);
            let expected = (up - down) / (2.0 * f64::from(h));
            let error = (expected - f64::from(gradient[at])).abs();
            assert!(
                error < 1e-2 * (0.3 + expected.abs()),
                "{} at {at}: {} against {expected}",
                bert.params.name(position),
                gradient[at]
            );
            n += 1;
        }
    }
    assert!(n > 100, "{n} numbers were compared");
}

/// Takes some steps on whatever is not frozen.
fn train(bert: &mut Bert, steps: u32) {
    let packed = Packed::of(&sequences()[..2]).unwrap();
    let mut adam = AdamW::new(&bert.params, 0.01, 0.01);
    for step in 0..steps {
        let mut stream = RngStream::new(4, Purpose::Test, 0, step);
        let drops = Dropout {
            chance: 0.1,
            stream: &mut stream,
        };
        let gradients = loss(bert, &packed, Some(drops)).backward().unwrap();
        adam.scheduled_step(&mut bert.params, &gradients, 0.01, 1.0)
            .unwrap();
    }
}

#[test]
fn fresh_adapters_change_nothing_and_trained_ones_leave_the_weights_alone() {
    let mut bert = drawn();
    let (before, weights) = (forward(&bert, &sequences()), bert.tensors());
    bert.adapt(&LORA).unwrap();
    assert_eq!(forward(&bert, &sequences()), before);
    let (free, all) = bert.params.n_trainable();
    // Of this tiny encoder adapters are more than the 2 % of a large one: 2 layers · 2 · 2 · 8 · 128.
    assert_eq!((free, all), (8192, 478_976 + 8192));
    train(&mut bert, 8);
    let moved = forward(&bert, &sequences());
    let most = |a: &[f32], b: &[f32]| {
        let differences = a.iter().zip(b).map(|(x, y)| (x - y).abs());
        differences.fold(0.0, f32::max)
    };
    assert!(most(&moved, &before) > 0.1, "adapters learned");
    assert_eq!(bert.tensors(), weights, "to the bit");
    let mut merged = bert.copy().unwrap();
    merged.merge().unwrap();
    let difference = most(&forward(&merged, &sequences()), &moved);
    assert!(difference < 1e-5, "merging changed {difference}");
    assert_ne!(merged.tensors(), weights);
    assert!(bert.adapt(&LORA).is_err(), "adapters there already");
}

#[test]
fn training_has_the_same_bits_with_any_number_of_threads() {
    let of = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.unwrap().install(|| {
            let mut bert = drawn();
            train(&mut bert, 2);
            bert.params.digest()
        })
    };
    assert_eq!(of(1), of(3));
}
