//! Bad hosts, interruptions, TLS and the demonstration once more, in the C# dialect: a probe is
//! reported the same, whoever makes it. See `hosts::dialect`.

// Each file brings its own copy of the hosts, as it does in a binary of its own.
#![allow(clippy::duplicate_mod)]

#[path = "bad_hosts.rs"]
mod cs_bad_hosts;
#[path = "demonstration.rs"]
mod cs_demonstration;
#[path = "interrupt.rs"]
mod cs_interrupt;
#[path = "many_lanes.rs"]
mod cs_many_lanes;
#[path = "tls.rs"]
mod cs_tls;
