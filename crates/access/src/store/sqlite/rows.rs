//! Users and keys as rows.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::failed;
use crate::store::{to_hash, to_number, to_time};
use crate::{AccessError, Change, KeyRecord, StoreSnapshot, UserRecord};

pub(super) const TABLES: &str = "
    CREATE TABLE users (
        name TEXT NOT NULL PRIMARY KEY,
        role TEXT NOT NULL,
        created_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE keys (
        id TEXT NOT NULL PRIMARY KEY,
        user TEXT NOT NULL REFERENCES users (name) ON DELETE CASCADE,
        hash BLOB NOT NULL CHECK (length(hash) = 32),
        created_at INTEGER NOT NULL,
        expires_at INTEGER,
        revoked_at INTEGER,
        last_used_at INTEGER
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX keys_of_user ON keys (user);
";

/// What version 2 adds.
pub(super) const BINDINGS: &str = "
    CREATE TABLE bindings (
        name TEXT NOT NULL PRIMARY KEY,
        value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
";

/// Reads a user's name, role and time, starting at a column.
fn user(row: &Row<'_>, at: usize) -> rusqlite::Result<(String, String, i64)> {
    Ok((row.get(at)?, row.get(at + 1)?, row.get(at + 2)?))
}

const KEY: &str =
    "keys.id, keys.user, keys.hash, keys.created_at, keys.expires_at, keys.revoked_at, keys.last_used_at";
const USER: &str = "users.name, users.role, users.created_at";

type RawKey = (String, String, Vec<u8>, i64, [Option<i64>; 3]);

fn key(row: &Row<'_>) -> rusqlite::Result<RawKey> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, [row.get(4)?, row.get(5)?, row.get(6)?]))
}

fn to_user((name, role, created_at): (String, String, i64)) -> Result<UserRecord, AccessError> {
    Ok(UserRecord { name, role, created_at: to_time(created_at)? })
}

fn to_key((id, user, hash, created_at, [expires, revoked, used]): RawKey) -> Result<KeyRecord, AccessError> {
    Ok(KeyRecord {
        id,
        user,
        hash: to_hash(&hash)?,
        created_at: to_time(created_at)?,
        expires_at: expires.map(to_time).transpose()?,
        revoked_at: revoked.map(to_time).transpose()?,
        last_used_at: used.map(to_time).transpose()?,
    })
}

/// Reads everything; consistently, within a transaction.
pub(super) fn read(connection: &Connection, path: &Path) -> Result<StoreSnapshot, AccessError> {
    let rows = || {
        let mut users = connection.prepare_cached(&format!("SELECT {USER} FROM users"))?;
        let users = users.query_map([], |row| user(row, 0))?.collect::<rusqlite::Result<Vec<_>>>()?;
        let mut keys = connection.prepare_cached(&format!("SELECT {KEY} FROM keys"))?;
        let keys = keys.query_map([], key)?.collect::<rusqlite::Result<Vec<_>>>()?;
        let mut bindings = connection.prepare_cached("SELECT name, value FROM bindings")?;
        let bindings = bindings.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))?;
        Ok((users, keys, bindings.collect::<rusqlite::Result<Vec<_>>>()?))
    };
    let (users, keys, bindings) = rows().map_err(failed(path, "reading users and keys"))?;
    let mut records = StoreSnapshot::default();
    for (name, value) in bindings {
        records.bindings.put(&name, value)?;
    }
    for user in users {
        records.apply(&Change::PutUser(to_user(user)?));
    }
    for key in keys {
        records.apply(&Change::PutKey(to_key(key)?));
    }
    Ok(records)
}

pub(super) fn write(connection: &Connection, write: &Change) -> rusqlite::Result<usize> {
    match write {
        Change::PutUser(user) => connection.execute(
            "INSERT INTO users (name, role, created_at) VALUES (?1, ?2, ?3)
             ON CONFLICT (name) DO UPDATE SET role = excluded.role, created_at = excluded.created_at",
            params![user.name, user.role, to_number(user.created_at)],
        ),
        Change::RemoveUser(name) => connection.execute("DELETE FROM users WHERE name = ?1", [name]),
        Change::Bind(bindings) => {
            connection.execute("DELETE FROM bindings", [])?;
            let mut put = connection.prepare_cached("INSERT INTO bindings (name, value) VALUES (?1, ?2)")?;
            bindings.pairs().try_fold(0, |done, (name, value)| Ok(done + put.execute([name, value])?))
        }
        Change::PutKey(key) => connection.execute(
            "INSERT INTO keys (id, user, hash, created_at, expires_at, revoked_at, last_used_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (id) DO UPDATE SET user = excluded.user, hash = excluded.hash,
                 created_at = excluded.created_at, expires_at = excluded.expires_at,
                 revoked_at = excluded.revoked_at, last_used_at = excluded.last_used_at",
            params![
                key.id,
                key.user,
                key.hash.as_bytes(),
                to_number(key.created_at),
                key.expires_at.map(to_number),
                key.revoked_at.map(to_number),
                key.last_used_at.map(to_number)
            ],
        ),
    }
}

pub(super) fn find(
    connection: &Connection,
    path: &Path,
    id: &str,
) -> Result<Option<(KeyRecord, UserRecord)>, AccessError> {
    let query =
        format!("SELECT {KEY}, {USER} FROM keys JOIN users ON users.name = keys.user WHERE keys.id = ?1");
    let found = connection
        .prepare_cached(&query)
        .and_then(|mut query| query.query_row([id], |row| Ok((key(row)?, user(row, 7)?))).optional())
        .map_err(failed(path, "finding a key"))?;
    found.map(|(key, user)| Ok((to_key(key)?, to_user(user)?))).transpose()
}
