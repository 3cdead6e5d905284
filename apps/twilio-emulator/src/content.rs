//! The content of the emulator's own files: a pattern of any length.

/// A prime, so that a lost or repeated chunk is visible.
const PERIOD: u64 = 251;

const SIZE: usize = 251 * 261;

static PATTERN: [u8; SIZE] = {
    let mut bytes = [0; SIZE];
    let mut at = 0;
    while at < SIZE {
        bytes[at] = (at % 251) as u8;
        at += 1;
    }
    bytes
};

/// Returns up to `max` bytes of the content of the emulator's files, starting at the offset `from`.
///
/// The byte at offset `n` is `n % 251`. At least one byte is returned unless `max` is 0. Tests compare downloads with it:
///
/// ```
/// use twilio_emulator::media_bytes;
///
/// assert_eq!(media_bytes(250, 3), [250, 0, 1]);
/// ```
pub fn media_bytes(from: u64, max: usize) -> &'static [u8] {
    // The remainder fits.
    let start = (from % PERIOD) as usize;
    let end = SIZE.min(start.saturating_add(max));
    PATTERN.get(start..end).unwrap_or_default()
}

/// Returns whether the bytes at an offset of a file are those of the pattern.
pub(super) fn is_pattern(from: u64, bytes: &[u8]) -> bool {
    let mut at = 0;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let expected = media_bytes(from + at as u64, rest.len());
        if !rest.starts_with(expected) {
            return false;
        }
        at += expected.len();
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pattern_goes_on_over_every_border() {
        for from in [0, 1, 250, 251, 65_510, 65_511, 65_512, u64::MAX - 80_000] {
            let mut at = 0;
            while at < 70_000_u64 {
                let bytes = media_bytes(from + at, 4096);
                assert!(!bytes.is_empty() && bytes.len() <= 4096);
                let expected = |index: usize| (from + at + index as u64) % 251;
                assert!(bytes.iter().enumerate().all(|(index, byte)| u64::from(*byte) == expected(index)));
                at += bytes.len() as u64;
            }
        }
        let mut content: Vec<u8> = (0..140_000_u64).map(|n| (n % 251) as u8).collect();
        assert!(is_pattern(0, &content) && is_pattern(7, &content[7..]) && is_pattern(0, b""));
        content.remove(70_000);
        assert!(!is_pattern(0, &content));
    }
}
