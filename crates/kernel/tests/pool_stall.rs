//! The stack in the report of a poll that lasts too long.
#![cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]

use std::hint::{black_box, spin_loop};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use fourfold_kernel::fiber;
use fourfold_kernel::pool::{Options, Pool, Stall};

/// A pool whose stalls come out of the channel.
fn pool(limit: Duration) -> (Pool, mpsc::Receiver<Stall>) {
    let (tell, told) = mpsc::channel();
    let tell = Mutex::new(tell);
    let pool = Pool::builder()
        .workers(1)
        .stall_after(limit)
        .on_stall(move |stall| {
            let _ = tell.lock().unwrap().send(stall.clone());
        })
        .build()
        .unwrap();
    (pool, told)
}

/// The first stall of which there is a stack: a machine that is busy elsewhere may keep a thread
/// from answering in time.
fn stack(told: &mpsc::Receiver<Stall>) -> Vec<String> {
    loop {
        let stall = told.recv_timeout(Duration::from_secs(30)).expect("it is noticed");
        if !stall.stack.is_empty() {
            return stall.stack;
        }
    }
}

#[inline(never)]
fn spin_in_a_named_function(stop: &AtomicBool) {
    let begun = Instant::now();
    // Not for ever: each further poll is a further chance to be asked.
    while !stop.load(Ordering::SeqCst) && begun.elapsed() < Duration::from_millis(300) {
        spin_loop();
    }
}

#[inline(never)]
fn call_it_in_between(stop: &AtomicBool) {
    spin_in_a_named_function(stop);
    black_box(stop);
}

fn assert_names(stack: &[String]) {
    let at = |name: &str| stack.iter().position(|frame| frame.contains(name));
    let (spins, calls) = (at("spin_in_a_named_function"), at("call_it_in_between"));
    assert!(spins.is_some() && spins < calls, "{stack:#?}");
    // Not of the innermost: it may be caught at an instruction that belongs to no line.
    assert!(stack[calls.unwrap()].contains("pool_stall.rs:"), "{stack:#?}");
    assert!(!stack.iter().any(|frame| frame.contains("Worker::main")), "{stack:#?}");
}

#[test]
fn go_17_a_stall_of_a_fiber_shows_its_stack() {
    let (pool, told) = pool(Duration::from_millis(10));
    let stop = Arc::new(AtomicBool::new(false));
    let culprit = stop.clone();
    let handle = pool.spawn_fiber(
        move || {
            while !culprit.load(Ordering::SeqCst) {
                call_it_in_between(&culprit);
                fiber::yield_now();
            }
        },
        Options::new(),
    );
    let stack = stack(&told);
    stop.store(true, Ordering::SeqCst);
    fiber::wait(handle).unwrap();
    assert!(pool.shut_down());
    assert_names(&stack);
}

#[test]
fn go_17_a_stall_of_a_future_shows_its_stack() {
    let (pool, told) = pool(Duration::from_millis(10));
    let stop = Arc::new(AtomicBool::new(false));
    let culprit = stop.clone();
    let handle = pool.spawn(
        std::future::poll_fn(move |context| {
            call_it_in_between(&culprit);
            if culprit.load(Ordering::SeqCst) {
                return std::task::Poll::Ready(());
            }
            context.waker().wake_by_ref();
            std::task::Poll::Pending
        }),
        Options::new(),
    );
    let stack = stack(&told);
    stop.store(true, Ordering::SeqCst);
    fiber::wait(handle).unwrap();
    assert!(pool.shut_down());
    assert_names(&stack);
}

#[test]
fn go_17_a_thread_that_blocks_in_the_system_is_asked_too_and_sleeps_on() {
    let (pool, told) = pool(Duration::from_millis(10));
    let (begin, begun) = mpsc::channel::<()>();
    let handle = pool.spawn_fiber(
        move || {
            let before = Instant::now();
            thread::sleep(Duration::from_millis(300));
            let slept = before.elapsed();
            begin.send(()).unwrap();
            slept
        },
        Options::new(),
    );
    let stack = stack(&told);
    begun.recv().unwrap();
    assert!(fiber::wait(handle).unwrap() >= Duration::from_millis(300));
    assert!(pool.shut_down());
    assert!(stack.iter().any(|frame| frame.contains("sleep")), "{stack:#?}");
    assert!(stack.iter().any(|frame| frame.contains("pool_stall.rs:")), "{stack:#?}");
}

/// Wherever the signal meets it: in the clock's code that the system maps into the process, in the
/// allocator, in a switch between stacks.
#[test]
fn go_17_whatever_a_thread_does_when_it_is_asked_goes_on() {
    let (pool, told) = pool(Duration::from_millis(1));
    let handle = pool.spawn_fiber(
        || {
            let mut sum = 0_usize;
            for round in 0..150 {
                let begun = Instant::now();
                while begun.elapsed() < Duration::from_micros(1_500) {
                    sum = sum.wrapping_add(black_box(vec![round; 100]).len());
                    sum = sum.wrapping_add(format!("{round}").len());
                }
                fiber::yield_now();
            }
            sum
        },
        Options::new(),
    );
    assert!(fiber::wait(handle).unwrap() > 0);
    assert!(pool.shut_down());
    for stall in told.try_iter() {
        assert!(stall.stack.len() <= 512);
    }
}
