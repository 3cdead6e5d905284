use super::payload;
use crate::types::{AccountSid, MessageSid, MessageStatus, Sid, Timestamp};
use crate::webhook::Params;

/// A file that came with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MessageMedia {
    /// Where it can be fetched, with the account's credentials.
    pub url: String,
    /// Its type, such as `image/jpeg`.
    pub content_type: Option<String>,
}

fn media(params: &mut Params) -> Vec<MessageMedia> {
    let mut media = Vec::new();
    // `NumMedia` is only what the sender says there is; what is there counts.
    while let Some(url) = params.take(&format!("MediaUrl{}", media.len())) {
        let content_type = params.take(&format!("MediaContentType{}", media.len()));
        media.push(MessageMedia { url, content_type });
    }
    media
}

payload! {
    /// A message that came in (SMS, MMS, WhatsApp, RCS).
    ///
    /// Source: <https://www.twilio.com/docs/messaging/guides/webhook-request>.
    IncomingMessage {
        required {
            /// The message.
            message_sid: MessageSid = "MessageSid",
            /// The account that received it.
            account_sid: AccountSid = "AccountSid",
        }
        optional {
            /// Who sent it: a number in E.164 form, or an address such as `whatsapp:+15017122661`.
            from: String = "From",
            /// Whom it was sent to.
            to: String = "To",
            /// The text, up to 1600 characters.
            body: String = "Body",
            /// The messaging service that received it.
            messaging_service_sid: Sid = "MessagingServiceSid",
            /// How many files came with it.
            num_media: u32 = "NumMedia",
            /// Of how many segments it was put together.
            num_segments: u32 = "NumSegments",
            /// Its state.
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
            /// The receiving number's city.
            to_city: String = "ToCity",
            /// The receiving number's state or province.
            to_state: String = "ToState",
            /// The receiving number's postal code.
            to_zip: String = "ToZip",
            /// The receiving number's country.
            to_country: String = "ToCountry",
            /// `STOP`, `START` or `HELP`, where the messaging service handled such a word.
            opt_out_type: String = "OptOutType",
            /// The sender's name (WhatsApp, RCS).
            profile_name: String = "ProfileName",
            /// The sender's id at WhatsApp.
            wa_id: String = "WaId",
            /// Whether it was forwarded (WhatsApp).
            forwarded: bool = "Forwarded",
            /// The text of the button that was pressed.
            button_text: String = "ButtonText",
            /// What the pressed button stands for.
            button_payload: String = "ButtonPayload",
            /// The latitude of a place that was sent, in degrees.
            latitude: f64 = "Latitude",
            /// The longitude of a place that was sent, in degrees.
            longitude: f64 = "Longitude",
            /// The message to which this one is the answer.
            original_replied_message_sid: Sid = "OriginalRepliedMessageSid",
        }
        built {
            /// The files that came with it.
            media: Vec<MessageMedia> = media,
        }
    }
}

payload! {
    /// News of a message that was sent: what a status callback gets.
    ///
    /// Source: <https://www.twilio.com/docs/messaging/guides/track-outbound-message-status>.
    MessageStatusCallback {
        required {
            /// The message.
            message_sid: MessageSid = "MessageSid",
            /// Its state now.
            status: MessageStatus = "MessageStatus",
        }
        optional {
            /// The account that sent it.
            account_sid: AccountSid = "AccountSid",
            /// From whom it was sent.
            from: String = "From",
            /// Whom it was sent to.
            to: String = "To",
            /// The messaging service that sent it.
            messaging_service_sid: Sid = "MessagingServiceSid",
            /// Why it failed, see <https://www.twilio.com/docs/api/errors>.
            error_code: u32 = "ErrorCode",
            /// The same in words, where Twilio gives them.
            error_message: String = "ErrorMessage",
            /// When the carrier says it was delivered, `yymmddhhmm`.
            raw_dlr_done_date: String = "RawDlrDoneDate",
            /// The channel, such as `whatsapp`.
            channel_prefix: String = "ChannelPrefix",
            /// What the channel says of it.
            channel_status_message: String = "ChannelStatusMessage",
            /// What happened, for channels that tell: `DELIVERED`, `READ`.
            event_type: String = "EventType",
            /// When it happened.
            timestamp: Timestamp = "Timestamp",
            /// The version of the API that the account uses.
            api_version: String = "ApiVersion",
        }
    }
}
