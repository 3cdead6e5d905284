use stringprep::tables;
use unicode_normalization::UnicodeNormalization as _;

/// The maximum number of rounds. Almost all names need one.
const ROUNDS: usize = 4;

/// Prepares a name for comparison, so that all spellings that a directory treats as equal have one form.
///
/// It follows RFC 4518 for attributes that ignore case: insignificant characters are removed, white space is collapsed and
/// trimmed, the rest is case-folded and normalized to NFKC. Characters newer than that RFC's tables (Unicode 3.2) are folded
/// by the rules of the standard library.
pub fn prepared(name: &str) -> String {
    let mut text = name.to_owned();
    for _ in 0..ROUNDS {
        let next = round(&text);
        if next == text {
            break;
        }
        text = next;
    }
    text
}

fn round(text: &str) -> String {
    let mapped = text.chars().filter(|character| !is_insignificant(*character)).map(|character| {
        match tables::x520_mapped_to_space(character) || tables::non_ascii_space_character(character) {
            true => ' ',
            false => character,
        }
    });
    let folded = mapped.flat_map(tables::case_fold_for_nfkc).flat_map(char::to_lowercase);
    let normal: String = folded.nfkc().collect();
    let mut words = String::with_capacity(normal.len());
    for word in normal.split(' ').filter(|word| !word.is_empty()) {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
    }
    words
}

/// Returns whether a character is removed: RFC 4518, section 2.2, and characters of the same kinds in later versions of
/// Unicode, such as controls, direction marks, variation selectors, fillers and tags.
fn is_insignificant(character: char) -> bool {
    tables::x520_mapped_to_nothing(character)
        || tables::commonly_mapped_to_nothing(character)
        || (tables::non_ascii_control_character(character) && !tables::x520_mapped_to_space(character))
        || tables::change_display_properties_or_deprecated(character)
        || tables::tagging_character(character)
        || matches!(
            character,
            '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180E}' | '\u{180F}'
                | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}'
                | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}'
        )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings_that_a_directory_takes_for_one_name_have_one_form() {
        for name in [
            "alice",
            "ALICE",
            " alice ",
            "ａlice",
            "ＡＬＩＣＥ",
            "𝐚lice",
            "𝑨𝑳𝑰𝑪𝑬",
            "al\u{AD}ice",
            "al\u{200B}ice",
            "\u{FEFF}alice",
            "alice\u{FE0F}",
            "ali\u{E0063}ce",
            "ⓐlice",
            "al\u{2066}ice",
            "al\u{61C}ice",
            "alice\u{3000}",
        ] {
            assert_eq!(prepared(name), "alice", "{name:?}");
        }
        for (one, other) in [
            ("Straße", "STRASSE"),
            ("ΣΑΣ", "σας"),
            ("é", "e\u{301}"),
            ("ﬁn", "FIN"),
            ("a  b", "A\u{A0}b"),
            ("a\tb", "a b"),
            ("Ⅳ", "iv"),
            ("Ａ\u{345}", "a\u{3B9}"),
        ] {
            assert_eq!(prepared(one), prepared(other), "{one:?} {other:?}");
        }
        for (one, other) in [("alice", "аlice"), ("alice", "al ice"), ("e", "é"), ("bob", "bo")] {
            assert_ne!(prepared(one), prepared(other), "{one:?} {other:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_prepared_is_prepared_for_good(name in "\\PC{0,24}|[\\p{L}\\p{M}\\p{Z}\\p{Cf}]{0,12}") {
            let once = prepared(&name);
            prop_assert_eq!(prepared(&once), once.clone());
            prop_assert_eq!(prepared(&format!(" {} ", name)), once);
        }
    }
}
