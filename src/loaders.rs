//! Components whose code loads env files by itself, told from the packages that their manifests list: what such a
//! file offers needs nobody to forward it where the file is.

use crate::catalog::Catalog;
use crate::discover::Plan;
use crate::files::{Documents, folder, join};
use crate::model::{Content, Environment, Fact, Need, Reading, Stance};
use crate::seal;
use crate::syntax::At;

/// One fact for each of them.
pub(crate) fn loaders(plan: &Plan, documents: &Documents<'_>, catalog: &Catalog) -> Vec<Fact> {
    let manifests: Vec<String> = plan.components.roots().flat_map(|root| catalog.variables.loader_manifests().map(move |name| join(root, name))).collect();
    let loads = |path: &String| {
        let document = documents.open(path).ok().filter(|document| catalog.variables.loads_env_files(path, document.text()))?;
        let reading = Reading::variable_without(Stance::Loads, Need::Bare, Content::Nothing, "*", At::file(document.id));
        Some(seal::seal(&reading, &Environment::contract(), folder(path), path, documents, catalog))
    };
    manifests.iter().filter(|path| documents.exists(path)).filter_map(loads).map(|fact| Fact { format: "code", ..fact }).collect()
}
