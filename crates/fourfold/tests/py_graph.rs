//! Who awaits whom.

use std::time::Duration;

use fourfold::Result;
use fourfold::asyncio::{
    self, AnyTask, Cancellable, Loop, capture_call_graph, create_task, current_task,
    format_call_graph, get_running_loop, sleep,
};

const TURN: Duration = Duration::ZERO;
const LONG: Duration = Duration::from_secs(600);

fn virtually<T: 'static>(main: impl Future<Output = Result<T>> + 'static) -> T {
    Loop::with_virtual_time().unwrap().run_until_complete(main).unwrap()
}

fn named<T: 'static>(
    name: &'static str,
    main: impl Future<Output = Result<T>> + 'static,
) -> asyncio::Task<T> {
    let task = create_task(main);
    task.set_name(name);
    task
}

/// Places depend on the version of this file and names of tasks on what ran before.
fn tidy(graph: &str) -> Vec<String> {
    let cut = |line: &str| match line.split_once(" created at ").or(line.split_once(" made at ")) {
        Some((front, place)) => {
            assert!(place.contains("py_graph.rs:"), "{line}");
            front.to_owned()
        }
        None => line.to_owned(),
    };
    graph.lines().map(cut).collect()
}

#[test]
fn py_28_the_graph_tells_what_a_task_waits_for_and_who_awaits_it() {
    virtually(async {
        let line = line!() + 1;
        let inner = named("inner", async { sleep(LONG).await });
        let outer = named("outer", inner.clone());
        let outermost = named("outermost", outer.clone());
        let other = named("other", inner.clone());
        sleep(TURN).await?;

        let graph = capture_call_graph(Some(&inner.erased())).unwrap();
        assert_eq!(graph.name.as_deref(), Some("inner"));
        let sleeping = &graph.call_stack[0];
        assert_eq!(sleeping.reason, "sleep");
        assert_eq!(sleeping.location.unwrap().line(), line, "the line of the call of sleep");
        let names: Vec<_> = graph.awaited_by.iter().map(|by| by.name.clone().unwrap()).collect();
        assert_eq!(names.iter().map(AsRef::as_ref).collect::<Vec<&str>>(), ["outer", "other"]);

        assert_eq!(
            tidy(&format_call_graph(Some(&inner.erased()))),
            [
                "* Task(name='inner')",
                "  + Waits for:",
                "  |   sleep",
                "  + Awaited by:",
                "    * Task(name='outer')",
                "      + Waits for:",
                "      |   task 'inner'",
                "      |   sleep",
                "      + Awaited by:",
                "        * Task(name='outermost')",
                "          + Waits for:",
                "          |   task 'outer'",
                "          |   task 'inner'",
                "          |   sleep",
                "    * Task(name='other')",
                "      + Waits for:",
                "      |   task 'inner'",
                "      |   sleep",
            ]
        );
        inner.await?;
        outermost.await?;
        other.await?;
        let graph = capture_call_graph(Some(&outer.erased())).unwrap();
        assert!(graph.awaited_by.is_empty() && graph.call_stack.is_empty());
        Ok(())
    });
}

#[test]
fn py_28_tasks_that_wait_for_each_other_are_shown_once() {
    virtually(async {
        let event_loop = get_running_loop()?;
        let slot = event_loop.create_future::<asyncio::Task<()>>();
        let other = slot.clone();
        let one = named("one", async move { other.await?.await });
        let two = named("two", one.clone());
        slot.set_result(two.clone())?;
        sleep(TURN).await?;
        sleep(TURN).await?;
        sleep(TURN).await?;
        let text = tidy(&format_call_graph(Some(&one.erased())));
        assert_eq!(
            text,
            [
                "* Task(name='one')",
                "  + Waits for:",
                "  |   task 'two'",
                "  |   task 'one'",
                "  + Awaited by:",
                "    * Task(name='two')",
                "      + Waits for:",
                "      |   task 'one'",
                "      |   task 'two'",
                "      + Awaited by:",
                "        * Task(name='one')",
                "          + shown above: they wait for each other",
            ]
        );
        Ok(())
    });
}

#[test]
fn py_28_a_plain_future_and_a_foreign_one_are_waits_too() {
    virtually(async {
        let event_loop = get_running_loop()?;
        let future = event_loop.create_future::<()>();
        let on_future = named("on a future", future.clone());
        let foreign = named("foreign", std::future::pending::<()>().cancellable());
        sleep(TURN).await?;
        let reasons = |task: &asyncio::Task<()>| {
            let stack = task.get_stack();
            stack.into_iter().map(|entry| entry.reason).collect::<Vec<_>>()
        };
        assert_eq!(reasons(&on_future), ["future"]);
        assert_eq!(reasons(&foreign), ["foreign future"]);
        future.set_result(())?;
        on_future.await?;
        foreign.cancel();
        sleep(TURN).await
    });
}

#[test]
fn py_28_without_a_task_it_is_the_running_one_or_nothing() {
    assert!(capture_call_graph(None).is_none());
    assert_eq!(format_call_graph(None), "");
    virtually(async {
        let task: AnyTask = current_task().unwrap();
        task.set_name("running");
        let awaited = named("waits", async { sleep(LONG).await });
        sleep(TURN).await?;
        let graph = capture_call_graph(None).unwrap();
        assert_eq!(graph.name.as_deref(), Some("running"));
        assert!(graph.call_stack.is_empty(), "it runs, so it waits for nothing");
        asyncio::print_call_graph(None);
        awaited.print_stack();
        awaited.cancel();
        Ok(())
    });
}

#[test]
fn py_28_a_foreign_combinator_between_does_not_hide_who_awaits() {
    virtually(async {
        let inner = named("inner", async { sleep(LONG).await });
        let awaited = inner.clone();
        let outer = named("outer", async move {
            let mut all: futures_util::stream::FuturesUnordered<_> =
                [awaited].into_iter().collect();
            match futures_util::StreamExt::next(&mut all).await {
                Some(result) => result,
                None => Ok(()),
            }
        });
        sleep(TURN).await?;
        let graph = capture_call_graph(Some(&inner.erased())).unwrap();
        assert_eq!(graph.awaited_by[0].name.as_deref(), Some("outer"));
        outer.await
    });
}
