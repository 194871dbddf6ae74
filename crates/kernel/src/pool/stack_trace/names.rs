//! From addresses to text.

use std::ffi::c_void;
use std::path::Path;
use std::ptr;

/// How a task is polled: these files of ours, below which each stack is the same.
const OURS: [&str; 4] = ["fiber/body.rs", "pool/spawn.rs", "pool/worker.rs", "task/cell.rs"];

/// One line for each function, innermost first, those that were inlined too; up to where a worker
/// polls a task.
pub(super) fn of(frames: &[usize]) -> Vec<String> {
    let mut lines = Vec::new();
    for &frame in frames {
        let before = lines.len();
        let mut polled = false;
        // One more: the crate takes what it is given for a return address, and looks before it.
        let address = ptr::without_provenance_mut::<c_void>(frame.wrapping_add(1));
        backtrace::resolve(address, |symbol| {
            let Some(name) = symbol.name() else { return };
            polled |= !lines.is_empty() && symbol.filename().is_some_and(is_ours);
            if polled {
                return;
            }
            lines.push(match (symbol.filename(), symbol.lineno()) {
                (Some(file), Some(line)) => format!("{name:#} at {}:{line}", file.display()),
                _ => format!("{name:#}"),
            });
        });
        if polled {
            break;
        }
        if lines.len() == before {
            lines.push(format!("{frame:#x}"));
        }
    }
    lines
}

/// Whether code of this file polls tasks. Debug information has the path that the compiler was
/// given, perhaps behind the folder it ran in.
fn is_ours(file: &Path) -> bool {
    let Some(source) = file!().strip_suffix("pool/stack_trace/names.rs") else { return false };
    let Some(file) = file.to_str() else { return false };
    file.rfind(source).is_some_and(|at| OURS.contains(&&file[at + source.len()..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_their_place_in_this_crate() {
        let source = file!().strip_suffix("pool/stack_trace/names.rs").unwrap();
        assert!(is_ours(Path::new(&format!("{source}fiber/body.rs"))));
        assert!(is_ours(Path::new(&format!("/somewhere/{source}pool/worker.rs"))));
        assert!(!is_ours(Path::new(&format!("{source}channel/recv.rs"))));
        assert!(!is_ours(Path::new("/somewhere/else/fiber/body.rs")));
    }

    #[test]
    fn what_has_no_name_is_an_address() {
        assert_eq!(of(&[0x10]), ["0x10"]);
    }
}
