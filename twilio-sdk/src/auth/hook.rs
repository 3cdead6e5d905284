//! The hooks of every product's client, the only place where credentials enter requests.

use crate::runtime::Handle;

/// The `pre` hook of a client: sets the credentials, replacing existing ones.
///
/// The runtime marks requests of operations without credentials with an empty header, which is removed here.
pub(crate) fn authorize(handle: &Handle, request: &mut crate::runtime::HttpRequest) {
    let anonymous = request.headers_mut().remove(ANONYMOUS).is_some();
    let prepared = request.headers_mut().remove(PREPARED);
    handle.auth().clear(request);
    if !anonymous {
        handle.auth().set(request, prepared);
    }
}

/// The header by which the runtime tells the hook that an operation takes no credentials. It is never sent.
pub(crate) const ANONYMOUS: http::HeaderName = http::HeaderName::from_static("x-twilio-sdk-anonymous");

/// The header in which the runtime passes the token of an attempt to the hook. It is never sent.
pub(crate) const PREPARED: http::HeaderName = http::HeaderName::from_static("x-twilio-sdk-prepared");

/// Implements progenitor's hooks for a product's client, and the runtime's access to them.
macro_rules! hooks {
    ($client:ty, $product:expr, $host:literal) => {
        impl progenitor_client::ClientHooks<crate::runtime::Handle> for $client {
            async fn pre<E>(
                &self,
                request: &mut crate::runtime::HttpRequest,
                _: &progenitor_client::OperationInfo,
            ) -> std::result::Result<(), progenitor_client::Error<E>> {
                use progenitor_client::ClientInfo;
                crate::auth::authorize(self.inner(), request);
                Ok(())
            }
        }

        impl crate::runtime::Dispatch for $client {
            fn dispatch<'a>(
                &'a self,
                request: crate::runtime::HttpRequest,
                operation: &'static crate::runtime::Operation,
            ) -> crate::runtime::Dispatching<'a> {
                Box::pin(crate::runtime::through_hooks(self, request, operation))
            }

            fn handle(&self) -> &crate::runtime::Handle {
                progenitor_client::ClientInfo::inner(self)
            }

            fn product(&self) -> &'static str {
                $product
            }

            fn base_url(&self) -> &str {
                progenitor_client::ClientInfo::baseurl(self)
            }

            fn host(&self) -> &'static str {
                $host
            }

            fn pii(&self) -> &'static [&'static str] {
                PII
            }

            #[cfg(feature = "request-validation")]
            fn rules(&self) -> crate::runtime::Rules {
                rules::OPERATIONS
            }
        }
    };
}
pub(crate) use hooks;
