//! evenkeel tells a team where local, CI, staging and production disagree.
//!
//! The flow is `discover → collect → read → seal → align → judge → report`: [`discover`] decides which files define
//! which environment, [`files`] opens them ([`source`] asks what runs, where a person wants it), [`read`] turns documents
//! into readings ([`code`] reads source code for them), [`seal`] lets through what may be shown, [`align`] lines facts up
//! by subject, [`judge`] holds the rows against the rules in `rules/`, and [`report`] renders the verdict. [`check`] is
//! that flow, [`diff`] the one that ends before a rule is asked, [`drift`] compares what [`store`] keeps with what is
//! now; [`cli`] is their command line.

pub mod align;
pub mod catalog;
pub mod check;
pub mod cli;
pub mod code;
pub mod config;
pub mod diff;
pub mod discover;
pub mod drift;
pub mod files;
mod inside;
mod joined;
pub mod judge;
mod known;
pub mod limits;
mod loaders;
pub mod model;
mod overrides;
mod parallel;
mod profiles;
pub mod read;
pub mod report;
pub mod seal;
pub mod source;
pub mod store;
mod suggest;
mod survey;
pub mod syntax;
pub mod trust;
