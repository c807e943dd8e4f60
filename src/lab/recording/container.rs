//! The file around the messages: MCAP records, chunks and their checksums, read without trusting any of them.
//!
//! The file is walked once from front to back, record by record; that is its index. Chunks are unpacked when they are needed,
//! within bounds that their size in the file pays for. The index at the end of a file is for other programs.

use std::io::{self, BufReader, Read, Seek, SeekFrom};

use crc32fast::Hasher;
use mcap::MAGIC;
use mcap::records::op;

use super::channel::Channel;
use super::error::Fault;
use super::recorder::{CAPTIONS, MOST_MESSAGE, PROFILE};

/// Most bytes of an unpacked chunk: of one that was nearly full, and then got the four largest messages that a tick may have
/// and some commands.
const MOST_CHUNK: u64 = 16 << 20;

/// How many bytes a byte of a packed chunk may become, beyond a few kilobytes that are free.
const MOST_RATIO: u64 = 200;

/// Bytes that a packed chunk may become in any case.
const FREE_BYTES: u64 = 1 << 16;

/// Most bytes of an attachment that is read: more than captions of the largest file make.
const MOST_ATTACHMENT: u64 = 2 << 20;

/// Largest window that packed data may ask for, as a power of two.
const WINDOW_LOG: u32 = 23;

/// What records are read from.
pub trait Source: Read + Seek + Send {}

impl<T: Read + Seek + Send> Source for T {}

/// A chunk, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// Where its record begins in the file.
    pub(super) at: u64,
    /// Where its packed data begins.
    data_at: u64,
    packed: u64,
    unpacked: u64,
    crc: u32,
    is_packed: bool,
    /// Time of its first message, in nanoseconds.
    pub(super) start: u64,
    /// Time of its last message.
    pub(super) end: u64,
    /// Channels it has messages of, a bit each, as the records behind it say.
    pub(super) channels: u64,
}

/// A message in a chunk.
#[derive(Debug, Clone)]
pub(super) struct Message {
    /// Number of its channel.
    pub(super) channel: u16,
    /// Its number in the channel.
    pub(super) sequence: u32,
    /// Its time, in nanoseconds.
    pub(super) time: u64,
    /// Where it is in the chunk.
    pub(super) range: std::ops::Range<usize>,
}

/// An unpacked chunk.
#[derive(Debug, Clone, Default)]
pub(super) struct Chunk {
    bytes: Vec<u8>,
    /// Its messages, in order.
    pub(super) messages: Vec<Message>,
}

impl Chunk {
    /// Returns the bytes of a message.
    pub(super) fn body(&self, message: &Message) -> &[u8] {
        self.bytes.get(message.range.clone()).unwrap_or_default()
    }
}

/// What a walk through a file found.
#[derive(Debug, Default)]
pub(super) struct Walk {
    /// The chunks, in order.
    pub(super) chunks: Vec<Place>,
    /// The captions, if they are there and whole.
    pub(super) captions: Option<Vec<u8>>,
    /// What is wrong with the captions.
    pub(super) captions_fault: Option<Fault>,
    /// What keeps the file from being whole.
    pub(super) fault: Option<Fault>,
    /// Whether everything before the index has the checksum it had when it was written.
    pub(super) is_sound: bool,
}

/// Counts and checks what is read.
struct Counted<'a, S> {
    source: &'a mut S,
    at: u64,
    hasher: Hasher,
}

impl<S: Read> Counted<'_, S> {
    fn exact(&mut self, into: &mut [u8]) -> io::Result<()> {
        self.source.read_exact(into)?;
        self.hasher.update(into);
        self.at += into.len() as u64;
        Ok(())
    }

    fn skip(&mut self, mut n: u64) -> io::Result<()> {
        let mut buffer = [0; 1 << 14];
        while n > 0 {
            let part = buffer.len().min(usize::try_from(n).unwrap_or(usize::MAX));
            self.exact(&mut buffer[..part])?;
            n -= part as u64;
        }
        Ok(())
    }
}

/// A body that is taken apart from the front.
struct Cut<'a>(&'a [u8]);

impl<'a> Cut<'a> {
    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (front, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(front)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2)?.try_into().ok().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.take(8)?.try_into().ok().map(u64::from_le_bytes)
    }

    fn text(&mut self) -> Option<&'a str> {
        let n = usize::try_from(self.u32()?).ok()?;
        std::str::from_utf8(self.take(n)?).ok()
    }
}

/// Names a record in messages.
fn record(at: u64) -> String {
    format!("record at byte {at}")
}

/// Walks through a file. An error of the file system is an error; what is wrong with the file is a fault of the walk.
pub(super) fn walk(source: &mut impl Source, len: u64) -> io::Result<Walk> {
    source.seek(SeekFrom::Start(0))?;
    let mut buffered = BufReader::with_capacity(1 << 18, source);
    let mut file = Counted {
        source: &mut buffered,
        at: 0,
        hasher: Hasher::new(),
    };
    let mut walk = Walk::default();
    let mut magic = [0; MAGIC.len()];
    if len < MAGIC.len() as u64 {
        walk.fault = Some(Fault::new("byte 0", "the file ends before it begins"));
        return Ok(walk);
    }
    file.exact(&mut magic)?;
    if magic != *MAGIC {
        walk.fault = Some(Fault::new(
            "byte 0",
            "it does not begin as an MCAP file does",
        ));
        return Ok(walk);
    }
    let mut is_first = true;
    loop {
        let at = file.at;
        if len - at < 9 {
            walk.fault = Some(Fault::new(
                record(at),
                "the file ends here, before it was finished",
            ));
            return Ok(walk);
        }
        let before = file.hasher.clone();
        let mut head = [0; 9];
        file.exact(&mut head)?;
        let code = head[0];
        let mut size = [0; 8];
        size.copy_from_slice(&head[1..]);
        let size = u64::from_le_bytes(size);
        if size > len - file.at {
            let what = format!(
                "it would have {size} bytes, but the file ends {} bytes after",
                len - file.at
            );
            walk.fault = Some(Fault::new(record(at), what));
            return Ok(walk);
        }
        if is_first != (code == op::HEADER) {
            walk.fault = Some(Fault::new(
                record(at),
                "the file's header is not where it should be",
            ));
            return Ok(walk);
        }
        is_first = false;
        let found = match code {
            op::HEADER => read_header(&mut file, size)?,
            op::CHUNK => read_place(&mut file, at, size)?.map(|place| walk.chunks.push(place)),
            op::MESSAGE_INDEX => {
                let mut body = [0; 2];
                let n = body.len().min(usize::try_from(size).unwrap_or(usize::MAX));
                file.exact(&mut body[..n])?;
                file.skip(size - n as u64)?;
                let id = u16::from_le_bytes(body);
                if let Some(chunk) = walk.chunks.last_mut()
                    && id < 64
                {
                    chunk.channels |= 1 << id;
                }
                Ok(())
            }
            op::ATTACHMENT if size <= MOST_ATTACHMENT => {
                let mut body = vec![0; usize::try_from(size).unwrap_or(0)];
                file.exact(&mut body)?;
                match attachment(at, &body) {
                    Ok(found) => walk.captions = found.or(walk.captions.take()),
                    // What follows is none the worse for it.
                    Err(fault) => walk.captions_fault = Some(fault),
                }
                Ok(())
            }
            op::DATA_END => {
                let mut crc = [0; 4];
                if size < 4 {
                    walk.fault = Some(Fault::new(record(at), "it is too short"));
                    return Ok(walk);
                }
                file.exact(&mut crc)?;
                file.skip(size - 4)?;
                let (found, saved) = (before.finalize(), u32::from_le_bytes(crc));
                walk.is_sound = found == saved;
                walk.fault = if walk.is_sound {
                    check_end(&mut file, len)?.err()
                } else {
                    let what =
                        format!("the checksum of all before it is {found:08x}, not {saved:08x}");
                    Some(Fault::new(record(at), what))
                };
                return Ok(walk);
            }
            _ => file.skip(size).map(Ok)?,
        };
        if let Err(fault) = found {
            walk.fault = Some(fault);
            return Ok(walk);
        }
    }
}

/// Reads the header of the file.
fn read_header<S: Read>(file: &mut Counted<'_, S>, size: u64) -> io::Result<Result<(), Fault>> {
    let place = record(file.at - 9);
    if size > 1 << 12 {
        return Ok(Err(Fault::new(
            place,
            format!("its header has {size} bytes"),
        )));
    }
    let mut body = vec![0; usize::try_from(size).unwrap_or(0)];
    file.exact(&mut body)?;
    let profile = Cut(&body).text();
    Ok(if profile == Some(PROFILE) {
        Ok(())
    } else {
        let found = profile.unwrap_or("unreadable");
        let found: String = found.chars().filter(|c| !c.is_control()).take(40).collect();
        Err(Fault::new(
            place,
            format!("its profile is \"{found}\", not \"{PROFILE}\""),
        ))
    })
}

/// Reads where a chunk is, and passes over its data.
fn read_place<S: Read>(
    file: &mut Counted<'_, S>,
    at: u64,
    size: u64,
) -> io::Result<Result<Place, Fault>> {
    // Two times, a size, a checksum, a word of at most four letters, a size.
    const SHORTEST: u64 = 8 + 8 + 8 + 4 + 4 + 8;
    let wrong = |what: &str| Ok(Err(Fault::new(record(at), what.to_owned())));
    if size < SHORTEST {
        return wrong("it is too short for a chunk");
    }
    let mut head = [0; 32];
    file.exact(&mut head)?;
    let mut cut = Cut(&head);
    let (Some(start), Some(end), Some(unpacked), Some(crc), Some(n)) =
        (cut.u64(), cut.u64(), cut.u64(), cut.u32(), cut.u32())
    else {
        return wrong("it is too short for a chunk");
    };
    if n != 0 && n != 4 {
        return wrong("its compression is not known");
    }
    let mut word = vec![0; n as usize];
    let mut packed = [0; 8];
    if size < SHORTEST + u64::from(n) {
        return wrong("it is too short for a chunk");
    }
    file.exact(&mut word)?;
    file.exact(&mut packed)?;
    let packed = u64::from_le_bytes(packed);
    if n == 4 && word != *b"zstd" {
        return wrong("its compression is not known");
    }
    if packed != size - SHORTEST - u64::from(n) {
        return wrong("its data does not fill it");
    }
    if unpacked > MOST_CHUNK
        || unpacked > FREE_BYTES.saturating_add(packed.saturating_mul(MOST_RATIO))
    {
        return wrong("its data would become larger than a chunk may be");
    }
    let data_at = file.at;
    file.skip(packed)?;
    Ok(Ok(Place {
        at,
        data_at,
        packed,
        unpacked,
        crc,
        is_packed: n == 4,
        start,
        end,
        channels: 0,
    }))
}

/// Reads an attachment; returns its data if it is the captions.
fn attachment(at: u64, body: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
    let wrong = |what: &str| Fault::new(record(at), what);
    let short = || wrong("it is too short for an attachment");
    let n = body.len().checked_sub(4).ok_or_else(short)?;
    let (front, crc) = body.split_at(n);
    let crc = Cut(crc).u32().unwrap_or(0);
    if crc32fast::hash(front) != crc {
        return Err(wrong("the checksum of the attachment is wrong"));
    }
    let mut cut = Cut(front);
    cut.take(16).ok_or_else(short)?;
    let name = cut.text().ok_or_else(short)?;
    cut.text().ok_or_else(short)?;
    let size = cut.u64().ok_or_else(short)?;
    if size != cut.0.len() as u64 {
        return Err(wrong("its data does not fill it"));
    }
    Ok((name == CAPTIONS).then(|| cut.0.to_vec()))
}

/// Checks what follows the data: the index for other programs, and the end.
fn check_end<S: Read>(file: &mut Counted<'_, S>, len: u64) -> io::Result<Result<(), Fault>> {
    let at = file.at;
    let wrong = |what: &str| {
        Ok(Err(Fault::new(
            format!("index at byte {at}"),
            what.to_owned(),
        )))
    };
    let tail = 4 + MAGIC.len() as u64;
    let Some(n) = (len - at).checked_sub(tail) else {
        return wrong("the file ends here, before it was finished");
    };
    file.hasher = Hasher::new();
    file.skip(n)?;
    let found = file.hasher.clone().finalize();
    let mut end = [0; 12];
    file.exact(&mut end)?;
    let (crc, magic) = end.split_at(4);
    if magic != MAGIC {
        return wrong("the file ends before it was finished");
    }
    if Cut(crc).u32() != Some(found) {
        return wrong("its checksum is wrong; what it indexes was read without it");
    }
    Ok(Ok(()))
}

/// Unpacks a chunk and finds its messages.
pub(super) fn unpack(source: &mut impl Source, place: &Place) -> io::Result<Result<Chunk, Fault>> {
    let name = format!("chunk at byte {}", place.at);
    let wrong = |what: &str| Ok(Err(Fault::new(name.clone(), what.to_owned())));
    source.seek(SeekFrom::Start(place.data_at))?;
    let mut packed = Vec::new();
    source.take(place.packed).read_to_end(&mut packed)?;
    if packed.len() as u64 != place.packed {
        return wrong("the file ends within it");
    }
    let bytes = if place.is_packed {
        let mut bytes = Vec::new();
        let unpacked = zstd::stream::read::Decoder::new(packed.as_slice()).and_then(|mut d| {
            d.window_log_max(WINDOW_LOG)?;
            d.take(place.unpacked + 1).read_to_end(&mut bytes)
        });
        if unpacked.is_err() {
            return wrong("its data cannot be unpacked");
        }
        bytes
    } else {
        packed
    };
    if bytes.len() as u64 != place.unpacked {
        return wrong("its data has another size than it should");
    }
    if crc32fast::hash(&bytes) != place.crc {
        return wrong("its checksum is wrong");
    }
    Ok(messages(&bytes, place)
        .map(|messages| Chunk { bytes, messages })
        .map_err(|what| Fault::new(name, what)))
}

/// Finds the messages of an unpacked chunk.
fn messages(bytes: &[u8], place: &Place) -> Result<Vec<Message>, String> {
    let mut found: Vec<Message> = Vec::new();
    let mut cut = Cut(bytes);
    while !cut.0.is_empty() {
        let short = || "it ends within a record".to_owned();
        let code = cut.take(1).ok_or_else(short)?[0];
        let size = usize::try_from(cut.u64().ok_or_else(short)?).unwrap_or(usize::MAX);
        let body = cut.take(size).ok_or_else(short)?;
        let mut inner = Cut(body);
        match code {
            op::MESSAGE => {
                let head = (inner.u16(), inner.u32(), inner.u64(), inner.u64());
                let (Some(channel), Some(sequence), Some(time), Some(_)) = head else {
                    return Err("it has a message without a head".to_owned());
                };
                if inner.0.len() > MOST_MESSAGE {
                    let n = inner.0.len();
                    return Err(format!(
                        "it has a message of {n} bytes, {MOST_MESSAGE} are allowed"
                    ));
                }
                let end = bytes.len() - cut.0.len();
                found.push(Message {
                    channel,
                    sequence,
                    time,
                    range: end - inner.0.len()..end,
                });
            }
            op::CHANNEL => {
                let (id, _schema, topic) = (inner.u16(), inner.u16(), inner.text());
                let known = Channel::ALL.iter().find(|c| Some(c.id()) == id);
                if known.is_some_and(|c| Some(c.topic()) != topic) {
                    return Err("its channels are not numbered as those of a recording".to_owned());
                }
            }
            _ => {}
        }
    }
    let times = || found.iter().map(|m| m.time);
    let span = (times().min().unwrap_or(0), times().max().unwrap_or(0));
    if span != (place.start, place.end) {
        return Err("its messages are of other times than it says".to_owned());
    }
    Ok(found)
}
