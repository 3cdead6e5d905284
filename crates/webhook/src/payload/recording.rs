use super::payload;
use twilio_sdk_types::{AccountSid, CallSid, RecordingSid, RecordingStatus, Sid, Timestamp};

payload! {
    /// A status callback of a recording.
    ///
    /// Source: <https://www.twilio.com/docs/voice/api/recording#recordingstatuscallback>.
    RecordingStatusCallback {
        required {
            /// The SID of the recording.
            recording_sid: RecordingSid = "RecordingSid",
            /// The status of the recording.
            status: RecordingStatus = "RecordingStatus",
        }
        optional {
            /// The SID of the account.
            account_sid: AccountSid = "AccountSid",
            /// The SID of the recorded call.
            call_sid: CallSid = "CallSid",
            /// The SID of the recorded conference.
            conference_sid: Sid = "ConferenceSid",
            /// The URL of the recording. Fetch it with the account's credentials.
            recording_url: String = "RecordingUrl",
            /// The duration, in seconds.
            recording_duration: u64 = "RecordingDuration",
            /// The number of channels, 1 or 2.
            recording_channels: u32 = "RecordingChannels",
            /// What started the recording, such as `DialVerb`.
            recording_source: String = "RecordingSource",
            /// The recorded track: `inbound`, `outbound` or `both`.
            recording_track: String = "RecordingTrack",
            /// When the recording started.
            recording_start_time: Timestamp = "RecordingStartTime",
            /// The code of the failure, see <https://www.twilio.com/docs/api/errors>.
            error_code: u32 = "ErrorCode",
        }
    }
}
