//! Messages as Protocol Buffers lay them out, read and written column by column.
//!
//! Rows of a tick are few and alike, so that a message holds columns: one packed list of whole numbers a field, each a varint.
//! What is read was written by anybody: every length is checked against what is there before it is used, and nothing is
//! allocated that the bytes do not pay for.

/// What is wrong with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum WireError {
    /// A number or field goes on beyond the end.
    #[error("it ends in the middle of a field")]
    Torn,
    /// A number takes more than 64 bits.
    #[error("a number has more than 64 bits")]
    TooLong,
    /// A kind of field that is not used here.
    #[error("field {0} has a kind that is not known")]
    Kind(u64),
    /// A field is of another kind than it should be.
    #[error("field {0} is not what it should be")]
    Other(u32),
    /// Columns that belong together differ in length.
    #[error("column {0} is shorter than the columns beside it")]
    Short(u32),
    /// A column has more than what the columns beside it ask for.
    #[error("column {0} is longer than the columns beside it")]
    Long(u32),
    /// A value is outside what it can be.
    #[error("field {0} holds {1}, which it cannot")]
    Value(u32, u64),
    /// There is more than any recording tells of.
    #[error("{0} rows are more than the {1} that are allowed")]
    Many(usize, usize),
    /// A text is none.
    #[error("field {0} is not UTF-8 text")]
    Text(u32),
}

/// Most field numbers in use.
const MOST_FIELDS: usize = 48;

const VARINT: u64 = 0;
const FIXED64: u64 = 1;
const BYTES: u64 = 2;
const FIXED32: u64 = 5;

/// Folds a signed number so that small ones are short whatever their sign.
pub(super) const fn folded(x: i64) -> u64 {
    ((x << 1) ^ (x >> 63)).cast_unsigned()
}

/// Takes it back.
pub(super) const fn unfolded(x: u64) -> i64 {
    (x >> 1).cast_signed() ^ -((x & 1).cast_signed())
}

fn put_varint(bytes: &mut Vec<u8>, mut x: u64) {
    while x >= 0x80 {
        bytes.push(x as u8 | 0x80);
        x >>= 7;
    }
    bytes.push(x as u8);
}

/// A column being written.
#[derive(Debug, Default, Clone)]
pub(super) struct Column {
    bytes: Vec<u8>,
}

impl Column {
    /// Adds a number.
    pub(super) fn put(&mut self, x: u64) {
        put_varint(&mut self.bytes, x);
    }

    /// Adds a signed number.
    pub(super) fn put_signed(&mut self, x: i64) {
        self.put(folded(x));
    }
}

/// A message being written; fields that say nothing are left out.
#[derive(Debug, Default, Clone)]
pub(super) struct Out {
    bytes: Vec<u8>,
}

impl Out {
    fn key(&mut self, field: u32, kind: u64) {
        put_varint(&mut self.bytes, u64::from(field) << 3 | kind);
    }

    /// Writes a number.
    pub(super) fn uint(&mut self, field: u32, x: u64) {
        if x != 0 {
            self.key(field, VARINT);
            put_varint(&mut self.bytes, x);
        }
    }

    /// Writes bytes.
    pub(super) fn bytes(&mut self, field: u32, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.key(field, BYTES);
            put_varint(&mut self.bytes, bytes.len() as u64);
            self.bytes.extend_from_slice(bytes);
        }
    }

    /// Writes a column.
    pub(super) fn column(&mut self, field: u32, column: &Column) {
        self.bytes(field, &column.bytes);
    }

    /// Writes a column of numbers.
    pub(super) fn numbers(&mut self, field: u32, numbers: impl Iterator<Item = u64>) {
        let mut column = Column::default();
        for x in numbers {
            column.put(x);
        }
        self.column(field, &column);
    }

    /// Writes 64 bits that do not get shorter.
    pub(super) fn fixed64(&mut self, field: u32, x: u64) {
        self.key(field, FIXED64);
        self.bytes.extend_from_slice(&x.to_le_bytes());
    }

    /// Writes a column of real numbers.
    pub(super) fn doubles(&mut self, field: u32, numbers: impl Iterator<Item = f64>) {
        let bytes: Vec<u8> = numbers.flat_map(f64::to_le_bytes).collect();
        self.bytes(field, &bytes);
    }

    /// Writes a column of real numbers of 32 bits.
    pub(super) fn floats(&mut self, field: u32, numbers: impl Iterator<Item = f32>) {
        let bytes: Vec<u8> = numbers.flat_map(f32::to_le_bytes).collect();
        self.bytes(field, &bytes);
    }

    /// Returns the message.
    pub(super) fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

/// A value as it was read.
#[derive(Debug, Clone, Copy)]
enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

/// A message as it was read: the last of each field, and none of those that are not known.
#[derive(Debug, Clone)]
pub(super) struct Fields<'a> {
    values: [Option<Value<'a>>; MOST_FIELDS],
}

/// Takes a varint off the front.
fn varint(bytes: &mut &[u8]) -> Result<u64, WireError> {
    let mut x = 0u64;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first().ok_or(WireError::Torn)?;
        *bytes = rest;
        let bits = u64::from(first & 0x7F);
        if shift == 63 && bits > 1 {
            return Err(WireError::TooLong);
        }
        x |= bits << shift;
        if first & 0x80 == 0 {
            return Ok(x);
        }
    }
    Err(WireError::TooLong)
}

fn take<'a>(bytes: &mut &'a [u8], n: usize) -> Result<&'a [u8], WireError> {
    if n > bytes.len() {
        return Err(WireError::Torn);
    }
    let (front, rest) = bytes.split_at(n);
    *bytes = rest;
    Ok(front)
}

impl<'a> Fields<'a> {
    /// Takes a message apart.
    ///
    /// # Errors
    /// [`WireError`] if it is none.
    pub(super) fn read(mut bytes: &'a [u8]) -> Result<Self, WireError> {
        let mut values = [None; MOST_FIELDS];
        while !bytes.is_empty() {
            let key = varint(&mut bytes)?;
            let value = match key & 7 {
                VARINT => Value::Number(varint(&mut bytes)?),
                FIXED64 => {
                    let b = take(&mut bytes, 8)?;
                    let mut x = [0; 8];
                    x.copy_from_slice(b);
                    Value::Number(u64::from_le_bytes(x))
                }
                BYTES => {
                    let n = usize::try_from(varint(&mut bytes)?).unwrap_or(usize::MAX);
                    Value::Bytes(take(&mut bytes, n)?)
                }
                FIXED32 => {
                    let b = take(&mut bytes, 4)?;
                    let mut x = [0; 4];
                    x.copy_from_slice(b);
                    Value::Number(u64::from(u32::from_le_bytes(x)))
                }
                _ => return Err(WireError::Kind(key >> 3)),
            };
            // Fields of later versions are passed over.
            if let Ok(i) = usize::try_from(key >> 3)
                && let Some(slot) = values.get_mut(i)
            {
                *slot = Some(value);
            }
        }
        Ok(Self { values })
    }

    fn value(&self, field: u32) -> Option<Value<'a>> {
        self.values.get(field as usize).copied().flatten()
    }

    /// Returns a number; 0 where it is left out.
    pub(super) fn uint(&self, field: u32) -> Result<u64, WireError> {
        match self.value(field) {
            None => Ok(0),
            Some(Value::Number(x)) => Ok(x),
            Some(Value::Bytes(_)) => Err(WireError::Other(field)),
        }
    }

    /// Returns a number of at most 32 bits.
    pub(super) fn uint32(&self, field: u32) -> Result<u32, WireError> {
        let x = self.uint(field)?;
        u32::try_from(x).ok().ok_or(WireError::Value(field, x))
    }

    /// Returns bytes; none where they are left out.
    pub(super) fn bytes(&self, field: u32) -> Result<&'a [u8], WireError> {
        match self.value(field) {
            None => Ok(&[]),
            Some(Value::Bytes(b)) => Ok(b),
            Some(Value::Number(_)) => Err(WireError::Other(field)),
        }
    }

    /// Returns a text.
    pub(super) fn text(&self, field: u32) -> Result<&'a str, WireError> {
        std::str::from_utf8(self.bytes(field)?)
            .ok()
            .ok_or(WireError::Text(field))
    }

    /// Returns a column.
    pub(super) fn column(&self, field: u32) -> Result<Reader<'a>, WireError> {
        Ok(Reader {
            field,
            bytes: self.bytes(field)?,
        })
    }

    /// Returns a column of real numbers.
    pub(super) fn doubles(&self, field: u32) -> Result<Vec<f64>, WireError> {
        let bytes = self.bytes(field)?;
        if !bytes.len().is_multiple_of(8) {
            return Err(WireError::Torn);
        }
        Ok(bytes
            .chunks_exact(8)
            .map(|b| {
                let mut x = [0; 8];
                x.copy_from_slice(b);
                f64::from_le_bytes(x)
            })
            .collect())
    }

    /// Returns a column of real numbers of 32 bits.
    pub(super) fn floats(&self, field: u32) -> Result<Vec<f32>, WireError> {
        let bytes = self.bytes(field)?;
        if !bytes.len().is_multiple_of(4) {
            return Err(WireError::Torn);
        }
        Ok(bytes
            .chunks_exact(4)
            .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
            .collect())
    }
}

/// A column being read.
#[derive(Debug, Clone)]
pub(super) struct Reader<'a> {
    field: u32,
    bytes: &'a [u8],
}

impl Reader<'_> {
    /// Says whether nothing is left.
    pub(super) fn is_done(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Returns the next number.
    pub(super) fn next(&mut self) -> Result<u64, WireError> {
        if self.bytes.is_empty() {
            return Err(WireError::Short(self.field));
        }
        varint(&mut self.bytes)
    }

    /// Returns the next number, of at most 32 bits.
    pub(super) fn next32(&mut self) -> Result<u32, WireError> {
        let x = self.next()?;
        u32::try_from(x).ok().ok_or(WireError::Value(self.field, x))
    }

    /// Returns the next number, of at most 8 bits.
    pub(super) fn next8(&mut self) -> Result<u8, WireError> {
        let x = self.next()?;
        u8::try_from(x).ok().ok_or(WireError::Value(self.field, x))
    }

    /// Returns the next signed number.
    pub(super) fn next_signed(&mut self) -> Result<i64, WireError> {
        self.next().map(unfolded)
    }

    /// Returns the next number of a column of ids that only grow: `last` is the one before, or nothing.
    pub(super) fn next_id(&mut self, last: Option<u32>) -> Result<u32, WireError> {
        let gap = self.next()?;
        let from = last.map_or(0, |l| u64::from(l) + 1);
        let id = from.saturating_add(gap);
        u32::try_from(id)
            .ok()
            .filter(|id| *id != u32::MAX)
            .ok_or(WireError::Value(self.field, id))
    }

    /// Returns the next number moved on from `last` by a signed distance.
    pub(super) fn next_from(&mut self, last: u32) -> Result<u32, WireError> {
        let x = i64::from(last).wrapping_add(self.next_signed()?);
        u32::try_from(x)
            .ok()
            .ok_or(WireError::Value(self.field, x.cast_unsigned()))
    }

    /// Complains if anything is left.
    pub(super) fn end(&self) -> Result<(), WireError> {
        if self.bytes.is_empty() {
            Ok(())
        } else {
            Err(WireError::Long(self.field))
        }
    }

    /// Complains of a value.
    pub(super) fn wrong(&self, x: u64) -> WireError {
        WireError::Value(self.field, x)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_reads_back() {
        let mut out = Out::default();
        out.uint(1, 300);
        out.uint(2, 0);
        out.fixed64(3, u64::MAX);
        out.bytes(4, "größer".as_bytes());
        out.numbers(5, [0, 127, 128, u64::MAX].into_iter());
        out.doubles(6, [0.1, f64::NAN].into_iter());
        let bytes = out.finish();
        let fields = Fields::read(&bytes).unwrap();
        assert_eq!(fields.uint(1), Ok(300));
        assert_eq!(fields.uint(2), Ok(0));
        assert_eq!(fields.uint(3), Ok(u64::MAX));
        assert_eq!(fields.uint32(3), Err(WireError::Value(3, u64::MAX)));
        assert_eq!(fields.text(4), Ok("größer"));
        let mut column = fields.column(5).unwrap();
        for x in [0, 127, 128, u64::MAX] {
            assert_eq!(column.next(), Ok(x));
        }
        assert_eq!(column.next(), Err(WireError::Short(5)));
        assert!(column.end().is_ok());
        let doubles = fields.doubles(6).unwrap();
        assert!(doubles[0] == 0.1 && doubles[1].is_nan());
        for n in 0..bytes.len() {
            let _no_panic = Fields::read(&bytes[..n]).is_ok();
        }
        assert_eq!(
            Fields::read(&[0x80; 11]).map(|_| ()),
            Err(WireError::TooLong)
        );
    }

    #[test]
    fn signed_numbers_fold_and_unfold() {
        for x in [0, 1, -1, 63, -64, i64::MAX, i64::MIN] {
            assert_eq!(unfolded(folded(x)), x);
        }
        assert_eq!((folded(0), folded(-1), folded(1)), (0, 1, 2));
    }
}
