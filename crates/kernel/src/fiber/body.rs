//! A fiber as the body of a task.
//!
//! ```text
//!   New(main) ── first poll: a stack ──► Started(coroutine) ── main returns, panics ──► Gone
//!       │                                   │      ▲
//!       └── dropped: any thread             └──────┘ suspended, resumed: the same worker
//!                                           └── dropped: unwound there
//! ```

use std::pin::Pin;
use std::ptr;
use std::task::{Context, Poll, Waker};

use corosensei::{Coroutine, CoroutineResult};

use super::current::{self, Control};
use super::stack::Stack;
use crate::pool::worker::Worker;
use crate::pool::{Kind, Outcome, Task, done, exit};
use crate::task::{Body, Exit};
use crate::trace;

/// Of the fiber's task, which lies in the same cell.
struct Address(*const Task);

impl Address {
    fn get(&self) -> *const Task {
        self.0
    }
}

/// A fiber that leaves its stack tells where its control lies, for the case that it is never resumed.
type Switch<T> = Coroutine<*const Waker, *const Control, T, Stack>;

pub(crate) struct Fiber<F, T> {
    state: State<F, T>,
    /// Of its stack.
    size: usize,
}

enum State<F, T> {
    New(F),
    /// Settled on a worker that has fewer, which is to begin it.
    Sent(F),
    Started {
        coroutine: Switch<T>,
        control: *const Control,
        settled: bool,
    },
    Gone,
}

// SAFETY: before it begins it holds `F` alone, which is `Send`. When it begins its task is settled on
// the polling worker, which alone polls it from then on (`Shared::schedule`) and drops it: by the
// runner, since the registry keeps the cell until its outcome is written. A movable fiber's maker
// promised that what is on its stack may go to other threads.
unsafe impl<F: Send, T: Send> Send for Fiber<F, T> {}

impl<F, T> Fiber<F, T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    pub(crate) fn new(main: F, size: usize) -> Fiber<F, T> {
        Fiber { state: State::New(main), size }
    }

    /// Begins, on this worker or, if it has many more than another, on that one: for good, so this is
    /// where it is decided who has how much to do. True if it began here.
    #[inline]
    fn place(&mut self, data: &Task) -> bool {
        let worker = Worker::current().expect("fibers are polled by workers");
        if data.kind() == Kind::Fiber {
            if let State::Sent(_) = self.state {
                worker.arrived();
            } else if let Some(index) = worker.send_elsewhere() {
                let State::New(main) = std::mem::replace(&mut self.state, State::Gone) else {
                    unreachable!("it is placed once")
                };
                self.state = State::Sent(main);
                data.settle(index);
                data.yield_next();
                return false;
            }
        }
        self.begin(data, worker);
        true
    }

    /// Gives `main` a stack on this worker.
    #[inline]
    fn begin(&mut self, data: &Task, worker: &Worker) {
        let stack = match worker.take_stack(self.size) {
            Ok(stack) => stack,
            Err(error) => panic!(
                "no stack of {} bytes for a fiber: {error}; wait for others to end, or ask for \
                 smaller ones",
                self.size
            ),
        };
        let (State::New(main) | State::Sent(main)) =
            std::mem::replace(&mut self.state, State::Gone)
        else {
            unreachable!("it begins once")
        };
        let settled = data.kind() == Kind::Fiber;
        if settled {
            data.settle(worker.index());
            worker.settle();
        }
        let task = Address(ptr::from_ref(data));
        let coroutine = Coroutine::with_stack(stack, move |yielder, waker| {
            let control = Control::new(yielder, waker, task.get());
            current::set(&raw const control);
            main()
        });
        self.state = State::Started { coroutine, control: ptr::null(), settled };
    }

    /// Its stack is empty again.
    fn end(&mut self) {
        let State::Started { coroutine, settled, .. } =
            std::mem::replace(&mut self.state, State::Gone)
        else {
            return;
        };
        let stack = coroutine.into_stack();
        match Worker::current() {
            Some(worker) => {
                worker.put_stack(stack);
                if settled {
                    worker.unsettle();
                }
            }
            None => drop(stack),
        }
    }
}

impl<F, T> Body<Task> for Fiber<F, T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    type Output = Outcome<T>;

    #[inline]
    fn poll(self: Pin<&mut Self>, data: &Task, context: &mut Context<'_>) -> Poll<Self::Output> {
        // SAFETY: nothing is moved out that is pinned: the closure is moved before it runs, and
        // the coroutine's frames lie elsewhere.
        let fiber = unsafe { self.get_unchecked_mut() };
        if let State::New(_) | State::Sent(_) = fiber.state
            && !fiber.place(data)
        {
            return Poll::Pending;
        }
        let _polling = trace::polling(data.id());
        let State::Started { coroutine, control, .. } = &mut fiber.state else {
            unreachable!("it is not polled after it ended")
        };
        /// Nobody's stack again, also where a panic comes out of the fiber.
        struct Nobody;
        impl Drop for Nobody {
            fn drop(&mut self) {
                current::set(ptr::null());
            }
        }
        let nobody = Nobody;
        let resumed = coroutine.resume(ptr::from_ref(context.waker()));
        drop(nobody);
        match resumed {
            CoroutineResult::Yield(suspended) => {
                *control = suspended;
                Poll::Pending
            }
            CoroutineResult::Return(value) => {
                fiber.end();
                Poll::Ready(done(data, value))
            }
        }
    }

    fn exit(data: &Task, why: Exit) -> Self::Output {
        exit(data, why)
    }
}

impl<F, T> Drop for Fiber<F, T> {
    fn drop(&mut self) {
        if let State::Sent(_) = self.state
            && let Some(worker) = Worker::current()
        {
            worker.arrived();
        }
        let State::Started { coroutine, control, settled } = &mut self.state else { return };
        let settled = *settled;
        if !coroutine.done() && !control.is_null() {
            let control: *const Control = *control;
            // What its destructors ask of the current fiber is asked of this one.
            current::set(control);
            // SAFETY: suspended, so its stack and the control at its base are there.
            unsafe { (*control).tear_down() };
            coroutine.force_unwind();
            current::set(ptr::null());
        }
        let State::Started { coroutine, .. } = std::mem::replace(&mut self.state, State::Gone)
        else {
            unreachable!("matched above")
        };
        if coroutine.done() {
            let stack = coroutine.into_stack();
            if let Some(worker) = Worker::current() {
                worker.put_stack(stack);
                if settled {
                    worker.unsettle();
                }
            }
        }
    }
}
