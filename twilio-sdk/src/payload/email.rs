use email_address::{EmailAddress, Options};

/// The longest address that a mail server must take (RFC 5321, section 4.5.3.1.3, without the brackets).
const MOST_BYTES: usize = 254;

pub(super) fn is_address(text: &str) -> bool {
    let usual = Options::default().with_required_tld().without_display_text().without_domain_literal();
    let strange = |c: char| c.is_whitespace() || c.is_control() || c == '"';
    text.len() <= MOST_BYTES
        && text.matches('@').count() == 1
        && !text.contains(strange)
        && EmailAddress::parse_with_options(text, usual).is_ok()
}
