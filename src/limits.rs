//! Every bound that keeps untrusted input from costing time or memory. Hitting one is a gap that
//! names it; nothing else in the crate holds a number of this sort.

/// The largest file that is read, in bytes. Larger ones become a gap.
pub const FILE_BYTES: u64 = 4 * 1024 * 1024;

/// How much of a file that only *may* be ours is looked at before it is parsed, in bytes.
pub const SNIFF_BYTES: usize = 64 * 1024;

/// The deepest nesting of a syntax tree.
pub const DEPTH: usize = 96;

/// The most nodes of one syntax tree, aliases not counted again.
pub const NODES: usize = 400_000;

/// The most entries that merge keys (`<<`) may copy in one document.
pub const MERGED_ENTRIES: usize = 100_000;

/// The most documents in one YAML stream.
pub const DOCUMENTS: usize = 4_000;

/// How many files one reference may lead through (`extends`, `include`, kustomize bases, …).
pub const REFERENCE_DEPTH: usize = 16;

/// The most legs that one workflow matrix is spread into.
pub const MATRIX_LEGS: usize = 64;

/// The most steps of one workflow that are looked at, those of its actions counted at each use.
pub const WORKFLOW_STEPS: usize = 20_000;

/// The longest text that one interpolation may produce, in bytes.
pub const INTERPOLATED_BYTES: usize = 16 * 1024;

/// The most files that a tree may hold before the walk stops with a gap.
pub const FILES: usize = 2_000_000;

/// The longest text of a name or value that is shown, in characters.
pub const SHOWN_CHARS: usize = 160;
