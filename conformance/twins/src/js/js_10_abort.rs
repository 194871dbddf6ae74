use fourfold::js::{self, AbortController, AbortSignal, Promise, TimerOptions, process, scheduler};
use fourfold::{Error, Result};

use super::node::{error, program, reason, show_code, value};

async fn failure(name: &str, promise: Promise<()>) {
    match promise.await {
        Ok(()) => println!("{name} never"),
        Err(e) => {
            let cause = e.cause().map_or("undefined".into(), reason);
            println!("{name}: {}, cause {cause}", show_code(&e));
        }
    }
}

fn with(signal: &AbortSignal) -> TimerOptions {
    TimerOptions::new().signal(signal)
}

fn timeout(ms: u32, signal: &AbortSignal) -> Promise<()> {
    js::set_timeout_promise_with_options(ms, (), with(signal))
}

fn abort_later(reason: Option<Error>) -> AbortSignal {
    let controller = AbortController::new();
    let signal = controller.signal();
    js::set_timeout(
        move || match reason {
            Some(reason) => controller.abort_with(reason),
            None => controller.abort(),
        },
        1,
    );
    signal
}

async fn order() -> Result<()> {
    let controller = AbortController::new();
    let signal = controller.signal();
    signal.add_event_listener(|_| println!("listener before"));
    let waiting = timeout(1_000_000, &signal).catch(|_| {
        println!("the promise");
        Ok(())
    });
    signal.add_event_listener(|_| println!("listener after"));
    controller.abort();
    println!("abort has returned");
    waiting.await
}

pub(crate) fn run() {
    program(async {
        let aborted = AbortSignal::abort();
        failure("setTimeout, aborted already", timeout(1000, &aborted)).await;
        let immediate = js::set_immediate_promise_with_options((), with(&aborted));
        failure("setImmediate, aborted already", immediate).await;
        let with_error = AbortSignal::abort_with(error("my reason"));
        failure("with a reason", timeout(1000, &with_error)).await;
        let with_string = AbortSignal::abort_with(value("my reason"));
        failure("with a string", timeout(1000, &with_string)).await;

        let later = timeout(1_000_000, &abort_later(None));
        failure("setTimeout, aborted later", later).await;
        let later = scheduler::wait(1_000_000, with(&abort_later(Some(error("my reason")))));
        failure("scheduler.wait, aborted later", later).await;
        let controller = AbortController::new();
        let immediate = js::set_immediate_promise_with_options((), with(&controller.signal()));
        controller.abort();
        failure("setImmediate, aborted later", immediate).await;

        let late = AbortController::new();
        let in_time = js::set_timeout_promise_with_options(1, "value", with(&late.signal()));
        println!("in time: {}", in_time.await?);
        late.abort();

        order().await?;

        failure("a limit of 5 ms", timeout(1_000_000, &AbortSignal::timeout(5))).await;
        process::on_exit(|code| println!("exit {code}"));
        Ok(())
    });
}
