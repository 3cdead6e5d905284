//! Every permission, for every role, at every entry point that it names.

use std::sync::Arc;
use std::time::Duration;

use twilio_sdk_access::{
    AccessControl, AccessError, Change, Guarded, GuardedConfig, LogView, MemoryAccessStore, Permission,
    Principal, Roles, UserRecord,
};
use twilio_sdk_audit::{AuditEvent, AuditEventKind, AuditLog, EventOutcome, RecordFilter};

use crate::folder::Folder;
use crate::{Recorder, add, first, taken};

/// Everything that a program may guard.
struct Program {
    access: AccessControl,
    admin: Principal,
    config: GuardedConfig<String>,
    client: Guarded<&'static str>,
    results: Guarded<Vec<u8>>,
    vault: Guarded<Vec<&'static str>>,
    log: Guarded<LogView>,
    analytics: Guarded<u64>,
    recorder: Recorder,
}

async fn program(folder: &Folder, store: &Arc<MemoryAccessStore>) -> Program {
    let mut roles = Roles::new();
    for permission in Permission::ALL {
        roles = roles.with_role(&format!("only-{permission}"), &[*permission]).unwrap();
    }
    let recorder = Recorder::default();
    let access = AccessControl::new(Arc::clone(store), roles, recorder.clone());
    let admin = first(&access).await;
    let log = AuditLog::open(folder.file("audit.log")).unwrap();
    twilio_sdk_audit::AuditSink::record(&log, &AuditEvent::new(AuditEventKind::TokenIssue, EventOutcome::Ok))
        .unwrap();
    Program {
        config: access.guard_config("test".to_owned()),
        client: access.guard_client("client"),
        results: access.guard_results(vec![1, 2, 3]),
        vault: access.guard_vault(vec!["secret"]),
        log: access.guard_log(folder.file("audit.log")),
        analytics: access.guard_analytics(17),
        access,
        admin,
        recorder,
    }
}

type Done = Result<(), AccessError>;

impl Program {
    /// Each entry point with the permission that it takes, and what an principal is told there.
    async fn try_all(&mut self, principal: &Principal, round: &str) -> Vec<(&'static str, Permission, Done)> {
        use Permission::{
            EditConfig, ManageCredentials, ManageUsers, SendRequests, ViewAnalytics, ViewConfig, ViewLogs,
            ViewResults,
        };
        // What a manager without other rights may change: people who have no other rights either.
        let (access, role) = (&self.access, "only-manage_users");
        let target = add(access, &self.admin, &format!("target-{round}"), role).await.info;
        let other = add(access, &self.admin, &format!("other-{round}"), role).await.info;
        let set = self.config.edit(principal, |config| *config = format!("test/{round}"));
        let mut done =
            vec![("view the configuration", ViewConfig, self.config.view(principal).await.map(drop))];
        done.push(("edit the configuration", EditConfig, set.await));
        done.push(("use the client", SendRequests, self.client.get(principal).await.map(drop)));
        done.push((
            "see results",
            ViewResults,
            self.results.get(principal).await.map(|all| assert_eq!(all.len(), 3)),
        ));
        done.push(("change results", ViewResults, self.results.get_mut(principal).await.map(drop)));
        done.push((
            "read the vault",
            ManageCredentials,
            self.vault.get(principal).await.map(|vault| assert!(vault.len() < 1000)),
        ));
        done.push((
            "read the log",
            ViewLogs,
            self.log.get(principal).await.map(|log| {
                assert_eq!(log.tail(5).unwrap().len(), 1);
                assert_eq!(log.search(RecordFilter::new()).unwrap().count(), 1);
                log.verify(None).unwrap();
            }),
        ));
        done.push(("see analytics", ViewAnalytics, self.analytics.get(principal).await.map(drop)));
        let name = format!("new-{round}");
        done.push(("add a user", ManageUsers, access.add_user(principal, &name, role).await.map(drop)));
        done.push((
            "set a role",
            ManageUsers,
            access.set_role(principal, &target.user, role).await.map(drop),
        ));
        done.push(("list users", ManageUsers, access.list_users(principal).await.map(drop)));
        done.push(("list keys", ManageUsers, access.list_keys(principal, None).await.map(drop)));
        done.push((
            "issue a key",
            ManageUsers,
            access.issue_key(principal, &target.user, None).await.map(drop),
        ));
        let rotated = access.rotate_key(principal, &target.id, Duration::ZERO, None).await;
        done.push(("rotate a key", ManageUsers, rotated.map(drop)));
        done.push(("revoke a key", ManageUsers, access.revoke_key(principal, &other.id).await.map(drop)));
        done.push(("remove a user", ManageUsers, access.remove_user(principal, &target.user).await));
        for permission in Permission::ALL {
            done.push(("require", *permission, access.require(principal, *permission).await));
        }
        done
    }
}

/// What the roles allow, written down once more.
const MATRIX: &[(&str, &str)] = &[
    (
        "admin",
        "view_config edit_config send_requests view_results manage_users manage_credentials view_logs access_analytics",
    ),
    ("operator", "view_config send_requests view_results view_logs access_analytics"),
    ("developer", "view_config edit_config view_results view_logs"),
    ("viewer", "view_config view_results"),
    ("only-view_config", "view_config"),
    ("only-edit_config", "edit_config"),
    ("only-send_requests", "send_requests"),
    ("only-view_results", "view_results"),
    ("only-manage_users", "manage_users"),
    ("only-manage_credentials", "manage_credentials"),
    ("only-view_logs", "view_logs"),
    ("only-access_analytics", "access_analytics"),
    // In the store only.
    ("superuser", ""),
];

#[tokio::test]
async fn weakness_31_every_permission_is_enforced_for_every_role_at_every_entry_point() {
    let (folder, store) = (Folder::new(), Arc::new(MemoryAccessStore::new()));
    let mut program = program(&folder, &store).await;
    for (role, allowed) in MATRIX {
        let stored = if *role == "superuser" { "viewer" } else { role };
        let issued = add(&program.access, &program.admin, &format!("user-{role}"), stored).await;
        let principal = program.access.authenticate(&issued.key).await.unwrap();
        if *role == "superuser" {
            let user = UserRecord {
                name: principal.name().to_owned(),
                role: (*role).to_owned(),
                created_at: time::OffsetDateTime::UNIX_EPOCH,
            };
            let put = Box::new(move |_: &_| Ok(vec![Change::PutUser(user)]));
            twilio_sdk_access::AccessStore::transact(&*store, put).await.unwrap();
        }
        let entries = program.try_all(&principal, role).await;
        assert_eq!(entries.len(), 24);
        for (entry, permission, done) in entries {
            let may = allowed.split(' ').any(|name| name == permission.as_str());
            match done {
                Ok(()) => assert!(may, "{role} could {entry} ({permission})"),
                Err(AccessError::Denied(denied)) => {
                    assert!(!may && denied == permission, "{role} could not {entry} ({permission})");
                }
                Err(error) => panic!("{role}, {entry}: {error}"),
            }
        }
    }
}

#[tokio::test]
async fn weakness_31_a_guard_refuses_actors_of_other_stores_and_records_it() {
    let (folder, store) = (Folder::new(), Arc::new(MemoryAccessStore::new()));
    let mut program = program(&folder, &store).await;
    let elsewhere =
        AccessControl::new(MemoryAccessStore::new(), Roles::new(), twilio_sdk_audit::NoopAuditSink);
    let stranger = first(&elsewhere).await;
    assert_eq!((stranger.name(), stranger.role()), (program.admin.name(), program.admin.role()));
    program.recorder.events();
    for (entry, _, done) in program.try_all(&stranger, "stranger").await {
        assert!(matches!(done, Err(AccessError::Denied(_))), "{entry}");
    }
    let lines = taken(&program.recorder);
    for resource in ["configuration", "client", "results", "vault", "audit log", "analytics", "users", "keys"]
    {
        let end = format!(" {resource}");
        assert!(
            lines.iter().any(|line| line.starts_with("authz denied ada") && line.ends_with(&end)),
            "{resource}"
        );
    }
    assert!(!lines.iter().any(|line| line.starts_with("config.change")), "{lines:?}");
    let shown = format!("{:?}{:?}{:?}", program.results, program.config, program.vault);
    assert!(shown.contains("ViewResults") && !shown.contains("[1, 2, 3]"), "{shown}");
}
