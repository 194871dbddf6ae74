//! Contexts, and what is built on them: groups, permits, shared calls.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::task::{Context as Polling, Poll, Waker};
use std::time::Duration;

use fourfold::go::context::{self, CANCELED, DEADLINE_EXCEEDED};
use fourfold::go::errgroup::{self, Group};
use fourfold::go::semaphore::Weighted;
use fourfold::go::{self, Builder, go, runtime, select, singleflight, time};
use fourfold::{Error, Kind};

fn virtual_time<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> T {
    Builder::new().virtual_time().run(f)
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Polling::from_waker(Waker::noop()))
}

#[test]
fn go_13_the_background_is_never_done() {
    for ctx in [context::background(), context::todo()] {
        assert_eq!((ctx.err(), ctx.deadline()), (None, None));
        assert!(context::cause(&ctx).is_none());
        assert!(ctx.done().try_recv().is_err());
    }
}

#[test]
fn go_13_cancelling_a_parent_cancels_the_tree() {
    let (root, cancel) = context::with_cancel(&context::background());
    let (child, _keep) = context::with_cancel(&root);
    let (grandchild, cancel_grandchild) = context::with_cancel(&child);
    let (sibling, _keep_too) = context::with_cancel(&root);
    cancel_grandchild.call();
    assert_eq!(grandchild.err(), Some(CANCELED));
    assert_eq!((child.err(), sibling.err(), root.err()), (None, None, None));
    cancel.call();
    cancel.call();
    for ctx in [&root, &child, &sibling] {
        assert_eq!(ctx.err(), Some(CANCELED));
        assert_eq!(ctx.err().unwrap().to_string(), "context canceled");
        assert_eq!(ctx.done().recv(), None);
    }
    let (late, _keep_late) = context::with_cancel(&root);
    assert_eq!(late.err(), Some(CANCELED));
}

#[test]
fn go_13_a_cause_is_kept_and_handed_down() {
    let (root, cancel) = context::with_cancel_cause(&context::background());
    let (child, cancel_child) = context::with_cancel(&root);
    cancel.call(Some(Error::msg("the disk is full")));
    assert_eq!(context::cause(&root).unwrap().to_string(), "the disk is full");
    assert_eq!(context::cause(&child).unwrap().to_string(), "the disk is full");
    assert_eq!(child.err(), Some(CANCELED));
    cancel_child.call();
    assert_eq!(context::cause(&child).unwrap().to_string(), "the disk is full");
    let (plain, cancel) = context::with_cancel_cause(&context::background());
    cancel.call(None);
    assert_eq!(context::cause(&plain).unwrap().kind(), Kind::Cancelled);
}

#[test]
fn go_13_a_deadline_passes() {
    virtual_time(|| {
        let begun = time::now();
        let parent = context::background();
        let (ctx, _cancel) = context::with_timeout(&parent, Duration::from_secs(5));
        assert_eq!(ctx.deadline(), Some(begun.add(Duration::from_secs(5))));
        assert_eq!(ctx.err(), None);
        ctx.done().recv();
        assert_eq!(time::since(begun), Duration::from_secs(5));
        assert_eq!(ctx.err(), Some(DEADLINE_EXCEEDED));
        assert_eq!(ctx.err().unwrap().to_string(), "context deadline exceeded");
        assert!(context::cause(&ctx).unwrap().is_timed_out());
    });
}

#[test]
fn go_13_the_earlier_deadline_counts() {
    virtual_time(|| {
        let parent = context::background();
        let (short, _cancel) = context::with_timeout(&parent, Duration::from_secs(1));
        let (long, _cancel_long) = context::with_timeout(&short, Duration::from_secs(9));
        assert_eq!(long.deadline(), short.deadline());
        long.done().recv();
        assert_eq!(time::now().nanoseconds(), 1_000_000_000);
        assert_eq!(long.err(), Some(DEADLINE_EXCEEDED));
    });
}

#[test]
fn go_13_a_deadline_may_have_passed_already_and_has_a_cause() {
    virtual_time(|| {
        time::sleep(Duration::from_secs(1));
        let parent = context::background();
        let reason = Some(Error::msg("too late"));
        let (ctx, _cancel) =
            context::with_deadline_cause(&parent, time::now().add(Duration::ZERO), reason);
        assert_eq!(ctx.err(), Some(DEADLINE_EXCEEDED));
        assert_eq!(context::cause(&ctx).unwrap().to_string(), "too late");
    });
}

#[test]
fn go_13_cancelling_stops_the_deadline() {
    virtual_time(|| {
        let parent = context::background();
        let (ctx, cancel) = context::with_timeout(&parent, Duration::from_secs(5));
        cancel.call();
        time::sleep(Duration::from_secs(10));
        assert_eq!(ctx.err(), Some(CANCELED));
    });
}

#[test]
fn go_13_values_are_found_by_their_type_and_outlive_cancellation() {
    #[derive(Debug, PartialEq)]
    struct User(&'static str);
    #[derive(Debug, PartialEq)]
    struct Request(u32);
    let root = context::with_value(&context::background(), User("ada"));
    let (child, cancel) = context::with_cancel(&root);
    let inner = context::with_value(&context::with_value(&child, Request(1)), User("alan"));
    assert_eq!(inner.value::<User>(), Some(&User("alan")));
    assert_eq!(inner.value::<Request>(), Some(&Request(1)));
    assert_eq!((root.value::<User>(), root.value::<Request>()), (Some(&User("ada")), None));
    let kept = context::without_cancel(&inner);
    cancel.call();
    assert_eq!(inner.err(), Some(CANCELED));
    assert_eq!((kept.err(), kept.deadline()), (None, None));
    assert_eq!(kept.value::<Request>(), Some(&Request(1)));
}

#[test]
fn go_13_after_func_is_called_once_unless_it_is_stopped() {
    go::run(|| {
        let (ctx, cancel) = context::with_cancel(&context::background());
        let (tell, told) = go::chan::make::<&str>(4).split();
        let called = tell.clone();
        let mut first = context::after_func(&ctx, move || called.send("called"));
        let never = tell.clone();
        let mut second = context::after_func(&ctx, move || never.send("stopped"));
        assert!(second.call());
        assert!(!second.call());
        cancel.call();
        assert_eq!(told.recv(), Some("called"));
        assert!(!first.call(), "it was called");
        let late = context::after_func(&ctx, move || tell.send("at once"));
        assert_eq!(told.recv(), Some("at once"));
        drop(late);
        assert!(told.is_empty());
    });
}

#[test]
fn go_13_a_select_sees_that_a_context_is_done() {
    let seen = virtual_time(|| {
        let parent = context::background();
        let (ctx, _cancel) = context::with_timeout(&parent, Duration::from_secs(1));
        select! {
            recv(ctx.done()) => ctx.err(),
            recv(time::after(Duration::from_secs(2))) => None,
        }
    });
    assert_eq!(seen, Some(DEADLINE_EXCEEDED));
}

#[test]
fn go_13_a_future_ends_with_its_context() {
    virtual_time(|| {
        let parent = context::background();
        let (ctx, _cancel) = context::with_timeout(&parent, Duration::from_secs(1));
        let error = go::wait(ctx.run(std::future::pending::<()>())).unwrap_err();
        assert!(error.is_timed_out());
        assert_eq!(go::wait(parent.run(async { 7 })).unwrap(), 7);
    });
}

#[test]
fn go_13_children_that_are_gone_are_forgotten() {
    let (root, _cancel) = context::with_cancel(&context::background());
    for _ in 0..10_000 {
        drop(context::with_cancel(&root));
    }
    let (last, _keep) = context::with_cancel(&root);
    assert_eq!(last.err(), None);
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
