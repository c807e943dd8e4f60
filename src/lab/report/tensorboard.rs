//! Event files that TensorBoard opens: learning curves, texts, histograms, settings of trials.
//!
//! A file is a sequence of records framed as TensorFlow frames them, each holding an `Event` message. Both are small enough
//! to be written by hand. Times are whatever the caller counts in seconds (simulated time, or passes): no clock is read, so
//! that the same run gives the same bytes.
//!
//! # Source
//! `tensorflow/core/lib/io/record_writer.h`, `tensorflow/core/util/event.proto`, `tensorflow/core/framework/summary.proto`,
//! `tensorboard/plugins/hparams/plugin_data.proto`.

/// The remainders of all bytes for the polynomial of Castagnoli, reflected.
const CRC_TABLE: [u32; 256] = crc_table();

const fn crc_table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = (crc >> 1) ^ (0x82F6_3B78 & (crc & 1).wrapping_neg());
            bit += 1;
        }
        table[byte] = crc;
        byte += 1;
    }
    table
}

/// Returns the cyclic redundancy check CRC-32C of bytes (RFC 3720, appendix B.4).
#[must_use]
pub fn crc32c(bytes: &[u8]) -> u32 {
    let step = |crc: u32, b: &u8| (crc >> 8) ^ CRC_TABLE[((crc ^ u32::from(*b)) & 0xFF) as usize];
    !bytes.iter().fold(!0, step)
}

/// Masks a check, so that a check of bytes that hold checks stays a good one.
fn masked(crc: u32) -> u32 {
    crc.rotate_right(15).wrapping_add(0xA282_EAD8)
}

/// Returns the name of a file that TensorBoard will find; files of one folder are read in the order of their names.
#[must_use]
pub fn file_name(began_seconds: u64, what: &str) -> String {
    format!("events.out.tfevents.{began_seconds:010}.{what}")
}

/// The value of a setting, as the table of trials shows it.
#[derive(Debug, Clone, PartialEq)]
pub enum Setting {
    /// A number.
    Number(f64),
    /// A word.
    Word(String),
    /// Yes or no.
    Truth(bool),
}

/// A message under construction, in the wire format of protocol buffers.
#[derive(Debug, Clone, Default)]
struct Message(Vec<u8>);

impl Message {
    fn varint(&mut self, mut x: u64) {
        while x >= 0x80 {
            self.0.push(x as u8 | 0x80);
            x >>= 7;
        }
        self.0.push(x as u8);
    }

    fn integer(mut self, field: u32, x: i64) -> Self {
        self.varint(u64::from(field) << 3);
        self.varint(x as u64);
        self
    }

    fn double(mut self, field: u32, x: f64) -> Self {
        self.varint(u64::from(field) << 3 | 1);
        self.0.extend(x.to_le_bytes());
        self
    }

    fn float(mut self, field: u32, x: f32) -> Self {
        self.varint(u64::from(field) << 3 | 5);
        self.0.extend(x.to_le_bytes());
        self
    }

    fn bytes(mut self, field: u32, x: &[u8]) -> Self {
        self.varint(u64::from(field) << 3 | 2);
        self.varint(x.len() as u64);
        self.0.extend(x);
        self
    }

    fn text(self, field: u32, x: &str) -> Self {
        self.bytes(field, x.as_bytes())
    }

    fn message(self, field: u32, x: &Self) -> Self {
        self.bytes(field, &x.0)
    }

    fn doubles(self, field: u32, all: &[f64]) -> Self {
        let packed: Vec<u8> = all.iter().flat_map(|x| x.to_le_bytes()).collect();
        self.bytes(field, &packed)
    }
}

/// `Event`, `Summary`, `Summary.Value` and their parts by field number.
mod field {
    pub(super) const EVENT_TIME: u32 = 1;
    pub(super) const EVENT_STEP: u32 = 2;
    pub(super) const EVENT_VERSION: u32 = 3;
    pub(super) const EVENT_SUMMARY: u32 = 5;
    pub(super) const SUMMARY_VALUE: u32 = 1;
    pub(super) const VALUE_TAG: u32 = 1;
    pub(super) const VALUE_SIMPLE: u32 = 2;
    pub(super) const VALUE_HISTOGRAM: u32 = 5;
    pub(super) const VALUE_TENSOR: u32 = 8;
    pub(super) const VALUE_METADATA: u32 = 9;
    pub(super) const METADATA_PLUGIN: u32 = 1;
    pub(super) const PLUGIN_NAME: u32 = 1;
    pub(super) const PLUGIN_CONTENT: u32 = 2;
    pub(super) const TENSOR_TYPE: u32 = 1;
    pub(super) const TENSOR_SHAPE: u32 = 2;
    pub(super) const TENSOR_TEXTS: u32 = 8;
    pub(super) const SHAPE_DIMENSION: u32 = 2;
    pub(super) const DIMENSION_SIZE: u32 = 1;
    /// `DataType::DT_STRING`.
    pub(super) const TYPE_TEXT: i64 = 7;
}

/// An event file in memory.
#[derive(Debug, Clone)]
pub struct EventFile {
    bytes: Vec<u8>,
}

impl EventFile {
    /// Begins a file.
    ///
    /// # Units
    /// Times here and below are seconds; steps count whatever the curve runs over.
    #[must_use]
    pub fn new(time: f64) -> Self {
        let mut file = Self { bytes: Vec::new() };
        let event = Message::default().double(field::EVENT_TIME, time);
        file.record(&event.text(field::EVENT_VERSION, "brain.Event:2"));
        file
    }

    /// Adds a point of the curve `tag`.
    pub fn scalar(&mut self, time: f64, step: i64, tag: &str, value: f64) {
        let value = Message::default()
            .text(field::VALUE_TAG, tag)
            .float(field::VALUE_SIMPLE, value as f32);
        self.value(time, step, &value);
    }

    /// Adds a text, shown as Markdown.
    pub fn text(&mut self, time: f64, step: i64, tag: &str, text: &str) {
        let one = Message::default().integer(field::DIMENSION_SIZE, 1);
        let shape = Message::default().message(field::SHAPE_DIMENSION, &one);
        let tensor = Message::default()
            .integer(field::TENSOR_TYPE, field::TYPE_TEXT)
            .message(field::TENSOR_SHAPE, &shape)
            .text(field::TENSOR_TEXTS, text);
        let value = Message::default()
            .text(field::VALUE_TAG, tag)
            .message(field::VALUE_TENSOR, &tensor)
            .message(field::VALUE_METADATA, &metadata("text", &[]));
        self.value(time, step, &value);
    }

    /// Adds a histogram of values in `n_buckets` buckets of equal width; values that are not finite are left out.
    pub fn histogram(&mut self, time: f64, step: i64, tag: &str, values: &[f64], n_buckets: usize) {
        let finite = || values.iter().copied().filter(|x| x.is_finite());
        let (low, high) = finite().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), x| {
            (l.min(x), h.max(x))
        });
        if low > high {
            return;
        }
        let n = n_buckets.max(1);
        let width = (high - low) / n as f64;
        let mut counts = vec![0.0; n];
        for x in finite() {
            let at = if width > 0.0 { (x - low) / width } else { 0.0 };
            counts[(at as usize).min(n - 1)] += 1.0;
        }
        let mut limits: Vec<f64> = (1..=n).map(|i| low + width * i as f64).collect();
        limits[n - 1] = high;
        // The first bucket begins at minus infinity; an empty one before it says where the values begin.
        limits.insert(0, low);
        counts.insert(0, 0.0);
        let histogram = Message::default()
            .double(1, low)
            .double(2, high)
            .double(3, finite().count() as f64)
            .double(4, finite().sum())
            .double(5, finite().map(|x| x * x).sum())
            .doubles(6, &limits)
            .doubles(7, &counts);
        let value = Message::default()
            .text(field::VALUE_TAG, tag)
            .message(field::VALUE_HISTOGRAM, &histogram);
        self.value(time, step, &value);
    }

    /// Adds the settings of the trial that this file is about; its curves are the metrics.
    pub fn settings(&mut self, time: f64, trial: &str, settings: &[(String, Setting)]) {
        let mut start = Message::default();
        for (name, setting) in settings {
            let value = match setting {
                Setting::Number(x) => Message::default().double(2, *x),
                Setting::Word(x) => Message::default().text(3, x),
                Setting::Truth(x) => Message::default().integer(4, i64::from(*x)),
            };
            let entry = Message::default().text(1, name).message(2, &value);
            start = start.message(1, &entry);
        }
        let start = start.text(4, trial).double(5, time);
        let data = Message::default().integer(1, 0).message(3, &start);
        self.plugin(time, "_hparams_/session_start_info", "hparams", &data);
    }

    /// Says that the trial that this file is about has ended.
    pub fn settings_end(&mut self, time: f64, is_success: bool) {
        // Status: 1 is success, 2 is failure.
        let status = if is_success { 1 } else { 2 };
        let end = Message::default().integer(1, status).double(2, time);
        let data = Message::default().integer(1, 0).message(4, &end);
        self.plugin(time, "_hparams_/session_end_info", "hparams", &data);
    }

    fn plugin(&mut self, time: f64, tag: &str, plugin: &str, data: &Message) {
        let value = Message::default()
            .text(field::VALUE_TAG, tag)
            .message(field::VALUE_METADATA, &metadata(plugin, &data.0));
        self.value(time, 0, &value);
    }

    fn value(&mut self, time: f64, step: i64, value: &Message) {
        let summary = Message::default().message(field::SUMMARY_VALUE, value);
        let event = Message::default()
            .double(field::EVENT_TIME, time)
            .integer(field::EVENT_STEP, step)
            .message(field::EVENT_SUMMARY, &summary);
        self.record(&event);
    }

    /// Frames a record: length, its check, the bytes, their check.
    fn record(&mut self, event: &Message) {
        let length = (event.0.len() as u64).to_le_bytes();
        self.bytes.extend(length);
        self.bytes.extend(masked(crc32c(&length)).to_le_bytes());
        self.bytes.extend(&event.0);
        self.bytes.extend(masked(crc32c(&event.0)).to_le_bytes());
    }

    /// Returns the content of the file so far.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

fn metadata(plugin: &str, content: &[u8]) -> Message {
    let plugin = Message::default()
        .text(field::PLUGIN_NAME, plugin)
        .bytes(field::PLUGIN_CONTENT, content);
    Message::default().message(field::METADATA_PLUGIN, &plugin)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a field of a message holds.
    #[derive(Debug, Clone, PartialEq)]
    enum Held {
        Integer(u64),
        Eight([u8; 8]),
        Four([u8; 4]),
        Bytes(Vec<u8>),
    }

    impl Held {
        fn double(&self) -> f64 {
            match self {
                Self::Eight(b) => f64::from_le_bytes(*b),
                other => panic!("{other:?} is no double"),
            }
        }
        fn bytes(&self) -> &[u8] {
            match self {
                Self::Bytes(b) => b,
                other => panic!("{other:?} is no bytes"),
            }
        }
    }

    fn varint(bytes: &mut &[u8]) -> u64 {
        let mut x = 0;
        for shift in 0.. {
            let b = bytes[0];
            *bytes = &bytes[1..];
            x |= u64::from(b & 0x7F) << (7 * shift);
            if b < 0x80 {
                break;
            }
        }
        x
    }

    fn take<const N: usize>(bytes: &mut &[u8]) -> [u8; N] {
        let taken = bytes[..N].try_into().unwrap();
        *bytes = &bytes[N..];
        taken
    }

    fn fields(mut bytes: &[u8]) -> Vec<(u64, Held)> {
        let mut all = Vec::new();
        while !bytes.is_empty() {
            let key = varint(&mut bytes);
            let held = match key & 7 {
                0 => Held::Integer(varint(&mut bytes)),
                1 => Held::Eight(take(&mut bytes)),
                5 => Held::Four(take(&mut bytes)),
                2 => {
                    let n = varint(&mut bytes) as usize;
                    let taken = bytes[..n].to_vec();
                    bytes = &bytes[n..];
                    Held::Bytes(taken)
                }
                wire => panic!("wire type {wire}"),
            };
            all.push((key >> 3, held));
        }
        all
    }

    /// Follows field numbers down; fails if one is not there.
    fn inside(bytes: &[u8], path: &[u64]) -> Held {
        let found = fields(bytes).into_iter().find(|(f, _)| *f == path[0]);
        let held = found.unwrap_or_else(|| panic!("no field {}", path[0])).1;
        match &path[1..] {
            [] => held,
            rest => inside(held.bytes(), rest),
        }
    }

    /// Takes the frames off and checks them.
    fn records(mut bytes: &[u8]) -> Vec<Vec<u8>> {
        let check = |bytes: &[u8], found: [u8; 4]| {
            // Unmasked as TensorFlow does it.
            let rotated = u32::from_le_bytes(found).wrapping_sub(0xA282_EAD8);
            assert_eq!(rotated.rotate_left(15), crc32c(bytes));
        };
        let mut all = Vec::new();
        while !bytes.is_empty() {
            let length: [u8; 8] = take(&mut bytes);
            check(&length, take(&mut bytes));
            let n = u64::from_le_bytes(length) as usize;
            let data = bytes[..n].to_vec();
            bytes = &bytes[n..];
            check(&data, take(&mut bytes));
            all.push(data);
        }
        all
    }

    #[test]
    fn checks_are_those_of_rfc_3720() {
        assert_eq!(crc32c(&[0; 32]), 0x8A91_36AA);
        assert_eq!(crc32c(&[0xFF; 32]), 0x62A8_AB43);
        let up: Vec<u8> = (0..32).collect();
        let down: Vec<u8> = (0..32).rev().collect();
        assert_eq!(crc32c(&up), 0x46DD_794E);
        assert_eq!(crc32c(&down), 0x113F_DB5C);
        assert_eq!(crc32c(b"123456789"), 0xE306_9283);
        assert_eq!(crc32c(b""), 0);
    }

    #[test]
    fn a_file_begins_with_its_version_and_scalars_are_read_back() {
        let mut file = EventFile::new(7.5);
        file.scalar(8.5, 300, "loss/train", 0.1);
        file.scalar(9.5, -1, "metric", f64::NAN);
        let all = records(file.bytes());
        assert_eq!(all.len(), 3);
        assert_eq!(inside(&all[0], &[1]).double(), 7.5);
        assert_eq!(inside(&all[0], &[3]).bytes(), b"brain.Event:2");
        assert_eq!(inside(&all[1], &[1]).double(), 8.5);
        assert_eq!(inside(&all[1], &[2]), Held::Integer(300));
        assert_eq!(inside(&all[1], &[5, 1, 1]).bytes(), b"loss/train");
        assert_eq!(
            inside(&all[1], &[5, 1, 2]),
            Held::Four(0.1f32.to_le_bytes())
        );
        assert_eq!(inside(&all[2], &[2]), Held::Integer(u64::MAX));
    }

    #[test]
    fn texts_are_read_back_as_strings_of_the_text_plugin() {
        let mut file = EventFile::new(0.0);
        let words = "zum Beispiel größer als 128 Byte ".repeat(6);
        file.text(1.0, 2, "card", &words);
        let event = &records(file.bytes())[1];
        assert_eq!(inside(event, &[5, 1, 8, 8]).bytes(), words.as_bytes());
        assert_eq!(inside(event, &[5, 1, 8, 1]), Held::Integer(7));
        assert_eq!(inside(event, &[5, 1, 8, 2, 2, 1]), Held::Integer(1));
        assert_eq!(inside(event, &[5, 1, 9, 1, 1]).bytes(), b"text");
    }

    #[test]
    fn histograms_count_every_finite_value_once() {
        let mut file = EventFile::new(0.0);
        let values = [1.0, 2.0, 2.5, 5.0, f64::NAN, f64::INFINITY];
        file.histogram(1.0, 2, "weights", &values, 4);
        file.histogram(1.0, 2, "nothing", &[f64::NAN], 4);
        file.histogram(1.0, 3, "constant", &[3.0, 3.0], 4);
        let all = records(file.bytes());
        assert_eq!(all.len(), 3);
        let doubles = |event: &[u8], field| -> Vec<f64> {
            let packed = inside(event, &[5, 1, 5, field]);
            let eights = packed.bytes().chunks(8);
            eights
                .map(|b| f64::from_le_bytes(b.try_into().unwrap()))
                .collect()
        };
        assert_eq!(doubles(&all[1], 6), [1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(doubles(&all[1], 7), [0.0, 1.0, 2.0, 0.0, 1.0]);
        let summed = [1, 2, 3, 4, 5].map(|f| inside(&all[1], &[5, 1, 5, f]).double());
        assert_eq!(summed, [1.0, 5.0, 4.0, 10.5, 36.25]);
        assert_eq!(doubles(&all[2], 7).iter().sum::<f64>(), 2.0);
    }

    #[test]
    fn settings_are_read_back_by_name() {
        let mut file = EventFile::new(0.0);
        let settings = [
            ("rate".to_owned(), Setting::Number(0.25)),
            ("loss".to_owned(), Setting::Word("pairwise".to_owned())),
            ("biased".to_owned(), Setting::Truth(true)),
        ];
        file.settings(1.0, "trial 3", &settings);
        file.settings_end(2.0, true);
        let all = records(file.bytes());
        let data = inside(&all[1], &[5, 1, 9, 1, 2]);
        let start = inside(data.bytes(), &[3]);
        let entries: Vec<_> = fields(start.bytes())
            .into_iter()
            .filter(|(f, _)| *f == 1)
            .collect();
        let names: Vec<_> = entries
            .iter()
            .map(|(_, e)| inside(e.bytes(), &[1]))
            .collect();
        assert_eq!(names[1].bytes(), b"loss");
        assert_eq!(inside(entries[0].1.bytes(), &[2, 2]).double(), 0.25);
        assert_eq!(inside(entries[1].1.bytes(), &[2, 3]).bytes(), b"pairwise");
        assert_eq!(inside(entries[2].1.bytes(), &[2, 4]), Held::Integer(1));
        assert_eq!(inside(start.bytes(), &[4]).bytes(), b"trial 3");
        let end = inside(&all[2], &[5, 1, 9, 1, 2]);
        assert_eq!(inside(end.bytes(), &[4, 1]), Held::Integer(1));
        assert_eq!(inside(&all[2], &[5, 1, 9, 1, 1]).bytes(), b"hparams");
    }

    #[test]
    fn file_names_are_found_and_sorted() {
        assert_eq!(
            file_name(60, "agora"),
            "events.out.tfevents.0000000060.agora"
        );
    }
}
