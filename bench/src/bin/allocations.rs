//! What the C# dialect allocates for an await: `allocations WORKLOAD OPERATIONS`, started by `bench`.
//!
//! A program of its own, because the allocator that counts would be in the figures of all others.
//! Prints the line that `src/measure.rs` describes.

#[path = "../versions.rs"]
mod versions;

use fourfold::Result;
use fourfold::csharp::{self, Task, ValueTask, async_method};
use serde_json::json;
use std::alloc::{GlobalAlloc, Layout, System};
use std::env::args;
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

/// The system's allocator, with two counters.
struct Counting;

static BYTES: AtomicU64 = AtomicU64::new(0);
static COUNT: AtomicU64 = AtomicU64::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: all calls are passed on as they are to the system's allocator, which keeps the contract.
#[expect(unsafe_code, reason = "the trait is unsafe")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        BYTES.fetch_add(layout.size() as u64, Ordering::Relaxed);
        COUNT.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's promise about `layout` is the one that is needed.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as above; `block` came from there.
        unsafe { System.dealloc(block, layout) }
    }
}

/// What one loop allocated, in bytes and in blocks, and the nanoseconds it took.
type Counts = (u64, u64, u128);

fn counted(begin: (u64, u64, Instant)) -> Counts {
    let (bytes, count, at) = begin;
    (
        BYTES.load(Ordering::Relaxed) - bytes,
        COUNT.load(Ordering::Relaxed) - count,
        at.elapsed().as_nanos(),
    )
}

fn begin() -> (u64, u64, Instant) {
    (BYTES.load(Ordering::Relaxed), COUNT.load(Ordering::Relaxed), Instant::now())
}

async fn tasks(operations: u64) -> Result<(u64, Counts)> {
    fn one(number: u64) -> Task<u64> {
        async_method(async move { Ok(black_box(number)) })
    }
    let (mut done, begin) = (0, begin());
    for number in 0..operations {
        done += u64::from(one(number).await? == number);
    }
    Ok((done, counted(begin)))
}

async fn value_tasks(operations: u64) -> Result<(u64, Counts)> {
    fn one(number: u64) -> ValueTask<u64> {
        ValueTask::from_result(black_box(number))
    }
    let (mut done, begin) = (0, begin());
    for number in 0..operations {
        done += u64::from(one(number).await? == number);
    }
    Ok((done, counted(begin)))
}

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let workload = args().nth(1).ok_or("which workload?")?;
    let operations: u64 = args().nth(2).ok_or("how many operations?")?.parse()?;
    let result = Arc::new(Mutex::new(None));
    let slot = result.clone();
    let values = workload == "claim_alloc_value_task";
    csharp::run(async move {
        let counts = if values { value_tasks(operations).await } else { tasks(operations).await }?;
        *slot.lock().expect("nobody panics with it") = Some(counts);
        Ok(())
    })
    .map_err(|error| std::io::Error::other(error.into_std()))?;
    let result = result.lock().expect("nobody panics with it").take();
    let (done, (bytes, count, wall_ns)) = result.ok_or("nothing was measured")?;
    let line = json!({
        "runtime": "fourfold", "version": versions::locked(&["fourfold"]), "workload": workload,
        "operations": done, "wall_ns": wall_ns as u64, "cpu_seconds": wall_ns as f64 / 1e9,
        "peak_rss_bytes": 0, "grown_bytes": 0,
        "allocated": {"bytes": bytes, "count": count},
    });
    println!("{line}");
    Ok(())
}
