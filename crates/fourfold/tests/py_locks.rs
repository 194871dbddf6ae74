//! Lock, Event, Condition, Semaphore, Barrier: what CPython 3.13 prints for the same programs.

mod recorder;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use fourfold::Result;
use fourfold::asyncio::{
    Barrier, BoundedSemaphore, BrokenBarrier, Condition, Event, Lock, Semaphore, Task, create_task,
};
use recorder::{Log, finish, run, step};

async fn use_lock(lock: Lock, log: Log, name: &'static str) -> Result<()> {
    let held = lock.acquire().await;
    if held.is_err() {
        log.add(format!("{name} cancelled"));
    }
    let _held = held?;
    log.add(format!("{name} in"));
    step().await?;
    log.add(format!("{name} out"));
    Ok(())
}

fn lock_users(lock: &Lock, log: &Log, names: &[&'static str]) -> Vec<Task<()>> {
    names.iter().map(|name| create_task(use_lock(lock.clone(), log.clone(), name))).collect()
}

#[test]
fn py_19_a_lock_serves_its_waiters_in_order() {
    run(async {
        let (lock, log) = (Lock::new(), Log::default());
        finish(&lock_users(&lock, &log, &["a", "b", "c"])).await;
        assert_eq!(log.take(), "a in, a out, b in, b out, c in, c out");
        Ok(())
    });
}

#[test]
fn py_19_a_cancelled_waiter_does_not_get_the_lock() {
    run(async {
        let (lock, log) = (Lock::new(), Log::default());
        lock.acquire().await?.forget();
        let tasks = lock_users(&lock, &log, &["a", "b", "c"]);
        step().await?;
        assert!(tasks[1].cancel());
        lock.release()?;
        finish(&tasks).await;
        assert_eq!(log.take(), "b cancelled, a in, a out, c in, c out");
        assert!(!lock.locked());
        Ok(())
    });
}

#[test]
fn py_19_a_waiter_woken_and_cancelled_passes_the_lock_on() {
    run(async {
        let (lock, log) = (Lock::new(), Log::default());
        lock.acquire().await?.forget();
        let tasks = lock_users(&lock, &log, &["a", "b", "c"]);
        step().await?;
        lock.release()?;
        tasks[0].cancel();
        finish(&tasks).await;
        assert_eq!(log.take(), "a cancelled, b in, b out, c in, c out");
        assert!(!lock.locked());
        Ok(())
    });
}

#[test]
fn py_19_a_newcomer_does_not_overtake_a_woken_waiter() {
    run(async {
        let (lock, log) = (Lock::new(), Log::default());
        lock.acquire().await?.forget();
        let tasks = lock_users(&lock, &log, &["waiter"]);
        step().await?;
        lock.release()?;
        log.add(format!("locked {}", lock.locked()));
        let held = lock.acquire().await?;
        log.add("newcomer in");
        drop(held);
        finish(&tasks).await;
        assert_eq!(log.take(), "locked false, waiter in, waiter out, newcomer in");
        Ok(())
    });
}

#[test]
fn py_19_a_lock_whose_waiters_are_all_cancelled_can_be_had_at_once() {
    run(async {
        let (lock, log) = (Lock::new(), Log::default());
        lock.acquire().await?.forget();
        let tasks = lock_users(&lock, &log, &["a", "b"]);
        step().await?;
        tasks.iter().for_each(|task| assert!(task.cancel()));
        lock.release()?;
        // The cancelled ones have not run yet; they count no more.
        let held = lock.acquire().await?;
        assert_eq!(log.take(), "");
        drop(held);
        finish(&tasks).await;
        assert!(!lock.locked());
        assert_eq!(lock.release().unwrap_err().to_string(), "Lock is not acquired.");
        Ok(())
    });
}

#[test]
fn py_19_a_dropped_acquire_passes_the_lock_on() {
    run(async {
        let (lock, log) = (Lock::new(), Log::default());
        lock.acquire().await?.forget();
        let mut given_up = Box::pin({
            let lock = lock.clone();
            async move { lock.acquire().await.map(drop) }
        });
        assert!(recorder::poll_once(&mut given_up).await.is_none());
        let tasks = lock_users(&lock, &log, &["next"]);
        step().await?;
        lock.release()?; // wakes the one that is given up
        drop(given_up);
        finish(&tasks).await;
        assert_eq!(log.take(), "next in, next out");
        Ok(())
    });
}

#[test]
fn py_19_a_guard_releases_only_what_it_acquired() {
    run(async {
        let lock = Lock::new();
        let old = lock.acquire().await?;
        lock.release()?;
        let new = lock.acquire().await?;
        drop(old);
        assert!(lock.locked());
        drop(new);
        assert!(!lock.locked());
        Ok(())
    });
}

#[test]
fn py_19_set_and_clear_wakes_all_who_waited() {
    run(async {
        let (event, log) = (Event::new(), Log::default());
        let tasks: Vec<_> = ["a", "b", "c"]
            .map(|name| {
                let (event, log) = (event.clone(), log.clone());
                create_task(async move {
                    event.wait().await?;
                    log.add(name);
                    Ok(())
                })
            })
            .into();
        step().await?;
        tasks[1].cancel();
        event.set();
        event.clear();
        finish(&tasks).await;
        assert_eq!(log.take(), "a, c");
        assert!(!event.is_set());
        assert!(tasks[1].cancelled());
        event.set();
        event.set();
        event.wait().await?;
        assert!(event.is_set());
        Ok(())
    });
}

fn cond_waiters(condition: &Condition, log: &Log, names: &[&'static str]) -> Vec<Task<()>> {
    let start = |name: &&'static str| {
        let (condition, log, name) = (condition.clone(), log.clone(), *name);
        create_task(async move {
            let _held = condition.acquire().await?;
            let waited = condition.wait().await;
            let how = if waited.is_ok() { "woken" } else { "cancelled" };
            log.add(format!("{name} {how}, locked {}", condition.locked()));
            waited
        })
    };
    names.iter().map(start).collect()
}

#[test]
fn py_19_notify_wakes_one_and_notify_all_the_rest() {
    run(async {
        let (condition, log) = (Condition::new(), Log::default());
        let tasks = cond_waiters(&condition, &log, &["a", "b", "c"]);
        step().await?;
        step().await?;
        {
            let _held = condition.acquire().await?;
            condition.notify(1)?;
            log.add("notified one");
        }
        for _ in 0..5 {
            step().await?;
        }
        assert_eq!(log.take(), "notified one, a woken, locked true");
        {
            let _held = condition.acquire().await?;
            condition.notify_all()?;
        }
        finish(&tasks).await;
        assert_eq!(log.take(), "b woken, locked true, c woken, locked true");
        Ok(())
    });
}

#[test]
fn py_19_a_cancelled_wait_has_the_lock_again_when_it_raises() {
    run(async {
        let (condition, log) = (Condition::new(), Log::default());
        let tasks = cond_waiters(&condition, &log, &["a", "b", "c"]);
        step().await?;
        step().await?;
        {
            let _held = condition.acquire().await?;
            condition.notify(2)?;
        }
        finish(&tasks[..2]).await;
        tasks[2].cancel();
        finish(&tasks).await;
        assert_eq!(
            log.take(),
            "a woken, locked true, b woken, locked true, c cancelled, locked true"
        );
        assert!(!condition.locked());
        Ok(())
    });
}

#[test]
fn py_19_a_notification_of_a_cancelled_wait_goes_to_the_next() {
    run(async {
        let (condition, log) = (Condition::new(), Log::default());
        let tasks = cond_waiters(&condition, &log, &["a", "b"]);
        step().await?;
        step().await?;
        {
            let _held = condition.acquire().await?;
            condition.notify(1)?;
            tasks[0].cancel();
        }
        finish(&tasks).await;
        assert_eq!(log.take(), "a cancelled, locked true, b woken, locked true");
        Ok(())
    });
}

#[test]
fn py_19_a_wait_that_is_cancelled_again_and_again_still_gets_the_lock() {
    run(async {
        let (condition, log) = (Condition::new(), Log::default());
        let tasks = cond_waiters(&condition, &log, &["a"]);
        step().await?;
        step().await?;
        let held = condition.acquire().await?;
        for _ in 0..3 {
            tasks[0].cancel();
            step().await?;
            assert!(!tasks[0].done());
        }
        drop(held);
        finish(&tasks).await;
        assert_eq!(log.take(), "a cancelled, locked true");
        assert!(!condition.locked());
        Ok(())
    });
}

#[test]
fn py_19_wait_for_looks_again_after_each_notification() {
    run(async {
        let condition = Condition::new();
        let state = Rc::new(RefCell::new(Vec::new()));
        let looks = Rc::new(Cell::new(0));
        let task = create_task({
            let (condition, state, looks) = (condition.clone(), state.clone(), looks.clone());
            async move {
                let _held = condition.acquire().await?;
                let enough = || {
                    looks.set(looks.get() + 1);
                    state.borrow().len() >= 2
                };
                condition.wait_for(enough).await?;
                Ok(state.borrow().clone())
            }
        });
        step().await?;
        for i in 0..3 {
            {
                let _held = condition.acquire().await?;
                state.borrow_mut().push(i);
                condition.notify_all()?;
            }
            step().await?;
            step().await?;
        }
        assert_eq!(task.await?, [0, 1]);
        assert_eq!(looks.get(), 3);
        Ok(())
    });
}

#[test]
fn py_19_a_condition_without_its_lock_refuses() {
    run(async {
        let condition = Condition::new();
        let text = |result: Result<()>| result.unwrap_err().to_string();
        assert_eq!(text(condition.notify(1)), "cannot notify on un-acquired lock");
        assert_eq!(text(condition.notify_all()), "cannot notify on un-acquired lock");
        assert_eq!(text(condition.wait().await), "cannot wait on un-acquired lock");
        Ok(())
    });
}

#[test]
fn py_19_a_dropped_wait_leaves_the_guard_without_the_lock() {
    run(async {
        let condition = Condition::new();
        let held = condition.acquire().await?;
        let mut wait = Box::pin({
            let condition = condition.clone();
            async move { condition.wait().await }
        });
        assert!(recorder::poll_once(&mut wait).await.is_none());
        drop(wait);
        let other = condition.acquire().await?;
        drop(held);
        assert!(condition.locked(), "the guard that lost the lock released somebody else's");
        drop(other);
        Ok(())
    });
}

async fn take_permit(semaphore: Semaphore, log: Log, name: &'static str) -> Result<()> {
    match semaphore.acquire().await {
        Ok(permit) => permit.forget(),
        Err(cancelled) => {
            log.add(format!("{name} cancelled"));
            return Err(cancelled);
        }
    }
    log.add(format!("{name} has it"));
    Ok(())
}

fn permit_takers(semaphore: &Semaphore, log: &Log, names: &[&'static str]) -> Vec<Task<()>> {
    let start =
        |name: &&'static str| create_task(take_permit(semaphore.clone(), log.clone(), name));
    names.iter().map(start).collect()
}

#[test]
fn py_19_a_semaphore_lets_as_many_in_as_it_has_permits() {
    run(async {
        let (semaphore, log) = (Semaphore::new(2), Log::default());
        let tasks: Vec<_> = ["a", "b", "c", "d"]
            .map(|name| {
                let (semaphore, log) = (semaphore.clone(), log.clone());
                create_task(async move {
                    let _permit = semaphore.acquire().await?;
                    log.add(format!("{name} in"));
                    step().await?;
                    log.add(format!("{name} out"));
                    Ok(())
                })
            })
            .into();
        finish(&tasks).await;
        assert_eq!(log.take(), "a in, b in, a out, b out, c in, d in, c out, d out");
        Ok(())
    });
}

#[test]
fn py_19_permits_survive_cancelled_waiters() {
    run(async {
        let (semaphore, log) = (Semaphore::new(0), Log::default());
        let mut tasks = permit_takers(&semaphore, &log, &["a", "b", "c"]);
        step().await?;
        tasks[0].cancel();
        semaphore.release()?;
        finish(&tasks[..2]).await;
        assert_eq!(log.take(), "a cancelled, b has it");
        assert!(semaphore.locked());
        tasks = tasks.split_off(2);
        tasks.extend(permit_takers(&semaphore, &log, &["d"]));
        step().await?;
        semaphore.release()?;
        tasks[0].cancel(); // woken and cancelled in one turn
        finish(&tasks).await;
        assert_eq!(log.take(), "c cancelled, d has it");
        assert!(semaphore.locked());
        Ok(())
    });
}

#[test]
fn py_19_a_newcomer_does_not_take_a_permit_that_was_handed_over() {
    run(async {
        let (semaphore, log) = (Semaphore::new(0), Log::default());
        let mut tasks = permit_takers(&semaphore, &log, &["waiter"]);
        step().await?;
        semaphore.release()?;
        log.add(format!("locked {}", semaphore.locked()));
        tasks.extend(permit_takers(&semaphore, &log, &["newcomer"]));
        finish(&tasks[..1]).await;
        semaphore.release()?;
        finish(&tasks).await;
        assert_eq!(log.take(), "locked true, waiter has it, newcomer has it");
        Ok(())
    });
}

#[test]
fn py_19_many_releases_wake_many() {
    run(async {
        let (semaphore, log) = (Semaphore::new(0), Log::default());
        let tasks = permit_takers(&semaphore, &log, &["a", "b", "c"]);
        step().await?;
        for _ in 0..4 {
            semaphore.release()?;
        }
        finish(&tasks).await;
        assert_eq!(log.take(), "a has it, b has it, c has it");
        assert!(!semaphore.locked());
        semaphore.acquire().await?.forget();
        assert!(semaphore.locked());
        Ok(())
    });
}

#[test]
fn py_19_a_bounded_semaphore_refuses_a_release_too_many() {
    run(async {
        let semaphore = BoundedSemaphore::new(1);
        drop(semaphore.acquire().await?);
        let error = semaphore.release().unwrap_err();
        assert_eq!(error.to_string(), "BoundedSemaphore released too many times");
        Ok(())
    });
}

async fn party(barrier: Barrier, log: Log, name: &'static str) -> Result<()> {
    match barrier.wait().await {
        Ok(place) => log.add(format!("{name}:{place}")),
        Err(error) if error.is::<BrokenBarrier>() => log.add(format!("{name} broken")),
        Err(error) if error.is_cancelled() => log.add(format!("{name} cancelled")),
        Err(error) => return Err(error),
    }
    Ok(())
}

fn parties(barrier: &Barrier, log: &Log, names: &[&'static str]) -> Vec<Task<()>> {
    names.iter().map(|name| create_task(party(barrier.clone(), log.clone(), name))).collect()
}

#[test]
fn py_19_a_barrier_lets_each_round_through_together() {
    run(async {
        let (barrier, log) = (Barrier::new(3)?, Log::default());
        assert_eq!((barrier.parties(), barrier.n_waiting(), barrier.broken()), (3, 0, false));
        let tasks = parties(&barrier, &log, &["a", "b"]);
        step().await?;
        assert_eq!((barrier.n_waiting(), log.take().as_str()), (2, ""));
        party(barrier.clone(), log.clone(), "c").await?;
        finish(&tasks).await;
        assert_eq!((log.take_sorted().as_str(), barrier.n_waiting()), ("a:0, b:1, c:2", 0));
        finish(&parties(&barrier, &log, &["a", "b", "c", "d", "e", "f"])).await;
        assert_eq!(log.take_sorted(), "a:0, b:1, c:2, d:0, e:1, f:2");
        Ok(())
    });
}

#[test]
fn py_19_a_cancelled_party_does_not_break_the_barrier() {
    run(async {
        let (barrier, log) = (Barrier::new(3)?, Log::default());
        let tasks = parties(&barrier, &log, &["a", "b"]);
        step().await?;
        tasks[0].cancel();
        finish(&tasks[..1]).await;
        assert_eq!(log.take(), "a cancelled");
        assert_eq!((barrier.n_waiting(), barrier.broken()), (1, false));
        finish(&parties(&barrier, &log, &["c", "d"])).await;
        finish(&tasks).await;
        assert_eq!(log.take_sorted(), "b:1, c:1, d:2");
        Ok(())
    });
}

#[test]
fn py_19_reset_and_abort_break_the_round() {
    run(async {
        let (barrier, log) = (Barrier::new(3)?, Log::default());
        let tasks = parties(&barrier, &log, &["a", "b"]);
        step().await?;
        barrier.reset().await?;
        finish(&tasks).await;
        assert_eq!((log.take_sorted().as_str(), barrier.broken()), ("a broken, b broken", false));
        finish(&parties(&barrier, &log, &["a", "b", "c"])).await;
        assert_eq!(log.take_sorted(), "a:0, b:1, c:2");

        let tasks = parties(&barrier, &log, &["a", "b"]);
        step().await?;
        barrier.abort().await?;
        finish(&tasks).await;
        assert_eq!((log.take_sorted().as_str(), barrier.broken()), ("a broken, b broken", true));
        party(barrier.clone(), log.clone(), "late").await?;
        assert_eq!(log.take(), "late broken");
        barrier.reset().await?;
        assert!(!barrier.broken());
        assert_eq!(Barrier::new(1)?.wait().await?, 0);
        assert_eq!(Barrier::new(0).unwrap_err().to_string(), "parties must be > 0");
        Ok(())
    });
}
