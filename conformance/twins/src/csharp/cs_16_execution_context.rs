use std::sync::LazyLock;

use fourfold::Result;
use fourfold::csharp::{AsyncLocal, ExecutionContext, Task, async_method};

use super::pool;
use super::show::{b, exception, thrown};

static LOCAL: AsyncLocal<&str> = AsyncLocal::new();

/// No value and the original's null are one to whoever is told.
static TOLD: LazyLock<AsyncLocal<Option<&str>>> = LazyLock::new(|| {
    AsyncLocal::with_handler(|change| {
        let (previous, current) = (change.previous_value.flatten(), change.current_value.flatten());
        if previous != current {
            println!(
                "told: {} -> {}, by a change of context {}",
                previous.unwrap_or("null"),
                current.unwrap_or("null"),
                b(change.thread_context_changed)
            );
        }
    })
});

fn local() -> &'static str {
    LOCAL.value().unwrap_or("null")
}

fn told() -> &'static str {
    TOLD.value().flatten().unwrap_or("null")
}

async fn callee() -> Result<()> {
    TOLD.set_value(Some("callee"));
    Task::completed_task().await
}

fn program() -> Result<()> {
    LOCAL.set_value("main");
    // Suppressed: what is started sees nothing of it, and what was started before is not touched.
    pool::hold();
    let before = Task::run(|| Ok(local()));
    let during = {
        let _flow = ExecutionContext::suppress_flow()?;
        let suppressed = ExecutionContext::is_flow_suppressed();
        println!("suppressed {}, here still {}", b(suppressed), local());
        let during = Task::run(|| Ok(local()));
        println!("again: {}", thrown(ExecutionContext::suppress_flow));
        println!("captured: {}", b(ExecutionContext::capture().is_none()));
        during
    };
    let after = Task::run(|| Ok(local()));
    pool::run_queued();
    println!("before {}, during {}, after {}", before.result()?, during.result()?, after.result()?);
    println!(
        "suppressed {}; restored without: {}",
        b(ExecutionContext::is_flow_suppressed()),
        thrown(ExecutionContext::restore_flow)
    );
    let flow = ExecutionContext::suppress_flow()?;
    ExecutionContext::restore_flow()?;
    let undo = || {
        flow.undo();
        Ok(())
    };
    println!("undone twice: {}", thrown(undo));

    // Captured, and run in later.
    let captured = ExecutionContext::capture().expect("it is not suppressed");
    LOCAL.set_value("later");
    captured.run(|| {
        println!("in the captured one: {}", local());
        LOCAL.set_value("changed within");
    });
    println!("outside: {}", local());
    captured.run(|| println!("once more: {}", local()));
    let passes = thrown(|| captured.run(|| -> Result<()> { Err(exception("a")) }));
    println!("an exception passes: {passes}, {}", local());
    println!("no context: does not compile");
    // Copies do not see one another: copy on write.
    let copy = captured.clone();
    copy.run(|| LOCAL.set_value("in the copy"));
    captured.run(|| println!("the original: {}", local()));

    // Whoever wants to be told of changes is, also of those by switches of context.
    TOLD.set_value(Some("a"));
    TOLD.set_value(Some("b"));
    TOLD.set_value(Some("b"));
    let with_b = ExecutionContext::capture().expect("it is not suppressed");
    TOLD.set_value(Some("c"));
    with_b.run(|| println!("within: {}", told()));
    println!("after: {}", told());
    async_method(callee()).wait()?;
    println!("after an async callee: {}", told());
    TOLD.set_value(None);
    Ok(())
}

pub(crate) fn run() {
    pool::run(|| program().expect("it handles what it raises"));
}
