//! What the example programs share: how they are run.

use std::future::IntoFuture;
use std::time::Duration;

use fourfold::Result;
use fourfold::asyncio::{self, Loop, Runner};
use fourfold::csharp;
use fourfold::go;
use fourfold::js;
use fourfold::stopwatch::stopwatch;

/// As [`asyncio::run`], and tells on standard error how long it took.
///
/// With `--virtual` on the command line the loop's clock is virtual: it jumps to the next timer
/// whenever nothing else is to be done, so that sleeping costs no time and the figures are exact.
/// A program that has such sleeps only prints the same on both clocks.
///
/// # Errors
///
/// What `main` fails with.
#[track_caller]
pub fn run<T, C>(main: C) -> Result<T>
where
    T: 'static,
    C: IntoFuture<Output = Result<T>>,
    C::IntoFuture: 'static,
{
    let main = main.into_future();
    let timed = async {
        let mut took = Duration::ZERO;
        let result = {
            let _timing = stopwatch(&mut took);
            main.await
        };
        eprintln!("took {:.3} s", took.as_secs_f64());
        result
    };
    if virtual_time() {
        Runner::new().loop_factory(Loop::with_virtual_time).run(timed)
    } else {
        asyncio::run(timed)
    }
}

/// As [`go::run`], with `--virtual` as for [`run`].
#[track_caller]
pub fn run_go(main: impl FnOnce() + Send + 'static) {
    let timed = || {
        main();
        eprintln!("took {:.3} s", go::time::now().nanoseconds() as f64 / 1e9);
    };
    if virtual_time() { go::Builder::new().virtual_time().run(timed) } else { go::run(timed) }
}

/// As [`csharp::run`], with `--virtual` as for [`run`].
///
/// # Errors
///
/// What `main` fails with.
#[track_caller]
pub fn run_csharp<F>(main: F) -> Result<()>
where
    F: Future<Output = Result<()>> + Send + 'static,
{
    let timed = async {
        let mut took = Duration::ZERO;
        let result = {
            let _timing = stopwatch(&mut took);
            main.await
        };
        eprintln!("took {:.3} s", took.as_secs_f64());
        result
    };
    if virtual_time() {
        csharp::Builder::new().virtual_time().run(timed)
    } else {
        csharp::run(timed)
    }
}

/// As [`js::run`], with `--virtual` as for [`run`].
///
/// # Errors
///
/// What `main` fails with, and what nobody caught.
#[track_caller]
pub fn run_js<F>(main: F) -> Result<()>
where
    F: Future<Output = Result<()>> + 'static,
{
    let timed = async {
        let mut took = Duration::ZERO;
        let result = {
            let _timing = stopwatch(&mut took);
            main.await
        };
        eprintln!("took {:.3} s", took.as_secs_f64());
        result
    };
    if virtual_time() { js::Builder::new().virtual_time().run(timed) } else { js::run(timed) }
}

/// Whether `--virtual` is on the command line. Anything else there ends the process.
fn virtual_time() -> bool {
    match std::env::args().nth(1).as_deref() {
        None => false,
        Some("--virtual") => true,
        Some(other) => {
            eprintln!("{other:?} is no argument; there is --virtual");
            std::process::exit(2);
        }
    }
}
