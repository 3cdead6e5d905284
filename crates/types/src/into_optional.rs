/// A value that a setter takes: whatever converts into a `T`, or an `Option` of that.
///
/// `None` takes back what was set before, so that conditional code needs no branch:
///
/// ```
/// # fn message(twilio: &twilio_sdk::Client, sender: Option<String>, service: Option<&str>) {
/// let request = twilio
///     .api_v2010()
///     .create_message("+15558675310")
///     .body("Hi")
///     .from(sender)
///     .messaging_service_sid(service);
/// # let _ = request;
/// # }
/// ```
///
/// A bare `None` needs its type: `None::<&str>`. `M` is inferred.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not convert into `{T}`",
    label = "expected a `{T}`, a type that converts into it, or an `Option` of such a type"
)]
pub trait IntoOptional<T, M> {
    /// Converts the value, if there is one.
    fn into_optional(self) -> Option<T>;
}

/// A list that a setter takes: whatever yields items that convert into a `T`, or an `Option` of that.
///
/// `None` takes back what was set before. `M` is inferred.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not yield items that convert into `{T}`",
    label = "expected a list of `{T}`, an iterator of a type that converts into it, or an `Option` of such an iterator"
)]
pub trait IntoOptionalList<T, M> {
    /// Collects the items, if there is a list.
    fn into_optional_list(self) -> Option<Vec<T>>;
}

/// Tells values that are there from those that may not be.
#[derive(Debug)]
pub enum Given {}

/// Tells values that may not be there from those that are.
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
