use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use fourfold::Result;
use fourfold::csharp::{
    ScheduledTask, Task, TaskCompletionSource, TaskCreationOptions, TaskScheduler, async_method,
    current_task_scheduler, set_synchronization_context,
};

use super::pump::Pump;

/// A scheduler whose tasks wait until they are run by hand.
#[derive(Default)]
struct Manual {
    queue: Mutex<VecDeque<ScheduledTask>>,
    queued: AtomicU32,
}

impl TaskScheduler for Manual {
    fn queue_task(&self, task: ScheduledTask) {
        self.queued.fetch_add(1, Ordering::Relaxed);
        self.queue.lock().unwrap().push_back(task);
    }
}

impl Manual {
    fn next(&self) -> Option<ScheduledTask> {
        self.queue.lock().unwrap().pop_front()
    }

    fn run(&self) {
        while let Some(task) = self.next() {
            task.execute();
        }
    }

    fn queued(&self) -> u32 {
        self.queued.load(Ordering::Relaxed)
    }
}

static MANUAL: LazyLock<Arc<Manual>> = LazyLock::new(Arc::default);

fn place() -> &'static str {
    match current_task_scheduler() {
        Some(scheduler) if std::ptr::addr_eq(Arc::as_ptr(&scheduler), Arc::as_ptr(&MANUAL)) => {
            "manual"
        }
        None => "default",
        Some(_) => "other",
    }
}

async fn captures(task: Task, name: &str) -> Result<()> {
    println!("{name} starts on {}", place());
    task.await?;
    println!("{name} resumes on {}", place());
    Ok(())
}

async fn uncaptured(task: Task, name: &str) -> Result<()> {
    println!("{name} starts on {}", place());
    task.configure_await(false).await?;
    println!("{name} resumes on {}", place());
    Ok(())
}

fn start(action: impl FnOnce() -> Result<()> + Send + 'static) {
    Task::factory().scheduler(MANUAL.clone()).start_new(action);
}

fn says(what: &'static str) -> impl FnOnce() -> Result<()> + Send + 'static {
    move || {
        println!("{what}: {}", place());
        Ok(())
    }
}

fn program() -> Result<()> {
    let gate = TaskCompletionSource::new();
    let task = gate.task();
    start(|| {
        async_method(captures(task, "captured"));
        Ok(())
    });
    println!("queued {}", MANUAL.queued());
    MANUAL.run();
    gate.set_result(())?;
    println!("after the set: queued {}", MANUAL.queued());
    MANUAL.run();

    let second = TaskCompletionSource::new();
    let task = second.task();
    start(|| {
        async_method(uncaptured(task, "not captured"));
        Ok(())
    });
    MANUAL.run();
    second.set_result(())?;
    println!("after the set: queued {}", MANUAL.queued());

    // A set inside of a task of the same scheduler: the scheduler is asked, and this one refuses.
    let third = TaskCompletionSource::new();
    let task = third.task();
    start(|| {
        async_method(captures(task, "set from within"));
        Ok(())
    });
    MANUAL.run();
    start(move || {
        third.set_result(())?;
        println!("inside the set: queued {}", MANUAL.queued());
        Ok(())
    });
    MANUAL.run();

    // A context comes before a scheduler.
    let fourth = TaskCompletionSource::new();
    let task = fourth.task();
    let pump = Arc::new(Pump::new());
    let current = pump.clone();
    start(|| {
        set_synchronization_context(Some(current));
        async_method(captures(task, "with both"));
        set_synchronization_context(None);
        Ok(())
    });
    MANUAL.run();
    fourth.set_result(())?;
    println!("after the set: queued {}", MANUAL.queued());
    pump.complete();
    pump.run();

    // Task::run always uses the default one, start_new and continue_with the current one.
    start(|| {
        Task::run(says("Run")).wait()?;
        Task::factory().start_new(says("StartNew"));
        let says_so = says("ContinueWith");
        Task::completed_task().continue_with(|_| says_so());
        Task::new(says("new Task")).start()?;
        let hidden = Task::factory().options(TaskCreationOptions::HIDE_SCHEDULER);
        hidden.start_new(says("StartNew hidden"));
        Ok(())
    });
    MANUAL.run();
    Ok(())
}

pub(crate) fn run() {
    program().expect("it handles what it raises");
}
