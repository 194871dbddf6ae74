//! The state machine that a C# compiler would write for `DoWork`, by hand.
//!
//! The idea: an asynchronous method is an object with a number that says where it stopped. Asked to
//! move on it runs until it meets an awaiter that is not done, leaves a callback there, and returns.
//! What follows the await is reached in two ways: at once, if the awaiter is done already, and by the
//! callback. Here both are shown; code that only provides for the callback loses `Done!` in the second
//! run.
//!
//! ```text
//! -- the awaiter is pending
//! Start
//! Working...
//! Done!
//! End
//! -- the awaiter is done already
//! Start
//! Working...
//! Done!
//! End
//! ```

use fourfold::Result;
use fourfold::csharp::{
    AsyncStateMachine, AsyncTaskMethodBuilder, Awaiter, Task, TaskAwaiter, TaskCompletionSource,
    async_method,
};

/// ```csharp
/// static async Task DoWork(Task work)
/// {
///     Console.WriteLine("Working...");
///     await work;
///     Console.WriteLine("Done!");
/// }
/// ```
struct DoWork {
    state: State,
    builder: AsyncTaskMethodBuilder,
    work: Task,
}

enum State {
    Begins,
    Waits(TaskAwaiter),
    Ended,
}

/// What the compiler makes of a call: a machine, which runs up to its first await, and its task.
fn do_work(work: Task) -> Task {
    let builder = AsyncTaskMethodBuilder::create();
    builder.start(DoWork { state: State::Begins, builder: builder.clone(), work });
    builder.task()
}

impl DoWork {
    /// Goes on until it has to wait (`false`), has ended (`true`), or fails.
    fn go_on(&mut self) -> Result<bool> {
        let mut awaiter = match std::mem::replace(&mut self.state, State::Ended) {
            State::Begins => {
                println!("Working...");
                let mut awaiter = self.work.get_awaiter();
                if !awaiter.is_completed() {
                    self.state = State::Waits(awaiter.clone());
                    self.builder.await_unsafe_on_completed(&mut awaiter);
                    return Ok(false);
                }
                awaiter
            }
            State::Waits(awaiter) => awaiter,
            State::Ended => unreachable!("nobody moves on what has ended"),
        };
        awaiter.get_result()?;
        println!("Done!");
        Ok(true)
    }
}

impl AsyncStateMachine for DoWork {
    fn move_next(&mut self) {
        let set = match self.go_on() {
            Ok(false) => return,
            Ok(true) => self.builder.set_result(()),
            Err(error) => self.builder.set_exception(error),
        };
        set.expect("a machine ends once");
    }
}

async fn program(work: Task) -> Result<()> {
    println!("Start");
    do_work(work).await?;
    println!("End");
    Ok(())
}

fn main() -> Result<()> {
    println!("-- the awaiter is pending");
    let work = TaskCompletionSource::new();
    let pending = async_method(program(work.task()));
    work.set_result(())?; // the machine moves on inside of this
    pending.wait()?;

    println!("-- the awaiter is done already");
    async_method(program(Task::completed_task())).wait()
}
