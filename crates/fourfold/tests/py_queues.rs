//! Queues: what CPython 3.13 prints for the same programs.

mod recorder;

use fourfold::asyncio::{
    LifoQueue, OrderedQueue, PriorityQueue, Queue, QueueEmpty, QueueFull, QueueOrder,
    QueueShutDown, Task, create_task,
};
use fourfold::{Error, Result};
use recorder::{Log, finish, run, step};

fn name(error: &Error) -> &'static str {
    if error.is::<QueueEmpty>() {
        "QueueEmpty"
    } else if error.is::<QueueFull>() {
        "QueueFull"
    } else if error.is::<QueueShutDown>() {
        "QueueShutDown"
    } else if error.is_cancelled() {
        "CancelledError"
    } else {
        "another error"
    }
}

fn attempt<T>(result: Result<T>) -> Result<T, &'static str> {
    result.map_err(|error| name(&error))
}

fn in_order<O: QueueOrder<Item = u32>>() -> Vec<u32> {
    let queue = OrderedQueue::<O>::default();
    for item in [3, 1, 2] {
        queue.put_nowait(item).unwrap();
    }
    let taken = (0..3).map(|_| queue.get_nowait().unwrap()).collect();
    assert!(queue.empty());
    taken
}

#[test]
fn py_20_each_queue_has_its_order() {
    assert_eq!(in_order::<fourfold::asyncio::Fifo<u32>>(), [3, 1, 2]);
    assert_eq!(in_order::<fourfold::asyncio::Lifo<u32>>(), [2, 1, 3]);
    assert_eq!(in_order::<fourfold::asyncio::Priority<u32>>(), [1, 2, 3]);
}

/// Equal by priority, told apart by name.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Job(u32, u32);

impl Ord for Job {
    fn cmp(&self, other: &Job) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

impl PartialOrd for Job {
    fn partial_cmp(&self, other: &Job) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// The names, as CPython's PriorityQueue gives them for items that compare by priority only.
#[test]
fn py_20_equal_priorities_leave_in_the_order_of_heapq() {
    let queue = PriorityQueue::new(0);
    for name in 0..12 {
        queue.put_nowait(Job(name * 7 % 3, name)).unwrap();
    }
    let names: Vec<u32> = (0..12).map(|_| queue.get_nowait().unwrap().1).collect();
    assert_eq!(names, HEAPQ_NAMES);
}

const HEAPQ_NAMES: [u32; 12] = [0, 6, 3, 9, 4, 10, 1, 7, 2, 5, 8, 11];

#[test]
fn py_20_a_queue_has_room_for_maxsize() {
    let queue = Queue::new(2);
    let sizes = |queue: &Queue<u32>| (queue.qsize(), queue.full(), queue.maxsize());
    assert_eq!(attempt(queue.get_nowait()), Err("QueueEmpty"));
    assert_eq!(attempt(queue.put_nowait(1)), Ok(()));
    assert_eq!(sizes(&queue), (1, false, 2));
    assert_eq!(attempt(queue.put_nowait(2)), Ok(()));
    assert_eq!(sizes(&queue), (2, true, 2));
    assert_eq!(attempt(queue.put_nowait(3)), Err("QueueFull"));
    assert!(!Queue::<u32>::new(0).full());
}

fn putters(queue: &Queue<u32>, log: &Log, items: &[u32]) -> Vec<Task<()>> {
    let start = |&item: &u32| {
        let (queue, log) = (queue.clone(), log.clone());
        create_task(async move {
            queue.put(item).await?;
            log.add(format!("put {item}"));
            Ok(())
        })
    };
    items.iter().map(start).collect()
}

fn getters<T: std::fmt::Display + 'static>(
    queue: &Queue<T>,
    log: &Log,
    names: &[&'static str],
) -> Vec<Task<()>> {
    let start = |name: &&'static str| {
        let (queue, log, name) = (queue.clone(), log.clone(), *name);
        create_task(async move {
            log.add(format!("{name} {}", queue.get().await?));
            Ok(())
        })
    };
    names.iter().map(start).collect()
}

#[test]
fn py_20_putters_wait_in_order_and_a_cancelled_one_is_left_out() {
    run(async {
        let (queue, log) = (Queue::new(2), Log::default());
        queue.put_nowait(1)?;
        queue.put_nowait(2)?;
        let tasks = putters(&queue, &log, &[3, 4, 5]);
        step().await?;
        tasks[1].cancel();
        let mut got = Vec::new();
        for _ in 0..10 {
            got.extend(queue.get_nowait());
            step().await?;
        }
        assert_eq!(got, [1, 2, 3, 5]);
        assert_eq!(log.take(), "put 3, put 5");
        assert!(tasks[1].cancelled());
        Ok(())
    });
}

#[test]
fn py_20_getters_wait_in_order() {
    run(async {
        let (queue, log) = (Queue::new(0), Log::default());
        let tasks = getters(&queue, &log, &["a", "b", "c"]);
        step().await?;
        tasks[0].cancel();
        queue.put_nowait("x")?;
        step().await?;
        queue.put_nowait("y")?;
        finish(&tasks).await;
        assert_eq!(log.take(), "b x, c y");
        Ok(())
    });
}

#[test]
fn py_20_a_getter_woken_and_cancelled_leaves_the_item_to_the_next() {
    run(async {
        let (queue, log) = (Queue::new(0), Log::default());
        let tasks = getters(&queue, &log, &["a", "b"]);
        step().await?;
        queue.put_nowait("only")?;
        tasks[0].cancel();
        finish(&tasks).await;
        assert_eq!(log.take(), "b only");
        assert_eq!(queue.qsize(), 0);
        Ok(())
    });
}

#[test]
fn py_20_a_putter_woken_and_cancelled_leaves_the_room_to_the_next() {
    run(async {
        let (queue, log) = (Queue::new(1), Log::default());
        queue.put_nowait(0)?;
        let tasks = putters(&queue, &log, &[1, 2]);
        step().await?;
        assert_eq!(queue.get_nowait()?, 0);
        tasks[0].cancel();
        finish(&tasks).await;
        assert_eq!(log.take(), "put 2");
        assert_eq!(queue.get_nowait()?, 2);
        Ok(())
    });
}

#[test]
fn py_20_a_dropped_get_leaves_the_item_to_the_next() {
    run(async {
        let (queue, log) = (Queue::new(0), Log::default());
        let mut given_up = Box::pin({
            let queue = queue.clone();
            async move { queue.get().await }
        });
        assert!(recorder::poll_once(&mut given_up).await.is_none());
        let tasks = getters(&queue, &log, &["next"]);
        step().await?;
        queue.put_nowait("item")?;
        drop(given_up);
        finish(&tasks).await;
        assert_eq!(log.take(), "next item");
        Ok(())
    });
}

/// A woken getter finds the item gone: it waits again, behind those who came meanwhile.
#[test]
fn py_20_who_comes_first_takes_the_item() {
    run(async {
        let (queue, log) = (Queue::new(0), Log::default());
        let tasks = getters(&queue, &log, &["a"]);
        step().await?;
        queue.put_nowait("1")?;
        log.add(format!("main {}", queue.get().await?)); // does not suspend
        let later = getters(&queue, &log, &["b"]);
        step().await?;
        queue.put_nowait("2")?;
        queue.put_nowait("3")?;
        finish(&tasks).await;
        finish(&later).await;
        assert_eq!(log.take(), "main 1, a 2, b 3");
        Ok(())
    });
}

#[test]
fn py_20_join_waits_for_task_done() {
    run(async {
        let (queue, log) = (Queue::new(0), Log::default());
        for item in 0..3 {
            queue.put_nowait(item)?;
        }
        let worker = create_task({
            let (queue, log) = (queue.clone(), log.clone());
            async move {
                loop {
                    log.add(queue.get().await?.to_string());
                    step().await?;
                    queue.task_done()?;
                }
                #[allow(unreachable_code)]
                Ok(())
            }
        });
        queue.join().await?;
        assert_eq!((log.take().as_str(), queue.empty()), ("0, 1, 2", true));
        worker.cancel();
        let error = queue.task_done().unwrap_err();
        assert_eq!(error.to_string(), "task_done() called too many times");
        Queue::<u32>::new(0).join().await
    });
}

#[test]
fn py_20_shutdown_lets_the_queue_run_dry() {
    run(async {
        let queue = Queue::new(0);
        queue.put_nowait(1)?;
        queue.put_nowait(2)?;
        queue.shutdown(false);
        assert_eq!(attempt(queue.put(3).await), Err("QueueShutDown"));
        assert_eq!(attempt(queue.put_nowait(3)), Err("QueueShutDown"));
        assert_eq!(attempt(queue.get().await), Ok(1));
        assert_eq!(attempt(queue.get_nowait()), Ok(2));
        assert_eq!(attempt(queue.get().await), Err("QueueShutDown"));
        assert_eq!(attempt(queue.get_nowait()), Err("QueueShutDown"));
        queue.task_done()?;
        let join = create_task({
            let queue = queue.clone();
            async move { queue.join().await }
        });
        step().await?;
        assert!(!join.done());
        queue.task_done()?;
        join.await
    });
}

#[test]
fn py_20_shutdown_at_once_drops_what_is_left() {
    run(async {
        let queue = Queue::new(0);
        for item in 0..3 {
            queue.put_nowait(item)?;
        }
        let join = create_task({
            let queue = queue.clone();
            async move { queue.join().await }
        });
        step().await?;
        queue.shutdown(true);
        join.await?;
        assert_eq!(queue.qsize(), 0);
        assert_eq!(attempt(queue.get().await), Err("QueueShutDown"));
        assert_eq!(attempt(queue.put(1).await), Err("QueueShutDown"));

        // One item is in somebody's hands: it is still to be dealt with.
        let queue = Queue::new(0);
        queue.put_nowait(1)?;
        queue.get_nowait()?;
        queue.put_nowait(2)?;
        queue.shutdown(true);
        let join = create_task({
            let queue = queue.clone();
            async move { queue.join().await }
        });
        step().await?;
        assert!(!join.done());
        queue.task_done()?;
        join.await
    });
}

#[test]
fn py_20_shutdown_wakes_all_who_wait() {
    run(async {
        let queue = Queue::<u32>::new(0);
        let log = Log::default();
        let tasks = getters(&queue, &log, &["a", "b"]);
        step().await?;
        queue.shutdown(false);
        for task in tasks {
            assert_eq!(attempt(task.await), Err("QueueShutDown"));
        }

        let queue = Queue::new(1);
        queue.put_nowait(9)?;
        let tasks = putters(&queue, &log, &[0, 1]);
        step().await?;
        queue.shutdown(false);
        for task in tasks {
            assert_eq!(attempt(task.await), Err("QueueShutDown"));
        }
        assert_eq!(attempt(queue.get().await), Ok(9));
        assert_eq!(attempt(queue.get().await), Err("QueueShutDown"));
        queue.shutdown(false);
        queue.shutdown(true);
        assert_eq!(log.take(), "");
        Ok(())
    });
}

#[test]
fn py_20_the_latest_item_leaves_a_lifo_queue_first() {
    run(async {
        let queue = LifoQueue::new(2);
        queue.put("first").await?;
        queue.put("second").await?;
        assert_eq!(queue.get().await?, "second");
        Ok(())
    });
}
