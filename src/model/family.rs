//! What is known of files that are one configuration in several environments, and how one of their
//! keys is held.

use super::{Content, Environment, Shape, Shown};

/// How a member of a family holds a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Setting {
    /// Where the value comes from.
    pub content: Content,
    /// What it is, where it is no scalar.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub composite: Option<Shape>,
    /// Whether it is the base that says it, not the member.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub inherited: bool,
    /// Whether it leads to the file of another environment, although its own stands beside that.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub foreign: bool,
}

/// A family as it was read.
#[derive(Debug, Clone)]
pub struct Family {
    /// How it is called: the path with `{env}` in the place of the environment's word.
    pub label: Shown,
    /// The files of the environments, in the order of the environments.
    pub members: Vec<Member>,
    /// How many keys the file has that holds for every environment; none where there is no such file.
    pub base: Option<usize>,
    /// How many keys all members have that are no fragment beside the others.
    pub common: usize,
    /// How many keys say the same everywhere; nothing more is told of them.
    pub alike: usize,
}

/// One environment's file.
#[derive(Debug, Clone)]
pub struct Member {
    /// The environment.
    pub environment: Environment,
    /// The file.
    pub path: Shown,
    /// How many keys it has.
    pub keys: usize,
    /// How many of them the base has too.
    pub of_base: usize,
}

impl Family {
    /// Whether the members are full copies of each other: a key that one of them lacks is missing.
    pub fn are_twins(&self) -> bool {
        let full: Vec<usize> = self.full().map(|member| member.keys).collect();
        full.len() >= 2
            && self.common >= 3
            && full.iter().all(|keys| self.common * 10 >= keys * 6)
            && self.base.is_none_or(|base| self.members.iter().any(|member| member.of_base * 2 >= base))
    }

    /// The members that are no fragment beside the others.
    pub fn full(&self) -> impl Iterator<Item = &Member> {
        self.numbered_full().map(|(_, member)| member)
    }

    /// The same, with their places among the members.
    pub fn numbered_full(&self) -> impl Iterator<Item = (usize, &Member)> {
        let most = self.members.iter().map(|member| member.keys).max().unwrap_or(0);
        self.members.iter().enumerate().filter(move |(_, member)| member.keys * 2 >= most)
    }

    /// Whether this environment's file is a full copy of the base, with its own values.
    pub fn copies(&self, environment: &Environment) -> bool {
        let Some(base) = self.base.filter(|base| *base >= 5) else { return false };
        // Few overlays say so much again.
        let copied = |shared: usize| shared * 2 >= base || shared >= 40 && shared * 5 >= base * 2;
        self.members.iter().any(|member| member.environment == *environment && copied(member.of_base))
    }
}
