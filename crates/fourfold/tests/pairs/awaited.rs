//! A task of each dialect that ends in a given way.

use std::fmt;
use std::future::pending;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, mpsc};
use std::time::Duration;

use fourfold::asyncio::{self, Loop};
use fourfold::csharp::{CancellationTokenSource, Task};
use fourfold::go::{self, context};
use fourfold::interop::Target;
use fourfold::js;
use fourfold::{Error, Result};

use super::End;

/// What the failing task fails with.
#[derive(Debug, PartialEq, Eq)]
pub struct Refused {
    pub port: u16,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "port {} refused", self.port)
    }
}

impl std::error::Error for Refused {}

/// What a task tells of itself while it runs.
#[derive(Clone)]
pub struct Note {
    waits: mpsc::SyncSender<()>,
    cleaned_up: Arc<AtomicBool>,
}

impl Note {
    pub fn has_cleaned_up(&self) -> bool {
        self.cleaned_up.load(Ordering::Acquire)
    }

    /// It has begun, and is about to wait.
    fn waits(&self) {
        self.waits.send(()).unwrap();
    }

    fn cleaned_up(&self) {
        self.cleaned_up.store(true, Ordering::Release);
    }
}

/// A task that runs somewhere, to be awaited.
pub struct Awaited {
    pub end: End,
    pub future: Pin<Box<dyn Future<Output = Result<u32>> + Send>>,
    pub target: AnyTarget,
    note: Note,
    waits: mpsc::Receiver<()>,
}

impl Awaited {
    pub fn note(&self) -> Note {
        self.note.clone()
    }

    /// Blocks until it waits to be cancelled, if that is what it is to do.
    pub fn until_it_waits(&self) {
        if self.end == End::Cancelled {
            self.waits.recv().unwrap();
        }
    }
}

/// What asks it to stop, in the way of its dialect.
#[derive(Clone)]
pub struct AnyTarget(Arc<dyn Target + Sync>);

impl Target for AnyTarget {
    fn request_cancel(&self, reason: &Error) {
        self.0.request_cancel(reason);
    }
}

fn awaited<F: Future<Output = Result<u32>> + Send + 'static>(
    end: End,
    make: impl FnOnce(Note) -> (F, AnyTarget),
) -> Awaited {
    let (send, waits) = mpsc::sync_channel(1);
    let note = Note { waits: send, cleaned_up: Arc::default() };
    let (future, target) = make(note.clone());
    Awaited { end, future: Box::pin(future), target, note, waits }
}

/// Where it is not to be cancelled.
fn at_once(end: End) -> Option<Result<u32>> {
    match end {
        End::Value => Some(Ok(42)),
        End::Failure => {
            let cause = Error::msg("the plug is out");
            Some(Err(Error::new(Refused { port: 7 }).caused_by(cause)))
        }
        End::Panic => panic!("overboard"),
        End::Cancelled => None,
    }
}

const LONG: Duration = Duration::from_secs(3600);
const SHORT: Duration = Duration::from_millis(1);

/// A task of a loop on a thread of its own.
pub fn asyncio(end: End) -> Awaited {
    let (send, remote) = mpsc::channel();
    std::thread::spawn(move || {
        let event_loop = Loop::new().unwrap();
        send.send(event_loop.remote()).unwrap();
        // It runs as long as the process.
        event_loop.run_forever().unwrap();
    });
    let remote = remote.recv().unwrap();
    awaited(end, |note| {
        let body = move || async move {
            if let Some(outcome) = at_once(end) {
                return outcome;
            }
            note.waits();
            let cancelled = asyncio::sleep(LONG).await.unwrap_err();
            asyncio::sleep(SHORT).await?;
            note.cleaned_up();
            Err(cancelled)
        };
        let task = remote.create_task(body).unwrap();
        let target = AnyTarget(Arc::new(task.canceller()));
        (task, target)
    })
}

/// A task of the thread pool.
pub fn csharp(end: End) -> Awaited {
    awaited(end, |note| {
        let source = Arc::new(CancellationTokenSource::new());
        let token = source.token();
        let task = Task::run_with(
            async move {
                if let Some(outcome) = at_once(end) {
                    return outcome;
                }
                note.waits();
                let canceled = Task::delay_with(LONG, token).await.unwrap_err();
                Task::delay(SHORT).await?;
                note.cleaned_up();
                Err(canceled)
            },
            source.token(),
        );
        (task.into_future(), AnyTarget(source))
    })
}

/// An async function of a loop on a thread of its own.
pub fn js(end: End) -> Awaited {
    let (send, remote) = mpsc::channel();
    std::thread::spawn(move || {
        let sending = async move {
            send.send(js::Remote::current()).unwrap();
            Ok(())
        };
        js::run(sending).unwrap();
    });
    let remote = remote.recv().unwrap();
    awaited(end, |note| {
        let body = move |signal: js::AbortSignal| async move {
            if let Some(outcome) = at_once(end) {
                return outcome;
            }
            note.waits();
            let aborted = signal.run(pending::<Result<()>>()).await.unwrap_err();
            js::set_timeout_promise(1).await?;
            note.cleaned_up();
            Err(aborted)
        };
        let task = remote.async_fn(body).unwrap();
        let target = AnyTarget(Arc::new(task.canceller()));
        (task, target)
    })
}

/// A goroutine.
pub fn go(end: End) -> Awaited {
    static RUNTIME: OnceLock<go::Runtime> = OnceLock::new();
    let new = || go::Builder::new().panics(go::Panics::Return).build().unwrap();
    let runtime = RUNTIME.get_or_init(new);
    awaited(end, |note| {
        let (ctx, cancel) = context::with_cancel_cause(&context::background());
        let goroutine = runtime.go(move || {
            if let Some(outcome) = at_once(end) {
                return outcome;
            }
            note.waits();
            ctx.done().recv();
            go::time::sleep(SHORT);
            note.cleaned_up();
            Err(context::cause(&ctx).unwrap())
        });
        let ended = async move { goroutine.await? };
        (ended, AnyTarget(Arc::new(cancel)))
    })
}
