//! The kernel of Fourfold. It knows no language.
