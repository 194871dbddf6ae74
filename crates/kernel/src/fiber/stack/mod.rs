//! Stand-in until the slab is here.
use corosensei::stack::{DefaultStack, Stack as _, StackPointer};
use std::io;
/// Default.
pub const DEFAULT_SIZE: usize = if cfg!(debug_assertions) { 256 << 10 } else { 64 << 10 };
/// Stack.
pub struct Stack(DefaultStack, usize);
// SAFETY: as the inner.
unsafe impl corosensei::stack::Stack for Stack {
    fn base(&self) -> StackPointer {
        self.0.base()
    }
    fn limit(&self) -> StackPointer {
        self.0.limit()
    }
}
/// Cache.
pub struct Cache(Vec<Stack>);
impl Cache {
    /// New.
    pub fn new() -> Cache {
        Cache(Vec::new())
    }
    /// Take.
    pub fn take(&mut self, size: usize) -> io::Result<Stack> {
        if let Some(s) = self.0.pop_if(|s| s.1 == size) {
            return Ok(s);
        }
        Ok(Stack(DefaultStack::new(size)?, size))
    }
    /// Put.
    pub fn put(&mut self, s: Stack) {
        if self.0.len() < 4096 {
            self.0.push(s)
        }
    }
}
/// Overflow.
pub mod overflow {
    /// Guard.
    pub struct Guard;
    /// Install.
    pub fn install_thread() -> Guard {
        Guard
    }
}
