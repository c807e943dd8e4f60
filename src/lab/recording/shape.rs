//! The shapes of messages: one table from which come the schemas in the file and the tables of `docs/recording.md`.

use super::wire::Out;

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// One whole number.
    Number,
    /// 64 bits.
    Fixed,
    /// Bytes.
    Bytes,
    /// Text.
    Text,
    /// A packed list of whole numbers.
    Numbers,
    /// A packed list of signed whole numbers.
    Signed,
    /// A packed list of real numbers of 64 bits.
    Doubles,
    /// A packed list of real numbers of 32 bits.
    Floats,
}

impl Kind {
    /// Returns how Protocol Buffers call it.
    const fn word(self) -> &'static str {
        match self {
            Self::Number => "uint64",
            Self::Fixed => "fixed64",
            Self::Bytes => "bytes",
            Self::Text => "string",
            Self::Numbers => "repeated uint64",
            Self::Signed => "repeated sint64",
            Self::Doubles => "repeated double",
            Self::Floats => "repeated float",
        }
    }

    /// Returns its number in a descriptor.
    const fn code(self) -> u64 {
        match self {
            Self::Doubles => 1,
            Self::Floats => 2,
            Self::Number | Self::Numbers => 4,
            Self::Fixed => 6,
            Self::Text => 9,
            Self::Bytes => 12,
            Self::Signed => 18,
        }
    }

    const fn is_repeated(self) -> bool {
        matches!(
            self,
            Self::Numbers | Self::Signed | Self::Doubles | Self::Floats
        )
    }
}

/// A field: its number, its name, what it holds and what that means.
pub(super) type Field = (u32, &'static str, Kind, &'static str);

/// A message.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    /// Its name, without the package.
    pub(super) name: &'static str,
    /// What it tells.
    pub(super) help: &'static str,
    /// Its fields.
    pub(super) fields: &'static [Field],
}

/// Package of all messages.
const PACKAGE: &str = "agora";

impl Shape {
    /// Returns the name with the package.
    pub(super) fn full_name(&self) -> String {
        format!("{PACKAGE}.{}", self.name)
    }

    /// Returns the schema: a file descriptor set of Protocol Buffers with this message.
    pub(super) fn descriptor(&self) -> Vec<u8> {
        const OPTIONAL: u64 = 1;
        const REPEATED: u64 = 3;
        let mut message = Out::default();
        message.bytes(1, self.name.as_bytes());
        for (number, name, kind, _) in self.fields {
            let mut field = Out::default();
            field.bytes(1, name.as_bytes());
            field.uint(3, u64::from(*number));
            field.uint(
                4,
                if kind.is_repeated() {
                    REPEATED
                } else {
                    OPTIONAL
                },
            );
            field.uint(5, kind.code());
            message.bytes(2, &field.finish());
        }
        let mut file = Out::default();
        let path = format!("{PACKAGE}/{}.proto", self.name);
        file.bytes(1, path.as_bytes());
        file.bytes(2, PACKAGE.as_bytes());
        file.bytes(4, &message.finish());
        file.bytes(12, b"proto3");
        let mut set = Out::default();
        set.bytes(1, &file.finish());
        set.finish()
    }

    /// Writes its table for people.
    pub(super) fn markdown(&self) -> String {
        let rows: Vec<String> = self
            .fields
            .iter()
            .map(|(number, name, kind, help)| {
                format!("| {number} | `{name}` | {} | {help} |\n", kind.word())
            })
            .collect();
        format!(
            "### {}\n\n{}\n\n| field | name | type | meaning |\n| --- | --- | --- | --- |\n{}",
            self.full_name(),
            self.help,
            rows.concat()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::recording::wire::Fields;

    #[test]
    fn a_descriptor_names_the_message_and_its_fields() {
        let shape = Shape {
            name: "Try",
            help: "Nothing.",
            fields: &[(7, "gap", Kind::Numbers, "a list")],
        };
        let set = shape.descriptor();
        let file = Fields::read(Fields::read(&set).unwrap().bytes(1).unwrap()).unwrap();
        assert_eq!(file.text(2), Ok("agora"));
        let message = Fields::read(file.bytes(4).unwrap()).unwrap();
        assert_eq!(message.text(1), Ok("Try"));
        let field = Fields::read(message.bytes(2).unwrap()).unwrap();
        assert_eq!(field.text(1), Ok("gap"));
        assert_eq!(
            (field.uint(3), field.uint(4), field.uint(5)),
            (Ok(7), Ok(3), Ok(4))
        );
        assert!(
            shape
                .markdown()
                .contains("| 7 | `gap` | repeated uint64 | a list |")
        );
    }
}
