use stringprep::tables;
use unicode_normalization::UnicodeNormalization as _;

/// After so many rounds a name no longer changes; one round is enough for almost all.
const ROUNDS: usize = 4;

/// A name as directories compare it, so that every spelling that they take for one name has one form.
///
/// It is prepared as RFC 4518 says for attributes that ignore case: characters that count for nothing are removed, white
/// space becomes one space and none at the ends, the rest is case-folded and normalized to NFKC. What is newer than the
/// tables of that RFC (Unicode 3.2) is folded by the rules of the standard library.
pub(crate) fn prepared(name: &str) -> String {
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
    let mapped = text.chars().filter(|character| !counts_for_nothing(*character)).map(|character| {
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

/// RFC 4518, section 2.2, and what later versions of Unicode have of the same kinds: controls, marks of direction,
/// variation selectors, fillers, tags.
fn counts_for_nothing(character: char) -> bool {
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
