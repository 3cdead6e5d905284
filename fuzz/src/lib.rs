//! Code that fuzz targets share: seeds from the emulator, and a mutator that knows JSON.

mod damage;
mod mutate;
mod same;
mod seed;

pub use mutate::{mutate, mutate_behind};
pub use same::{differences, has_twins};
pub use seed::{client, corpus, keep, with_emulator};

/// Replaces libFuzzer's mutator by one that changes the JSON behind the first `behind` bytes half of the time.
#[macro_export]
macro_rules! json_mutator {
    ($behind:expr) => {
        libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
            let behind: fn(&[u8]) -> usize = $behind;
            $crate::mutate_behind(data, size, max_size, seed, behind)
        });
    };
}
