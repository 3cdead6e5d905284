//! Servers that are other programs.
#![allow(dead_code)]

use std::process::Child;
use std::time::Duration;

/// The program once it serves; `None` where it ends before, or does not in 20 s, after which it is stopped.
pub(crate) fn serving(mut process: Child, is_ready: impl Fn() -> bool) -> Option<Child> {
    for _ in 0..800 {
        if process.try_wait().unwrap().is_some() {
            return None;
        }
        if is_ready() {
            return Some(process);
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    let _ = process.kill();
    let _ = process.wait();
    None
}
