/// A value that a setter takes: a type that converts into `T`, or an `Option` of such a type.
///
/// `None` clears the value, so conditional code needs no branch:
///
/// ```
/// use twilio_sdk_types::{IntoOptional, SecretString};
///
/// fn set<M>(value: impl IntoOptional<SecretString, M>) -> bool {
///     value.into_optional().is_some()
/// }
///
/// assert!(set("a token"));
/// assert!(set(Some("a token")));
/// assert!(!set(None::<&str>));
/// ```
///
/// A bare `None` needs its type: `None::<&str>`. `M` is inferred.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not convert into `{T}`",
    label = "expected a `{T}`, a type that converts into it, or an `Option` of such a type"
)]
pub trait IntoOptional<T, M> {
    /// Converts the value, if it is set.
    fn into_optional(self) -> Option<T>;
}

/// A list that a setter takes: an iterator of a type that converts into `T`, or an `Option` of such an iterator.
///
/// `None` clears the value. `M` is inferred.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not yield items that convert into `{T}`",
    label = "expected a list of `{T}`, an iterator of a type that converts into it, or an `Option` of such an iterator"
)]
pub trait IntoOptionalList<T, M> {
    /// Collects the items, if a list is set.
    fn into_optional_list(self) -> Option<Vec<T>>;
}

/// Marks values that are not optional.
#[derive(Debug)]
pub enum Given {}

/// Marks optional values.
#[derive(Debug)]
pub enum Maybe {}

impl<T, V: Into<T>> IntoOptional<T, Given> for V {
    fn into_optional(self) -> Option<T> {
        Some(self.into())
    }
}

impl<T, V: Into<T>> IntoOptional<T, Maybe> for Option<V> {
    fn into_optional(self) -> Option<T> {
        self.map(Into::into)
    }
}

impl<T, V: Into<T>, L: IntoIterator<Item = V>> IntoOptionalList<T, Given> for L {
    fn into_optional_list(self) -> Option<Vec<T>> {
        Some(self.into_iter().map(Into::into).collect())
    }
}

impl<T, V: Into<T>, L: IntoIterator<Item = V>> IntoOptionalList<T, Maybe> for Option<L> {
    fn into_optional_list(self) -> Option<Vec<T>> {
        self.map(|list| list.into_iter().map(Into::into).collect())
    }
}
