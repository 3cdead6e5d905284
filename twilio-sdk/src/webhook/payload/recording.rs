use super::payload;
use crate::types::{AccountSid, CallSid, RecordingSid, RecordingStatus, Sid, Timestamp};

payload! {
    /// News of a recording: what a recording status callback gets.
    ///
    /// Source: <https://www.twilio.com/docs/voice/api/recording#recordingstatuscallback>.
    RecordingStatusCallback {
        required {
            /// The recording.
            recording_sid: RecordingSid = "RecordingSid",
            /// Where it is now.
            status: RecordingStatus = "RecordingStatus",
        }
        optional {
            /// The account.
            account_sid: AccountSid = "AccountSid",
            /// The call that was recorded.
            call_sid: CallSid = "CallSid",
            /// The conference that was recorded.
            conference_sid: Sid = "ConferenceSid",
            /// Where it can be fetched.
            recording_url: String = "RecordingUrl",
            /// Its length in seconds.
            recording_duration: u64 = "RecordingDuration",
            /// How many channels it has, 1 or 2.
            recording_channels: u32 = "RecordingChannels",
            /// What made it, such as `DialVerb`.
            recording_source: String = "RecordingSource",
            /// Which side was recorded: `inbound`, `outbound`, `both`.
            recording_track: String = "RecordingTrack",
            /// When it began.
            recording_start_time: Timestamp = "RecordingStartTime",
            /// Why it failed.
            error_code: u32 = "ErrorCode",
        }
    }
}
