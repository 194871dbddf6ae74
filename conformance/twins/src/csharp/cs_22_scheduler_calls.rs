use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use fourfold::Result;
use fourfold::csharp::{
    CancellationToken, CancellationTokenSource, ScheduledTask, Task, TaskCompletionSource,
    TaskContinuationOptions, TaskCreationOptions, TaskScheduler, async_method,
    current_task_scheduler,
};

use super::show::{b, thrown};
use super::threading::Event;

// What a scheduler is asked, and when.

#[derive(Default)]
struct Asked {
    queue: Mutex<VecDeque<ScheduledTask>>,
    names: Mutex<HashMap<u64, &'static str>>,
    refuses: AtomicBool,
    fails: AtomicBool,
}

impl Asked {
    /// What resumes after an await has no name.
    fn name(&self, id: u64) -> &'static str {
        self.names.lock().unwrap().get(&id).copied().unwrap_or("the rest")
    }

    fn named(&self, task: &Task, name: &'static str) {
        self.names.lock().unwrap().insert(task.id(), name);
    }

    fn run(&self) {
        while let Some(task) = { self.queue.lock().unwrap().pop_front() } {
            let name = self.name(task.id());
            task.execute();
            println!("  run {name}");
        }
    }
}

impl TaskScheduler for Asked {
    fn queue_task(&self, task: ScheduledTask) {
        println!("  queue {}", self.name(task.id()));
        assert!(!self.fails.load(Ordering::Relaxed), "of the scheduler");
        self.queue.lock().unwrap().push_back(task);
    }

    /// It is not told of which task; one that was queued before is taken out by `try_dequeue`.
    fn may_inline(&self) -> bool {
        println!("  inline");
        !self.refuses.load(Ordering::Relaxed)
    }

    fn try_dequeue(&self, id: u64) -> Option<ScheduledTask> {
        let mut queue = self.queue.lock().unwrap();
        let at = queue.iter().position(|task| task.id() == id)?;
        queue.remove(at)
    }
}

fn says(text: &'static str) -> impl FnOnce() -> Result<()> + Send + 'static {
    move || {
        println!("{text}");
        Ok(())
    }
}

/// A task that was not started, and whose name the scheduler knows.
fn cold(asked: &Asked, body: impl FnOnce() -> Result<()> + Send + 'static) -> Task {
    let task = Task::new(body);
    asked.named(&task, "a");
    task
}

/// `StartNew`.
fn start_new(
    asked: &Arc<Asked>,
    body: impl FnOnce() -> Result<()> + Send + 'static,
) -> Result<Task> {
    let task = cold(asked, body);
    task.start_on(asked.clone())?;
    Ok(task)
}

fn follow(asked: &Arc<Asked>, task: &Task, options: TaskContinuationOptions) -> Task {
    let body = says("body");
    let (none, scheduler) = (CancellationToken::none(), Some(asked.clone() as _));
    let follows = task.continue_with_options(|_| body(), options, none, scheduler);
    asked.named(&follows, "c");
    follows
}

/// Begins a method on the scheduler that awaits `gate`.
fn awaits(asked: &Arc<Asked>, gate: Task) -> Result<()> {
    let this = asked.clone();
    let method = async move {
        gate.await?;
        let resumed = current_task_scheduler()
            .is_some_and(|current| std::ptr::addr_eq(Arc::as_ptr(&current), Arc::as_ptr(&this)));
        println!("resumed on it {}", b(resumed));
        Ok(())
    };
    let begins = || {
        async_method(method);
        Ok(())
    };
    start_new(asked, begins)?;
    asked.run();
    Ok(())
}

fn starts(asked: &Arc<Asked>) -> Result<()> {
    println!("start");
    let task = start_new(asked, says("body"))?;
    asked.run();
    println!("{:?}", task.status());

    println!("wait");
    let task = start_new(asked, says("body"))?;
    task.wait()?;
    println!("{:?}", task.status());

    println!("run synchronously");
    let task = cold(asked, says("body"));
    task.run_synchronously_on(asked.clone())?;
    println!("{:?}", task.status());

    println!("run synchronously, refused");
    asked.refuses.store(true, Ordering::Relaxed);
    let task = cold(asked, says("body"));
    let ended = Arc::new(Event::new());
    let (runs, on, ends) = (task.clone(), asked.clone(), ended.clone());
    let thread = thread::spawn(move || {
        let ran = runs.run_synchronously_on(on);
        ends.set();
        ran
    });
    while !ended.wait_for(Duration::from_millis(1)) {
        asked.run();
    }
    thread.join().expect("it does not panic")?;
    println!("{:?}", task.status());
    asked.refuses.store(false, Ordering::Relaxed);
    Ok(())
}

fn program() -> Result<()> {
    let asked = Arc::new(Asked::default());
    starts(&asked)?;

    println!("a continuation");
    let gate = TaskCompletionSource::new();
    let task = follow(&asked, &gate.task(), TaskContinuationOptions::NONE);
    gate.set_result(())?;
    asked.run();
    println!("{:?}", task.status());

    println!("a synchronous continuation");
    let gate = TaskCompletionSource::new();
    let task = follow(&asked, &gate.task(), TaskContinuationOptions::EXECUTE_SYNCHRONOUSLY);
    gate.set_result(())?;
    println!("{:?}", task.status());

    println!("an await");
    let gate = TaskCompletionSource::new();
    awaits(&asked, gate.task())?;
    gate.set_result(())?;
    asked.run();

    println!("an await, set on a thread of the pool");
    let gate = TaskCompletionSource::new();
    awaits(&asked, gate.task())?;
    Task::run(move || gate.set_result(())).wait()?;
    asked.run();

    println!("cancelled while queued");
    let source = CancellationTokenSource::new();
    let task = Task::new_with(says("never"), source.token(), TaskCreationOptions::NONE);
    asked.named(&task, "a");
    task.start_on(asked.clone())?;
    source.cancel()?;
    println!("{:?}", task.status());
    asked.run();
    println!("{:?}", task.status());

    println!("a scheduler that fails");
    asked.fails.store(true, Ordering::Relaxed);
    println!("{}", thrown(|| start_new(&asked, says("never"))));
    let task = cold(&asked, says("never"));
    println!("{}, {:?}", thrown(|| task.start_on(asked.clone())), task.status());
    asked.fails.store(false, Ordering::Relaxed);
    Ok(())
}

pub(crate) fn run() {
    program().expect("it handles what it raises");
}
