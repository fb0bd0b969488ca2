//! What of an environment variable's value passes the door: its shape, the scheme, host and port of
//! an address, booleans and numbers, and a keyed print that equal values share in one run.

use super::token::holds_token;
use super::{MASK, known, name as label};
use crate::catalog::{Catalog, closed_up, pieces};
use crate::model::{Address, Content, Environment, Need, Print, Role, Shape, Shown, Stance, Value, Variable, Where};
use crate::syntax::dotenv::Conflict;

/// A value that is sealed, and how binding it is.
pub(super) fn seal(stance: Stance, need: Need, content: Content, name: &Shown, raw: &str, catalog: &Catalog) -> (Value, Role) {
    let words = &catalog.variables;
    let is_reference = content == Content::Reference || content == Content::Literal && words.is_reference(raw);
    let content = if is_reference { Content::Reference } else { content };
    let written = matches!(content, Content::Literal | Content::Default);
    let placeholder = written && words.is_placeholder(raw);
    let secret = words.is_secret(name.as_str());
    let shape = written.then(|| shape_of(raw));
    let address = written.then(|| address(raw, catalog)).flatten();
    let truth = (shape == Some(Shape::Boolean) || shape == Some(Shape::Number)).then(|| truth(raw)).flatten();
    let long = raw.chars().count() >= 6;
    let credential = secret && long && matches!(shape, Some(Shape::Text)) && !raw.contains(['/', ' ']) || holds_token(raw) || userinfo(raw).is_some();
    let names = if written { environments(raw, catalog) } else { Vec::new() };
    let own = if written { print(raw) } else { Print([0; 16]) };
    let variable = Variable {
        stance,
        need,
        content,
        shape,
        truth,
        placeholder,
        secret,
        exposed: written && credential && !placeholder && !is_default(raw, catalog) && !userinfo(raw).is_some_and(|user| is_weak(user, catalog)),
        bare_expression: content == Content::Literal && is_bare_expression(raw),
        print: written.then_some(own),
        print_kin: written.then(|| kin(raw, catalog)).map(|kin| if kin == raw { own } else { print(&kin) }),
        names,
        address,
    };
    let text = text(&variable, name.as_str(), raw, catalog);
    let role = match content {
        Content::Reference | Content::Unset | Content::Nothing => Role::Reference,
        Content::Default => Role::Default,
        Content::Literal if placeholder => Role::Placeholder,
        Content::Literal => Role::Pin,
    };
    (Value { text, spec: None, image: None, variable: Some(Box::new(variable)) }, role)
}

/// That two loaders of an env file part over a variable: made of fixed words, so it is shown as it is.
pub(super) fn conflict(conflict: Conflict, name: &Shown, catalog: &Catalog) -> (Value, Role) {
    let (value, role) = seal(Stance::Conflict, Need::Bare, Content::Nothing, name, "", catalog);
    (Value { text: known(&conflict.to_string()), ..value }, role)
}

/// How a value is shown.
fn text(variable: &Variable, name: &str, raw: &str, catalog: &Catalog) -> Shown {
    let bare = match variable.content {
        Content::Reference => return known("from elsewhere"),
        Content::Unset => return known("unset"),
        Content::Nothing => {
            return known(match (variable.stance, variable.need) {
                (Stance::Read | Stance::Used, Need::Required) => "required",
                (Stance::Read | Stance::Used | Stance::Dynamic, _) => "read",
                (Stance::Open, _) => "more, not readable here",
                (Stance::Mentioned, _) => "commented out",
                (Stance::Named, _) => "named",
                (_, Need::Required) => "declared, required",
                _ => "declared",
            });
        }
        Content::Literal | Content::Default => shown(variable, name, raw, catalog),
    };
    if variable.content == Content::Default { known(&format!("default {bare}")) } else { bare }
}

fn shown(variable: &Variable, name: &str, raw: &str, catalog: &Catalog) -> Shown {
    if let Some(address) = &variable.address {
        let port = address.port.map_or(String::new(), |port| format!(":{port}"));
        let scheme = if address.scheme.as_str().is_empty() { String::new() } else { format!("{}://", address.scheme) };
        let more = if raw.trim_start_matches(scheme.as_str()).contains('/') { "/…" } else { "" };
        return known(&format!("{scheme}{}{port}{more}", address.host));
    }
    let simple = || raw.len() <= 32 && raw.chars().all(|c| c.is_ascii_alphanumeric() || "-_.,:+".contains(c)) && !holds_token(raw);
    match variable.shape {
        Some(Shape::Empty) => known("empty"),
        Some(Shape::Boolean) => known(raw),
        Some(Shape::Number) if !variable.secret && raw.len() <= 12 => known(raw),
        _ if variable.placeholder => known("a placeholder"),
        _ if catalog.variables.is_harmless(name) && simple() => known(raw),
        _ => known(MASK),
    }
}

fn shape_of(raw: &str) -> Shape {
    let lower = raw.to_ascii_lowercase();
    let number = raw.strip_prefix('-').unwrap_or(raw);
    let digits = number.chars().take_while(|c| c.is_ascii_digit() || matches!(c, '.' | '_')).count();
    let unit = number.get(digits..).unwrap_or("");
    if raw.is_empty() {
        Shape::Empty
    } else if matches!(lower.as_str(), "true" | "false" | "yes" | "no" | "on" | "off") {
        Shape::Boolean
    } else if digits > 0 && number.matches('.').count() <= 1 && unit.len() <= 3 && unit.chars().all(|c| c.is_ascii_alphabetic() || c == '%') {
        Shape::Number
    } else if scheme(raw).is_some() {
        Shape::Url
    } else if is_host(raw) {
        Shape::Host
    } else {
        Shape::Text
    }
}

fn truth(raw: &str) -> Option<bool> {
    match raw.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Some(true),
        "false" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// The scheme of an address and what stands behind it.
fn scheme(raw: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = raw.split_once("://")?;
    let sound =
        scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.' | ':'));
    (sound && scheme.len() <= 24).then_some((scheme, rest))
}

/// Whether a text without a scheme is a host, with or without a port.
fn is_host(raw: &str) -> bool {
    let (host, port) = raw.rsplit_once(':').map_or((raw, None), |(host, port)| (host, Some(port)));
    let labels: Vec<&str> = host.split('.').collect();
    let sound = labels.iter().all(|label| !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')));
    let port_sound = port.is_none_or(|port| port.parse::<u16>().is_ok());
    let numeric = labels.len() == 4 && labels.iter().all(|label| label.parse::<u8>().is_ok());
    let top = labels.last().is_some_and(|last| last.len() >= 2 && last.chars().all(|c| c.is_ascii_alphabetic()));
    sound && port_sound && (host == "localhost" || numeric || port.is_some() && (labels.len() > 1 && top || labels.len() == 1) || labels.len() >= 3 && top)
}

/// The user part of an address that holds a password.
fn userinfo(raw: &str) -> Option<&str> {
    let (_, rest) = scheme(raw)?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let (user, _) = authority.rsplit_once('@')?;
    user.split_once(':').map(|(_, password)| password).filter(|password| !password.is_empty() && !password.contains("${") && !password.starts_with(['<', '$']))
}

/// Whether a password is the one that a service has where nobody chose one.
fn is_default(password: &str, catalog: &Catalog) -> bool {
    catalog.variables.is_default_password(password) || catalog.service(&password.to_ascii_lowercase()).is_some()
}

/// Whether a password is one of those that every local stack has.
fn is_weak(password: &str, catalog: &Catalog) -> bool {
    password.len() < 12 && !password.chars().any(|c| c.is_ascii_digit()) || catalog.variables.is_placeholder(password) || is_default(password, catalog)
}

fn address(raw: &str, catalog: &Catalog) -> Option<Address> {
    let (scheme, rest) = scheme(raw).map_or(("", raw), |parts| parts);
    if scheme.is_empty() && !is_host(raw) || matches!(scheme, "file" | "data") || raw.contains(char::is_whitespace) {
        return None;
    }
    let (before_query, query) = rest.split_once('?').map_or((rest, ""), |(before, query)| (before, query));
    let (authority, path) = before_query.find('/').and_then(|i| before_query.split_at_checked(i)).unwrap_or((before_query, ""));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let first = host.split(',').next().unwrap_or(host);
    let (host, port) = match first.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((inside, port)) => (inside, port.strip_prefix(':')),
        None => first.rsplit_once(':').map_or((first, None), |(host, port)| (host, Some(port))),
    };
    let host = host.to_ascii_lowercase();
    if host.is_empty() || host.contains(['{', '$', '<', '%', '*']) || !first.starts_with('[') && host.contains(':') {
        return None;
    }
    // A password may hold `/` or `?`: what looks like host and port is then a user and its beginning.
    let is_port = |port: &str| port.chars().all(|c| c.is_ascii_digit()) || port.contains(['$', '{', '<', '%']);
    let user_behind = !authority.contains('@') && rest.get(authority.len()..).is_some_and(|behind| behind.contains('@'));
    if port.is_some_and(|port| !is_port(port) || user_behind) {
        return None;
    }
    let tls = query.split('&').find_map(|pair| pair.split_once('=').filter(|(key, _)| matches!(*key, "sslmode" | "ssl-mode" | "ssl" | "tls" | "encrypt")));
    Some(Address {
        scheme: if scheme.is_empty() { known("") } else { label(&scheme.to_ascii_lowercase()) },
        place: place(&host),
        host_kin: label(&kin(&host, catalog)),
        host: label(&host),
        port: port.and_then(|port| port.parse().ok()),
        tails: tails(path),
        path_kin: (path.len() > 1).then(|| print(&path.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase())),
        trailing_slash: (!path.is_empty()).then(|| path.ends_with('/')),
        tls_mode: tls.map(|(_, mode)| label(mode)),
    })
}

/// A path and its ends, as prints; the first few are enough to tell a prefix that one of two lacks.
fn tails(path: &str) -> Vec<Print> {
    const FEW: usize = 6;
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    (0..parts.len().min(FEW)).filter_map(|start| Some(print(&parts.get(start..)?.join("/")))).collect()
}

fn place(host: &str) -> Where {
    let example = ["example.com", "example.org", "example.net"].iter().any(|name| host == *name || host.ends_with(&format!(".{name}")));
    let kept = [".example", ".invalid"].iter().any(|end| host.ends_with(end));
    if matches!(host, "localhost" | "127.0.0.1" | "::1" | "0.0.0.0" | "host.docker.internal") || host.ends_with(".localhost") || host.starts_with("127.0.") {
        Where::Loopback
    } else if example || kept {
        Where::Example
    } else if !host.contains(['.', ':']) {
        Where::Neighbour
    } else {
        Where::Elsewhere
    }
}

/// Whether a text is a context of GitHub Actions and a name in it, and nothing else.
fn is_bare_expression(raw: &str) -> bool {
    let name = ["secrets.", "vars.", "github.", "inputs.", "steps.", "needs.", "matrix."].iter().find_map(|context| raw.strip_prefix(context));
    name.is_some_and(|name| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')))
}

/// The environments that words of a value name. `test` and `dev` may mean several things; they count
/// as what they mean where things are deployed.
fn environments(raw: &str, catalog: &Catalog) -> Vec<Environment> {
    if raw.len() > 400 {
        return Vec::new();
    }
    let mut found: Vec<Environment> = pieces(raw)
        .filter(|(piece, word)| *word && piece.len() <= 16)
        .filter_map(|(piece, _)| catalog.names.environment_of_word(&piece.to_ascii_lowercase(), true))
        .collect();
    found.sort();
    found.dedup();
    found
}

/// A text without the words that mean an environment.
fn kin(raw: &str, catalog: &Catalog) -> String {
    let names = |piece: &str| catalog.names.environment_of_word(&piece.to_ascii_lowercase(), true).is_some();
    let kept: Vec<&str> = pieces(raw).filter(|(piece, word)| !(*word && piece.len() <= 16 && names(piece))).map(|(piece, _)| piece).collect();
    closed_up(&kept.concat())
}

fn print(text: &str) -> Print {
    let mut head = [0; 16];
    head.iter_mut().zip(super::key::mac(text)).for_each(|(to, from)| *to = from);
    Print(head)
}
