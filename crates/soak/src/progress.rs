//! A bar on a terminal, a line each second anywhere else.

use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::dialect::Dialect;
use crate::ledger::{Counts, Ledger};
use crate::measure;

pub(crate) struct Progress {
    over: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Progress {
    pub(crate) fn begin(ledger: Arc<Ledger>, length: Duration) -> Progress {
        let over = Arc::new(AtomicBool::new(false));
        let ended = over.clone();
        let thread = thread::spawn(move || show(&ledger, length, &ended));
        Progress { over, thread }
    }

    pub(crate) fn end(self) {
        self.over.store(true, Ordering::Release);
        self.thread.thread().unpark();
        let _ = self.thread.join();
    }
}

fn show(ledger: &Ledger, length: Duration, over: &AtomicBool) {
    let bar = io::stderr().is_terminal().then(|| {
        let style = ProgressStyle::with_template("{bar:32}  {msg}");
        ProgressBar::new(length.as_secs()).with_style(style.unwrap_or(ProgressStyle::default_bar()))
    });
    let began = Instant::now();
    let mut before = 0;
    for second in 1.. {
        let next = began + Duration::from_secs(second);
        while Instant::now() < next {
            if over.load(Ordering::Acquire) {
                return;
            }
            thread::park_timeout(next.saturating_duration_since(Instant::now()));
        }
        let mut all = Counts::default();
        for dialect in Dialect::ALL {
            all.add(ledger.of(dialect));
        }
        let ended = all.done + all.failed + all.cancelled;
        let line = format!(
            "{second:>4} s  {:>6} a second, {:>3} in flight, {} failed, {} cancelled, {} descriptors, {:.1} MiB",
            ended - before,
            ledger.in_flight(),
            all.failed,
            all.cancelled,
            measure::descriptors().len(),
            measure::resident_kib().unwrap_or(0) as f64 / 1024.0,
        );
        before = ended;
        match &bar {
            Some(bar) => {
                bar.set_position(second);
                bar.set_message(line);
            }
            None => eprintln!("{line}"),
        }
    }
}
