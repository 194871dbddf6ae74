//! Debug mode: what held the loop up, and where it came from.

use std::panic::Location;
use std::rc::Rc;
use std::time::Duration;

use super::ExceptionContext;
use super::turn::Core;

/// Whether the environment asks for debug mode: `FOURFOLD_ASYNCIO_DEBUG` is set and not empty.
pub(crate) fn from_environment() -> bool {
    std::env::var_os("FOURFOLD_ASYNCIO_DEBUG").is_some_and(|value| !value.is_empty())
}

/// What ran for too long.
pub(crate) enum SlowCallback {
    Task(Rc<str>, &'static Location<'static>),
    Callback(&'static Location<'static>),
}

pub(crate) fn report_slow(core: &Core, what: SlowCallback, took: Duration) {
    let seconds = took.as_secs_f64();
    let (text, location) = match what {
        SlowCallback::Task(name, location) => (
            format!(
                "Executing <Task name='{name}' created at {location}> took {seconds:.3} seconds"
            ),
            location,
        ),
        SlowCallback::Callback(location) => (
            format!("Executing <Handle created at {location}> took {seconds:.3} seconds"),
            location,
        ),
    };
    let mut context = ExceptionContext::new(text, None);
    context.created_at = Some(location);
    core.report(context);
}
