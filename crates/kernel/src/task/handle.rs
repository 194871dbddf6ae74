//! A reference to a cell: to wait for its outcome, to read it, to set it.

use std::fmt;
use std::marker::PhantomData;
use std::ptr::NonNull;
use std::task::{Context, Poll, Waker};

use super::cell::{self, Body, Front, Header};
use super::listeners::ListenerKey;
use super::schedule::{Runnable, Schedule, Shared};

/// A counted reference to a cell. Dropping it detaches: a body goes on without it.
pub struct Handle<V: 'static, S: Schedule> {
    front: NonNull<Front<V, S>>,
    _owns: PhantomData<(V, S)>,
}

// SAFETY: the cells of a shared scheduler synchronise by state word and lock; the value is read
// through `&V` and dropped by whoever is last, hence both bounds.
unsafe impl<V: Send + Sync, S: Shared> Send for Handle<V, S> {}
// SAFETY: as above.
unsafe impl<V: Send + Sync, S: Shared> Sync for Handle<V, S> {}

/// Makes a cell with a body that stays on this thread, and the runnable of its first step.
pub fn local<B: Body<S>, S: Schedule>(body: B, data: S) -> (Runnable<S>, Handle<B::Output, S>) {
    const { assert!(!S::SHARED, "a scheduler that threads share needs a body they may share") };
    make(body, data)
}

/// Makes a cell with a body that may run on any thread, and the runnable of its first step.
pub fn shared<B, S>(body: B, data: S) -> (Runnable<S>, Handle<B::Output, S>)
where
    B: Body<S> + Send,
    B::Output: Send + Sync,
    S: Shared,
{
    const { assert!(S::SHARED) };
    make(body, data)
}

/// As [`local`], with one more reference for the loop's list of its tasks.
pub fn listed<B: Body<S>, S: Schedule>(
    body: B,
    data: S,
) -> (Runnable<S>, Handle<B::Output, S>, Erased<S>) {
    const { assert!(!S::SHARED, "a scheduler that threads share needs a body they may share") };
    let front = cell::allocate(body, data, 3);
    // SAFETY: the cell starts `SCHEDULED` with three references; this is the first.
    let runnable = unsafe { Runnable::from_header(front.cast()) };
    (runnable, Handle { front, _owns: PhantomData }, Erased::from_header(front.cast()))
}

/// As [`shared`], with one more reference for the pool's list of its tasks.
pub fn shared_listed<B, S>(body: B, data: S) -> (Runnable<S>, Handle<B::Output, S>, Erased<S>)
where
    B: Body<S> + Send,
    B::Output: Send + Sync,
    S: Shared,
{
    const { assert!(S::SHARED) };
    let front = cell::allocate(body, data, 3);
    // SAFETY: the cell starts `SCHEDULED` with three references; this is the first.
    let runnable = unsafe { Runnable::from_header(front.cast()) };
    (runnable, Handle { front, _owns: PhantomData }, Erased::from_header(front.cast()))
}

/// Makes a cell with a body that may run on any thread, once somebody [wakes](Handle::wake) it.
pub fn shared_idle<B, S>(body: B, data: S) -> Handle<B::Output, S>
where
    B: Body<S> + Send,
    B::Output: Send + Sync,
    S: Shared,
{
    const { assert!(S::SHARED) };
    Handle { front: cell::allocate_idle(body, data), _owns: PhantomData }
}

/// Makes a cell without a body that stays on this thread: somebody will [`finish`](Handle::finish) it.
pub fn promise<V: 'static, S: Schedule>(data: S) -> Handle<V, S> {
    const { assert!(!S::SHARED, "a scheduler that threads share needs `shared_promise`") };
    Handle { front: cell::allocate_promise(data), _owns: PhantomData }
}

/// As [`promise`], for a cell that threads share. The outcome may be dropped on any of them.
pub fn shared_promise<V: Send + Sync + 'static, S: Shared>(data: S) -> Handle<V, S> {
    const { assert!(S::SHARED) };
    Handle { front: cell::allocate_promise(data), _owns: PhantomData }
}

fn make<B: Body<S>, S: Schedule>(body: B, data: S) -> (Runnable<S>, Handle<B::Output, S>) {
    let front = cell::allocate(body, data, 2);
    // SAFETY: the cell starts `SCHEDULED` with two references; this is the first.
    let runnable = unsafe { Runnable::from_header(front.cast()) };
    (runnable, Handle { front, _owns: PhantomData })
}

impl<V: 'static, S: Schedule> Handle<V, S> {
    #[inline]
    fn front(&self) -> &Front<V, S> {
        // SAFETY: the handle owns a reference.
        unsafe { self.front.as_ref() }
    }

    fn header(&self) -> NonNull<Header> {
        self.front.cast()
    }

    /// The scheduler's data in the cell.
    #[inline]
    pub fn data(&self) -> &S {
        &self.front().data
    }

    /// Whether there is an outcome.
    #[inline]
    pub fn is_done(&self) -> bool {
        self.front().header.state.is_done()
    }

    /// Whether nobody else refers to the cell: no handle, no waker, no runnable.
    #[inline]
    pub fn is_only(&self) -> bool {
        self.front().header.state.is_only_reference()
    }

    /// Whether the body is being polled; meaningful only on the thread that would poll it. Of one that
    /// [stays running](super::Schedule::STAYS_RUNNING) also while it is queued since it yielded.
    pub fn is_running(&self) -> bool {
        self.front().header.state.is_running()
    }

    /// Whether the body is queued or was woken while it runs.
    pub fn is_scheduled(&self) -> bool {
        self.front().header.state.is_scheduled()
    }

    /// The outcome; `None` while there is none, and after it was taken.
    #[inline]
    pub fn get(&self) -> Option<&V> {
        self.front().value()
    }

    /// Moves the outcome out; `None` while there is none, and after it was taken.
    ///
    /// # Safety
    ///
    /// No reference that [`get`](Handle::get) gave, through any handle of this cell, is alive,
    /// and no other thread reads or takes the outcome.
    pub unsafe fn take(&self) -> Option<V> {
        // SAFETY: the caller's promise.
        unsafe { self.front().take_value() }
    }

    /// Writes the outcome of a cell that has no body, and tells its listeners. Gives the value
    /// back where there is one already.
    ///
    /// # Safety
    ///
    /// The cell was made by [`promise`] or [`shared_promise`]: the outcome of a body is the body's to write.
    #[inline]
    pub unsafe fn finish(&self, value: V) -> Result<(), V> {
        // SAFETY: the handle owns a reference.
        unsafe { cell::finish(self.front, value) }
    }

    /// Adds a listener behind all others; gives it back where the outcome is there already.
    pub fn listen(&self, listener: S::Listener) -> Result<ListenerKey, S::Listener> {
        let front = self.front();
        let mut listener = Some(listener);
        let key = front.with_listeners(|listeners| {
            // Looked at under the lock: `finish` sets `DONE` and takes the listeners under the
            // same one, so a listener is either seen by it or not added.
            if front.header.state.is_done() {
                None
            } else {
                listener.take().map(|listener| listeners.push(listener))
            }
        });
        match (key, listener) {
            (Some(key), _) => Ok(key),
            (None, Some(listener)) => Err(listener),
            (None, None) => unreachable!("a listener is either added or kept"),
        }
    }

    /// Takes a listener back. `None`: it was told already, or taken before.
    pub fn unlisten(&self, key: ListenerKey) -> Option<S::Listener> {
        self.front().with_listeners(|listeners| listeners.remove(key))
    }

    /// What `f` says of each listener, first come first.
    ///
    /// # Safety
    ///
    /// `f` does not use this cell: the list is borrowed, and locked where threads share it.
    pub unsafe fn map_listeners<R>(&self, mut f: impl FnMut(&S::Listener) -> Option<R>) -> Vec<R> {
        let mut found = Vec::new();
        self.front().with_listeners(|listeners| {
            listeners.visit(|_, listener| found.extend(f(listener)));
        });
        found
    }

    /// Wakes the body.
    ///
    /// # Safety
    ///
    /// The cell has a body.
    pub unsafe fn wake(&self) {
        // SAFETY: this handle keeps the cell alive, and the answer is its state's.
        unsafe { cell::act_on(self.header(), self.front().header.state.wake()) }
    }

    /// Drops a body that waits in a queue, here and now; its outcome is then
    /// [`Exit::Aborted`](super::Exit), and its listeners are told before this returns. Its runnable
    /// stays where it is and does nothing when it is run. False, and nothing happens, if the body does
    /// not wait in a queue: it is running, waiting to be woken, or done.
    pub fn withdraw(&self) -> bool
    where
        S: Shared,
    {
        // SAFETY: this handle keeps the cell alive; the bodies of shared cells may be dropped anywhere.
        unsafe { cell::withdraw(self.header()) }
    }

    /// Waits for the outcome: ready once it is there, else wakes the context's task then.
    ///
    /// `slot` remembers the registration between polls; give it to [`forget`](Handle::forget) if
    /// the wait ends before the outcome is there.
    #[inline]
    pub fn poll_done(&self, context: &mut Context<'_>, slot: &mut Option<ListenerKey>) -> Poll<()> {
        if self.is_done() {
            *slot = None;
            return Poll::Ready(());
        }
        self.poll_pending(context, slot)
    }

    fn poll_pending(&self, context: &mut Context<'_>, slot: &mut Option<ListenerKey>) -> Poll<()> {
        if let Some(key) = *slot {
            let waker = context.waker();
            // Cloned outside the lock, since cloning a waker may be foreign code.
            let registered = self.front().with_listeners(|listeners| {
                listeners
                    .get_mut(key)
                    .map(|listener| S::waker(listener).is_some_and(|old| old.will_wake(waker)))
            });
            match registered {
                Some(true) => return Poll::Pending,
                Some(false) => {
                    let mut fresh = Some(S::Listener::from(waker.clone()));
                    let old = self.front().with_listeners(|listeners| {
                        let listener = listeners.get_mut(key)?;
                        fresh.take().map(|fresh| std::mem::replace(listener, fresh))
                    });
                    if old.is_some() {
                        return Poll::Pending;
                    }
                }
                None => {}
            }
            // Told between the two looks, so the outcome is there.
            debug_assert!(self.is_done());
            *slot = None;
            return Poll::Ready(());
        }
        match self.listen(S::Listener::from(context.waker().clone())) {
            Ok(key) => {
                *slot = Some(key);
                Poll::Pending
            }
            Err(_) => Poll::Ready(()),
        }
    }

    /// Ends a wait that [`poll_done`](Handle::poll_done) began.
    pub fn forget(&self, slot: &mut Option<ListenerKey>) {
        if let Some(key) = slot.take() {
            drop(self.unlisten(key));
        }
    }

    /// Asks for the body to be dropped at its next turn; its outcome is then
    /// [`Exit::Aborted`](super::Exit). Nothing happens to a cell that is done.
    ///
    /// # Panics
    ///
    /// When the cell has no body.
    pub fn abort(&self) {
        // SAFETY: this handle keeps the cell alive.
        unsafe { cell::abort(self.header()) }
    }

    /// A waker that makes the body run.
    ///
    /// # Safety
    ///
    /// The cell has a body.
    pub unsafe fn waker(&self) -> Waker {
        self.front().header.state.retain();
        // SAFETY: the reference just added is the waker's.
        unsafe { Waker::from_raw(cell::raw_waker(self.header())) }
    }

    /// Whether `waker` wakes this cell's body.
    pub fn is_woken_by(&self, waker: &Waker) -> bool {
        cell::header_of::<S>(waker) == Some(self.header())
    }

    /// An address that no other living cell has.
    pub fn address(&self) -> usize {
        self.front.as_ptr().addr()
    }

    /// Whether both refer to the same cell.
    pub fn same(&self, other: &Handle<V, S>) -> bool {
        self.front == other.front
    }

    /// The same cell without its outcome's type.
    pub fn erase(&self) -> Erased<S> {
        self.front().header.state.retain();
        Erased { header: self.header(), _owns: PhantomData }
    }
}

impl<V: 'static, S: Schedule> Clone for Handle<V, S> {
    fn clone(&self) -> Self {
        self.front().header.state.retain();
        Handle { front: self.front, _owns: PhantomData }
    }
}

impl<V: 'static, S: Schedule> Drop for Handle<V, S> {
    fn drop(&mut self) {
        // SAFETY: the handle's reference; the cell is not used again.
        unsafe { cell::release::<S>(self.header()) }
    }
}

impl<V: 'static, S: Schedule> fmt::Debug for Handle<V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").field("done", &self.is_done()).finish_non_exhaustive()
    }
}

/// A counted reference to a cell of any outcome: what a list of all tasks holds.
pub struct Erased<S: Schedule> {
    header: NonNull<Header>,
    _owns: PhantomData<(S, *const ())>,
}

impl<S: Schedule> Erased<S> {
    /// Owns a reference that the caller gives up, or is not dropped.
    pub(super) fn from_header(header: NonNull<Header>) -> Erased<S> {
        Erased { header, _owns: PhantomData }
    }

    /// Whether `waker` wakes this cell's body.
    pub fn is_woken_by(&self, waker: &Waker) -> bool {
        cell::header_of::<S>(waker) == Some(self.header)
    }

    /// The cell behind a waker, if it is one of this scheduler's.
    ///
    /// # Safety
    ///
    /// If the scheduler is not [`Shared`], this is the thread that made the cell: wakers travel,
    /// what this returns does not.
    pub unsafe fn of_waker(waker: &Waker) -> Option<Erased<S>> {
        let header = cell::header_of::<S>(waker)?;
        // SAFETY: the waker keeps the cell alive while it is borrowed.
        unsafe { header.as_ref() }.state.retain();
        Some(Erased { header, _owns: PhantomData })
    }

    /// As [`of_waker`](Erased::of_waker), of a waker that is known to be one.
    ///
    /// # Safety
    ///
    /// As for [`of_waker`](Erased::of_waker), and the waker is that of a cell of scheduler `S`.
    #[inline]
    pub unsafe fn of_cell_s_waker(waker: &Waker) -> Erased<S> {
        debug_assert!(cell::header_of::<S>(waker).is_some());
        // SAFETY: the data of such a waker is a header, which the waker keeps alive.
        unsafe {
            let header = NonNull::new_unchecked(waker.data().cast_mut().cast::<Header>());
            header.as_ref().state.retain();
            Erased { header, _owns: PhantomData }
        }
    }

    /// As [`Handle::waker`].
    ///
    /// # Safety
    ///
    /// The cell has a body.
    pub unsafe fn waker(&self) -> Waker {
        // SAFETY: this reference keeps the cell alive; the one just added is the waker's.
        unsafe {
            self.header.as_ref().state.retain();
            Waker::from_raw(cell::raw_waker(self.header))
        }
    }

    /// This reference as one pointer, for lists of words.
    pub fn into_raw(self) -> NonNull<()> {
        let header = self.header;
        std::mem::forget(self);
        header.cast()
    }

    /// Back from [`into_raw`](Erased::into_raw).
    ///
    /// # Safety
    ///
    /// `raw` came from `into_raw` of a reference to a cell of scheduler `S`, and becomes one again
    /// only once; on the thread that made the cell unless the scheduler is [`Shared`].
    pub unsafe fn from_raw(raw: NonNull<()>) -> Erased<S> {
        Erased::from_header(raw.cast())
    }

    /// The scheduler's data in the cell.
    #[inline]
    pub fn data(&self) -> &S {
        // SAFETY: this owns a reference and, not being `Send`, is where the cell is used.
        unsafe { cell::data(self.header) }
    }

    /// Whether there is an outcome.
    pub fn is_done(&self) -> bool {
        // SAFETY: this owns a reference.
        unsafe { self.header.as_ref() }.state.is_done()
    }

    /// Whether the body is being polled.
    pub fn is_running(&self) -> bool {
        // SAFETY: this owns a reference.
        unsafe { self.header.as_ref() }.state.is_running()
    }

    /// As [`Handle::listen`].
    pub fn listen(&self, listener: S::Listener) -> Result<ListenerKey, S::Listener> {
        let mut listener = Some(listener);
        // SAFETY: this owns a reference.
        let key = unsafe {
            cell::with_listeners::<S, _>(self.header, |listeners| {
                if self.is_done() {
                    None
                } else {
                    listener.take().map(|listener| listeners.push(listener))
                }
            })
        };
        match (key, listener) {
            (Some(key), _) => Ok(key),
            (None, Some(listener)) => Err(listener),
            (None, None) => unreachable!("a listener is either added or kept"),
        }
    }

    /// As [`Handle::unlisten`].
    pub fn unlisten(&self, key: ListenerKey) -> Option<S::Listener> {
        // SAFETY: this owns a reference.
        unsafe { cell::with_listeners::<S, _>(self.header, |listeners| listeners.remove(key)) }
    }

    /// As [`Handle::map_listeners`].
    ///
    /// # Safety
    ///
    /// As for [`Handle::map_listeners`].
    pub unsafe fn map_listeners<R>(&self, mut f: impl FnMut(&S::Listener) -> Option<R>) -> Vec<R> {
        let mut found = Vec::new();
        // SAFETY: this owns a reference.
        unsafe {
            cell::with_listeners::<S, _>(self.header, |listeners| {
                listeners.visit(|_, listener| found.extend(f(listener)));
            });
        }
        found
    }

    /// Whether the body is queued or was woken while it runs.
    pub fn is_scheduled(&self) -> bool {
        // SAFETY: this owns a reference.
        unsafe { self.header.as_ref() }.state.is_scheduled()
    }

    /// As [`Handle::abort`].
    pub fn abort(&self) {
        // SAFETY: this owns a reference.
        unsafe { cell::abort(self.header) }
    }

    /// Wakes the body.
    ///
    /// # Safety
    ///
    /// The cell has a body.
    pub unsafe fn wake(&self) {
        // SAFETY: this owns a reference.
        unsafe { cell::act_on(self.header, self.header.as_ref().state.wake()) }
    }

    /// As [`wake`](Erased::wake), and gives this reference up, which the run may then use.
    ///
    /// # Safety
    ///
    /// The cell has a body.
    #[inline]
    pub unsafe fn wake_by_value(self) {
        let header = self.header;
        std::mem::forget(self);
        // SAFETY: the reference is given up; the rest is the caller's promise.
        unsafe { cell::wake_by_value::<S>(header) }
    }

    /// An address that no other living cell has.
    pub fn address(&self) -> usize {
        self.header.as_ptr().addr()
    }

    /// The same cell with its outcome's type.
    ///
    /// # Safety
    ///
    /// The cell was made with outcomes of type `V`.
    pub unsafe fn restore<V: 'static>(&self) -> Handle<V, S> {
        // SAFETY: this owns a reference; the type is the caller's promise.
        unsafe { self.header.as_ref() }.state.retain();
        Handle { front: self.header.cast(), _owns: PhantomData }
    }

    /// As [`restore`](Erased::restore), of this reference itself.
    ///
    /// # Safety
    ///
    /// As for [`restore`](Erased::restore).
    #[inline]
    pub unsafe fn into_handle<V: 'static>(self) -> Handle<V, S> {
        let front = self.header.cast();
        std::mem::forget(self);
        Handle { front, _owns: PhantomData }
    }
}

impl<S: Schedule> Clone for Erased<S> {
    fn clone(&self) -> Self {
        // SAFETY: this owns a reference.
        unsafe { self.header.as_ref() }.state.retain();
        Erased { header: self.header, _owns: PhantomData }
    }
}

impl<S: Schedule> Drop for Erased<S> {
    fn drop(&mut self) {
        // SAFETY: the reference is this one's own.
        unsafe { cell::release::<S>(self.header) }
    }
}

impl<S: Schedule> fmt::Debug for Erased<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Erased").field(&self.header.as_ptr()).finish()
    }
}
