//! The program `twilio-admin`: people, keys, secrets, the audit log and logins from the command line.
//!
//! | command | what it does | permission |
//! |---|---|---|
//! | `user add`, `list`, `role`, `remove`, `recover` | people and their roles | `manage_users` |
//! | `key issue`, `rotate`, `revoke`, `list` | their API keys | `manage_users` |
//! | `vault init`, `set`, `get`, `list`, `delete`, `rekey`, `import` | secrets in a file | `manage_credentials` |
//! | `login` | tokens of an authorization server, into the vault | `manage_credentials` |
//! | `roles adopt`, `drop` | the roles that people can have | all of them |
//! | `audit verify`, `tail`, `search` | the audit log | `view_logs` |
//! | `audit move` | where the people are recorded | all of them |
//! | `config check` | a file of a client, of users or of roles | `view_config` |
//! | `password hash` | the hash of a password for a file of users | none |
//! | `completions`, `man` | texts for shells and readers | none |
//!
//! `--help` of each command tells its options and the shape of what `--json` prints. Shapes only grow: names that are there
//! stay, and new ones may come.
//!
//! # Who it is
//!
//! Whoever the API key belongs to, which is looked for in the file of `--key-file` (mode 0600), the variable
//! `TWILIO_ADMIN_KEY`, and else asked for. The database of people ([`SqliteAccessStore`](crate::access::SqliteAccessStore))
//! decides what they may. `user add NAME --first` begins one, and `user recover NAME` gives an admin a key where no admin has
//! one that is in use and was used before: all have expired, or were lost before anybody used them. These two ask nobody, and
//! do nothing else; both are recorded. A new key is printed before it is stored, so that none is stored that could not be
//! printed. Whoever can write the database's file can write themselves into it:
//! it has the mode 0600, and so have the other files.
//!
//! Where there is no database, everything is refused unless `--without-people` is said; then the permissions of files and
//! the passphrase of the vault decide, and records name the system's user (`uid:1000`). It is refused for `user` and `key`,
//! and where there is a database of people.
//!
//! The database keeps which audit log it is recorded in and which roles there are, from `user add NAME --first` on; a database
//! of an older version has the log and the roles beside it. `--audit`, `--roles`, `--home` and the variables of the same
//! names cannot change that: another log or other roles are refused, with 3. An admin changes it, for all and on the record:
//! `audit move FILE` and `roles adopt FILE`. What is compared of roles is what the file says, so that a file that was changed
//! is refused until it is adopted; where no roles were adopted yet, the first use of a file by an admin adopts it.
//!
//! A vault or a log of these people that does not lie beside their `people.db` has a file of its name and `.people` beside it,
//! which `vault init`, `user add --first` and `audit move` write and which names the database: nobody else decides about it.
//! Change the path there when you move the database.
//!
//! The people of a folder cannot be left out: where `people.db` lies beside the vault or log that is used, or beside what a
//! link leads to, no other people decide. This is for those who may run the program and not write the files, by `sudo` for instance, who are not to be
//! allowed `user add` with `--first` and `user recover` there. It knows files by these names, and looks before it opens them.
//!
//! # Secrets
//!
//! They are asked for on the terminal without echo, new ones twice, or with `--stdin` read from standard input, one a line
//! and in the order in which they would be asked for: API key, passphrase, then the command's own. The secret of `vault set`
//! is all that is left of it, so that it may have several lines; one end of line at its end is dropped. `vault set NAME -`
//! reads that secret alone from standard input. A new passphrase has at least 15 characters.
//!
//! No argument takes a secret, and what is not known among the arguments is not repeated in the error. `vault get` prints
//! onto a terminal only with `--reveal`: a screen, its memory and whoever looks at it would keep the secret. A new API key is
//! printed in any case, because it is there this once. A login's address, which a browser is started with, holds its
//! `state` and the challenge of PKCE, but nothing by which a code can be changed into tokens. Whoever sees it among the
//! browser's arguments could end the login as themselves; on a machine with other users, say `--no-browser`.
//!
//! # Records
//!
//! Everything goes to the audit log: the one that the database of people names, and without people `audit.log` in the folder
//! of `--home` or the file of `--audit`. There is no way to go without, and what cannot be recorded is not done. A change has
//! two records, `begun` and how it ended; `audit verify` lists those that have no end, and ends with 0 for them. Only a log that is broken is still read, by those who may, which is then
//! not recorded; without people reading a log is not recorded at all.
//!
//! # Exit codes
//!
//! | code | meaning |
//! |---|---|
//! | 0 | done |
//! | 1 | failed: a file, the network, a lock, what cannot be recorded |
//! | 2 | usage: arguments that are not known or do not fit, or no terminal to ask on |
//! | 3 | refused: no person, no permission, no secret onto a terminal |
//! | 4 | a wrong credential: API key, passphrase, a login that was denied |
//! | 5 | found what was looked for: a log that was tampered with, a configuration with problems |
//! | 6 | a name: there is nothing of this name, there is already, or it has expired |
//! | 130 | interrupted, by Ctrl-C; other signals end it with 128 and their number |

mod audit;
mod bound;
mod claim;
mod cli;
mod config;
mod exit;
mod generate;
mod key;
mod login;
mod moments;
mod output;
mod password;
mod person;
mod places;
mod roles;
mod secret_input;
mod session;
mod terminal;
mod user;
mod vault;

use std::process::ExitCode;

use cli::{Cli, Command};
use exit::{Done, Failure};
use session::Session;

/// Does what the arguments of this process say, and tells how to end.
pub fn run() -> ExitCode {
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
    let no_threads = |error| Failure::failed(format!("no threads can be started: {error}"));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.map_err(no_threads)?;
    terminal::watch(&runtime)
        .map_err(|error| Failure::failed(format!("signals cannot be caught: {error}")))?;
    let session = Session::new(&cli.everywhere, runtime.handle().clone());
    match &cli.command {
        Command::User(user) => user.run(&session),
        Command::Key(key) => key.run(&session),
        Command::Roles(roles) => roles.run(&session),
        Command::Vault(vault) => vault.run(&session),
        Command::Password(password) => password.run(&session),
        Command::Audit(audit) => audit.run(&session),
        Command::Config(config) => config.run(&session),
        Command::Login(login) => login.run(&session),
        Command::Completions(completions) => completions.run(session.output),
        Command::Man(man) => man.run(session.output),
    }
}
