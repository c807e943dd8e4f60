//! The text encoder against a published one: all-MiniLM-L6-v2, whose weights are not part of this repository.
//!
//! Set `AGORA_MINILM` to a folder with its `config.json`, `tokenizer.json` and `model.safetensors`.

use std::path::PathBuf;

use agora::platform::models::text::encoder::Encoder;

/// The folder of the weights; says why the test is skipped where there is none.
fn folder() -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("AGORA_MINILM").map(PathBuf::from) else {
        eprintln!("skipped: AGORA_MINILM names no folder with all-MiniLM-L6-v2");
        return None;
    };
    Some(folder)
}

/// The example and its similarities as published in the quickstart of sentence-transformers, to four digits.
#[test]
fn published_sentences_are_as_similar_as_published() {
    let Some(folder) = folder() else { return };
    let encoder = Encoder::open(&folder, 1).unwrap();
    let sentences = [
        "The weather is lovely today.",
        "It's so sunny outside!",
        "He drove to the stadium.",
    ];
    let vectors = encoder.embed(sentences).unwrap();
    let d = encoder.dimensions();
    assert_eq!((d, vectors.len()), (384, 3 * 384));
    let cosine = |i: usize, j: usize| -> f32 {
        let (a, b) = (&vectors[i * d..][..d], &vectors[j * d..][..d]);
        a.iter().zip(b).map(|(x, y)| x * y).sum()
    };
    let found = [cosine(0, 1), cosine(0, 2), cosine(1, 2)];
    for (x, y) in found.iter().zip([0.6660, 0.1046, 0.1411]) {
        assert!((x - y).abs() < 1e-4, "{found:?}");
    }
    assert!(found[0] > found[2] && found[2] > found[1]);
    let again = encoder.embed(sentences).unwrap();
    assert_eq!(again, vectors, "the same bits again");
    let alone = encoder.embed([sentences[1]]).unwrap();
    assert_eq!(alone, vectors[d..2 * d]);
}
