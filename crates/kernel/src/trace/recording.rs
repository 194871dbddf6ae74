//! Keeping what happens, up to a bound.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::chrome;
use super::event::{Event, EventKind, TaskInfo, ThreadId};
use super::hub::Hub;
use super::id::TaskId;

/// So many events a recording keeps unless told otherwise: about 16 MiB.
const CAPACITY: usize = 1 << 18;

/// A running recording of all events of this process, from [`Recording::start`].
///
/// Several can run at once and each gets everything. Dropping it forgets what it has.
#[derive(Debug)]
#[must_use = "a recording is lost when it is dropped; call finish"]
pub struct Recording {
    key: u64,
}

impl Recording {
    /// Starts to keep events, 262 144 at most (about 16 MiB, plus names and details).
    pub fn start() -> Recording {
        Recording::with_capacity(CAPACITY)
    }

    /// Starts to keep events, at most `capacity` of them. When it is full it stops, and counts
    /// what it missed.
    pub fn with_capacity(capacity: usize) -> Recording {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let key = NEXT.fetch_add(1, Ordering::Relaxed);
        let mut hub = Hub::lock();
        let buffer = Buffer {
            key,
            capacity,
            started: Instant::now(),
            known: hub.registry.known().collect(),
            threads: BTreeMap::new(),
            last_thread: None,
            events: Vec::new(),
            missed: 0,
        };
        hub.buffers.push(buffer);
        hub.update_enabled();
        Recording { key }
    }

    /// Stops and returns what happened since the start.
    pub fn finish(self) -> Trace {
        let buffer = remove(self.key).expect("the buffer stays until finish or drop");
        let duration = buffer.started.elapsed();
        Trace {
            duration,
            known: buffer.known,
            threads: buffer.threads,
            events: buffer.events,
            missed: buffer.missed,
        }
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        drop(remove(self.key));
    }
}

/// Takes the buffer out, to be dropped outside of the lock.
fn remove(key: u64) -> Option<Buffer> {
    let mut hub = Hub::lock();
    let index = hub.buffers.iter().position(|buffer| buffer.key == key)?;
    let buffer = hub.buffers.swap_remove(index);
    hub.update_enabled();
    Some(buffer)
}

pub(super) struct Buffer {
    key: u64,
    capacity: usize,
    started: Instant,
    known: Vec<Arc<TaskInfo>>,
    threads: BTreeMap<ThreadId, Option<String>>,
    /// Spares the look-up in `threads` while one thread goes on.
    last_thread: Option<ThreadId>,
    events: Vec<Event>,
    missed: u64,
}

impl Buffer {
    /// Called on the thread that `thread` names.
    pub(super) fn push(&mut self, now: Instant, thread: ThreadId, kind: EventKind) {
        if self.events.len() >= self.capacity {
            self.missed += 1;
            return;
        }
        if self.last_thread != Some(thread) {
            self.last_thread = Some(thread);
            let name = || std::thread::current().name().map(str::to_owned);
            self.threads.entry(thread).or_insert_with(name);
        }
        let at = now.saturating_duration_since(self.started);
        self.events.push(Event { at, thread, kind });
    }
}

/// What happened between the start and the end of a [`Recording`].
#[derive(Clone, Debug)]
pub struct Trace {
    duration: Duration,
    known: Vec<Arc<TaskInfo>>,
    threads: BTreeMap<ThreadId, Option<String>>,
    events: Vec<Event>,
    missed: u64,
}

impl Trace {
    /// The events in the order in which they happened.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// How many events came after the recording was full.
    pub fn missed(&self) -> u64 {
        self.missed
    }

    /// The time from start to finish.
    pub fn duration(&self) -> Duration {
        self.duration
    }

    /// The threads on which something happened, with their names.
    pub fn threads(&self) -> impl Iterator<Item = (ThreadId, Option<&str>)> + '_ {
        self.threads.iter().map(|(id, name)| (*id, name.as_deref()))
    }

    /// What is known of each task that was made in the recording or, if tasks were observed when it
    /// started, before; under its last name.
    pub fn tasks(&self) -> BTreeMap<TaskId, Arc<TaskInfo>> {
        let mut tasks: BTreeMap<TaskId, Arc<TaskInfo>> =
            self.known.iter().map(|info| (info.id, info.clone())).collect();
        for event in &self.events {
            match &event.kind {
                EventKind::Spawned(info) => {
                    tasks.insert(info.id, info.clone());
                }
                EventKind::Found { info, .. } => {
                    tasks.entry(info.id).or_insert_with(|| info.clone());
                }
                EventKind::Renamed { task, name } => {
                    if let Some(info) = tasks.get_mut(task) {
                        Arc::make_mut(info).name = Some(name.clone());
                    }
                }
                _ => {}
            }
        }
        tasks
    }

    /// As [`write_chrome`](Trace::write_chrome), into a file, which is made or overwritten.
    ///
    /// # Errors
    ///
    /// Those of the file.
    pub fn write_chrome_file(&self, path: impl AsRef<Path>) -> io::Result<()> {
        // It flushes at the end.
        self.write_chrome(io::BufWriter::new(File::create(path)?))
    }

    /// Writes the trace as Chrome's trace events (JSON), which <https://ui.perfetto.dev> opens: a
    /// track for each thread with its phases and polls, a track for each task with its states, arrows
    /// for spawns, wakes, cancellations and values that are sent, and counters.
    ///
    /// It writes in small pieces: give it a `BufWriter`, and flush it.
    ///
    /// # Errors
    ///
    /// Those of `out`.
    pub fn write_chrome(&self, out: impl io::Write) -> io::Result<()> {
        self.write_chrome_with(out, std::iter::empty::<&str>())
    }

    /// As [`write_chrome`](Trace::write_chrome), with further events in the same list: each displays
    /// as one JSON object in Chrome's format, with its times counted from the start of the
    /// recording. The processes (`pid`) 1 and 2 are taken.
    ///
    /// # Errors
    ///
    /// Those of `out`.
    pub fn write_chrome_with(
        &self,
        out: impl io::Write,
        further: impl IntoIterator<Item: fmt::Display>,
    ) -> io::Result<()> {
        chrome::write(self, out, further)
    }
}
