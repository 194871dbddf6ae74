//! Semaphores: who is served, when, and what ends a wait.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use fourfold::csharp::{
    self, ArgumentOutOfRangeException, Builder, CancellationTokenSource, ObjectDisposedException,
    OperationCanceledException, SemaphoreFullException, SemaphoreSlim, Task, TaskStatus,
    async_method,
};
use fourfold::{Result, asyncio};

#[test]
fn cs_19_permits_are_taken_and_given_back() {
    let semaphore = SemaphoreSlim::with_max(2, 3).unwrap();
    let waits = [semaphore.wait_async(), semaphore.wait_async(), semaphore.wait_async()];
    assert_eq!(waits.each_ref().map(Task::is_completed), [true, true, false]);
    assert_eq!(semaphore.current_count(), 0);
    assert_eq!(semaphore.release().unwrap(), 0);
    assert!(waits[2].is_completed_successfully());
    assert_eq!(semaphore.current_count(), 0, "the permit went to who waited");
    assert_eq!(semaphore.release_many(2).unwrap(), 0);
    assert_eq!(semaphore.release().unwrap(), 2);
    let full = semaphore.release().unwrap_err();
    assert!(SemaphoreFullException::of(&full).is_some());
    assert_eq!(semaphore.current_count(), 3);
    assert!(ArgumentOutOfRangeException::of(&semaphore.release_many(0).unwrap_err()).is_some());
}

#[test]
fn cs_19_a_semaphore_of_impossible_counts() {
    for made in [
        SemaphoreSlim::with_max(4, 3),
        SemaphoreSlim::with_max(0, 0),
        SemaphoreSlim::new(usize::MAX),
    ] {
        assert!(ArgumentOutOfRangeException::of(&made.unwrap_err()).is_some());
    }
}

#[test]
fn cs_19_who_waits_is_served_in_turn_and_not_within_the_release() {
    let (order, within) = Builder::new()
        .virtual_time()
        .run(async {
            // On the one worker: what is queued runs when this method waits.
            Task::yield_now().await;
            let semaphore = Arc::new(SemaphoreSlim::new(0)?);
            let order = Arc::new(Mutex::new(Vec::new()));
            let waits = (0..5).map(|number| {
                let (semaphore, order) = (semaphore.clone(), order.clone());
                async_method(async move {
                    semaphore.wait_async().await?;
                    order.lock().unwrap().push(number);
                    Ok(())
                })
            });
            let waits: Vec<_> = waits.collect();
            semaphore.release_many(2)?;
            let within = order.lock().unwrap().len();
            Task::when_all(waits[..2].to_vec()).await?;
            for wait in &waits[2..] {
                semaphore.release()?;
                wait.await?;
            }
            Ok((order.lock().unwrap().clone(), within))
        })
        .unwrap();
    assert_eq!(within, 0);
    let mut first = order[..2].to_vec();
    first.sort_unstable();
    assert_eq!((first, &order[2..]), (vec![0, 1], &[2, 3, 4][..]));
}

#[test]
fn cs_19_a_wait_with_a_limit_takes_no_permit() {
    Builder::new()
        .virtual_time()
        .run(async {
            let semaphore = SemaphoreSlim::new(0)?;
            assert!(!semaphore.wait_for(Duration::ZERO)?);
            assert!(!semaphore.wait_async_for(Duration::ZERO).await?);
            let limited = semaphore.wait_async_for(Duration::from_secs(1));
            let behind = semaphore.wait_async_for(Duration::from_secs(3));
            assert!(!limited.await?);
            semaphore.release()?;
            assert!(behind.await?, "who was behind comes first");
            assert_eq!(semaphore.current_count(), 0);
            // Its limit is of no effect any more.
            Task::delay(Duration::from_secs(60)).await?;
            semaphore.release()?;
            assert_eq!(semaphore.current_count(), 1);
            assert!(semaphore.wait_for(Duration::from_secs(1))?);
            Ok(())
        })
        .unwrap();
}

#[test]
fn cs_19_a_token_takes_a_wait_out_of_the_line() {
    let semaphore = SemaphoreSlim::new(0).unwrap();
    let source = CancellationTokenSource::new();
    let canceled = semaphore.wait_async_with(None, source.token());
    let behind = semaphore.wait_async();
    source.cancel().unwrap();
    assert_eq!(canceled.status(), TaskStatus::Canceled);
    let error = canceled.wait().unwrap_err();
    assert!(error.errors()[0].is_cancelled());
    semaphore.release().unwrap();
    assert!(behind.is_completed_successfully());

    semaphore.release().unwrap();
    let task = semaphore.wait_async_with(None, source.token());
    assert!(task.is_canceled(), "also where there is a permit");
    assert_eq!(semaphore.current_count(), 1);
    let error = semaphore.wait_with(None, &source.token()).unwrap_err();
    let exception = OperationCanceledException::of(&error).unwrap();
    assert!(!exception.is_task_canceled());
    assert_eq!(*exception.cancellation_token(), source.token());
}

#[test]
fn cs_19_an_awaited_wait_fails_with_the_token() {
    let source = CancellationTokenSource::new();
    let token = source.token();
    let semaphore = SemaphoreSlim::new(0).unwrap();
    let wait = semaphore.wait_async_with(Some(Duration::from_secs(3600)), token.clone());
    let awaited = async_method(async move { wait.await });
    source.cancel().unwrap();
    let error = csharp::run(async move { awaited.await }).unwrap_err();
    let exception = OperationCanceledException::of(&error).unwrap();
    assert_eq!(*exception.cancellation_token(), token);
    assert_eq!(exception.message(), "The operation was canceled.");
}

#[test]
fn cs_19_threads_block_and_are_served() {
    let semaphore = SemaphoreSlim::new(0).unwrap();
    thread::scope(|scope| {
        let threads: Vec<_> = (0..3).map(|_| scope.spawn(|| semaphore.wait())).collect();
        semaphore.release_many(3).unwrap();
        for thread in threads {
            thread.join().unwrap().unwrap();
        }
    });
    assert_eq!(semaphore.current_count(), 0);
}

#[test]
fn cs_19_at_most_as_many_at_once_as_there_are_permits() {
    let semaphore = Arc::new(SemaphoreSlim::new(3).unwrap());
    let counts = Arc::new(Mutex::new((0, 0)));
    let works = (0..100).map(|_| {
        let (semaphore, counts) = (semaphore.clone(), counts.clone());
        Task::run(async move {
            semaphore.wait_async().await?;
            {
                let mut counts = counts.lock().unwrap();
                counts.0 += 1;
                counts.1 = counts.0.max(counts.1);
            }
            Task::yield_now().await;
            counts.lock().unwrap().0 -= 1;
            semaphore.release().map(drop)
        })
    });
    Task::wait_all(works.collect::<Vec<_>>()).unwrap();
    assert_eq!(semaphore.current_count(), 3);
    assert!((1..=3).contains(&counts.lock().unwrap().1));
}

#[test]
fn cs_19_a_race_of_a_release_and_a_token_ends_a_wait_once() {
    for _ in 0..200 {
        let semaphore = SemaphoreSlim::new(0).unwrap();
        let source = CancellationTokenSource::new();
        let wait = semaphore.wait_async_with(None, source.token());
        thread::scope(|scope| {
            scope.spawn(|| source.cancel().unwrap());
            scope.spawn(|| semaphore.release().unwrap());
        });
        let left = if wait.is_completed_successfully() { 0 } else { 1 };
        assert!(wait.is_completed());
        assert_eq!(semaphore.current_count(), left);
    }
}

#[test]
fn cs_19_a_disposed_semaphore() {
    let semaphore = SemaphoreSlim::new(1).unwrap();
    semaphore.dispose();
    let errors: [Result<()>; 3] = [
        semaphore.wait(),
        semaphore.wait_async_for(Duration::ZERO).wait().map_err(|error| error.errors()[0].clone()),
        semaphore.release().map(drop),
    ];
    for error in errors {
        assert!(ObjectDisposedException::of(&error.unwrap_err()).is_some());
    }
}

#[test]
fn cs_19_a_loop_of_another_dialect_may_wait() {
    let semaphore = Arc::new(SemaphoreSlim::new(0).unwrap());
    let given = semaphore.clone();
    let other = thread::spawn(move || given.release());
    asyncio::run(async move {
        let wait = semaphore.wait_async();
        wait.await
    })
    .unwrap();
    other.join().unwrap().unwrap();
}

#[test]
fn cs_19_the_handle_is_set_while_there_are_permits() {
    let semaphore = SemaphoreSlim::new(0).unwrap();
    let handle = semaphore.available_wait_handle().unwrap();
    assert!(!handle.wait_one_for(Duration::ZERO));
    thread::scope(|scope| {
        let waits = scope.spawn(|| handle.wait_one());
        semaphore.release().unwrap();
        waits.join().unwrap();
    });
    assert!(handle.wait_one_for(Duration::ZERO));
    assert_eq!(semaphore.current_count(), 1, "waiting takes none");
    semaphore.wait().unwrap();
    assert!(!handle.wait_one_for(Duration::ZERO));
    semaphore.dispose();
    let error = semaphore.available_wait_handle().unwrap_err();
    assert!(ObjectDisposedException::of(&error).is_some());
}
