//! Context variables: what CPython 3.13 prints for the same programs.

mod recorder;

use std::rc::Rc;
use std::time::Duration;

use fourfold::Result;
use fourfold::asyncio::{Context, ContextVar, copy_context, create_task, get_running_loop, sleep};
use recorder::{Log, run, step};

static VAR: ContextVar<&'static str> = ContextVar::with_default("var", || "default");
static EMPTY: ContextVar<u32> = ContextVar::new("empty");

async fn sets(value: &'static str) -> Result<(&'static str, &'static str)> {
    let before = VAR.get()?;
    let _ = VAR.set(value);
    step().await?;
    Ok((before, VAR.get()?))
}

fn set(value: &'static str) {
    let _ = VAR.set(value);
}

#[test]
fn py_18_a_task_has_a_copy_and_a_direct_await_shares() {
    run(async {
        set("main");
        assert_eq!(create_task(sets("task")).await?, ("main", "task"));
        assert_eq!(VAR.get()?, "main");
        assert_eq!(sets("direct").await?, ("main", "direct"));
        assert_eq!(VAR.get()?, "direct");

        set("at creation");
        let task = create_task(sets("x"));
        set("after creation");
        assert_eq!(task.await?, ("at creation", "x"));
        assert_eq!(VAR.get()?, "after creation");
        Ok(())
    });
}

#[test]
fn py_18_a_callback_has_a_copy() {
    run(async {
        let (log, event_loop) = (Log::default(), get_running_loop()?);
        set("then");
        let seen = log.clone();
        event_loop.call_soon(move || seen.add(VAR.get().unwrap()));
        let seen = log.clone();
        event_loop.call_later(Duration::ZERO, move || seen.add(VAR.get().unwrap()));
        set("after");
        step().await?;
        step().await?;
        assert_eq!(log.take(), "then, then");

        let seen = log.clone();
        event_loop.call_soon(move || {
            set("callback");
            seen.add(VAR.get().unwrap());
        });
        step().await?;
        assert_eq!((log.take().as_str(), VAR.get()?), ("callback", "after"));
        Ok(())
    });
}

#[test]
fn py_18_a_done_callback_has_the_context_of_its_adding() {
    run(async {
        let (log, event_loop) = (Log::default(), get_running_loop()?);
        let future = event_loop.create_future::<()>();
        set("adding");
        let seen = log.clone();
        future.add_done_callback(move |_| seen.add(VAR.get().unwrap()));
        let given = Rc::new(copy_context());
        given.run(|| set("given"))?;
        let seen = log.clone();
        future.add_done_callback_in(given, move |_| seen.add(VAR.get().unwrap()));
        set("setting");
        future.set_result(())?;
        step().await?;
        assert_eq!(log.take(), "adding, given");
        Ok(())
    });
}

#[test]
fn py_18_a_given_context_is_not_copied() {
    run(async {
        let (log, event_loop) = (Log::default(), get_running_loop()?);
        set("main");
        let given = Rc::new(copy_context());
        given.run(|| set("shared"))?;
        let seen = log.clone();
        event_loop.call_soon_in(given.clone(), move || {
            seen.add(VAR.get().unwrap());
            set("one");
        });
        let seen = log.clone();
        event_loop.call_later_in(given.clone(), Duration::ZERO, move || {
            seen.add(VAR.get().unwrap());
            set("two");
        });
        sleep(Duration::from_millis(1)).await?;
        assert_eq!(log.take(), "shared, one");
        assert_eq!((given.get(&VAR), VAR.get()?), (Some("two"), "main"));
        Ok(())
    });
}

#[test]
fn py_18_a_token_sets_back() {
    run(async {
        set("base");
        let outer = VAR.set("outer");
        let inner = VAR.set("inner");
        VAR.reset(inner)?;
        assert_eq!(VAR.get()?, "outer");
        VAR.reset(outer)?;
        assert_eq!(VAR.get()?, "base");

        assert!(EMPTY.get().is_err());
        assert_eq!(EMPTY.get_or(7), 7);
        let token = EMPTY.set(1);
        EMPTY.reset(token)?;
        assert!(EMPTY.get().is_err(), "reset to no value");
        Ok(())
    });
}

#[test]
fn py_18_a_token_is_of_no_use_in_another_context() {
    run(async {
        let token = VAR.set("mine");
        let elsewhere = create_task(async move { Ok(VAR.reset(token).is_err()) });
        assert!(elsewhere.await?);
        let token = VAR.set("again");
        step().await?;
        VAR.reset(token)?; // the same task, another turn
        assert_eq!(VAR.get()?, "mine");
        let context = copy_context();
        let token = context.run(|| VAR.set("inside"))?;
        assert!(VAR.reset(token).is_err());
        let token = context.run(|| VAR.set("inside"))?;
        context.run(|| VAR.reset(token))??;
        Ok(())
    });
}

#[test]
fn py_18_a_context_is_entered_once_at_a_time() {
    let context = Context::new();
    let nested = context.run(|| context.run(|| ())).unwrap();
    assert!(nested.is_err());
    context.run(|| set("kept")).unwrap();
    assert_eq!(context.get(&VAR), Some("kept"));
    let copy = context.copy();
    copy.run(|| set("changed")).unwrap();
    assert_eq!((context.get(&VAR), copy.get(&VAR)), (Some("kept"), Some("changed")));
    assert_eq!(VAR.get().unwrap(), "default");
}

#[test]
fn py_18_a_panic_leaves_the_context() {
    let context = Context::new();
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        context.run(|| {
            set("inside");
            panic!("out");
        })
    }));
    assert!(caught.is_err());
    assert_eq!(VAR.get().unwrap(), "default");
    assert_eq!(context.run(|| VAR.get().unwrap()).unwrap(), "inside");
}
