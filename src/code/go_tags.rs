//! What the tags of Go's structs say: ``Port int `env:"PORT,required" envDefault:"80"` ``, and the
//! prefixes under which a struct is read.

use std::collections::HashMap;
use std::ops::Range;

use super::Found;
use super::filled::is_upper;
use super::tokens::Code;
use crate::model::{Need, Stance};

/// How deep structs of structs are followed.
const DEEP: usize = 4;

/// How many names one field may come to under the prefixes of its struct.
const MANY: usize = 16;

/// A field of a struct of the file.
struct Field<'t> {
    /// The struct it stands in.
    owner: &'t str,
    /// Its name and where it stands; none where it is embedded.
    name: Option<(&'t str, Range<usize>)>,
    /// The last word of its type.
    of: &'t str,
    tags: Vec<Tag<'t>>,
}

/// One `key:"value"` of a tag.
struct Tag<'t> {
    key: &'t str,
    value: &'t str,
    at: usize,
}

impl<'t> Field<'t> {
    fn tag(&self, keys: &[&str]) -> Option<&Tag<'t>> {
        self.tags.iter().find(|tag| keys.contains(&tag.key))
    }

    fn says(&self, keys: &[&str]) -> bool {
        self.tag(keys).is_some_and(|tag| tag.value != "false")
    }

    /// The options behind the name in its tag.
    fn options(&self) -> impl Iterator<Item = &'t str> {
        self.tag(&["env", "envconfig"]).into_iter().flat_map(|tag| tag.value.split(',').skip(1).map(str::trim))
    }

    fn option(&self, name: &str) -> Option<&'t str> {
        self.options().find_map(|option| option.strip_prefix(name)?.strip_prefix('='))
    }

    /// The prefix it puts before the names in its type.
    fn prefix(&self) -> Option<&'t str> {
        self.tag(&["envPrefix", "env-prefix"]).map(|tag| tag.value).or_else(|| self.option("prefix"))
    }

    fn found(&self, name: String, range: Range<usize>) -> Found {
        let default = self.tag(&["envDefault", "env-default", "default"]).map(|tag| tag.value).or_else(|| self.option("default"));
        let validated = self.tag(&["validate", "binding"]).is_some_and(|tag| tag.value.split(',').any(|rule| rule == "required"));
        let required = validated || self.says(&["required", "env-required"]) || self.options().any(|option| matches!(option, "required" | "notEmpty"));
        let need = match () {
            () if default.is_some() => Need::Optional,
            () if required => Need::Required,
            () => Need::Bare,
        };
        Found { name, range, stance: Stance::Read, need, default: default.map(str::to_owned) }
    }
}

/// The structs of a file.
struct Structs<'t> {
    fields: Vec<Field<'t>>,
    by_owner: HashMap<&'t str, Vec<usize>>,
    by_type: HashMap<&'t str, Vec<usize>>,
    /// Whether the file has to do with the library that fills structs by `mapstructure`.
    viper: bool,
}

/// Adds what the tags of a file ask for.
pub(super) fn reads(code: &Code<'_>, out: &mut Vec<Found>) {
    let structs = Structs::of(code);
    if structs.fields.is_empty() {
        return;
    }
    let mut processed = Vec::new();
    for at in (0..code.len())
        .filter(|at| code.is_one_of(*at, &["Process", "MustProcess"]) && at.checked_sub(2).is_some_and(|before| code.is_word(before, "envconfig")))
        .take(MANY)
    {
        let arguments = code.arguments(at + 1);
        let [.., prefix, target] = arguments.as_slice() else { continue };
        let (Some(prefix), Some(of)) = (code.plain(prefix.start), type_of(code, target.clone())) else { continue };
        if structs.by_owner.contains_key(of) {
            processed.push(of);
            structs.process(of, &prefix.to_ascii_uppercase(), DEEP, out);
        }
    }
    for field in structs.fields.iter().filter(|field| !processed.contains(&field.owner)) {
        structs.tagged(field, out);
    }
}

impl<'t> Structs<'t> {
    fn of(code: &Code<'t>) -> Structs<'t> {
        let mut fields = Vec::new();
        for at in 0..code.len() {
            if code.is_word(at, "type")
                && let (Some(owner), true) = (code.word(at + 1), code.is_word(at + 2, "struct"))
                && let Some(end) = code.mate(at + 3)
            {
                fields_of(code, owner, at + 4..end, DEEP, &mut fields);
            }
        }
        let mut structs = Structs { fields, by_owner: HashMap::new(), by_type: HashMap::new(), viper: (0..code.len()).any(|at| code.is_word(at, "viper")) };
        for (index, field) in structs.fields.iter().enumerate() {
            structs.by_owner.entry(field.owner).or_default().push(index);
            structs.by_type.entry(field.of).or_default().push(index);
        }
        structs
    }

    /// The prefixes under which the fields of a struct are read.
    fn prefixes(&self, owner: &str, depth: usize) -> Vec<String> {
        let users = self.by_type.get(owner).into_iter().flatten().filter_map(|index| self.fields.get(*index));
        let mut out: Vec<String> = Vec::new();
        for user in users.take(if depth == 0 { 0 } else { MANY }) {
            let own = user.prefix().unwrap_or("");
            out.extend(self.prefixes(user.owner, depth - 1).into_iter().map(|outer| outer + own));
            out.truncate(MANY);
        }
        if out.is_empty() {
            out.push(String::new());
        }
        out
    }

    /// What a tag names itself.
    fn tagged(&self, field: &Field<'_>, out: &mut Vec<Found>) {
        let Some(tag) = field.tag(&["env", "envconfig"]).or_else(|| field.tag(&["mapstructure"]).filter(|_| self.viper)) else { return };
        let names = parts(tag.value).filter(|(_, name)| is_upper(name) || tag.key == "envconfig" && is_name(name));
        let names: Vec<(usize, &str)> = names.take(if tag.key == "env" { MANY } else { 1 }).collect();
        let prefixes = if tag.key == "env" { self.prefixes(field.owner, DEEP) } else { vec![String::new()] };
        for prefix in &prefixes {
            for (offset, name) in &names {
                let at = tag.at + offset;
                let mut found = field.found(format!("{prefix}{}", name.to_ascii_uppercase()), at..at + name.len());
                if names.len() > 1 {
                    // Any of them will do.
                    found.need = Need::Optional;
                }
                out.push(found);
            }
        }
    }

    /// What the library takes from the names of fields, under a prefix.
    fn process(&self, owner: &str, prefix: &str, depth: usize, out: &mut Vec<Found>) {
        let joined = |name: &str| if prefix.is_empty() { name.to_owned() } else { format!("{prefix}_{name}") };
        for field in self.by_owner.get(owner).into_iter().flatten().filter_map(|index| self.fields.get(*index)) {
            let tag = field
                .tag(&["envconfig"])
                .and_then(|tag| parts(tag.value).next().filter(|(_, name)| is_name(name)).map(|(offset, name)| (tag.at + offset, name)));
            let nested = depth > 0 && self.by_owner.contains_key(field.of) && field.of != owner;
            match (&field.name, tag) {
                _ if field.says(&["ignored"]) => {}
                (None, None) if nested => self.process(field.of, prefix, depth - 1, out),
                (Some((name, _)), _) if !name.starts_with(|c: char| c.is_ascii_uppercase()) => {}
                (Some((name, _)), tag) if nested => {
                    let name = tag.map_or(*name, |(_, name)| name).to_ascii_uppercase();
                    self.process(field.of, &joined(&name), depth - 1, out);
                }
                (_, Some((at, name))) => {
                    let upper = name.to_ascii_uppercase();
                    let found = field.found(joined(&upper), at..at + name.len());
                    // With a prefix, the bare name will do as well.
                    let alone = (!prefix.is_empty()).then(|| Found { name: upper, need: Need::Optional, ..found.clone() });
                    out.push(if alone.is_some() { Found { need: Need::Optional, ..found } } else { found });
                    out.extend(alone);
                }
                (Some((name, range)), None) => {
                    let name = if field.says(&["split_words"]) { snake(name) } else { (*name).to_owned() };
                    out.push(field.found(joined(&name.to_ascii_uppercase()), range.clone()));
                }
                (None, None) => {}
            }
        }
    }
}

/// The fields in the braces of a struct; those of a struct written out in it count as its own.
fn fields_of<'t>(code: &Code<'t>, owner: &'t str, range: Range<usize>, depth: usize, out: &mut Vec<Field<'t>>) {
    let mut at = range.start;
    while at < range.end {
        let start = code.skip(at);
        let mut end = start;
        let mut inner = None;
        while end < range.end && !code.is_break(end) && !code.is(end, ";") {
            if code.is_word(end, "struct")
                && let Some(close) = code.mate(end + 1)
            {
                inner = Some(end + 2..close);
            }
            end = code.over(end);
        }
        at = end + 1;
        if let Some(inner) = inner.filter(|_| depth > 0) {
            fields_of(code, owner, inner, depth - 1, out);
            continue;
        }
        let words: Vec<usize> = (start..end).filter(|at| code.word(*at).is_some()).collect();
        let (Some(first), Some(last)) = (words.first(), words.last()) else { continue };
        let tags = end.checked_sub(1).and_then(|last| code.text(last)).map_or_else(Vec::new, |(text, _, range)| tags(text, range.start));
        // `Database`, `*Database`, `config.Database`: embedded.
        let embedded = *first != start || words.len() == 1 || code.is(first + 1, ".");
        let name = (!embedded).then(|| (code.raw(*first), code.range(*first)));
        out.push(Field { owner, name, of: code.raw(*last), tags });
    }
}

/// The pairs of a tag that begins at an offset.
fn tags(text: &str, start: usize) -> Vec<Tag<'_>> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..) {
        let Some((key, after)) = rest.split_once(":\"") else { break };
        let Some((value, _)) = after.split_once('"') else { break };
        let from = at + key.len() + 2;
        out.push(Tag { key: key.trim(), value, at: start + from });
        at = from + value.len() + 1;
    }
    out
}

/// The parts between commas and where they begin, without the white space around them.
fn parts(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split(',').map(move |part| {
        let start = at + part.len() - part.trim_start().len();
        at += part.len() + 1;
        (start, part.trim())
    })
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// `MaxUsers` as `Max_Users`, `HTTPPort` as `HTTP_Port`.
fn snake(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut out = String::new();
    for (at, c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| chars.get(before));
        let begins = c.is_uppercase()
            && before.is_some_and(|before| before.is_lowercase() || before.is_numeric() || chars.get(at + 1).is_some_and(|next| next.is_lowercase()));
        if begins && before != Some(&'_') {
            out.push('_');
        }
        out.push(*c);
    }
    out
}

/// The type of what a call is given: `&cfg`, `&Config{}`, `cfg`.
fn type_of<'t>(code: &Code<'t>, target: Range<usize>) -> Option<&'t str> {
    let last = target.clone().rev().find_map(|at| code.word(at).filter(|_| !code.is(at.wrapping_sub(1), "{")))?;
    if target.clone().any(|at| code.is(at, "{")) {
        return target.rev().find_map(|at| code.word(at));
    }
    (0..target.start).rev().filter(|at| code.is_word(*at, last)).find_map(|at| {
        let mut from = if code.is(at + 1, ":=") { at + 3 } else { at + 1 };
        let declares = from > at + 1 || code.is_word(at.checked_sub(1)?, "var") || code.is(from, "*") || code.is(at.checked_sub(1)?, "(");
        if code.is_word(from, "new") {
            from += 1;
        }
        let from = (from..from + 3).find(|at| code.word(*at).is_some() || code.is_break(*at))?;
        let qualified = if code.is(from + 1, ".") { from + 2 } else { from };
        code.word(qualified).filter(|_| declares)
    })
}
