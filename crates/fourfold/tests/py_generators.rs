//! Async generators: what CPython 3.13 prints for the same programs.

mod recorder;

use fourfold::asyncio::{
    AsyncGenerator, Loop, StopAsyncIteration, async_generator, create_task, get_running_loop,
};
use fourfold::generator::{GeneratorExit, Yielder};
use fourfold::{Error, Result};
use recorder::{Log, run, step};
use std::rc::Rc;

#[derive(Debug)]
struct ValueError(&'static str);

impl std::fmt::Display for ValueError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for ValueError {}

async fn echo_body(y: &Yielder<String, &'static str>, log: &Log) -> Result<()> {
    let mut got = y.yield_("first".into()).await?.unwrap_or("None");
    loop {
        log.add(format!("got {got}"));
        step().await?;
        match y.yield_(format!("echo {got}")).await {
            Ok(sent) => got = sent.unwrap_or("None"),
            Err(error) if error.is::<ValueError>() => {
                log.add(format!("ValueError {error}"));
                got = "after error";
            }
            Err(error) => return Err(error),
        }
    }
}

fn echo(log: &Log) -> AsyncGenerator<String, &'static str> {
    let log = log.clone();
    async_generator(async move |y: Yielder<String, &'static str>| {
        let ended = echo_body(&y, &log).await;
        if ended.as_ref().is_err_and(|error| error.is::<GeneratorExit>()) {
            log.add("GeneratorExit");
        }
        step().await?;
        log.add("finally");
        ended
    })
}

fn stopped<T>(result: Result<T>) -> bool {
    result.is_err_and(|error| error.is::<StopAsyncIteration>())
}

fn text<T>(result: Result<T>) -> String {
    match result {
        Ok(_) => "no error".into(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn py_21_what_is_sent_and_thrown_arrives_at_the_yield() {
    run(async {
        let log = Log::default();
        let generator = echo(&log);
        assert_eq!(
            text(generator.asend("early").await),
            "can't send non-None value to a just-started async generator"
        );
        assert_eq!(generator.anext().await?, "first");
        assert_eq!(generator.asend("a").await?, "echo a");
        assert_eq!(generator.anext().await?, "echo None");
        assert_eq!(generator.athrow(ValueError("v")).await?, "echo after error");
        assert_eq!(text(generator.athrow(Error::msg("k")).await), "k");
        assert!(stopped(generator.anext().await));
        generator.aclose().await?;
        assert_eq!(log.take(), "got a, got None, ValueError v, got after error, finally");
        Ok(())
    });
}

#[test]
fn py_21_aclose_runs_the_clean_up_with_its_awaits() {
    run(async {
        let log = Log::default();
        let generator = echo(&log);
        generator.aclose().await?;
        assert_eq!(log.take(), "", "nothing ran, so nothing is cleaned up");
        assert!(stopped(generator.anext().await));

        let generator = echo(&log);
        generator.anext().await?;
        generator.aclose().await?;
        generator.aclose().await?;
        assert_eq!(log.take(), "GeneratorExit, finally");
        Ok(())
    });
}

#[test]
fn py_21_a_generator_that_ignores_its_exit_is_an_error() {
    run(async {
        let generator = async_generator(async |y: Yielder<u32>| {
            if y.yield_(1).await.is_err() {
                y.yield_(2).await?;
            }
            Ok(())
        });
        generator.anext().await?;
        assert_eq!(text(generator.aclose().await), "async generator ignored GeneratorExit");
        Ok(())
    });
}

fn numbers() -> AsyncGenerator<u32> {
    async_generator(async |y: Yielder<u32>| {
        for n in 0..3 {
            y.yield_(n).await?;
        }
        Ok(())
    })
}

#[test]
fn py_21_iteration_ends_with_none() {
    run(async {
        let generator = numbers();
        let mut all = Vec::new();
        while let Some(n) = generator.next().await? {
            all.push(n);
        }
        assert_eq!(all, [0, 1, 2]);
        assert_eq!(numbers().next().await?, Some(0));
        Ok(())
    });
}

#[test]
fn py_21_leaving_an_iteration_does_not_close() {
    run(async {
        let log = Log::default();
        let generator = echo(&log);
        generator.next().await?;
        assert_eq!(log.take(), "");
        generator.aclose().await?;
        assert_eq!(log.take(), "GeneratorExit, finally");
        Ok(())
    });
}

#[test]
fn py_21_two_steps_at_once_are_refused() {
    run(async {
        let log = Log::default();
        let generator = echo(&log);
        generator.anext().await?;
        let first = create_task({
            let generator = generator.clone();
            async move { generator.asend("x").await }
        });
        step().await?;
        let refused = " asynchronous generator is already running";
        assert_eq!(text(generator.asend("y").await), format!("anext():{refused}"));
        assert_eq!(text(generator.athrow(ValueError("v")).await), format!("athrow():{refused}"));
        assert_eq!(text(generator.aclose().await), format!("aclose():{refused}"));
        assert_eq!(first.await?, "echo x");
        generator.aclose().await
    });
}

#[test]
fn py_21_a_cancelled_step_is_cancelled_in_the_body() {
    run(async {
        let log = Log::default();
        let generator = echo(&log);
        generator.anext().await?;
        let task = create_task({
            let generator = generator.clone();
            async move { generator.asend("x").await }
        });
        step().await?;
        task.cancel();
        assert!(task.await.unwrap_err().is_cancelled());
        assert_eq!(log.take(), "got x, finally");
        assert!(stopped(generator.anext().await));
        Ok(())
    });
}

#[test]
fn py_21_the_end_of_another_iteration_is_no_end_of_this_one() {
    run(async {
        let generator = async_generator(async |y: Yielder<u32>| {
            y.yield_(1).await?;
            Err(StopAsyncIteration.into())
        });
        generator.anext().await?;
        assert_eq!(text(generator.anext().await), "async generator raised StopAsyncIteration");
        Ok(())
    });
}

fn source(name: &'static str, fail: bool, log: &Log) -> AsyncGenerator<u32> {
    let log = log.clone();
    async_generator(async move |y: Yielder<u32>| {
        let body = async {
            y.yield_(1).await?;
            y.yield_(2).await?;
            Ok(())
        };
        let ended = body.await;
        step().await?;
        log.add(format!("{name} closed"));
        if fail { Err(ValueError(name).into()) } else { ended }
    })
}

#[test]
fn py_21_a_dropped_generator_is_closed_by_a_task() {
    run(async {
        let log = Log::default();
        let finished = source("finished", false, &log);
        while finished.next().await?.is_some() {}
        assert_eq!(log.take(), "finished closed");
        let generator = source("dropped", false, &log);
        generator.anext().await?;
        drop(generator);
        assert_eq!(log.take(), "");
        for _ in 0..3 {
            step().await?;
        }
        assert_eq!(log.take(), "dropped closed");
        Ok(())
    });
}

#[test]
fn py_21_shutdown_asyncgens_closes_those_that_are_left() {
    run(async {
        let log = Log::default();
        let event_loop = get_running_loop()?;
        let reports = log.clone();
        event_loop.set_exception_handler(Some(Rc::new(move |context| {
            reports.add(format!("report {}", context.exception.as_ref().unwrap()));
        })));
        let kept = source("kept", false, &log);
        kept.anext().await?;
        let failing = source("failing", true, &log);
        failing.anext().await?;
        let _never = source("never started", false, &log);
        event_loop.shutdown_asyncgens().await?;
        assert_eq!(log.take(), "kept closed, failing closed, report failing");
        assert!(stopped(kept.anext().await));
        Ok(())
    });
}

#[test]
fn py_21_a_generator_that_outlives_its_loop_is_dropped() {
    let log = Log::default();
    let event_loop = Loop::with_virtual_time().unwrap();
    let generator = source("outlives", false, &log);
    let inside = generator.clone();
    event_loop.run_until_complete(async move { inside.anext().await }).unwrap();
    event_loop.close().unwrap();
    drop(generator);
    assert_eq!(log.take(), "");
}

#[test]
fn py_21_a_step_that_is_dropped_can_be_gone_on_with() {
    run(async {
        let log = Log::default();
        let generator = echo(&log);
        generator.anext().await?;
        let mut given_up = Box::pin({
            let generator = generator.clone();
            async move { generator.asend("x").await }
        });
        assert!(recorder::poll_once(&mut given_up).await.is_none());
        drop(given_up);
        assert_eq!(generator.anext().await?, "echo x");
        let mut given_up = Box::pin({
            let generator = generator.clone();
            async move { generator.asend("y").await }
        });
        assert!(recorder::poll_once(&mut given_up).await.is_none());
        drop(given_up);
        log.take();
        generator.aclose().await?;
        assert_eq!(log.take(), "GeneratorExit, finally");
        Ok(())
    });
}
