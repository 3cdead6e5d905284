//! The state that the connections of an emulator share.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};

use super::auth::Accepted;
use super::connection::Counters;
use super::lock::lock;
use super::media::Files;
use super::oauth::TokenServer;
use super::record::{RecordedRequest, Records};
use super::reply::Reply;
use super::rules::FaultPlan;

/// Receives every request once its response is known.
pub(super) type Hook = Arc<dyn Fn(&RecordedRequest) + Send + Sync>;

/// Settings, recorded requests, stubs and faults of an emulator.
pub(super) struct State {
    pub(super) base_url: String,
    pub(super) accepted: Accepted,
    pub(super) items_per_list: usize,
    pub(super) link_to_twilio_hosts: bool,
    pub(super) max_body_bytes: usize,
    pub(super) max_recorded_requests: usize,
    pub(super) max_recorded_bytes: usize,
    pub(super) hook: Option<Hook>,
    pub(super) records: Mutex<Records>,
    pub(super) next_stubs: Mutex<VecDeque<Reply>>,
    pub(super) operation_stubs: Mutex<HashMap<String, Reply>>,
    pub(super) serial: AtomicU64,
    pub(super) tokens: TokenServer,
    pub(super) faults: Arc<Mutex<FaultPlan>>,
    pub(super) counters: Arc<Counters>,
    pub(super) files: Files,
}

impl State {
    /// Takes the next response of [`Emulator::stub_next`](super::Emulator::stub_next).
    pub(super) fn take_next_stub(&self) -> Option<Reply> {
        lock(&self.next_stubs).pop_front()
    }

    /// Returns the response that [`Emulator::stub_operation`](super::Emulator::stub_operation) set for the request's
    /// operation.
    pub(super) fn operation_stub(&self, record: &RecordedRequest) -> Option<Reply> {
        let (product, id) = (record.product?, record.operation_id?);
        let stubs = lock(&self.operation_stubs);
        stubs.get(&format!("{product}/{id}")).or_else(|| stubs.get(id)).cloned()
    }

    /// Records a request and passes it to the hook.
    pub(super) fn record(&self, record: RecordedRequest) {
        if let Some(hook) = &self.hook {
            hook(&record);
        }
        lock(&self.records).push(record, self.max_recorded_requests, self.max_recorded_bytes);
    }
}
