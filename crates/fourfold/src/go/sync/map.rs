//! A map that goroutines share.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

const SHARDS: usize = 16;

/// A map for many goroutines at once. Keys and values are cloned out.
///
/// ```
/// use fourfold::go::sync::Map;
///
/// let map = Map::new();
/// map.store("a", 1);
/// assert_eq!(map.load("a"), Some(1));
/// assert_eq!(map.load_or_store("a", 2), (1, true));
/// assert_eq!(map.load_and_delete("a"), Some(1));
/// assert_eq!(map.load("a"), None);
/// ```
///
/// No call waits for another goroutine but for the moment of a change of its shard.
///
/// The original: [`sync.Map`](https://pkg.go.dev/sync#Map).
pub struct Map<K, V> {
    shards: [RwLock<HashMap<K, V>>; SHARDS],
    hasher: RandomState,
}

impl<K: Eq + Hash, V: Clone> Map<K, V> {
    /// Empty.
    pub fn new() -> Map<K, V> {
        Map {
            shards: std::array::from_fn(|_| RwLock::new(HashMap::new())),
            hasher: RandomState::new(),
        }
    }

    fn shard<Q: Hash + ?Sized>(&self, key: &Q) -> &RwLock<HashMap<K, V>> {
        // The upper bits: the tables use the lower.
        &self.shards[(self.hasher.hash_one(key) >> 60) as usize % SHARDS]
    }

    fn read<Q: Hash + ?Sized>(&self, key: &Q) -> RwLockReadGuard<'_, HashMap<K, V>> {
        self.shard(key).read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write<Q: Hash + ?Sized>(&self, key: &Q) -> RwLockWriteGuard<'_, HashMap<K, V>> {
        self.shard(key).write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The value of a key.
    pub fn load<Q>(&self, key: &Q) -> Option<V>
    where
        K: std::borrow::Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.read(key).get(key).cloned()
    }

    /// Sets the value of a key.
    pub fn store(&self, key: K, value: V) {
        let former = self.write(&key).insert(key, value);
        drop(former);
    }

    /// Sets the value of a key and returns the former one.
    pub fn swap(&self, key: K, value: V) -> Option<V> {
        self.write(&key).insert(key, value)
    }

    /// The value of a key, which is set to `value` if there is none; and whether there was one.
    pub fn load_or_store(&self, key: K, value: V) -> (V, bool) {
        let mut shard = self.write(&key);
        match shard.get(&key) {
            Some(known) => (known.clone(), true),
            None => {
                shard.insert(key, value.clone());
                (value, false)
            }
        }
    }

    /// Takes a key out and returns its value.
    pub fn load_and_delete<Q>(&self, key: &Q) -> Option<V>
    where
        K: std::borrow::Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.write(key).remove(key)
    }

    /// Takes a key out.
    pub fn delete<Q>(&self, key: &Q)
    where
        K: std::borrow::Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        drop(self.load_and_delete(key));
    }

    /// Sets the value of a key to `new` if it is `old`; tells whether it was.
    pub fn compare_and_swap<Q>(&self, key: &Q, old: &V, new: V) -> bool
    where
        K: std::borrow::Borrow<Q>,
        Q: Eq + Hash + ?Sized,
        V: PartialEq,
    {
        match self.write(key).get_mut(key) {
            Some(value) if value == old => {
                *value = new;
                true
            }
            _ => false,
        }
    }

    /// Takes a key out if its value is `old`; tells whether it was.
    pub fn compare_and_delete<Q>(&self, key: &Q, old: &V) -> bool
    where
        K: std::borrow::Borrow<Q>,
        Q: Eq + Hash + ?Sized,
        V: PartialEq,
    {
        let mut shard = self.write(key);
        let equal = shard.get(key).is_some_and(|value| value == old);
        if equal {
            shard.remove(key);
        }
        equal
    }

    /// Calls `f` for each key and value until it returns false. `f` may use the map: no lock is
    /// held meanwhile. What is changed meanwhile may be seen or not.
    pub fn range(&self, mut f: impl FnMut(&K, &V) -> bool)
    where
        K: Clone,
    {
        for shard in &self.shards {
            let copied: Vec<(K, V)> = {
                let shard = shard.read().unwrap_or_else(PoisonError::into_inner);
                shard.iter().map(|(key, value)| (key.clone(), value.clone())).collect()
            };
            for (key, value) in &copied {
                if !f(key, value) {
                    return;
                }
            }
        }
    }

    /// Takes all keys out.
    pub fn clear(&self) {
        for shard in &self.shards {
            let former =
                std::mem::take(&mut *shard.write().unwrap_or_else(PoisonError::into_inner));
            drop(former);
        }
    }
}

impl<K: Eq + Hash, V: Clone> Default for Map<K, V> {
    fn default() -> Map<K, V> {
        Map::new()
    }
}

impl<K, V> fmt::Debug for Map<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Map")
    }
}
