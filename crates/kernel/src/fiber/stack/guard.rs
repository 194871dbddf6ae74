//! The page below each stack that must not be touched.
//!
//! Where the kernel has it (Linux 6.13), by `MADV_GUARD_INSTALL`: a mark in the page table, which
//! leaves the mapping whole. Elsewhere by `mprotect`, which splits the mapping in two for each
//! guard; the system allows some 65 000 mappings, so that ends near 32 000 stacks.

use std::io;
use std::sync::atomic::{AtomicU8, Ordering};

/// Not in the libraries yet; see `madvise(2)`.
#[cfg(target_os = "linux")]
const MADV_GUARD_INSTALL: libc::c_int = 102;

const UNKNOWN: u8 = 0;
const BY_MARK: u8 = 1;
const BY_PROTECTION: u8 = 2;

/// Which of the two this system can; found out with the first guard.
static KIND: AtomicU8 = AtomicU8::new(UNKNOWN);

/// Bytes of a page.
pub(super) fn page() -> usize {
    // SAFETY: the call has no conditions.
    let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    usize::try_from(page).ok().filter(|page| page.is_power_of_two()).unwrap_or(4096)
}

/// Makes the page at `address` one that faults when it is touched.
///
/// # Errors
///
/// Those of the system, with the remedy where there is one.
///
/// # Safety
///
/// The page is part of a private anonymous mapping, the caller's, and holds nothing.
pub(super) unsafe fn install(address: usize) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    if KIND.load(Ordering::Relaxed) != BY_PROTECTION {
        let pointer = std::ptr::with_exposed_provenance_mut::<libc::c_void>(address);
        // SAFETY: the caller's page.
        if unsafe { libc::madvise(pointer, page(), MADV_GUARD_INSTALL) } == 0 {
            KIND.store(BY_MARK, Ordering::Relaxed);
            return Ok(());
        }
        let error = io::Error::last_os_error();
        if KIND.load(Ordering::Relaxed) == BY_MARK {
            return Err(error);
        }
        KIND.store(BY_PROTECTION, Ordering::Relaxed);
    }
    // SAFETY: the caller's promise.
    unsafe { protect(address) }
}

/// As [`install`], by protection alone.
///
/// # Safety
///
/// As for [`install`].
pub(super) unsafe fn protect(address: usize) -> io::Result<()> {
    let pointer = std::ptr::with_exposed_provenance_mut::<libc::c_void>(address);
    // SAFETY: the caller's page.
    if unsafe { libc::mprotect(pointer, page(), libc::PROT_NONE) } == 0 {
        return Ok(());
    }
    let error = io::Error::last_os_error();
    if error.raw_os_error() == Some(libc::ENOMEM) {
        return Err(io::Error::new(
            error.kind(),
            "the system allows no more mappings for the guards of stacks; raise \
             vm.max_map_count, or use Linux 6.13 or newer, which needs none",
        ));
    }
    Err(error)
}
