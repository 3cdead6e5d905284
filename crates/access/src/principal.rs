/// An authenticated user. Only [`AccessControl::authenticate`](super::AccessControl::authenticate) returns one.
///
/// It says who a user is, not what the user may do: each check reads the store again. Once the key is revoked or expired, or
/// the user is removed, the principal has no permissions any more, even if a new user has the same name.
///
/// ```no_run
/// # async fn example(access: twilio_sdk_access::AccessControl) -> Result<(), twilio_sdk_access::AccessError> {
/// let principal = access.authenticate(&"twak_…".into()).await?;
/// access.list_users(&principal).await?;
/// # Ok(())
/// # }
/// ```
///
/// No other code can create one, even if all its parts are known:
///
/// ```compile_fail,E0451
/// # async fn example(access: twilio_sdk_access::AccessControl) -> Result<(), twilio_sdk_access::AccessError> {
/// let text = String::new;
/// let principal = twilio_sdk_access::Principal { name: text(), role: text(), key: text(), source: None };
/// access.list_users(&principal).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Principal {
    pub(super) name: String,
    pub(super) role: String,
    pub(super) key: String,
    pub(super) source: Option<String>,
}

impl Principal {
    /// Returns the username.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the role that the user had at authentication.
    pub fn role(&self) -> &str {
        &self.role
    }

    /// Returns the ID of the key.
    pub fn key_id(&self) -> &str {
        &self.key
    }

    /// Returns where the key came from, if the caller of `authenticate_from` gave it.
    pub fn source(&self) -> Option<&str> {
        self.source.as_deref()
    }
}
