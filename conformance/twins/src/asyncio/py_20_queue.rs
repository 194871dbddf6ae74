//! `Queue`, `LifoQueue`, `PriorityQueue`: bounds, order, join, cancelled waiters.

use fourfold::Result;
use fourfold::asyncio::{
    LifoQueue, OrderedQueue, PriorityQueue, Queue, QueueEmpty, QueueFull, QueueOrder, ReturnWhen,
    create_task, wait, wait_for,
};

use super::python::{Log, Repr, run_main, seconds, text, turn};

fn order<O: QueueOrder<Item = i32>>(name: &str, q: &OrderedQueue<O>) -> Result<()> {
    for i in [3, 1, 2] {
        q.put_nowait(i)?;
    }
    let got = [q.get_nowait()?, q.get_nowait()?, q.get_nowait()?];
    println!("{name} {} {}", got.repr(), q.empty().repr());
    Ok(())
}

async fn main() -> Result<()> {
    let log = Log::new();
    order("Queue", &Queue::new(0))?;
    order("LifoQueue", &LifoQueue::new(0))?;
    order("PriorityQueue", &PriorityQueue::new(0))?;

    let q: Queue<i32> = Queue::new(2);
    let steps: [&dyn Fn() -> Result<()>; 4] =
        [&|| q.get_nowait().map(drop), &|| q.put_nowait(1), &|| q.put_nowait(2), &|| {
            q.put_nowait(3)
        }];
    for step in steps {
        match step() {
            Ok(()) => println!("ok {} {} {}", q.qsize(), q.full().repr(), q.maxsize()),
            Err(e) if e.is::<QueueEmpty>() => println!("QueueEmpty"),
            Err(e) if e.is::<QueueFull>() => println!("QueueFull"),
            Err(e) => return Err(e),
        }
    }

    let ts = [3, 4, 5].map(|x| {
        let (q, log) = (q.clone(), log.clone());
        create_task(async move {
            q.put(x).await?;
            log.push(format!("put {x}"));
            Ok(())
        })
    });
    turn().await?;
    let mut got = Vec::new();
    ts[1].cancel();
    loop {
        let q = q.clone();
        match wait_for(async move { q.get().await }, seconds(0.005)).await {
            Ok(item) => got.push(item),
            Err(e) if e.is_timed_out() => break,
            Err(e) => return Err(e),
        }
    }
    println!("putters {} {log} {}", got.repr(), ts[1].cancelled().repr());

    let q: Queue<&str> = Queue::new(2);
    let get = |name: &'static str| {
        let (q, log) = (q.clone(), log.clone());
        create_task(async move {
            let item = q.get().await?;
            log.push(format!("{name} {item}"));
            Ok(())
        })
    };
    log.clear();
    let ts = ["a", "b", "c"].map(get);
    turn().await?;
    ts[0].cancel();
    q.put_nowait("x")?;
    turn().await?;
    q.put_nowait("y")?;
    wait(ts, ReturnWhen::AllCompleted, None).await?;
    println!("getters {log}");

    // A getter is woken and cancelled in one turn: the item stays for the next.
    log.clear();
    let ts = ["a", "b"].map(get);
    turn().await?;
    q.put_nowait("only")?;
    ts[0].cancel();
    wait(ts, ReturnWhen::AllCompleted, None).await?;
    println!("woken getter cancelled {log} {}", q.qsize());

    let q = Queue::new(0);
    for i in 0..3 {
        q.put_nowait(i)?;
    }
    let log: Log<i32> = Log::default();
    let (taken, worker_log) = (q.clone(), log.clone());
    let worker = create_task::<(), _>(async move {
        loop {
            let item: i32 = taken.get().await?;
            worker_log.push(item);
            turn().await?;
            taken.task_done()?;
        }
    });
    q.join().await?;
    println!("joined {log} {}", q.empty().repr());
    worker.cancel();
    if let Err(e) = q.task_done() {
        println!("ValueError {}", text(&e));
    }
    Queue::<()>::new(0).join().await?;
    println!("join of a fresh queue is immediate");
    Ok(())
}

pub(crate) fn run() {
    run_main(main());
}
