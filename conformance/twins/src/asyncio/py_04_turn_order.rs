//! One turn runs exactly the handles that were queued when it began.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use fourfold::Result;
use fourfold::asyncio::{Handle, Loop};

use super::python::Log;

fn turn(event_loop: &Loop) -> Result<()> {
    let stopped = event_loop.clone();
    event_loop.call_soon(move || stopped.stop());
    event_loop.run_forever()
}

fn chain(event_loop: Loop, log: Log, n: u32) -> impl FnOnce() {
    move || {
        log.push(format!("chain{n}"));
        if n < 3 {
            event_loop.call_soon(chain_boxed(event_loop.clone(), log, n + 1));
        }
    }
}

fn chain_boxed(event_loop: Loop, log: Log, n: u32) -> Box<dyn FnOnce()> {
    Box::new(chain(event_loop, log, n))
}

fn program() -> Result<()> {
    let event_loop = Loop::new()?;
    let log = Log::new();

    event_loop.call_soon(chain(event_loop.clone(), log.clone(), 1));
    event_loop.call_soon(log.append("x"));
    for i in 0..4 {
        turn(&event_loop)?;
        println!("turn {i} {}", log.joined());
        log.clear();
    }

    // A due timer is queued behind what is ready already, and ahead of what this turn adds.
    event_loop.call_later(Duration::ZERO, log.append("timer"));
    event_loop.call_soon(log.append("ready"));
    let (adder, added) = (event_loop.clone(), log.append("added"));
    event_loop.call_soon(move || {
        adder.call_soon(added);
    });
    std::thread::sleep(Duration::from_millis(2));
    turn(&event_loop)?;
    println!("timers after ready: {}", log.joined());
    turn(&event_loop)?;
    println!("added next turn: {}", log.joined());
    log.clear();

    // A timer made due by a handle of this turn waits for the next one.
    let (maker, made) = (event_loop.clone(), log.clone());
    event_loop.call_soon(move || {
        // A delay cannot be negative here; a moment that has passed can be given.
        maker.call_at(Duration::ZERO, made.append("past"));
        made.push("made");
    });
    turn(&event_loop)?;
    println!("past timer, same turn: {}", log.joined());
    turn(&event_loop)?;
    println!("past timer, next turn: {}", log.joined());
    log.clear();

    // Timers that are due together leave by their time, not by the order of their making.
    let now = event_loop.time();
    event_loop.call_at(now + Duration::from_micros(3), log.append("third"));
    event_loop.call_at(now + Duration::from_micros(1), log.append("first"));
    event_loop.call_at(now + Duration::from_micros(2), log.append("second"));
    std::thread::sleep(Duration::from_millis(1));
    turn(&event_loop)?;
    println!("by time: {}", log.joined());
    log.clear();

    // A handle that cancels a later one of the same turn still takes it out.
    let late: Rc<RefCell<Option<Handle>>> = Rc::default();
    let (victim, cancelling) = (late.clone(), log.clone());
    event_loop.call_soon(move || {
        cancelling.push("canceller");
        victim.borrow_mut().as_mut().expect("made below").cancel();
    });
    late.replace(Some(event_loop.call_soon(log.append("victim"))));
    event_loop.call_soon(log.append("bystander"));
    turn(&event_loop)?;
    println!("cancel in turn: {}", log.joined());
    event_loop.close()
}

pub(crate) fn run() {
    program().expect("nothing fails");
}
