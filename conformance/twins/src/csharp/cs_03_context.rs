use std::future::Future;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use fourfold::Result;
use fourfold::csharp::{
    SendOrPostCallback, SynchronizationContext, Task, TaskCompletionSource, async_method,
    current_synchronization_context, set_synchronization_context,
};

use super::pump::Pump;
use super::show::b;
use super::threading::{Event, here};

struct Counting {
    pump: Pump,
    posts: AtomicU32,
}

impl SynchronizationContext for Counting {
    fn post(&self, callback: SendOrPostCallback) {
        self.posts.fetch_add(1, Ordering::Relaxed);
        self.pump.post(callback);
    }

    fn send(&self, callback: SendOrPostCallback) {
        self.pump.send(callback);
    }
}

fn in_context(pump: &Arc<Counting>) -> &'static str {
    match current_synchronization_context() {
        Some(context) if ptr::addr_eq(Arc::as_ptr(&context), Arc::as_ptr(pump)) => "in the context",
        None => "in none",
        Some(_) => "in another",
    }
}

/// What `main` is given.
#[derive(Clone)]
struct Given {
    pump: Arc<Counting>,
    waits: Arc<Event>,
}

impl Given {
    fn place(&self) -> &'static str {
        in_context(&self.pump)
    }

    /// Runs `action` on a thread of the pool when `main` has come to its first incomplete await.
    fn on_pool(&self, action: impl FnOnce() -> Result<()> + Send + 'static) -> Task {
        let waits = self.waits.clone();
        Task::run(move || {
            waits.wait();
            action()
        })
    }

    fn captures(&self, task: Task) -> Task<&'static str> {
        let given = self.clone();
        async_method(async move {
            task.await?;
            Ok(given.place())
        })
    }

    fn uncaptured(&self, task: Task) -> Task<&'static str> {
        let given = self.clone();
        async_method(async move {
            task.configure_await(false).await?;
            Ok(given.place())
        })
    }
}

/// Runs `main` in a pump that counts, until it has ended.
fn run_in<F>(what: &str, main: impl FnOnce(Given) -> F)
where
    F: Future<Output = Result<()>> + Send + 'static,
{
    let pump = Arc::new(Counting { pump: Pump::new(), posts: AtomicU32::new(0) });
    let waits = Arc::new(Event::new());
    set_synchronization_context(Some(pump.clone()));
    let task = async_method(main(Given { pump: pump.clone(), waits: waits.clone() }));
    waits.set();
    let completes = pump.clone();
    task.continue_with(move |_| {
        completes.pump.complete();
        Ok(())
    });
    pump.pump.run();
    set_synchronization_context(None);
    println!("{what}: {:?}, posts {}", task.status(), pump.posts.load(Ordering::Relaxed));
}

pub(crate) fn run() {
    run_in("await", |given| async move {
        let thread = here();
        given.on_pool(|| Ok(())).await?;
        println!("resumed {}, same thread {}", given.place(), b(thread == here()));
        Ok(())
    });
    run_in("await ConfigureAwait(false)", |given| async move {
        let source = TaskCompletionSource::new();
        let inner = given.uncaptured(source.task());
        given.on_pool(move || source.set_result(())).configure_await(false).await?;
        println!("resumed {}", inner.await?);
        Ok(())
    });
    run_in("ConfigureAwait(false) of a completed task does nothing", |given| async move {
        Task::completed_task().configure_await(false).await?;
        println!("still {}", given.place());
        Ok(())
    });
    run_in("yield always posts", |given| async move {
        Task::yield_now().await;
        println!("resumed {}", given.place());
        Task::yield_now().await;
        Ok(())
    });
    run_in("set inside the same context", |given| async move {
        let source = TaskCompletionSource::new();
        let captured = given.captures(source.task());
        let not = given.uncaptured(source.task());
        let third = given.captures(source.task());
        source.set_result(())?;
        println!(
            "inside the set: captured {}, third {}",
            b(captured.is_completed()),
            b(third.is_completed())
        );
        not.wait()?;
        println!(
            "captured {}, not captured {}, third {}",
            captured.await?,
            not.await?,
            third.await?
        );
        Ok(())
    });
    run_in("one awaiter, set inside the same context", |given| async move {
        let source = TaskCompletionSource::new();
        let captured = given.captures(source.task());
        source.set_result(())?;
        println!("inside the set: {}", b(captured.is_completed()));
        Ok(())
    });
    run_in("set on a thread of the pool", |given| async move {
        let source = TaskCompletionSource::new();
        let captured = given.captures(source.task());
        let looks = captured.clone();
        let pump = given.pump.clone();
        let sets = move || {
            // The context's thread must not go on with it before it was looked at.
            let looked = Arc::new(Event::new());
            let waits = looked.clone();
            pump.pump.post(SendOrPostCallback::new(move || waits.wait()));
            source.set_result(())?;
            println!("inside the set: {}", b(looks.is_completed()));
            looked.set();
            Ok(())
        };
        given.on_pool(sets).await?;
        println!("captured {}", captured.await?);
        Ok(())
    });

    // The base class of the original counts as none. Here that is a trait, and has no instance.
    println!("captured the base class: there is none");
}
