//! The signs of one compose file that tell whose stack it is: a developer's, CI's, production's, or
//! only a layer over another file. From the file alone: nothing merged, no variable set.

use super::filled::split;
use super::forms::{given, is_reset, parts};
use super::interpolate::fill;

use crate::catalog::{Catalog, Names};
use crate::files::{Document, file_name};
use crate::model::ImageRef;
use crate::syntax::Node;

/// What one compose file says of itself.
#[derive(Default)]
pub(crate) struct Signs {
    /// The services' names.
    pub(crate) services: Vec<String>,
    /// How many of them are built from source.
    pub(crate) built: usize,
    /// How many run a backing service that the catalogue knows.
    pub(crate) backing: usize,
    /// The images of those not built that are neither a backing service nor a runtime's base, as
    /// written up to the tag: the project's own, published, or somebody else's. One that is only a
    /// variable stays the variable.
    pub(crate) images: Vec<String>,
    /// How many mounts bring a folder of source into a container.
    pub(crate) source_mounts: usize,
    /// How many services are started again whenever they stop.
    pub(crate) restarts: usize,
    /// How many services say how they are deployed: replicas, placement or resources.
    pub(crate) deployed: usize,
    /// Whether some service has neither image nor build nor base, or is taken away, so that the file
    /// only means something over another one.
    pub(crate) partial: bool,
    /// The services that hold data and are published on a port of the host.
    pub(crate) open_data: Vec<String>,
    /// The networks that something else makes.
    pub(crate) external_networks: Vec<String>,
    /// The mail catchers, tools and emulators among the services, by the catalogue's names.
    pub(crate) dev_tools: Vec<String>,
}

/// Reads the signs of a document. None where it is no compose file at all.
pub(crate) fn signs(document: &Document, catalog: &Catalog) -> Option<Signs> {
    let tree = document.tree().ok().filter(|tree| tree.is_map())?;
    let mut signs = Signs::default();
    for (name, service) in tree.get("services").map(Node::entries).unwrap_or_default() {
        if is_reset(service) {
            signs.partial = true;
            continue;
        }
        signs.services.push(name.text.to_string());
        signs.take(&name.text, service, catalog);
    }
    let networks = tree.get("networks").map(Node::entries).unwrap_or_default();
    let external = |network: &Node| given(network, "external").is_some_and(|external| external.is_map() || external.text() == Some("true"));
    signs.external_networks = networks.iter().filter(|(_, network)| external(network)).map(|(name, _)| name.text.to_string()).collect();
    Some(signs)
}

impl Signs {
    fn take(&mut self, name: &str, service: &Node, catalog: &Catalog) {
        let built = given(service, "build").is_some();
        let image = given(service, "image").filter(|image| image.text().is_some());
        self.built += usize::from(built);
        self.partial |= !built && image.is_none() && ["extends", "provider"].iter().all(|key| given(service, key).is_none());
        self.restarts += usize::from(matches!(service.text_of("restart"), Some("always" | "unless-stopped")));
        self.deployed += usize::from(["replicas", "placement", "resources"].iter().any(|key| service.path(&["deploy", key]).is_some()));
        self.source_mounts += service.get("volumes").map_or(0, |volumes| volumes.items().iter().filter(|volume| is_source(volume, catalog)).count());
        if let Some(image) = image.filter(|_| !built) {
            self.take_image(name, image, service, catalog);
        }
    }

    fn take_image(&mut self, name: &str, image: &Node, service: &Node, catalog: &Catalog) {
        // What the defaults say is enough to know what it is, whatever its version.
        let filled = fill(image, &|_| None).text();
        let reference = ImageRef::parse(&filled).or_else(|| ImageRef::parse(split(&filled).0));
        if let Some(known) = reference.as_ref().and_then(|reference| catalog.service_of_image(reference)) {
            self.backing += 1;
            if known.holds_data() && service.get("ports").is_some_and(|ports| ports.items().iter().any(is_published)) {
                self.open_data.push(name.to_owned());
            }
            if matches!(known.class.as_str(), "mail" | "tool" | "emulator") {
                self.dev_tools.push(known.name.clone());
            }
        } else if reference.is_none_or(|reference| catalog.runtime_of_image(&reference).is_none()) {
            self.images.push(named(image.text().unwrap_or("")).to_owned());
        }
    }
}

/// Whether a mount brings in a folder of source: a path of the repository that is neither a single
/// file nor a place for data and configuration.
fn is_source(volume: &Node, catalog: &Catalog) -> bool {
    let source = match volume.text() {
        Some(text) => parts(text).first().copied().filter(|source| source.starts_with('.')),
        None if volume.text_of("type") == Some("bind") => volume.text_of("source").filter(|source| !source.starts_with(['/', '~', '$'])),
        None => None,
    };
    let Some(source) = source else { return false };
    let last = file_name(source.trim_end_matches('/'));
    let is_file = !matches!(last, "." | "..") && last.get(1..).is_some_and(|rest| rest.contains('.'));
    // The folder itself decides, or any that it lies in: `./docker/config/nginx`.
    !is_file && !source.split('/').any(|part| Names::holds(&catalog.names.compose.state, part))
}

/// Whether a port is published on a port of the host that the file names.
fn is_published(port: &Node) -> bool {
    port.text().map_or_else(|| given(port, "published").is_some(), |text| parts(text).len() > 1)
}

/// An image as written, up to its tag or digest; colons inside `${…}` not counted.
fn named(text: &str) -> &str {
    let (mut open, mut end) = (0_usize, None);
    for (index, c) in text.char_indices() {
        match c {
            '{' => open += 1,
            '}' => open = open.saturating_sub(1),
            '/' if open == 0 => end = None,
            ':' | '@' if open == 0 && end.is_none() => end = Some(index),
            _ => {}
        }
    }
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::FileId;

    fn of(text: &str) -> Signs {
        signs(&Document::new(FileId(0), "compose.yaml", text.to_owned()), Catalog::get()).expect("a compose file")
    }

    #[test]
    fn a_stack_shows_its_signs() {
        let signs = of("
services:
  web:
    image: ghcr.io/acme/shop:${TAG:-latest}
    restart: unless-stopped
    deploy: {replicas: 2}
  api:
    build: ./api
    image: acme/api
    volumes: ['./api:/app', './nginx.conf:/etc/nginx.conf', './docker/data:/data', '.:/all', 'named:/x', {type: bind, source: ../lib, target: /lib}]
  db:
    image: postgres:${POSTGRES_VERSION}
    restart: always
    ports: ['127.0.0.1:5432:5432']
networks:
  edge: {external: true}
  own:
");
        assert_eq!(signs.services, ["web", "api", "db"]);
        assert_eq!((signs.built, signs.backing, signs.source_mounts, signs.restarts, signs.deployed), (1, 1, 3, 2, 1));
        assert_eq!(signs.images, ["ghcr.io/acme/shop"]);
        assert_eq!((signs.open_data, signs.external_networks), (vec!["db".to_owned()], vec!["edge".to_owned()]));
        assert!(!signs.partial && signs.dev_tools.is_empty());
    }

    #[test]
    fn a_layer_is_partial() {
        assert!(of("services: {db: {ports: ['5432:5432']}}").partial);
        assert!(!of("services: {db: {extends: base}}").partial);
        let reset = of("services: {db: {image: postgres}, old: !reset null}");
        assert!(reset.partial && reset.services == ["db"]);
        assert!(of("services:").services.is_empty());
        assert!(signs(&Document::new(FileId(0), "compose.yaml", "- a".to_owned()), Catalog::get()).is_none());
    }

    #[test]
    fn an_image_is_named_up_to_its_tag() {
        for (text, expected) in [
            ("a/b:1", "a/b"),
            ("localhost:5000/b:1", "localhost:5000/b"),
            ("${REGISTRY:-r.test}/b:${TAG:-1}", "${REGISTRY:-r.test}/b"),
            ("b@sha256:1", "b"),
            ("${IMAGE:-b:1}", "${IMAGE:-b:1}"),
        ] {
            assert_eq!(named(text), expected);
        }
    }
}
