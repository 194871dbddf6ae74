//! Cancelling tasks that await each other, in a long chain and in a circle.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use fourfold::asyncio::{self, Task};

#[test]
fn py_10_a_cancellation_reaches_the_end_of_a_long_chain() {
    asyncio::run(async {
        let mut last: Task<()> =
            asyncio::create_task(async { asyncio::sleep(Duration::from_secs(3600)).await });
        for _ in 0..100_000 {
            let inner = last;
            last = asyncio::create_task(async move { inner.await });
        }
        asyncio::sleep(Duration::ZERO).await?;
        assert!(last.cancel());
        assert!(last.await.unwrap_err().is_cancelled());
        Ok(())
    })
    .unwrap();
}

#[test]
fn py_10_tasks_that_await_each_other_in_a_circle_can_be_cancelled() {
    asyncio::run(async {
        let second: Rc<RefCell<Option<Task<()>>>> = Rc::default();
        let awaits_second = second.clone();
        let first = asyncio::create_task(async move {
            let second = awaits_second.borrow().clone().expect("set before this task runs");
            second.await
        });
        let awaits_first = first.clone();
        second.replace(Some(asyncio::create_task(async move { awaits_first.await })));
        asyncio::sleep(Duration::ZERO).await?;
        assert!(first.cancel());
        assert!(first.await.unwrap_err().is_cancelled());
        let second = second.take().unwrap();
        assert!(second.await.unwrap_err().is_cancelled());
        Ok(())
    })
    .unwrap();
}
