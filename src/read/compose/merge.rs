//! Laying one service over another as Compose does (Compose Specification, "Merge"; compose-go
//! `override`): maps merge, scalars replace, lists append. Trees are shared, never rewritten, so each
//! value keeps the place in its own file.

use std::collections::HashMap;
use std::sync::Arc;

use super::forms::{build, grant, is_reset, many, mount, names, pairs, port};
use crate::limits;
use crate::syntax::{At, Key, Node, Value, put};

/// How a setting of a service is laid over its base.
enum Rule {
    /// Maps merge, lists append, scalars replace.
    Plain,
    /// The upper one alone counts.
    Replace,
    /// A map, or a list of `name=value`.
    Pairs,
    /// A map, or a list of names.
    Names,
    /// One or many, appended.
    Many,
    /// A list whose items replace those of the same key.
    Keyed(fn(&Node) -> Option<String>),
    /// A map, or the text of its `context`.
    Build,
    /// Maps merge if both name the same driver.
    Driver,
}

fn rule(path: &[&str]) -> Rule {
    match path {
        ["command" | "entrypoint"] | ["healthcheck", "test"] | ["ulimits", _] => Rule::Replace,
        ["environment" | "labels" | "annotations" | "sysctls", _] | ["build", "args" | "labels" | "additional_contexts", _] | ["deploy", "labels", _] => {
            Rule::Replace
        }
        ["environment" | "labels" | "annotations" | "sysctls"] | ["build", "args" | "labels" | "additional_contexts"] | ["deploy", "labels"] => Rule::Pairs,
        ["depends_on" | "networks" | "models"] => Rule::Names,
        ["dns" | "dns_opt" | "dns_search" | "env_file" | "label_file" | "tmpfs"] => Rule::Many,
        ["ports"] => Rule::Keyed(port),
        ["volumes"] => Rule::Keyed(mount),
        ["secrets" | "configs"] => Rule::Keyed(grant),
        ["build"] => Rule::Build,
        ["logging"] => Rule::Driver,
        _ => Rule::Plain,
    }
}

/// The merging of one project: it does a bounded amount of work, because aliases can make a small
/// file a huge tree.
pub(super) struct Merger {
    left: usize,
}

impl Merger {
    pub(super) fn new() -> Merger {
        Merger { left: limits::NODES }
    }

    /// Whether the limit was hit and what came later was not merged.
    pub(super) fn is_spent(&self) -> bool {
        self.left == 0
    }

    /// Lays a service over its base.
    pub(super) fn service(&mut self, base: &Node, over: &Node) -> Node {
        self.lay(base, over, &[])
    }

    fn lay(&mut self, base: &Node, over: &Node, path: &[&str]) -> Node {
        if matches!(over.tag(), Some("override" | "reset")) {
            return over.clone();
        }
        let rule = rule(path);
        if matches!(rule, Rule::Replace) || base.is_null() || is_reset(base) {
            return over.clone();
        }
        if over.is_null() {
            return base.clone();
        }
        if self.left == 0 || path.len() >= limits::DEPTH {
            self.left = 0;
            return over.clone();
        }
        match rule {
            Rule::Pairs => self.maps(&pairs(base), &pairs(over), path),
            Rule::Names => self.maps(&names(base), &names(over), path),
            Rule::Build => self.maps(&build(base), &build(over), path),
            Rule::Many => self.lists(&many(base), &many(over), over.at(), |item| item.text().map(str::to_owned)),
            Rule::Keyed(key) => self.lists(base.items(), over.items(), over.at(), key),
            Rule::Driver if differ(base.text_of("driver"), over.text_of("driver")) => over.clone(),
            _ if base.is_map() && over.is_map() => self.maps(base, over, path),
            _ if matches!((base.value(), over.value()), (Value::List(_), Value::List(_))) => {
                self.lists(base.items(), over.items(), over.at(), |item| item.text().map(str::to_owned))
            }
            _ => over.clone(),
        }
    }

    fn maps(&mut self, base: &Node, over: &Node, path: &[&str]) -> Node {
        let mut entries: Vec<(Key, Node)> = base.entries().to_vec();
        let mut seen: HashMap<Arc<str>, usize> = entries.iter().enumerate().map(|(i, (key, _))| (key.text.clone(), i)).collect();
        self.left = self.left.saturating_sub(entries.len() + over.entries().len());
        for (key, value) in over.entries() {
            let below = seen.get(&key.text).and_then(|i| entries.get(*i)).map(|(_, node)| node.clone());
            let node = match below {
                Some(below) => self.lay(&below, value, &[path, &[&*key.text]].concat()),
                None => value.clone(),
            };
            put(&mut entries, &mut seen, key.clone(), node);
        }
        entries.retain(|(_, node)| !is_reset(node));
        Node::new(Value::Map(entries), over.at())
    }

    fn lists(&mut self, base: &[Node], over: &[Node], at: At, key: fn(&Node) -> Option<String>) -> Node {
        let mut items: Vec<Node> = Vec::with_capacity(base.len() + over.len());
        let mut seen: HashMap<String, usize> = HashMap::new();
        self.left = self.left.saturating_sub(base.len() + over.len());
        for item in base.iter().chain(over) {
            let name = key(item);
            match name.as_ref().and_then(|name| seen.get(name)).and_then(|i| items.get_mut(*i)) {
                Some(slot) => *slot = item.clone(),
                None => {
                    if let Some(name) = name {
                        seen.insert(name, items.len());
                    }
                    items.push(item.clone());
                }
            }
        }
        Node::new(Value::List(items), at)
    }
}

fn differ(base: Option<&str>, over: Option<&str>) -> bool {
    base.zip(over).is_some_and(|(base, over)| base != over)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{FileId, yaml};

    fn node(text: &str) -> Node {
        yaml::parse(FileId(0), text).expect("YAML").remove(0)
    }

    fn say(node: &Node) -> String {
        match node.value() {
            Value::Null => "~".to_owned(),
            Value::Scalar(text, _) => text.to_string(),
            Value::List(items) => format!("[{}]", items.iter().map(say).collect::<Vec<_>>().join(",")),
            Value::Map(entries) => format!("{{{}}}", entries.iter().map(|(key, value)| format!("{}:{}", key.text, say(value))).collect::<Vec<_>>().join(",")),
        }
    }

    fn merged(base: &str, over: &str) -> String {
        say(&Merger::new().service(&node(base), &node(over)))
    }

    #[test]
    fn settings_are_laid_over_each_other_as_compose_does() {
        for (base, over, expected) in [
            ("{image: a:1, restart: always}", "{image: a:2}", "{image:a:2,restart:always}"),
            ("{command: [a, b]}", "{command: [c]}", "{command:[c]}"),
            ("{entrypoint: a}", "{entrypoint: [b, c]}", "{entrypoint:[b,c]}"),
            ("{healthcheck: {test: [a], retries: 3}}", "{healthcheck: {test: [b]}}", "{healthcheck:{test:[b],retries:3}}"),
            ("{environment: [A=1, B=2]}", "{environment: {B: 3, C: }}", "{environment:{A:1,B:3,C:~}}"),
            ("{environment: {A: 1}}", "{environment: [A]}", "{environment:{A:~}}"),
            ("{build: ./api}", "{build: {target: dev}}", "{build:{context:./api,target:dev}}"),
            ("{build: {args: [V=1, W=2]}}", "{build: {args: {V: 3}}}", "{build:{args:{V:3,W:2}}}"),
            ("{cap_add: [A]}", "{cap_add: [A, B]}", "{cap_add:[A,B]}"),
            ("{ports: ['80:80', '443:443']}", "{ports: ['443:443', '1:1']}", "{ports:[80:80,443:443,1:1]}"),
            ("{volumes: ['./a:/app', 'data:/data']}", "{volumes: ['${B:-./b}:/app:ro']}", "{volumes:[${B:-./b}:/app:ro,data:/data]}"),
            ("{volumes: ['./a:/app']}", "{volumes: [{type: bind, source: ./c, target: /app}]}", "{volumes:[{type:bind,source:./c,target:/app}]}"),
            ("{env_file: a.env}", "{env_file: [b.env]}", "{env_file:[a.env,b.env]}"),
            ("{depends_on: [db]}", "{depends_on: {cache: {condition: x}}}", "{depends_on:{db:~,cache:{condition:x}}}"),
            ("{logging: {driver: a, options: {x: 1}}}", "{logging: {driver: b}}", "{logging:{driver:b}}"),
            ("{logging: {driver: a, options: {x: 1}}}", "{logging: {options: {y: 2}}}", "{logging:{driver:a,options:{x:1,y:2}}}"),
            ("{image: a}", "{image: }", "{image:a}"),
            ("{build: ./a, ports: [1]}", "{build: !reset null, ports: !override [2]}", "{ports:[2]}"),
            ("{image: !reset x}", "{image: b}", "{image:b}"),
            ("{environment: {A: 1, B: 2}}", "{environment: {A: !reset null}}", "{environment:{B:2}}"),
            ("{image: a}", "{image: [b]}", "{image:[b]}"),
        ] {
            assert_eq!(merged(base, over), expected, "{base} + {over}");
        }
    }

    #[test]
    fn every_value_keeps_its_own_place() {
        let merged = Merger::new().service(&node("image: a:1\nbuild:\n  args: [V=12]"), &node("\n\n\nbuild: {args: {W: 3}}"));
        let place = |path: &[&str]| merged.path(path).map(|n| (n.at().line, n.at().column, n.at().width));
        assert_eq!(place(&["image"]), Some((1, 8, 3)));
        assert_eq!(place(&["build", "args", "V"]), Some((3, 12, 2)));
        assert_eq!(place(&["build", "args", "W"]), Some((4, 19, 1)));
    }

    #[test]
    fn a_bomb_of_aliases_is_cheap() {
        let mut text = "x0: &x0 {a: 1}\n".to_owned();
        for i in 1..60 {
            text.push_str(&format!("x{i}: &x{i} {{a: *x{}, b: *x{}}}\n", i - 1, i - 1));
        }
        let bomb = node(&text);
        let mut merger = Merger::new();
        merger.service(&bomb, &bomb);
        assert!(merger.is_spent());
    }
}
