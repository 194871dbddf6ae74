//! Readiness found by the poll is queued before due timers, and both behind what was ready.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::rc::Rc;
use std::time::Duration;

use fourfold::Result;
use fourfold::asyncio::Loop;

use super::python::Log;

fn turn(event_loop: &Loop) -> Result<()> {
    let stopped = event_loop.clone();
    event_loop.call_soon(move || stopped.stop());
    event_loop.run_forever()
}

fn receive(mut from: &UnixStream, limit: usize) -> String {
    let mut data = vec![0; limit];
    let n = from.read(&mut data).expect("it is readable");
    String::from_utf8_lossy(&data[..n]).into_owned()
}

fn program() -> Result<()> {
    let event_loop = Loop::new()?;
    let log = Log::new();
    let (mut a, b) = UnixStream::pair()?;
    let b = Rc::new(b);
    a.set_nonblocking(true)?;
    b.set_nonblocking(true)?;
    let reading = |prefix: &'static str, limit: usize| {
        let (log, b) = (log.clone(), b.clone());
        move || log.push(format!("{prefix} {}", receive(&b, limit)))
    };

    event_loop.add_reader(&*b, reading("io", 100))?;
    turn(&event_loop)?;
    a.write_all(b"one")?;
    event_loop.call_later(Duration::ZERO, log.append("timer"));
    event_loop.call_soon(log.append("soon"));
    std::thread::sleep(Duration::from_millis(2));
    turn(&event_loop)?;
    println!("all three: {}", log.joined());
    log.clear();

    // Level triggered: unread bytes are reported again on the next turn.
    event_loop.remove_reader(&*b)?;
    event_loop.add_reader(&*b, reading("byte", 1))?;
    a.write_all(b"xyz")?;
    for i in 0..4 {
        turn(&event_loop)?;
        println!("turn {i} {}", log.joined());
        log.clear();
    }

    // A reader removed by an earlier handle of the same turn is not called.
    a.write_all(b"q")?;
    let (remover, removed, removing) = (event_loop.clone(), b.clone(), log.clone());
    event_loop.call_soon(move || {
        removing.push("soon removes");
        remover.remove_reader(&*removed).expect("the loop is open");
    });
    turn(&event_loop)?;
    turn(&event_loop)?;
    println!("removed: {}", log.joined());
    log.clear();

    // What the I/O callback queues runs one turn later than the timer beside it.
    let (reads, adder, added) = (reading("io", 9), event_loop.clone(), log.clone());
    event_loop.add_reader(&*b, move || {
        reads();
        adder.call_soon(added.append("from io"));
    })?;
    event_loop.call_later(Duration::ZERO, log.append("timer"));
    std::thread::sleep(Duration::from_millis(2));
    turn(&event_loop)?;
    println!("first: {}", log.joined());
    turn(&event_loop)?;
    println!("second: {}", log.joined());
    event_loop.remove_reader(&*b)?;
    drop((a, b));
    event_loop.close()
}

pub(crate) fn run() {
    program().expect("nothing fails");
}
