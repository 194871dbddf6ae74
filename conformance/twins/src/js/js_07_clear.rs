use fourfold::js::{self, Immediate, Timeout};

use super::show::{Var, busy, log, main};

pub(crate) fn run() {
    main(async {
        // A timer clears ones that are due at the same time, of its duration and of another.
        let (b, d) = (Var::unset(), Var::unset());
        js::set_timeout(
            move || {
                println!("a clears b and d");
                js::clear_timeout(&b.it());
                js::clear_timeout(&d.it());
            },
            1,
        );
        b.set(Some(js::set_timeout(log("never"), 1)));
        js::set_timeout(log("c"), 1);
        d.set(Some(js::set_timeout(log("never"), 2)));
        js::set_timeout(strange, 3);
        busy(5);
        Ok(())
    });
}

fn strange() {
    // clear_timeout and clear_interval are the same for a timer.
    js::clear_interval(&js::set_timeout(log("never"), 1));
    js::clear_timeout(&js::set_interval(log("never"), 1));
    let done = Var::<Option<Timeout>>::unset();
    let timer = js::set_timeout(
        move || {
            js::clear_timeout(&done.it());
            println!("a timer clears itself while it runs");
            js::set_timeout(
                move || {
                    js::clear_timeout(&done.it());
                    println!("and once more when it has run");
                    intervals();
                },
                1,
            );
        },
        1,
    );
    done.set(Some(timer));
}

// An interval that clears itself; one that is cleared from outside.
fn intervals() {
    let n = Var::new(0);
    let own = Var::unset();
    let interval = js::set_interval(
        move || {
            println!("own {}", n.next());
            if n.get() < 3 {
                return;
            }
            js::clear_interval(&own.it());
            println!("own is cleared");
            let outer = js::set_interval(|| {}, 1);
            js::set_timeout(
                move || {
                    js::clear_interval(&outer);
                    println!("outer is cleared");
                    js::set_immediate(immediates);
                },
                5,
            );
        },
        1,
    );
    own.set(Some(interval));
}

// An immediate clears one behind it.
fn immediates() {
    let second = Var::<Option<Immediate>>::unset();
    js::set_immediate(move || {
        println!("immediate 1 clears 2");
        js::clear_immediate(&second.it());
    });
    second.set(Some(js::set_immediate(log("never"))));
    js::set_immediate(|| {
        println!("immediate 3");
        js::clear_immediate(&js::set_immediate(log("never")));
    });
    let cleared = Var::<Option<Immediate>>::unset();
    js::next_tick(move || js::clear_immediate(&cleared.it()));
    cleared.set(Some(js::set_immediate(log("never"))));
}
