//! A time limit that several steps share.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use fourfold_kernel::timer::{Sleep, sleep};

use super::clock;
use crate::{Error, Result};

/// One limit over all that passes through [`Deadline::guard`].
pub(crate) struct Deadline {
    sleep: Option<Sleep>,
    limit: Duration,
}

impl Deadline {
    /// Counts from now; without a limit it never passes.
    pub(crate) fn new(limit: Option<Duration>) -> Result<Deadline> {
        if limit.is_some() && !clock::has_timers() {
            return Err(Error::msg(
                "a client with a timeout was used where no loop is running; await it in a task of \
                 a loop",
            ));
        }
        Ok(Deadline { sleep: limit.map(sleep), limit: limit.unwrap_or_default() })
    }

    /// Runs `future` within what is left. What came in time is kept, even if the time is up now.
    pub(crate) async fn guard<F: Future>(&mut self, future: F) -> Result<F::Output> {
        let mut future = pin!(future);
        poll_fn(|cx| {
            if let Poll::Ready(output) = future.as_mut().poll(cx) {
                return Poll::Ready(Ok(output));
            }
            match &mut self.sleep {
                Some(sleep) => Pin::new(sleep).poll(cx).map(|()| {
                    let text = format!("the response took longer than {:?}", self.limit);
                    Err(Error::timed_out_with(text))
                }),
                None => Poll::Pending,
            }
        })
        .await
    }
}
