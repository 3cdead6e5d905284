use crate::types::SecretString;
use crate::types::{
    AccountSid, MediaSid, ServerlessResourceSid, ServerlessResourceVersionSid, ServerlessServiceSid,
    ServiceSid, Timestamp,
};

crate::types::open_enum! {
    /// The visibility of a version of an asset or function.
    Visibility {
        Public = "public",
        Protected = "protected",
        Private = "private",
    }
}

/// Defines a model that is read like those of the specifications.
macro_rules! model {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$field_doc])* pub $field: Option<$type>,)*
            /// Properties without a field of their own.
            pub extra: crate::types::Extra,
        }

        impl crate::runtime::ReadFields for $name {
            fn read<'de, A: serde::de::MapAccess<'de>>(
                &mut self,
                name: &str,
                value: crate::runtime::FieldReader<'_, A>,
            ) -> crate::runtime::Unread<A::Error> {
                match name {
                    $(stringify!($field) => value.read(&mut self.$field),)*
                    _ => value.unknown(),
                }
            }

            fn extra_mut(&mut self) -> &mut crate::types::Extra {
                &mut self.extra
            }
        }

        crate::types::deserialize_models! { $name }

        #[cfg(feature = "serialize")]
        impl crate::runtime::WriteFields for $name {
            fn write(&self, out: &mut crate::runtime::FieldWriter<'_>) {
                $(out.field(stringify!($field), &self.$field);)*
                out.extra(&self.extra);
            }
        }

        #[cfg(feature = "serialize")]
        crate::types::serialize_models! { $name }
    };
}

model! {
    /// A version of a serverless asset, the response of its upload.
    AssetVersion {
        /// `sid`: the version.
        sid: ServerlessResourceVersionSid,
        /// `account_sid`.
        account_sid: AccountSid,
        /// `service_sid`.
        service_sid: ServerlessServiceSid,
        /// `asset_sid`: the asset.
        asset_sid: ServerlessResourceSid,
        /// `path`: its path on the service's domain.
        path: String,
        /// `visibility`.
        visibility: Visibility,
        /// `date_created`.
        date_created: Timestamp,
        /// `url`: the URL of the version at the API.
        url: String,
    }
}

model! {
    /// A version of a serverless function, the response of its upload.
    FunctionVersion {
        /// `sid`: the version.
        sid: ServerlessResourceVersionSid,
        /// `account_sid`.
        account_sid: AccountSid,
        /// `service_sid`.
        service_sid: ServerlessServiceSid,
        /// `function_sid`: the function.
        function_sid: ServerlessResourceSid,
        /// `path`: its path on the service's domain.
        path: String,
        /// `visibility`.
        visibility: Visibility,
        /// `date_created`.
        date_created: Timestamp,
        /// `url`: the URL of the version at the API.
        url: String,
    }
}

model! {
    /// A file of Conversations.
    ConversationMedia {
        /// `sid`: the `media_sid` of a message.
        sid: MediaSid,
        /// `account_sid`.
        account_sid: AccountSid,
        /// `service_sid`: the Conversations service.
        service_sid: ServiceSid,
        /// `filename`.
        filename: String,
        /// `content_type`.
        content_type: String,
        /// `size`: in bytes.
        size: i64,
        /// `category`, such as `media`.
        category: String,
        /// `date_created`.
        date_created: Timestamp,
        /// `date_updated`.
        date_updated: Timestamp,
        /// `url`: the URL of the file at the API.
        url: String,
        /// `links`: links to the content.
        links: ConversationMediaLinks,
    }
}

model! {
    /// Links to the content of a Conversations file.
    ConversationMediaLinks {
        /// `content`: the path at the API.
        content: String,
        /// `content_direct_temporary`: a URL that needs no credentials and is valid for some minutes.
        content_direct_temporary: SecretString,
    }
}
