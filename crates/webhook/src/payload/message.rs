use super::payload;
use crate::FormParams;
use twilio_sdk_types::{AccountSid, MessageSid, MessageStatus, Sid, Timestamp};

/// A media file of a message.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct MessageMedia {
    /// The URL of the file. Fetch it with the account's credentials.
    pub url: String,
    /// The media type, such as `image/jpeg`.
    pub content_type: Option<String>,
}

fn media(params: &mut FormParams) -> Vec<MessageMedia> {
    let mut media = Vec::new();
    // The URLs count, not `NumMedia`, which may disagree with them.
    while let Some(url) = params.take(&format!("MediaUrl{}", media.len())) {
        let content_type = params.take(&format!("MediaContentType{}", media.len()));
        media.push(MessageMedia { url, content_type });
    }
    media
}

payload! {
    /// An incoming message (SMS, MMS, WhatsApp, RCS).
    ///
    /// Source: <https://www.twilio.com/docs/messaging/guides/webhook-request>.
    IncomingMessage {
        required {
            /// The SID of the message.
            message_sid: MessageSid = "MessageSid",
            /// The SID of the account that received the message.
            account_sid: AccountSid = "AccountSid",
        }
        optional {
            /// The sender: a number in E.164 format, or an address such as `whatsapp:+15017122661`.
            from: String = "From",
            /// The recipient.
            to: String = "To",
            /// The text of the message, up to 1600 characters.
            body: String = "Body",
            /// The SID of the messaging service that received the message.
            messaging_service_sid: Sid = "MessagingServiceSid",
            /// The number of media files.
            num_media: u32 = "NumMedia",
            /// The number of segments.
            num_segments: u32 = "NumSegments",
            /// The status of the message.
            status: super::MessageStatus = "SmsStatus",
            /// The version of the API that the account uses.
            api_version: String = "ApiVersion",
            /// The sender's city.
            from_city: String = "FromCity",
            /// The sender's state or province.
            from_state: String = "FromState",
            /// The sender's postal code.
            from_zip: String = "FromZip",
            /// The sender's country.
            from_country: String = "FromCountry",
            /// The recipient's city.
            to_city: String = "ToCity",
            /// The recipient's state or province.
            to_state: String = "ToState",
            /// The recipient's postal code.
            to_zip: String = "ToZip",
            /// The recipient's country.
            to_country: String = "ToCountry",
            /// `STOP`, `START` or `HELP`, if the messaging service handled such a keyword.
            opt_out_type: String = "OptOutType",
            /// The sender's name (WhatsApp, RCS).
            profile_name: String = "ProfileName",
            /// The sender's WhatsApp ID.
            wa_id: String = "WaId",
            /// Whether the message was forwarded (WhatsApp).
            forwarded: bool = "Forwarded",
            /// The text of the pressed button.
            button_text: String = "ButtonText",
            /// The payload of the pressed button.
            button_payload: String = "ButtonPayload",
            /// The latitude of a shared location, in degrees.
            latitude: f64 = "Latitude",
            /// The longitude of a shared location, in degrees.
            longitude: f64 = "Longitude",
            /// The SID of the message that this one replies to.
            original_replied_message_sid: Sid = "OriginalRepliedMessageSid",
        }
        built {
            /// The media files of the message.
            media: Vec<MessageMedia> = media,
        }
    }
}

payload! {
    /// A status callback of an outgoing message.
    ///
    /// Source: <https://www.twilio.com/docs/messaging/guides/track-outbound-message-status>.
    MessageStatusCallback {
        required {
            /// The SID of the message.
            message_sid: MessageSid = "MessageSid",
            /// The status of the message.
            status: MessageStatus = "MessageStatus",
        }
        optional {
            /// The SID of the account that sent the message.
            account_sid: AccountSid = "AccountSid",
            /// The sender.
            from: String = "From",
            /// The recipient.
            to: String = "To",
            /// The SID of the messaging service that sent the message.
            messaging_service_sid: Sid = "MessagingServiceSid",
            /// The code of the failure, see <https://www.twilio.com/docs/api/errors>.
            error_code: u32 = "ErrorCode",
            /// The description of the failure, if Twilio sends one.
            error_message: String = "ErrorMessage",
            /// The delivery time that the carrier reports, as `yymmddhhmm`.
            raw_dlr_done_date: String = "RawDlrDoneDate",
            /// The channel, such as `whatsapp`.
            channel_prefix: String = "ChannelPrefix",
            /// The status message of the channel.
            channel_status_message: String = "ChannelStatusMessage",
            /// The event that the channel reports, such as `DELIVERED` or `READ`.
            event_type: String = "EventType",
            /// When the event occurred.
            timestamp: Timestamp = "Timestamp",
            /// The version of the API that the account uses.
            api_version: String = "ApiVersion",
        }
    }
}
