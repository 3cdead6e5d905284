//! The program `twilio-admin`: users, API keys, secrets, the audit log and logins from the command line.
//!
//! | command | what it does | permission |
//! |---|---|---|
//! | `user bootstrap`, `add`, `list`, `set-role`, `remove`, `recover` | users and their roles | `manage_users` |
//! | `key issue`, `rotate`, `revoke`, `list` | their API keys | `manage_users` |
//! | `vault init`, `set`, `get`, `list`, `delete`, `rekey`, `import` | secrets in an encrypted file | `manage_credentials` |
//! | `login` | gets tokens from an authorization server into the vault | `manage_credentials` |
//! | `roles adopt`, `drop` | the roles of the users database | all of them |
//! | `audit verify`, `tail`, `search` | the audit log | `view_logs` |
//! | `audit move` | the audit log of the users database | all of them |
//! | `config check` | a configuration file of a client, of users or of roles | `view_config` |
//! | `hash-password` | the hash of a password for a users file | none |
//! | `completions`, `man` | shell completions and manual pages | none |
//!
//! `--help` of each command lists its options and the shape of its `--json` output. Shapes only grow: names stay, and new ones
//! may be added.
//!
//! # Authentication
//!
//! The API key comes from the file of `--key-file` (mode 0600), the variable `TWILIO_ADMIN_KEY`, or a prompt. The users
//! database ([`SqliteAccessStore`](twilio_sdk::access_control::SqliteAccessStore)) decides what its user may do.
//!
//! `user bootstrap NAME` creates one, and `user recover NAME` issues a key to an admin if no admin has an active key that was
//! used before: all have expired, or were lost before their first use. These two need no key and do nothing else; both are
//! recorded. A new key is printed before it is stored, so that no key is stored that could not be printed. A user of the
//! system who can write the database's file can write any user into it: it has mode 0600, as all other files have.
//!
//! Without a users database, everything is rejected unless `--no-users-db` is given. File permissions and the vault's passphrase
//! then control access, and records name the system's user (`uid:1000`). It is rejected for `user` and `key`, and if a users
//! database exists.
//!
//! The database has the path of its audit log and the hash of its roles, from `user bootstrap` on; a database of an older
//! version has log and roles next to it. `--audit-log`, `--roles`, `--home` and the variables of the same names cannot change
//! that: another log or other roles are rejected with 3. An admin changes them, for all and on the record:
//! `audit move FILE` and `roles adopt FILE`. Roles are compared by their content, so a changed file is rejected until it is
//! adopted. If no roles were adopted yet, an admin's first use of a file adopts it.
//!
//! A vault or a log of a users database that is not next to its `users.db` has a file of its name and `.users-db` next to it,
//! which `vault init`, `user bootstrap` and `audit move` write. It has the path of the database: no other database decides about
//! that vault or log. Change the path there when you move the database.
//!
//! The users database of a folder cannot be bypassed: if a `users.db` is next to the vault or log in use, or next to the target
//! of a link to it, no other database decides. This is for users who may run the program and not write the files, with `sudo`
//! for instance; do not allow them `user bootstrap` and `user recover`. The program knows files by these names, and checks
//! before it opens them.
//!
//! # Secrets
//!
//! The program prompts for secrets without echo, for new ones twice. With `--stdin` it reads them from standard input, one per
//! line, in the order of the prompts: API key, passphrase, then the command's own. The secret of `vault set` is all that is
//! left of it, so it may have several lines; one line end at its end is dropped. `vault set NAME -` reads only that secret from
//! standard input. A new passphrase has at least 15 characters.
//!
//! No argument takes a secret, and errors do not repeat unknown arguments. `vault get` prints to a terminal only with
//! `--reveal`: a terminal's scrollback keeps what it shows. A new API key is always printed, because it cannot be shown again.
//! The URL of a login, which a browser is started with, contains its `state` and PKCE challenge, but nothing by which a code can
//! be exchanged for tokens. A user who sees it among the browser's arguments could finish the login as themselves; on a machine
//! with other users, give `--no-browser`.
//!
//! # Audit log
//!
//! Every command is recorded: in the log of the users database, or without one in `audit.log` in the folder of `--home` or the
//! file of `--audit-log`. What cannot be recorded is not done. A change has two records, `begun` and its end; `audit verify`
//! lists those without an end, and exits with 0 for them. A tampered log can still be read with the permission; reading it is
//! then not recorded. Without a users database, reading a log is not recorded at all.
//!
//! # Exit codes
//!
//! | code | meaning |
//! |---|---|
//! | 0 | success |
//! | 1 | failed: a file, the network, a lock, an event that could not be recorded |
//! | 2 | usage: unknown or conflicting arguments, or no terminal for a prompt |
//! | 3 | rejected: no users database, no permission, no secret onto a terminal |
//! | 4 | invalid credentials: API key, passphrase, a denied login |
//! | 5 | check failed: a tampered log, a configuration with problems |
//! | 6 | not found, already exists, or expired |
//! | 130 | interrupted by Ctrl-C; other signals exit with 128 plus their number |
// The doc comments of commands are their help texts, in which brackets and URLs are themselves.
#![allow(rustdoc::bare_urls, rustdoc::broken_intra_doc_links)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod audit;
mod caller;
mod claim;
mod cli;
mod config;
mod exit;
mod generate;
mod hash_password;
mod key;
mod login;
mod options;
mod output;
mod places;
mod roles;
mod secret_input;
mod session;
mod terminal;
mod timestamps;
mod user;
mod users_db;
mod vault;

use std::process::ExitCode;

use cli::{Cli, Command};
use exit::{Done, Failure};
use session::Session;

fn main() -> ExitCode {
    let cli = match cli::parse() {
        Ok(cli) => cli,
        Err(code) => return code.into(),
    };
    match execute(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let text = failure.to_string();
            if !text.is_empty() {
                let red = output::BAD;
                output::tell(&format!("{red}twilio-admin:{red:#} {}", output::shown(&text)));
            }
            (failure.code as u8).into()
        }
    }
}

fn execute(cli: &Cli) -> Done {
    let no_threads = |error| Failure::failed(format!("cannot start a thread: {error}"));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.map_err(no_threads)?;
    terminal::watch(&runtime).map_err(|error| Failure::failed(format!("cannot handle signals: {error}")))?;
    let session = Session::new(&cli.global, runtime.handle().clone());
    match &cli.command {
        Command::User(user) => user.run(&session),
        Command::Key(key) => key.run(&session),
        Command::Roles(roles) => roles.run(&session),
        Command::Vault(vault) => vault.run(&session),
        Command::HashPassword(command) => command.run(&session),
        Command::Audit(audit) => audit.run(&session),
        Command::Config(config) => config.run(&session),
        Command::Login(login) => login.run(&session),
        Command::Completions(completions) => completions.run(session.output, cli::command()),
        Command::Man(man) => man.run(session.output, cli::command()),
    }
}
