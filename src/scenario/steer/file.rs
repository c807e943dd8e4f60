//! Files of commands: one a line, in the order in which they are applied.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use super::error::SteerError;
use super::order::Order;
use super::spelling::{from_line, to_line};
use crate::scenario::error::Place;

/// Name of the file in a run folder.
pub const NAME: &str = "commands.jsonl";

/// Most bytes of a file of commands: a million of them and more.
const LARGEST: u64 = 1 << 28;

/// A file of commands as it was read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Commands {
    /// The orders, each with its line.
    pub orders: Vec<(Order, Place)>,
    /// Bytes at the end that are no whole line: a run that was killed may tear its last one.
    pub torn_bytes: usize,
}

/// Reads a file of commands.
///
/// # Errors
/// [`SteerError`] if it cannot be read, or naming the first line that is no command.
pub fn read(path: &Path) -> Result<Commands, SteerError> {
    let mut bytes = Vec::new();
    // Bounded, as a path may lead to a device that never ends.
    File::open(path)
        .and_then(|f| f.take(LARGEST + 1).read_to_end(&mut bytes))
        .map_err(|cause| SteerError::Unreadable {
            path: path.to_path_buf(),
            cause,
        })?;
    if bytes.len() as u64 > LARGEST {
        return Err(SteerError::TooLarge {
            path: path.to_path_buf(),
            most: LARGEST,
        });
    }
    let file = path.display().to_string();
    let mut found = Commands::default();
    let mut last = 0;
    for (i, line) in bytes.split_inclusive(|b| *b == b'\n').enumerate() {
        let place = Place::Line(file.clone(), i + 1);
        let order = match parse(line, &place) {
            Ok(None) => continue,
            Ok(Some(order)) => order,
            Err(SteerError::Syntax { .. }) if line.last() != Some(&b'\n') => {
                found.torn_bytes = line.len();
                break;
            }
            Err(e) => return Err(e),
        };
        if order.tick < last {
            return Err(SteerError::Late {
                place,
                tick: order.tick,
                first: last,
            });
        }
        last = order.tick;
        found.orders.push((order, place));
    }
    Ok(found)
}

/// Reads a line; an empty one says nothing.
fn parse(line: &[u8], place: &Place) -> Result<Option<Order>, SteerError> {
    let text = std::str::from_utf8(line).map_err(|e| SteerError::Syntax {
        place: place.clone(),
        cause: format!(
            "not UTF-8 text (byte {} of the line is not)",
            e.valid_up_to()
        ),
    })?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    from_line(text, place).map(Some)
}

/// Returns the text of a file of commands.
#[must_use]
pub fn to_text<'a>(orders: impl IntoIterator<Item = &'a Order>) -> String {
    orders.into_iter().map(|o| to_line(o) + "\n").collect()
}

/// The record of a run's commands, each durable before the next tick.
pub struct Record {
    file: File,
}

impl Record {
    /// Begins a record.
    ///
    /// # Errors
    /// As the file system says.
    pub fn create(path: &Path) -> io::Result<Self> {
        let file = File::create(path)?;
        if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
            File::open(folder)?.sync_all()?;
        }
        Ok(Self { file })
    }

    /// Opens a record to go on at its end.
    ///
    /// # Errors
    /// As the file system says.
    pub fn go_on(path: &Path) -> io::Result<Self> {
        let file = File::options().append(true).open(path)?;
        Ok(Self { file })
    }

    /// Adds a command.
    ///
    /// # Errors
    /// As the file system says.
    pub fn append(&mut self, order: &Order) -> io::Result<()> {
        let mut line = to_line(order);
        line.push('\n');
        self.file.write_all(line.as_bytes())?;
        self.file.sync_data()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::steer::order::Command;
    use crate::sim::ids::AvatarId;

    fn order(tick: u32) -> Order {
        let avatar = AvatarId(3);
        Order {
            tick,
            command: Command::TakeOver { avatar },
        }
    }

    #[test]
    fn a_record_reads_back_and_a_torn_tail_is_dropped() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(NAME);
        let mut record = Record::create(&path).unwrap();
        for tick in [0, 4, 4, 9] {
            record.append(&order(tick)).unwrap();
        }
        let whole = read(&path).unwrap();
        let ticks: Vec<u32> = whole.orders.iter().map(|(o, _)| o.tick).collect();
        assert_eq!((ticks, whole.torn_bytes), (vec![0, 4, 4, 9], 0));
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() - 5]).unwrap();
        let torn = read(&path).unwrap();
        assert_eq!(torn.orders[..], whole.orders[..3]);
        assert!(torn.torn_bytes > 10);
        // Only the end may be torn.
        let mut middle = bytes[..bytes.len() - 5].to_vec();
        middle.push(b'\n');
        middle.extend_from_slice(&bytes);
        std::fs::write(&path, &middle).unwrap();
        let e = read(&path).unwrap_err().to_string();
        assert!(e.contains("commands.jsonl:4: not a JSON object"), "{e}");
    }

    #[test]
    fn lines_must_be_in_order() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.jsonl");
        let text = format!("{}\n\n{}\n", to_line(&order(7)), to_line(&order(5)));
        std::fs::write(&path, text).unwrap();
        let e = read(&path).unwrap_err().to_string();
        assert!(
            e.ends_with("x.jsonl:3: tick = 5: allowed is 7 or later"),
            "{e}"
        );
    }
}
