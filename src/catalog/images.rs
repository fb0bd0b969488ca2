//! What an image's name and tag say: which product it is, and which part of the tag is whose version.
//! Tags are a habit, not a grammar (`pg17`, `9-jdk25`, `1-22-bookworm`, `RELEASE.2024-01-01`); the
//! tables say for each product which habit it has.

use std::collections::{HashMap, HashSet};

use super::{Distribution, Runtime, Service};
use crate::model::ImageRef;

/// What companies call the place where they keep copies of Docker's official images.
const MIRRORS: &[&str] = &["library", "mirror", "mirrors", "imported", "upstream", "proxy", "cache", "dockerhub", "hub", "containers"];

/// Whose image a pattern means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// A row of the table of services.
    Service,
    /// A row of the table of runtimes.
    Runtime,
}

struct Pattern {
    text: String,
    /// The last part of the name, without the open end.
    last: String,
    owner: Owner,
    row: usize,
}

/// The patterns of all tables by the last part of their name, so that an image that nobody knows
/// costs one look-up.
#[derive(Default)]
pub(super) struct Index {
    closed: HashMap<String, Vec<Pattern>>,
    open: Vec<Pattern>,
    runtime_words: HashSet<String>,
    distribution_words: HashSet<String>,
    distribution_images: HashSet<String>,
}

impl Index {
    pub(super) fn new(services: &[Service], runtimes: &[Runtime], distributions: &[Distribution]) -> Index {
        let mut index = Index::default();
        let services = services.iter().enumerate().map(|(row, service)| (Owner::Service, row, &service.images));
        let all = services.chain(runtimes.iter().enumerate().map(|(row, runtime)| (Owner::Runtime, row, &runtime.images)));
        for (owner, row, text) in all.flat_map(|(owner, row, images)| images.iter().map(move |text| (owner, row, text))) {
            let pattern = Pattern { text: text.clone(), last: last(text.trim_end_matches('*')).to_owned(), owner, row };
            match text.strip_suffix('*') {
                Some(_) => index.open.push(pattern),
                None => index.closed.entry(last(text).to_owned()).or_default().push(pattern),
            }
        }
        index.runtime_words = runtimes.iter().flat_map(|r| &r.tag_words).map(|word| letters(word).to_owned()).collect();
        index.distribution_words = distributions.iter().flat_map(|d| &d.words).map(|word| letters(word).to_owned()).collect();
        index.distribution_images = distributions.iter().flat_map(|d| d.images.iter().cloned()).collect();
        index
    }

    /// The row of one table that an image belongs to.
    pub(super) fn find(&self, image: &ImageRef, owner: Owner) -> Option<usize> {
        let closed = self.closed.get(image.base_name()).into_iter().flatten();
        let open = self.open.iter().filter(|pattern| image.base_name().starts_with(pattern.last.as_str()));
        closed.chain(open).filter(|pattern| pattern.owner == owner && is_image(image, &pattern.text)).map(|pattern| pattern.row).min()
    }

    /// Whether some word of the tag could name a runtime.
    pub(super) fn names_a_runtime(&self, image: &ImageRef) -> bool {
        image.tag().is_some_and(|tag| parts(tag).any(|part| self.runtime_words.contains(letters(part))))
    }

    /// Whether the name or some word could name a distribution.
    pub(super) fn names_a_distribution(&self, image: &ImageRef) -> bool {
        let mut words = image.tag().into_iter().flat_map(parts).chain(image.base_name().split('-').skip(1));
        self.distribution_images.contains(image.base_name()) || words.any(|word| self.distribution_words.contains(letters(word)))
    }
}

/// The last part of a repository.
fn last(repository: &str) -> &str {
    repository.rsplit('/').next().unwrap_or(repository)
}

/// The letters that a word starts with.
fn letters(word: &str) -> &str {
    word.get(..word.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(word.len())).unwrap_or("")
}

/// The words of a tag.
pub(super) fn parts(tag: &str) -> impl Iterator<Item = &str> {
    tag.split(['-', '_'])
}

/// Whether an image is the one that a pattern means. `postgres` is the official image, also through
/// a mirror; `bitnami/postgresql` any repository that ends so; a final `*` leaves the end open.
pub(super) fn is_image(image: &ImageRef, pattern: &str) -> bool {
    let repository = image.repository();
    if let Some(stem) = pattern.strip_suffix('*') {
        return repository.match_indices(stem).any(|(i, _)| {
            let whole = i == 0 || repository.as_bytes().get(i - 1) == Some(&b'/');
            whole && !repository.get(i + stem.len()..).unwrap_or("").contains('/')
        });
    }
    let head = repository.strip_suffix(pattern).and_then(|head| if head.is_empty() { Some(head) } else { head.strip_suffix('/') });
    if !pattern.contains('/') {
        return head.is_some_and(|head| head.is_empty() || is_mirror(image, head));
    }
    head.is_some() || pattern.split_once('/').is_some_and(|(host, path)| host.contains('.') && image.registry() == host && repository == path)
}

/// Whether a folder of a registry holds copies of Docker's official images.
fn is_mirror(image: &ImageRef, folder: &str) -> bool {
    let last = folder.rsplit('/').next().unwrap_or(folder);
    last == "library" || (image.registry() != "docker.io" && (last == "docker.io" || last.split(['-', '_', '.']).any(|word| MIRRORS.contains(&word))))
}

/// What a base image is called behind what it is made for.
const BASES: &[&str] = &["base", "builder", "build", "runtime", "image", "app", "alpine", "slim", "fips"];

/// Whether an image is a company's own, to build on, and has a runtime in a version that its tag names:
/// `acme/acme-node:24-alpine`, `acme/ruby-base:3.4`.
pub(super) fn is_base_of(image: &ImageRef, runtime: &Runtime) -> bool {
    let Some(bases) = &runtime.bases else { return false };
    let mut words = image.base_name().rsplit(['-', '_']).skip_while(|word| BASES.contains(word));
    let named = words.next().is_some_and(|word| bases.words.iter().any(|known| known == word));
    let release = image.tag().and_then(leading).and_then(|version| version.split('.').next()?.parse().ok());
    named && image.repository().contains(['/', '-']) && release.is_some_and(|release| (bases.from..=bases.to).contains(&release))
}

/// The version text of the subject that an image is: from the repository's open end, from a word of
/// the tag, or from the tag's head. `second`: the image counts its own versions in front.
pub(super) fn own_version(image: &ImageRef, patterns: &[String], words: &[String], major: u8, by_word: bool, second: bool) -> Option<String> {
    if by_word {
        return in_tag(image, words);
    }
    let open_end = patterns.iter().filter(|p| is_image(image, p)).filter_map(|p| p.strip_suffix('*')).find_map(|stem| {
        let rest = image.base_name().strip_prefix(stem.rsplit('/').next().unwrap_or(stem))?;
        let digits = leading(rest.trim_start_matches('-'))?;
        Some(parted(digits, major))
    });
    if open_end.is_some() {
        return open_end;
    }
    let tag = image.tag()?;
    let head = parts(tag).next().and_then(leading);
    match (head, second) {
        (Some(head), false) => Some(head.to_owned()),
        (Some(head), true) => match parts(tag).filter_map(leading).nth(1) {
            Some(version) => Some(version.to_owned()),
            // `1-bookworm` is the image's own version, `22-bookworm` the subject's.
            None => (head.contains('.') || head.len() > 1 || head > "4").then(|| head.to_owned()),
        },
        (None, _) => in_tag(image, words).or_else(|| behind_a_word(tag)),
    }
}

/// `2.1.4` of `alpine-2.1.4`, `release-2.1.4`: a product's tag that puts a variant in front.
fn behind_a_word(tag: &str) -> Option<String> {
    parts(tag).nth(1).and_then(leading).filter(|version| version.contains('.')).map(str::to_owned)
}

/// The version behind one of these words in a tag: `pg17`, `python3.12`, `jdk-21`.
pub(super) fn in_tag(image: &ImageRef, words: &[String]) -> Option<String> {
    let mut parts = parts(image.tag()?).peekable();
    while let Some(part) = parts.next() {
        for word in words {
            let Some(rest) = part.strip_prefix(word.as_str()) else { continue };
            let version = if rest.is_empty() { parts.peek().and_then(|next| leading(next)) } else { leading(rest) };
            if let Some(version) = version {
                return Some(version.to_owned());
            }
        }
    }
    None
}

/// The release of a distribution in a word that names it: `3.20` of `alpine3.20`, `bookworm`, nothing
/// of `alpine`. None where the word does not name it.
pub(super) fn release<'i>(part: &'i str, words: &[String]) -> Option<&'i str> {
    let (position, word) =
        words.iter().enumerate().find(|(_, word)| part.strip_prefix(word.as_str()).is_some_and(|rest| rest.is_empty() || is_number(rest)))?;
    match part.find(|c: char| c.is_ascii_digit()).and_then(|i| part.get(i..)) {
        Some(number) => Some(number),
        // The first word of a distribution is its name, what follows are code names.
        None => Some(if position == 0 && part == word { "" } else { part }),
    }
}

/// Digits and dots.
pub(super) fn is_number(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit()) && text.chars().all(|c| c.is_ascii_digit() || c == '.')
}

/// Two numbers that a package's or repository's name writes as one: `83`, `311`, `1011`.
pub(super) fn parted(digits: &str, major: u8) -> String {
    let at = if digits.starts_with('1') && digits.len() > 2 { 2 } else { 1 };
    match digits.split_at_checked(at) {
        Some((first, rest)) if major == 2 && !rest.is_empty() && !digits.contains('.') => format!("{first}.{rest}"),
        _ => digits.to_owned(),
    }
}

/// `22.1.0` of `v22.1.0-alpine`: the numbers that a text starts with.
pub(super) fn leading(text: &str) -> Option<&str> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let head = text.get(..end)?.trim_end_matches('.');
    let rest = text.get(end..).unwrap_or("");
    // `6a8f…` is a commit, not version 6.
    let commit = rest.starts_with(|c: char| c.is_ascii_hexdigit()) && text.len() >= 7 && text.chars().all(|c| c.is_ascii_hexdigit());
    (head.starts_with(|c: char| c.is_ascii_digit()) && !commit).then_some(head)
}
