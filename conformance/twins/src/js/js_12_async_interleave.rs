use std::cell::RefCell;
use std::ops::ControlFlow;
use std::rc::Rc;

use fourfold::Result;
use fourfold::js::{
    AsyncGenerator, AsyncIterator, AsyncYielder, Promise, async_fn, async_generator, each_of,
    for_await, for_each,
};

use super::node::program;

type Steps = Rc<RefCell<Vec<String>>>;

fn push(steps: &Steps, step: impl Into<String>) {
    steps.borrow_mut().push(step.into());
}

fn worker(steps: &Steps, count: u32) -> Promise<()> {
    let steps = steps.clone();
    async_fn(async move {
        for i in 1..=count {
            push(&steps, format!("W{i}"));
            Promise::resolve(()).await?;
        }
        Ok(())
    })
}

async fn section(title: &str, run: impl FnOnce(&Steps) -> Vec<Promise<()>>) -> Result<()> {
    let steps = Steps::default();
    Promise::all(run(&steps)).await?;
    println!("{title}: {}", steps.borrow().join(" "));
    Ok(())
}

fn noting(steps: &Steps, name: &'static str, count: i32) -> AsyncGenerator<i32> {
    let steps = steps.clone();
    async_generator(async move |y: AsyncYielder<i32>| {
        for i in 1..=count {
            push(&steps, format!("{name}{i}"));
            y.yield_(i).await?;
        }
        Ok(())
    })
}

fn plain(count: i32) -> AsyncGenerator<i32> {
    async_generator(async move |y: AsyncYielder<i32>| {
        for i in 1..=count {
            y.yield_(i).await?;
        }
        Ok(())
    })
}

fn promised(count: i32) -> AsyncGenerator<i32> {
    async_generator(async move |y: AsyncYielder<i32>| {
        for i in 1..=count {
            y.yield_(Promise::resolve(i)).await?;
        }
        Ok(())
    })
}

fn star(count: i32) -> AsyncGenerator<i32> {
    async_generator(async move |y: AsyncYielder<i32>| {
        y.yield_star(&plain(count)).await?;
        Ok(())
    })
}

fn walk<I>(steps: &Steps, name: &'static str, source: I) -> Promise<()>
where
    I: AsyncIterator<Value = i32> + 'static,
{
    let steps = steps.clone();
    async_fn(async move {
        for_each(source, async |n| {
            push(&steps, format!("{name}{n}"));
            Ok(())
        })
        .await?;
        push(&steps, format!("{name}!"));
        Ok(())
    })
}

/// Notes that a promise is settled.
fn done<T: Clone + 'static>(steps: &Steps, promise: &Promise<T>) -> Promise<()> {
    let steps = steps.clone();
    promise.then(move |_| {
        push(&steps, "done");
        Ok(())
    })
}

fn breaks(s: &Steps) -> Vec<Promise<()>> {
    let (steps, source) = (s.clone(), noting(s, "g", 3));
    let broken = async_fn(async move {
        for_await(source, async |n| {
            push(&steps, format!("a{n}"));
            Ok(ControlFlow::Break(()))
        })
        .await?;
        push(&steps, "a!");
        Ok(())
    });
    vec![broken, worker(s, 8)]
}

fn three_requests(s: &Steps) -> Vec<Promise<()>> {
    let g = plain(2);
    let mut all: Vec<Promise<()>> = (1..=3)
        .map(|i| {
            let steps = s.clone();
            g.next(()).then(move |result| {
                push(&steps, format!("n{i}:{}", result.done()));
                Ok(())
            })
        })
        .collect();
    all.push(worker(s, 8));
    all
}

pub(crate) fn run() {
    program(async {
        let p = Promise::resolve;
        section("for await over an array", |s| {
            vec![walk(s, "a", each_of([p(1), p(2)])), worker(s, 10)]
        })
        .await?;
        section("over an array of promises", |s| {
            vec![walk(s, "a", each_of([p(1), p(2)])), worker(s, 10)]
        })
        .await?;
        section("over a generator", |s| vec![walk(s, "a", plain(2)), worker(s, 10)]).await?;
        section("over one that yields promises", |s| {
            vec![walk(s, "a", promised(2)), worker(s, 10)]
        })
        .await?;
        section("over one that delegates", |s| vec![walk(s, "a", star(2)), worker(s, 14)]).await?;
        section("two generators", |s| {
            vec![walk(s, "a", noting(s, "g", 3)), walk(s, "b", noting(s, "h", 3))]
        })
        .await?;
        section("inside and outside", |s| vec![walk(s, "a", noting(s, "g", 3)), worker(s, 10)])
            .await?;
        section("break", breaks).await?;
        section("three requests at once", three_requests).await?;
        section("return() at the start", |s| vec![done(s, &plain(2).close()), worker(s, 5)])
            .await?;
        let g = plain(2);
        g.next(()).await?;
        section("return() at a yield", |s| vec![done(s, &g.close()), worker(s, 5)]).await
    });
}
