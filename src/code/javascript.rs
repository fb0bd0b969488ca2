//! What is peculiar to JavaScript and TypeScript.

use super::finder::Finder;

pub(super) fn find(_: &mut Finder<'_, '_>) {}
