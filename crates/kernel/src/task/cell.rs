//! The one allocation behind a task, a future, a promise.
//!
//! ```text
//!  Handle<V, S> ──┐                 ┌── Waker (data pointer)
//!  Runnable<S> ───┼─────────────────┤
//!                 ▼                 ▼
//!        ┌────────────────┬──────────┬──────────────────────┬─────────────┐
//!        │ Header         │ data: S  │ outcome: V, listeners│ body: B     │
//!        │ state · vtable │          │                      │ (or none)   │
//!        └────────────────┴──────────┴──────────────────────┴─────────────┘
//!        ◄────────────── Front<V, S>, the same for every body ────────────►
//! ```
//!
//! `#[repr(C)]` puts [`Front`] at the start of every [`Cell`], so a pointer to a cell is a
//! pointer to its front and to its header whatever the body is. Who does not know the body goes
//! through the header's vtable.

use std::any::{Any, TypeId};
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::ptr::NonNull;
use std::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};

use super::handle::Erased;
use super::listeners::Listeners;
use super::memory;
use super::schedule::{Orphan, Runnable, Schedule};
use super::state::{Pause, Start, State, Wake};
use crate::sync::UnsafeCell;

/// How a body came to its end without a value of its own.
#[derive(Debug)]
pub enum Exit {
    /// It panicked; this is the payload.
    Panicked(Box<dyn Any + Send + 'static>),
    /// It was aborted, or its loop was closed: dropped before it was ready.
    Aborted,
}

/// What a task runs: a future, or a fiber. It is given the scheduler's data of its cell.
pub trait Body<S>: 'static {
    /// What the cell holds in the end.
    type Output: 'static;

    /// One step. Called only by the runner, never again after it was ready or panicked.
    fn poll(self: Pin<&mut Self>, data: &S, context: &mut Context<'_>) -> Poll<Self::Output>;

    /// The outcome of a body that ended without one.
    ///
    /// It must not panic: the cell could be neither done nor run again, so the process is
    /// aborted.
    fn exit(data: &S, exit: Exit) -> Self::Output;
}

pub(super) struct VTable {
    has_body: bool,
    run: unsafe fn(NonNull<Header>),
    cancel: unsafe fn(NonNull<Header>),
    queue: unsafe fn(NonNull<Header>),
    give_up: unsafe fn(NonNull<Header>),
    listeners: unsafe fn(NonNull<Header>) -> NonNull<()>,
    scheduler: TypeId,
    free: unsafe fn(NonNull<Header>),
}

/// What is the same for every cell.
pub(super) struct Header {
    pub(super) state: State,
    vtable: &'static VTable,
}

/// What is the same for every body.
#[repr(C)]
pub(super) struct Front<V, S: Schedule> {
    pub(super) header: Header,
    pub(super) data: S,
    value: UnsafeCell<Option<V>>,
    listeners: UnsafeCell<Listeners<S::Listener>>,
}

#[repr(C)]
struct Cell<B: Body<S>, S: Schedule> {
    front: Front<B::Output, S>,
    body: UnsafeCell<Option<B>>,
}

#[repr(C)]
struct Promise<V, S: Schedule> {
    front: Front<V, S>,
}

/// Allocates a cell whose body is to be queued: the pointer carries `references`, one of them
/// the runnable's.
pub(super) fn allocate<B: Body<S>, S: Schedule>(
    body: B,
    data: S,
    references: usize,
) -> NonNull<Front<B::Output, S>> {
    let cell = memory::allocate(Cell {
        front: Front::new(State::scheduled(references), const { Bodied::<B, S>::VTABLE }, data),
        body: UnsafeCell::new(Some(body)),
    });
    cell.cast()
}

/// Allocates a cell whose body waits to be woken: the pointer carries one reference.
pub(super) fn allocate_idle<B: Body<S>, S: Schedule>(
    body: B,
    data: S,
) -> NonNull<Front<B::Output, S>> {
    let cell = memory::allocate(Cell {
        front: Front::new(State::idle(), const { Bodied::<B, S>::VTABLE }, data),
        body: UnsafeCell::new(Some(body)),
    });
    cell.cast()
}

/// Allocates a cell without a body: the pointer carries one reference.
pub(super) fn allocate_promise<V: 'static, S: Schedule>(data: S) -> NonNull<Front<V, S>> {
    let cell = memory::allocate(Promise {
        front: Front::<V, S>::new(State::promise(), const { Bodiless::<V, S>::VTABLE }, data),
    });
    cell.cast()
}

impl<V, S: Schedule> Front<V, S> {
    fn new(state: State, vtable: &'static VTable, data: S) -> Front<V, S> {
        Front {
            header: Header { state, vtable },
            data,
            value: UnsafeCell::new(None),
            listeners: UnsafeCell::new(Listeners::Empty),
        }
    }

    /// Runs `f` on the listeners, alone. `f` must not call foreign code.
    pub(super) fn with_listeners<R>(&self, f: impl FnOnce(&mut Listeners<S::Listener>) -> R) -> R {
        let _locked = S::SHARED.then(|| Locked::new(&self.header.state));
        // SAFETY: shared cells hold the lock here; the others are touched by one thread, and `f`
        // calls nothing that could come back to this cell.
        self.listeners.with_mut(|listeners| f(unsafe { &mut *listeners }))
    }

    /// The outcome, once there is one.
    pub(super) fn value(&self) -> Option<&V> {
        if self.header.state.is_done() {
            // SAFETY: the outcome is written before `DONE` and not again after it (invariant 3);
            // `take_value` is unsafe and demands that nobody reads meanwhile.
            self.value.with(|value| unsafe { (*value).as_ref() })
        } else {
            None
        }
    }

    /// Moves the outcome out of a cell that is done.
    ///
    /// # Safety
    ///
    /// No reference that [`value`](Front::value) gave is alive, and nobody asks for one or takes
    /// the outcome at the same time.
    pub(super) unsafe fn take_value(&self) -> Option<V> {
        if self.header.state.is_done() {
            // SAFETY: done, so the writer is through; the caller promises to be alone.
            self.value.with_mut(|value| unsafe { (*value).take() })
        } else {
            None
        }
    }
}

/// The lock on the listeners, given back even by a panic: one listener's fault must not leave the
/// others spinning.
struct Locked<'a>(&'a State);

impl<'a> Locked<'a> {
    fn new(state: &'a State) -> Locked<'a> {
        state.lock();
        Locked(state)
    }
}

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        self.0.unlock();
    }
}

/// The listeners of a cell that is done. They are told when this is dropped, so that a panic on
/// the way there cannot leave them waiting for ever.
struct Told<S: Schedule> {
    // Borrows the finisher's reference, so it is not dropped as one of its own.
    cell: ManuallyDrop<Erased<S>>,
    listeners: Listeners<S::Listener>,
}

impl<S: Schedule> Drop for Told<S> {
    #[inline]
    fn drop(&mut self) {
        let mut listeners = std::mem::replace(&mut self.listeners, Listeners::Empty);
        if let Some(several) = listeners.several() {
            S::arrange(&self.cell, several);
        }
        listeners.for_each(|listener| S::notify(&self.cell, listener));
    }
}

/// The reference of a body's runner, given back even if telling the listeners panics.
struct RunnersReference<S: Schedule>(NonNull<Header>, PhantomData<S>);

impl<S: Schedule> Drop for RunnersReference<S> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: the runner gives back the reference that its runnable owned.
        unsafe { release::<S>(self.0) }
    }
}

/// Ends the process if it is dropped by a panic: between a body's end and its outcome there is
/// no state in which the cell could be left.
struct NoUnwind;

impl NoUnwind {
    fn during<R>(f: impl FnOnce() -> R) -> R {
        let guard = NoUnwind;
        let result = f();
        std::mem::forget(guard);
        result
    }
}

impl Drop for NoUnwind {
    fn drop(&mut self) {
        eprintln!("fourfold: a task's outcome could not be made: Body::exit panicked; aborting");
        std::process::abort();
    }
}

/// Writes the outcome and tells the listeners. Gives the value back if there is one already.
///
/// SAFETY: the caller holds a reference to the cell. It is a pointer and not a `&Front` because
/// listeners get it as a reference to the whole cell, body included.
pub(super) unsafe fn finish<V: 'static, S: Schedule>(
    cell: NonNull<Front<V, S>>,
    value: V,
) -> Result<(), V> {
    // SAFETY: the caller's reference keeps it alive.
    let front = unsafe { cell.as_ref() };
    let state = &front.header.state;
    if S::SHARED {
        state.lock();
    }
    if state.is_done() {
        if S::SHARED {
            state.unlock();
        }
        return Err(value);
    }
    // SAFETY: not done, so nobody reads the value. Shared cells hold the lock, which every writer
    // takes; the others are written by one thread.
    front.value.with_mut(|slot| unsafe { *slot = Some(value) });
    state.finish();
    // SAFETY: the same lock, the same thread.
    let listeners = front
        .listeners
        .with_mut(|listeners| std::mem::replace(unsafe { &mut *listeners }, Listeners::Empty));
    if S::SHARED {
        state.unlock();
    }
    let told = Told { cell: ManuallyDrop::new(Erased::<S>::from_header(cell.cast())), listeners };
    front.data.finished();
    drop(told);
    Ok(())
}

/// The vtable of a cell with a body.
struct Bodied<B, S>(PhantomData<(B, S)>);

impl<B: Body<S>, S: Schedule> Bodied<B, S> {
    const VTABLE: &'static VTable = &VTable {
        has_body: true,
        run: Self::run,
        cancel: Self::drop_body_and_finish,
        queue: queue::<S>,
        give_up: give_up::<S>,
        listeners: listeners::<B::Output, S>,
        scheduler: TypeId::of::<S>(),
        free: Self::free,
    };

    /// SAFETY of all below: `header` is the start of a live `Cell<B, S>`.
    unsafe fn cell<'a>(header: NonNull<Header>) -> &'a Cell<B, S> {
        // SAFETY: see above; the caller holds a reference for as long as it uses the cell.
        unsafe { header.cast::<Cell<B, S>>().as_ref() }
    }

    unsafe fn run(header: NonNull<Header>) {
        // SAFETY: the runnable that is being run owns a reference.
        let cell = unsafe { Self::cell(header) };
        let state = &cell.front.header.state;
        match begin(state, &cell.front.data) {
            Start::Poll => {}
            // SAFETY: this is the runner.
            Start::Abort => return unsafe { Self::drop_body_and_finish(header) },
            // SAFETY: the runnable's reference, which nothing else gives back.
            Start::Void => return unsafe { release::<S>(header) },
        }
        // SAFETY: the waker borrows the runner's reference and is never dropped as a waker.
        let waker = ManuallyDrop::new(unsafe { Waker::from_raw(raw_waker(header)) });
        let mut context = Context::from_waker(&waker);
        let polled = catch_unwind(AssertUnwindSafe(|| {
            cell.body.with_mut(|body| {
                // SAFETY: only the runner touches the body (invariant 2). It lives in the heap
                // and is dropped in place, so it is pinned.
                let body =
                    unsafe { Pin::new_unchecked((*body).as_mut().expect("a body until done")) };
                body.poll(&cell.front.data, &mut context)
            })
        }));
        let value = match polled {
            Ok(Poll::Pending) => {
                let data = &cell.front.data;
                let (yielded, passed_on) = (data.yielded(), data.passed_on());
                if S::STAYS_RUNNING && yielded {
                    if !passed_on {
                        // SAFETY: the runner's reference is the runnable's from here on.
                        return unsafe { queue_again::<S>(header) };
                    }
                    // It needs a reference more, and so pauses like any other.
                    data.goes_on();
                }
                match state.pause(yielded, passed_on) {
                    Pause::Idle => return,
                    // SAFETY: the last reference is ours.
                    Pause::Free => return unsafe { give_up::<S>(header) },
                    // SAFETY: `SCHEDULED` is set, and the runner's reference is the runnable's.
                    Pause::Queue => return unsafe { queue_again::<S>(header) },
                    Pause::Abort => {
                        // SAFETY: this is still the runner.
                        return unsafe { Self::drop_body_and_finish(header) };
                    }
                }
            }
            Ok(Poll::Ready(value)) => value,
            Err(payload) => NoUnwind::during(|| B::exit(&cell.front.data, Exit::Panicked(payload))),
        };
        // SAFETY: this is the runner.
        let value = match unsafe { Self::drop_body(cell) } {
            Ok(()) => value,
            Err(payload) => NoUnwind::during(|| {
                // The value loses to a panic in the body's own destructors.
                drop_quietly(value);
                B::exit(&cell.front.data, Exit::Panicked(payload))
            }),
        };
        let _reference = RunnersReference::<S>(header, PhantomData);
        // SAFETY: the runner's reference.
        let finished = unsafe { finish::<B::Output, S>(header.cast(), value) };
        debug_assert!(finished.is_ok(), "only the runner finishes a cell that has a body");
    }

    /// SAFETY: as for `cell`, and the caller is the runner or the owner of the last reference.
    unsafe fn drop_body(cell: &Cell<B, S>) -> std::thread::Result<()> {
        catch_unwind(AssertUnwindSafe(|| {
            // SAFETY: nobody else touches the body (invariant 2). Assigning drops it in place.
            cell.body.with_mut(|body| unsafe { *body = None });
        }))
    }

    /// Ends the run: the runner's reference is given back.
    unsafe fn drop_body_and_finish(header: NonNull<Header>) {
        // SAFETY: the caller holds a reference and is the runner.
        let cell = unsafe { Self::cell(header) };
        // SAFETY: likewise.
        let exit = match unsafe { Self::drop_body(cell) } {
            Ok(()) => Exit::Aborted,
            Err(payload) => Exit::Panicked(payload),
        };
        let value = NoUnwind::during(|| B::exit(&cell.front.data, exit));
        let _reference = RunnersReference::<S>(header, PhantomData);
        // SAFETY: the runner's reference.
        let finished = unsafe { finish::<B::Output, S>(header.cast(), value) };
        debug_assert!(finished.is_ok(), "only the runner finishes a cell that has a body");
    }

    unsafe fn free(header: NonNull<Header>) {
        // SAFETY: the last reference is the caller's, and the cell was allocated as this type.
        unsafe { memory::free(header.cast::<Cell<B, S>>()) }
    }
}

/// The vtable of a cell without a body.
struct Bodiless<V, S>(PhantomData<(V, S)>);

impl<V: 'static, S: Schedule> Bodiless<V, S> {
    const VTABLE: &'static VTable = &VTable {
        has_body: false,
        run: Self::nothing,
        cancel: Self::nothing,
        queue: Self::nothing,
        give_up: give_up::<S>,
        listeners: listeners::<V, S>,
        scheduler: TypeId::of::<S>(),
        free: Self::free,
    };

    /// There is no body and hence no runnable (invariant 4).
    unsafe fn nothing(_: NonNull<Header>) {
        unreachable!("a cell without a body is never run");
    }

    unsafe fn free(header: NonNull<Header>) {
        // SAFETY: the last reference is the caller's, and the cell was allocated as this type.
        unsafe { memory::free(header.cast::<Promise<V, S>>()) }
    }
}

fn drop_quietly<T>(value: T) {
    // The first panic is the one that is reported; a second one would only hide it. Its payload
    // is forgotten, since dropping that might panic once more.
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(value))) {
        std::mem::forget(payload);
    }
}

/// Hands a runnable to the scheduler.
///
/// SAFETY: `SCHEDULED` was set by the caller, who gives one reference to the runnable.
unsafe fn queue<S: Schedule>(header: NonNull<Header>) {
    // SAFETY: the reference that goes into the runnable keeps the cell alive; `data` is borrowed
    // for the call only. The scheduler might run and free the cell before it returns, on another
    // thread, which is why its implementation must not touch `self` after the hand-over; a second
    // reference here would cost every wake two more atomic operations.
    unsafe {
        let data: *const S = &raw const (*header.cast::<DataOf<S>>().as_ptr()).data;
        S::schedule(data, Runnable::from_header(header));
    }
}

/// As [`queue`], for the body's runner.
///
/// SAFETY: as for [`queue`], on the thread that ran the body.
#[inline]
unsafe fn queue_again<S: Schedule>(header: NonNull<Header>) {
    // SAFETY: as in `queue`.
    unsafe {
        let data: *const S = &raw const (*header.cast::<DataOf<S>>().as_ptr()).data;
        S::schedule_again(data, Runnable::from_header(header));
    }
}

/// The start of every `Front<V, S>`, for those who do not know `V`.
#[repr(C)]
struct DataOf<S> {
    _header: Header,
    data: S,
}

/// Where the cell has its listeners: an `UnsafeCell<Listeners<S::Listener>>`.
///
/// SAFETY: `header` starts a live `Front<V, S>`.
unsafe fn listeners<V, S: Schedule>(header: NonNull<Header>) -> NonNull<()> {
    // SAFETY: the caller's promise; no reference is made, only an address inside the cell.
    unsafe { NonNull::new_unchecked(&raw mut (*header.cast::<Front<V, S>>().as_ptr()).listeners) }
        .cast()
}

/// Runs `f` on the listeners of a cell whose outcome's type is not known, alone. `f` must not
/// call foreign code.
///
/// SAFETY: `header` starts a live cell of scheduler `S`; the caller holds a reference.
pub(super) unsafe fn with_listeners<S: Schedule, R>(
    header: NonNull<Header>,
    f: impl FnOnce(&mut Listeners<S::Listener>) -> R,
) -> R {
    // SAFETY: the caller's reference keeps the cell alive; the type is the one `S` fixes.
    let (state, listeners) = unsafe {
        let header_ref = header.as_ref();
        let listeners = (header_ref.vtable.listeners)(header);
        (&header_ref.state, listeners.cast::<UnsafeCell<Listeners<S::Listener>>>().as_ref())
    };
    if S::SHARED {
        state.lock();
    }
    // SAFETY: as in `Front::with_listeners`.
    let result = listeners.with_mut(|listeners| f(unsafe { &mut *listeners }));
    if S::SHARED {
        state.unlock();
    }
    result
}

/// The scheduler's data of the cell.
///
/// SAFETY: `header` starts a live cell of scheduler `S`; the caller holds a reference for `'a`.
pub(super) unsafe fn data<'a, S: Schedule>(header: NonNull<Header>) -> &'a S {
    // SAFETY: `Front` is `repr(C)` and starts with a header and the data, as `DataOf` does.
    unsafe { &(*header.cast::<DataOf<S>>().as_ptr()).data }
}

/// Polls the body once.
///
/// SAFETY: the caller owns the runnable and gives it up; a body that is not `Send` is on the
/// thread it was made on.
pub(super) unsafe fn run(header: NonNull<Header>) {
    // SAFETY: the header of a live cell; the rest is the caller's promise.
    unsafe { (header.as_ref().vtable.run)(header) }
}

/// The owner of a runnable becomes the runner of its body.
#[inline]
fn begin<S: Schedule>(state: &State, data: &S) -> Start {
    if S::STAYS_RUNNING && data.goes_on() { state.go_on() } else { state.start() }
}

/// Ends the body without polling it.
///
/// SAFETY: as for [`run`].
pub(super) unsafe fn discard<S: Schedule>(header: NonNull<Header>) {
    // SAFETY: the header of a live cell, whose runnable the caller gives up: so this is the
    // runner, once `RUNNING` is set, or the runnable is void and its reference all that is left of it.
    unsafe {
        match begin(&header.as_ref().state, data::<S>(header)) {
            Start::Poll | Start::Abort => (header.as_ref().vtable.cancel)(header),
            Start::Void => release_erased(header),
        }
    }
}

/// Drops a body that waits in a queue, in place of whoever will take it out there. False if it does
/// not wait in one.
///
/// SAFETY: the caller holds a reference, and may drop the body on this thread.
pub(super) unsafe fn withdraw(header: NonNull<Header>) -> bool {
    // SAFETY: alive by the caller's reference; once withdrawn, this is the runner.
    unsafe {
        let withdrawn = header.as_ref().state.withdraw();
        if withdrawn {
            (header.as_ref().vtable.cancel)(header);
        }
        withdrawn
    }
}

/// Sees to it that a run follows, for a wake by reference and for an abort.
///
/// SAFETY: the caller holds a reference, and `wake` came from this cell's state.
pub(super) unsafe fn act_on(header: NonNull<Header>, wake: Wake) {
    if wake == Wake::Queue {
        // SAFETY: the state added the reference that the runnable needs.
        unsafe { (header.as_ref().vtable.queue)(header) }
    }
}

/// Sees to it that a run follows, and passes the caller's reference on to the runnable or gives
/// it back. What a waker does that is consumed, without its detour through two vtables.
///
/// SAFETY: the caller gives up a reference, to a cell of scheduler `S` that has a body.
#[inline]
pub(super) unsafe fn wake_by_value<S: Schedule>(header: NonNull<Header>) {
    // SAFETY: alive until the reference is passed on; `SCHEDULED` is set where a wake is due.
    unsafe {
        match header.as_ref().state.wake_by_value() {
            Some(Wake::Queue) => queue::<S>(header),
            Some(Wake::Nothing) | None => release::<S>(header),
        }
    }
}

/// Asks for the body to be dropped.
///
/// SAFETY: the caller holds a reference.
pub(super) unsafe fn abort(header: NonNull<Header>) {
    // SAFETY: the caller's reference keeps it alive.
    let known = unsafe { header.as_ref() };
    // Before the state changes: a runnable of a cell without a body would never be given back.
    assert!(known.vtable.has_body, "a cell without a body cannot be aborted");
    // SAFETY: as above, and the answer is this state's.
    unsafe { act_on(header, known.state.abort()) }
}

/// Gives one reference back, and the cell with it if it was the last.
///
/// SAFETY: the caller owns the reference and does not use the cell again.
pub(super) unsafe fn release<S: Schedule>(header: NonNull<Header>) {
    // SAFETY: alive until the reference is given back.
    if unsafe { header.as_ref() }.state.release() {
        // SAFETY: the last reference was ours.
        unsafe { give_up::<S>(header) }
    }
}

/// SAFETY: no reference is left but the caller's, who does not use the cell again.
unsafe fn give_up<S: Schedule>(header: NonNull<Header>) {
    // SAFETY: the orphan owns the cell from here; `S::release` gets its data by reference for the
    // call and decides which thread frees it.
    unsafe {
        // A pointer and not a reference: this may be a thread that must not look at the data.
        let data: *const S = &raw const (*header.cast::<DataOf<S>>().as_ptr()).data;
        S::release(data, Orphan::new(header));
    }
}

/// Frees a cell nobody refers to.
///
/// SAFETY: the caller is the only owner, on the thread the cell's contents belong to.
pub(super) unsafe fn free(header: NonNull<Header>) {
    // SAFETY: the header of a live cell.
    unsafe { (header.as_ref().vtable.free)(header) }
}

/// A waker that owns nothing yet: the caller adds a reference or does not drop it.
pub(super) fn raw_waker(header: NonNull<Header>) -> RawWaker {
    RawWaker::new(header.as_ptr().cast_const().cast(), &WAKER)
}

/// The header behind a waker, if the waker is one of this module's and of scheduler `S`.
#[inline]
pub(super) fn header_of<S: Schedule>(waker: &Waker) -> Option<NonNull<Header>> {
    if !std::ptr::eq(waker.vtable(), &WAKER) {
        return None;
    }
    let header = NonNull::new(waker.data().cast_mut().cast::<Header>())?;
    // SAFETY: with this vtable the data is a header, which the waker keeps alive.
    let scheduler = unsafe { header.as_ref() }.vtable.scheduler;
    (scheduler == TypeId::of::<S>()).then_some(header)
}

/// One vtable for the wakers of all schedulers. A static has one address in the whole program,
/// which is how a waker is recognised; a constant in a generic might have several, and two that
/// look alike might share one.
static WAKER: RawWakerVTable =
    RawWakerVTable::new(waker_clone, waker_wake, waker_wake_by_ref, waker_drop);

/// SAFETY, here and below: `data` came from `raw_waker`, and the waker holds a reference.
unsafe fn waker_header(data: *const ()) -> NonNull<Header> {
    // SAFETY: `raw_waker` made it from a `NonNull`.
    unsafe { NonNull::new_unchecked(data.cast_mut().cast()) }
}

unsafe fn waker_clone(data: *const ()) -> RawWaker {
    // SAFETY: the waker that is cloned keeps the cell alive.
    unsafe {
        let header = waker_header(data);
        header.as_ref().state.retain();
        raw_waker(header)
    }
}

unsafe fn waker_wake(data: *const ()) {
    // SAFETY: the waker's own reference keeps the cell alive until it is passed on: to the
    // runnable, if one is due (`SCHEDULED` is set then), else back.
    unsafe {
        let header = waker_header(data);
        match header.as_ref().state.wake_by_value() {
            Some(wake) => act_on(header, wake),
            None => release_erased(header),
        }
    }
}

unsafe fn waker_wake_by_ref(data: *const ()) {
    // SAFETY: the waker keeps the cell alive.
    unsafe {
        let header = waker_header(data);
        act_on(header, header.as_ref().state.wake());
    }
}

unsafe fn waker_drop(data: *const ()) {
    // SAFETY: the waker is consumed.
    unsafe { release_erased(waker_header(data)) }
}

/// As [`release`], where the scheduler's type is not known.
///
/// SAFETY: as for [`release`].
unsafe fn release_erased(header: NonNull<Header>) {
    // SAFETY: alive until the reference is given back; then it is the caller's alone.
    unsafe {
        if header.as_ref().state.release() {
            (header.as_ref().vtable.give_up)(header);
        }
    }
}
