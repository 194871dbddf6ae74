//! Where fibers begin.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use fourfold_kernel::channel::Channel;
use fourfold_kernel::fiber;
use fourfold_kernel::pool::{Options, Pool, Reason};

static REASON: Reason = Reason::by_tasks("the end");

/// At most so many are made until the workers' shares are alike.
const MOST: usize = 20_000;

/// One fiber makes many that wait, as a server does for its connections. It waits for each to say
/// where it is, so that its own worker is free to begin it. While the system does not let the other
/// worker run they stay with the first; but then the next ones go to the other.
#[test]
fn fibers_that_one_worker_makes_are_shared_out() {
    let pool = Pool::builder().workers(2).build().unwrap();
    let end = Arc::new(Channel::<()>::new(0));
    let places = Arc::new(Mutex::new(HashMap::<_, usize>::new()));
    let (tell, told) = mpsc::channel();
    let maker = {
        let (pool, end, places) = (pool, end.clone(), places.clone());
        move || {
            for made in 1..=MOST {
                let began = Arc::new(Channel::new(1));
                let (end, shares, begin) = (end.clone(), places.clone(), began.clone());
                let main = move || {
                    *shares.lock().unwrap().entry(thread::current().id()).or_default() += 1;
                    assert!(begin.send_plain((), &REASON).is_ok());
                    assert!(end.recv_plain(&REASON).is_none());
                };
                drop(pool.spawn_fiber(main, Options::new()));
                began.recv_plain(&REASON);
                let most = places.lock().unwrap().values().copied().max().unwrap_or(0);
                if made >= 100 && most * 10 < made * 7 {
                    break;
                }
            }
            tell.send(()).unwrap();
        }
    };
    let maker = pool.spawn_fiber(maker, Options::new());
    told.recv().unwrap();
    let counts: Vec<usize> = places.lock().unwrap().values().copied().collect();
    let made = counts.iter().sum::<usize>();
    assert!(counts.iter().all(|&count| count * 10 < made * 7), "{counts:?}");
    end.close();
    assert!(fiber::wait(maker).is_ok());
    pool.shut_down();
}
