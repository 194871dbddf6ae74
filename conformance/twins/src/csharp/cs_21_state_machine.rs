use fourfold::Result;
use fourfold::csharp::{
    AsyncStateMachine, AsyncTaskMethodBuilder, Awaiter, Task, TaskAwaiter, TaskCompletionSource,
};

use super::show::{ended, exception};

// async Task<string> DoWork() { P("Start"); await working; P("Working..."); await more; P("Done!"); … } as
// a compiler writes it, by hand.
struct DoWork {
    state: i32,
    builder: AsyncTaskMethodBuilder<&'static str>,
    working: TaskAwaiter,
    more: TaskAwaiter,
}

impl DoWork {
    fn start(working: &Task, more: &Task) -> Task<&'static str> {
        let builder = AsyncTaskMethodBuilder::create();
        builder.start(DoWork {
            state: -1,
            builder: builder.clone(),
            working: working.get_awaiter(),
            more: more.get_awaiter(),
        });
        builder.task()
    }

    /// The result; `None` while it waits.
    fn go_on(&mut self) -> Result<Option<&'static str>> {
        if self.state == -1 {
            println!("Start");
            if !self.working.is_completed() {
                self.state = 0;
                self.builder.await_unsafe_on_completed(&mut self.working);
                return Ok(None);
            }
        }
        if self.state != 1 {
            self.working.get_result()?;
            println!("Working...");
            if !self.more.is_completed() {
                self.state = 1;
                self.builder.await_unsafe_on_completed(&mut self.more);
                return Ok(None);
            }
        }
        self.more.get_result()?;
        println!("Done!");
        Ok(Some("result"))
    }
}

impl AsyncStateMachine for DoWork {
    fn move_next(&mut self) {
        println!("move next in state {}", self.state);
        let set = match self.go_on() {
            Ok(None) => return,
            Ok(Some(result)) => self.builder.set_result(result),
            Err(error) => self.builder.set_exception(error),
        };
        self.state = -2;
        set.expect("it ends once");
    }
}

type Step<'a> = &'a dyn Fn() -> Result<()>;

fn run_it(what: &str, working: &Task, more: &Task, steps: &[Step<'_>]) -> Result<()> {
    println!("-- {what}");
    let task = DoWork::start(working, more);
    for step in steps {
        println!("between: {:?}", task.status());
        step()?;
    }
    let result = if task.is_completed_successfully() { task.result()? } else { "" };
    println!("end: {} {result}", ended(&task));
    Ok(())
}

fn program() -> Result<()> {
    let open = TaskCompletionSource::<()>::new;
    let done = Task::completed_task();
    let (a, b) = (open(), open());
    let set_both: [Step<'_>; 2] = [&|| a.set_result(()), &|| b.set_result(())];
    run_it("both complete", &done, &done, &[])?;
    run_it("both pending", &a.task(), &b.task(), &set_both)?;
    let (a, b) = (open(), open());
    run_it("the first pending", &a.task(), &done, &[&|| a.set_result(())])?;
    run_it("the second pending", &done, &b.task(), &[&|| b.set_result(())])?;
    let (a, b) = (open(), open());
    let set_both: [Step<'_>; 2] = [&|| b.set_result(()), &|| a.set_result(())];
    run_it("the second ends first", &a.task(), &b.task(), &set_both)?;
    run_it("the first fails", &Task::from_exception(exception("a")), &done, &[])?;
    let a = open();
    let fail: Step<'_> = &|| a.set_exception(exception("a"));
    run_it("the first fails later", &a.task(), &done, &[fail])?;
    let b = open();
    run_it("the second is cancelled later", &done, &b.task(), &[&|| b.set_canceled()])
}

pub(crate) fn run() {
    program().expect("it handles what it raises");
}
