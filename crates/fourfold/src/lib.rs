//! Fourfold.
