use std::io::{ErrorKind, Read};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use indicatif::{ProgressBar, ProgressStyle};

use super::archive;
use crate::workspace::Files;

/// Where GitHub serves archives.
pub(super) const BASE_URL: &str = "https://codeload.github.com";
/// Twilio's repository of OpenAPI files.
pub(super) const REPOSITORY: &str = "twilio/twilio-oai";
/// What is fetched when no reference is named.
pub(super) const REFERENCE: &str = "main";

const FOLDER: &str = "*/spec/json";
const MAX_DOWNLOAD: usize = 256 << 20;

pub(super) fn fetch(base: &str, repository: &str, reference: &str) -> Result<Files> {
    let url = format!("{}/{repository}/tar.gz/{reference}", base.trim_end_matches('/'));
    let bytes = download(&url)?;
    archive::spec_files(&bytes, FOLDER).with_context(|| format!("archive {url}"))
}

fn download(url: &str) -> Result<Vec<u8>> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_connect(Some(Duration::from_secs(20)))
        .timeout_recv_response(Some(Duration::from_secs(60)))
        .timeout_global(Some(Duration::from_secs(600)))
        .build()
        .into();
    let mut response = agent.get(url).call().with_context(|| format!("cannot fetch {url}"))?;
    match response.status().as_u16() {
        200 => {}
        404 => bail!("{url} does not exist (404); check the branch, tag or commit"),
        status => bail!("{url} answered with status {status}; try again later, or use `--source npm`"),
    }
    let expected =
        response.headers().get("content-length").and_then(|value| value.to_str().ok()?.parse().ok());
    let bar = progress(expected);
    let body = bar.wrap_read(response.body_mut().as_reader());
    let bytes = read_all(body).with_context(|| format!("the download of {url} broke off"))?;
    bar.finish_and_clear();
    match expected {
        Some(expected) if expected != bytes.len() as u64 => {
            Err(anyhow!("the download of {url} broke off: {} of {expected} bytes arrived", bytes.len()))
        }
        _ => Ok(bytes),
    }
}

fn read_all(reader: impl Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(MAX_DOWNLOAD as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > MAX_DOWNLOAD {
        return Err(std::io::Error::new(ErrorKind::FileTooLarge, "more than 256 MiB"));
    }
    Ok(bytes)
}

/// GitHub makes archives on the fly and often does not know their size: then a spinner counts bytes.
fn progress(expected: Option<u64>) -> ProgressBar {
    let (bar, template) = match expected {
        Some(total) => (
            ProgressBar::new(total),
            "fetching {bar:40} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left",
        ),
        None => (ProgressBar::new_spinner(), "fetching {spinner} {bytes}, {bytes_per_sec}"),
    };
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

#[cfg(test)]
mod tests;
