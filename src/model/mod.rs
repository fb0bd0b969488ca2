//! The words of the project as types: environments, subjects, readings, facts, gaps. Plain data; no
//! file is opened and no rule is known here.

mod bits;
mod environment;
mod fact;
mod family;
mod image;
mod interface;
pub(crate) mod key;
mod reading;
pub(crate) mod terms;
mod variable;
mod version;

pub use bits::{Bits, Build, Digest, Likeness, Platform};
pub use environment::Environment;
pub use fact::{Excerpt, Fact, Gap, Place, Shown, Value};
pub(crate) use fact::{share, sharers};
pub use family::{Family, Member, Setting};
pub use image::ImageRef;
pub use interface::{Callee, Ecosystem, Inside, Install, Part, Side};
pub use reading::{Form, Kind, Raw, Reading, Role, Scope};
pub use variable::{Address, Content, Need, Print, Shape, Stance, Variable, Where};
pub use version::{Interval, Number, Spec, Syntax};
