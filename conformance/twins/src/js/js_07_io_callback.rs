use fourfold::js;

use super::node::{program, stat};

fn again(round: u32) {
    stat(move || {
        let say = move |what: &'static str| move || println!("round {round}: {what}");
        js::set_timeout(
            move || {
                say("timer")();
                if round < 3 {
                    again(round + 1);
                }
            },
            0,
        );
        js::set_immediate(move || {
            say("immediate")();
            js::next_tick(say("tick of the immediate"));
            js::set_immediate(|| {});
        });
        js::queue_microtask(say("microtask"));
        js::next_tick(say("tick"));
        say("I/O")();
    });
}

pub(crate) fn run() {
    program(async {
        again(1);
        Ok(())
    });
}
