//! The report of a stack that is used up.
//!
//! Touching a guard page raises SIGSEGV (SIGBUS on some systems). The handler runs on a stack of
//! its own, for there is none left; it writes who used up which stack, and ends the process with
//! code 2. Every other fault goes to the handler that was there before.
//!
//! All of it is what a signal handler may do: no allocation, no lock, `write` and `_exit`.

use std::cell::UnsafeCell;
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::Once;

use super::region;
use crate::pool::Task;
use crate::pool::worker;

/// Enough for the handler, and for one that was there before.
const SIGNAL_STACK: usize = 64 << 10;

struct Former(UnsafeCell<[MaybeUninit<libc::sigaction>; 2]>);

// SAFETY: written once, before the handler is in place, and only read after.
unsafe impl Sync for Former {}

static FORMER: Former = Former(UnsafeCell::new([const { MaybeUninit::uninit() }; 2]));
const SIGNALS: [libc::c_int; 2] = [libc::SIGSEGV, libc::SIGBUS];

/// A signal stack for this thread; see [`install_thread`].
#[derive(Debug)]
#[must_use = "the thread has its signal stack while the guard lives"]
pub struct Guard {
    memory: *mut libc::c_void,
    former: libc::stack_t,
}

/// Gives this thread a signal stack, so that the overflow of a fiber's stack on it is reported; and
/// the process the handler, if it has it not yet.
pub fn install_thread() -> Option<Guard> {
    // Miri knows neither signals nor stacks.
    if cfg!(miri) {
        return None;
    }
    static HANDLER: Once = Once::new();
    HANDLER.call_once(install_handler);
    // SAFETY: a new mapping; if there is none the thread goes on with the stack it has.
    let memory = unsafe {
        libc::mmap(
            ptr::null_mut(),
            SIGNAL_STACK,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
            -1,
            0,
        )
    };
    if memory == libc::MAP_FAILED {
        return None;
    }
    let mine = libc::stack_t { ss_sp: memory, ss_flags: 0, ss_size: SIGNAL_STACK };
    let mut former = MaybeUninit::<libc::stack_t>::uninit();
    // SAFETY: memory of the said size, kept until the guard takes it out of use.
    if unsafe { libc::sigaltstack(&raw const mine, former.as_mut_ptr()) } != 0 {
        // SAFETY: mapped above and not in use.
        unsafe { libc::munmap(memory, SIGNAL_STACK) };
        return None;
    }
    // SAFETY: written by the call that succeeded.
    Some(Guard { memory, former: unsafe { former.assume_init() } })
}

impl Drop for Guard {
    fn drop(&mut self) {
        // SAFETY: the stack that this thread had before; then nobody uses the memory.
        unsafe {
            libc::sigaltstack(&raw const self.former, ptr::null_mut());
            libc::munmap(self.memory, SIGNAL_STACK);
        }
    }
}

fn install_handler() {
    for (index, signal) in SIGNALS.into_iter().enumerate() {
        // SAFETY: a zeroed action with a handler of the right kind; the former one is written
        // before this returns. A fault in between finds the old handler or the new one.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = handle as *const () as usize;
            action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_NODEFER;
            libc::sigemptyset(&raw mut action.sa_mask);
            let former = (*FORMER.0.get())[index].as_mut_ptr();
            // Read first: the handler may run as soon as it is in place.
            libc::sigaction(signal, ptr::null(), former);
            libc::sigaction(signal, &raw const action, ptr::null_mut());
        }
    }
}

unsafe extern "C" fn handle(
    signal: libc::c_int,
    info: *mut libc::siginfo_t,
    context: *mut libc::c_void,
) {
    // SAFETY: the system hands a valid description of the fault.
    let address = unsafe { (*info).si_addr() }.addr();
    if let Some(size) = region::guarded_by(address) {
        report(size);
    }
    let index = usize::from(signal == SIGNALS[1]);
    // SAFETY: written before this handler was in place.
    let former = unsafe { (*FORMER.0.get())[index].assume_init_ref() };
    match former.sa_sigaction {
        libc::SIG_DFL | libc::SIG_IGN => {
            // SAFETY: the fault happens again when this returns, and is then nobody's.
            unsafe {
                let mut action: libc::sigaction = std::mem::zeroed();
                action.sa_sigaction = libc::SIG_DFL;
                libc::sigaction(signal, &raw const action, ptr::null_mut());
            }
        }
        handler if former.sa_flags & libc::SA_SIGINFO != 0 => {
            // SAFETY: a handler that was registered as one of this kind.
            let handler: extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void) =
                unsafe { std::mem::transmute(handler) };
            handler(signal, info, context);
        }
        handler => {
            // SAFETY: as above.
            let handler: extern "C" fn(libc::c_int) = unsafe { std::mem::transmute(handler) };
            handler(signal);
        }
    }
}

/// A text in a fixed place; what does not fit is left out.
struct Text {
    bytes: [u8; 1024],
    len: usize,
}

impl Text {
    fn push(&mut self, text: &str) {
        for &byte in text.as_bytes() {
            if self.len < self.bytes.len() {
                self.bytes[self.len] = byte;
                self.len += 1;
            }
        }
    }

    fn push_number(&mut self, mut number: u64) {
        let mut digits = [0_u8; 20];
        let mut at = digits.len();
        loop {
            at -= 1;
            digits[at] = b'0' + (number % 10) as u8;
            number /= 10;
            if number == 0 {
                break;
            }
        }
        self.push(std::str::from_utf8(&digits[at..]).unwrap_or("?"));
    }
}

fn report(size: usize) -> ! {
    let mut text = Text { bytes: [0; 1024], len: 0 };
    text.push("fatal error: stack overflow\n\n");
    // SAFETY: the task that is polled on this thread, whose stack this was, is alive.
    match unsafe { worker::current_task().as_ref() } {
        Some(task) => describe(task, &mut text, size),
        None => {
            text.push("a stack of ");
            text.push_number((size >> 10) as u64);
            text.push(" KiB is used up\n");
        }
    }
    // SAFETY: a buffer of this length; the process ends here.
    unsafe {
        libc::write(libc::STDERR_FILENO, text.bytes.as_ptr().cast(), text.len);
        libc::_exit(2)
    }
}

fn describe(task: &Task, text: &mut Text, size: usize) {
    text.push(task.noun());
    text.push(" ");
    text.push_number(task.id().get());
    if let Some(name) = task.name() {
        text.push(" \"");
        text.push(name);
        text.push("\"");
    }
    text.push(" [running]: its stack of ");
    text.push_number((size >> 10) as u64);
    text.push(" KiB is used up; give it a larger one where it is made\n");
    if let Some(parent) = task.parent() {
        text.push("created by ");
        text.push(task.noun());
        text.push(" ");
        text.push_number(parent.get());
        text.push("\n\t");
    } else {
        text.push("created at\n\t");
    }
    text.push(task.location().file());
    text.push(":");
    text.push_number(task.location().line().into());
    text.push("\n");
}
