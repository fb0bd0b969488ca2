//! Hosts that a stack does not have: an address in a service's environment whose host has no dot is found
//! only inside the stack's own networks (Compose, "Networking"), under the name of a service, a container
//! or an alias.

use std::collections::BTreeSet;

use super::forms::{given, many};
use super::load::Project;
use crate::files::folder;
use crate::model::{Content, Form, Kind, Need, Reading, Stance};
use crate::read::{Claim, Input};
use crate::syntax::{At, Node, Value};

/// Schemes of addresses that lead to a host, beside those of the catalogue's services.
const SCHEMES: &[&str] = &["http", "https", "ws", "wss", "tcp", "grpc", "smtp", "smtps", "ldap", "ldaps"];

/// Every name under which something of the stack is found. None where it cannot be told: a network is
/// shared with others, or only a part of the stack is started.
pub(super) fn names(input: &Input<'_>, project: &Project) -> Option<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    // Further files of the folder are laid over this one, or started into the same project; and so may this one be
    // with those of the folder above.
    let home = folder(&input.document.path);
    let above = Some(folder(home)).filter(|above| *above != home);
    let near = above.into_iter().chain([home]).flat_map(|folder| input.documents.inside(folder)).filter(|path| (super::FORMAT.claims)(path) != Claim::No);
    let documents = near.filter_map(|path| input.documents.open(path).ok());
    for document in documents.chain([input.document.clone()]).chain(input.layers.iter().cloned()) {
        for tree in document.trees().unwrap_or_default() {
            let external = tree.get("networks").is_some_and(|networks| networks.entries().iter().any(|(_, network)| network.get("external").is_some()));
            if external || tree.get("include").is_some() {
                return None;
            }
            for (name, service) in tree.get("services").map(Node::entries).unwrap_or_default() {
                names.insert(name.text.to_ascii_lowercase());
                own_names(service, &mut names);
            }
        }
    }
    for service in &project.services {
        names.insert(service.name.text.to_ascii_lowercase());
        own_names(&service.node, &mut names);
    }
    Some(names)
}

fn own_names(service: &Node, names: &mut BTreeSet<String>) {
    let mut add = |name: &str| names.insert(name.trim_matches('"').to_ascii_lowercase());
    for key in ["container_name", "hostname", "domainname"] {
        service.text_of(key).map(&mut add);
    }
    for (_, network) in service.get("networks").map(Node::entries).unwrap_or_default() {
        network.get("aliases").map(Node::items).unwrap_or_default().iter().filter_map(Node::text).for_each(|alias| {
            add(alias);
        });
    }
    for key in ["links", "external_links"] {
        for link in service.get(key).map(many).unwrap_or_default() {
            link.text().and_then(|link| link.rsplit(':').next()).map(&mut add);
        }
    }
    let hosts = service.get("extra_hosts");
    for host in hosts.map(many).unwrap_or_default() {
        host.text().and_then(|host| host.split([':', '=']).next()).map(&mut add);
    }
    for (host, _) in hosts.map(Node::entries).unwrap_or_default() {
        add(&host.text);
    }
}

/// What is said of a variable of this value, where its host is none of the stack's.
pub(super) fn unreachable(input: &Input<'_>, name: &str, text: &str, at: At, service: &Node, names: &BTreeSet<String>) -> Option<Reading> {
    if given(service, "network_mode").is_some() {
        return None;
    }
    let host = host(input, text)?.to_ascii_lowercase();
    let alone = !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')) && host.chars().any(|c| c.is_ascii_alphabetic());
    let known = matches!(host.as_str(), "localhost" | "host" | "hostname" | "gateway") || names.contains(&host);
    // A sample says of itself that it is one.
    let sample =
        input.catalog.variables.is_placeholder(&host) || host.contains("example") || host.contains("invalid") || host.contains("your") || host.contains("xxx");
    let form = Form::Variable(Stance::Unreachable, Need::Bare, Content::Literal);
    (alone && !known && !sample).then(|| Reading::new(Kind::Env, name, text, form, at))
}

/// The host of an address.
fn host<'t>(input: &Input<'_>, text: &'t str) -> Option<&'t str> {
    let (scheme, rest) = text.split_once("://")?;
    let scheme = scheme.split('+').next().unwrap_or(scheme).trim_start_matches("jdbc:").to_ascii_lowercase();
    let known =
        SCHEMES.contains(&scheme.as_str()) || input.catalog.services.iter().any(|service| service.schemes.contains(&scheme) && service.class != "storage");
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    known.then(|| host.split([':', ',']).next().unwrap_or(host))
}

/// What is said of the addresses in templates beside a stack whose host it does not have, though it runs such a
/// service under another name.
pub(super) fn templates(input: &Input<'_>, project: &Project, names: &BTreeSet<String>) -> Vec<Reading> {
    let home = folder(&input.document.path);
    let beside = input.documents.inside(home).filter(|path| is_env_template(input, path));
    let engines: BTreeSet<&str> = project.services.iter().filter_map(|service| super::backing(input, service, project)).collect();
    let mut found = Vec::new();
    for document in beside.filter_map(|path| input.documents.open(path).ok()) {
        let tree = crate::syntax::dotenv::parse(document.id, document.text(), |_| {});
        for (key, value) in tree.entries() {
            let Some(text) = value.text() else { continue };
            let scheme = text.split_once("://").map_or("", |(scheme, _)| scheme.split('+').next().unwrap_or(scheme));
            // Only of what the stack runs can it be said that it should be there.
            let run = input.catalog.services.iter().any(|service| service.schemes.iter().any(|own| own == scheme) && engines.contains(service.name.as_str()));
            if run {
                found.extend(unreachable(input, &key.text, text, key.at, &Node::new(Value::Null, key.at), names));
            }
        }
    }
    found
}

/// Whether a file is a template of variables for whoever deploys the stack.
fn is_env_template(input: &Input<'_>, path: &str) -> bool {
    (crate::read::env_file::FORMAT.claims)(path) != Claim::No && input.catalog.variables.is_template(path)
}
