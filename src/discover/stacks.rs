//! placeholder
use super::{Plan, Scene};
pub(crate) fn place(_: &Scene<'_>, _: &mut Plan) {}
