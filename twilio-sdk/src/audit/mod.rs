//! Audit events, the trait that receives them, and with feature `audit` a log of them: the crate `twilio-sdk-audit`.

#[cfg(feature = "audit")]
mod log;

pub use twilio_sdk_audit::*;

#[cfg(feature = "admin")]
pub(crate) use log::all as files_of_log;
#[cfg(feature = "audit")]
#[cfg_attr(docsrs, doc(cfg(feature = "audit")))]
pub use log::{
    AuditLog, AuditLogOptions, AuditRecord, ChainHead, RecordFilter, RecordIter, Recorded, SyncPolicy,
    Tampering, VerifiedLog, VerifyError, read_tail, search_log, verify_log,
};
#[cfg(any(feature = "access", feature = "vault"))]
pub(crate) use twilio_sdk_audit::internal::PendingChange;
pub(crate) use twilio_sdk_audit::internal::Recorder;
