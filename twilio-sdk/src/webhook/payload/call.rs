use super::payload;
use crate::types::{AccountSid, CallSid, CallStatus, SecretString, Sid, Timestamp};

crate::types::open_enum! {
    /// Who began a call.
    CallDirection {
        Inbound = "inbound",
        OutboundApi = "outbound-api",
        OutboundDial = "outbound-dial",
        TrunkingOriginating = "trunking-originating",
        TrunkingTerminating = "trunking-terminating",
    }
}

payload! {
    /// A call that asks for instructions: a number's voice URL, or the `action` of a TwiML verb.
    ///
    /// Source: <https://www.twilio.com/docs/voice/twiml#request-parameters>.
    IncomingCall {
        required {
            /// The call.
            call_sid: CallSid = "CallSid",
            /// The account.
            account_sid: AccountSid = "AccountSid",
        }
        optional {
            /// Who calls: a number in E.164 form, a client, or a SIP address.
            from: String = "From",
            /// Who is called.
            to: String = "To",
            /// Where the call is.
            status: super::CallStatus = "CallStatus",
            /// Who began it.
            direction: super::CallDirection = "Direction",
            /// The version of the API that handles the call.
            api_version: String = "ApiVersion",
            /// The number that forwarded the call, where the carrier tells.
            forwarded_from: String = "ForwardedFrom",
            /// The caller's name, where it was looked up.
            caller_name: String = "CallerName",
            /// The call that began this one.
            parent_call_sid: CallSid = "ParentCallSid",
            /// With which the call's caller id can be used for another call. A secret.
            call_token: SecretString = "CallToken",
            /// What STIR/SHAKEN says of the caller's number.
            stir_verstat: String = "StirVerstat",
            /// The keys that were pressed (`<Gather>`).
            digits: String = "Digits",
            /// What was understood (`<Gather>`).
            speech_result: String = "SpeechResult",
            /// How sure that is, from 0 to 1.
            confidence: f64 = "Confidence",
            /// The recording that was made (`<Record>`).
            recording_sid: Sid = "RecordingSid",
            /// Where the recording can be fetched.
            recording_url: String = "RecordingUrl",
            /// The recording's length in seconds.
            recording_duration: u64 = "RecordingDuration",
            /// How the dialled call ended (`<Dial>`).
            dial_call_status: super::CallStatus = "DialCallStatus",
            /// The dialled call (`<Dial>`).
            dial_call_sid: CallSid = "DialCallSid",
            /// The dialled call's length in seconds (`<Dial>`).
            dial_call_duration: u64 = "DialCallDuration",
            /// The caller's city.
            from_city: String = "FromCity",
            /// The caller's state or province.
            from_state: String = "FromState",
            /// The caller's postal code.
            from_zip: String = "FromZip",
            /// The caller's country.
            from_country: String = "FromCountry",
            /// The called number's city.
            to_city: String = "ToCity",
            /// The called number's state or province.
            to_state: String = "ToState",
            /// The called number's postal code.
            to_zip: String = "ToZip",
            /// The called number's country.
            to_country: String = "ToCountry",
        }
    }
}

payload! {
    /// News of a call: what a status callback gets.
    ///
    /// Source: <https://www.twilio.com/docs/voice/api/call-resource#statuscallback>.
    CallStatusCallback {
        required {
            /// The call.
            call_sid: CallSid = "CallSid",
            /// Where it is now.
            status: CallStatus = "CallStatus",
        }
        optional {
            /// The account.
            account_sid: AccountSid = "AccountSid",
            /// Who calls.
            from: String = "From",
            /// Who is called.
            to: String = "To",
            /// Who began it.
            direction: super::CallDirection = "Direction",
            /// The call that began this one.
            parent_call_sid: CallSid = "ParentCallSid",
            /// Its length in seconds, when it has ended.
            call_duration: u64 = "CallDuration",
            /// Its length in minutes, as it is billed.
            duration: u64 = "Duration",
            /// When this happened.
            timestamp: Timestamp = "Timestamp",
            /// The place of this news among the call's, from 0. They may come out of order.
            sequence_number: u64 = "SequenceNumber",
            /// Why Twilio calls, `call-progress-events`.
            callback_source: String = "CallbackSource",
            /// The last SIP status.
            sip_response_code: u32 = "SipResponseCode",
            /// Who answered: `human`, `machine_start`, `fax`, and others.
            answered_by: String = "AnsweredBy",
            /// The recording of the call.
            recording_sid: Sid = "RecordingSid",
            /// Where the recording can be fetched.
            recording_url: String = "RecordingUrl",
            /// The recording's length in seconds.
            recording_duration: u64 = "RecordingDuration",
            /// The version of the API that handles the call.
            api_version: String = "ApiVersion",
        }
    }
}
