//! js-14: `AsyncLocalStorage`. What each place sees is what it sees in Node 26.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use fourfold::js::{
    self, AbortController, AbortSignal, AsyncGenerator, AsyncLocalStorage, AsyncYielder, Event,
    EventEmitter, Promise, Thenable, Yielder, async_fn, async_generator, events, for_each,
    generator, process, promisify, snapshot,
};
use fourfold::{Error, Result};

/// A storage, and what was seen in it.
#[derive(Clone)]
struct Seen {
    storage: AsyncLocalStorage<&'static str>,
    log: Rc<RefCell<Vec<String>>>,
}

impl Seen {
    fn new() -> Seen {
        Seen { storage: AsyncLocalStorage::new(), log: Rc::default() }
    }

    fn run<R>(&self, store: &'static str, f: impl FnOnce() -> R) -> R {
        self.storage.run(store, f)
    }

    /// Notes the value at the place of this name.
    fn note(&self, place: &str) {
        let store = self.storage.get_store().unwrap_or("-");
        self.log.borrow_mut().push(format!("{place} {store}"));
    }

    /// A function that does so.
    fn noting(&self, place: &'static str) -> impl Fn() + use<> {
        let seen = self.clone();
        move || seen.note(place)
    }

    fn take(&self) -> Vec<String> {
        self.log.take()
    }
}

/// Runs `main` with a storage on a loop whose time is virtual; gives what was seen.
fn see<F: Future<Output = Result<()>> + 'static>(main: impl FnOnce(Seen) -> F) -> Vec<String> {
    let seen = Seen::new();
    js::Builder::new().virtual_time().run(main(seen.clone())).expect("it ends");
    seen.take()
}

#[test]
fn js_14_run_and_exit_nest_and_give_back_what_was() {
    let seen = Seen::new();
    seen.note("before");
    seen.run("one", || {
        seen.note("one");
        seen.run("two", || seen.note("two"));
        seen.note("one");
        seen.storage.exit(|| seen.note("exit"));
        seen.note("one");
    });
    seen.note("behind");
    let places = ["before -", "one one", "two two", "one one", "exit -", "one one", "behind -"];
    assert_eq!(seen.take(), places);
    let panicking = || seen.run("panic", || panic!("out"));
    assert!(catch_unwind(AssertUnwindSafe(panicking)).is_err());
    seen.note("restored");
    assert_eq!(seen.take(), ["restored -"]);
}

#[test]
fn js_14_it_follows_all_that_is_begun() {
    let places = see(async |seen: Seen| {
        seen.run("in", || {
            js::set_timeout(seen.noting("timeout"), 1);
            js::set_immediate(seen.noting("immediate"));
            js::next_tick(seen.noting("tick"));
            js::queue_microtask(seen.noting("microtask"));
            let then = seen.noting("then");
            Promise::resolve(()).then(move |()| {
                then();
                Ok(())
            });
            let (interval, count) = (seen.noting("interval"), std::cell::Cell::new(0));
            let timer: Rc<RefCell<Option<js::Timeout>>> = Rc::default();
            let ended = timer.clone();
            let calls = move || {
                interval();
                count.set(count.get() + 1);
                if count.get() == 2 {
                    ended.borrow().as_ref().unwrap().close();
                }
            };
            *timer.borrow_mut() = Some(js::set_interval(calls, 2));
            let works = seen.noting("work");
            js::queue_work(|| Ok(()), move |_| works());
        });
        seen.note("main");
        Ok(())
    });
    assert_eq!(places[..2], ["main -", "tick in"]);
    let mut rest = places[2..].to_vec();
    // Only the threads decide when the work is done.
    let work = rest.iter().position(|place| place == "work in").expect("it was done");
    rest.remove(work);
    let order = ["microtask in", "then in", "immediate in", "timeout in", "interval in"];
    assert_eq!(rest, [&order[..], &["interval in"]].concat());
}

#[test]
fn js_14_a_reaction_sees_what_was_there_when_it_was_made() {
    let places = see(async |seen: Seen| {
        let (promise, resolvers) = Promise::<()>::with_resolvers();
        let then = seen.noting("then");
        seen.run("reacting", || {
            promise.then(move |()| {
                then();
                Ok(())
            })
        });
        seen.run("resolving", || resolvers.resolve(()));
        js::set_timeout_promise(1).await?;
        let (finally, catch) = (seen.noting("finally"), seen.noting("catch"));
        seen.run("in", || {
            Promise::<()>::reject(Error::msg("x"))
                .finally(move || {
                    finally();
                    Ok(())
                })
                .catch(move |_| {
                    catch();
                    Ok(())
                })
        });
        js::set_timeout_promise(1).await?;
        let (executor, thenable) = (seen.noting("executor"), seen.noting("thenable"));
        seen.run("thenables", || {
            Promise::<()>::new(|settle| {
                executor();
                settle.resolve(Thenable::new(move |settle| {
                    thenable();
                    settle.resolve(());
                    Ok(())
                }));
                Ok(())
            })
        });
        let in_async = seen.noting("returned thenable");
        seen.run("async", || -> Promise<()> {
            async_fn(async move {
                Ok(Thenable::new(move |settle| {
                    in_async();
                    settle.resolve(());
                    Ok(())
                }))
            })
        });
        js::set_timeout_promise(1).await
    });
    let order = [
        "then reacting",
        "finally in",
        "catch in",
        "executor thenables",
        "thenable thenables",
        "returned thenable async",
    ];
    assert_eq!(places, order);
}

#[test]
fn js_14_an_async_function_keeps_its_own_and_its_first_step_is_its_callers() {
    let places = see(async |seen: Seen| {
        let inner = seen.clone();
        let enters = async move {
            inner.storage.enter_with("in");
            inner.note("a");
            Promise::resolve(()).await?;
            inner.note("b");
            inner.storage.enter_with("later");
            Promise::resolve(()).await?;
            inner.note("c");
            Ok(())
        };
        let outer = seen.clone();
        let calls = async move {
            let called = async_fn(enters);
            outer.note("called");
            called.await?;
            outer.note("awaited");
            Ok(())
        };
        seen.run("outer", || -> Promise<()> { async_fn(calls) }).await?;
        seen.note("outside");
        let inner = seen.clone();
        let enters = async move {
            Promise::resolve(()).await?;
            inner.storage.enter_with("deep");
            Ok(())
        };
        let outer = seen.clone();
        let calls = async move {
            let called: Promise<()> = async_fn(enters);
            called.await?;
            outer.note("not deep");
            Ok(())
        };
        seen.run("outer", || -> Promise<()> { async_fn(calls) }).await
    });
    let order = ["a in", "called in", "b in", "c later", "awaited in", "outside -"];
    assert_eq!(places, [&order[..], &["not deep outer"]].concat());
}

#[test]
fn js_14_what_a_callback_enters_ends_with_it() {
    let places = see(async |seen: Seen| {
        let (first, tick) = (seen.clone(), seen.noting("tick"));
        js::set_timeout(
            move || {
                first.storage.enter_with("first");
                js::next_tick(tick);
            },
            1,
        );
        js::set_timeout(seen.noting("second timer"), 1);
        let first = seen.clone();
        js::queue_microtask(move || first.storage.enter_with("microtask"));
        js::queue_microtask(seen.noting("second microtask"));
        Ok(())
    });
    assert_eq!(places, ["second microtask -", "tick first", "second timer -"]);
}

#[test]
fn js_14_listeners_see_what_is_there_where_they_are_told() {
    const X: Event<()> = Event::new("x");
    let places = see(async |seen: Seen| {
        let emitter = EventEmitter::new();
        let listener = seen.noting("emitter");
        seen.run("listening", || emitter.on(&X, move |()| listener()));
        seen.run("emitting", || emitter.emit(&X, ()))?;
        let then = seen.noting("once");
        let once = seen.run("waiting", || {
            events::once(&emitter, &X).then(move |()| {
                then();
                Ok(())
            })
        });
        seen.run("again", || emitter.emit(&X, ()))?;
        let once: Promise<()> = once;
        once.await?;
        let controller = AbortController::new();
        let aborted = seen.noting("abort");
        seen.run("listening", || {
            controller.signal().add_event_listener(move |_| aborted());
        });
        seen.run("aborting", || controller.abort());
        let signal = seen.run("timing", || AbortSignal::timeout(1));
        let timed_out = seen.noting("timeout");
        seen.run("listening", || signal.add_event_listener(move |_| timed_out()));
        js::set_timeout_promise(2).await
    });
    let order = ["emitter emitting", "emitter again", "once waiting", "abort aborting"];
    assert_eq!(places, [&order[..], &["timeout timing"]].concat());
}

#[test]
fn js_14_a_generator_runs_in_the_frame_of_who_resumes_it() {
    let seen = Seen::new();
    let inner = seen.clone();
    let steps = generator(async move |y: Yielder<()>| {
        inner.note("first");
        y.yield_(()).await?;
        inner.note("second");
        inner.storage.enter_with("entered");
        y.yield_(()).await?;
        inner.note("third");
        Ok(())
    });
    seen.run("1", || steps.next(()).unwrap());
    seen.run("2", || {
        steps.next(()).unwrap();
        seen.note("behind");
    });
    seen.run("3", || steps.next(()).unwrap());
    assert_eq!(seen.take(), ["first 1", "second 2", "behind entered", "third 3"]);
}

/// Notes what it sees at each of its steps.
fn stepping(seen: &Seen) -> AsyncGenerator<i32> {
    let seen = seen.clone();
    async_generator(async move |y: AsyncYielder<i32>| {
        seen.note("begin");
        y.yield_(1).await?;
        seen.note("resumed");
        Promise::resolve(()).await?;
        seen.note("awaited");
        y.yield_(2).await?;
        seen.note("again");
        y.yield_(3).await?;
        seen.note("end");
        Ok(())
    })
}

#[test]
fn js_14_an_async_generator_too_and_its_awaits_keep_that() {
    let places = see(async |seen: Seen| {
        let steps = stepping(&seen);
        for frame in ["1", "2", "3", "4"] {
            seen.run(frame, || steps.next(())).await?;
        }
        Ok(())
    });
    assert_eq!(places, ["begin 1", "resumed 2", "awaited 2", "again 3", "end 4"]);

    // Where requests wait it goes on by itself, and sees what it saw.
    let places = see(async |seen: Seen| {
        let steps = stepping(&seen);
        let requests = ["1", "2", "3"].map(|frame| seen.run(frame, || steps.next(())));
        for request in requests {
            request.await?;
        }
        Ok(())
    });
    assert_eq!(places, ["begin 1", "resumed 1", "awaited 1", "again 1"]);
}

#[test]
fn js_14_what_an_async_generator_enters_its_resumer_sees() {
    let places = see(async |seen: Seen| {
        let inner = seen.clone();
        let entering = async_generator(async move |y: AsyncYielder<i32>| {
            inner.storage.enter_with("entered");
            y.yield_(1).await?;
            inner.note("inside");
            inner.storage.enter_with("again");
            y.yield_(2).await
        });
        let outer = seen.clone();
        let calls = async move {
            let next = entering.next(());
            outer.note("behind");
            next.await?;
            outer.note("awaited");
            let next = entering.next(());
            outer.note("behind again");
            next.await?;
            Ok(())
        };
        seen.run("outer", || -> Promise<()> { async_fn(calls) }).await?;
        let inner = seen.clone();
        let looping = async move {
            let body = inner.noting("body");
            for_each(stepping(&inner), async |_| {
                body();
                Ok(())
            })
            .await
        };
        seen.run("loop", || -> Promise<()> { async_fn(looping) }).await
    });
    let entered = ["behind entered", "awaited entered", "inside entered", "behind again again"];
    let looped = ["begin", "body", "resumed", "awaited", "body", "again", "body", "end"];
    let looped = looped.map(|place| format!("{place} loop"));
    assert_eq!(places[..4], entered);
    assert_eq!(places[4..], looped);
}

#[test]
fn js_14_a_snapshot_is_entered_elsewhere() {
    let places = see(async |seen: Seen| {
        let taken = seen.run("taken", snapshot);
        seen.run("other", || {
            taken.run(|| seen.note("snapshot"));
            seen.note("other");
        });
        seen.run("in", || {
            seen.storage.exit(|| js::set_timeout(seen.noting("timer of exit"), 1));
            seen.note("behind exit");
        });
        js::set_timeout_promise(2).await?;
        let seconds: AsyncLocalStorage<u8> = AsyncLocalStorage::new();
        seen.run("first", || {
            let (storage, both) = (seconds.clone(), seen.noting("both"));
            seconds.run(2, || {
                js::set_timeout(
                    move || {
                        assert_eq!(storage.get_store(), Some(2));
                        both();
                    },
                    1,
                )
            });
            assert_eq!(seconds.get_store(), None);
        });
        js::set_timeout_promise(2).await?;
        let calls_back = promisify(|(), done| {
            js::set_timeout(move || done(Ok(())), 1);
        });
        let then = seen.noting("promisified");
        seen.run("in", || {
            calls_back(()).then(move |()| {
                then();
                Ok(())
            })
        });
        js::set_timeout_promise(2).await
    });
    let order = ["snapshot taken", "other other", "behind exit in", "timer of exit -"];
    assert_eq!(places, [&order[..], &["both first", "promisified in"]].concat());
}

#[test]
fn js_14_disabling_takes_the_value_away() {
    let seen = Seen::new();
    seen.run("in", || {
        seen.storage.disable();
        seen.note("disabled");
        seen.run("again", || seen.note("again"));
    });
    seen.note("behind");
    assert_eq!(seen.take(), ["disabled -", "again again", "behind -"]);
}

#[test]
fn js_14_who_hears_of_a_failure_sees_where_it_came_from() {
    let places = see(async |seen: Seen| {
        let (unhandled, uncaught) = (seen.noting("unhandled"), seen.noting("uncaught"));
        process::on_unhandled_rejection(move |_| unhandled());
        process::on_uncaught_exception(move |_, _| uncaught());
        seen.run("rejecting", || Promise::<()>::reject(Error::msg("x")));
        js::set_timeout_promise(1).await?;
        seen.run("timer", || js::set_timeout(|| Err::<(), _>(Error::msg("x")), 1));
        js::set_timeout_promise(2).await?;
        seen.run("microtask", || js::queue_microtask(|| Err::<(), _>(Error::msg("x"))));
        js::set_timeout_promise(1).await?;
        seen.run("tick", || js::next_tick(|| Err::<(), _>(Error::msg("x"))));
        js::set_timeout_promise(1).await?;
        seen.run("immediate", || js::set_immediate(|| Err::<(), _>(Error::msg("x"))));
        js::set_timeout_promise(1).await
    });
    let order = ["unhandled rejecting", "uncaught timer", "uncaught microtask", "uncaught tick"];
    assert_eq!(places, [&order[..], &["uncaught immediate"]].concat());
}
