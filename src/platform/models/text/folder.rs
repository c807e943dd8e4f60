//! Folders of encoders as Hugging Face lays them out: `config.json`, `tokenizer.json`, `model.safetensors`.

use std::path::Path;

use super::bert::Bert;
use super::bert_config::BertConfig;
use super::tokenize::{TokenizeError, WordPieces};
use crate::platform::models::model::Tensors;
use crate::platform::models::params::{
    ModelError, read_tensors_where, refuse_rest, write_half_tensors,
};

const CONFIG: &str = "config.json";
const TOKENIZER: &str = "tokenizer.json";
const WEIGHTS: &str = "model.safetensors";

/// What can go wrong with a folder.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// A file could not be read or written.
    #[error("{path}: {cause}")]
    File {
        /// Which.
        path: String,
        /// Why.
        cause: std::io::Error,
    },
    /// The sizes cannot be read.
    #[error("{path}: {message}")]
    Config {
        /// Which file.
        path: String,
        /// What the reader says.
        message: String,
    },
    /// The pieces cannot be read.
    #[error(transparent)]
    Tokenizer(#[from] TokenizeError),
    /// The weights do not fit the sizes.
    #[error(transparent)]
    Model(#[from] ModelError),
}

fn read(path: &Path) -> Result<Vec<u8>, FolderError> {
    std::fs::read(path).map_err(|cause| FolderError::File {
        path: path.display().to_string(),
        cause,
    })
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), FolderError> {
    std::fs::write(path, bytes).map_err(|cause| FolderError::File {
        path: path.display().to_string(),
        cause,
    })
}

/// Brings names to those of a bare encoder, and leaves out what other tasks put on top of theirs.
#[must_use]
pub fn bare_names(stored: Tensors) -> Tensors {
    let on_top = ["pooler.", "cls.", "classifier."];
    stored
        .into_iter()
        .map(|(name, values)| {
            let name = name.strip_prefix("bert.").unwrap_or(&name);
            // The first checkpoints used the names of the paper for the weights of layer norms.
            let name = name
                .replace("LayerNorm.gamma", "LayerNorm.weight")
                .replace("LayerNorm.beta", "LayerNorm.bias");
            (name, values)
        })
        .filter(|(name, _)| !on_top.iter().any(|top| name.starts_with(top)))
        .collect()
}

/// Reads an encoder and its pieces; `seed` is for what will be put on top.
///
/// # Errors
/// [`FolderError`] if a file is missing, cannot be read or does not fit the others.
pub fn read_folder(folder: &Path, seed: u64) -> Result<(Bert, WordPieces), FolderError> {
    let file = |name| read(&folder.join(name));
    read_bytes(&file(CONFIG)?, &file(TOKENIZER)?, &file(WEIGHTS)?, seed)
}

/// Reads an encoder and its pieces from the contents of the three files; see [`read_folder`].
///
/// # Errors
/// [`FolderError`] if one cannot be read or does not fit the others.
pub fn read_bytes(
    config: &[u8],
    tokenizer: &[u8],
    weights: &[u8],
    seed: u64,
) -> Result<(Bert, WordPieces), FolderError> {
    let refuse = |message: String| FolderError::Config {
        path: CONFIG.to_owned(),
        message,
    };
    let config: BertConfig = serde_json::from_slice(config).map_err(|e| refuse(e.to_string()))?;
    let words = WordPieces::from_json(tokenizer)?;
    if words.len() > config.vocab_size {
        return Err(refuse(format!(
            "vocab_size is {}, {TOKENIZER} has {} pieces",
            config.vocab_size,
            words.len()
        )));
    }
    // Some writers store the places as whole numbers, although they are 0, 1, 2, …
    let is_float = |name: &str| !name.ends_with("embeddings.position_ids");
    let mut stored = bare_names(read_tensors_where(weights, is_float)?);
    let bert = Bert::restore(&config, seed, &mut stored)?;
    refuse_rest(&stored)?;
    Ok((bert, words))
}

/// Writes an encoder and its pieces, weights in half precision.
///
/// # Errors
/// [`FolderError`] if a file cannot be written.
pub fn write_folder(folder: &Path, bert: &Bert, words: &WordPieces) -> Result<(), FolderError> {
    std::fs::create_dir_all(folder).map_err(|cause| FolderError::File {
        path: folder.display().to_string(),
        cause,
    })?;
    let path = folder.join(CONFIG);
    let config = serde_json::to_string_pretty(&bert.config).map_err(|e| FolderError::Config {
        path: path.display().to_string(),
        message: e.to_string(),
    })?;
    write(&path, (config + "\n").as_bytes())?;
    write(&folder.join(TOKENIZER), words.to_json()?.as_bytes())?;
    write(&folder.join(WEIGHTS), &write_half_tensors(&bert.tensors())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::models::params::{Values, write_tensors};

    fn small() -> (Bert, WordPieces) {
        let words = WordPieces::learn(["chess by the sea", "a city"], 60).unwrap();
        let config = BertConfig::small(1, 8, words.len());
        (Bert::new(&config, 3).unwrap(), words)
    }

    #[test]
    fn a_folder_written_is_read_with_the_same_weights() {
        let folder = tempfile::tempdir().unwrap();
        let (bert, words) = small();
        write_folder(folder.path(), &bert, &words).unwrap();
        let (again, pieces) = read_folder(folder.path(), 9).unwrap();
        assert_eq!(again.config, bert.config);
        assert_eq!(pieces.to_json().unwrap(), words.to_json().unwrap());
        let bytes = std::fs::read(folder.path().join(WEIGHTS)).unwrap();
        write_folder(folder.path(), &again, &pieces).unwrap();
        assert_eq!(std::fs::read(folder.path().join(WEIGHTS)).unwrap(), bytes);
    }

    #[test]
    fn prefixes_and_tops_of_others_are_tolerated_and_unknown_tensors_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (bert, words) = small();
        write_folder(folder.path(), &bert, &words).unwrap();
        let mut stored: Tensors = bert
            .tensors()
            .into_iter()
            .map(|(name, values)| (format!("bert.{name}"), values))
            .collect();
        let one = Values {
            shape: vec![1],
            values: vec![0.5],
        };
        stored.insert("bert.pooler.dense.bias".to_owned(), one.clone());
        stored.insert("cls.predictions.bias".to_owned(), one.clone());
        let old = stored.remove("bert.embeddings.LayerNorm.weight").unwrap();
        stored.insert("bert.embeddings.LayerNorm.gamma".to_owned(), old);
        let path = folder.path().join(WEIGHTS);
        std::fs::write(&path, write_tensors(&stored).unwrap()).unwrap();
        let (again, _) = read_folder(folder.path(), 1).unwrap();
        assert_eq!(again.params.digest(), bert.params.digest());
        stored.insert("bert.encoder.layer.7.output.dense.bias".to_owned(), one);
        std::fs::write(&path, write_tensors(&stored).unwrap()).unwrap();
        let error = read_folder(folder.path(), 1).unwrap_err().to_string();
        assert!(error.contains("layer.7"), "{error}");
        stored.remove("bert.encoder.layer.7.output.dense.bias");
        stored.remove("bert.encoder.layer.0.output.dense.bias");
        std::fs::write(&path, write_tensors(&stored).unwrap()).unwrap();
        let error = read_folder(folder.path(), 1).unwrap_err().to_string();
        assert!(error.contains("layer.0.output.dense.bias"), "{error}");
        assert!(read_folder(&folder.path().join("nowhere"), 1).is_err());
    }
}
