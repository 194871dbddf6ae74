use std::time::Instant;

use fourfold::js::{self, Promise, State, async_fn};

use super::node::program;

fn sleep(ms: u32) -> Promise<()> {
    Promise::new(|settle| {
        println!("sleep start");
        js::set_timeout(
            move || {
                println!("sleep end");
                settle.resolve(());
            },
            ms,
        );
        Ok(())
    })
}

fn state(promise: &Promise<()>) -> &'static str {
    match promise.state() {
        State::Pending => "pending",
        State::Fulfilled => "fulfilled",
        State::Rejected => "rejected",
    }
}

fn exec() -> Promise<()> {
    async_fn(async {
        let begin = Instant::now();
        println!("start");
        let first = sleep(150);
        println!("-------1");
        let second = sleep(150);
        println!("{} {}", state(&first), state(&second));
        (&first).await?;
        println!("-------2");
        (&second).await?;
        println!("{} {}", state(&first), state(&second));
        let took = begin.elapsed().as_millis();
        println!("end, at once: {}", (148..300).contains(&took));
        Ok(())
    })
}

fn go() {
    exec();
}

pub(crate) fn run() {
    program(async {
        go();
        println!("go has returned");
        Ok(())
    });
}
