//! SIGINT under a plain `asyncio::run` in the main thread, and in another one.
//!
//! The test harness runs tests on threads of its own, so this one has none: `main` starts itself
//! again for each program and looks at how that ended.

#[cfg(not(unix))]
fn main() {}

#[cfg(unix)]
fn main() {
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Command, Stdio};
    use std::time::Duration;

    use fourfold::asyncio::{self, KeyboardInterrupt, Signal, sleep};

    const CHILD: &str = "FOURFOLD_TEST_CHILD";
    const INTERRUPTED: i32 = 130;

    let interrupted = || {
        let result = asyncio::run(async {
            signal_hook::low_level::raise(Signal::INT.as_raw())?;
            sleep(Duration::from_secs(600)).await
        });
        result.unwrap_err().is::<KeyboardInterrupt>()
    };
    match std::env::var(CHILD).as_deref() {
        Ok("main thread") => {
            // Twice: that the handler of the first is there must not stop the second.
            assert!(interrupted() && interrupted());
            std::process::exit(INTERRUPTED);
        }
        Ok("another thread") => {
            std::thread::spawn(interrupted).join().unwrap();
        }
        Ok("handled by somebody else") => {
            use std::sync::atomic::Ordering::SeqCst;
            let seen = std::sync::Arc::<std::sync::atomic::AtomicBool>::default();
            signal_hook::flag::register(Signal::INT.as_raw(), std::sync::Arc::clone(&seen))
                .unwrap();
            asyncio::run(async {
                signal_hook::low_level::raise(Signal::INT.as_raw())?;
                sleep(Duration::from_millis(20)).await
            })
            .unwrap();
            assert!(seen.swap(false, SeqCst));
            // A runner that insists hears it as well; after it, it is somebody else's alone.
            asyncio::Runner::new().handle_sigint(true).run(async { Ok(()) }).unwrap();
            signal_hook::low_level::raise(Signal::INT.as_raw()).unwrap();
            assert!(seen.load(SeqCst));
        }
        _ => {
            let run = |program| {
                let this = std::env::current_exe().unwrap();
                let child = Command::new(this).env(CHILD, program).stdin(Stdio::null()).status();
                let status = child.unwrap();
                println!("py_22 SIGINT, {program}: {status}");
                status
            };
            assert_eq!(run("main thread").code(), Some(INTERRUPTED));
            assert_eq!(run("another thread").signal(), Some(Signal::INT.as_raw()));
            assert!(run("handled by somebody else").success());
        }
    }
}
