//! Public types can be shared between threads.
#![cfg(feature = "log")]

use twilio_sdk_audit::{
    AuditError, AuditEvent, AuditEventKind, AuditLog, AuditLogOptions, AuditRecord, AuditSink, ChainHead,
    EventOutcome, NoopAuditSink, RecordFilter, RecordIter, VerifiedLog, VerifyError,
};

#[test]
fn public_types_are_send_and_sync() {
    fn assert_send_sync<T: Send + Sync>() {}
    assert_send_sync::<(AuditEvent, AuditEventKind, EventOutcome, AuditError, NoopAuditSink)>();
    assert_send_sync::<(AuditLog, AuditLogOptions, AuditRecord, ChainHead, RecordFilter, RecordIter)>();
    assert_send_sync::<(VerifiedLog, VerifyError)>();
    assert_send_sync::<Box<dyn AuditSink>>();
}
