//! Dockerfiles: which images and runtimes an image is built from, which of them run in the end, and
//! which variables it is given and reads.
//! Source: Docker's Dockerfile reference and Docker's documentation on multi-stage builds.

mod environment;
mod instructions;
mod reads;
mod run;
mod scripts;
mod stages;
mod values;
mod variables;
mod words;

use std::collections::{BTreeSet, HashSet};
use std::rc::Rc;

use self::environment::Given;
use self::instructions::{Instruction, Lexed, lex};
use self::stages::{Base, Stage, Stages};
use self::values::Value;
use self::variables::{Variables, View};
use super::shell::{RELEASED, Sourced};
use super::technology::Use;
use super::{Claim, Format, Home, Input, Links, Output, never};
use crate::files::{Document, file_name};
use crate::model::{Form, ImageRef, Kind, Reading, Scope, Syntax};
use crate::syntax::At;

/// Dockerfiles.
pub(super) static FORMAT: Format = Format { name: "dockerfile", claims, sniff: never, scan: None, home: Home::Image, links: Links::None, read };

/// Ends of names that begin like a Dockerfile's and are something else.
const OTHERS: &[&str] = &["dockerignore", "md", "go", "json", "yaml", "yml", "sh", "py", "js", "ts", "rs"];

/// Every instruction there is.
const KEYWORDS: &[&str] = &[
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];

fn claims(path: &str) -> Claim {
    let name = file_name(path);
    let end = name.rsplit_once('.').map_or("", |(_, end)| end);
    let alone = matches!(name, "Dockerfile" | "dockerfile" | "Containerfile" | "containerfile");
    let varied = ["Dockerfile.", "Dockerfile-", "Containerfile.", "Containerfile-"].iter().any(|start| name.starts_with(start)) && !OTHERS.contains(&end);
    if alone || varied || matches!(end, "Dockerfile" | "dockerfile" | "Containerfile" | "containerfile") { Claim::Yes } else { Claim::No }
}

fn read(input: &Input<'_>, out: &mut Output) {
    let document = &input.document;
    if is_template(document) {
        return out.note(At::file(document.id), "a template of another language");
    }
    let lexed = lex(document.text(), document.id);
    let mut reader = Reader { input, lexed: &lexed, variables: Variables::new(input.variables, lexed.escape, document.id) };
    let mut problems = lexed.problems.clone();
    let unknown = lexed.instructions.iter().find(|instruction| !KEYWORDS.contains(&instruction.keyword.as_str()));
    problems.extend(unknown.map(|instruction| (instruction.line, "an instruction that Dockerfiles do not have")));
    let mut stages = Stages::find(&lexed, &mut reader.variables, &mut problems);
    problems.sort_unstable();
    for (line, phrase) in problems {
        out.gap(At { line, ..At::file(document.id) }, phrase);
    }
    if stages.all.is_empty() {
        return out.gap(At::file(document.id), "no FROM in the file");
    }
    if !stages.build(input.target, &lexed) {
        return out.gap(At::file(document.id), "the stage that is to be built does not exist");
    }
    reader.stages(&stages, out);
    if reader.variables.exhausted() {
        out.gap(At::file(document.id), "replacing variables costs more than the limit");
    }
}

/// The image that what a Dockerfile builds by default is built on.
pub(crate) fn base(document: &Document) -> Option<ImageRef> {
    let lexed = lex(document.text(), document.id);
    let stages = Stages::find(&lexed, &mut Variables::new(&[], lexed.escape, document.id), &mut Vec::new());
    ImageRef::parse(stages.image()?.text.text())
}

/// The arguments that a Dockerfile declares, in all of its stages, and where. None where that cannot be told.
pub(super) fn arguments(document: &Document) -> Option<Vec<(String, At)>> {
    if is_template(document) {
        return None;
    }
    let lexed = lex(document.text(), document.id);
    let declared = lexed.instructions.iter().filter(|instruction| instruction.keyword == "ARG");
    let named = |instruction: &Instruction| {
        let source = &instruction.source;
        let all = words::assignments(source, "ARG", lexed.escape).into_iter();
        all.filter_map(|one| Some((source.text().get(one.name.clone())?.to_owned(), source.at(one.name)))).collect::<Vec<_>>()
    };
    // What an image triggers in those that are built on it declares arguments of theirs.
    let triggers = lexed.instructions.iter().any(|instruction| instruction.keyword == "ONBUILD");
    (lexed.problems.is_empty() && !triggers).then(|| declared.flat_map(named).collect())
}

/// Whether another language makes the Dockerfile. Braces inside a command (`docker inspect -f
/// '{{.Id}}'`) do not.
fn is_template(document: &Document) -> bool {
    // What scripts replace: `%%VERSION%%`, `@VERSION@`.
    let replaced = |line: &str| ["%%", "@"].iter().any(|mark| line.split(mark).skip(1).step_by(2).any(is_placeholder));
    let marked = |line: &str| line.contains("{{") || line.contains("{%") || line.contains("<%");
    let structural = |line: &str| {
        let (line, start) = (line.trim_start(), line.trim_start().get(..4).unwrap_or(""));
        ["{{", "{%", "<%", "%%"].iter().any(|mark| line.starts_with(mark)) || start.eq_ignore_ascii_case("from") || start.eq_ignore_ascii_case("arg ")
    };
    let mut lines = document.text().lines().filter(|line| marked(line)).peekable();
    document.is_template() && (lines.peek().is_none() || lines.any(structural)) || document.text().lines().filter(|line| replaced(line)).any(structural)
}

/// A name in capitals, as scripts look for it between two marks.
fn is_placeholder(text: &str) -> bool {
    text.len() > 1 && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// What the parts of this reader look at together.
struct Reader<'r> {
    input: &'r Input<'r>,
    lexed: &'r Lexed,
    variables: Variables<'r>,
}

impl Reader<'_> {
    fn stages(&mut self, stages: &Stages, out: &mut Output) {
        let (mut versions, mut told, mut given) = (Vec::new(), Vec::<Sourced>::new(), Given::default());
        for (number, stage) in stages.all.iter().enumerate() {
            let sourced = match &stage.base {
                Base::Stage(parent) => told.get(*parent).cloned().unwrap_or_default(),
                // A tag that stays names a release of its distribution, and with it the packages'.
                Base::Image(value) if ImageRef::parse(value.text.text()).is_some_and(|image| !image.is_floating()) => {
                    Sourced::new(BTreeSet::from([RELEASED.to_owned()]))
                }
                _ => Sourced::default(),
            };
            self.base(stage, out);
            for instruction in self.lexed.instructions.get(stage.instructions.clone()).unwrap_or_default() {
                match instruction.keyword.as_str() {
                    "ARG" | "ENV" => {
                        let defined = self.variables.define(instruction, View::Stage(number));
                        if instruction.keyword == "ENV" {
                            defined.iter().for_each(|defined| given.take(&self.variables, defined, number, stage.scope));
                        }
                        versions.extend(defined.iter().filter_map(|defined| self.version(&defined.name, defined.value.as_ref()?, defined.at, stage.scope)));
                    }
                    "COPY" | "ADD" => self.copied(stages, instruction, number, stage.scope, out),
                    "RUN" => {
                        self.copied(stages, instruction, number, stage.scope, out);
                        run::run(self, instruction, number, (stage.scope, &sourced), out);
                    }
                    _ => {}
                }
            }
            told.push(sourced);
        }
        // A variable that an image or a command already spoke for says nothing more.
        let start = |reading: &Reading| (reading.at.file, reading.at.line, reading.at.column);
        let mut said: HashSet<_> = out.readings.iter().map(start).collect();
        for reading in versions {
            if said.insert(start(&reading)) {
                out.push(reading);
            }
        }
        // A Dockerfile may stand in a folder of a component that its name alone does not tell.
        let path = &*self.input.document.path;
        let component = Some(self.input.components.of(path)).filter(|component| *component != self.input.catalog.names.component(path));
        let variables = given.readings().chain(reads::readings(self.lexed, stages));
        out.readings.extend(variables.map(|reading| reading.component(component)));
    }

    /// The image that a stage is built on.
    fn base(&self, stage: &Stage, out: &mut Output) {
        match &stage.base {
            Base::Image(value) => self.image(value, stage.base_at, stage.scope, out),
            Base::Unknown if stage.base_at.width > 0 => out.note(stage.base_at, "an expression in place of an image"),
            Base::Unknown | Base::Stage(_) | Base::Scratch => {}
        }
    }

    /// The images that an instruction takes files from.
    fn copied(&self, stages: &Stages, instruction: &Instruction, number: usize, scope: Scope, out: &mut Output) {
        for range in words::sources(&instruction.source, self.lexed.escape) {
            let at = instruction.source.at(range.clone());
            let Some(value) = self.variables.expand(&instruction.source, range, View::Stage(number)) else { continue };
            let text = value.text.text();
            let Some(image) = ImageRef::parse(text).filter(|_| stages.get(text).is_none()) else { continue };
            let (service, runtime) = (self.input.catalog.service_of_image(&image), self.input.catalog.runtime_of_base(&image));
            let known = service.is_some() || runtime.is_some();
            if !known && image.tag().is_none() && image.digest().is_none() && !text.contains('/') {
                out.note(at, "a build context that the file does not define");
                continue;
            }
            // Whole languages and services are there to build with; a tool comes along.
            let builds = service.is_some() || runtime.is_some_and(|runtime| runtime.class == "language");
            self.image(&value, at, if builds && scope == Scope::Run { Scope::Build } else { scope }, out);
        }
    }

    fn image(&self, value: &Value, written_at: At, scope: Scope, out: &mut Output) {
        let text = value.text.text();
        let (at, via) = value.text.origin_of(telling_byte(text)).unwrap_or((written_at, Vec::new()));
        if value.is_unset() && ImageRef::parse(text).is_none() {
            return out.note(at, "a build argument without a value");
        }
        if !text.is_empty() {
            out.base(self.input, Use { text, at, via, scope, workload: None });
        }
    }

    /// A variable that by its name holds the version of a runtime.
    fn version(&self, name: &str, value: &Rc<Value>, written_at: At, scope: Scope) -> Option<Reading> {
        let runtime = self.input.catalog.runtimes.iter().find(|runtime| runtime.variables.iter().any(|variable| variable == name))?;
        let text = value.text.text();
        if text.is_empty() || value.is_unset() {
            return None;
        }
        let (at, via) = value.text.origin_of(text.find(|c: char| c.is_ascii_digit()).unwrap_or(0)).unwrap_or((written_at, Vec::new()));
        Some(Reading::new(Kind::Runtime, &runtime.name, text, Form::Version(Syntax::Prefix), at).scope(scope).via(via))
    }
}

/// The byte of an image reference that tells its version: the first digit of the tag, else its start,
/// else the end of the name.
fn telling_byte(image: &str) -> usize {
    let name_end = image.find('@').unwrap_or(image.len());
    let name = image.get(..name_end).unwrap_or(image);
    let tag = name.rfind(':').filter(|colon| name.rfind('/').is_none_or(|slash| slash < *colon));
    match tag {
        Some(colon) => name.get(colon..).and_then(|tag| tag.find(|c: char| c.is_ascii_digit())).map_or(colon + 1, |digit| colon + digit),
        None if name_end < image.len() => name_end + 1,
        None => name_end.saturating_sub(1),
    }
}
