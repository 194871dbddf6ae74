//! Crates that know nothing of Fourfold, running on it: the tests beside this file, and the examples of
//! `docs/ecosystem.md`, which are compiled and run with them.

#[cfg(doctest)]
#[doc = include_str!("../../../docs/ecosystem.md")]
struct Page;
