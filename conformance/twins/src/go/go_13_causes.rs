//! Why contexts end, and when.

use std::time::Duration;

use fourfold::Error;
use fourfold::go::context::{self, Context};
use fourfold::go::{self, chan, time};

fn err(context: &Context) -> String {
    context.err().map_or_else(|| "<nil>".into(), |error| error.to_string())
}

fn cause(context: &Context) -> String {
    context::cause(context).map_or_else(|| "<nil>".into(), |error| error.to_string())
}

fn deadlines(background: &Context, slow: &Error) {
    let (milli, hour) = (Duration::from_millis(1), Duration::from_secs(3600));
    let (ctx, cancel) = context::with_timeout_cause(background, milli, Some(slow.clone()));
    ctx.done().recv();
    println!("{} - {}", err(&ctx), cause(&ctx));
    cancel.call();
    let (ctx, cancel) = context::with_timeout_cause(background, hour, Some(slow.clone()));
    cancel.call();
    let is_slow = context::cause(&ctx).is_some_and(|cause| cause.ptr_eq(slow));
    println!("{} - {is_slow}", err(&ctx));
    let (ctx, cancel) = context::with_deadline_cause(background, time::now(), Some(slow.clone()));
    println!("at once {} - {}", err(&ctx), cause(&ctx));
    cancel.call();
}

fn inherited(background: &Context, slow: &Error) {
    let full = || Some(Error::msg("the disk is full"));
    let (parent, because) = context::with_cancel_cause(background);
    let (child, child_because) = context::with_cancel_cause(&parent);
    println!("before {} {}", cause(&child), err(&child));
    child_because.call(full());
    because.call(Some(slow.clone()));
    println!("{} - {}", cause(&child), cause(&parent));
    let (late, late_because) = context::with_cancel_cause(&parent);
    println!("born late {} - {}", err(&late), cause(&late));
    late_because.call(full());
    println!("too late {}", cause(&late));
}

pub(crate) fn run() {
    go::run(|| {
        let (background, slow) = (context::background(), Error::msg("the database is slow"));
        deadlines(&background, &slow);
        inherited(&background, &slow);

        let hour = Duration::from_secs(3600);
        let (parent, cancel_parent) = context::with_timeout(&background, hour);
        let (child, cancel_child) = context::with_timeout(&parent, 2 * hour);
        let same = parent.deadline() == child.deadline();
        println!("the same deadline {same} {}", child.deadline().is_some());
        let without = context::without_cancel(&child);
        println!("without {} {}", without.deadline().is_some(), without.done().is_nil());
        cancel_child.call();
        println!("only the child {} {}", child.is_done(), err(&parent));

        let (below, cancel_below) = context::with_cancel(&parent);
        let seen = chan::make::<String>(0);
        let tell = seen.clone();
        drop(context::after_func(&parent, move || tell.send(err(&below))));
        cancel_parent.call();
        println!("after {}", seen.recv().unwrap_or_default());
        cancel_below.call();
        let called = chan::make::<&str>(0);
        let tell = called.clone();
        let mut stop = context::after_func(&parent, move || tell.send("at once"));
        println!("{} {}", called.recv().unwrap_or_default(), stop.call());
    });
}
