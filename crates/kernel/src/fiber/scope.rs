//! Fibers that borrow, with the rules of [`std::thread::scope`].
//!
//! # Why it is sound
//!
//! What the fibers borrow lives until [`scope`] returns, and it returns only when all of them have
//! ended, also where its body panics: the panic is caught, the others are waited for, and then it
//! goes on. The fibers that were never started are dropped before the last is counted as ended.
//!
//! The stack that calls `scope` may itself be unwound when its pool ends. It is not while it lends
//! something to a fiber: the pool unwinds the borrowers first, and the lender when it got back what
//! it lent.

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use super::wait::wait;
use crate::pool::{Options, Owner, Pool, Reason, waiting};

/// Where fibers that borrow are started; see [`scope`].
pub struct Scope<'scope, 'env: 'scope> {
    shared: Arc<Shared>,
    pool: Pool,
    // Invariant in both, as for `std::thread::Scope`.
    _scope: PhantomData<&'scope mut &'scope ()>,
    _env: PhantomData<&'env mut &'env ()>,
}

struct Shared {
    /// The body of the scope, and each fiber that has not ended.
    open: AtomicUsize,
    panicked: AtomicBool,
    waker: Mutex<Option<Waker>>,
    /// The task whose stack the fibers borrow from, if it is one.
    owner: Option<Owner>,
}

impl Shared {
    fn began(&self) {
        self.open.fetch_add(1, Ordering::AcqRel);
        if let Some(owner) = &self.owner {
            owner.lends();
        }
    }

    /// A fiber ended, and nothing of it is left that borrows.
    fn ended(&self) {
        if let Some(owner) = &self.owner {
            // Before the owner can be woken: if the pool is ending it is unwound next, and does
            // not go on with what its fibers left behind.
            owner.got_back();
        }
        self.left();
    }

    fn left(&self) {
        if self.open.fetch_sub(1, Ordering::AcqRel) == 1 {
            let waker = self.waker.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }
}

static SCOPE: Reason = Reason::by_tasks("scope");

/// Runs `f`, which may start fibers that borrow what outlives this call, and waits for all of them.
///
/// Called on a fiber, on a worker of a pool, the fibers belong to that pool.
///
/// ```
/// use fourfold_kernel::fiber;
/// use fourfold_kernel::pool::Pool;
///
/// let pool = Pool::builder().workers(2).build()?;
/// let mut numbers = vec![1, 2, 3];
/// let total = fiber::scope(&pool, |scope| {
///     let sum = scope.spawn(|| numbers.iter().sum::<i32>());
///     sum.join().expect("no panic")
/// });
/// numbers.push(total);
/// assert_eq!(numbers, [1, 2, 3, 6]);
/// pool.shut_down();
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// What a fiber borrows must outlive the scope:
///
/// ```compile_fail,E0373
/// # use fourfold_kernel::{fiber, pool::Pool};
/// # let pool = Pool::builder().build().unwrap();
/// fiber::scope(&pool, |scope| {
///     let inside = 1;
///     scope.spawn(|| inside + 1);
/// });
/// ```
///
/// and may be used on another thread:
///
/// ```compile_fail,E0277
/// # use fourfold_kernel::{fiber, pool::Pool};
/// # let pool = Pool::builder().build().unwrap();
/// let counted = std::rc::Rc::new(1);
/// fiber::scope(&pool, |scope| {
///     scope.spawn(|| *counted + 1);
/// });
/// ```
///
/// # Panics
///
/// If `f` does, with its panic; and if a fiber did whose handle nobody [joined](Scoped::join). In a
/// future that a worker polls; see [`wait`].
pub fn scope<'env, F, T>(pool: &Pool, f: F) -> T
where
    F: for<'scope> FnOnce(&'scope Scope<'scope, 'env>) -> T,
{
    let shared = Arc::new(Shared {
        open: AtomicUsize::new(1),
        panicked: AtomicBool::new(false),
        waker: Mutex::new(None),
        owner: Owner::current(),
    });
    let scope =
        Scope { shared: shared.clone(), pool: *pool, _scope: PhantomData, _env: PhantomData };
    let result = catch_unwind(AssertUnwindSafe(|| f(&scope)));
    shared.left();
    wait(std::future::poll_fn(|context| {
        let fresh = context.waker().clone();
        let former = {
            let mut waker = shared.waker.lock().unwrap_or_else(PoisonError::into_inner);
            if shared.open.load(Ordering::Acquire) == 0 {
                return Poll::Ready(());
            }
            waker.replace(fresh)
        };
        drop(former);
        waiting(&SCOPE);
        Poll::Pending
    }));
    match result {
        Err(payload) => resume_unwind(payload),
        Ok(_) if shared.panicked.load(Ordering::Acquire) => panic!("a scoped fiber panicked"),
        Ok(value) => value,
    }
}

impl<'scope, 'env> Scope<'scope, 'env> {
    /// Starts a fiber that may borrow what outlives the scope.
    #[track_caller]
    pub fn spawn<F, T>(&'scope self, f: F) -> Scoped<'scope, T>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        self.spawn_with(Options::new(), f)
    }

    /// As [`spawn`](Scope::spawn), with a name or a size of the stack.
    #[track_caller]
    pub fn spawn_with<F, T>(&'scope self, options: Options, f: F) -> Scoped<'scope, T>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        let packet = Arc::new(Mutex::new(Packet::new()));
        self.shared.began();
        let run =
            Run { f: Some(f), end: End { packet: packet.clone(), scope: self.shared.clone() } };
        let run: Box<dyn FnOnce() + Send + 'scope> = Box::new(move || run.run());
        // SAFETY: only the lifetime changes. The closure, and all it borrows or returns, is gone
        // before `End` tells the scope, which does not return before that: `End` is dropped with
        // the closure, run or not, and a cell that is never dropped keeps the scope waiting.
        let run: Box<dyn FnOnce() + Send + 'static> = unsafe { std::mem::transmute(run) };
        self.pool.spawn_fiber_at(run, options, Location::caller()).detach();
        Scoped { packet, scope: self.shared.clone(), _scope: PhantomData }
    }
}

impl fmt::Debug for Scope<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope")
            .field("open", &self.shared.open.load(Ordering::Relaxed))
            .finish_non_exhaustive()
    }
}

/// The closure, then what tells of its end: dropped in this order, whether it ran or not.
struct Run<F, T> {
    f: Option<F>,
    end: End<T>,
}

impl<F: FnOnce() -> T, T> Run<F, T> {
    fn run(mut self) {
        let f = self.f.take().expect("it runs once");
        // Where the pool's end unwinds this stack, that is caught too: the coroutine ends here
        // either way, and nobody is left to look at the result.
        let result = catch_unwind(AssertUnwindSafe(f));
        lock(&self.end.packet).result = Some(result);
    }
}

/// Tells the handle and the scope, whatever came of the fiber.
struct End<T> {
    packet: Arc<Mutex<Packet<T>>>,
    scope: Arc<Shared>,
}

impl<T> Drop for End<T> {
    fn drop(&mut self) {
        let (waker, unclaimed) = {
            let mut packet = lock(&self.packet);
            packet.ended = true;
            let unclaimed = if packet.has_handle { None } else { packet.result.take() };
            (packet.waker.take(), unclaimed)
        };
        if matches!(unclaimed, Some(Err(_))) {
            self.scope.panicked.store(true, Ordering::Release);
        }
        // What nobody claims may borrow too, so it goes before the scope can.
        drop(unclaimed);
        if let Some(waker) = waker {
            waker.wake();
        }
        self.scope.ended();
    }
}

/// Between a fiber and its handle.
struct Packet<T> {
    result: Option<std::thread::Result<T>>,
    ended: bool,
    has_handle: bool,
    waker: Option<Waker>,
}

impl<T> Packet<T> {
    fn new() -> Packet<T> {
        Packet { result: None, ended: false, has_handle: true, waker: None }
    }
}

fn lock<T>(packet: &Mutex<Packet<T>>) -> MutexGuard<'_, Packet<T>> {
    packet.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A fiber of a scope. Dropping it lets the scope wait for it.
pub struct Scoped<'scope, T> {
    packet: Arc<Mutex<Packet<T>>>,
    scope: Arc<Shared>,
    _scope: PhantomData<&'scope ()>,
}

static JOIN: Reason = Reason::by_tasks("join");

impl<T> Scoped<'_, T> {
    /// Waits for the fiber: its value, or what it panicked with.
    ///
    /// # Errors
    ///
    /// The payload of the fiber's panic; a text if the pool ended before it.
    pub fn join(self) -> Result<T, Box<dyn Any + Send>> {
        let result = wait(std::future::poll_fn(|context| {
            let fresh = context.waker().clone();
            let former = {
                let mut packet = lock(&self.packet);
                if packet.ended {
                    return Poll::Ready(packet.result.take());
                }
                packet.waker.replace(fresh)
            };
            drop(former);
            waiting(&JOIN);
            Poll::Pending
        }));
        result.unwrap_or_else(|| Err(Box::new("the pool ended before the fiber")))
    }
}

impl<T> Drop for Scoped<'_, T> {
    fn drop(&mut self) {
        let unclaimed = {
            let mut packet = lock(&self.packet);
            packet.has_handle = false;
            packet.result.take()
        };
        if matches!(unclaimed, Some(Err(_))) {
            self.scope.panicked.store(true, Ordering::Release);
        }
    }
}

impl<T> fmt::Debug for Scoped<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ended = lock(&self.packet).ended;
        f.debug_struct("Scoped").field("ended", &ended).finish_non_exhaustive()
    }
}
