use super::payload;
use twilio_sdk_types::{AccountSid, CallSid, CallStatus, SecretString, Sid, Timestamp};

twilio_sdk_types::open_enum! {
    /// Who started a call: a caller, the API or a TwiML verb.
    CallDirection {
        Inbound = "inbound",
        OutboundApi = "outbound-api",
        OutboundDial = "outbound-dial",
        TrunkingOriginating = "trunking-originating",
        TrunkingTerminating = "trunking-terminating",
    }
}

payload! {
    /// A phone call that requests TwiML: from the voice URL of a number, or the `action` of a TwiML verb.
    ///
    /// Source: <https://www.twilio.com/docs/voice/twiml#request-parameters>.
    IncomingCall {
        required {
            /// The SID of the call.
            call_sid: CallSid = "CallSid",
            /// The SID of the account.
            account_sid: AccountSid = "AccountSid",
        }
        optional {
            /// The caller: a number in E.164 format, a client or a SIP address.
            from: String = "From",
            /// The callee.
            to: String = "To",
            /// The status of the call.
            status: super::CallStatus = "CallStatus",
            /// Who started the call.
            direction: super::CallDirection = "Direction",
            /// The version of the API that handles the call.
            api_version: String = "ApiVersion",
            /// The number that forwarded the call, if the carrier reports it.
            forwarded_from: String = "ForwardedFrom",
            /// The caller's name, if caller ID lookup is enabled.
            caller_name: String = "CallerName",
            /// The SID of the call that started this one.
            parent_call_sid: CallSid = "ParentCallSid",
            /// A secret token that allows another call with the caller ID of this one.
            call_token: SecretString = "CallToken",
            /// The STIR/SHAKEN verification of the caller's number.
            stir_verstat: String = "StirVerstat",
            /// The pressed keys (`<Gather>`).
            digits: String = "Digits",
            /// The recognized speech (`<Gather>`).
            speech_result: String = "SpeechResult",
            /// The confidence of the speech recognition, from 0 to 1.
            confidence: f64 = "Confidence",
            /// The SID of the recording (`<Record>`).
            recording_sid: Sid = "RecordingSid",
            /// The URL of the recording.
            recording_url: String = "RecordingUrl",
            /// The duration of the recording, in seconds.
            recording_duration: u64 = "RecordingDuration",
            /// The final status of the dialed call (`<Dial>`).
            dial_call_status: super::CallStatus = "DialCallStatus",
            /// The SID of the dialed call (`<Dial>`).
            dial_call_sid: CallSid = "DialCallSid",
            /// The duration of the dialed call, in seconds (`<Dial>`).
            dial_call_duration: u64 = "DialCallDuration",
            /// The caller's city.
            from_city: String = "FromCity",
            /// The caller's state or province.
            from_state: String = "FromState",
            /// The caller's postal code.
            from_zip: String = "FromZip",
            /// The caller's country.
            from_country: String = "FromCountry",
            /// The callee's city.
            to_city: String = "ToCity",
            /// The callee's state or province.
            to_state: String = "ToState",
            /// The callee's postal code.
            to_zip: String = "ToZip",
            /// The callee's country.
            to_country: String = "ToCountry",
        }
    }
}

payload! {
    /// A status callback of a call.
    ///
    /// Source: <https://www.twilio.com/docs/voice/api/call-resource#statuscallback>.
    CallStatusCallback {
        required {
            /// The SID of the call.
            call_sid: CallSid = "CallSid",
            /// The status of the call.
            status: CallStatus = "CallStatus",
        }
        optional {
            /// The SID of the account.
            account_sid: AccountSid = "AccountSid",
            /// The caller.
            from: String = "From",
            /// The callee.
            to: String = "To",
            /// Who started the call.
            direction: super::CallDirection = "Direction",
            /// The SID of the call that started this one.
            parent_call_sid: CallSid = "ParentCallSid",
            /// The duration of a completed call, in seconds.
            call_duration: u64 = "CallDuration",
            /// The billed duration, in minutes.
            duration: u64 = "Duration",
            /// When the status changed.
            timestamp: Timestamp = "Timestamp",
            /// The number of this callback, from 0. Callbacks may arrive out of order.
            sequence_number: u64 = "SequenceNumber",
            /// The source of the callback: `call-progress-events`.
            callback_source: String = "CallbackSource",
            /// The final SIP status code.
            sip_response_code: u32 = "SipResponseCode",
            /// The result of answering machine detection, such as `human`, `machine_start` or `fax`.
            answered_by: String = "AnsweredBy",
            /// The SID of the call's recording.
            recording_sid: Sid = "RecordingSid",
            /// The URL of the recording.
            recording_url: String = "RecordingUrl",
            /// The duration of the recording, in seconds.
            recording_duration: u64 = "RecordingDuration",
            /// The version of the API that handles the call.
            api_version: String = "ApiVersion",
        }
    }
}
