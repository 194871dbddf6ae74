//! The smallest program: one goroutine, waited for.
//!
//! Prints:
//!
//! ```text
//! Hello, world!
//! Done
//! ```

use fourfold::go::{self, go};

fn main() {
    go::run(|| {
        let hello = go(|| println!("Hello, world!"));
        if hello.join().is_ok() {
            println!("Done");
        }
    });
}
