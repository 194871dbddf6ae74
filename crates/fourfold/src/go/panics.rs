//! What is printed where a goroutine panics.

use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::panic;
use std::process;
use std::sync::Once;

use fourfold_kernel::pool::{Pool, Task};
use fourfold_kernel::trace;

/// What a goroutine panicked with.
pub struct Value(Box<dyn Any + Send>);

impl Value {
    pub(super) fn new(payload: Box<dyn Any + Send>) -> Value {
        Value(payload)
    }

    /// The text, if it is one; `panic!` makes texts.
    pub fn text(&self) -> Option<&str> {
        text(self.0.as_ref())
    }

    /// The payload itself.
    pub fn into_inner(self) -> Box<dyn Any + Send> {
        self.0
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text().unwrap_or("a value that is no text"))
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Value({self})")
    }
}

pub(super) fn text(payload: &(dyn Any + Send)) -> Option<&str> {
    match payload.downcast_ref::<&'static str>() {
        Some(text) => Some(text),
        None => payload.downcast_ref::<String>().map(String::as_str),
    }
}

/// Unwinds a goroutine that ends itself.
struct Goexit;

pub(super) fn goexit() -> ! {
    panic::resume_unwind(Box::new(Goexit))
}

pub(super) fn is_goexit(payload: &(dyn Any + Send)) -> bool {
    payload.is::<Goexit>()
}

thread_local! {
    /// Where the last panic on this thread was raised, by which task. A goroutine does not change
    /// threads between its panic and its end, for it does not wait in between.
    static RAISED: RefCell<Option<(u64, String)>> = const { RefCell::new(None) };
}

/// Has Rust's hook keep silent about panics in goroutines, for they may be recovered, and tell of
/// them only where they end one.
pub(super) fn install_hook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let former = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let task = trace::current().filter(|_| Pool::current().is_some());
            let Some(task) = task else { return former(info) };
            let mut raised = match info.location() {
                Some(location) => format!("\t{location}\n"),
                None => String::new(),
            };
            let backtrace = std::backtrace::Backtrace::capture();
            if backtrace.status() == std::backtrace::BacktraceStatus::Captured {
                raised.push_str(&backtrace.to_string());
            }
            let _ = RAISED.try_with(|last| *last.borrow_mut() = Some((task.get(), raised)));
        }));
    });
}

/// Prints the panic that ended `task`, and ends the process if asked to.
pub(super) fn report(task: &Task, payload: &(dyn Any + Send), end: bool) {
    if is_goexit(payload) {
        return;
    }
    let raised = RAISED
        .try_with(|last| last.borrow_mut().take())
        .ok()
        .flatten()
        .filter(|(raiser, _)| *raiser == task.id().get())
        .map_or_else(String::new, |(_, raised)| raised);
    let text = text(payload).unwrap_or("a value that is no text");
    eprint!(
        "panic: {text}\n\ngoroutine {} [running]:\n{raised}{}\n",
        task.id().get(),
        super::report::created(task)
    );
    if end {
        process::exit(2);
    }
}
