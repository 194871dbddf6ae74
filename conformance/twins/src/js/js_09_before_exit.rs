use fourfold::js::{self, process};

use super::show::{Var, log, main};

// beforeExit may give the loop work again; exit may not.

pub(crate) fn run() {
    main(async {
        let rounds = Var::new(0);
        process::on_before_exit(move |code| {
            println!("beforeExit {code} round {}", rounds.next());
            if rounds.get() == 1 {
                js::set_timeout(log("timer of round 1"), 1);
            }
            if rounds.get() == 2 {
                js::set_immediate(|| {
                    println!("immediate of round 2");
                    process::set_exit_code(3);
                });
            }
            if rounds.get() == 3 {
                js::queue_microtask(log("a microtask alone does not keep it"));
            }
        });
        process::on_exit(|code| {
            println!("exit {code}");
            js::set_timeout(log("never"), 0);
            js::set_immediate(log("never"));
        });
        js::set_timeout(log("timer"), 1);
        Ok(())
    });
}
