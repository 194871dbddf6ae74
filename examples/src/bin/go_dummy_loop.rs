//! An event loop in a dozen lines, out of coroutines with stacks, and futures that take their time.
//!
//! The idea: the program is that of `py_dummy_loop`, and prints the same. There a coroutine is a
//! generator, which can only stop in its own body; so every function between it and the loop has
//! to pass on what is yielded, by `yield from`. Here a coroutine is a goroutine, and what it has on
//! its stack stays there: `outer_async` simply calls `inner_async`, and that stops them both.
//!
//! Each future is ready a second after it was made. The loop waits for one by a plain call, and the
//! others go on meanwhile: six of them take four seconds, one for each iteration.
//!
//! ```text
//! start outer_async 1
//! start inner 1
//! start another outer_async 2
//! start inner 2
//! ----- event loop iteration ------
//! middle inner 1: some io 1
//! middle inner 2: some io 2
//! ----- event loop iteration ------
//! …
//! ```

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use fourfold::go::chan::{Receiver, Sender};
use fourfold::go::{chan, go, time};

/// Some input or output that takes a second. The futures of one program count together.
struct DummyFuture {
    ready: Receiver<time::Time>,
    count: Arc<AtomicU32>,
}

impl DummyFuture {
    fn wait(&self) -> String {
        self.ready.recv();
        format!("some io {}", self.count.fetch_add(1, Ordering::Relaxed) + 1)
    }
}

/// A goroutine that stops wherever it calls [`Io::wait`], until it is sent what it waits for.
struct Coroutine {
    yielded: Receiver<DummyFuture>,
    resume: Sender<String>,
}

/// A coroutine's way to the loop.
struct Io {
    yields: Sender<DummyFuture>,
    resumed: Receiver<String>,
    count: Arc<AtomicU32>,
}

impl Io {
    /// Begins something that takes time, and stops here until the loop has what came of it.
    fn wait(&self) -> String {
        let ready = time::after(Duration::from_secs(1));
        self.yields.send(DummyFuture { ready, count: self.count.clone() });
        self.resumed.recv().unwrap_or_default()
    }
}

impl Coroutine {
    /// Runs `body` up to where it first stops, and gives what it waits for there.
    fn start(
        count: &Arc<AtomicU32>,
        body: impl FnOnce(&Io) + Send + 'static,
    ) -> (Coroutine, Option<DummyFuture>) {
        let (yields, yielded) = chan::make(0).split();
        let (resume, resumed) = chan::make(0).split();
        let io = Io { yields, resumed, count: count.clone() };
        go(move || {
            body(&io);
            io.yields.close();
        });
        let first = yielded.recv();
        (Coroutine { yielded, resume }, first)
    }

    /// Goes on with it up to where it next stops; `None` where it has ended.
    fn send(&self, value: String) -> Option<DummyFuture> {
        self.resume.send(value);
        self.yielded.recv()
    }
}

fn inner_async(id: u32, io: &Io) -> Vec<String> {
    println!("start inner {id}");
    let first = io.wait();
    println!("middle inner {id}: {first}");
    let second = io.wait();
    println!("end inner {id}: {second}");
    vec![first, second]
}

fn outer_async(id: u32, io: &Io) {
    println!("start outer_async {id}");
    let results = inner_async(id, io);
    println!("end outer_async {id} : {}", list(&results));
}

fn another_outer_async(id: u32, io: &Io) {
    println!("start another outer_async {id}");
    let mut results = inner_async(id, io);
    println!("middle another outer_async {id} : {}", list(&results));
    results.extend(inner_async(id, io));
    println!("end another outer_async {id} : {}", list(&results));
}

/// Runs the coroutines until all have come to their ends.
fn dummy_event_loop(mut waiting: Vec<(Coroutine, Option<DummyFuture>)>) {
    loop {
        waiting.retain(|(_, future)| future.is_some());
        if waiting.is_empty() {
            return;
        }
        println!("----- event loop iteration ------");
        for (coroutine, future) in &mut waiting {
            *future = future.take().and_then(|future| coroutine.send(future.wait()));
        }
    }
}

/// As Python prints a list of texts.
fn list(results: &[String]) -> String {
    let quoted: Vec<String> = results.iter().map(|result| format!("'{result}'")).collect();
    format!("[{}]", quoted.join(", "))
}

fn main() {
    fourfold_examples::run_go(|| {
        let count = Arc::default();
        dummy_event_loop(vec![
            Coroutine::start(&count, |io| outer_async(1, io)),
            Coroutine::start(&count, |io| another_outer_async(2, io)),
        ]);
    });
}
