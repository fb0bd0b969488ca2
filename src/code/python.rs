//! What is peculiar to Python.

use super::finder::Finder;

pub(super) fn find(_: &mut Finder<'_, '_>) {}
