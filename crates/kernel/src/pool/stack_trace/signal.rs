//! A copy of another thread's registers and of the top of its stack, taken by a signal handler on
//! that thread.
//!
//! # The word
//!
//! ```text
//!   FREE ──asker──► asked(thread) ──handler──► WRITING ──handler──► DONE ──asker──► FREE
//!                        └──── asker, in vain ──► FREE
//! ```
//!
//! There is one area for the process, and one asker at a time. Only who moves the word to
//! `WRITING` writes the area, and only who sees `DONE` reads it:
//!
//! * A handler that comes late, after the asker gave up, finds the word `FREE`, or asked of another
//!   thread, and does nothing. If the same thread was asked again meanwhile, it answers that: it is
//!   the right thread, at a moment after the question.
//! * An asker that gives up while the handler writes leaves the word as it is. Others are not served
//!   until that handler has ended; they get no stack, and lose nothing else.
//!
//! # Which threads
//!
//! A thread is asked only between [`Thread::bind`] and the drop of what that returned, both on the
//! thread itself, and the signal is sent under the lock that these take. So the number is never that
//! of a later thread. What is still pending when the thread ends goes with it.
//!
//! # On which stack the handler runs
//!
//! On the thread's signal stack (`SA_ONSTACK`), never on what was interrupted: that may be a fiber's,
//! used up to the last word. A worker binds itself only if it has the 64 KiB of
//! `fiber/stack/overflow.rs`. They hold the handler of overflows, what the system saves for it (up
//! to some 12 KiB with the largest vector registers), and this on top of it: as much again, and less
//! than 1 KiB of frames.
//!
//! # What the handler may do
//!
//! Atomics on statics, `gettid`, `getpid`, and `process_vm_readv` of its own process. The last lets
//! the system copy the stack: it stops where nothing is mapped or a guard lies, instead of faulting,
//! and no compiler and no sanitizer sees one function read another's frame. Where it is forbidden
//! there is no stack to show. No lock is taken and nothing allocated; `errno` is put back.
//!
//! # The signal
//!
//! SIGURG, for the reasons Go has for taking it (`runtime/signal_unix.go`): nobody else uses it for
//! anything that spurious ones disturb, debuggers and C libraries leave it alone, and where it
//! meets no handler (in a child after `exec`) it is ignored. The handler that was there before gets
//! what is not ours. A handler that somebody puts over this one later is left in peace: then no
//! signals are sent.
//!
//! What the interrupted thread notices: system calls that wait are restarted (`SA_RESTART`), but for
//! those that never are: `nanosleep`, `poll`, `epoll_wait`, `select`, and reads with a time limit
//! return `EINTR`. The standard library goes on in `thread::sleep`, `read_exact` and their like; C's
//! `sleep` returns early. It happens once for each stall that is reported, and only if somebody asked
//! for reports.

use std::cell::UnsafeCell;
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, Once, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::unwind::{REGISTERS, Snapshot};

const SIGNAL: libc::c_int = libc::SIGURG;

/// So long an answer is waited for. A thread answers at once when it runs, so this is how long a
/// busy system may keep it from running.
const PATIENCE: Duration = Duration::from_millis(50);

/// Of the stack so much is copied: far more than the frames that tell something.
const COPIED: usize = 64 << 10;
const PAGE: usize = 4096;

const FREE: u64 = 0;
const WRITING: u64 = 1;
const DONE: u64 = 2;

const fn asked(thread: libc::pid_t) -> u64 {
    (thread as u32 as u64) << 2 | 3
}

struct Area {
    word: AtomicU64,
    content: UnsafeCell<Content>,
}

struct Content {
    registers: [u64; REGISTERS],
    pc: u64,
    /// The address of the first byte that was copied, and how many were.
    start: u64,
    len: usize,
    bytes: [u8; COPIED],
}

// SAFETY: the content is used by whoever the word says: see the module.
unsafe impl Sync for Area {}

static AREA: Area = Area {
    word: AtomicU64::new(FREE),
    content: UnsafeCell::new(Content {
        registers: [0; REGISTERS],
        pc: 0,
        start: 0,
        len: 0,
        bytes: [0; COPIED],
    }),
};

/// One asker at a time.
static ASKING: Mutex<()> = Mutex::new(());

struct Former(UnsafeCell<MaybeUninit<libc::sigaction>>);

// SAFETY: written once, before the handler is in place, and only read after.
unsafe impl Sync for Former {}

static FORMER: Former = Former(UnsafeCell::new(MaybeUninit::uninit()));
static PREPARED: AtomicBool = AtomicBool::new(false);

/// Installs the handler; once for the process.
pub(in crate::pool) fn prepare() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: a zeroed action with a handler of the right kind. The former action is written
        // before the handler is in place, which reads it.
        let installed = unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = handle as *const () as usize;
            action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_RESTART;
            libc::sigemptyset(&raw mut action.sa_mask);
            let former = (*FORMER.0.get()).as_mut_ptr();
            libc::sigaction(SIGNAL, ptr::null(), former) == 0
                && libc::sigaction(SIGNAL, &raw const action, ptr::null_mut()) == 0
        };
        PREPARED.store(installed, Ordering::Release);
    });
}

/// Whether the handler is in place, and nobody's over it.
fn is_prepared() -> bool {
    if !PREPARED.load(Ordering::Acquire) {
        return false;
    }
    let mut present = MaybeUninit::<libc::sigaction>::uninit();
    // SAFETY: written by the call, if it succeeds.
    unsafe {
        libc::sigaction(SIGNAL, ptr::null(), present.as_mut_ptr()) == 0
            && present.assume_init().sa_sigaction == handle as *const () as usize
    }
}

/// A thread that can be asked, while it is bound.
#[derive(Default)]
pub(in crate::pool) struct Thread(Mutex<Option<libc::pid_t>>);

/// The thread can be asked while this lives.
#[must_use = "the thread can be asked while it lives"]
pub(in crate::pool) struct Bound<'a>(&'a Thread);

impl Thread {
    /// The calling thread, which has a signal stack of some size until the guard is dropped.
    pub(in crate::pool) fn bind(&self) -> Bound<'_> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(this_thread());
        Bound(self)
    }

    /// Has the thread answer. Nothing if it does not within [`PATIENCE`].
    pub(super) fn snapshot(&self) -> Option<Snapshot> {
        if !is_prepared() {
            return None;
        }
        let _asking = ASKING.lock().unwrap_or_else(PoisonError::into_inner);
        let asked = self.ask()?;
        let begun = Instant::now();
        while AREA.word.load(Ordering::Acquire) != DONE {
            if begun.elapsed() < PATIENCE {
                thread::sleep(Duration::from_micros(20));
                continue;
            }
            let given_up =
                AREA.word.compare_exchange(asked, FREE, Ordering::Relaxed, Ordering::Acquire);
            match given_up {
                Err(DONE) => break,
                // Not begun, or not ended: then it is the handler's until that has ended.
                _ => return None,
            }
        }
        // SAFETY: done, so the area is the asker's until the word is changed; acquired above.
        let snapshot = unsafe {
            let content = &*AREA.content.get();
            Snapshot {
                registers: content.registers,
                pc: content.pc,
                start: content.start,
                bytes: content.bytes[..content.len].into(),
            }
        };
        AREA.word.store(FREE, Ordering::Release);
        Some(snapshot)
    }

    /// Sets the word and sends the signal.
    fn ask(&self) -> Option<u64> {
        let thread = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let id = (*thread)?;
        // Done is what a handler left that nobody waited for any more.
        let free = AREA.word.load(Ordering::Acquire);
        if free == WRITING {
            return None;
        }
        AREA.word.store(asked(id), Ordering::Release);
        // SAFETY: no memory is touched; the thread cannot end while its lock is held.
        let sent = unsafe { libc::syscall(libc::SYS_tgkill, libc::getpid(), id, SIGNAL) };
        if sent != 0 {
            // Nobody else knows of the question: an older signal to this thread may have answered.
            let _ =
                AREA.word.compare_exchange(asked(id), FREE, Ordering::Relaxed, Ordering::Relaxed);
            return None;
        }
        Some(asked(id))
    }
}

impl Drop for Bound<'_> {
    fn drop(&mut self) {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

fn this_thread() -> libc::pid_t {
    // SAFETY: the call has no conditions.
    unsafe { libc::syscall(libc::SYS_gettid) as libc::pid_t }
}

unsafe extern "C" fn handle(
    signal: libc::c_int,
    info: *mut libc::siginfo_t,
    context: *mut libc::c_void,
) {
    // SAFETY: this thread's own.
    let errno = unsafe { *libc::__errno_location() };
    let mine = AREA.word.compare_exchange(
        asked(this_thread()),
        WRITING,
        Ordering::Acquire,
        Ordering::Relaxed,
    );
    if mine.is_ok() {
        // SAFETY: the word makes the area this handler's; the system hands a valid context.
        unsafe { write(&mut *AREA.content.get(), &*context.cast::<libc::ucontext_t>()) };
        AREA.word.store(DONE, Ordering::Release);
    } else if !is_late(info) {
        // SAFETY: handed on as they came.
        unsafe { pass_on(signal, info, context) };
    }
    // SAFETY: as above.
    unsafe { *libc::__errno_location() = errno };
}

/// Whether it was sent here, to a thread of this process by the process itself.
fn is_late(info: *mut libc::siginfo_t) -> bool {
    // SAFETY: the system hands a valid description; with this code it has a sender.
    unsafe { (*info).si_code == libc::SI_TKILL && (*info).si_pid() == libc::getpid() }
}

/// Registers, and the stack from its top on, as far as it can be read.
fn write(content: &mut Content, context: &libc::ucontext_t) {
    let (pc, sp) = read_registers(context, &mut content.registers);
    content.pc = pc;
    content.start = sp;
    // One piece for each page: the system copies whole pieces, up to the first that it cannot read.
    let mut pieces = [libc::iovec { iov_base: ptr::null_mut(), iov_len: 0 }; COPIED / PAGE + 1];
    let mut used = 0;
    let (mut at, mut left) = (sp as usize, COPIED);
    while left > 0 && used < pieces.len() {
        let len = (PAGE - at % PAGE).min(left);
        pieces[used] = libc::iovec { iov_base: ptr::without_provenance_mut(at), iov_len: len };
        used += 1;
        left -= len;
        let Some(next) = at.checked_add(len) else { break };
        at = next;
    }
    let into = libc::iovec { iov_base: content.bytes.as_mut_ptr().cast(), iov_len: COPIED };
    // SAFETY: the system writes into the area alone; from where it reads it checks itself.
    let copied = unsafe {
        libc::process_vm_readv(
            libc::getpid(),
            &raw const into,
            1,
            pieces.as_ptr(),
            used as libc::c_ulong,
            0,
        )
    };
    content.len = usize::try_from(copied).unwrap_or(0);
}

/// By their numbers in DWARF. Returns the program counter and the stack pointer.
#[cfg(target_arch = "x86_64")]
fn read_registers(context: &libc::ucontext_t, into: &mut [u64; REGISTERS]) -> (u64, u64) {
    const ORDER: [libc::c_int; REGISTERS] = [
        libc::REG_RAX,
        libc::REG_RDX,
        libc::REG_RCX,
        libc::REG_RBX,
        libc::REG_RSI,
        libc::REG_RDI,
        libc::REG_RBP,
        libc::REG_RSP,
        libc::REG_R8,
        libc::REG_R9,
        libc::REG_R10,
        libc::REG_R11,
        libc::REG_R12,
        libc::REG_R13,
        libc::REG_R14,
        libc::REG_R15,
        libc::REG_RIP,
    ];
    let values = &context.uc_mcontext.gregs;
    for (value, index) in into.iter_mut().zip(ORDER) {
        *value = values[index as usize] as u64;
    }
    (values[libc::REG_RIP as usize] as u64, values[libc::REG_RSP as usize] as u64)
}

/// By their numbers in DWARF. Returns the program counter and the stack pointer.
#[cfg(target_arch = "aarch64")]
fn read_registers(context: &libc::ucontext_t, into: &mut [u64; REGISTERS]) -> (u64, u64) {
    let from = &context.uc_mcontext;
    into[..31].copy_from_slice(&from.regs);
    into[31] = from.sp;
    (from.pc, from.sp)
}

/// # Safety
///
/// For a handler, with what it was given.
unsafe fn pass_on(signal: libc::c_int, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    // SAFETY: written before this handler was in place.
    let former = unsafe { (*FORMER.0.get()).assume_init_ref() };
    match former.sa_sigaction {
        // The default is to ignore it.
        libc::SIG_DFL | libc::SIG_IGN => {}
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
