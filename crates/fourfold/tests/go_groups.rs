//! Groups that fail as one, permits, shared calls.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::task::{Context as Polling, Poll, Waker};
use std::time::Duration;

use fourfold::Error;
use fourfold::go::context::{self, CANCELED};
use fourfold::go::errgroup::{self, Group};
use fourfold::go::semaphore::Weighted;
use fourfold::go::{self, Builder, go, runtime, singleflight};

fn virtual_time<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> T {
    Builder::new().virtual_time().run(f)
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Polling::from_waker(Waker::noop()))
}

#[test]
fn go_14_the_first_error_of_a_group_counts_and_cancels() {
    go::run(|| {
        let (group, ctx) = errgroup::with_context(&context::background());
        let (gate, waits) = go::chan::make::<()>(0).split();
        for number in 0..3 {
            let (ctx, waits) = (ctx.clone(), waits.clone());
            group.go(move || {
                if number == 1 {
                    waits.recv();
                    return Err(Error::msg("number 1 failed"));
                }
                ctx.done().recv();
                Err(Error::msg("cancelled"))
            });
        }
        gate.send(());
        assert_eq!(group.wait().unwrap_err().to_string(), "number 1 failed");
        assert_eq!(context::cause(&ctx).unwrap().to_string(), "number 1 failed");
    });
}

#[test]
fn go_14_a_group_without_failure_cancels_its_context_in_the_end() {
    go::run(|| {
        let (group, ctx) = errgroup::with_context(&context::background());
        group.go(|| Ok(()));
        group.wait().unwrap();
        assert_eq!(ctx.err(), Some(CANCELED));
    });
}

#[test]
fn go_14_a_limit_holds() {
    go::run(|| {
        let group = Group::new();
        group.set_limit(Some(2));
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        for _ in 0..20 {
            let (running, most) = (running.clone(), most.clone());
            group.go(move || {
                most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                // The first stays until there is a second beside it.
                while most.load(Ordering::SeqCst) < 2 {
                    runtime::gosched();
                }
                runtime::gosched();
                running.fetch_sub(1, Ordering::SeqCst);
                Ok(())
            });
        }
        group.wait().unwrap();
        assert_eq!(most.load(Ordering::SeqCst), 2);
    });
}

#[test]
fn go_14_try_go_and_misuse_of_a_limit() {
    go::run(|| {
        let group = Group::new();
        group.set_limit(Some(1));
        let (gate, waits) = go::chan::make::<()>(0).split();
        assert!(group.try_go(move || {
            waits.recv();
            Ok(())
        }));
        assert!(!group.try_go(|| Ok(())));
        let other = group.clone();
        let text = catch_unwind(AssertUnwindSafe(|| other.set_limit(None))).unwrap_err();
        let text = text.downcast::<String>().unwrap();
        assert_eq!(
            *text,
            "errgroup: modify limit while 1 goroutines in the group are still active"
        );
        gate.close();
        group.wait().unwrap();
        assert!(group.try_go(|| Ok(())));
        group.wait().unwrap();
    });
}

#[test]
fn go_14_permits_are_given_first_come_first_served() {
    let order = Builder::new().workers(1).run(|| {
        let (tell, told) = mpsc::channel();
        let permits = Arc::new(Weighted::new(4));
        permits.acquire(&context::background(), 3).unwrap();
        let waiting: Vec<_> = [4, 1, 1]
            .into_iter()
            .map(|n| {
                let (permits, tell) = (permits.clone(), tell.clone());
                let goroutine = go(move || {
                    permits.acquire(&context::background(), n).unwrap();
                    tell.send(n).unwrap();
                    permits.release(n);
                });
                runtime::gosched();
                goroutine
            })
            .collect();
        // One would fit, but the large one came first.
        assert!(!permits.try_acquire(1));
        permits.release(3);
        for goroutine in waiting {
            goroutine.join().unwrap();
        }
        told.try_iter().collect::<Vec<_>>()
    });
    assert_eq!(order, [4, 1, 1]);
}

#[test]
fn go_14_acquiring_ends_with_the_context_and_takes_nothing() {
    virtual_time(|| {
        let permits = Weighted::new(1);
        let parent = context::background();
        permits.acquire(&parent, 1).unwrap();
        let (ctx, _cancel) = context::with_timeout(&parent, Duration::from_secs(1));
        assert!(permits.acquire(&ctx, 1).unwrap_err().is_timed_out());
        // More than there are is never granted.
        let (ctx, _cancel) = context::with_timeout(&parent, Duration::from_secs(1));
        assert!(permits.acquire(&ctx, 2).unwrap_err().is_timed_out());
        permits.release(1);
        assert!(permits.try_acquire(1));
        permits.release(1);
        let text = catch_unwind(AssertUnwindSafe(|| permits.release(1))).unwrap_err();
        assert_eq!(*text.downcast::<&str>().unwrap(), "semaphore: released more than held");
    });
}

#[test]
fn go_14_acquiring_fails_with_the_contexts_error_and_not_its_cause() {
    let (ctx, cancel) = context::with_cancel_cause(&context::background());
    cancel.call(Some(Error::msg("the disk is full")));
    let error = Weighted::new(1).acquire(&ctx, 1).unwrap_err();
    assert!(error.is_cancelled(), "{error}");
}

#[test]
fn go_14_a_dropped_acquire_lets_the_next_in() {
    let permits = Weighted::new(2);
    let ctx = context::background();
    assert!(permits.try_acquire(1));
    let mut large = Box::pin(permits.acquire_async(&ctx, 2));
    let mut small = pin!(permits.acquire_async(&ctx, 1));
    assert!(poll(large.as_mut()).is_pending());
    assert!(poll(small.as_mut()).is_pending());
    drop(large);
    assert!(poll(small.as_mut()).is_ready());
}

#[test]
fn go_14_calls_for_the_same_key_share_one() {
    go::run(|| {
        let group = Arc::new(singleflight::Group::<&str, u32>::new());
        let calls = Arc::new(AtomicUsize::new(0));
        let (gate, waits) = go::chan::make::<()>(0).split();
        let (leading, counted) = (group.clone(), calls.clone());
        let leader = go(move || {
            leading.call("key", move || {
                counted.fetch_add(1, Ordering::SeqCst);
                waits.recv();
                Ok(42)
            })
        });
        while calls.load(Ordering::SeqCst) == 0 {
            runtime::gosched();
        }
        let followers: Vec<_> = (0..5)
            .map(|_| {
                let group = group.clone();
                go(move || group.call("key", || unreachable!("one is in flight")))
            })
            .collect();
        while runtime::stack().matches("[chan receive]").count() < 6 {
            runtime::gosched();
        }
        gate.close();
        assert_eq!(leader.join().unwrap().unwrap(), (42, true));
        for follower in followers {
            assert_eq!(follower.join().unwrap().unwrap(), (42, true));
        }
        assert_eq!(group.call("key", || Ok(43)).unwrap(), (43, false));
        assert_eq!(calls.load(Ordering::SeqCst), 1);
    });
}

#[test]
fn go_14_forgetting_a_key_and_a_leader_that_panics() {
    let group = singleflight::Group::<&str, u32>::new();
    let inner = group.call("key", || {
        group.forget(&"key");
        group.call("key", || Ok(1)).map(|(value, _)| value + 1)
    });
    assert_eq!(inner.unwrap(), (2, false));
    let payload =
        catch_unwind(AssertUnwindSafe(|| group.call("key", || panic!("no")))).unwrap_err();
    assert_eq!(*payload.downcast::<&str>().unwrap(), "no");
    assert_eq!(group.call("key", || Ok(3)).unwrap().0, 3);
}

#[test]
fn go_14_an_answer_is_sent_to_all_who_asked_for_a_channel() {
    go::run(|| {
        let group = Arc::new(singleflight::Group::<&str, u32>::new());
        let (gate, waits) = go::chan::make::<()>(0).split();
        let first = group.call_chan("key", move || {
            waits.recv();
            Ok(42)
        });
        let second = group.call_chan("key", || unreachable!("one is in flight"));
        assert!(first.try_recv().is_err() && second.try_recv().is_err());
        gate.close();
        for answer in [first, second] {
            let answer = answer.recv().unwrap();
            assert_eq!((answer.value.unwrap(), answer.shared), (42, true));
        }
        let alone = group.call_chan("key", || Err(Error::msg("no luck"))).recv().unwrap();
        assert_eq!((alone.value.unwrap_err().to_string(), alone.shared), ("no luck".into(), false));
    });
}

#[test]
fn go_14_an_answer_is_sent_also_where_the_call_panics() {
    go::Builder::new().panics(go::Panics::Return).run(|| {
        let group = singleflight::Group::<&str, u32>::new();
        let answer = group.call_chan("key", || panic!("no")).recv().unwrap();
        assert_eq!(answer.value.unwrap_err().kind(), fourfold::Kind::Panic);
        // The key is free again, and a forgotten call does not take that of the next with it.
        let (gate, waits) = go::chan::make::<()>(0).split();
        let old = group.call_chan("key", move || {
            waits.recv();
            Ok(1)
        });
        group.forget(&"key");
        assert_eq!(group.call("key", || Ok(2)).unwrap(), (2, false));
        gate.close();
        assert_eq!(old.recv().unwrap().value.unwrap(), 1);
    });
}
