//! A worker that was added for a while, and drove the reactor, goes: somebody else has to drive then.
#![cfg(target_os = "linux")]

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use fourfold_kernel::pool::{Options, Pool};
use fourfold_kernel::reactor::{Direction, Interest, Registered};
use fourfold_kernel::{driver, fiber};

/// Wide: the worker retires after some two seconds of rest.
const LIMIT: Duration = Duration::from_secs(60);

/// Waits until a thread of this name is there, or is not.
fn until_thread(name: &str, there: bool) {
    let began = Instant::now();
    let is_there = || {
        let threads = fs::read_dir("/proc/self/task").unwrap().flatten();
        threads
            .filter_map(|thread| fs::read_to_string(thread.path().join("comm")).ok())
            .any(|comm| comm.trim_end() == name)
    };
    while is_there() != there {
        assert!(began.elapsed() < LIMIT, "{name}: there is {}", !there);
        thread::yield_now();
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_source_is_heard_of_after_the_added_worker_that_drove_has_retired() {
    let pool = Pool::builder().name("retire").workers(1).extra_workers(1).build().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut near = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let far = listener.accept().unwrap().0;

    let (told, hears) = mpsc::channel();
    let tell = told.clone();
    let reading = async move {
        far.set_nonblocking(true).unwrap();
        let handle = driver::current().unwrap().reactor().clone();
        let far = mio::net::TcpStream::from_std(far);
        let far = Registered::new(&handle, far, Interest::READABLE).unwrap();
        tell.send(()).unwrap();
        far.registration()
            .async_io(Direction::Read, || far.source().read(&mut [0; 8]))
            .await
            .unwrap()
    };
    let reader = pool.spawn(reading, Options::new());
    hears.recv_timeout(LIMIT).unwrap();

    // The worker is stuck, so another is added, which finds the reactor without a driver.
    let (release, stuck) = mpsc::channel::<()>();
    let blocks = pool.spawn(async move { stuck.recv().unwrap() }, Options::new());
    until_thread("retire-2", true);
    let moved = pool.spawn(async {}, Options::new());
    fiber::wait(moved).unwrap();
    release.send(()).unwrap();
    fiber::wait(blocks).unwrap();

    until_thread("retire-2", false);
    near.write_all(b"heard").unwrap();
    let began = Instant::now();
    while !reader.is_finished() {
        assert!(began.elapsed() < LIMIT / 6, "nobody looks at the reactor");
        thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(fiber::wait(reader).unwrap(), 5);
    pool.shut_down();
}
