use percent_encoding::percent_decode;

use super::WebhookError;

/// Whether a body of this type is a form. The verifier and the payloads must agree on it: what is read as parameters
/// must have been verified as parameters.
pub(super) fn is_form(content_type: &str) -> bool {
    let media_type = content_type.split(';').next().unwrap_or_default();
    media_type.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// The parameters of a form or a query, in the order in which they came. Names may come more than once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Params(Vec<(String, String)>);

impl Params {
    /// Reads a form. What is not UTF-8 is an error, because it would be read as something else than was sent.
    pub(super) fn parse(form: &[u8]) -> Result<Self, WebhookError> {
        let text = |part: &[u8]| {
            let plain = !part.contains(&b'+') && !part.contains(&b'%');
            if let (true, Ok(text)) = (plain, std::str::from_utf8(part)) {
                return Ok(text.to_owned());
            }
            let spaced: Vec<u8> = part.iter().map(|&b| if b == b'+' { b' ' } else { b }).collect();
            match percent_decode(&spaced).decode_utf8() {
                Ok(text) => Ok(text.into_owned()),
                Err(_) => Err(WebhookError::UnreadableForm),
            }
        };
        let mut params = Vec::new();
        for pair in form.split(|&b| b == b'&').filter(|pair| !pair.is_empty()) {
            let mut halves = pair.splitn(2, |&b| b == b'=');
            let (name, value) = (halves.next().unwrap_or_default(), halves.next().unwrap_or_default());
            params.push((text(name)?, text(value)?));
        }
        Ok(Self(params))
    }

    /// The first value of this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// All names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes the first value of this name out.
    pub(super) fn take(&mut self, name: &str) -> Option<String> {
        let at = self.0.iter().position(|(known, _)| known == name)?;
        Some(self.0.remove(at).1)
    }

    pub(super) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}
