use fourfold::js;

use super::show::{Var, log, main};

// Ticks queued by ticks run before any microtask; microtasks queued by microtasks run before the next
// tick. Only when both queues are empty the loop goes on.

#[derive(Clone, Copy)]
struct Counts {
    ticks: Var<u32>,
    microtasks: Var<u32>,
}

impl Counts {
    fn tick(self) {
        println!("tick {}", self.ticks.next());
        if self.ticks.get() == 1 {
            js::queue_microtask(move || self.microtask());
        }
        if self.ticks.get() < 4 {
            js::next_tick(move || self.tick());
        }
    }

    fn microtask(self) {
        println!("microtask {}", self.microtasks.next());
        if self.microtasks.get() == 1 {
            js::next_tick(|| {
                println!("tick of the first microtask");
                js::queue_microtask(log("microtask of that tick"));
            });
        }
        if self.microtasks.get() < 4 {
            js::queue_microtask(move || self.microtask());
        }
    }
}

/// Queues itself with `queue` until it has run as often as this.
fn again(left: u32, queue: fn(Box<dyn FnOnce()>), end: &'static str) {
    if left > 1 {
        queue(Box::new(move || again(left - 1, queue, end)));
    } else {
        println!("{end}");
    }
}

pub(crate) fn run() {
    main(async {
        let counts = Counts { ticks: Var::new(0), microtasks: Var::new(0) };
        js::set_immediate(move || {
            println!("immediate");
            js::next_tick(move || counts.tick());
            js::set_immediate(log("next immediate"));
        });

        // Many in a row keep the loop from its next phase.
        js::set_immediate(|| {
            js::next_tick(|| again(1000, js::next_tick, "1000 ticks"));
            js::queue_microtask(|| again(1000, js::queue_microtask, "1000 microtasks"));
            js::set_immediate(log("after all of them"));
        });
        Ok(())
    });
}
