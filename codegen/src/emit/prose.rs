/// Twilio's words, made safe for rustdoc: no HTML, no doc-tests, no broken links.
pub(super) fn description(text: Option<&str>) -> Option<String> {
    let text = text?.replace("```", "");
    let lines: Vec<String> = text.lines().map(|line| escape(line.trim())).collect();
    let text = lines.join("\n").trim().to_owned();
    (!text.is_empty()).then_some(text)
}

/// Escapes one line outside code spans.
fn escape(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + 16);
    let line = if line.matches('`').count() % 2 == 1 { line.replace('`', "'") } else { line.to_owned() };
    for (index, part) in line.split('`').enumerate() {
        if index > 0 {
            out.push('`');
        }
        if index % 2 == 1 { out.push_str(part) } else { escape_prose(part, &mut out) }
    }
    out
}

fn escape_prose(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c == '['
            && let Some((label, url, after)) = link(rest)
        {
            out.push('[');
            out.push_str(&label.replace(['[', ']', '<', '>'], " "));
            out.push_str("](");
            out.push_str(&url);
            out.push(')');
            rest = after;
            continue;
        }
        if rest.starts_with("https://") || rest.starts_with("http://") {
            let end =
                rest.find(|c: char| c.is_whitespace() || "<>()\"'|[]{}".contains(c)).unwrap_or(rest.len());
            let url = rest[..end].trim_end_matches(['.', ',', ';', ':', '*']);
            out.push('`');
            out.push_str(url);
            out.push('`');
            rest = &rest[url.len()..];
            continue;
        }
        if matches!(c, '<' | '>' | '[' | ']') {
            out.push('\\');
        }
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
}

/// `[label](url)` at the start of the text: both, and what follows. Relative links lead to Twilio's site.
fn link(text: &str) -> Option<(&str, String, &str)> {
    let (label, rest) = text.strip_prefix('[')?.split_once("](")?;
    let (url, after) = rest.split_once(')')?;
    let url = url.trim();
    if label.contains(['\n', '`']) || url.is_empty() || url.contains(char::is_whitespace) {
        return None;
    }
    let url = match url {
        absolute if absolute.starts_with("https://") || absolute.starts_with("http://") => {
            absolute.to_owned()
        }
        rooted if rooted.starts_with('/') => format!("https://www.twilio.com{rooted}"),
        other => format!("https://www.twilio.com/docs/{}", other.trim_start_matches("./")),
    };
    Some((label, url, after))
}
