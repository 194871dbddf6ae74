use std::cell::RefCell;
use std::rc::Rc;

use fourfold::js::{self, Promise, TimerOptions, process, scheduler};

use super::node::program;

pub(crate) fn run() {
    program(async {
        println!("setTimeout: {}", js::set_timeout_promise_with(1, "value").await?);
        let () = js::set_timeout_promise(1).await?;
        println!("setTimeout without a value: undefined");
        let immediate = js::set_immediate_promise_with_options("value", TimerOptions::new());
        println!("setImmediate: {}", immediate.await?);
        let () = scheduler::wait(1, TimerOptions::new()).await?;
        println!("scheduler.wait: undefined");
        let () = scheduler::yield_().await?;
        println!("scheduler.yield: undefined");

        let steps: Rc<RefCell<Vec<&str>>> = Rc::default();
        let step = |name: &'static str, promise: Promise<()>| {
            let steps = steps.clone();
            promise.then(move |()| {
                steps.borrow_mut().push(name);
                Ok(())
            })
        };
        js::set_immediate_promise().await?;
        let all: [Promise<()>; 5] = [
            step("timer 80", js::set_timeout_promise(80)),
            step("timer 15", js::set_timeout_promise(15)),
            step("immediate", js::set_immediate_promise()),
            step("yield", scheduler::yield_()),
            step("microtask", Promise::resolve(())),
        ];
        Promise::all(all).await?;
        println!("{}", steps.borrow().join(", "));

        process::on_exit(|code| println!("exit {code}"));
        let unreferenced = TimerOptions::new().unref();
        js::set_timeout_promise_with_options(1000, (), unreferenced).then(|()| {
            println!("never");
            Ok(())
        });
        println!("end");
        Ok(())
    });
}
