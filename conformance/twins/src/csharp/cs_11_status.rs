use std::sync::{Arc, OnceLock};
use std::time::Duration;

use fourfold::Result;
use fourfold::csharp::{
    CancellationToken, CancellationTokenSource, Task, TaskCompletionSource, TaskCreationOptions,
    TaskStatus, async_method,
};

use super::pool;
use super::show::{b, exception};
use super::threading::Event;

fn report(what: &str, task: &Task) {
    println!(
        "{what}: {:?} ({}) completed {} well {} faulted {} canceled {}",
        task.status(),
        task.status() as i32,
        b(task.is_completed()),
        b(task.is_completed_successfully()),
        b(task.is_faulted()),
        b(task.is_canceled())
    );
}

const STATUSES: [TaskStatus; 8] = [
    TaskStatus::Created,
    TaskStatus::WaitingForActivation,
    TaskStatus::WaitingToRun,
    TaskStatus::Running,
    TaskStatus::WaitingForChildrenToComplete,
    TaskStatus::RanToCompletion,
    TaskStatus::Canceled,
    TaskStatus::Faulted,
];

fn open() -> Task {
    TaskCompletionSource::new().task()
}

fn program() -> Result<()> {
    for status in STATUSES {
        println!("{} {status:?}", status as i32);
    }
    pool::hold();
    let source = CancellationTokenSource::new();
    let none = TaskCreationOptions::NONE;
    report("cold", &Task::new_with(|| Ok(()), source.token(), none));
    report("a promise", &open());
    report("a continuation", &open().continue_with(|_| Ok(())));
    report("an async method", &async_method(async { open().await }));
    report("a delay", &Task::delay(Duration::MAX));

    static PARENT: OnceLock<Task> = OnceLock::new();
    let parent = PARENT.get_or_init(|| {
        Task::factory().start_new(|| {
            let attached = Task::factory().options(TaskCreationOptions::ATTACHED_TO_PARENT);
            let child = attached.start_new(|| Ok(()));
            report("itself, running", PARENT.get().expect("set before it runs"));
            report("its child", &child);
            Ok(())
        })
    });
    report("started", parent);
    pool::run_queued();
    report("both ended", parent);

    let (gate, begun) = (Arc::new(Event::new()), Arc::new(Event::new()));
    let (waits_for, begins) = (gate.clone(), begun.clone());
    let waits = Task::new(move || {
        let options = TaskCreationOptions::ATTACHED_TO_PARENT | TaskCreationOptions::LONG_RUNNING;
        Task::factory().options(options).start_new(move || {
            begins.set();
            waits_for.wait();
            Ok(())
        });
        Ok(())
    });
    waits.start()?;
    pool::run_queued();
    begun.wait();
    report("the body is through, a child is not", &waits);
    gate.set();
    waits.wait()?;
    report("the child too", &waits);

    report("returned", &Task::completed_task());
    report("failed", &Task::from_exception(exception("a")));
    report("cancelled", &Task::from_canceled(CancellationToken::new(true)));
    Ok(())
}

pub(crate) fn run() {
    pool::run(|| program().expect("it handles what it raises"));
}
