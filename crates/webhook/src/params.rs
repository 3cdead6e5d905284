use percent_encoding::percent_decode;

use crate::WebhookError;

/// Returns whether a body of this content type is a form. The verifier and the payloads must agree: what is read as
/// parameters must have been verified as parameters.
pub(super) fn is_form(content_type: &str) -> bool {
    let media_type = content_type.split(';').next().unwrap_or_default();
    media_type.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// The parameters of a form or a query, in the order of the request. A name may occur more than once.
///
/// ```
/// use twilio_sdk_webhook::FormParams;
///
/// let params = FormParams::from_iter([("From", "+15017122661"), ("Body", "Hi")]);
/// assert_eq!(params.get("Body"), Some("Hi"));
/// for (name, value) in &params {
///     println!("{name} = {value}");
/// }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct FormParams(Vec<(String, String)>);

impl FormParams {
    /// Parses a form. Bytes that are not UTF-8 are an error, because replacing them would change what was signed.
    pub(super) fn parse(form: &[u8]) -> Result<Self, WebhookError> {
        let decode = |part: &[u8]| {
            let is_plain = !part.contains(&b'+') && !part.contains(&b'%');
            if let (true, Ok(plain)) = (is_plain, std::str::from_utf8(part)) {
                return Ok(plain.to_owned());
            }
            let spaced: Vec<u8> = part.iter().map(|&b| if b == b'+' { b' ' } else { b }).collect();
            match percent_decode(&spaced).decode_utf8() {
                Ok(decoded) => Ok(decoded.into_owned()),
                Err(_) => Err(WebhookError::InvalidForm),
            }
        };
        let mut params = Vec::new();
        for pair in form.split(|&b| b == b'&').filter(|pair| !pair.is_empty()) {
            let mut halves = pair.splitn(2, |&b| b == b'=');
            let (name, value) = (halves.next().unwrap_or_default(), halves.next().unwrap_or_default());
            params.push((decode(name)?, decode(value)?));
        }
        Ok(Self(params))
    }

    /// Returns the first value of this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Iterates over all names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.into_iter()
    }

    /// Returns the number of parameters.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether there are no parameters.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Removes the first value of this name.
    pub(super) fn take(&mut self, name: &str) -> Option<String> {
        let at = self.0.iter().position(|(known, _)| known == name)?;
        Some(self.0.remove(at).1)
    }
}

impl IntoIterator for FormParams {
    type Item = (String, String);
    type IntoIter = std::vec::IntoIter<(String, String)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a FormParams {
    type Item = (&'a str, &'a str);
    type IntoIter = std::iter::Map<
        std::slice::Iter<'a, (String, String)>,
        fn(&'a (String, String)) -> (&'a str, &'a str),
    >;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for FormParams {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

impl<N: Into<String>, V: Into<String>> Extend<(N, V)> for FormParams {
    fn extend<I: IntoIterator<Item = (N, V)>>(&mut self, pairs: I) {
        self.0.extend(pairs.into_iter().map(|(name, value)| (name.into(), value.into())));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn params_are_a_collection() {
        let mut params: FormParams = [("A", "1"), ("A", "2")].into_iter().collect();
        params.extend([("B".to_owned(), "3".to_owned())]);
        assert_eq!((&params).into_iter().collect::<Vec<_>>(), [("A", "1"), ("A", "2"), ("B", "3")]);
        assert_eq!(params.iter().count(), params.len());
        let owned: Vec<(String, String)> = params.into_iter().collect();
        assert_eq!(owned[2], ("B".to_owned(), "3".to_owned()));
    }
}
