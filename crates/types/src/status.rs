//! Statuses that both the REST API and webhooks carry.
//!
//! The generator reads the same values from the specification of the 2010 API; a test of the workspace compares the two.

crate::open_enum! {
    /// The status of a call, in the API and in webhooks.
    ///
    /// Any other value is kept in `Unknown`.
    CallStatus {
        Queued = "queued",
        Ringing = "ringing",
        InProgress = "in-progress",
        Completed = "completed",
        Busy = "busy",
        Failed = "failed",
        NoAnswer = "no-answer",
        Canceled = "canceled",
        Initiated = "initiated",
    }
}

crate::open_enum! {
    /// The status of a message, in the API and in webhooks.
    ///
    /// Any other value is kept in `Unknown`.
    MessageStatus {
        Queued = "queued",
        Sending = "sending",
        Sent = "sent",
        Failed = "failed",
        Delivered = "delivered",
        Undelivered = "undelivered",
        Receiving = "receiving",
        Received = "received",
        Accepted = "accepted",
        Scheduled = "scheduled",
        Read = "read",
        PartiallyDelivered = "partially_delivered",
        Canceled = "canceled",
    }
}

crate::open_enum! {
    /// The status of a recording, in the API and in webhooks.
    ///
    /// Any other value is kept in `Unknown`.
    RecordingStatus {
        InProgress = "in-progress",
        Paused = "paused",
        Stopped = "stopped",
        Processing = "processing",
        Completed = "completed",
        Absent = "absent",
        Deleted = "deleted",
        Failed = "failed",
    }
}
