//! The JavaScript dialect's promises as an addon for Node, in the shape that the public cases of
//! Promises/A+ ask for: `deferred`, `resolved` and `rejected`.
//!
//! Everything the cases look at is the dialect's: states, reactions and their order, the resolution
//! procedure. Added here is only what Rust's types decide elsewhere: what a value of JavaScript is, one
//! of these promises, a thenable, or neither. `cargo xtask conformance js` runs the cases.
#![cfg(target_os = "linux")]

mod node;

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use fourfold::js::{Embedded, Promise, Resolution, Resolvers, Thenable, TypeError, process};
use fourfold::{Error, Result};

use node::{Kept, Outcome, Scope, Value, scope};

/// What a promise is rejected with: any value of JavaScript.
#[derive(Debug)]
struct Thrown(Kept);

impl fmt::Display for Thrown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of JavaScript was thrown")
    }
}

impl std::error::Error for Thrown {}

fn thrown(scope: Scope<'_>, value: Value<'_>) -> Error {
    Error::new(Thrown(scope.keep(value)))
}

/// An error as JavaScript is to see it.
fn reason<'s>(scope: Scope<'s>, error: &Error) -> Value<'s> {
    match error.downcast_ref::<Thrown>() {
        Some(thrown) => scope.kept(thrown.0),
        None if error.is::<TypeError>() => scope.type_error(&error.to_string()),
        None => panic!("the dialect rejects with nothing but a TypeError of itself: {error}"),
    }
}

/// The promises, and the objects that stand for them in JavaScript.
struct Adapter {
    promises: Embedded,
    known: RefCell<Vec<(Kept, Promise<Kept>)>>,
}

thread_local! {
    static ADAPTER: RefCell<Option<Rc<Adapter>>> = const { RefCell::new(None) };
}

/// Calls `f` where promises can be made.
fn enter<R>(f: impl FnOnce(&Adapter) -> R) -> R {
    let adapter = ADAPTER.with_borrow(Clone::clone).expect("made when the addon is loaded");
    adapter.promises.enter(|| f(&adapter))
}

impl Adapter {
    /// The object of a promise: all it has is `then`.
    fn object<'s>(&self, scope: Scope<'s>, promise: &Promise<Kept>) -> Value<'s> {
        let object = scope.object();
        let of = promise.clone();
        let then = scope.function(move |scope, _, [on_fulfilled, on_rejected]| {
            let derived = then(scope, &of, on_fulfilled, on_rejected);
            Ok(enter(|adapter| adapter.object(scope, &derived)))
        });
        scope.set(object, c"then", then);
        self.known.borrow_mut().push((scope.keep(object), promise.clone()));
        object
    }

    /// The promise whose object this is.
    fn promise_of(&self, scope: Scope<'_>, value: Value<'_>) -> Option<Promise<Kept>> {
        let known = self.known.borrow();
        // The cases ask for the newest ones.
        let found = known.iter().rev().find(|(object, _)| scope.same(scope.kept(*object), value));
        found.map(|(_, promise)| promise.clone())
    }

    /// What `value` is to the resolution procedure. Reads its `then`, once, and gives what that throws
    /// as an error.
    fn resolution(&self, scope: Scope<'_>, value: Value<'_>) -> Result<Resolution<Kept>> {
        if !scope.is_object(value) {
            return Ok(Resolution::Value(scope.keep(value)));
        }
        if let Some(promise) = self.promise_of(scope, value) {
            return Ok(Resolution::Promise(promise));
        }
        let then = scope.get(value, c"then").map_err(|error| thrown(scope, error))?;
        let value = scope.keep(value);
        if !scope.is_function(then) {
            return Ok(Resolution::Value(value));
        }
        let then = scope.keep(then);
        Ok(Resolution::Thenable(Thenable::new(move |settle| {
            node::scope(|scope| {
                let (resolve, reject) = functions(scope, &settle);
                let (then, this) = (scope.kept(then), scope.kept(value));
                match scope.call(then, this, &[resolve, reject]) {
                    Ok(_) => Ok(()),
                    Err(error) => Err(thrown(scope, error)),
                }
            })
        })))
    }
}

/// The two functions that settle a promise, in JavaScript.
fn functions<'s>(scope: Scope<'s>, settle: &Resolvers<Kept>) -> (Value<'s>, Value<'s>) {
    let own = settle.clone();
    let resolve = scope.function(move |scope, _, [value, _]| {
        enter(|adapter| match adapter.resolution(scope, value) {
            Ok(resolution) => own.resolve(resolution),
            Err(error) => own.reject(error),
        });
        Ok(scope.undefined())
    });
    let own = settle.clone();
    let reject = scope.function(move |scope, _, [value, _]| {
        enter(|_| own.reject(thrown(scope, value)));
        Ok(scope.undefined())
    });
    (resolve, reject)
}

/// `promise.then(onFulfilled, onRejected)`. What is no function is as if it were not there.
fn then(
    scope: Scope<'_>,
    promise: &Promise<Kept>,
    on_fulfilled: Value<'_>,
    on_rejected: Value<'_>,
) -> Promise<Kept> {
    let handler = |value| scope.is_function(value).then(|| scope.keep(value));
    let (on_fulfilled, on_rejected) = (handler(on_fulfilled), handler(on_rejected));
    let fulfilled = move |value: Kept| match on_fulfilled {
        Some(handler) => node::scope(|scope| call(scope, handler, scope.kept(value))),
        None => Ok(Resolution::Value(value)),
    };
    let rejected = move |error: Error| match on_rejected {
        Some(handler) => node::scope(|scope| call(scope, handler, reason(scope, &error))),
        None => Err(error),
    };
    enter(|_| promise.then_else(fulfilled, rejected))
}

/// Calls a handler, and gives what it returned to the resolution procedure.
fn call(scope: Scope<'_>, handler: Kept, value: Value<'_>) -> Result<Resolution<Kept>> {
    match scope.call(scope.kept(handler), scope.undefined(), &[value]) {
        Ok(returned) => enter(|adapter| adapter.resolution(scope, returned)),
        Err(error) => Err(thrown(scope, error)),
    }
}

/// A promise, and the functions that settle it.
fn deferred(scope: Scope<'_>) -> (Value<'_>, Value<'_>, Value<'_>) {
    enter(|adapter| {
        let (promise, settle) = Promise::with_resolvers();
        let (resolve, reject) = functions(scope, &settle);
        (adapter.object(scope, &promise), resolve, reject)
    })
}

/// A promise that one of its functions was called for.
fn settled<'s>(scope: Scope<'s>, value: Value<'s>, fulfilled: bool) -> Outcome<'s> {
    let (promise, resolve, reject) = deferred(scope);
    let settle = if fulfilled { resolve } else { reject };
    scope.call(settle, scope.undefined(), &[value])?;
    Ok(promise)
}

/// Has Node call `drain` as a microtask.
fn ask(drain: Kept) {
    scope(|scope| {
        let asked = scope
            .get(scope.global(), c"queueMicrotask")
            .and_then(|queue| scope.call(queue, scope.undefined(), &[scope.kept(drain)]));
        assert!(asked.is_ok(), "Node has queueMicrotask");
    });
}

/// Fills the addon's exports.
fn adapter<'s>(scope: Scope<'s>, exports: Value<'s>) {
    let drain = scope.function(|scope, _, _| {
        let adapter = ADAPTER.with_borrow(Clone::clone).expect("made below");
        adapter.promises.drain();
        Ok(scope.undefined())
    });
    let drain = scope.keep(drain);
    let promises = Embedded::new(move || ask(drain)).expect("a loop");
    ADAPTER.set(Some(Rc::new(Adapter { promises, known: RefCell::default() })));
    // The cases leave many of them on purpose.
    enter(|_| process::on_unhandled_rejection(|_| {}));
    enter(|_| process::on_rejection_handled(|_| {}));

    let made = scope.function(|scope, _, _| {
        let (promise, resolve, reject) = deferred(scope);
        let object = scope.object();
        scope.set(object, c"promise", promise);
        scope.set(object, c"resolve", resolve);
        scope.set(object, c"reject", reject);
        Ok(object)
    });
    scope.set(exports, c"deferred", made);
    let resolved = scope.function(|scope, _, [value, _]| settled(scope, value, true));
    scope.set(exports, c"resolved", resolved);
    let rejected = scope.function(|scope, _, [value, _]| settled(scope, value, false));
    scope.set(exports, c"rejected", rejected);
}
