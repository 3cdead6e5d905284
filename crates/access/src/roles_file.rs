use std::path::Path;

use super::{AccessError, Permission, Permissions, Roles};
use twilio_sdk_config::ConfigError;
use twilio_sdk_config::internal::file::{Reader, missing, read_file};

impl Roles {
    /// Reads roles from a TOML or JSON file, in addition to the built-in ones.
    ///
    /// ```toml
    /// [access.roles.auditor]
    /// permissions = ["view_logs", "access_analytics"]
    /// ```
    ///
    /// `${VAR}` is replaced by an environment variable, as in other configuration files. There are no other keys, and none that
    /// disables access control.
    ///
    /// # Errors
    ///
    /// [`ConfigError::problems`] lists everything that is wrong: unknown keys and permissions, names of built-in roles, invalid
    /// names, roles without permissions.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        let variables = |name: &str| std::env::var(name).ok();
        read_file(path.as_ref(), &variables, &|file| Some(roles(&file.table("access").table("roles"))))
    }
}

fn roles(table: &Reader<'_>) -> Roles {
    let mut roles = Roles::new();
    for name in table.keys() {
        let role = table.table(name);
        if !role.is_present() {
            continue;
        }
        // The reader knows the keys of tables with fixed names. Names of roles are free.
        for key in role.keys().filter(|key| *key != "permissions") {
            role.problem(key, "unknown key; the keys here are: permissions");
        }
        let Some(names) = role.strings("permissions") else {
            missing(&role, &["permissions"]);
            continue;
        };
        let parsed: Vec<_> = names.iter().map(|name| name.parse::<Permission>()).collect();
        let mut permissions = Vec::with_capacity(parsed.len());
        for one in parsed {
            match one {
                Ok(permission) => permissions.push(permission),
                // The value is not shown: it may come from a variable.
                Err(_) => role.problem("permissions", unknown()),
            }
        }
        let complete = permissions.len() == names.len();
        let permissions = Permissions::from_iter(permissions);
        // A role with unknown permissions is reported for these, and not for having none.
        if let Err(error) = roles.add(name, if complete { permissions } else { Permissions::ALL }) {
            let message = match error {
                AccessError::RoleExists(_) => "is a built-in role; choose another name".to_owned(),
                AccessError::InvalidRole(why) => format!("is an invalid role: {why}"),
                other => other.to_string(),
            };
            table.problem(name, message);
        }
    }
    roles
}

fn unknown() -> String {
    let names: Vec<_> = Permission::ALL.iter().map(|permission| permission.as_str()).collect();
    format!("contains an unknown permission; use {}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, text: &str) -> Result<Roles, ConfigError> {
        #[cfg(unix)]
        rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o022));
        let path = std::env::temp_dir().join(format!("twilio-sdk-roles-{}-{name}.toml", std::process::id()));
        std::fs::write(&path, text).unwrap();
        let read = Roles::from_file(&path);
        std::fs::remove_file(path).unwrap();
        read
    }

    fn problems(name: &str, text: &str) -> Vec<(String, String)> {
        let error = read(name, text).unwrap_err();
        let each = |problem: &twilio_sdk_config::ConfigProblem| {
            (problem.key().to_owned(), problem.message().to_owned())
        };
        error.problems().iter().map(each).collect()
    }

    #[test]
    fn roles_of_a_file_stand_beside_the_built_in_ones() {
        let text = "[access.roles.auditor]\npermissions = ['view_logs', 'access_analytics']\n\
                    [access.roles.caller]\npermissions = ['send_requests']\n";
        let roles = read("good", text).unwrap();
        assert_eq!(roles.iter().count(), 6);
        let auditor = roles.get("auditor").unwrap().permissions();
        assert_eq!(auditor.iter().collect::<Vec<_>>(), [Permission::ViewLogs, Permission::ViewAnalytics]);
        assert_eq!(read("none", "").unwrap(), Roles::new());
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let text = "[access.roles.admin]\npermissions = ['view_logs']\n\
                    [access.roles.Auditor]\npermissions = ['view_logs']\n\
                    [access.roles.idle]\npermissions = []\n\
                    [access.roles.none]\n\
                    [access.roles.odd]\npermissions = ['run_sync', 'view_logs']\nextra = 1\n";
        let found = problems("bad", text);
        let keys: Vec<_> = found.iter().map(|(key, _)| key.as_str()).collect();
        for key in ["admin", "Auditor", "idle", "none.permissions", "odd.permissions", "odd.extra"] {
            assert!(keys.contains(&format!("access.roles.{key}").as_str()), "{key}: {found:?}");
        }
        assert_eq!(found.len(), 6, "{found:?}");
        assert!(found.iter().all(|(_, message)| !message.contains("run_sync")), "{found:?}");
    }

    #[test]
    fn weakness_30_no_key_of_the_file_turns_access_control_off() {
        for text in ["[access]\nenabled = false\n", "[security]\nenable_access_control = false\n"] {
            assert_eq!(problems("off", text).len(), 1, "{text}");
        }
    }
}
