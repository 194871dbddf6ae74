use std::collections::VecDeque;
use std::sync::{Arc, LazyLock, Mutex};

use fourfold::Result;
use fourfold::csharp::{
    CancellationToken, ScheduledTask, SendOrPostCallback, SynchronizationContext, Task,
    TaskCompletionSource, TaskContinuationOptions, TaskScheduler, ThreadPool, async_method,
    set_synchronization_context,
};

use super::pool;
use super::show::Log;

// A context and a scheduler whose work waits until it is run by hand.

#[derive(Default)]
struct Manual(Mutex<VecDeque<SendOrPostCallback>>);

impl SynchronizationContext for Manual {
    fn post(&self, callback: SendOrPostCallback) {
        self.0.lock().unwrap().push_back(callback);
    }
}

impl Manual {
    fn run(&self) {
        while let Some(next) = { self.0.lock().unwrap().pop_front() } {
            next.call();
        }
    }
}

#[derive(Default)]
struct Scheduler(Mutex<VecDeque<ScheduledTask>>);

impl TaskScheduler for Scheduler {
    fn queue_task(&self, task: ScheduledTask) {
        self.0.lock().unwrap().push_back(task);
    }

    /// What was queued stays so: it cannot be taken out.
    fn may_inline(&self) -> bool {
        true
    }
}

impl Scheduler {
    fn run(&self) {
        while let Some(next) = { self.0.lock().unwrap().pop_front() } {
            next.execute();
        }
    }
}

// Several awaits of one task, which have captured different things: what runs inside of set_result, what
// is posted, what is scheduled, and what the pool runs, each in its order.

static CONTEXT: LazyLock<Arc<Manual>> = LazyLock::new(Arc::default);
static SCHEDULER: LazyLock<Arc<Scheduler>> = LazyLock::new(Arc::default);
static LOG: Log = Log::new();

fn awaits(task: Task, name: String) {
    async_method(async move {
        task.await?;
        LOG.add(name);
        Ok(())
    });
}

fn under_context<R>(action: impl FnOnce() -> R) -> R {
    set_synchronization_context(Some(CONTEXT.clone()));
    let result = action();
    set_synchronization_context(None);
    result
}

fn on_scheduler(action: impl FnOnce() -> Result<()> + Send + 'static) -> Result<()> {
    Task::new(action).run_synchronously_on(SCHEDULER.clone())
}

fn attach(task: Task, kind: char, name: String) -> Result<()> {
    let none = CancellationToken::none;
    match kind {
        'a' => awaits(task, name),
        'c' => under_context(|| awaits(task, name)),
        't' => on_scheduler(|| {
            awaits(task, name);
            Ok(())
        })?,
        _ => {
            let adds = move |_| {
                LOG.add(name);
                Ok(())
            };
            let (options, scheduler) = match kind {
                's' => (TaskContinuationOptions::EXECUTE_SYNCHRONOUSLY, None),
                _ => (TaskContinuationOptions::NONE, Some(SCHEDULER.clone() as _)),
            };
            task.continue_with_options(adds, options, none(), scheduler);
        }
    }
    Ok(())
}

fn drain(run: impl FnOnce()) -> String {
    run();
    LOG.take().join(" ")
}

fn mix(kinds: &str, place: &str) -> Result<()> {
    let source = TaskCompletionSource::new();
    for (i, kind) in kinds.chars().enumerate() {
        attach(source.task(), kind, format!("{kind}{}", i + 1))?;
    }
    let set = move || {
        source.set_result(())?;
        LOG.add("|");
        Ok(())
    };
    match place {
        "outside" => set()?,
        "in the context" => under_context(set)?,
        "on the scheduler" => on_scheduler(set)?,
        _ => {
            ThreadPool::queue_user_work_item(move || set().expect("it is not finished"), false);
            pool::run_queued();
        }
    }
    let inline = LOG.take().join(" ");
    let posted = drain(|| CONTEXT.run());
    let scheduled = drain(|| SCHEDULER.run());
    let queued = drain(pool::run_queued);
    println!(
        "{kinds} {place}: [{inline}] posted [{posted}] scheduled [{scheduled}] queued [{queued}]"
    );
    Ok(())
}

pub(crate) fn run() {
    pool::run(|| {
        pool::hold();
        // a: nothing captured; c: the context; t: the scheduler; s: a synchronous continue_with;
        // k: a continue_with on the scheduler.
        let mixes = "a c t s k aa ac ca cc at ta tt ct tc cs sc ka acta tcat";
        for place in ["outside", "in the context", "on the scheduler", "on the pool"] {
            for kinds in mixes.split(' ') {
                mix(kinds, place).expect("nothing fails here");
            }
        }
    });
}
