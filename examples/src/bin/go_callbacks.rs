//! Starting a plain or an async function from anywhere, with a callback for its result.
//!
//! Prints, with `--virtual` at once:
//!
//! ```text
//! Task_2 after 1.000 s: 20
//! Task_1 after 2.000 s: 10
//! ```

use std::time::Duration;

use fourfold::go::sync::WaitGroup;
use fourfold::go::{self, Spawn, go, time};

/// Starts `body`, a closure or a future, and calls `callback` with what it returns.
fn go_with<M, B, T>(body: B, callback: impl FnOnce(T) + Send + 'static)
where
    B: go::Start<M, Output = T>,
    T: Send + 'static,
{
    let started = Spawn::new().go(body);
    go(async move {
        if let Ok(value) = started.await {
            callback(value);
        }
    });
}

fn main() {
    fourfold_examples::run_go(|| {
        let group = WaitGroup::new();
        group.add(2);
        let report = |name: &'static str| {
            let group = group.clone();
            move |value: u32| {
                let now = time::now().nanoseconds() as f64 / 1e9;
                println!("{name} after {now:.3} s: {value}");
                group.done();
            }
        };
        let plain = || {
            time::sleep(Duration::from_secs(2));
            10
        };
        go_with(plain, report("Task_1"));
        let future = async {
            time::sleep_async(Duration::from_secs(1)).await;
            20
        };
        go_with(future, report("Task_2"));
        group.wait();
    });
}
