//! The log under failure: a finished day is never lost, a half one never seen.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use super::reader::{days, read_day};
use super::writer::{Disk, EventLog, Keep, LogStorage, SyncWrite};
use crate::events::behavior::{Event, EventKind, Surface, ThingKind};
use crate::sim::ids::{AvatarId, OfferId, SpaceId};
use crate::sim::units::{Coins, TICKS_PER_DAY, Tick};

fn event(day: u32, i: u32) -> Event {
    Event::new(
        Tick(day * TICKS_PER_DAY + i),
        AvatarId(i * 7),
        EventKind::Buy,
    )
    .thing(ThingKind::Item, i)
    .at(SpaceId(3))
    .answering(Surface::Assets, 2, OfferId(u64::from(i)))
    .lasting(i)
    .costing(Coins::from_micros(-i64::from(i)))
    .valued(0.5)
}

fn write_day(log: &mut EventLog, day: u32) -> Result<(), super::error::LogError> {
    for i in 0..50 {
        log.append(day, &[event(day, i)], &[])?;
    }
    log.end_day(day)
}

#[test]
fn what_is_written_is_read_back() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = EventLog::create(
        dir.path(),
        Box::new(Disk),
        Keep {
            offers: true,
            ..Keep::default()
        },
    )
    .unwrap();
    write_day(&mut log, 0).unwrap();
    write_day(&mut log, 1).unwrap();
    assert_eq!(days(dir.path()).unwrap(), vec![0, 1]);
    let read = read_day(dir.path(), 1).unwrap();
    assert_eq!(read, (0..50).map(|i| event(1, i)).collect::<Vec<_>>());
}

#[test]
fn a_run_that_dies_leaves_its_finished_days_and_no_half_file() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = EventLog::create(
        dir.path(),
        Box::new(Disk),
        Keep {
            offers: true,
            ..Keep::default()
        },
    )
    .unwrap();
    write_day(&mut log, 0).unwrap();
    log.append(1, &[event(1, 0)], &[]).unwrap();
    drop(log);
    assert_eq!(days(dir.path()).unwrap(), vec![0]);
    assert_eq!(read_day(dir.path(), 0).unwrap().len(), 50);
    assert!(read_day(dir.path(), 1).is_err());
}

/// A disk that is full after so many bytes.
struct FullDisk(Arc<AtomicI64>);
struct FullFile(std::fs::File, Arc<AtomicI64>);

impl Write for FullFile {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        if self.1.fetch_sub(buf.len() as i64, Ordering::Relaxed) < buf.len() as i64 {
            return Err(io::Error::new(
                io::ErrorKind::StorageFull,
                "no space left on device",
            ));
        }
        self.0.write(buf)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
impl SyncWrite for FullFile {
    fn sync(&mut self) -> io::Result<()> {
        self.0.sync_all()
    }
}
impl LogStorage for FullDisk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn SyncWrite>> {
        Ok(Box::new(FullFile(
            std::fs::File::create(path)?,
            self.0.clone(),
        )))
    }
}

#[test]
fn a_full_disk_is_reported_and_never_costs_a_finished_day() {
    for room in (0..40).map(|k| k * 300) {
        let dir = tempfile::tempdir().unwrap();
        let left = Arc::new(AtomicI64::new(room));
        let mut log =
            EventLog::create(dir.path(), Box::new(FullDisk(left)), Keep::default()).unwrap();
        let mut finished = Vec::new();
        for day in 0..4 {
            match write_day(&mut log, day) {
                Ok(()) => finished.push(day),
                Err(e) => {
                    let text = e.to_string();
                    assert!(
                        text.contains("no space left") && text.contains("day="),
                        "{text}"
                    );
                    break;
                }
            }
        }
        assert!(finished.len() < 4, "{room} bytes were enough for four days");
        drop(log);
        assert_eq!(days(dir.path()).unwrap(), finished);
        for day in finished {
            assert_eq!(read_day(dir.path(), day).unwrap().len(), 50);
        }
    }
}

#[test]
fn truncated_and_foreign_files_are_errors_that_name_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = EventLog::create(dir.path(), Box::new(Disk), Keep::default()).unwrap();
    write_day(&mut log, 0).unwrap();
    let path = dir.path().join("events/day=000/events.parquet");
    let whole = std::fs::read(&path).unwrap();
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        std::fs::write(&path, &bytes).unwrap();
        let text = read_day(dir.path(), 0).unwrap_err().to_string();
        assert!(text.contains("events.parquet: is damaged"), "{text}");
    }
    let sums = dir.path().join("events/day=000/sums.json");
    std::fs::write(&path, &whole).unwrap();
    let json = std::fs::read(&sums).unwrap();
    std::fs::write(&sums, &json[..json.len() / 2]).unwrap();
    let text = read_day(dir.path(), 0).unwrap_err().to_string();
    assert!(text.contains("sums.json: not readable"), "{text}");
    // As in folders of older versions.
    std::fs::remove_file(&sums).unwrap();
    assert_eq!(read_day(dir.path(), 0).unwrap().len(), 50);
    for len in (0..whole.len()).step_by(97) {
        std::fs::write(&path, &whole[..len]).unwrap();
        let text = read_day(dir.path(), 0).unwrap_err().to_string();
        assert!(text.contains("events.parquet"), "{text}");
    }
}
