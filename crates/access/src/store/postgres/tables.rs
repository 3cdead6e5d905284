use std::time::Duration;

use tokio_postgres::types::{FromSql, ToSql, Type};
use tokio_postgres::{Client, GenericClient, Row};

use super::connection::within;
use crate::store::{to_hash, to_number, to_time};
use crate::{AccessError, Change, KeyRecord, StoreSnapshot, UserRecord};

/// The version of the tables.
const VERSION: i32 = 2;

/// Locked while tables are created, because `IF NOT EXISTS` alone fails when two programs start at once.
const MAKING: &str = "SELECT pg_advisory_xact_lock(2004312419)";

const TABLES: &str = "
    CREATE TABLE twilio_access_users (
        name text PRIMARY KEY,
        role text NOT NULL,
        created_at bigint NOT NULL
    );
    CREATE TABLE twilio_access_keys (
        id text PRIMARY KEY,
        owner text NOT NULL REFERENCES twilio_access_users (name) ON DELETE CASCADE,
        hash bytea NOT NULL CHECK (octet_length(hash) = 32),
        created_at bigint NOT NULL,
        expires_at bigint,
        revoked_at bigint,
        last_used_at bigint
    );
    CREATE INDEX twilio_access_keys_of_owner ON twilio_access_keys (owner);
    CREATE TABLE twilio_access_version (version integer NOT NULL);
    INSERT INTO twilio_access_version (version) VALUES (1);
";

/// What version 2 adds.
const BINDINGS: &str = "
    CREATE TABLE twilio_access_bindings (
        name text PRIMARY KEY,
        value text NOT NULL
    );
    UPDATE twilio_access_version SET version = 2;
";

/// Which tables of each version exist.
const THERE: &str = "
    SELECT to_regclass('twilio_access_version') IS NOT NULL,
           (to_regclass('twilio_access_users') IS NOT NULL)::int
               + (to_regclass('twilio_access_keys') IS NOT NULL)::int,
           to_regclass('twilio_access_bindings') IS NOT NULL
";

/// Changes and records of uses wait for this lock; reads do not.
pub(super) const ALONE: &str =
    "LOCK TABLE twilio_access_users, twilio_access_keys IN SHARE ROW EXCLUSIVE MODE";

/// A user with a key, either of which may be missing.
const ROW: &str = "SELECT u.name, u.role, u.created_at, k.id, k.hash, k.created_at, k.expires_at, k.revoked_at, \
                   k.last_used_at FROM twilio_access_users u";

/// Creates missing tables, adds those of newer versions, and checks that all exist.
pub(super) async fn ensure(client: &mut Client, timeout: Duration) -> Result<(), AccessError> {
    let what = "making the tables";
    let making = within(timeout, what, client.transaction()).await?;
    within(timeout, what, making.batch_execute(MAKING)).await?;
    let there = within(timeout, what, making.query_one(THERE, &[])).await?;
    if !get::<bool>(&there, 0)? {
        if get::<i32>(&there, 1)? > 0 || get::<bool>(&there, 2)? {
            return Err(odd("some tables twilio_access_... are there without twilio_access_version"));
        }
        within(timeout, what, making.batch_execute(TABLES)).await?;
    }
    let version = version(&making, timeout).await?;
    if version > VERSION {
        return Err(AccessError::Store(format!(
            "PostgreSQL: the tables have version {version}, and this program knows version {VERSION}; use a newer program"
        )));
    }
    if version < VERSION {
        within(
            timeout,
            "adding the table twilio_access_bindings, which takes CREATE on the schema and UPDATE on \
                         twilio_access_version once",
            making.batch_execute(BINDINGS),
        )
        .await?;
    }
    let there = within(timeout, what, making.query_one(THERE, &[])).await?;
    if get::<i32>(&there, 1)? != 2 || !get::<bool>(&there, 2)? {
        let missing = format!(
            "twilio_access_version says version {version}, and not all of twilio_access_users, twilio_access_keys and \
             twilio_access_bindings are there"
        );
        return Err(odd(&missing));
    }
    within(timeout, what, making.commit()).await
}

/// Reads the version of the tables.
async fn version(client: &impl GenericClient, timeout: Duration) -> Result<i32, AccessError> {
    let query = "SELECT version FROM twilio_access_version LIMIT 2";
    let rows = within(timeout, "reading the version of the tables", client.query(query, &[])).await?;
    match rows.as_slice() {
        [row] => match get::<i32>(row, 0)? {
            version @ 1.. => Ok(version),
            _ => Err(odd("twilio_access_version holds a version that there is not")),
        },
        [] => Err(odd("the table twilio_access_version is empty")),
        _ => Err(odd("the table twilio_access_version has several rows, and must have one")),
    }
}

/// The error for tables that another program changed.
fn odd(what: &str) -> AccessError {
    AccessError::Store(format!(
        "PostgreSQL: {what}; restore the tables twilio_access_... from a backup, or drop all of them to begin anew, which \
         removes all users and keys"
    ))
}

/// Reads everything. One statement reads users and keys consistently.
pub(super) async fn records(
    client: &impl GenericClient,
    timeout: Duration,
) -> Result<StoreSnapshot, AccessError> {
    let query = format!("{ROW} LEFT JOIN twilio_access_keys k ON k.owner = u.name");
    let rows = within(timeout, "reading users and keys", client.query(&query, &[])).await?;
    let query = "SELECT name, value FROM twilio_access_bindings";
    let bindings = within(timeout, "reading what the users belong to", client.query(query, &[])).await?;
    let mut records = StoreSnapshot::default();
    for row in bindings {
        records.bindings.put(get(&row, 0)?, get(&row, 1)?)?;
    }
    for row in rows {
        let user = user(&row)?;
        if let Some(key) = key(&row, &user.name)? {
            records.apply(&Change::PutKey(key));
        }
        records.apply(&Change::PutUser(user));
    }
    Ok(records)
}

pub(super) async fn find(
    client: &Client,
    timeout: Duration,
    id: &str,
) -> Result<Option<(KeyRecord, UserRecord)>, AccessError> {
    let query = format!("{ROW} JOIN twilio_access_keys k ON k.owner = u.name WHERE k.id = $1");
    // With given types, a statement needs no preparation; this one runs at every check.
    let values: [(&(dyn ToSql + Sync), Type); 1] = [(&id, Type::TEXT)];
    let row = within(timeout, "looking a key up", client.query_typed_opt(&query, &values)).await?;
    let Some(row) = row else { return Ok(None) };
    let user = user(&row)?;
    Ok(key(&row, &user.name)?.map(|key| (key, user)))
}

pub(super) async fn write(
    client: &impl GenericClient,
    timeout: Duration,
    write: &Change,
) -> Result<(), AccessError> {
    let what = "changing users and keys";
    match write {
        Change::PutUser(user) => {
            let put = "INSERT INTO twilio_access_users (name, role, created_at) VALUES ($1, $2, $3)
                       ON CONFLICT (name) DO UPDATE SET role = excluded.role, created_at = excluded.created_at";
            let created_at = to_number(user.created_at);
            within(timeout, what, client.execute(put, &[&user.name, &user.role, &created_at])).await?;
        }
        Change::RemoveUser(name) => {
            let remove = "DELETE FROM twilio_access_users WHERE name = $1";
            within(timeout, what, client.execute(remove, &[name])).await?;
        }
        Change::Bind(bindings) => {
            within(timeout, what, client.execute("DELETE FROM twilio_access_bindings", &[])).await?;
            let put = "INSERT INTO twilio_access_bindings (name, value) VALUES ($1, $2)";
            for (name, value) in bindings.pairs() {
                within(timeout, what, client.execute(put, &[&name, &value])).await?;
            }
        }
        Change::PutKey(key) => {
            let put = "INSERT INTO twilio_access_keys
                           (id, owner, hash, created_at, expires_at, revoked_at, last_used_at)
                       VALUES ($1, $2, $3, $4, $5, $6, $7)
                       ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, hash = excluded.hash,
                           created_at = excluded.created_at, expires_at = excluded.expires_at,
                           revoked_at = excluded.revoked_at, last_used_at = excluded.last_used_at";
            let hash = &key.hash.as_bytes()[..];
            let created_at = to_number(key.created_at);
            let [expires, revoked, used] =
                [key.expires_at, key.revoked_at, key.last_used_at].map(|time| time.map(to_number));
            let values: [&(dyn ToSql + Sync); 7] =
                [&key.id, &key.user, &hash, &created_at, &expires, &revoked, &used];
            within(timeout, what, client.execute(put, &values)).await?;
        }
    }
    Ok(())
}

pub(super) async fn touch(
    client: &Client,
    timeout: Duration,
    id: &str,
    used_at: i64,
    unless_after: i64,
) -> Result<(), AccessError> {
    let touch = "UPDATE twilio_access_keys SET last_used_at = $2
                 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at <= $3)";
    let values: [(&(dyn ToSql + Sync), Type); 3] =
        [(&id, Type::TEXT), (&used_at, Type::INT8), (&unless_after, Type::INT8)];
    within(timeout, "noting that a key was used", client.execute_typed(touch, &values)).await.map(drop)
}

fn get<'a, T: FromSql<'a>>(row: &'a Row, at: usize) -> Result<T, AccessError> {
    row.try_get(at).map_err(|_| AccessError::Store("PostgreSQL: the tables hold something else".to_owned()))
}

fn user(row: &Row) -> Result<UserRecord, AccessError> {
    Ok(UserRecord { name: get(row, 0)?, role: get(row, 1)?, created_at: to_time(get(row, 2)?)? })
}

fn key(row: &Row, user: &str) -> Result<Option<KeyRecord>, AccessError> {
    let Some(id) = get(row, 3)? else { return Ok(None) };
    let moment = |at| get::<Option<i64>>(row, at)?.map(to_time).transpose();
    Ok(Some(KeyRecord {
        id,
        user: user.to_owned(),
        hash: to_hash(get(row, 4)?)?,
        created_at: to_time(get(row, 5)?)?,
        expires_at: moment(6)?,
        revoked_at: moment(7)?,
        last_used_at: moment(8)?,
    }))
}
