//! One call for all who ask for the same at the same time, as in Go's package
//! `golang.org/x/sync/singleflight`.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::chan::{self, Chan};
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
/// whose `Do` is [`call`](Group::call).
pub struct Group<K, V> {
    calls: Mutex<HashMap<K, Arc<Call<V>>>>,
}

struct Call<V> {
    done: Chan<()>,
    outcome: OnceLock<Result<V>>,
    shared: Mutex<usize>,
}

impl<K: Eq + Hash + Clone, V: Clone> Group<K, V> {
    /// Nothing is in flight.
    pub fn new() -> Group<K, V> {
        Group { calls: Mutex::new(HashMap::new()) }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, Arc<Call<V>>>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Either the call to wait for, or a new one to make.
    fn join(&self, key: &K) -> (Arc<Call<V>>, bool) {
        let mut calls = self.lock();
        if let Some(call) = calls.get(key) {
            *call.shared.lock().unwrap_or_else(PoisonError::into_inner) += 1;
            return (call.clone(), false);
        }
        let call =
            Arc::new(Call { done: chan::make(0), outcome: OnceLock::new(), shared: Mutex::new(0) });
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
        let (call, first) = self.join(&key);
        if !first {
            call.done.recv();
            return call.outcome().map(|value| (value, true));
        }
        let outcome = catch_unwind(AssertUnwindSafe(f));
        let (kept, payload) = match outcome {
            Ok(outcome) => (outcome, None),
            Err(payload) => {
                let text = super::panics::text(payload.as_ref()).unwrap_or("a panic").to_owned();
                (Err(Error::from_panic(Box::new(text))), Some(payload))
            }
        };
        self.end(&key, &call, kept);
        if let Some(payload) = payload {
            resume_unwind(payload);
        }
        let shared = *call.shared.lock().unwrap_or_else(PoisonError::into_inner) > 0;
        call.outcome().map(|value| (value, shared))
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
        struct Leading<'a, K: Eq + Hash + Clone, V: Clone>(&'a Group<K, V>, K, Arc<Call<V>>);
        impl<K: Eq + Hash + Clone, V: Clone> Drop for Leading<'_, K, V> {
            fn drop(&mut self) {
                let gone = Error::cancelled_with("the call that others shared was dropped");
                self.0.end(&self.1, &self.2, Err(gone));
            }
        }
        let (call, first) = self.join(&key);
        if !first {
            call.done.recv_async().await;
            return call.outcome().map(|value| (value, true));
        }
        let leading = Leading(self, key, call.clone());
        let outcome = f.await;
        let _ = call.outcome.set(outcome);
        drop(leading);
        let shared = *call.shared.lock().unwrap_or_else(PoisonError::into_inner) > 0;
        call.outcome().map(|value| (value, shared))
    }

    /// The next call for `key` is made anew, even while one is in flight.
    pub fn forget(&self, key: &K) {
        let forgotten = self.lock().remove(key);
        drop(forgotten);
    }

    fn end(&self, key: &K, call: &Arc<Call<V>>, outcome: Result<V>) {
        let _ = call.outcome.set(outcome);
        {
            let mut calls = self.lock();
            if calls.get(key).is_some_and(|known| Arc::ptr_eq(known, call)) {
                calls.remove(key);
            }
        }
        call.done.try_close();
    }
}

impl<V: Clone> Call<V> {
    fn outcome(&self) -> Result<V> {
        self.outcome.get().cloned().unwrap_or_else(|| Err(Error::cancelled()))
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
