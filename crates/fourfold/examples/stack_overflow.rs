//! A goroutine that calls itself without end. Its guard page stops it: the process ends with code 2
//! and a report that names the goroutine and where it was made.
//!
//! ```text
//! cargo run --release --example stack_overflow
//! ```

use std::hint::black_box;

use fourfold::go::{self, Spawn};

#[allow(unconditional_recursion)]
fn deeper(depth: u64) -> u64 {
    let frame = black_box([depth; 16]);
    deeper(depth + 1) + frame[depth as usize % 16]
}

fn main() {
    go::run(|| {
        let digger = Spawn::new().name("digger").stack_size(64 << 10).go(|| deeper(0));
        println!("it returned {:?}", digger.join());
    });
}
