use fourfold::js::{self, Promise, async_fn, process};

use super::node::{error, log, program};

pub(crate) fn run() {
    program(async {
        let main_2: std::rc::Rc<std::cell::OnceCell<Promise<()>>> = std::rc::Rc::default();
        let second = main_2.clone();
        process::on_unhandled_rejection(move |rejection| {
            let reason = rejection.reason().to_string();
            println!("unhandled: {reason}");
            js::next_tick(log(format!("tick after {reason}")));
            if reason == "main 1" {
                second.get().expect("rejected by now").catch(|e| {
                    println!("caught by a listener: {e}");
                    Ok(())
                });
            }
        });
        process::on_rejection_handled(|_| println!("handled later"));
        js::next_tick(|| {
            Promise::<()>::reject(error("tick"));
        });
        js::queue_microtask(|| {
            Promise::<()>::reject(error("microtask"));
        });
        Promise::<()>::reject(error("main 1"));
        main_2.get_or_init(|| Promise::reject(error("main 2")));
        Promise::<()>::reject(error("main 3"));
        Promise::resolve(()).then::<(), ()>(|()| Err(error("thrown in a handler")));
        async_fn::<_, _, ()>(async { Err::<(), _>(error("async, at once")) });
        async_fn::<_, _, ()>(async {
            Promise::resolve(()).await?;
            Err::<(), _>(error("async, later"))
        });
        Promise::<()>::new(|settle| {
            js::set_immediate(move || settle.reject(error("immediate")));
            Ok(())
        });
        js::set_immediate(log("immediate 2"));
        println!("end of main");
        Ok(())
    });
}
