use clap::Args;

use crate::timestamps::Expiry;

#[derive(Args, Debug)]
pub(super) struct SetArgs {
    /// The entry's name, which configuration files reference as secret://NAME
    pub(super) name: String,
    /// Reads the secret from standard input, to its end; other secrets are still prompted for
    #[arg(value_name = "-", value_parser = dash)]
    pub(super) from: Option<()>,
    /// The secret is JSON, such as a key with its account, with fields that secret://NAME#FIELD references
    #[arg(long)]
    pub(super) as_json: bool,
    #[command(flatten)]
    pub(super) expiry: Expiry,
}

#[derive(Args, Debug)]
pub(super) struct GetArgs {
    /// The entry's name
    pub(super) name: String,
    /// Prints only the string of this field, of an entry that is JSON
    #[arg(long)]
    pub(super) field: Option<String>,
    /// Prints the secret even if standard output is a terminal
    #[arg(long)]
    pub(super) reveal: bool,
}

/// Accepts only `-`, where other programs take a secret.
fn dash(text: &str) -> Result<(), &'static str> {
    match text {
        "-" => Ok(()),
        _ => Err(
            "arguments take no secrets, because every user of the machine can see them; if this was one, change it. Leave it \
             out to be prompted, or give `-` to read it from standard input",
        ),
    }
}
