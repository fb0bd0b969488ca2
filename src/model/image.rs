//! Image references, as the OCI distribution specification and Docker write them. Only a reference
//! that keeps to the grammar exists as a value; a user and password in front of it are dropped.

/// A parsed image reference.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct ImageRef {
    registry: String,
    repository: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    tag: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    digest: Option<String>,
}

impl ImageRef {
    /// Parses a reference. None where it keeps not to the grammar: an expression, a path, a
    /// template.
    pub fn parse(text: &str) -> Option<ImageRef> {
        let text = text.trim();
        let text = text.split_once("://").map_or(text, |(_, rest)| rest);
        let (name, digest) = match text.rsplit_once('@') {
            Some((name, digest)) if digest.starts_with("sha256:") || digest.starts_with("sha512:") => (name, Some(digest)),
            _ => (text, None),
        };
        // What stands before another `@` is a user and a password.
        let name = name.rsplit_once('@').map_or(name, |(_, name)| name);
        let (name, tag) = match name.rsplit_once(':') {
            Some((before, tag)) if !tag.contains('/') => (before, Some(tag)),
            _ => (name, None),
        };
        let (registry, path) = match name.split_once('/') {
            Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => (first, rest),
            _ => ("docker.io", name),
        };
        let registry = if registry == "index.docker.io" || registry == "registry-1.docker.io" { "docker.io" } else { registry };
        let sound = !path.is_empty()
            && path.split('/').all(is_component)
            && registry.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':'))
            && tag.is_none_or(is_tag)
            && digest.is_none_or(is_digest)
            && !(path.len() == 64 && path.chars().all(|c| c.is_ascii_hexdigit()));
        let repository = if registry == "docker.io" && !path.contains('/') { format!("library/{path}") } else { path.to_owned() };
        sound.then(|| ImageRef { registry: registry.to_owned(), repository, tag: tag.map(str::to_owned), digest: digest.map(str::to_owned) })
    }

    /// The registry's host, `docker.io` where none was written.
    pub fn registry(&self) -> &str {
        &self.registry
    }

    /// The repository on that registry, `library/…` for Docker's official images.
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// Registry and repository as a person writes them: the defaults left out.
    pub fn name(&self) -> String {
        let repository = self.repository.strip_prefix("library/").filter(|_| self.registry == "docker.io").unwrap_or(&self.repository);
        if self.registry == "docker.io" { repository.to_owned() } else { format!("{}/{repository}", self.registry) }
    }

    /// The last part of the repository.
    pub fn base_name(&self) -> &str {
        self.repository.rsplit('/').next().unwrap_or(&self.repository)
    }

    /// The tag as written.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The same with the tag that goes without saying.
    pub fn exact(&self) -> ImageRef {
        let tag = self.tag.clone().or_else(|| self.digest.is_none().then(|| "latest".to_owned()));
        ImageRef { tag, ..self.clone() }
    }

    /// The same by its tag alone; none where it has none but a digest.
    pub fn by_tag(&self) -> Option<ImageRef> {
        Some(ImageRef { digest: None, ..self.exact() }).filter(|image| image.tag.is_some())
    }

    /// The digest, with its algorithm.
    pub fn digest(&self) -> Option<&str> {
        self.digest.as_deref()
    }

    /// Whether what this names can change from one day to the next for reasons nobody wrote down:
    /// no digest, and no tag or one that only names a channel.
    pub fn is_floating(&self) -> bool {
        self.digest.is_none()
            && self.tag.as_deref().is_none_or(|tag| matches!(tag, "latest" | "stable" | "edge" | "nightly" | "main" | "master" | "dev" | "lts"))
    }
}

/// A path component: lower-case letters and digits, parted by single dots, dashes and underscores.
fn is_component(text: &str) -> bool {
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    edge(text.chars().next()) && edge(text.chars().last()) && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_'))
}

fn is_tag(text: &str) -> bool {
    !text.is_empty() && text.len() <= 128 && !text.starts_with(['.', '-']) && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
}

fn is_digest(text: &str) -> bool {
    text.split_once(':').is_some_and(|(_, hex)| hex.len() >= 32 && hex.chars().all(|c| c.is_ascii_hexdigit()))
}
