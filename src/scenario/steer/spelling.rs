//! A command as a line of JSON, such as `{"tick":600,"command":"set_policy","key":"platform.ads.load","value":0.2}`.

use serde_json::{Map, Value, json};

use super::error::SteerError;
use super::order::{Command, Order};
use crate::events::behavior::{RECOMMENDED_SURFACES, Surface};
use crate::scenario::error::Place;
use crate::scenario::load::clipped;
use crate::sim::ids::{AvatarId, SpaceId};
use crate::society::walk_in::choice::Choice;

/// The commands' words.
const COMMANDS: [&str; 4] = ["set_policy", "take_over", "let_go", "choose"];

/// The choices' words.
const CHOICES: [&str; 10] = [
    "wake", "look", "pick", "pass_by", "click_ad", "go", "talk", "play", "study", "leave",
];

/// Writes an order as a line, without its end.
#[must_use]
pub fn to_line(order: &Order) -> String {
    let mut said = vec![("tick", json!(order.tick))];
    let mut say = |key, value| said.push((key, value));
    match &order.command {
        Command::SetPolicy { key, value } => {
            say("command", json!("set_policy"));
            say("key", json!(key));
            say("value", json!(value));
        }
        Command::TakeOver { avatar } => {
            say("command", json!("take_over"));
            say("avatar", json!(avatar));
        }
        Command::LetGo { avatar } => {
            say("command", json!("let_go"));
            say("avatar", json!(avatar));
        }
        Command::Choose { avatar, choice } => {
            say("command", json!("choose"));
            say("avatar", json!(avatar));
            say("choice", json!(choice.word()));
            match choice {
                Choice::Look { surface } => say("surface", json!(surface.word())),
                Choice::Pick { slot } => say("slot", json!(slot)),
                Choice::Go { space } => say("space", json!(space)),
                Choice::Wake
                | Choice::PassBy
                | Choice::ClickAd
                | Choice::Talk
                | Choice::Play
                | Choice::Study
                | Choice::Leave => {}
            }
        }
    }
    // By hand, as a map would sort its keys and a reader looks for the tick first.
    let said: Vec<String> = said.iter().map(|(k, v)| format!("\"{k}\":{v}")).collect();
    format!("{{{}}}", said.join(","))
}

/// Reads an order from a line.
///
/// # Errors
/// [`SteerError`] naming `place`, the key, the value and what is allowed.
pub fn from_line(line: &str, place: &Place) -> Result<Order, SteerError> {
    let syntax = |cause: String| SteerError::Syntax {
        place: place.clone(),
        cause,
    };
    let object = match serde_json::from_str(line) {
        Ok(Value::Object(object)) => object,
        Ok(other) => return Err(syntax(format!("found {}", clipped(&other.to_string())))),
        Err(e) => return Err(syntax(e.to_string())),
    };
    let mut fields = Fields {
        object,
        known: Vec::new(),
        place,
    };
    let tick = fields.integer("tick", u32::MAX)?;
    let command = match fields.word("command", &COMMANDS)?.as_str() {
        "set_policy" => Command::SetPolicy {
            key: fields.text("key")?,
            value: fields.value()?,
        },
        "take_over" => Command::TakeOver {
            avatar: AvatarId(fields.integer("avatar", u32::MAX)?),
        },
        "let_go" => Command::LetGo {
            avatar: AvatarId(fields.integer("avatar", u32::MAX)?),
        },
        _ => Command::Choose {
            avatar: AvatarId(fields.integer("avatar", u32::MAX)?),
            choice: fields.choice()?,
        },
    };
    fields.end()?;
    Ok(Order {
        tick,
        command: command.settled(),
    })
}

/// What a line says and was not read yet.
struct Fields<'a> {
    object: Map<String, Value>,
    known: Vec<&'static str>,
    place: &'a Place,
}

impl Fields<'_> {
    fn take(&mut self, key: &'static str, expected: &str) -> Result<Value, SteerError> {
        self.known.push(key);
        self.object.remove(key).ok_or_else(|| SteerError::Lacks {
            place: self.place.clone(),
            key,
            expected: expected.to_owned(),
        })
    }

    fn wrong(&self, key: &'static str, value: &Value, expected: &str) -> SteerError {
        SteerError::WrongValue {
            place: self.place.clone(),
            key,
            value: clipped(&value.to_string()),
            expected: expected.to_owned(),
        }
    }

    fn integer(&mut self, key: &'static str, most: u32) -> Result<u32, SteerError> {
        let expected = format!("an integer (0 to {most})");
        let value = self.take(key, &expected)?;
        value
            .as_u64()
            .and_then(|i| u32::try_from(i).ok())
            .filter(|i| *i <= most)
            .ok_or_else(|| self.wrong(key, &value, &expected))
    }

    fn text(&mut self, key: &'static str) -> Result<String, SteerError> {
        let expected = "text in quotes";
        let value = self.take(key, expected)?;
        value
            .as_str()
            .map(str::to_owned)
            .ok_or_else(|| self.wrong(key, &value, expected))
    }

    fn word(&mut self, key: &'static str, words: &[&str]) -> Result<String, SteerError> {
        let quoted: Vec<String> = words.iter().map(|w| format!("\"{w}\"")).collect();
        let expected = format!("one of {}", quoted.join(", "));
        let value = self.take(key, &expected)?;
        value
            .as_str()
            .filter(|w| words.contains(w))
            .map(str::to_owned)
            .ok_or_else(|| self.wrong(key, &value, &expected))
    }

    /// The value of a policy; whether it suits the key is for [`apply`](super::apply) to say.
    fn value(&mut self) -> Result<toml::Value, SteerError> {
        let expected = "a number, true, false, or a word in quotes";
        let value = self.take("value", expected)?;
        let read = match &value {
            Value::Bool(b) => Some(toml::Value::Boolean(*b)),
            Value::String(s) => Some(toml::Value::String(s.clone())),
            Value::Number(n) if n.is_f64() => n.as_f64().map(toml::Value::Float),
            Value::Number(n) => n.as_i64().map(toml::Value::Integer),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        };
        read.ok_or_else(|| self.wrong("value", &value, expected))
    }

    fn choice(&mut self) -> Result<Choice, SteerError> {
        Ok(match self.word("choice", &CHOICES)?.as_str() {
            "wake" => Choice::Wake,
            "look" => {
                let words = RECOMMENDED_SURFACES.map(Surface::word);
                let word = self.word("surface", &words)?;
                let known = RECOMMENDED_SURFACES.into_iter().find(|s| s.word() == word);
                Choice::Look {
                    surface: known.unwrap_or(Surface::None),
                }
            }
            "pick" => Choice::Pick {
                slot: self.integer("slot", u32::from(u8::MAX))? as u8,
            },
            "pass_by" => Choice::PassBy,
            "click_ad" => Choice::ClickAd,
            "go" => Choice::Go {
                space: SpaceId(self.integer("space", u32::MAX)?),
            },
            "talk" => Choice::Talk,
            "play" => Choice::Play,
            "study" => Choice::Study,
            _ => Choice::Leave,
        })
    }

    fn end(self) -> Result<(), SteerError> {
        match self.object.keys().next() {
            None => Ok(()),
            Some(key) => Err(SteerError::UnknownKey {
                place: self.place.clone(),
                key: clipped(&format!("{key:?}")),
                known: self.known.join(", "),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_reads_back_as_itself() {
        let avatar = AvatarId(17);
        let mut commands = vec![Command::TakeOver { avatar }, Command::LetGo { avatar }];
        for value in [
            toml::Value::Float(0.25),
            toml::Value::Float(1e-9),
            toml::Value::Float(3.0),
            toml::Value::Integer(4),
            toml::Value::Boolean(false),
            toml::Value::String("two_tower".to_owned()),
        ] {
            let key = "platform.ads.load".to_owned();
            commands.push(Command::SetPolicy { key, value });
        }
        let surface = Surface::GameItems;
        for choice in [
            Choice::Wake,
            Choice::Look { surface },
            Choice::Pick { slot: 11 },
            Choice::PassBy,
            Choice::ClickAd,
            Choice::Go { space: SpaceId(5) },
            Choice::Talk,
            Choice::Play,
            Choice::Study,
            Choice::Leave,
        ] {
            assert!(CHOICES.contains(&choice.word()));
            commands.push(Command::Choose { avatar, choice });
        }
        for command in commands {
            let order = Order { tick: 9, command };
            let line = to_line(&order);
            assert!(!line.contains('\n'));
            assert_eq!(from_line(&line, &Place::Command).unwrap(), order, "{line}");
        }
    }
}
