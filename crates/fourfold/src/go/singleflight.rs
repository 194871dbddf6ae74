//! One call for all who ask for the same at the same time, as in Go's package
//! `golang.org/x/sync/singleflight`.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::chan::{self, Chan, Receiver};
use super::go;
use crate::{Error, Result};

/// Calls in flight, by key.
///
/// ```
/// use fourfold::go::singleflight::Group;
///
/// let group = Group::new();
/// let (value, shared) = group.call("key", || Ok(42)).unwrap();
/// assert_eq!((value, shared), (42, false));
/// ```
///
/// The original: [`singleflight.Group`](https://pkg.go.dev/golang.org/x/sync/singleflight#Group),
/// whose `Do` is [`call`](Group::call) and whose `DoChan` is [`call_chan`](Group::call_chan).
pub struct Group<K, V> {
    calls: Calls<K, V>,
}

type Calls<K, V> = Arc<Mutex<HashMap<K, Arc<Call<V>>>>>;

/// A call in flight.
///
/// Who joins it does so under the lock of the map, from which it is taken before its followers are
/// counted and told: so none comes too late.
struct Call<V> {
    done: Chan<()>,
    outcome: OnceLock<Result<V>>,
    followers: Mutex<Followers<V>>,
}

struct Followers<V> {
    count: usize,
    chans: Vec<Chan<Answer<V>>>,
}

/// What a [`call_chan`](Group::call_chan) sends.
///
/// The original: [`singleflight.Result`](https://pkg.go.dev/golang.org/x/sync/singleflight#Result).
#[derive(Clone, Debug)]
pub struct Answer<V> {
    /// What the call returned.
    pub value: Result<V>,
    /// Whether others got the same.
    pub shared: bool,
}

impl<K: Eq + Hash + Clone, V: Clone> Group<K, V> {
    /// Nothing is in flight.
    pub fn new() -> Group<K, V> {
        Group { calls: Arc::default() }
    }

    /// Either the call to wait for, or a new one to make. `chan` is to be told of the outcome.
    fn join(&self, key: &K, chan: Option<&Chan<Answer<V>>>) -> (Arc<Call<V>>, bool) {
        let mut calls = lock(&self.calls);
        if let Some(call) = calls.get(key) {
            let mut followers = lock(&call.followers);
            followers.count += 1;
            followers.chans.extend(chan.cloned());
            return (call.clone(), false);
        }
        let followers = Followers { count: 0, chans: chan.cloned().into_iter().collect() };
        let call = Arc::new(Call {
            done: chan::make(0),
            outcome: OnceLock::new(),
            followers: Mutex::new(followers),
        });
        calls.insert(key.clone(), call.clone());
        (call, true)
    }

    /// Calls `f`, unless a call for `key` is in flight: then waits for that one. Returns what came
    /// of it, and whether others got the same.
    ///
    /// # Errors
    ///
    /// What `f` returned. If the one that called it panicked, all others get that as an error of
    /// kind [panic](crate::Kind::Panic).
    ///
    /// # Panics
    ///
    /// If `f` does. In a future, if it has to wait.
    pub fn call(&self, key: K, f: impl FnOnce() -> Result<V>) -> Result<(V, bool)> {
        let (call, first) = self.join(&key, None);
        if !first {
            call.done.recv();
            return call.outcome().map(|value| (value, true));
        }
        lead(&self.calls, &key, &call, f);
        call.outcome().map(|value| (value, call.is_shared()))
    }

    /// As [`call`](Group::call), without waiting: what comes of it is sent to a channel, once. A new
    /// call is made in a goroutine of its own.
    ///
    /// ```
    /// use fourfold::go::{self, select, singleflight::Group, time};
    /// use std::time::Duration;
    ///
    /// go::run(|| {
    ///     let group = Group::new();
    ///     let answer = group.call_chan("key", || Ok(42));
    ///     select! {
    ///         answer = recv(answer) => assert_eq!(answer.unwrap().value.unwrap(), 42),
    ///         recv(time::after(Duration::from_secs(60))) => panic!("it took too long"),
    ///     }
    /// });
    /// ```
    ///
    /// If `f` panics that is a panic of its goroutine; the error is sent all the same.
    ///
    /// The original:
    /// [`Group.DoChan`](https://pkg.go.dev/golang.org/x/sync/singleflight#Group.DoChan).
    #[track_caller]
    pub fn call_chan<F>(&self, key: K, f: F) -> Receiver<Answer<V>>
    where
        K: Send + 'static,
        V: Send + Sync + 'static,
        F: FnOnce() -> Result<V> + Send + 'static,
    {
        let answer = chan::make(1);
        let (call, first) = self.join(&key, Some(&answer));
        if first {
            let calls = self.calls.clone();
            drop(go(move || lead(&calls, &key, &call, f)));
        }
        answer.receiver()
    }

    /// As [`call`](Group::call), for a future.
    ///
    /// # Errors
    ///
    /// As [`call`](Group::call); if the one that called it was dropped, all others get that it was
    /// cancelled.
    pub async fn call_async<F>(&self, key: K, f: F) -> Result<(V, bool)>
    where
        F: Future<Output = Result<V>>,
    {
        /// Ends the call also where its leader is dropped.
        struct Leading<'a, K: Eq + Hash, V: Clone>(&'a Calls<K, V>, K, Arc<Call<V>>);
        impl<K: Eq + Hash, V: Clone> Drop for Leading<'_, K, V> {
            fn drop(&mut self) {
                let gone = Error::cancelled_with("the call that others shared was dropped");
                end(self.0, &self.1, &self.2, Err(gone));
            }
        }
        let (call, first) = self.join(&key, None);
        if !first {
            call.done.recv_async().await;
            return call.outcome().map(|value| (value, true));
        }
        let leading = Leading(&self.calls, key, call.clone());
        let outcome = f.await;
        let _ = call.outcome.set(outcome);
        drop(leading);
        call.outcome().map(|value| (value, call.is_shared()))
    }

    /// The next call for `key` is made anew, even while one is in flight.
    ///
    /// The original:
    /// [`Group.Forget`](https://pkg.go.dev/golang.org/x/sync/singleflight#Group.Forget).
    pub fn forget(&self, key: &K) {
        let forgotten = lock(&self.calls).remove(key);
        drop(forgotten);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes the call.
fn lead<K: Eq + Hash, V: Clone>(
    calls: &Calls<K, V>,
    key: &K,
    call: &Arc<Call<V>>,
    f: impl FnOnce() -> Result<V>,
) {
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(outcome) => end(calls, key, call, outcome),
        Err(payload) => {
            let text = super::panics::text(payload.as_ref()).unwrap_or("a panic").to_owned();
            end(calls, key, call, Err(Error::from_panic(Box::new(text))));
            resume_unwind(payload);
        }
    }
}

/// Ends a call and tells its followers; does nothing more if it had an outcome already.
fn end<K: Eq + Hash, V: Clone>(
    calls: &Calls<K, V>,
    key: &K,
    call: &Arc<Call<V>>,
    outcome: Result<V>,
) {
    let _ = call.outcome.set(outcome);
    {
        let mut calls = lock(calls);
        if calls.get(key).is_some_and(|known| Arc::ptr_eq(known, call)) {
            calls.remove(key);
        }
    }
    call.done.try_close();
    let chans = std::mem::take(&mut lock(&call.followers).chans);
    for chan in chans {
        let _ = chan.try_send(Answer { value: call.outcome(), shared: call.is_shared() });
    }
}

impl<V: Clone> Call<V> {
    fn outcome(&self) -> Result<V> {
        self.outcome.get().cloned().unwrap_or_else(|| Err(Error::cancelled()))
    }

    fn is_shared(&self) -> bool {
        lock(&self.followers).count > 0
    }
}

impl<K: Eq + Hash + Clone, V: Clone> Default for Group<K, V> {
    fn default() -> Group<K, V> {
        Group::new()
    }
}

impl<K, V> fmt::Debug for Group<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Group")
    }
}
