//! Sizes of a BERT, read from and written to a `config.json`.

use crate::platform::models::params::ModelError;

/// Sizes of a BERT; the names are those of Hugging Face's `config.json`, whose other keys are ignored.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct BertConfig {
    /// Width of every layer.
    pub hidden_size: usize,
    /// Layers.
    pub num_hidden_layers: usize,
    /// Heads of each attention; they divide the width.
    pub num_attention_heads: usize,
    /// Width inside the feed-forward part of a layer.
    pub intermediate_size: usize,
    /// Pieces of the vocabulary.
    pub vocab_size: usize,
    /// Longest sequence.
    pub max_position_embeddings: usize,
    /// Kinds of text in a sequence.
    #[serde(default = "two")]
    pub type_vocab_size: usize,
    /// Added to the variance by layer norms.
    #[serde(default = "usual_epsilon")]
    pub layer_norm_eps: f64,
    /// Deviation of weights at the start.
    #[serde(default = "usual_deviation")]
    pub initializer_range: f64,
    /// Activation of the feed-forward part; `gelu`, the exact one, is the only one there is.
    #[serde(default = "gelu")]
    pub hidden_act: String,
    /// Architecture; `bert` is the only one there is.
    #[serde(default = "bert")]
    pub model_type: String,
}

const fn two() -> usize {
    2
}

const fn usual_epsilon() -> f64 {
    1e-12
}

const fn usual_deviation() -> f64 {
    0.02
}

fn gelu() -> String {
    "gelu".to_owned()
}

fn bert() -> String {
    "bert".to_owned()
}

impl BertConfig {
    /// Returns a small BERT: `layers` of `width`, a head for every 64 values, four times the width inside.
    #[must_use]
    pub fn small(layers: usize, width: usize, vocab_size: usize) -> Self {
        Self {
            hidden_size: width,
            num_hidden_layers: layers,
            num_attention_heads: width.div_ceil(64).max(2),
            intermediate_size: 4 * width,
            vocab_size,
            max_position_embeddings: 128,
            type_vocab_size: two(),
            layer_norm_eps: usual_epsilon(),
            initializer_range: usual_deviation(),
            hidden_act: gelu(),
            model_type: bert(),
        }
    }

    /// Refuses sizes that do not fit each other.
    ///
    /// # Errors
    /// [`ModelError::Value`] with what is allowed.
    pub fn validate(&self) -> Result<(), ModelError> {
        let refuse = |what: &str, found: String, allowed: &str| {
            Err(ModelError::Value {
                what: what.to_owned(),
                found,
                allowed: allowed.to_owned(),
            })
        };
        if self.hidden_act != "gelu" {
            return refuse("hidden_act", self.hidden_act.clone(), "gelu");
        }
        if self.model_type != "bert" {
            return refuse("model_type", self.model_type.clone(), "bert");
        }
        let sizes = [
            ("hidden_size", self.hidden_size),
            ("num_attention_heads", self.num_attention_heads),
            ("intermediate_size", self.intermediate_size),
            ("vocab_size", self.vocab_size),
            ("max_position_embeddings", self.max_position_embeddings),
            ("type_vocab_size", self.type_vocab_size),
        ];
        for (what, found) in sizes {
            if found == 0 || found > 1 << 20 {
                return refuse(what, found.to_string(), "1 to 1048576");
            }
        }
        if self.num_hidden_layers > 1000 {
            let found = self.num_hidden_layers.to_string();
            return refuse("num_hidden_layers", found, "0 to 1000");
        }
        if !self.hidden_size.is_multiple_of(self.num_attention_heads) {
            let found = self.num_attention_heads.to_string();
            return refuse("num_attention_heads", found, "a divisor of hidden_size");
        }
        if !(self.layer_norm_eps >= 0.0 && self.initializer_range >= 0.0) {
            let found = format!("{}, {}", self.layer_norm_eps, self.initializer_range);
            return refuse("layer_norm_eps, initializer_range", found, "0 and above");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_by_the_names_of_hugging_face_and_checked() {
        let text = r#"{"architectures": ["BertModel"], "hidden_act": "gelu", "hidden_size": 384, "vocab_size": 30522,
            "intermediate_size": 1536, "max_position_embeddings": 512, "num_attention_heads": 12, "num_hidden_layers": 6,
            "layer_norm_eps": 1e-12, "model_type": "bert", "type_vocab_size": 2, "use_cache": true}"#;
        let config: BertConfig = serde_json::from_str(text).unwrap();
        config.validate().unwrap();
        let again = serde_json::to_string(&config).unwrap();
        assert_eq!(serde_json::from_str::<BertConfig>(&again).unwrap(), config);
        let wrong = [
            BertConfig {
                num_attention_heads: 7,
                ..config.clone()
            },
            BertConfig {
                hidden_act: "gelu_new".to_owned(),
                ..config.clone()
            },
            BertConfig {
                model_type: "roberta".to_owned(),
                ..config.clone()
            },
            BertConfig {
                vocab_size: 0,
                ..config.clone()
            },
            BertConfig {
                layer_norm_eps: f64::NAN,
                ..config.clone()
            },
        ];
        for w in wrong {
            assert!(
                matches!(w.validate(), Err(ModelError::Value { .. })),
                "{w:?}"
            );
        }
        BertConfig::small(2, 96, 100).validate().unwrap();
    }
}
