//! Making a pool.

use std::any::Any;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::driver::Services;
use super::listing::Listed;
use super::shared::Shared;
use super::stall::Stall;
use super::task::Task;
use super::{Pool, sysmon};
use crate::fiber::stack;
use crate::timer::Clock;
use crate::trace;

pub(super) type OnPanic = Arc<dyn Fn(&Task, &(dyn Any + Send)) + Send + Sync>;
pub(super) type OnDeadlock = Arc<dyn Fn(&Pool) -> bool + Send + Sync>;
pub(super) type OnStall = Arc<dyn Fn(&Stall) + Send + Sync>;

pub(crate) struct Config {
    pub(super) name: String,
    pub(super) noun: &'static str,
    pub(super) workers: usize,
    pub(super) extra_workers: usize,
    pub(super) stack_size: usize,
    pub(super) stall_after: Duration,
    pub(super) strict_time: bool,
    pub(super) on_panic: Option<OnPanic>,
    pub(super) on_deadlock: Option<OnDeadlock>,
    pub(super) on_stall: Option<OnStall>,
}

/// How a [`Pool`] is made; from [`Pool::builder`].
#[must_use = "a builder makes nothing before `build`"]
pub struct Builder {
    config: Config,
    clock: Clock,
}

impl Builder {
    pub(super) fn new() -> Builder {
        let workers = thread::available_parallelism().map_or(1, usize::from);
        let config = Config {
            name: "worker".into(),
            noun: "task",
            workers,
            extra_workers: 64,
            stack_size: stack::DEFAULT_SIZE,
            stall_after: Duration::from_millis(10),
            strict_time: false,
            on_panic: None,
            on_deadlock: None,
            on_stall: None,
        };
        Builder { config, clock: Clock::real() }
    }

    /// How many workers. Default: the processors this process may use.
    pub fn workers(mut self, workers: usize) -> Builder {
        self.config.workers = workers;
        self
    }

    /// How many workers more there may be for a while, where all are stuck. Default: 64.
    pub fn extra_workers(mut self, workers: usize) -> Builder {
        self.config.extra_workers = workers;
        self
    }

    /// Threads are called `name-1`, `name-2` and so on. Default: `worker`.
    pub fn name(mut self, name: impl Into<String>) -> Builder {
        self.config.name = name.into();
        self
    }

    /// What a task is called in dumps and reports. Default: `task`.
    pub fn noun(mut self, noun: &'static str) -> Builder {
        self.config.noun = noun;
        self
    }

    /// Bytes of address space for a fiber's stack, its guard included, where its maker does not
    /// say. Default: [`stack::DEFAULT_SIZE`].
    pub fn stack_size(mut self, bytes: usize) -> Builder {
        self.config.stack_size = bytes;
        self
    }

    /// A clock that stands still while anything can run and then jumps to the next deadline, with
    /// one worker, so that an order of events repeats.
    pub fn virtual_time(mut self) -> Builder {
        self.clock = Clock::virtual_at_zero();
        self.config.workers = 1;
        self.config.extra_workers = 0;
        self
    }

    /// A virtual clock does not jump either while a task waits for what is outside of the pool.
    pub fn strict_time(mut self) -> Builder {
        self.config.strict_time = true;
        self
    }

    /// How long a poll may take before it is reported. Default: 10 ms.
    pub fn stall_after(mut self, limit: Duration) -> Builder {
        self.config.stall_after = limit;
        self
    }

    /// Called for each task that panics, on its worker, when its stack is unwound and before
    /// anybody is told of its outcome.
    pub fn on_panic(
        mut self,
        hook: impl Fn(&Task, &(dyn Any + Send)) + Send + Sync + 'static,
    ) -> Builder {
        self.config.on_panic = Some(Arc::new(hook));
        self
    }

    /// Called once all tasks wait for each other, on a worker. `false` from it means that it does not
    /// believe so, since it knows of somebody who may end a wait: then it is asked again some time
    /// later, if all still wait.
    pub fn on_deadlock(mut self, hook: impl Fn(&Pool) -> bool + Send + Sync + 'static) -> Builder {
        self.config.on_deadlock = Some(Arc::new(hook));
        self
    }

    /// Called for a poll that lasts too long, on a thread of the pool's own, soon after that is
    /// noticed. The end of the pool waits for up to three seconds until all is told.
    ///
    /// [`Stall::stack`] is taken by a signal to the worker's thread, SIGURG: a system call that
    /// cannot be restarted, such as `poll` or C's `sleep`, returns early there (`EINTR`).
    pub fn on_stall(mut self, hook: impl Fn(&Stall) + Send + Sync + 'static) -> Builder {
        self.config.on_stall = Some(Arc::new(hook));
        self
    }

    /// Starts the workers.
    ///
    /// # Errors
    ///
    /// For no worker at all or more than 4 096; and those of the system: too many threads or open
    /// files.
    pub fn build(self) -> io::Result<Pool> {
        let workers = self.config.workers;
        if workers == 0 || workers > 4096 {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("a pool of {workers} workers: ask for 1 to 4096"),
            ));
        }
        let services = Services::new(&self.config.name, self.clock)?;
        let shared = Shared::new(self.config, services);
        for _ in 0..workers {
            let remote = shared.add_remote().expect("there is a place for each");
            if let Err(error) = super::threads::start(shared, remote) {
                shared.begin_to_stop();
                shared.close();
                return Err(error);
            }
        }
        if !shared.services.clock().is_virtual() {
            sysmon::start(shared)?;
        }
        trace::list(Listed(shared));
        Ok(Pool::owning(shared))
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("name", &self.config.name)
            .field("workers", &self.config.workers)
            .finish_non_exhaustive()
    }
}
