//! A million goroutines, each on a stack of its own with a guard page, all parked at once.
//!
//! ```text
//! cargo run --release --example million [-- COUNT]
//! ```

use std::time::Instant;

use fourfold::go::sync::WaitGroup;
use fourfold::go::{self, chan, runtime};

/// Bytes of memory and of page tables that this process has.
fn memory() -> Option<(u64, u64)> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let field = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name))?;
        Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? * 1024)
    };
    Some((field("VmRSS:")?, field("VmPTE:")?))
}

fn mappings() -> usize {
    std::fs::read_to_string("/proc/self/maps").map_or(0, |maps| maps.lines().count())
}

fn main() {
    let count = match std::env::args().nth(1).map(|text| text.parse()) {
        None => 1_000_000,
        Some(Ok(count)) => count,
        Some(Err(_)) => {
            eprintln!("how many goroutines? give a number, such as 100000");
            std::process::exit(2);
        }
    };
    go::run(move || {
        for round in ["cold", "warm"] {
            let before = memory();
            let begun = Instant::now();
            let (gate, ended) = (chan::make::<()>(0), WaitGroup::new());
            let (parked, all_parked) = (WaitGroup::new(), Instant::now);
            for _ in 0..count {
                let (gate, ended, parked) = (gate.clone(), ended.clone(), parked.clone());
                parked.add(1);
                ended.add(1);
                drop(go::go(move || {
                    parked.done();
                    gate.recv();
                    ended.done();
                }));
            }
            parked.wait();
            let took = all_parked().duration_since(begun);
            println!(
                "{} goroutines parked on {round} stacks in {:.2} s, {:.0} ns each; {} mappings",
                runtime::num_goroutine() - 1,
                took.as_secs_f64(),
                took.as_nanos() as f64 / count as f64,
                mappings(),
            );
            if let (Some(before), Some(after)) = (before, memory()) {
                let each = |bytes: u64| bytes as f64 / count as f64;
                println!(
                    "    {:.0} bytes of memory each, and {:.0} of page tables",
                    each(after.0.saturating_sub(before.0)),
                    each(after.1.saturating_sub(before.1)),
                );
            }
            let begun = Instant::now();
            gate.close();
            ended.wait();
            println!("    all ended in {:.2} s", begun.elapsed().as_secs_f64());
        }
    });
}
