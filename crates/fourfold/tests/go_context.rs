//! Contexts.

use std::time::Duration;

use fourfold::go::context::{self, CANCELED, DEADLINE_EXCEEDED};
use fourfold::go::{self, Builder, select, time};
use fourfold::{Error, Kind};

fn virtual_time<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> T {
    Builder::new().virtual_time().run(f)
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
