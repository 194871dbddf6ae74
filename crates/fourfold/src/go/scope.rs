//! Goroutines that borrow.

use fourfold_kernel::fiber;
use fourfold_kernel::pool::Options;

pub use fourfold_kernel::fiber::Scoped;

use super::run;

/// Where goroutines that borrow are started; see [`scope`].
#[derive(Debug)]
#[repr(transparent)]
pub struct Scope<'scope, 'env: 'scope> {
    inner: fiber::Scope<'scope, 'env>,
}

impl<'scope, 'env> Scope<'scope, 'env> {
    /// Starts a goroutine that may borrow what outlives the scope.
    #[track_caller]
    pub fn go<F, T>(&'scope self, f: F) -> Scoped<'scope, T>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        self.inner.spawn_with(Options::new(), f)
    }

    /// As [`go`](Scope::go), with a name for reports.
    #[track_caller]
    pub fn go_named<F, T>(&'scope self, name: &str, f: F) -> Scoped<'scope, T>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        self.inner.spawn_with(Options::new().name(name), f)
    }
}

/// Runs `f`, whose goroutines may borrow from the caller's stack, and waits for all of them. Go has
/// no such thing: there the garbage collector keeps alive what goroutines share, and nothing keeps
/// them from racing. Here the compiler checks both.
///
/// The rules are those of [`std::thread::scope`].
///
/// ```
/// use fourfold::go;
///
/// let mut numbers = [1, 2, 3, 4];
/// let (left, right) = numbers.split_at_mut(2);
/// go::scope(|scope| {
///     scope.go(|| left[0] = 10);
///     scope.go(|| right[1] = 40);
/// });
/// assert_eq!(numbers, [10, 2, 3, 40]);
/// ```
///
/// What they borrow must outlive the scope, and two of them cannot both change it:
///
/// ```compile_fail,E0499
/// use fourfold::go;
///
/// let mut number = 1;
/// go::scope(|scope| {
///     scope.go(|| number += 1);
///     scope.go(|| number += 1);
/// });
/// ```
///
/// # Panics
///
/// If `f` does, and if a goroutine did whose handle nobody joined. In a future-goroutine: use a
/// stackful one.
pub fn scope<'env, F, T>(f: F) -> T
where
    F: for<'scope> FnOnce(&'scope Scope<'scope, 'env>) -> T,
{
    fiber::scope(&run::current_or_default(), |inner| {
        // SAFETY: `Scope` is a transparent wrapper.
        f(unsafe { &*std::ptr::from_ref(inner).cast::<Scope<'_, 'env>>() })
    })
}
