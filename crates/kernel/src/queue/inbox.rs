//! What other threads hand to a loop.
//!
//! A stack of nodes in one atomic pointer, which doubles as the loop's sleep flag:
//!
//! ```text
//!   head = null      empty, the loop is awake
//!   head = ASLEEP    empty, the loop sleeps or is about to
//!   head = CLOSED    the loop is gone
//!   head = node      something waits; the loop is awake or has been woken
//! ```
//!
//! Invariants:
//!
//! 1. Who replaces `ASLEEP` by a node, and only they, must wake the loop: [`Push::Wake`]. So a
//!    loop that is awake costs the sender no system call, and a sleeping one is woken once,
//!    however many threads push at the same time.
//! 2. The loop goes to sleep only by exchanging null for `ASLEEP`. A push that came first makes
//!    that exchange fail; one that comes later sees `ASLEEP`. No wake-up is lost.
//! 3. Only the loop takes nodes out, all at once, so nodes are never freed under a pusher and
//!    the ABA problem does not arise.
//!
//! Rejected: a mutex around a vector (a contended lock is a system call on the sender's side,
//! and a preempted holder stops the loop); an intrusive list through the cells (eight bytes in
//! every task for a path most tasks never take).

use std::fmt;
use std::ptr;

use crate::sync::{AtomicPtr, Ordering};

struct Node<T> {
    value: T,
    next: *mut Node<T>,
}

/// A queue from any thread to one loop.
pub struct Inbox<T> {
    head: AtomicPtr<Node<T>>,
}

// SAFETY: values go in on one thread and come out on another, by value.
unsafe impl<T: Send> Send for Inbox<T> {}
// SAFETY: as above; nothing hands out references to values.
unsafe impl<T: Send> Sync for Inbox<T> {}

/// What a push asks of the pusher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a sleeping loop has to be woken"]
pub enum Push {
    /// The loop is awake and will look.
    Awake,
    /// The loop sleeps, and it is this pusher who must wake it.
    Wake,
}

/// The loop is gone; this is what was pushed.
pub struct Closed<T>(pub T);

impl<T> fmt::Debug for Closed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Closed(..)")
    }
}

const ASLEEP: usize = 1;
const CLOSED: usize = 2;

fn marker<T>(address: usize) -> *mut Node<T> {
    // Nodes are aligned to more than two, so these addresses are never a node's.
    ptr::without_provenance_mut(address)
}

fn is_node<T>(head: *mut Node<T>) -> bool {
    head.addr() > CLOSED
}

impl<T> Inbox<T> {
    /// An empty inbox of a loop that is awake.
    pub fn new() -> Inbox<T> {
        const { assert!(align_of::<Node<T>>() > CLOSED) }
        Inbox { head: AtomicPtr::new(ptr::null_mut()) }
    }

    /// Hands `value` to the loop. Any thread.
    pub fn push(&self, value: T) -> Result<Push, Closed<T>> {
        let node = Box::into_raw(Box::new(Node { value, next: ptr::null_mut() }));
        let mut head = self.head.load(Ordering::Relaxed);
        loop {
            if head.addr() == CLOSED {
                // SAFETY: the node was never published.
                let node = unsafe { Box::from_raw(node) };
                return Err(Closed(node.value));
            }
            let next = if is_node(head) { head } else { ptr::null_mut() };
            // SAFETY: not published yet, so nobody else looks at it.
            unsafe { (*node).next = next };
            match self.head.compare_exchange_weak(head, node, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) if head.addr() == ASLEEP => return Ok(Push::Wake),
                Ok(_) => return Ok(Push::Awake),
                Err(seen) => head = seen,
            }
        }
    }

    /// Takes everything, oldest first, and marks the loop as awake. Loop thread only, by
    /// convention: two takers would split the order, nothing worse.
    #[inline]
    pub fn take(&self) -> Taken<T> {
        // The common case, once a turn: nothing came, and the loop was not asleep.
        if self.head.load(Ordering::Relaxed).is_null() {
            return Taken { head: ptr::null_mut() };
        }
        let mut head = self.head.load(Ordering::Relaxed);
        while head.addr() != CLOSED {
            match self.head.compare_exchange_weak(
                head,
                ptr::null_mut(),
                Ordering::Acquire,
                Ordering::Relaxed,
            ) {
                Ok(_) => return Taken::reversed(head),
                Err(seen) => head = seen,
            }
        }
        Taken { head: ptr::null_mut() }
    }

    /// Says that the loop is about to sleep. `false`: something came, so it must not.
    #[must_use]
    pub fn prepare_to_sleep(&self) -> bool {
        self.head
            .compare_exchange(ptr::null_mut(), marker(ASLEEP), Ordering::AcqRel, Ordering::Relaxed)
            .is_ok()
    }

    /// Whether nothing waits. A hint: it may be stale at once.
    pub fn is_empty(&self) -> bool {
        !is_node(self.head.load(Ordering::Relaxed))
    }

    /// Refuses everything from now on and takes what is there, oldest first.
    pub fn close(&self) -> Taken<T> {
        Taken::reversed(self.head.swap(marker(CLOSED), Ordering::AcqRel))
    }
}

impl<T> Default for Inbox<T> {
    fn default() -> Self {
        Inbox::new()
    }
}

impl<T> Drop for Inbox<T> {
    fn drop(&mut self) {
        drop(self.close());
    }
}

impl<T> fmt::Debug for Inbox<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.head.load(Ordering::Relaxed).addr() {
            0 => "empty",
            ASLEEP => "asleep",
            CLOSED => "closed",
            _ => "filled",
        };
        f.debug_tuple("Inbox").field(&state).finish()
    }
}

/// What was taken out of an inbox, oldest first. What is not iterated is dropped.
pub struct Taken<T> {
    head: *mut Node<T>,
}

impl<T> Taken<T> {
    fn reversed(mut newest: *mut Node<T>) -> Taken<T> {
        let mut oldest = ptr::null_mut();
        while is_node(newest) {
            // SAFETY: the nodes were taken out of the inbox, so this is their only owner.
            let next = unsafe { std::mem::replace(&mut (*newest).next, oldest) };
            oldest = newest;
            newest = next;
        }
        Taken { head: oldest }
    }
}

impl<T> Iterator for Taken<T> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        if self.head.is_null() {
            return None;
        }
        // SAFETY: a node of this list, owned by it, made by `Box::new`.
        let node = unsafe { Box::from_raw(self.head) };
        self.head = node.next;
        Some(node.value)
    }
}

impl<T> Drop for Taken<T> {
    fn drop(&mut self) {
        self.for_each(drop);
    }
}

impl<T> fmt::Debug for Taken<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Taken(..)")
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn values_come_out_oldest_first() {
        let inbox = Inbox::new();
        for value in 0..4 {
            assert_eq!(inbox.push(value).unwrap(), Push::Awake);
        }
        assert_eq!(inbox.take().collect::<Vec<_>>(), [0, 1, 2, 3]);
        assert!(inbox.is_empty());
    }

    #[test]
    fn a_sleeping_loop_is_woken_by_the_first_push_only() {
        let inbox = Inbox::new();
        assert!(inbox.prepare_to_sleep());
        assert_eq!(inbox.push(1).unwrap(), Push::Wake);
        assert_eq!(inbox.push(2).unwrap(), Push::Awake);
        assert_eq!(inbox.take().collect::<Vec<_>>(), [1, 2]);
    }

    #[test]
    fn a_loop_does_not_sleep_over_what_came_before() {
        let inbox = Inbox::new();
        assert_eq!(inbox.push(1).unwrap(), Push::Awake);
        assert!(!inbox.prepare_to_sleep());
    }

    #[test]
    fn taking_from_an_empty_inbox_wakes_the_loop_up() {
        let inbox = Inbox::<i32>::new();
        assert!(inbox.prepare_to_sleep());
        assert_eq!(inbox.take().count(), 0);
        assert_eq!(inbox.push(1).unwrap(), Push::Awake);
    }

    #[test]
    fn a_closed_inbox_gives_back_what_is_pushed() {
        let inbox = Inbox::new();
        let _ = inbox.push("before").unwrap();
        assert_eq!(inbox.close().collect::<Vec<_>>(), ["before"]);
        assert_eq!(inbox.push("after").unwrap_err().0, "after");
        assert_eq!(inbox.take().count(), 0);
        assert!(!inbox.prepare_to_sleep());
    }

    #[test]
    fn what_is_left_is_dropped_with_the_inbox() {
        let value = Arc::new(());
        let inbox = Inbox::new();
        let _ = inbox.push(value.clone()).unwrap();
        let _ = inbox.push(value.clone()).unwrap();
        drop(inbox);
        assert_eq!(Arc::strong_count(&value), 1);
    }
}

#[cfg(all(test, loom))]
mod model {
    use super::*;
    use loom::sync::Arc;
    use loom::sync::atomic::{AtomicUsize, Ordering};
    use loom::thread;

    /// Two senders against a loop that falls asleep: everything arrives, the loop is woken once
    /// for each sleep, and a sleep without a wake happens only after everything was taken.
    #[test]
    fn no_wake_up_is_lost() {
        let mut model = loom::model::Builder::new();
        // The sleeping loop spins on the wake, which unbounded never ends; two preemptions reach
        // every pair of interleaved steps of this protocol.
        model.preemption_bound = Some(2);
        model.check(|| {
            let inbox = Arc::new(Inbox::new());
            let wakes = Arc::new(AtomicUsize::new(0));
            let senders: Vec<_> = (0..2)
                .map(|value| {
                    let (inbox, wakes) = (inbox.clone(), wakes.clone());
                    thread::spawn(move || {
                        if inbox.push(value).unwrap() == Push::Wake {
                            wakes.fetch_add(1, Ordering::Release);
                        }
                    })
                })
                .collect();
            let mut taken = 0;
            let mut sleeps = 0;
            while taken < 2 {
                taken += inbox.take().count();
                if taken < 2 && inbox.prepare_to_sleep() {
                    sleeps += 1;
                    while wakes.load(Ordering::Acquire) < sleeps {
                        thread::yield_now();
                    }
                }
            }
            for sender in senders {
                sender.join().unwrap();
            }
            assert_eq!(wakes.load(Ordering::Acquire), sleeps);
            assert!(inbox.is_empty());
        });
    }

    #[test]
    fn a_value_is_taken_or_given_back_when_the_loop_closes() {
        loom::model(|| {
            let inbox = Arc::new(Inbox::new());
            let sender = {
                let inbox = inbox.clone();
                thread::spawn(move || inbox.push(7).map(|_| ()).is_ok())
            };
            let taken = inbox.close().count();
            assert_eq!(sender.join().unwrap(), taken == 1);
        });
    }
}
