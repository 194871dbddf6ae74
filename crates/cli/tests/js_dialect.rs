//! Bad hosts, interruptions, TLS and the demonstration once more, in the JavaScript dialect: a probe is
//! reported the same, whoever makes it. See `hosts::dialect`.

// Each file brings its own copy of the hosts, as it does in a binary of its own.
#![allow(clippy::duplicate_mod)]

#[path = "bad_hosts.rs"]
mod js_bad_hosts;
#[path = "demonstration.rs"]
mod js_demonstration;
#[path = "interrupt.rs"]
mod js_interrupt;
#[path = "many_lanes.rs"]
mod js_many_lanes;
#[path = "tls.rs"]
mod js_tls;
