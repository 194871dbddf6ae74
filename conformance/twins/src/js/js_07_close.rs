use fourfold::js::{self, Inbox};

use super::node::{busy, log, program};

// What is closed: its callback comes after the check phase of the same turn. A connection that is dropped
// is gone at once; what has such a callback here is an inbox.

pub(crate) fn run() {
    program(async {
        let client = Inbox::new(|text: &'static str, client: &Inbox<&'static str>| {
            println!("poll: {text}");
            client.close(|| {
                println!("close");
                js::next_tick(log("tick of the close"));
                js::queue_microtask(log("microtask of the close"));
            });
            println!("destroyed: {}", !client.has_ref());
            js::set_timeout(log("timers"), 0);
            js::set_immediate(|| {
                println!("check");
                js::set_immediate(log("check of the next turn"));
                busy(5);
            });
            js::next_tick(log("tick"));
            js::queue_microtask(log("microtask"));
        });
        let server = client.sender();
        std::thread::spawn(move || server.send("connected"));
        Ok(())
    });
}
