//! Connections that are kept open for the next request to the same host.
//!
//! An idle connection is nobody's task: whether its peer has closed is seen when it is taken out.
//! It can serve only the loop whose reactor watches its socket, so each remembers its loop.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use fourfold_kernel::driver::{self, Driver};

use super::connection::Connection;
use super::{Scheme, Url, clock};

/// How long an idle connection is kept; servers seldom keep theirs longer.
const IDLE: Duration = Duration::from_secs(60);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Host {
    scheme: Scheme,
    name: String,
    port: u16,
}

impl Host {
    pub(crate) fn of(url: &Url) -> Host {
        Host { scheme: url.scheme(), name: url.host().to_owned(), port: url.port() }
    }
}

struct Idle {
    connection: Connection,
    home: Option<Weak<dyn Driver>>,
    since: Duration,
}

impl Idle {
    fn is_at_home(&self) -> bool {
        match (&self.home, driver::current()) {
            (Some(home), Some(here)) => {
                std::ptr::addr_eq(home.as_ptr(), Arc::as_ptr(&here)) && home.strong_count() > 0
            }
            (None, None) => true,
            _ => false,
        }
    }

    fn is_over(&self) -> bool {
        match &self.home {
            Some(home) if home.strong_count() == 0 => true,
            // Times of different loops are not comparable.
            _ => self.is_at_home() && clock::now().saturating_sub(self.since) > IDLE,
        }
    }
}

/// The idle connections of a client, the one used last first.
pub(crate) struct Pool {
    per_host: usize,
    idle: Mutex<HashMap<Host, Vec<Idle>>>,
}

impl Pool {
    pub(crate) fn new(per_host: usize) -> Pool {
        Pool { per_host, idle: Mutex::default() }
    }

    fn idle(&self) -> MutexGuard<'_, HashMap<Host, Vec<Idle>>> {
        // Nothing panics between two changes that belong together.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pop(&self, host: &Host) -> Option<Connection> {
        let mut all = self.idle();
        let idle = all.get_mut(host)?;
        let at = idle.iter().rposition(|idle| idle.is_at_home() && !idle.is_over())?;
        let found = idle.remove(at).connection;
        if idle.is_empty() {
            all.remove(host);
        }
        Some(found)
    }

    /// A connection to that host that can take a request now.
    pub(crate) async fn take(&self, host: &Host) -> Option<Connection> {
        while let Some(mut connection) = self.pop(host) {
            if connection.is_ready().await {
                return Some(connection);
            }
        }
        None
    }

    /// Keeps a connection whose response was read to the end.
    pub(crate) async fn give(&self, host: Host, mut connection: Connection) {
        if self.per_host == 0 || !connection.is_ready().await {
            return;
        }
        let home = driver::current().map(|driver| Arc::downgrade(&driver));
        let idle = Idle { connection, home, since: clock::now() };
        let mut dropped = Vec::new();
        let mut all = self.idle();
        all.retain(|_, idle| {
            dropped.extend(idle.extract_if(.., |idle| idle.is_over()));
            !idle.is_empty()
        });
        let kept = all.entry(host).or_default();
        if kept.len() >= self.per_host {
            dropped.push(kept.remove(0));
        }
        kept.push(idle);
        // Sockets are closed after the lock is gone.
        drop(all);
        drop(dropped);
    }
}
