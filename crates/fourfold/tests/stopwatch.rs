//! The stopwatch: which clock it reads, and which time it leaves behind.

use std::time::{Duration, Instant};

use fourfold::asyncio::{self, Loop, Runner};
use fourfold::stopwatch::{Stopwatch, stopwatch};
use fourfold::{Error, Result};

const SECOND: Duration = Duration::from_secs(1);

fn on_virtual_time<T: 'static>(main: impl Future<Output = Result<T>> + 'static) -> Result<T> {
    Runner::new().loop_factory(Loop::with_virtual_time).run(main)
}

#[test]
fn laps_are_the_loops_time() {
    let laps = on_virtual_time(async {
        let mut watch = Stopwatch::start();
        asyncio::sleep(2 * SECOND).await?;
        let first = watch.restart();
        asyncio::sleep(3 * SECOND).await?;
        Ok((first, watch.elapsed(), watch.restart(), watch.elapsed()))
    });
    assert_eq!(laps.unwrap(), (2 * SECOND, 3 * SECOND, 3 * SECOND, Duration::ZERO));
}

#[test]
fn a_scope_left_by_an_error_leaves_its_time() {
    let took = on_virtual_time(async {
        let mut took = Duration::ZERO;
        let failed: Result<()> = async {
            let _timing = stopwatch(&mut took);
            asyncio::sleep(2 * SECOND).await?;
            Err(Error::msg("too bad"))
        }
        .await;
        assert!(failed.is_err());
        asyncio::sleep(SECOND).await?;
        Ok(took)
    });
    assert_eq!(took.unwrap(), 2 * SECOND);
}

#[test]
fn a_watch_outlives_its_loop() {
    let watch = on_virtual_time(async {
        let watch = Stopwatch::start();
        asyncio::sleep(SECOND).await?;
        Ok(watch)
    });
    assert_eq!(watch.unwrap().elapsed(), SECOND);
}

#[test]
fn without_a_loop_it_is_the_machines_time() {
    let before = Instant::now();
    let watch = Stopwatch::start();
    while before.elapsed() < Duration::from_millis(1) {
        std::hint::spin_loop();
    }
    let inside = watch.elapsed();
    assert!(inside > Duration::ZERO && inside <= before.elapsed(), "{inside:?}");
}
