//! Names in LDAP filters, `template NUL name NUL another name`: a filter stays one, and an escaped name matches itself and
//! nothing else, by a reader of RFC 4515 that is not the SDK's.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use twilio_fuzz::keep;
use twilio_sdk::fuzzing::ldap_filter;
use twilio_sdk::inbound_auth::escape_filter;

fn seeds() {
    for (name, input) in [
        ("plain", "(uid=?)\0alice\0bob"),
        ("both", "(&(objectClass=inetOrgPerson)(|(uid=?)(mail=?)))\0alice)(uid=*\0alice"),
        ("star", "(uid=?)\0*\0alice"),
        ("escape", "(uid=?)\0a\\2a\0a*"),
        ("dn", "(member=?)\0cn=Odd\\2C (x) * \\5C y,ou=Users,dc=x\0cn=Odd, (x) ANY \\ y,ou=Users,dc=x"),
        ("parts", "(cn=a*?*b)\0?\0é"),
        ("rule", "(cn:dn:2.4.6.8.10:=?)\0x\0y"),
        ("broken", "(uid=?\0a\0b"),
    ] {
        keep(name, input.as_bytes());
    }
}

/// What an assertion value of RFC 4515, section 3, asks for: bytes, or nothing where it is a pattern or none at all.
fn asserted(value: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut rest) = (Vec::new(), value.as_bytes());
    while let Some((byte, after)) = rest.split_first() {
        match byte {
            b'*' | b'(' | b')' | 0 => return None,
            b'\\' => {
                let (digits, after) = after.split_first_chunk::<2>()?;
                bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
                rest = after;
            }
            byte => {
                bytes.push(*byte);
                rest = after;
            }
        }
    }
    Some(bytes)
}

/// How a filter nests: its parentheses and the operators behind them.
fn shape(filter: &str) -> String {
    let bytes = filter.as_bytes();
    let at = |index: usize| bytes.get(index).copied().unwrap_or_default();
    let one = |(index, byte): (usize, &u8)| match byte {
        b'(' if matches!(at(index + 1), b'&' | b'|' | b'!') => format!("({}", char::from(at(index + 1))),
        b'(' | b')' | b'*' => char::from(*byte).to_string(),
        _ => String::new(),
    };
    bytes.iter().enumerate().map(one).collect()
}

fuzz_target!(init: seeds(), |data: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(data) else { return Corpus::Reject };
    let mut parts = text.splitn(3, '\0');
    let (Some(template), Some(name), Some(other)) = (parts.next(), parts.next(), parts.next()) else {
        return Corpus::Reject;
    };
    let escaped = escape_filter(name);
    assert_eq!(asserted(&escaped).as_deref(), Some(name.as_bytes()), "{escaped}");
    assert_eq!(asserted(&escape_filter(other)).as_deref() == Some(name.as_bytes()), name == other);
    assert!(escaped.is_ascii() && !escaped.contains('?'), "{escaped}");
    if !name.is_empty() && let Some(plain) = ldap_filter(template, "x") {
        let filter = ldap_filter(template, name).expect("a filter with a name in it is one");
        assert_eq!(shape(&filter), shape(&plain), "{filter}");
        let places = template.matches('?').count();
        assert_eq!(filter.len() + template.len() - template.replace('?', "").len(), template.len() + places * escaped.len());
    }
    Corpus::Keep
});
