use crate::Result;
use crate::config::ConnectionConfig;
use crate::runtime::{Handle, RawRequest};
use crate::types::AccountSid;

/// Sends requests to every enabled product. Clones share credentials, connections and limits.
///
/// ```no_run
/// # async fn example() -> twilio_sdk::Result<()> {
/// use twilio_sdk::{ApiKeyConfig, Client, ConnectionConfig};
///
/// let key = ApiKeyConfig::new("AC...", "SK...", std::env::var("TWILIO_API_SECRET").unwrap_or_default());
/// let twilio = Client::new(ConnectionConfig::new(key))?;
/// # #[cfg(feature = "api-v2010")]
/// let message = twilio.api_v2010().create_message("+15558675310").from("+15017122661").body("Hi").send().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Client {
    handle: Handle,
}

impl Client {
    /// Creates a client. Sends nothing.
    ///
    /// # Errors
    ///
    /// [`is_config`](crate::Error::is_config): the credentials or a setting are invalid. The message says which.
    pub fn new(config: ConnectionConfig) -> Result<Self> {
        Ok(Self { handle: Handle::new(config)? })
    }

    /// Creates a client from environment variables; see [`ConnectionConfig::from_env`].
    ///
    /// # Errors
    ///
    /// The same errors as [`ConnectionConfig::from_env`] and [`new`](Self::new).
    pub fn from_env() -> Result<Self> {
        Self::new(ConnectionConfig::from_env()?)
    }

    /// Creates a client with other credentials that shares connections, limits and settings with this one.
    ///
    /// # Errors
    ///
    /// [`is_config`](crate::Error::is_config): the credentials are invalid.
    pub fn with_auth(&self, auth: impl Into<crate::Auth>) -> Result<Self> {
        Ok(Self { handle: self.handle.with_auth(auth.into())? })
    }

    /// Returns the account of the credentials, if they name one.
    pub fn account_sid(&self) -> Option<&AccountSid> {
        self.handle.account_sid()
    }

    /// Creates a request to a path that this version of the library does not know, with the client's credentials, retries,
    /// limits and redaction.
    ///
    /// * The URL is `https://` with a host of `twilio.com`, which gets the client's region and edge unless it names its own;
    ///   or a path of `api.twilio.com`, such as `/2010-04-01/Accounts.json`; or a URL below the client's base URL. With a
    ///   base URL, requests to Twilio's hosts are sent there, with `X-Forwarded-Host`. Any other URL is an error when the
    ///   request is sent, because credentials are sent nowhere else.
    /// * [`with_param`](crate::RawRequest::with_param) sets parameters: in the query of GET and DELETE, in the form or JSON
    ///   body of POST, PUT and PATCH.
    /// * It is retried like other requests: POST and PATCH only if Twilio has not executed them.
    ///
    /// ```no_run
    /// # async fn example(twilio: twilio_sdk::Client) -> twilio_sdk::Result<()> {
    /// use serde_json::Value;
    /// use twilio_sdk::Method;
    ///
    /// let request = twilio.request(Method::POST, "https://messaging.twilio.com/v1/NewThings");
    /// let thing: Value = request.with_param("FriendlyName", "first").send().await?.json()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn request(&self, method: http::Method, url: impl AsRef<str>) -> RawRequest {
        RawRequest::new(&self.handle, &method, url.as_ref())
    }

    pub(crate) fn handle(&self) -> &Handle {
        &self.handle
    }
}

/// Defines a module and a method for every enabled product.
macro_rules! products {
    ($($module:ident = $feature:literal, $host:literal;)*) => {
        $(
            #[cfg(feature = $feature)]
            #[doc = concat!("The operations at `https://", $host, "`, from Twilio's specification `", stringify!($module), "`.")]
            #[cfg_attr(docsrs, doc(cfg(feature = $feature)))]
            // The lists in Twilio's own descriptions are as they are.
            #[allow(clippy::doc_lazy_continuation, clippy::doc_overindented_list_items)]
            pub mod $module {
                include!(concat!(env!("OUT_DIR"), "/", stringify!($module), ".rs"));

                crate::auth::hooks!(Client, stringify!($module), $host);
            }

            #[cfg(feature = $feature)]
            impl crate::Client {
                #[doc = concat!("The operations of [`", stringify!($module), "`](crate::", stringify!($module), ").")]
                #[cfg_attr(docsrs, doc(cfg(feature = $feature)))]
                pub fn $module(&self) -> $module::Client {
                    let handle = self.handle().clone();
                    $module::Client {
                        baseurl: handle.endpoint().base_url($host),
                        client: handle.http().clone(),
                        inner: handle,
                    }
                }
            }
        )*
    };
}
pub(crate) use products;

#[cfg(test)]
mod tests {
    fn assert_send_sync<T: Send + Sync>() {}
    fn assert_send<T: Send>() {}

    #[test]
    fn public_types_are_send_and_sync() {
        assert_send_sync::<crate::Client>();
        assert_send_sync::<crate::ConnectionConfig>();
        assert_send_sync::<crate::Auth>();
        assert_send_sync::<crate::OAuthConfig>();
        assert_send_sync::<crate::AuthorizationHeader>();
        assert_send_sync::<crate::Error>();
        assert_send_sync::<crate::RawRequest>();
        assert_send_sync::<crate::Response<crate::RawBody>>();
        assert_send_sync::<crate::PagePosition>();
        assert_send::<crate::SendFuture<crate::RawBody>>();
        #[cfg(feature = "api-v2010")]
        {
            assert_send_sync::<crate::api_v2010::builder::CreateMessage>();
            assert_send::<crate::Pages<crate::api_v2010::types::Message>>();
            assert_send::<crate::Items<crate::api_v2010::types::Message>>();
        }
        #[cfg(feature = "media")]
        assert_send::<crate::media::Download>();
        #[cfg(feature = "bulk")]
        assert_send_sync::<crate::bulk::BulkSender>();
    }
}
