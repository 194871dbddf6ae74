//! A trace as Chrome's trace events, the JSON that Perfetto opens.
//!
//! ```text
//!   process "threads"                       process "tasks"
//!     worker 1  [run [#1 ][#2   ]][poll]      #1  [ready][running][waiting: sleep      ]
//!     worker 2  [run [#3 ]]                   #2  [ready        ][running][waiting: #3 ]
//!                  ├─ spawn, wake, cancel: arrows from a slice of the cause
//!                  │  to the next poll of the task, on the threads' tracks
//!                  └─ send: arrows from the slice that sends a value to the slice that takes it
//! ```
//!
//! # Invariants
//!
//! * On each track every begin (`B`) has its end (`E`), and they nest. What was open before the
//!   recording has no slice; what is open at its end is closed there.
//! * An arrow's start (`s`) is written only together with its end (`f`).
//!
//! The format: <https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU>.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use super::event::{Event, EventKind, Owner, TaskInfo, ThreadId};
use super::flows::{Passing, Start};
use super::id::TaskId;
use super::json::Quoted;
use super::recording::Trace;
use super::snapshot::State;

const THREADS: u32 = 1;
const TASKS: u32 = 2;

/// Above the process numbers: a thread numbered as its process counts as its main thread.
const FIRST_TRACK: u64 = 10;

/// A row of the timeline. Its `tid` is unique over both processes, and small, which ids may not be.
#[derive(Clone, Copy)]
pub(super) struct Track {
    pid: u32,
    tid: u64,
}

/// What is open on a thread's track, innermost last.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Span(&'static str),
    Poll(TaskId),
}

/// The start of an arrow whose end has not come.
struct Arrow {
    name: &'static str,
    from: Track,
    at: Duration,
}

/// A task between its first event and its end.
struct Task {
    track: Track,
    running: Option<ThreadId>,
    /// Ready, or will be when its poll ends.
    woken: bool,
    /// The name of the slice that follows its poll, unless it is woken before.
    waiting: String,
    arrows: Vec<Arrow>,
}

struct Writer<'a, W> {
    out: W,
    first: bool,
    arrows: u64,
    next_tid: u64,
    infos: BTreeMap<TaskId, Arc<TaskInfo>>,
    threads: BTreeMap<ThreadId, (Track, Vec<Open>)>,
    /// Of the threads.
    labels: BTreeMap<ThreadId, String>,
    tasks: BTreeMap<TaskId, Task>,
    passing: Passing,
    trace: &'a Trace,
}

/// Writes the whole trace, and `further` events.
pub(super) fn write(
    trace: &Trace,
    out: impl Write,
    further: impl IntoIterator<Item: fmt::Display>,
) -> io::Result<()> {
    let mut writer = Writer {
        out,
        first: true,
        arrows: 0,
        next_tid: FIRST_TRACK,
        infos: trace.tasks(),
        threads: BTreeMap::new(),
        labels: BTreeMap::new(),
        tasks: BTreeMap::new(),
        passing: Passing::default(),
        trace,
    };
    writer.begin()?;
    for event in trace.events() {
        writer.event(event)?;
    }
    for event in further {
        // The names of the processes stand before them.
        write!(writer.out, ",\n{event}")?;
    }
    writer.end()
}

impl<W: Write> Writer<'_, W> {
    fn begin(&mut self) -> io::Result<()> {
        self.out.write_all(b"{\"displayTimeUnit\":\"ns\",\"traceEvents\":[")?;
        for (pid, name) in [(THREADS, "threads"), (TASKS, "tasks")] {
            self.metadata("process_name", Track { pid, tid: 0 }, name)?;
        }
        let kinds = self.polled_kinds();
        for (id, name) in self.trace.threads() {
            let track = self.new_track(THREADS);
            let label = match (name, kinds.get(&id)) {
                (Some(name), _) => name.to_owned(),
                // A loop's, most likely.
                (None, Some(kind)) => format!("{kind}, {id}"),
                (None, None) => id.to_string(),
            };
            self.labels.insert(id, label.clone());
            self.metadata("thread_name", track, &label)?;
            self.threads.insert(id, (track, Vec::new()));
        }
        Ok(())
    }

    fn event(&mut self, event: &Event) -> io::Result<()> {
        let at = event.at;
        match event.kind {
            EventKind::Spawned(ref info) => {
                self.task(info.id, at)?;
                self.arrow("spawn", info.id, event)
            }
            EventKind::Found { ref info, ref doing } => {
                if self.tasks.contains_key(&info.id) {
                    return Ok(());
                }
                self.task(info.id, at)?.woken = doing.state == State::Ready;
                if doing.state != State::Waiting {
                    return Ok(());
                }
                let waiting = self.waiting(doing.reason.unwrap_or("unknown"), doing.on);
                self.state(info.id, at, &waiting)
            }
            EventKind::PollStarted(id) => {
                let track = self.open(event, Open::Poll(id))?;
                for arrow in std::mem::take(&mut self.task(id, at)?.arrows) {
                    self.draw(&arrow, track, at)?;
                }
                let task = self.task(id, at)?;
                task.running = Some(event.thread);
                task.woken = false;
                "waiting".clone_into(&mut task.waiting);
                self.state(id, at, "running")
            }
            EventKind::PollEnded(id) => {
                self.close(event, Open::Poll(id))?;
                // A task that finished in this poll, or was never seen to begin it, has no state;
                // one that another thread polls by now has another.
                let here = |task: &&mut Task| task.running == Some(event.thread);
                let Some(task) = self.tasks.get_mut(&id).filter(here) else {
                    return Ok(());
                };
                task.running = None;
                let state =
                    if task.woken { "ready".to_owned() } else { std::mem::take(&mut task.waiting) };
                self.state(id, at, &state)
            }
            EventKind::Waiting { task: id, reason, on } => {
                let waiting = self.waiting(reason, on);
                match self.tasks.get_mut(&id) {
                    Some(task) if task.running.is_some() => task.waiting = waiting,
                    Some(task) => {
                        task.woken = false;
                        self.state(id, at, &waiting)?;
                    }
                    None => {}
                }
                Ok(())
            }
            EventKind::Woken { task: id, .. } => {
                // Only the wake that made it ready has an effect, so only that one has an arrow.
                let Some(task) = self.tasks.get_mut(&id).filter(|task| !task.woken) else {
                    return Ok(());
                };
                task.woken = true;
                let running = task.running.is_some();
                self.arrow("wake", id, event)?;
                if running { Ok(()) } else { self.state(id, at, "ready") }
            }
            EventKind::CancelRequested { task: id, .. } => self.arrow("cancel", id, event),
            EventKind::Finished { task: id, outcome } => {
                let Some(task) = self.tasks.remove(&id) else { return Ok(()) };
                self.slice("E", task.track, at, "")?;
                self.mark(task.track, at, &outcome.to_string(), "")
            }
            EventKind::IoReady { source, token } => {
                let track = self.threads[&event.thread].0;
                self.mark(track, at, &format!("ready: {source}"), &format!("token {token}"))
            }
            EventKind::Instant { name, ref detail } => {
                let track = self.threads[&event.thread].0;
                self.mark(track, at, name, detail)
            }
            EventKind::SpanStarted(name) => self.open(event, Open::Span(name)).map(drop),
            EventKind::SpanEnded(name) => self.close(event, Open::Span(name)),
            EventKind::Counter { name, value, of } => {
                // They are told apart by their names alone.
                let name = match of {
                    Owner::Process => name.to_owned(),
                    Owner::Named(owner) => format!("{name} of {owner}"),
                    Owner::Thread => format!("{name} of {}", self.labels[&event.thread]),
                };
                let args = format_args!("{{\"value\":{value}}}");
                self.write("C", Track { pid: THREADS, tid: 0 }, at, &name, args)
            }
            EventKind::Sent(place) => {
                let from = self.threads[&event.thread].0;
                self.passing.sent(place, Start { from, at });
                self.foothold(event, "send")
            }
            EventKind::Received(place) => {
                let Some(start) = self.passing.received(place) else { return Ok(()) };
                let to = self.threads[&event.thread].0;
                self.foothold(event, "receive")?;
                let Start { from, at: sent } = start;
                self.draw(&Arrow { name: "send", from, at: sent }, to, at)
            }
            EventKind::Queued { from, to, len } => {
                self.passing.queued(from, to, len);
                Ok(())
            }
            EventKind::Renamed { .. } => Ok(()),
        }
    }

    fn end(mut self) -> io::Result<()> {
        let at = self.trace.duration();
        for (track, open) in std::mem::take(&mut self.threads).into_values() {
            for _ in open {
                self.slice("E", track, at, "")?;
            }
        }
        for task in std::mem::take(&mut self.tasks).into_values() {
            self.slice("E", task.track, at, "")?;
        }
        write!(self.out, "\n],\"otherData\":{{\"missed events\":\"{}\"}}}}", self.trace.missed())?;
        self.out.flush()
    }

    /// The task's track; at its first event it is made, with a slice that says it is ready.
    fn task(&mut self, id: TaskId, at: Duration) -> io::Result<&mut Task> {
        if !self.tasks.contains_key(&id) {
            let track = self.new_track(TASKS);
            self.metadata("thread_name", track, &self.label(id))?;
            self.slice("B", track, at, "ready")?;
            let waiting = String::new();
            let task = Task { track, running: None, woken: true, waiting, arrows: Vec::new() };
            self.tasks.insert(id, task);
        }
        Ok(self.tasks.get_mut(&id).expect("it is there or was just inserted"))
    }

    /// Ends the task's present slice and begins the next.
    fn state(&mut self, id: TaskId, at: Duration, state: &str) -> io::Result<()> {
        let track = self.tasks[&id].track;
        self.slice("E", track, at, "")?;
        self.slice("B", track, at, state)
    }

    fn open(&mut self, event: &Event, what: Open) -> io::Result<Track> {
        let name = match what {
            Open::Span(name) => name.to_owned(),
            Open::Poll(id) => self.label(id),
        };
        let (track, open) = self.threads.get_mut(&event.thread).expect("every thread is listed");
        open.push(what);
        let track = *track;
        self.slice("B", track, event.at, &name)?;
        Ok(track)
    }

    /// Ends the slice and all that was left open in it; nothing, if it began before the recording.
    fn close(&mut self, event: &Event, what: Open) -> io::Result<()> {
        let (track, open) = self.threads.get_mut(&event.thread).expect("every thread is listed");
        let Some(depth) = open.iter().rposition(|&open| open == what) else { return Ok(()) };
        let ended = open.drain(depth..).count();
        let track = *track;
        for _ in 0..ended {
            self.slice("E", track, event.at, "")?;
        }
        Ok(())
    }

    /// Remembers the start of an arrow to the task's next poll.
    fn arrow(&mut self, name: &'static str, to: TaskId, event: &Event) -> io::Result<()> {
        let from = self.threads[&event.thread].0;
        let Some(task) = self.tasks.get_mut(&to) else { return Ok(()) };
        task.arrows.push(Arrow { name, from, at: event.at });
        self.foothold(event, name)
    }

    /// Arrows bind to slices, so a thread outside of any poll and phase gets a short one.
    fn foothold(&mut self, event: &Event, name: &str) -> io::Result<()> {
        match &self.threads[&event.thread] {
            (track, open) if open.is_empty() => {
                let track = *track;
                self.write("X", track, event.at, name, format_args!("{{}},\"dur\":0.001"))
            }
            _ => Ok(()),
        }
    }

    fn draw(&mut self, arrow: &Arrow, to: Track, at: Duration) -> io::Result<()> {
        self.arrows += 1;
        let (name, id) = (arrow.name, self.arrows);
        let extra = format_args!("{{}},\"cat\":\"{name}\",\"id\":{id}");
        self.write("s", arrow.from, arrow.at, name, extra)?;
        let extra = format_args!("{{}},\"cat\":\"{name}\",\"id\":{id},\"bp\":\"e\"");
        self.write("f", to, at, name, extra)
    }

    fn label(&self, id: TaskId) -> String {
        match self.infos.get(&id) {
            Some(info) => format!("{} {id}", info.name.as_deref().unwrap_or(info.kind)),
            None => format!("task {id}"),
        }
    }

    /// The name of the slice in which a task waits.
    fn waiting(&self, reason: &str, on: Option<TaskId>) -> String {
        let awaited = on.map(|on| format!(" {}", self.label(on))).unwrap_or_default();
        format!("waiting: {reason}{awaited}")
    }

    /// What each thread polled first.
    fn polled_kinds(&self) -> BTreeMap<ThreadId, &'static str> {
        let mut kinds = BTreeMap::new();
        for event in self.trace.events() {
            if let EventKind::PollStarted(id) = event.kind
                && let Some(info) = self.infos.get(&id)
            {
                kinds.entry(event.thread).or_insert(info.kind);
            }
        }
        kinds
    }

    fn new_track(&mut self, pid: u32) -> Track {
        let tid = self.next_tid;
        self.next_tid += 1;
        Track { pid, tid }
    }

    fn metadata(&mut self, what: &str, track: Track, name: &str) -> io::Result<()> {
        let args = format_args!("{{\"name\":{}}}", Quoted(name));
        self.write("M", track, Duration::ZERO, what, args)
    }

    fn slice(&mut self, phase: &str, track: Track, at: Duration, name: &str) -> io::Result<()> {
        self.write(phase, track, at, name, format_args!("{{}}"))
    }

    fn mark(&mut self, track: Track, at: Duration, name: &str, detail: &str) -> io::Result<()> {
        let args = format_args!("{{\"detail\":{}}},\"s\":\"t\"", Quoted(detail));
        self.write("i", track, at, name, args)
    }

    /// One event; `args` is its last field's value and may go on with further fields.
    fn write(
        &mut self,
        phase: &str,
        track: Track,
        at: Duration,
        name: &str,
        args: fmt::Arguments<'_>,
    ) -> io::Result<()> {
        let Track { pid, tid } = track;
        let comma = if self.first { "" } else { "," };
        self.first = false;
        // Microseconds with the nanoseconds behind the point, in integers: no rounding.
        let (micros, nanos) = (at.as_micros(), at.subsec_nanos() % 1000);
        let name = Quoted(name);
        write!(
            self.out,
            "{comma}\n{{\"ph\":\"{phase}\",\"pid\":{pid},\"tid\":{tid},\"ts\":{micros}.{nanos:03},\
             \"name\":{name},\"args\":{args}}}"
        )
    }
}
