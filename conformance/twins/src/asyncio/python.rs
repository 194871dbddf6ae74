//! What the originals get from Python itself: the exceptions they raise, the way `print` shows
//! values and errors, and a log that several coroutines write to.

use std::cell::RefCell;
use std::fmt;
use std::io::ErrorKind;
use std::rc::Rc;

use fourfold::asyncio::{
    self, BrokenBarrier, InvalidState, KeyboardInterrupt, QueueEmpty, QueueFull, QueueShutDown,
    StopAsyncIteration,
};
use fourfold::{Error, Kind, Result};

/// Declares built-in exceptions of Python that carry a text.
macro_rules! exceptions {
    ($($name:ident)*) => {
        $(
            #[derive(Debug)]
            pub(crate) struct $name(pub(crate) String);

            impl $name {
                #[allow(dead_code, clippy::new_ret_no_self)]
                pub(crate) fn new(text: impl Into<String>) -> Error {
                    Error::new($name(text.into()))
                }
            }

            impl fmt::Display for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str(&self.0)
                }
            }

            impl std::error::Error for $name {}
        )*

        fn declared(error: &Error) -> Option<&'static str> {
            $(if error.is::<$name>() {
                return Some(stringify!($name));
            })*
            None
        }
    };
}

exceptions! { ValueError KeyError LookupError }

/// `type(e).__name__`.
pub(crate) fn type_name(error: &Error) -> &'static str {
    match error.kind() {
        Kind::Cancelled => "CancelledError",
        Kind::TimedOut => "TimeoutError",
        Kind::Group => "ExceptionGroup",
        Kind::Panic => "panic",
        _ => declared(error).unwrap_or_else(|| {
            if let Some(name) = of_the_dialect(error) {
                name
            } else if let Some(error) = error.downcast_ref::<std::io::Error>() {
                os_error(error.kind())
            } else {
                // What is only a text stands where Python has a RuntimeError.
                "RuntimeError"
            }
        }),
    }
}

fn of_the_dialect(error: &Error) -> Option<&'static str> {
    let names = [
        (error.is::<InvalidState>(), "InvalidStateError"),
        (error.is::<BrokenBarrier>(), "BrokenBarrierError"),
        (error.is::<QueueEmpty>(), "QueueEmpty"),
        (error.is::<QueueFull>(), "QueueFull"),
        (error.is::<QueueShutDown>(), "QueueShutDown"),
        (error.is::<StopAsyncIteration>(), "StopAsyncIteration"),
        (error.is::<KeyboardInterrupt>(), "KeyboardInterrupt"),
    ];
    #[cfg(unix)]
    if error.is::<asyncio::SignalRefused>() {
        return Some("SignalRefused");
    }
    names.iter().find(|(is, _)| *is).map(|(_, name)| *name)
}

fn os_error(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::ConnectionRefused => "ConnectionRefusedError",
        ErrorKind::ConnectionReset => "ConnectionResetError",
        ErrorKind::BrokenPipe => "BrokenPipeError",
        ErrorKind::NotFound => "FileNotFoundError",
        ErrorKind::TimedOut => "TimeoutError",
        _ => "OSError",
    }
}

/// `str(e)`.
pub(crate) fn text(error: &Error) -> String {
    match error.kind() {
        Kind::Cancelled | Kind::TimedOut => error.message().unwrap_or_default().to_string(),
        Kind::Panic => error.message().unwrap_or_default().to_string(),
        // Python's has no text.
        _ if error.is::<StopAsyncIteration>() => String::new(),
        _ => match error.downcast_ref::<KeyError>() {
            // A KeyError shows its key, not a text.
            Some(key) => key.0.repr(),
            None => error.to_string(),
        },
    }
}

/// `e.args`.
pub(crate) fn args(error: &Error) -> String {
    let text = match error.downcast_ref::<KeyError>() {
        Some(key) => key.0.clone(),
        None => text(error),
    };
    if text.is_empty() { "()".into() } else { format!("({},)", text.repr()) }
}

/// What `repr` gives for a value.
pub(crate) trait Repr {
    fn repr(&self) -> String;
}

impl Repr for str {
    fn repr(&self) -> String {
        let quote = if self.contains('\'') && !self.contains('"') { '"' } else { '\'' };
        let mut out = String::from(quote);
        for c in self.chars() {
            match c {
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\\' => out.push_str("\\\\"),
                c if c == quote => out.extend(['\\', c]),
                c => out.push(c),
            }
        }
        out.push(quote);
        out
    }
}

impl Repr for String {
    fn repr(&self) -> String {
        self.as_str().repr()
    }
}

impl Repr for bool {
    fn repr(&self) -> String {
        if *self { "True".into() } else { "False".into() }
    }
}

impl Repr for () {
    fn repr(&self) -> String {
        "None".into()
    }
}

macro_rules! numbers {
    ($($t:ty)*) => {
        $(impl Repr for $t {
            fn repr(&self) -> String {
                self.to_string()
            }
        })*
    };
}

numbers! { i32 u32 u64 usize }

impl<T: Repr + ?Sized> Repr for &T {
    fn repr(&self) -> String {
        (**self).repr()
    }
}

impl<T: Repr> Repr for Option<T> {
    fn repr(&self) -> String {
        self.as_ref().map_or("None".into(), Repr::repr)
    }
}

impl<A: Repr, B: Repr> Repr for (A, B) {
    fn repr(&self) -> String {
        format!("({}, {})", self.0.repr(), self.1.repr())
    }
}

impl<T: Repr> Repr for [T] {
    fn repr(&self) -> String {
        let items: Vec<String> = self.iter().map(Repr::repr).collect();
        format!("[{}]", items.join(", "))
    }
}

impl<T: Repr, const N: usize> Repr for [T; N] {
    fn repr(&self) -> String {
        self.as_slice().repr()
    }
}

impl<T: Repr> Repr for Vec<T> {
    fn repr(&self) -> String {
        self.as_slice().repr()
    }
}

impl Repr for Error {
    fn repr(&self) -> String {
        let args = args(self);
        let args = args.trim_start_matches('(').trim_end_matches(')').trim_end_matches(',');
        format!("{}({args})", type_name(self))
    }
}

/// Bytes, which show as `b'…'`.
#[derive(Clone, Debug)]
pub(crate) struct Bytes(pub(crate) Vec<u8>);

impl Repr for Bytes {
    fn repr(&self) -> String {
        self.0.as_slice().bytes_repr()
    }
}

/// `repr` of things that are bytes.
pub(crate) trait BytesRepr {
    fn bytes_repr(&self) -> String;
}

impl<T: AsRef<[u8]> + ?Sized> BytesRepr for T {
    fn bytes_repr(&self) -> String {
        let mut out = String::from("b'");
        for byte in self.as_ref() {
            match byte {
                b'\n' => out.push_str("\\n"),
                b'\r' => out.push_str("\\r"),
                b'\'' | b'\\' => out.extend(['\\', char::from(*byte)]),
                0x20..0x7f => out.push(char::from(*byte)),
                byte => out.push_str(&format!("\\x{byte:02x}")),
            }
        }
        out.push('\'');
        out
    }
}

/// A list that callbacks and coroutines append to.
#[derive(Debug)]
pub(crate) struct Log<T = String>(Rc<RefCell<Vec<T>>>);

impl Log {
    /// A log of texts; of anything else by `default`.
    pub(crate) fn new() -> Log {
        Log::default()
    }
}

impl<T> Default for Log<T> {
    fn default() -> Log<T> {
        Log(Rc::default())
    }
}

impl<T> Log<T> {
    pub(crate) fn push(&self, item: impl Into<T>) {
        self.0.borrow_mut().push(item.into());
    }

    /// What `log.append` is as a callback.
    pub(crate) fn append(&self, item: impl Into<T>) -> Box<dyn FnOnce()>
    where
        T: 'static,
    {
        let (log, item) = (self.clone(), item.into());
        Box::new(move || log.push(item))
    }

    pub(crate) fn clear(&self) {
        self.0.borrow_mut().clear();
    }

    pub(crate) fn len(&self) -> usize {
        self.0.borrow().len()
    }
}

impl<T: Clone> Log<T> {
    pub(crate) fn items(&self) -> Vec<T> {
        self.0.borrow().clone()
    }
}

impl Log<String> {
    /// `", ".join(log)`
    pub(crate) fn joined(&self) -> String {
        self.0.borrow().join(", ")
    }

    pub(crate) fn sorted(&self) -> Vec<String> {
        let mut items = self.items();
        items.sort();
        items
    }
}

impl<T> Clone for Log<T> {
    fn clone(&self) -> Log<T> {
        Log(self.0.clone())
    }
}

/// As `print` shows a list.
impl<T: Repr> fmt::Display for Log<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.borrow().repr())
    }
}

/// Runs a program's `main`.
pub(crate) fn run_main(main: impl Future<Output = Result<()>> + 'static) {
    asyncio::run(main).expect("main handles what it provokes");
}

/// `asyncio.sleep(0)`
pub(crate) fn turn() -> asyncio::Sleep {
    asyncio::sleep(std::time::Duration::ZERO)
}

/// A time in seconds, as Python gives it.
pub(crate) fn seconds(seconds: f64) -> std::time::Duration {
    std::time::Duration::from_secs_f64(seconds)
}
