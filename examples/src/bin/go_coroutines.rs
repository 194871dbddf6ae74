//! Subroutine and coroutine: a call that runs to its end, and one that stops in the middle and is
//! gone on with by whoever holds it. A coroutine here is a goroutine that hands out one value at a
//! time and waits until it is asked for the next; its stack stays as it was in between.
//!
//! Prints:
//!
//! ```text
//! subroutine: 1 2 3, then the caller
//! coroutine: 1, the caller, 2, the caller, 3, the caller, end
//! held by another: 1 2 3
//! ```

use fourfold::go::chan::Chan;
use fourfold::go::{self, chan, go, select};

/// A suspended computation of several values.
struct Coroutine<T> {
    values: Chan<T>,
    go_on: Chan<()>,
}

/// Turns a function that yields into a coroutine, which has not begun.
fn wrap<T: Send + 'static>(body: impl FnOnce(&dyn Fn(T)) + Send + 'static) -> Coroutine<T> {
    let (values, go_on) = (chan::make(0), chan::make(0));
    let (out, resumed) = (values.clone(), go_on.clone());
    go(move || {
        if resumed.recv().is_none() {
            return;
        }
        body(&|value| {
            out.send(value);
            resumed.recv();
        });
        out.close();
    });
    Coroutine { values, go_on }
}

impl<T> Coroutine<T> {
    /// Goes on with it up to its next value; `None` at its end.
    fn resume(&self) -> Option<T> {
        select! {
            send(self.go_on, ()) => self.values.recv(),
            // It has ended: nobody will take what would make it go on.
            value = recv(self.values) => value,
        }
    }
}

fn foo(emit: &dyn Fn(u32)) {
    for number in 1..=3 {
        emit(number);
    }
}

fn main() {
    go::run(|| {
        print!("subroutine:");
        foo(&|number| print!(" {number}"));
        println!(", then the caller");

        let cofoo = wrap(foo);
        print!("coroutine: ");
        while let Some(number) = cofoo.resume() {
            print!("{number}, the caller, ");
        }
        println!("end");

        let held = wrap(foo);
        let other = go(move || {
            print!("held by another:");
            while let Some(number) = held.resume() {
                print!(" {number}");
            }
            println!();
        });
        let _ = other.join();
    });
}
