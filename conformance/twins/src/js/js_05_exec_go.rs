use std::time::{Duration, Instant};

use fourfold::Result;
use fourfold::js::{self, Promise, State, async_fn};

use super::show::{main, null};

// Two started at once: sleep, exec and go, as tutorials have them.

fn sleep(ms: u32) -> Promise<()> {
    Promise::new(|settle| {
        println!("sleep start");
        js::set_timeout(
            move || {
                println!("sleep end");
                settle.resolve(());
            },
            ms,
        );
        Ok(())
    })
}

fn state(promise: &Promise<()>) -> &'static str {
    match promise.state() {
        State::Pending => "pending",
        State::Fulfilled => "fulfilled",
        State::Rejected => "rejected",
    }
}

async fn exec() -> Result<()> {
    let begin = Instant::now();
    println!("start");
    let first = sleep(150);
    println!("-------1");
    let second = sleep(150);
    println!("{} {}", state(&first), state(&second));
    (&first).await?;
    println!("-------2");
    (&second).await?;
    null().await?;
    println!("{} {}", state(&first), state(&second));
    let took = begin.elapsed();
    let at_once = took >= Duration::from_millis(148) && took < Duration::from_millis(300);
    println!("end, at once: {at_once}");
    Ok(())
}

fn go() {
    async_fn(exec());
}

pub(crate) fn run() {
    main(async {
        go();
        println!("go has returned");
        Ok(())
    });
}
