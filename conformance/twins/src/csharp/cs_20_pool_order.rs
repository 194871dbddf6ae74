use fourfold::Result;
use fourfold::csharp::{Task, TaskCompletionSource, TaskCreationOptions, ThreadPool, async_method};

use super::pool;
use super::show::Log;

// One thread of the pool is free: its own queue is last in, first out; the global one first in, first
// out.

static LOG: Log = Log::new();

fn logs(name: impl Into<String> + Send + 'static) -> impl FnOnce() -> Result<()> + Send + 'static {
    move || {
        LOG.add(name);
        Ok(())
    }
}

fn report(what: &str, start: impl FnOnce()) {
    LOG.take();
    start();
    pool::run_queued();
    // What was queued globally from within stands behind the end of that round.
    pool::run_queued();
    println!("{what}: {}", LOG.take().join(" "));
}

fn from_within(what: &str, body: impl FnOnce() + Send + 'static) {
    report(what, || {
        ThreadPool::queue_user_work_item(
            || {
                body();
                LOG.add("|");
            },
            false,
        );
    });
}

fn tasks(count: u32) {
    for n in 1..=count {
        Task::run(logs(n.to_string()));
    }
}

fn fair(name: impl Into<String> + Send + 'static) {
    Task::factory().options(TaskCreationOptions::PREFER_FAIRNESS).start_new(logs(name));
}

fn program() {
    pool::hold();
    report("tasks from outside", || tasks(4));
    from_within("tasks from within", || tasks(4));
    from_within("fair ones from within", || (1..=4).for_each(|n| fair(n.to_string())));
    from_within("both from within", || {
        fair("fair1");
        Task::run(logs("1"));
        fair("fair2");
        Task::run(logs("2"));
    });
    from_within("QueueUserWorkItem from within", || {
        for _ in 0..3 {
            ThreadPool::queue_user_work_item(|| LOG.add("global"), false);
        }
        for n in 1..=3 {
            ThreadPool::queue_user_work_item(move || LOG.add(format!("local{n}")), true);
        }
        for n in 1..=3 {
            ThreadPool::queue_user_work_item(move || LOG.add(format!("not local{n}")), false);
        }
    });
    from_within("continuations from within", || {
        let source = TaskCompletionSource::<()>::new();
        for n in 1..=3 {
            let logs = logs(n.to_string());
            source.task().continue_with(|_| logs());
        }
        source.set_result(()).expect("it is not finished");
    });
    from_within("awaits from within", || {
        let source = TaskCompletionSource::<()>::new();
        for n in 1..=4 {
            let task = source.task();
            async_method(async move {
                task.await?;
                LOG.add(n.to_string());
                Ok(())
            });
        }
        source.set_result(()).expect("it is not finished");
    });
    from_within("yields from within", || {
        for n in 1..=3 {
            async_method(async move {
                Task::yield_now().await;
                LOG.add(n.to_string());
                Ok(())
            });
        }
        Task::run(logs("task"));
    });
    from_within("nested", || {
        Task::run(|| {
            LOG.add("a");
            Task::run(logs("a1"));
            Task::run(logs("a2"));
            Ok(())
        });
        Task::run(|| {
            LOG.add("b");
            Task::run(logs("b1"));
            Ok(())
        });
    });
    report("from outside and within", || {
        for n in 1..=2 {
            Task::run(move || {
                LOG.add(n.to_string());
                Task::run(logs(format!("within {n}")));
                Ok(())
            });
        }
        Task::run(logs("3"));
    });
    from_within("a cold one and a continuation of a completed one", || {
        let continuation = logs("continuation");
        Task::completed_task().continue_with(|_| continuation());
        Task::new(logs("cold")).start().expect("it was not started");
    });
}

pub(crate) fn run() {
    pool::run(program);
}
