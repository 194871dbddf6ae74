//! What happens inside `recv()`: the seven steps, as the kernel itself recorded them.
//!
//! The idea: a coroutine that waits for a socket goes through seven hands before it has its data.
//! The program records a real receive and prints those events of it in the order they came. The
//! first two are the reactor's, the next two the loop's callback, then the future calls back its
//! task, and the task resumes the coroutine.
//!
//! ```text
//! 1 poll waits
//! 2 ready
//! 3 data moved
//! 4 result set
//! 5 task called back
//! 6 coroutine resumed
//! 7 data read
//! received "hello"
//! ```

use std::io::Write;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use fourfold::asyncio::{self, get_running_loop};
use fourfold::{Error, Result};
use fourfold_kernel::trace::{EventKind, Recording, Trace};

/// Receives what is sent a moment later, so that it has to wait for it.
async fn receive() -> Result<Vec<u8>> {
    let event_loop = get_running_loop()?;
    let (mut sender, receiver) = UnixStream::pair()?;
    receiver.set_nonblocking(true)?;

    let of_the_task = event_loop.clone();
    let receiving =
        asyncio::create_task(async move { of_the_task.sock_recv(&receiver, 100).await });
    receiving.set_name("receiving");

    asyncio::sleep(Duration::from_millis(10)).await?;
    sender.write_all(b"hello")?;
    receiving.await
}

/// Those events of the recording that are a step of the receive.
fn steps(trace: &Trace) -> Vec<&'static str> {
    let events = || trace.events().iter().map(|event| &event.kind);
    let receiving = events().find_map(|event| match event {
        EventKind::Renamed { task, name } if &**name == "receiving" => Some(*task),
        _ => None,
    });
    let mut steps = Vec::new();
    for event in events() {
        match event {
            // The loop polls once in each turn; the poll that counts is the one that found it.
            EventKind::SpanStarted("poll") if steps.len() < 2 => steps = vec!["poll waits"],
            EventKind::IoReady { .. } if steps.len() == 1 => steps.push("ready"),
            EventKind::Instant { name, .. } if steps.len() >= 2 => steps.push(name),
            EventKind::Woken { task, .. } if Some(*task) == receiving && steps.len() == 4 => {
                steps.push("task called back");
            }
            EventKind::PollStarted(task) if Some(*task) == receiving && steps.len() == 5 => {
                steps.push("coroutine resumed");
            }
            _ => {}
        }
    }
    steps
}

fn main() -> Result<()> {
    let recording = Recording::start();
    let data = asyncio::run(receive())?;
    let trace = recording.finish();

    for (number, step) in (1..).zip(steps(&trace)) {
        println!("{number} {step}");
    }
    let text = String::from_utf8(data).map_err(Error::new)?;
    println!("received {text:?}");
    Ok(())
}
