use fourfold::js;

use super::show::{Var, main, stat};

// From an I/O callback an immediate comes before a 0 ms timer, whatever was asked for first.

fn again(round: Var<u32>) {
    stat(move || {
        let name = format!("round {}:", round.next());
        let (timer, immediate, tick_of_it) = (name.clone(), name.clone(), name.clone());
        let (microtask, tick) = (name.clone(), name.clone());
        js::set_timeout(
            move || {
                println!("{timer} timer");
                if round.get() < 3 {
                    again(round);
                }
            },
            0,
        );
        js::set_immediate(move || {
            println!("{immediate} immediate");
            js::next_tick(move || println!("{tick_of_it} tick of the immediate"));
            js::set_immediate(|| {});
        });
        js::queue_microtask(move || println!("{microtask} microtask"));
        js::next_tick(move || println!("{tick} tick"));
        println!("{name} I/O");
    });
}

pub(crate) fn run() {
    main(async {
        again(Var::new(0));
        Ok(())
    });
}
