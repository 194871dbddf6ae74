//! Groups of goroutines of which the first failure counts.

use std::panic::{AssertUnwindSafe, catch_unwind};

use fourfold::go::context::{self, Context};
use fourfold::go::errgroup::{self, Group};
use fourfold::go::{self, chan, go};
use fourfold::{Error, Result};

fn nil(result: &Result<()>) -> String {
    result.as_ref().err().map_or_else(|| "<nil>".into(), ToString::to_string)
}

fn err(context: &Context) -> String {
    context.err().map_or_else(|| "<nil>".into(), |error| error.to_string())
}

fn cause(context: &Context) -> String {
    context::cause(context).map_or_else(|| "<nil>".into(), |error| error.to_string())
}

pub(crate) fn run() {
    go::run(|| {
        let quiet = Group::new();
        println!("nobody {}", nil(&quiet.wait()));
        quiet.go(|| Ok(()));
        println!("no failure {}", nil(&quiet.wait()));

        let group = Group::new();
        let failed = chan::make::<()>(0);
        let told = failed.clone();
        group.go(move || {
            told.recv();
            Err(Error::msg("second"))
        });
        group.go(move || {
            failed.close();
            Err(Error::msg("first"))
        });
        let waited = group.wait();
        println!("{} {}", waited.is_ok(), nil(&group.wait()) == nil(&waited));

        let (group, ctx) = errgroup::with_context(&context::background());
        group.go(|| Err(Error::msg("the disk is full")));
        let child = ctx.clone();
        group.go(move || {
            child.done().recv();
            println!("told {} because {}", err(&child), cause(&child));
            Err(context::CANCELED.into_error())
        });
        println!("{}", nil(&group.wait()));
        println!("{} - {}", err(&ctx), cause(&ctx));

        let (group, ctx) = errgroup::with_context(&context::background());
        group.go(|| Ok(()));
        println!("before {} {} after {}", err(&ctx), nil(&group.wait()), err(&ctx));

        let limited = Group::new();
        limited.set_limit(Some(2));
        let go_on = chan::make::<()>(0);
        let work = || {
            let go_on = go_on.clone();
            move || {
                go_on.recv();
                Ok(())
            }
        };
        let started = [work(), work(), work()].map(|work| limited.try_go(work).to_string());
        println!("started {}", started.join(" "));
        let misuse = catch_unwind(AssertUnwindSafe(|| limited.set_limit(Some(3))));
        let text = misuse.err().and_then(|payload| payload.downcast::<String>().ok());
        println!("{}", text.map_or_else(|| "<nil>".into(), |text| *text));
        let started = chan::make::<()>(0);
        let (group, tell) = (limited.clone(), started.clone());
        drop(go(move || {
            group.go(|| Err(Error::msg("from behind the limit")));
            tell.close();
        }));
        go_on.send(());
        started.recv();
        go_on.close();
        println!("{}", nil(&limited.wait()));
        limited.set_limit(Some(0));
        println!("limit of zero {}", limited.try_go(work()));
        limited.set_limit(None);
        println!("no limit {} {}", limited.try_go(work()), nil(&limited.wait()));
    });
}
