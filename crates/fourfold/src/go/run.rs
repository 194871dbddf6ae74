//! A runtime: its workers, and what ends the process.

use std::any::Any;
use std::fmt;
use std::io;
use std::panic::Location;
use std::process;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use fourfold_kernel::fiber;
use fourfold_kernel::pool::{self, Exit, Options, Pool, Stall, Task};

use super::goroutine::{Goroutine, Start, error_of};
use super::{panics, report};
use crate::{Error, Result};

/// Bytes of address space for the stack of the first goroutine, which runs what `main` would.
const MAIN_STACK: usize = 8 << 20;

/// What follows when a goroutine panics and nobody recovers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Panics {
    /// The panic is printed as Go prints it, and the process ends with code 2.
    #[default]
    End,
    /// It is printed, and the goroutine's outcome is an error; the others go on.
    Report,
    /// The goroutine's outcome is an error. Rust's own hook has told of the panic.
    Return,
}

/// What follows when all goroutines are asleep.
#[derive(Clone, Default)]
pub enum Deadlock {
    /// They are listed as Go lists them, and the process ends with code 2.
    ///
    /// Threads that this library did not start may be about to wake one of them; so on Linux it is
    /// done only where the process has no such threads.
    #[default]
    End,
    /// The list is handed to this function, on a worker. It must not wait.
    Report(Arc<dyn Fn(&str) + Send + Sync>),
    /// Nothing.
    Ignore,
}

impl fmt::Debug for Deadlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Deadlock::End => "End",
            Deadlock::Report(_) => "Report(..)",
            Deadlock::Ignore => "Ignore",
        })
    }
}

/// How a [`Runtime`] is to be.
///
/// ```
/// use fourfold::go::{self, Panics};
///
/// let runtime = go::Builder::new().workers(1).panics(Panics::Return).build()?;
/// let error = runtime.go(|| -> u32 { panic!("no") }).join().unwrap_err();
/// assert_eq!(error.kind(), fourfold::Kind::Panic);
/// runtime.shut_down();
/// # Ok::<(), fourfold::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "a builder makes nothing before `build`"]
pub struct Builder {
    pool: pool::Builder,
    panics: Panics,
    deadlock: Deadlock,
}

impl Default for Builder {
    fn default() -> Builder {
        Builder::new()
    }
}

impl Builder {
    /// As many workers as `GOMAXPROCS` says, or else as there are processors.
    pub fn new() -> Builder {
        let mut pool = Pool::builder().name("go").noun("goroutine");
        let asked = std::env::var("GOMAXPROCS").ok().and_then(|text| text.trim().parse().ok());
        if let Some(workers @ 1..=4096) = asked {
            pool = pool.workers(workers);
        }
        Builder { pool, panics: Panics::default(), deadlock: Deadlock::default() }
    }

    /// How many workers run goroutines.
    pub fn workers(self, workers: usize) -> Builder {
        Builder { pool: self.pool.workers(workers), ..self }
    }

    /// Bytes of address space for a goroutine's stack where [`Spawn`](super::Spawn) does not say.
    pub fn stack_size(self, bytes: usize) -> Builder {
        Builder { pool: self.pool.stack_size(bytes), ..self }
    }

    /// What follows when a goroutine panics.
    pub fn panics(self, panics: Panics) -> Builder {
        Builder { panics, ..self }
    }

    /// What follows when all goroutines are asleep.
    pub fn deadlock(self, deadlock: Deadlock) -> Builder {
        Builder { deadlock, ..self }
    }

    /// Time that stands still while a goroutine can run and then jumps to the next timer; one worker
    /// runs them all, so that an order of events repeats.
    pub fn virtual_time(self) -> Builder {
        Builder { pool: self.pool.virtual_time(), ..self }
    }

    /// Calls `hook` with what a goroutine panicked with, if [`Panics::Return`] is all that follows.
    pub(super) fn on_panic(
        self,
        hook: impl Fn(&(dyn Any + Send)) + Send + Sync + 'static,
    ) -> Builder {
        let hook = move |_: &Task, payload: &(dyn Any + Send)| {
            if !panics::is_goexit(payload) {
                hook(payload);
            }
        };
        Builder { pool: self.pool.on_panic(hook), ..self }
    }

    pub(super) fn strict_time(self) -> Builder {
        Builder { pool: self.pool.virtual_time().strict_time(), ..self }
    }

    /// Calls `hook` when a goroutine keeps its worker for longer than `limit`, while it does, on a
    /// thread of the runtime's own. Without this, a stall of more than 10 ms is only recorded in
    /// traces, unless the variable `FOURFOLD_STALLS` is set: then it is printed.
    ///
    /// [`Stall::stack`] is taken by a signal to the goroutine's thread, SIGURG: a system call that
    /// cannot be restarted, such as `poll` or C's `sleep`, returns early there (`EINTR`).
    pub fn on_stall(
        self,
        limit: Duration,
        hook: impl Fn(&Stall) + Send + Sync + 'static,
    ) -> Builder {
        Builder { pool: self.pool.stall_after(limit).on_stall(hook), ..self }
    }

    /// Starts the workers.
    ///
    /// # Errors
    ///
    /// For no worker or more than 4 096, and when the system refuses threads or files.
    pub fn build(self) -> Result<Runtime> {
        Ok(Runtime { pool: self.build_pool()? })
    }

    fn build_pool(self) -> io::Result<Pool> {
        crate::dump::at_start();
        let Builder { mut pool, panics, deadlock } = self;
        if panics != Panics::Return {
            panics::install_hook();
            let end = panics == Panics::End;
            pool = pool.on_panic(move |task, payload| panics::report(task, payload, end));
        }
        if std::env::var_os("FOURFOLD_STALLS").is_some() {
            pool = pool.on_stall(|stall| eprintln!("{stall}"));
        }
        match deadlock {
            Deadlock::Ignore => {}
            Deadlock::End => {
                // A thread that is just starting looks foreign until it has its name, and a foreign
                // one may end: so a doubt is not the last word.
                pool = pool.on_deadlock(|pool| {
                    if !report::only_our_threads() {
                        return false;
                    }
                    eprint!("{}", report::deadlock(pool));
                    process::exit(2)
                });
            }
            Deadlock::Report(hook) => {
                pool = pool.on_deadlock(move |pool| {
                    hook(&report::deadlock(pool));
                    true
                });
            }
        }
        pool.build()
    }

    /// Builds a runtime, runs `main` in it as its first goroutine, and ends the runtime.
    ///
    /// # Panics
    ///
    /// If the runtime cannot be built; if `main` panics and [`Panics`] says that this does not end
    /// the process.
    #[track_caller]
    pub fn run<F, T>(self, main: F) -> T
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let runtime = match self.build() {
            Ok(runtime) => runtime,
            Err(error) => panic!("the runtime could not be started: {error}"),
        };
        let options = Options::new().name("main").stack_size(MAIN_STACK);
        let pool = runtime.pool;
        let main = move || {
            let value = main();
            // The others are not waited for, so it does not matter that they wait for each other.
            pool.forgive_deadlock();
            value
        };
        let handle = runtime.pool.spawn_fiber_at(main, options, Location::caller());
        let outcome = fiber::wait(handle);
        if let Err(Exit::Panicked(payload)) = &outcome
            && panics::is_goexit(payload.as_ref())
        {
            report::main_is_gone(&runtime.pool);
        }
        runtime.shut_down();
        match outcome {
            Ok(value) => value,
            Err(Exit::Panicked(payload)) => std::panic::resume_unwind(payload),
            Err(exit @ Exit::Aborted) => panic!("{}", error_of(exit)),
        }
    }
}

/// Runs `main` as the first goroutine of a new runtime and returns its value.
///
/// When `main` returns the others are not waited for: those that wait are unwound, each on its own
/// worker, and those that were not started are dropped. (In Go the process ends there. Here the
/// caller goes on, so what they own is released.)
///
/// A panic that nobody recovers ends the process with code 2, and so does a deadlock; both print
/// what Go prints. Programs that embed a runtime choose otherwise with a [`Builder`].
///
/// # Panics
///
/// If the runtime cannot be started, for want of threads or files.
#[track_caller]
pub fn run<F, T>(main: F) -> T
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    Builder::new().run(main)
}

/// Workers that run goroutines. Clones are the same runtime; dropping them ends nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Runtime {
    pool: Pool,
}

impl Runtime {
    /// The runtime that this goroutine runs in.
    pub fn current() -> Option<Runtime> {
        Pool::current().map(|pool| Runtime { pool })
    }

    pub(super) fn current_or_default() -> Runtime {
        Runtime { pool: current_or_default() }
    }

    /// Starts a goroutine in this runtime; see [`go`](super::go).
    #[track_caller]
    pub fn go<M, B: Start<M>>(&self, body: B) -> Goroutine<B::Output> {
        body.start(&self.pool, Options::new(), Location::caller())
    }

    /// Ends the runtime; what waits is unwound. See [`Pool::shut_down`].
    ///
    /// # Panics
    ///
    /// In one of its own goroutines.
    pub fn shut_down(&self) -> bool {
        self.pool.shut_down()
    }

    /// The pool below.
    pub fn pool(&self) -> &Pool {
        &self.pool
    }
}

/// The pool of this goroutine, or that of the process.
pub(super) fn current_or_default() -> Pool {
    Pool::current().unwrap_or_else(default)
}

fn default() -> Pool {
    static DEFAULT: OnceLock<Pool> = OnceLock::new();
    *DEFAULT.get_or_init(|| match Builder::new().deadlock(Deadlock::Ignore).build_pool() {
        Ok(pool) => pool,
        Err(error) => panic!("the default runtime could not be started: {}", Error::new(error)),
    })
}
