//! Contexts.

use std::time::Duration;

use fourfold::Error;
use fourfold::go::context::{self, Context, ContextError};
use fourfold::go::{self, chan};

struct Key(&'static str);

fn err(context: &Context) -> String {
    context.err().map_or_else(|| "<nil>".into(), |error: ContextError| error.to_string())
}

fn cause(context: &Context) -> String {
    context::cause(context).map_or_else(|| "<nil>".into(), |error| error.to_string())
}

fn value(context: &Context) -> &'static str {
    context.value::<Key>().map_or("<nil>", |key| key.0)
}

pub(crate) fn run() {
    go::run(|| {
        let background = context::background();
        let (root, cancel) = context::with_cancel(&background);
        let (child, cancel_child) = context::with_cancel(&root);
        let grandchild = context::with_value(&child, Key("value"));
        let (sibling, _cancel_sibling) = context::with_cancel(&root);
        println!("{} {}", err(&root), err(&child));
        cancel_child.call();
        println!("{} {} {} {}", err(&root), err(&child), err(&grandchild), err(&sibling));
        cancel.call();
        cancel.call();
        sibling.done().recv();
        println!("{} {} {}", err(&root), err(&sibling), value(&grandchild));
        let kept = context::without_cancel(&grandchild);
        println!("{} {}", err(&kept), value(&kept));

        let (caused, because) = context::with_cancel_cause(&background);
        let (below, _cancel_below) = context::with_cancel(&caused);
        because.call(Some(Error::msg("the disk is full")));
        because.call(Some(Error::msg("too late")));
        println!("{} {} {}", err(&caused), cause(&caused), cause(&below));

        let (timed, _cancel) = context::with_timeout(&background, Duration::from_millis(1));
        let (longer, _cancel) = context::with_timeout(&timed, Duration::from_secs(3600));
        longer.done().recv();
        println!("{} {} {}", err(&timed), err(&longer), cause(&longer));

        let (watched, cancel_watched) = context::with_cancel(&background);
        let called = chan::make::<&str>(2);
        let (first, second) = (called.clone(), called.clone());
        let mut stop = context::after_func(&watched, move || first.send("called"));
        let mut stopped = context::after_func(&watched, move || second.send("stopped"));
        println!("{} {}", stopped.call(), stopped.call());
        cancel_watched.call();
        println!("{} {}", called.recv().unwrap_or_default(), stop.call());
        let (late, _cancel_late) = context::with_cancel(&watched);
        println!("{}", err(&late));
    });
}
