//! Numbers, of which a double does not hold every digit.

/// The digits that a double always holds.
const SAFE_DIGITS: usize = 15;

/// Whether the body may hold a number with more digits than a double has.
///
/// Looks at every 16th byte only: a run of 16 digits lies over one of them.
pub(super) fn may_lose_digits(body: &[u8]) -> bool {
    let digit = |byte: &u8| byte.is_ascii_digit() || *byte == b'.';
    let mut at = SAFE_DIGITS;
    while let Some(byte) = body.get(at) {
        if digit(byte) {
            let (before, after) = body.split_at(at);
            let ahead = before.iter().rev().take_while(|byte| digit(byte)).count();
            let behind = after.iter().take_while(|byte| digit(byte)).count();
            let first = before.len().checked_sub(ahead + 1).and_then(|at| body.get(at));
            // Most long runs are parts of a string: a SID, a phone number.
            let number =
                matches!(first, None | Some(b':' | b',' | b'[' | b'-' | b' ' | b'\n' | b'\t' | b'\r'));
            if number && ahead + behind > SAFE_DIGITS {
                return true;
            }
            at += behind;
        }
        at += SAFE_DIGITS + 1;
    }
    false
}

/// Whether a token is a number of JSON's grammar.
pub(super) fn is_number(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let (text, exponent) = match text.split_once(['e', 'E']) {
        Some((text, exponent)) => (text, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (text, None),
    };
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(digits)
}

/// Whether serde_json's number says what the text of a number says.
pub(super) fn is_exact(text: &str) -> bool {
    if text.parse::<i64>().is_ok() || text.parse::<u64>().is_ok() {
        return true;
    }
    let Some(value) = text.parse::<f64>().ok().filter(|value| value.is_finite()) else { return false };
    normal(text).is_some_and(|digits| Some(digits) == normal(&format!("{value:e}")))
}

/// The digits without zeros at either end, and the power of ten of the last one.
fn normal(text: &str) -> Option<(String, i64)> {
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let ended = digits.trim_end_matches('0');
    let zeros = i64::try_from(digits.len() - ended.len()).ok()?;
    let digits = ended.trim_start_matches('0').to_owned();
    if digits.is_empty() {
        return Some((digits, 0));
    }
    let fraction = i64::try_from(fraction.len()).ok()?;
    let power = exponent.parse::<i64>().ok()?.checked_sub(fraction)?.checked_add(zeros)?;
    Some((digits, power))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_exact_where_a_double_says_the_same() {
        for text in ["0", "-0", "5", "-5.0", "0.10", "1e3", "1.5E-7", "18446744073709551615", "0.1", "1e300"]
        {
            assert!(is_number(text) && is_exact(text), "{text}");
        }
        for text in [
            "1e400",
            "-1e999999999999999999999",
            "1e-400",
            "0.12345678901234567890",
            "1234567890123456789012",
        ] {
            assert!(is_number(text) && !is_exact(text), "{text}");
        }
        for text in ["", "-", "01", "1.", ".5", "+1", "1e", "1e+", "0x10", "NaN", "1 2", "1.2.3"] {
            assert!(!is_number(text), "{text}");
        }
    }

    #[test]
    fn long_numbers_are_found_wherever_they_stand() {
        for ahead in 0..40 {
            let body = |value: &str| format!("{{{}\"a\":{value},\"b\":1}}", " ".repeat(ahead)).into_bytes();
            for long in
                ["1234567890123456", "-0.123456789012345", "12345678901234567890123456789012345678901"]
            {
                assert!(may_lose_digits(&body(long)), "{ahead} {long}");
            }
            for short in ["123456789012345", "\"12345678901234567890\"", "\"SM12345678901234567890\"", "0.5"]
            {
                assert!(!may_lose_digits(&body(short)), "{ahead} {short}");
            }
        }
    }
}
