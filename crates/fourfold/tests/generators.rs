//! Generators: Python's behaviour, and simple event loops driven by hand.

mod recorder;

use std::cell::Cell;
use std::collections::BinaryHeap;
use std::fmt;
use std::rc::Rc;

use fourfold::generator::{Generator, GeneratorExit, StopIteration, Yielder, generator};
use fourfold::{Error, Result};
use recorder::Log;

fn lines(log: &Log) -> String {
    log.take().replace(", ", "\n")
}

/// One and two, then the end.
#[test]
fn x_04_next_gives_the_values_and_then_stop_iteration() {
    let mut test = generator(async |y: Yielder<u32>| {
        y.yield_(1).await?;
        y.yield_(2).await?;
        Ok(())
    });
    assert_eq!(test.next().unwrap(), 1);
    assert_eq!(test.next().unwrap(), 2);
    assert!(test.next().unwrap_err().is::<StopIteration>());
    assert!(test.next().unwrap_err().is::<StopIteration>());
}

#[test]
fn x_04_send_and_throw_arrive_at_the_yield() {
    let log = Log::default();
    let inside = log.clone();
    let mut test = generator(async move |y: Yielder<u32, &'static str>| {
        let sent = y.yield_(1).await?;
        inside.add(sent.unwrap());
        y.yield_(2).await?;
        y.yield_(3).await?;
        Ok(())
    });
    assert_eq!(
        test.send("early").unwrap_err().to_string(),
        "can't send non-None value to a just-started generator"
    );
    assert_eq!(test.next().unwrap(), 1);
    assert_eq!(test.send("abc").unwrap(), 2);
    assert_eq!(log.take(), "abc");
    assert_eq!(test.throw(Error::msg("thrown")).unwrap_err().to_string(), "thrown");
    assert!(test.finished());
    assert_eq!(test.throw(Error::msg("again")).unwrap_err().to_string(), "again");
}

#[test]
fn x_04_a_thrown_error_can_be_caught() {
    let mut test = generator(async |y: Yielder<&'static str>| {
        while let Err(error) = y.yield_("waiting").await {
            if error.is::<GeneratorExit>() {
                return Err(error);
            }
        }
        Ok("returned")
    });
    assert_eq!(test.next().unwrap(), "waiting");
    assert_eq!(test.throw(Error::msg("caught")).unwrap(), "waiting");
    assert_eq!(test.close().unwrap(), None);
}

#[test]
fn x_04_the_returned_value_comes_with_the_end() {
    let mut test = generator(async |y: Yielder<u32>| {
        y.yield_(1).await?;
        Ok("abc")
    });
    assert_eq!(test.next().unwrap(), 1);
    assert!(test.next().unwrap_err().is::<StopIteration>());
    assert_eq!(test.take_value(), Some("abc"));
}

#[test]
fn x_04_yield_from_passes_through() {
    let log = Log::default();
    let inside = log.clone();
    let mut outer = generator(async move |y: Yielder<u32, &'static str>| {
        y.yield_(1).await?;
        let its = inside.clone();
        let inner = generator(async move |y: Yielder<u32, &'static str>| {
            its.add(format!("inner {}", y.yield_(2).await?.unwrap()));
            Ok(3)
        });
        inside.add(format!("outer {}", y.yield_from(inner).await?));
        y.yield_(4).await?;
        Ok(())
    });
    log.add(outer.next().unwrap().to_string());
    log.add(outer.next().unwrap().to_string());
    let last = outer.send("abc").unwrap();
    log.add(last.to_string());
    assert_eq!(log.take(), "1, 2, inner abc, outer 3, 4");
}

#[test]
fn x_04_yield_from_throws_and_closes_through() {
    let log = Log::default();
    let make = |log: Log| {
        generator(async move |y: Yielder<u32>| {
            let its = log.clone();
            let mut inner = generator(async move |y: Yielder<u32>| {
                loop {
                    let Err(error) = y.yield_(1).await else { continue };
                    its.add(format!("inner: {error}"));
                    if error.is::<GeneratorExit>() {
                        return Err::<(), _>(error);
                    }
                }
            });
            let ended = y.yield_from(&mut inner).await;
            log.add(format!("outer: {}", ended.as_ref().unwrap_err()));
            ended
        })
    };
    let mut outer = make(log.clone());
    outer.next().unwrap();
    assert_eq!(outer.throw(Error::msg("x")).unwrap(), 1);
    drop(outer);
    let closed = "the generator is being closed";
    assert_eq!(log.take(), format!("inner: x, inner: {closed}, outer: {closed}"));
}

#[test]
fn x_04_close_ends_a_generator() {
    let mut never_started = generator(async |y: Yielder<u32>| y.yield_(1).await.map(drop));
    assert_eq!(never_started.close().unwrap(), None);
    assert!(never_started.next().unwrap_err().is::<StopIteration>());

    let mut ignores = generator(async |y: Yielder<u32>| {
        let _ = y.yield_(1).await;
        let _ = y.yield_(2).await;
        Ok(())
    });
    ignores.next().unwrap();
    assert_eq!(ignores.close().unwrap_err().to_string(), "generator ignored GeneratorExit");

    let mut returns = generator(async |y: Yielder<u32>| {
        let _ = y.yield_(1).await;
        Ok("value")
    });
    returns.next().unwrap();
    assert_eq!(returns.close().unwrap(), Some("value"));

    let mut fails = generator(async |y: Yielder<u32>| {
        let _ = y.yield_(1).await;
        Err::<(), _>(Error::msg("in the clean-up"))
    });
    fails.next().unwrap();
    assert_eq!(fails.close().unwrap_err().to_string(), "in the clean-up");
}

#[test]
fn x_04_an_escaping_stop_iteration_is_an_error_of_its_own() {
    let mut test = generator(async |y: Yielder<u32>| {
        let mut inner = generator(async |y: Yielder<u32>| y.yield_(1).await.map(drop));
        y.yield_(inner.next()?).await?;
        inner.next().map(drop)
    });
    assert_eq!(test.next().unwrap(), 1);
    let error = test.next().unwrap_err();
    assert_eq!(error.to_string(), "generator raised StopIteration");
    assert!(error.cause().unwrap().is::<StopIteration>());
}

#[test]
fn x_04_awaiting_something_else_says_so() {
    let mut test = generator(async |_: Yielder<u32>| {
        std::future::pending::<()>().await;
        Ok(())
    });
    let error = test.next().unwrap_err();
    assert!(error.to_string().contains("awaited something else than its yielder"), "{error}");
    assert!(test.finished());
}

#[test]
fn x_04_a_panic_in_the_body_is_the_callers() {
    let mut test = generator(async |_: Yielder<u32>| -> Result<()> { panic!("in the body") });
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| test.next().map(drop)));
    assert!(caught.is_err());
    assert!(test.next().unwrap_err().is::<StopIteration>());
}

fn foo(log: &Log) -> Generator<u32, &'static str> {
    let log = log.clone();
    generator(async move |y: Yielder<u32, &'static str>| {
        log.add("foo start");
        let a = y.yield_(1).await?;
        log.add(format!("foo a {}", a.unwrap_or("None")));
        y.yield_(2).await?;
        y.yield_(3).await?;
        log.add("foo end");
        Ok(())
    })
}

#[test]
fn x_04_golden_g3() {
    let log = Log::default();
    let mut gen_ = foo(&log);
    let next = |value: Result<u32>| log.add(value.unwrap().to_string());
    next(gen_.next());
    next(gen_.send("a"));
    next(gen_.next());
    next(foo(&log).next());
    next(foo(&log).next());
    let all: Vec<u32> = foo(&log).into_iter().collect::<Result<_>>().unwrap();
    assert_eq!(all, [1, 2, 3]);
    let expected = "foo start, 1, foo a a, 2, 3, foo start, 1, foo start, 1, foo start, foo a None, \
                    foo end";
    assert_eq!(log.take(), expected);
}

/// An operation that is done as soon as somebody waits for it.
struct SomeIo {
    count: Rc<Cell<u32>>,
}

impl SomeIo {
    fn wait(self) -> String {
        self.count.set(self.count.get() + 1);
        format!("some io {}", self.count.get())
    }
}

type Io = Yielder<SomeIo, String>;
type IoTask = Generator<SomeIo, String>;

#[derive(Clone)]
struct Program {
    log: Log,
    count: Rc<Cell<u32>>,
}

struct List(Vec<String>);

impl fmt::Display for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted: Vec<String> = self.0.iter().map(|item| format!("'{item}'")).collect();
        write!(f, "[{}]", quoted.join(", "))
    }
}

impl Program {
    fn io(&self) -> SomeIo {
        SomeIo { count: self.count.clone() }
    }

    fn inner(&self, wid: u32) -> Generator<SomeIo, String, Vec<String>> {
        let this = self.clone();
        generator(async move |y: Io| {
            this.log.add(format!("start inner {wid}"));
            let first = y.yield_(this.io()).await?.unwrap();
            this.log.add(format!("middle inner {wid}: {first}"));
            let second = y.yield_(this.io()).await?.unwrap();
            this.log.add(format!("end inner {wid}: {second}"));
            Ok(vec![first, second])
        })
    }

    fn outer(&self, wid: u32) -> IoTask {
        let this = self.clone();
        generator(async move |y: Io| {
            this.log.add(format!("start outer_async {wid}"));
            let result = y.yield_from(this.inner(wid)).await?;
            this.log.add(format!("end outer_async {wid} : {}", List(result)));
            Ok(())
        })
    }

    fn another_outer(&self, wid: u32) -> IoTask {
        let this = self.clone();
        generator(async move |y: Io| {
            this.log.add(format!("start another outer_async {wid}"));
            let mut result = y.yield_from(this.inner(wid)).await?;
            this.log.add(format!("middle another outer_async {wid} : {}", List(result.clone())));
            result.extend(y.yield_from(this.inner(wid)).await?);
            this.log.add(format!("end another outer_async {wid} : {}", List(result)));
            Ok(())
        })
    }

    fn event_loop(&self, mut tasks: Vec<IoTask>) -> Result<()> {
        let mut waiting: Vec<Option<SomeIo>> =
            tasks.iter_mut().map(|task| task.next().map(Some)).collect::<Result<_>>()?;
        while waiting.iter().any(Option::is_some) {
            self.log.add("----- event loop iteration ------");
            for (task, io) in tasks.iter_mut().zip(&mut waiting) {
                let Some(ready) = io.take() else { continue };
                *io = match task.send(ready.wait()) {
                    Ok(next) => Some(next),
                    Err(end) if end.is::<StopIteration>() => None,
                    Err(error) => return Err(error),
                };
            }
        }
        Ok(())
    }
}

#[test]
fn x_04_golden_g1() {
    let program = Program { log: Log::default(), count: Rc::default() };
    program.event_loop(vec![program.outer(1), program.another_outer(2)]).unwrap();
    let expected = "\
start outer_async 1
start inner 1
start another outer_async 2
start inner 2
----- event loop iteration ------
middle inner 1: some io 1
middle inner 2: some io 2
----- event loop iteration ------
end inner 1: some io 3
end outer_async 1 : ['some io 1', 'some io 3']
end inner 2: some io 4
middle another outer_async 2 : ['some io 2', 'some io 4']
start inner 2
----- event loop iteration ------
middle inner 2: some io 5
----- event loop iteration ------
end inner 2: some io 6
end another outer_async 2 : ['some io 2', 'some io 4', 'some io 5', 'some io 6']";
    // The log joins with ", ", which the lists contain as well.
    assert_eq!(program.log.take(), expected.replace('\n', ", "));
}

/// A coroutine driven by hand: one step at each `next`.
#[test]
fn x_04_a_coroutine_is_stepped_by_hand() {
    let log = Log::default();
    let inside = log.clone();
    let mut coroutine = generator(async move |y: Yielder<()>| {
        inside.add("Step 1");
        y.yield_(()).await?;
        inside.add("Step 2");
        Ok(())
    });
    assert_eq!(format!("{coroutine:?}"), "<generator not started>");
    coroutine.next().unwrap();
    assert_eq!(log.take(), "Step 1");
    assert_eq!(format!("{coroutine:?}"), "<generator suspended>");
    assert!(coroutine.next().unwrap_err().is::<StopIteration>());
    assert_eq!(log.take(), "Step 2");
}

/// What a sleeping coroutine yields to its loop: itself, as it were.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct AsyncSleep {
    until: u32,
}

impl AsyncSleep {
    async fn wait(self, y: &Yielder<AsyncSleep, u32>) -> Result<u32> {
        Ok(y.yield_(self).await?.expect("the loop sends the time"))
    }
}

/// Five sleepers of five steps each, on a loop of thirty lines: 25 lines, and the time of one.
#[test]
fn x_04_five_sleepers_take_the_time_of_one() {
    let log = Log::default();
    let sleeper = |name: usize| {
        let log = log.clone();
        generator(async move |y: Yielder<AsyncSleep, u32>| {
            let mut now = 0;
            for step in 1..=5 {
                now = AsyncSleep { until: now + 100 }.wait(&y).await?;
                log.add(format!("{now} ms: sleeper {name} step {step}"));
            }
            Ok(())
        })
    };
    let mut coroutines: Vec<Generator<AsyncSleep, u32>> = (0..5).map(sleeper).collect();
    let mut asleep = BinaryHeap::new();
    for (index, coroutine) in coroutines.iter_mut().enumerate() {
        asleep.push(std::cmp::Reverse((coroutine.next().unwrap(), index)));
    }
    let mut now = 0;
    while let Some(std::cmp::Reverse((sleep, index))) = asleep.pop() {
        now = now.max(sleep.until);
        match coroutines[index].send(now) {
            Ok(next) => asleep.push(std::cmp::Reverse((next, index))),
            Err(end) => assert!(end.is::<StopIteration>()),
        }
    }
    let printed = lines(&log);
    assert_eq!(printed.lines().count(), 25);
    assert_eq!(printed.lines().next(), Some("100 ms: sleeper 0 step 1"));
    assert_eq!(printed.lines().last(), Some("500 ms: sleeper 4 step 5"));
    assert_eq!(now, 500);
}
