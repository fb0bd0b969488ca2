//! Values files of Helm charts: a chart's own `values.yaml`, and the files that are laid over it for
//! one environment each. Source: Helm's documentation, "Values Files", "Subcharts and Global Values";
//! maps merge, lists are replaced, null removes.

use super::super::{Claim, Format, Home, Input, Link, Links, Output, Target};
use super::configs::Allowance;
use super::kustomize::edit::Budget;
use super::kustomize::strategic::{Merged, merge};
use super::workload::{Layers, Reader};
use crate::catalog::{Names, words};
use crate::files::{Documents, file_name, folder, is_yaml, join};
use crate::limits;
use crate::syntax::{At, Node, Value};

/// Values of charts.
pub(crate) static FORMAT: Format = Format { name: "helm_values", claims, sniff: |_| true, scan: None, home: Home::Deployed, links: Links::Apart(links), read };

/// Folders that hold what Helm deploys, whether or not the chart itself lies there.
const FOLDERS: &[&str] = &["helm", "helm_deploy", "charts", "deploy", "deployment", "deployments"];

fn claims(path: &str) -> Claim {
    let name = file_name(path);
    let (true, Some((stem, _))) = (is_yaml(path), name.rsplit_once('.')) else { return Claim::No };
    let stem = stem.to_ascii_lowercase();
    let named = stem == "values" || stem.strip_prefix("values").is_some_and(|rest| rest.starts_with(['-', '.', '_'])) || stem.ends_with("-values");
    if !named || path.split('/').any(|part| part == "templates" || part == ".github") {
        return Claim::No;
    }
    if is_in_folder(path) { Claim::Yes } else { Claim::Maybe }
}

/// Whether the folders of a path say that charts' values stand there.
fn is_in_folder(path: &str) -> bool {
    folder(path).split('/').any(|part| FOLDERS.iter().any(|name| part.eq_ignore_ascii_case(name)))
}

/// The chart that a values file is for.
pub(crate) struct Chart {
    /// Its folder; of a chart that lies elsewhere, the folder of the values.
    pub(crate) folder: String,
    /// Its own values, where it has some.
    pub(crate) base: Option<String>,
    /// Whether this is a chart inside another one, which has its say about these values.
    pub(crate) inner: bool,
}

/// The chart of a values file: that of a folder above, or the only one beside; None where neither a
/// chart nor the folders' names say that this is a chart's at all.
pub(crate) fn chart(documents: &Documents<'_>, path: &str) -> Option<Chart> {
    let is_chart = |at: &str| documents.exists(&join(at, "Chart.yaml"));
    let above: Vec<&str> = std::iter::successors(Some(folder(path)), |at| (!at.is_empty()).then(|| folder(at))).take(3).collect();
    let found = above.iter().find(|at| is_chart(at)).map(|at| (*at).to_owned());
    let beside = |at: &&str| {
        let prefix = if at.is_empty() { 0 } else { at.len() + 1 };
        let files = documents.below(at).take(limits::REFERENCES);
        let mut charts = files.filter_map(|file| file.get(prefix..)?.strip_suffix("/Chart.yaml").filter(|name| !name.contains('/')));
        let (first, second) = (charts.next(), charts.next());
        first.filter(|_| second.is_none()).map(|name| join(at, name))
    };
    let found = found.or_else(|| above.iter().take(2).find_map(beside));
    if found.is_none() && !is_in_folder(path) {
        return None;
    }
    let folder_of_chart = found.unwrap_or_else(|| folder(path).to_owned());
    let base = ["values.yaml", "values.yml"].into_iter().map(|name| join(&folder_of_chart, name)).find(|base| documents.exists(base));
    let inner = file_name(folder(&folder_of_chart)) == "charts" && is_chart(folder(folder(&folder_of_chart)));
    Some(Chart { folder: folder_of_chart, base, inner })
}

fn links(input: &Input<'_>, out: &mut Vec<Link>) {
    let path = &*input.document.path;
    if left_out(input.documents, &input.catalog.names, path).is_none() {
        let base = chart(input.documents, path).and_then(|chart| chart.base).filter(|base| base != path);
        out.extend(base.map(|path| Link { environment: None, at: At::file(input.document.id), to: Target::Part { path } }));
    }
}

/// Why a file stands for no environment, if it does not.
pub(crate) fn left_out(documents: &Documents<'_>, names: &Names, path: &str) -> Option<&'static str> {
    let document = documents.open(path).ok()?;
    let Some(chart) = chart(documents, path) else { return Some("values of no chart") };
    let inside = path.strip_prefix(chart.folder.as_str()).unwrap_or("");
    if document.is_template() && document.trees().is_err() {
        Some("a template of another language")
    } else if inside.starts_with("/ci/") {
        Some("values that only test the chart")
    } else if chart.inner {
        Some("values of a chart inside another chart")
    } else if chart.base.is_some_and(|base| base != path) && names.environment_of_path(path, true).is_none() {
        Some("values over a chart's own that name no environment")
    } else {
        None
    }
}

fn read(input: &Input<'_>, out: &mut Output) {
    let document = &input.document;
    let Some(chart) = chart(input.documents, &document.path) else { return };
    let own = match document.tree() {
        Ok(tree) if tree.is_map() => tree.clone(),
        Ok(tree) if !tree.is_null() => return out.gap(tree.at(), "values that are no map"),
        // Nothing over a chart's own values leaves them as they are.
        Err(problem) if problem.line > 0 && document.is_template() => return out.note(At::file(document.id), "a template of another language"),
        Err(problem) if problem.line > 0 => return out.problem(document, problem),
        _ => Node::new(Value::Map(Vec::new()), At::file(document.id)),
    };
    // SOPS encrypts values in place: what is left says nothing.
    if own.get("sops").is_some() {
        return;
    }
    let base = chart.base.filter(|base| **base != *document.path).and_then(|base| input.documents.open(&base).ok());
    let mut values = own.clone();
    if let Some(base) = base {
        match base.tree() {
            Ok(tree) if tree.is_map() => {
                let mut budget = Budget::new();
                // Helm merges what it does not know as kustomize merges custom resources.
                if let Merged::Kept(merged) = merge(tree, &own, "helm.sh", &mut budget) {
                    values = merged;
                }
                if budget.is_spent() {
                    return out.gap(At::file(document.id), "values beyond the limit");
                }
            }
            Err(problem) if problem.line > 0 && !base.is_template() => out.problem(&base, problem),
            _ => {}
        }
    }
    let declared = input.documents.open(&join(&chart.folder, "Chart.yaml")).ok();
    let declared = declared.as_ref().and_then(|chart| chart.tree().ok()?.text_of("name")).filter(|name| words(name).next().is_some());
    let name = declared.unwrap_or(file_name(&chart.folder));
    let file = File { at: At::file(document.id), allowance: Allowance::new() };
    Reader { input, name, name_at: file.at, layers: &file, asleep: false }.chart(&[values], false, out);
}

/// Values stand where they are used, and take nothing from elsewhere.
struct File {
    at: At,
    allowance: Allowance,
}

impl Layers for File {
    fn presence(&self) -> (At, Vec<At>) {
        (self.at, Vec::new())
    }

    fn spend(&self, cost: usize) -> bool {
        self.allowance.spend(cost)
    }
}
