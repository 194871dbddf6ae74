//! Timers and tickers.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use fourfold::go::chan::Receiver;
use fourfold::go::time::{self, Time};
use fourfold::go::{self, chan, select};

fn received(c: &Receiver<Time>) -> bool {
    c.try_recv().is_ok()
}

pub(crate) fn run() {
    let millis = Duration::from_millis;
    go::run(move || {
        let timer = time::new_timer(millis(1));
        let c = timer.c();
        time::sleep(millis(20));
        println!("len and cap {} {}", c.len(), c.cap());
        println!("stopped after it fired {} stale {}", timer.stop(), received(&c));
        println!("stopped again {}", timer.stop());
        println!("reset {}", timer.reset(millis(1)));
        c.recv();
        println!("stopped after it was received {}", timer.stop());
        timer.reset(millis(1));
        time::sleep(millis(20));
        let reset = timer.reset(Duration::from_secs(3600));
        println!("reset after it fired {reset} stale {}", received(&c));

        let ticker = time::new_ticker(millis(2));
        time::sleep(millis(30));
        println!("one tick is kept {} {}", received(&ticker.c()), received(&ticker.c()));
        ticker.stop();

        let called = chan::make::<&str>(0);
        let tell = called.clone();
        let after = time::after_func(millis(1), move || tell.send("called"));
        let said = called.recv().unwrap_or_default();
        println!("{said} {} {}", after.stop(), after.c().is_nil());
        let never = time::after_func(Duration::from_secs(3600), || ());
        println!("{} {}", never.stop(), never.stop());
        let panic = catch_unwind(AssertUnwindSafe(|| time::new_ticker(Duration::ZERO)));
        let text = panic.err().and_then(|payload| payload.downcast::<&str>().ok());
        println!("{}", text.map_or("<nil>", |text| *text));
        let (slow, fast) = (time::after(millis(40)), time::after(millis(1)));
        select! {
            recv(slow) => println!("slow"),
            recv(fast) => println!("fast"),
        }
    });
}
