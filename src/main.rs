//! The `evenkeel` command: a table of contents.
fn main() {}
