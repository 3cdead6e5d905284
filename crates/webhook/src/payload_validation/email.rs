use email_address::{EmailAddress, Options};

/// The maximum length that mail servers must accept (RFC 5321, section 4.5.3.1.3, without the brackets).
const MAX_BYTES: usize = 254;

pub(super) fn is_address(value: &str) -> bool {
    let options = Options::default().with_required_tld().without_display_text().without_domain_literal();
    let is_forbidden = |c: char| c.is_whitespace() || c.is_control() || c == '"';
    value.len() <= MAX_BYTES
        && value.matches('@').count() == 1
        && !value.contains(is_forbidden)
        && EmailAddress::parse_with_options(value, options).is_ok()
}
