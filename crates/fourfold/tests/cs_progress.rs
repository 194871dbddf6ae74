//! Reports of progress: where handlers are called, and in which order.

use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread;

use fourfold::csharp::{AsyncLocal, Builder, IProgress, Progress, Pump, Task, ThreadPool};

#[test]
fn cs_19_reports_are_handled_in_the_context_in_order_and_not_within_the_report() {
    let log = Pump::new()
        .run(async {
            let log = Arc::new(Mutex::new(Vec::new()));
            let (noted, here) = (log.clone(), thread::current().id());
            let progress = Progress::new(move |value: &u32| {
                assert_eq!(thread::current().id(), here);
                noted.lock().unwrap().push(format!("handled {value}"));
            });
            progress.report(0);
            log.lock().unwrap().push("reported".into());
            Task::run(async move {
                for value in 1..=3 {
                    progress.report(value);
                    Task::yield_now().await;
                }
                Ok(())
            })
            .await?;
            Task::yield_now().await;
            let log = log.lock().unwrap().clone();
            Ok(log)
        })
        .unwrap();
    assert_eq!(log, ["reported", "handled 0", "handled 1", "handled 2", "handled 3"]);
}

#[test]
fn cs_19_without_a_context_the_pool_handles_reports() {
    let (handled, told) = channel();
    let handled = Mutex::new(handled);
    let progress = Progress::new(move |value: &u32| {
        let on_pool = ThreadPool::is_thread_pool_thread();
        handled.lock().unwrap().send((*value, on_pool)).unwrap();
    });
    progress.report(7);
    assert_eq!(told.recv().unwrap(), (7, true));
}

#[test]
fn cs_19_handlers_are_called_one_after_the_other_with_the_values_of_the_reporter() {
    let log = Builder::new()
        .virtual_time()
        .run(async {
            Task::yield_now().await;
            let (log, local) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AsyncLocal::new()));
            let (first, second) = (log.clone(), log.clone());
            let read = local.clone();
            let progress = Progress::new(move |value: &u32| {
                first.lock().unwrap().push(format!("action {value} {:?}", read.value()));
            });
            progress.progress_changed(move |value| {
                second.lock().unwrap().push(format!("event {value}"));
            });
            local.set_value(1);
            progress.report(7);
            progress.clone().report(8);
            local.set_value(2);
            log.lock().unwrap().push("reported".into());
            Task::delay(std::time::Duration::from_secs(1)).await?;
            let log = log.lock().unwrap().clone();
            Ok(log)
        })
        .unwrap();
    let expected = ["reported", "action 7 Some(1)", "event 7", "action 8 Some(1)", "event 8"];
    assert_eq!(log, expected);
    // Without handlers nothing is to be done.
    Progress::default().report(1);
}

#[test]
fn cs_19_a_receiver_of_ones_own() {
    struct AtOnce(Mutex<Vec<u32>>);
    impl IProgress<u32> for AtOnce {
        fn report(&self, value: u32) {
            self.0.lock().unwrap().push(value);
        }
    }
    fn work(progress: Option<&dyn IProgress<u32>>) {
        for value in 1..=3 {
            if let Some(progress) = progress {
                progress.report(value);
            }
        }
    }
    let at_once = AtOnce(Mutex::default());
    work(Some(&at_once));
    work(None);
    assert_eq!(at_once.0.into_inner().unwrap(), [1, 2, 3]);
}
