//! The few things of Node-API that the addon needs, made safe.
//!
//! A [`Value`] lives as long as the [`Scope`] it came from, which is a call from Node into the addon
//! or a part of one. To outlive it, a value is [kept](Scope::keep) in an array on Node's side.

use std::cell::Cell;
use std::ffi::{CStr, c_void};
use std::marker::PhantomData;
use std::ptr::null_mut;

use napi_sys as sys;

/// Where Node's functions find the program they work on, and the array of what is kept.
#[derive(Clone, Copy)]
struct Node {
    env: sys::napi_env,
    kept: sys::napi_ref,
}

thread_local! {
    /// Set once, on the thread that loads the addon, which is the only one that calls it.
    static NODE: Cell<Option<Node>> = const { Cell::new(None) };
    static KEPT: Cell<u32> = const { Cell::new(0) };
}

/// A time in which values of JavaScript can be handled.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'s> {
    node: Node,
    values: PhantomData<&'s ()>,
}

/// A value of JavaScript.
#[derive(Clone, Copy)]
pub(crate) struct Value<'s> {
    raw: sys::napi_value,
    scope: PhantomData<&'s ()>,
}

/// The number of a value that is kept. It is never given back: the addon lives as long as the cases.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kept(u32);

/// What a call into JavaScript came to: what it returned, or what it threw.
pub(crate) type Outcome<'s> = Result<Value<'s>, Value<'s>>;

/// A function of the addon, called with a scope, what `this` was and the first two arguments.
type Function = dyn for<'s> Fn(Scope<'s>, Value<'s>, [Value<'s>; 2]) -> Outcome<'s>;

/// Panics if Node refused. It refuses wrong uses only, and calls that throw, which are told apart
/// where they can happen.
fn checked(status: sys::napi_status, what: &str) {
    assert!(status == sys::Status::napi_ok, "Node refuses {what}: {status}");
}

/// Does something with values of JavaScript. They are gone when it returns.
pub(crate) fn scope<R>(run: impl for<'s> FnOnce(Scope<'s>) -> R) -> R {
    let node = NODE.get().expect("only the thread that loaded the addon calls it");
    let mut handles = null_mut();
    // SAFETY: `env` belongs to this thread and lives as long as the addon.
    checked(unsafe { sys::napi_open_handle_scope(node.env, &raw mut handles) }, "a scope");
    let result = run(Scope { node, values: PhantomData });
    // SAFETY: opened above, and scopes nest as calls do. No `Value` of it is left: `R` cannot name
    // the lifetime they have.
    checked(unsafe { sys::napi_close_handle_scope(node.env, handles) }, "to end a scope");
    result
}

impl<'s> Scope<'s> {
    fn value(self, raw: sys::napi_value) -> Value<'s> {
        Value { raw, scope: PhantomData }
    }

    /// `undefined`.
    pub(crate) fn undefined(self) -> Value<'s> {
        let mut raw = null_mut();
        // SAFETY: as in `scope`, as in every call below; what is written is valid in this scope.
        checked(unsafe { sys::napi_get_undefined(self.node.env, &raw mut raw) }, "undefined");
        self.value(raw)
    }

    /// The global object.
    pub(crate) fn global(self) -> Value<'s> {
        let mut raw = null_mut();
        // SAFETY: see `undefined`.
        checked(unsafe { sys::napi_get_global(self.node.env, &raw mut raw) }, "the global object");
        self.value(raw)
    }

    /// A new object.
    pub(crate) fn object(self) -> Value<'s> {
        let mut raw = null_mut();
        // SAFETY: see `undefined`.
        checked(unsafe { sys::napi_create_object(self.node.env, &raw mut raw) }, "an object");
        self.value(raw)
    }

    /// A string.
    pub(crate) fn string(self, text: &str) -> Value<'s> {
        let mut raw = null_mut();
        let (start, length) = (text.as_ptr().cast(), text.len().cast_signed());
        // SAFETY: see `undefined`; Node copies the text.
        let status =
            unsafe { sys::napi_create_string_utf8(self.node.env, start, length, &raw mut raw) };
        checked(status, "a string");
        self.value(raw)
    }

    /// A `TypeError`.
    pub(crate) fn type_error(self, message: &str) -> Value<'s> {
        let message = self.string(message);
        let mut raw = null_mut();
        // SAFETY: see `undefined`; no code is given.
        let status = unsafe {
            sys::napi_create_type_error(self.node.env, null_mut(), message.raw, &raw mut raw)
        };
        checked(status, "an error");
        self.value(raw)
    }

    /// A function. It is never freed.
    pub(crate) fn function(
        self,
        function: impl for<'a> Fn(Scope<'a>, Value<'a>, [Value<'a>; 2]) -> Outcome<'a> + 'static,
    ) -> Value<'s> {
        let function: Box<Box<Function>> = Box::new(Box::new(function));
        let data = Box::into_raw(function).cast::<c_void>();
        let mut raw = null_mut();
        // SAFETY: see `undefined`. `data` is what `called` takes it for, and lives for ever.
        let status = unsafe {
            sys::napi_create_function(
                self.node.env,
                null_mut(),
                0,
                Some(called),
                data,
                &raw mut raw,
            )
        };
        checked(status, "a function");
        self.value(raw)
    }

    /// Sets a property of an object of the addon's own.
    pub(crate) fn set(self, object: Value<'s>, name: &CStr, value: Value<'s>) {
        // SAFETY: see `undefined`.
        let status = unsafe {
            sys::napi_set_named_property(self.node.env, object.raw, name.as_ptr(), value.raw)
        };
        checked(status, "to set a property");
    }

    /// Reads a property, which may throw.
    pub(crate) fn get(self, object: Value<'s>, name: &CStr) -> Outcome<'s> {
        let mut raw = null_mut();
        // SAFETY: see `undefined`.
        let status = unsafe {
            sys::napi_get_named_property(self.node.env, object.raw, name.as_ptr(), &raw mut raw)
        };
        self.outcome(status, raw)
    }

    /// Calls a function, which may throw.
    pub(crate) fn call(
        self,
        function: Value<'s>,
        this: Value<'s>,
        arguments: &[Value<'s>],
    ) -> Outcome<'s> {
        let arguments: Vec<sys::napi_value> = arguments.iter().map(|value| value.raw).collect();
        let mut raw = null_mut();
        // SAFETY: see `undefined`; as many arguments as the length says.
        let status = unsafe {
            sys::napi_call_function(
                self.node.env,
                this.raw,
                function.raw,
                arguments.len(),
                arguments.as_ptr(),
                &raw mut raw,
            )
        };
        self.outcome(status, raw)
    }

    fn outcome(self, status: sys::napi_status, raw: sys::napi_value) -> Outcome<'s> {
        if status != sys::Status::napi_pending_exception {
            checked(status, "a call");
            return Ok(self.value(raw));
        }
        let mut thrown = null_mut();
        // SAFETY: see `undefined`.
        let status =
            unsafe { sys::napi_get_and_clear_last_exception(self.node.env, &raw mut thrown) };
        checked(status, "what was thrown");
        Err(self.value(thrown))
    }

    fn type_of(self, value: Value<'s>) -> sys::napi_valuetype {
        let mut kind = 0;
        // SAFETY: see `undefined`.
        checked(unsafe { sys::napi_typeof(self.node.env, value.raw, &raw mut kind) }, "a type");
        kind
    }

    /// Whether it can be called.
    pub(crate) fn is_function(self, value: Value<'s>) -> bool {
        self.type_of(value) == sys::ValueType::napi_function
    }

    /// Whether it can have properties: an object or a function.
    pub(crate) fn is_object(self, value: Value<'s>) -> bool {
        self.type_of(value) == sys::ValueType::napi_object || self.is_function(value)
    }

    /// Whether two values are the same, `===`.
    pub(crate) fn same(self, one: Value<'s>, other: Value<'s>) -> bool {
        let mut same = false;
        // SAFETY: see `undefined`.
        let status =
            unsafe { sys::napi_strict_equals(self.node.env, one.raw, other.raw, &raw mut same) };
        checked(status, "a comparison");
        same
    }

    fn kept_values(self) -> sys::napi_value {
        let mut array = null_mut();
        // SAFETY: see `undefined`; the reference was made strong and is never deleted.
        let status =
            unsafe { sys::napi_get_reference_value(self.node.env, self.node.kept, &raw mut array) };
        checked(status, "what is kept");
        array
    }

    /// Keeps a value beyond the scope.
    pub(crate) fn keep(self, value: Value<'s>) -> Kept {
        let number = KEPT.replace(KEPT.get() + 1);
        // SAFETY: see `undefined`.
        let status =
            unsafe { sys::napi_set_element(self.node.env, self.kept_values(), number, value.raw) };
        checked(status, "to keep a value");
        Kept(number)
    }

    /// A value that was kept.
    pub(crate) fn kept(self, kept: Kept) -> Value<'s> {
        let mut raw = null_mut();
        // SAFETY: see `undefined`.
        let status = unsafe {
            sys::napi_get_element(self.node.env, self.kept_values(), kept.0, &raw mut raw)
        };
        checked(status, "a kept value");
        self.value(raw)
    }
}

/// What Node calls for each function of the addon.
extern "C" fn called(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    let node = NODE.get().expect("functions are made after the addon was loaded");
    let scope = Scope { node, values: PhantomData };
    let (mut count, mut arguments) = (2, [null_mut(); 2]);
    let (mut this, mut data) = (null_mut(), null_mut());
    // SAFETY: Node gave both, and has room for two arguments; those that are missing become
    // `undefined`.
    let status = unsafe {
        sys::napi_get_cb_info(
            env,
            info,
            &raw mut count,
            arguments.as_mut_ptr(),
            &raw mut this,
            &raw mut data,
        )
    };
    checked(status, "a call's arguments");
    // SAFETY: `Scope::function` made it of a box that it leaked.
    let function = unsafe { &*data.cast::<Box<Function>>() };
    match function(scope, scope.value(this), arguments.map(|raw| scope.value(raw))) {
        Ok(value) => value.raw,
        Err(thrown) => {
            // SAFETY: see `Scope::undefined`.
            checked(unsafe { sys::napi_throw(env, thrown.raw) }, "to throw");
            null_mut()
        }
    }
}

/// What Node calls when it loads the addon.
#[unsafe(no_mangle)]
extern "C" fn napi_register_module_v1(
    env: sys::napi_env,
    exports: sys::napi_value,
) -> sys::napi_value {
    let (mut array, mut kept) = (null_mut(), null_mut());
    // SAFETY: Node gave `env`; the array is valid in this call, and the reference holds it after.
    unsafe {
        checked(sys::napi_create_array(env, &raw mut array), "an array");
        checked(sys::napi_create_reference(env, array, 1, &raw mut kept), "a reference");
    }
    NODE.set(Some(Node { env, kept }));
    scope(|scope| super::adapter(scope, Value { raw: exports, scope: PhantomData }));
    exports
}
