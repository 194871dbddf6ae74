//! What each workload does, in one line.

use super::Workload;

impl Workload {
    /// The definition in one line.
    pub(crate) fn summary(self) -> &'static str {
        match self {
            Self::Spawn => "spawn and join no-op tasks, in batches of 10 000; wall time per task",
            Self::Yield => "two tasks on one thread yield in turn; wall time per yield",
            Self::Timers => "tasks sleep until random deadlines, one per µs; CPU time per timer",
            Self::Parked => "tasks wait on one event for ever; resident bytes per task",
            Self::Echo => "1 KiB messages on 100 connections, closed loop; requests per second",
            Self::CallSoon => "callbacks queued in batches of 10 000; callbacks per second",
            Self::Queue => "round trips between two tasks, two queues of one; trips per second",
            Self::Gather => "gather 100 000 no-op tasks at once; tasks per second",
            Self::GoGosched => "two goroutines on one worker yield in turn; wall time per yield",
            Self::GoUnbuffered1 => {
                "round trips over two unbuffered channels, one worker; wall time per trip"
            }
            Self::GoUnbuffered2 => {
                "round trips over two unbuffered channels, two workers; wall time per trip"
            }
            Self::GoBuffered1 => {
                "one to one through a buffer of 1 024, one worker; wall time per message"
            }
            Self::GoBuffered2 => {
                "one to one through a buffer of 1 024, two workers; wall time per message"
            }
            Self::GoSelect => {
                "a select over 4 unbuffered channels with a sender each, one worker; wall time per select"
            }
            Self::GoSpawn1 => {
                "start and end stackful goroutines, batches of 10 000, one worker; wall time each"
            }
            Self::GoSpawn2 => {
                "start and end stackful goroutines, batches of 10 000, two workers; wall time each"
            }
            Self::GoSleepersFuture => {
                "a million future-goroutines sleep up to 100 ms, second wave; wall time each"
            }
            Self::GoSleepers => {
                "a million stackful goroutines sleep up to 100 ms, second wave; wall time each"
            }
            Self::GoParked => {
                "stackful goroutines wait on one channel for ever; resident bytes each"
            }
            Self::GoParkedFuture => {
                "future-goroutines wait on one channel for ever; resident bytes each"
            }
            Self::GoEcho => {
                "1 KiB messages on 100 connections, a goroutine for each, two workers; requests per second"
            }
            Self::HttpHello => {
                "GET and 13 bytes on 100 kept connections, closed loop, two workers; requests per second"
            }
            Self::LifoStranded => {
                "a task is made ready, then its waker computes for 50 ms, two workers; wait until it runs"
            }
            Self::LifoWakes => {
                "round trips between two futures, two workers; times that a thread sleeps, per 1 000 trips"
            }
            Self::StallFuture => {
                "100 futures on timers of 1 ms, one of two workers looping 50 of 60 ms; p99 lateness ÷ without"
            }
            Self::StallFutureBlock => {
                "100 futures on timers of 1 ms, one of two workers blocked 50 of 60 ms; p99 lateness ÷ without"
            }
            Self::StallNew => {
                "a goroutine started at each tick of 1 ms, one of two workers looping 50 of 60 ms; p99 ÷ without"
            }
            Self::StallNewBlock => {
                "a goroutine started at each tick of 1 ms, one of two workers blocked 50 of 60 ms; p99 ÷ without"
            }
            Self::StallAll => {
                "100 movable stackful goroutines on timers, one of two workers looping; p99 ÷ without"
            }
            Self::StallAllBlock => {
                "100 movable stackful goroutines on timers, one of two workers blocked; p99 ÷ without"
            }
            Self::StallStarted => {
                "100 started stackful goroutines on timers, one of two workers looping; p99 ÷ without"
            }
            Self::StallStartedBlock => {
                "100 started stackful goroutines on timers, one of two workers blocked; p99 ÷ without"
            }
            Self::StallChannel => {
                "50 futures, 50 goroutines of the other worker, at channels, one worker looping; p99 ÷ without"
            }
            Self::StallChannelBlock => {
                "50 futures, 50 goroutines of the other worker, at channels, one worker blocked; p99 ÷ without"
            }
            Self::CsRun => {
                "start a task on the pool and await it, one after the other, two workers; wall time per task"
            }
            Self::CsValueTask => "await a value task that is complete; wall time per await",
            Self::CsTcs => {
                "round trips between two async methods, a completion source for each way; wall time per trip"
            }
            Self::CsWhenAll => {
                "start 100 000 tasks, await them all at once, two workers; wall time per task"
            }
            Self::CsChannelBounded => {
                "one to one through a channel of 1 024, two workers; wall time per message"
            }
            Self::CsChannelUnbounded => {
                "one to one through a channel without a bound, two workers; wall time per message"
            }
            Self::CsForEach => {
                "an async body that yields once for each number, eight at a time, two workers; wall time per number"
            }
            Self::JsAwaitNull => "await null in one async function; wall time per await",
            Self::JsAsyncFn => {
                "call an async function that awaits once, and await it; wall time per call"
            }
            Self::JsThen => "one chain of a million then; wall time per link",
            Self::JsAll => {
                "Promise.all over 100 000 async functions that await once; wall time per function"
            }
            Self::JsImmediate => "immediates, each of which sets the next; wall time per immediate",
            Self::JsTimers => "a million timers spread over a second; CPU time per timer",
            Self::JsPending => {
                "promises that stay pending, with what settles them; resident bytes each"
            }
            Self::JsParked => {
                "async functions that wait for a promise of their own for ever; resident bytes each"
            }
            Self::JsHttpHello => {
                "GET and 13 bytes on 100 kept connections, closed loop, one thread; requests per second"
            }
            Self::ClaimEcho10 => {
                "1 KiB messages on 10 connections, closed loop; requests per second"
            }
            Self::ClaimEcho100 => {
                "1 KiB messages on 100 connections, closed loop; requests per second"
            }
            Self::ClaimEcho1000 => {
                "1 KiB messages on 1 000 connections, closed loop; requests per second"
            }
            Self::ClaimParked => {
                "tasks, goroutines and threads that wait for ever; resident bytes each"
            }
            Self::ClaimHttp => {
                "GET and 13 bytes on 100 kept connections, two workers or processes; requests per second"
            }
            Self::ClaimAllocTask => {
                "await an async method that returns a task and never waits; bytes allocated per await"
            }
            Self::ClaimAllocValueTask => {
                "await one that returns a value task and never waits; bytes allocated per await"
            }
            Self::JsFetch => {
                "fetch 13 bytes from another process, 100 at a time; requests per second"
            }
        }
    }
}
