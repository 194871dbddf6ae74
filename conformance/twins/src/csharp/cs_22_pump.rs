use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use fourfold::Result;
use fourfold::csharp::{
    CancellationToken, SendOrPostCallback, SynchronizationContext, Task, TaskContinuationOptions,
    TaskFactory, async_method, async_void, current_synchronization_context,
    from_current_synchronization_context, set_synchronization_context,
};

use super::show::{b, exception, thrown};
use super::threading::here;

// A context of one thread, plugged in: what is sent to it, and in which order it runs.

#[derive(Default)]
struct Single {
    queue: Mutex<Queue>,
    changed: Condvar,
}

#[derive(Default)]
struct Queue {
    callbacks: VecDeque<SendOrPostCallback>,
    operations: u32,
}

impl SynchronizationContext for Single {
    fn post(&self, callback: SendOrPostCallback) {
        self.queue.lock().unwrap().callbacks.push_back(callback);
        self.changed.notify_all();
    }

    fn operation_started(&self) {
        self.queue.lock().unwrap().operations += 1;
    }

    fn operation_completed(&self) {
        self.queue.lock().unwrap().operations -= 1;
        self.changed.notify_all();
    }
}

impl Single {
    /// Runs `main` and then what was posted, until there is nothing left and no operation is under way.
    fn run(main: impl FnOnce()) {
        struct Former;
        impl Drop for Former {
            fn drop(&mut self) {
                set_synchronization_context(None);
            }
        }
        let single = Arc::new(Single::default());
        set_synchronization_context(Some(single.clone()));
        let _former = Former;
        single.operation_started();
        main();
        single.operation_completed();
        while let Some(callback) = single.next() {
            callback.call();
        }
    }

    fn next(&self) -> Option<SendOrPostCallback> {
        let idle = |queue: &mut Queue| queue.callbacks.is_empty() && queue.operations > 0;
        let queue = self.queue.lock().unwrap();
        self.changed.wait_while(queue, idle).unwrap().callbacks.pop_front()
    }
}

async fn counts(name: &str, count: u32) -> Result<()> {
    for i in 1..=count {
        println!("{name} {i}");
        Task::yield_now().await;
    }
    println!("{name} ends");
    Ok(())
}

fn program() {
    // In turn; methods without a task keep it running.
    Single::run(|| {
        async_void(counts("a", 3));
        async_void(counts("b", 2));
        println!("main ends");
    });
    println!("the context has run dry");

    // Posts run in order, never within the post.
    Single::run(|| {
        let context = current_synchronization_context().expect("it is set");
        for n in 1..=3 {
            let posts = context.clone();
            context.post(SendOrPostCallback::new(move || {
                println!("posted {n}");
                if n == 1 {
                    posts.post(SendOrPostCallback::new(|| println!("posted from within")));
                }
            }));
        }
        println!("after the posts");
    });

    // All on one thread, however long and wherever the waits end.
    Single::run(|| {
        async_void(async {
            let me = here();
            let mut all = true;
            for _ in 0..3 {
                Task::delay(Duration::from_millis(1)).await?;
                all &= me == here();
                Task::run(|| Ok(())).await?;
                all &= me == here();
            }
            println!("on one thread: {}", b(all));
            Ok(())
        });
    });

    // Without locks around more than one look: only awaits part one from the other.
    Single::run(|| {
        async fn adds(counter: Arc<Mutex<u32>>) -> Result<()> {
            for i in 0..100 {
                let before = *counter.lock().unwrap();
                if i % 10 == 0 {
                    Task::completed_task().await?;
                }
                *counter.lock().unwrap() = before + 1;
                Task::yield_now().await;
            }
            Ok(())
        }
        async_void(async {
            let counter = Arc::new(Mutex::new(0));
            let tasks = [(); 3].map(|()| async_method(adds(counter.clone())));
            Task::when_all(tasks).await?;
            println!("counter: {}", counter.lock().unwrap());
            Ok(())
        });
    });

    // Its tasks: start_new with the scheduler of the context.
    Single::run(|| {
        async_void(async {
            let me = here();
            let scheduler = from_current_synchronization_context()?;
            println!("at once: {}", scheduler.maximum_concurrency_level());
            let factory = TaskFactory::new().scheduler(scheduler.clone());
            let starts = async move {
                let in_context = factory.start_new(move || {
                    println!("a task in the context: {}", b(me == here()));
                    Ok(())
                });
                in_context.await
            };
            Task::run(starts).await?;
            let follows = Task::run(|| Ok(())).continue_with_options(
                move |_| {
                    println!("a continuation: {}", b(me == here()));
                    Ok(())
                },
                TaskContinuationOptions::NONE,
                CancellationToken::none(),
                Some(scheduler),
            );
            follows.await
        });
    });
    println!("without a context: {}", thrown(from_current_synchronization_context));

    // A failure of main comes out of the loop.
    let fails = || {
        Single::run(|| {
            async_void(async {
                Task::yield_now().await;
                Err(exception("of main"))
            });
        });
        Ok(())
    };
    println!("{}", thrown(fails));

    // Each thread has its own.
    Single::run(|| {
        let none = || current_synchronization_context().is_none();
        let thread = thread::spawn(none).join().expect("it does not panic");
        let task = Task::run(move || Ok(none())).result().expect("it does not fail");
        println!("another thread has none: {}, nor a task: {}", b(thread), b(task));
    });
}

pub(crate) fn run() {
    program();
}
