//! A progress bar on a terminal, and Ctrl-C.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actions::Watcher;
use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Shows how far reading is, and ends it on Ctrl-C.
pub struct Progress {
    bar: ProgressBar,
    interrupted: Arc<AtomicBool>,
}

impl Progress {
    /// A bar on standard error, when that is a terminal and nobody wants quiet.
    pub fn new(quiet: bool) -> Progress {
        let interrupted = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&interrupted);
        // A second Ctrl-C ends at once. Without a handler the first one does, and nothing is printed.
        let _ = ctrlc::set_handler(move || {
            if flag.swap(true, Ordering::SeqCst) {
                std::process::exit(130);
            }
        });
        let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(None, target);
        bar.set_style(spinner());
        Progress { bar, interrupted }
    }

    /// True after Ctrl-C.
    pub fn interrupted(&self) -> bool {
        self.interrupted.load(Ordering::SeqCst)
    }

    /// Takes the bar away.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}

impl Watcher for Progress {
    fn progress(&self, bytes: u64, total: Option<u64>, frames: u64) -> ControlFlow<()> {
        if self.interrupted() {
            return ControlFlow::Break(());
        }
        if !self.bar.is_hidden() {
            if let Some(total) = total.filter(|_| self.bar.length().is_none()) {
                self.bar.set_length(total);
                self.bar.set_style(bar());
                self.bar.enable_steady_tick(Duration::from_millis(200));
            }
            self.bar.set_position(bytes);
            self.bar.set_message(format!("{} frames", HumanCount(frames)));
        }
        ControlFlow::Continue(())
    }
}

fn spinner() -> ProgressStyle {
    ProgressStyle::with_template("{spinner} {bytes} read, {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_spinner())
}

fn bar() -> ProgressStyle {
    ProgressStyle::with_template("{bar:30} {bytes} of {total_bytes}, {msg}, {eta} left")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}
