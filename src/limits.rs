//! Every bound that keeps untrusted input from costing time or memory. Hitting one is a gap that
//! names it; nothing else in the crate holds a number of this sort.

/// The largest file that is read, in bytes. Larger ones become a gap.
pub const FILE_BYTES: u64 = 4 * 1024 * 1024;

/// The longest key, and the longest name of an accepted snapshot, in bytes.
pub const STORED_LINE_BYTES: u64 = 4 * 1024;

/// The largest snapshot that is read back, in bytes.
pub const SNAPSHOT_BYTES: u64 = 64 * 1024 * 1024;

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

/// How many references of one source are followed in all, however wide they spread.
pub const REFERENCES: usize = 2_000;

/// The most entries of trees that one kustomize build may copy or look at.
pub const BUILT_ENTRIES: usize = 1_000_000;

/// The most files beside a manifest that are looked through for what its pods name.
pub const NEIGHBOURS: usize = 200;

/// The most variables that the pods of one source may take from ConfigMaps and Secrets together.
pub const TAKEN_VARIABLES: usize = 50_000;

/// The most legs that one workflow matrix is spread into.
pub const MATRIX_LEGS: usize = 64;

/// The most steps of one workflow that are looked at, those of its actions counted at each use.
pub const WORKFLOW_STEPS: usize = 20_000;

/// How much text of commands and variables of one pipeline is read, in bytes, that of an alias counted at
/// each use.
pub const PIPELINE_BYTES: usize = 16 * 1024 * 1024;

/// The longest text that one interpolation may produce, in bytes.
pub const INTERPOLATED_BYTES: usize = 16 * 1024;

/// The most pieces that one interpolation may be put together from.
pub const INTERPOLATED_PIECES: usize = 256;

/// What all interpolations of one document may cost together, in bytes.
pub const INTERPOLATED_TOTAL: usize = 16 * 1024 * 1024;

/// The most instructions of one Dockerfile.
pub const INSTRUCTIONS: usize = 10_000;

/// The longest instruction of a Dockerfile, continuation lines joined, in bytes.
pub const INSTRUCTION_BYTES: usize = 64 * 1024;

/// How many bytes of env files one source may read and make of them.
pub const ENV_BYTES: usize = 8 * 1024 * 1024;

/// The largest env file that a job's copy of it is read key by key, in bytes: every leg of a matrix
/// may copy it anew.
pub const COPIED_ENV_BYTES: usize = 64 * 1024;

/// The most files that a tree may hold before the walk stops with a gap.
pub const FILES: usize = 2_000_000;

/// The longest text of a name or value that is shown, in characters.
pub const SHOWN_CHARS: usize = 160;

/// The most different starts of compose stacks (files, variables, services) that are read.
pub const STARTED_STACKS: usize = 256;

/// The longest line of source code, in bytes: a file with a longer one was made by a tool.
pub const CODE_LINE_BYTES: usize = 5_000;

/// The most lines of a text file that are held against those of another environment's.
pub const TEXT_LINES: usize = 2_000;

/// How deep brackets may stand in each other for a text to be parsed where it is read, by a parser that
/// takes much of the stack.
pub const SHALLOW: usize = 24;

/// The stack of a thread that parses what is deeper, in bytes.
pub const DEEP_STACK_BYTES: usize = 16 * 1024 * 1024;

/// How often the keys of one document's objects may be compared with each other.
pub const COMPARED_KEYS: usize = 16_000_000;

/// The most keys of one document that may be repeated in an object: each costs another look at the text.
pub const REPEATED_KEYS: usize = 24;

/// The most files of variables that one Terraform root is read with.
pub const VARIABLE_FILES: usize = 64;

/// The most nodes that are looked at for the settings of one file, those of an alias counted at each use.
pub const SETTING_NODES: usize = 400_000;

/// How long a live source may take where nobody says otherwise, in seconds.
pub const LIVE_SECONDS: u64 = 10;

/// The most addresses of one time server that are asked.
pub const ADDRESSES: usize = 4;

/// The longest that a person may give a live source, in seconds.
pub const LIVE_SECONDS_MOST: u64 = 600;

/// The most containers of one engine that are looked at.
pub const CONTAINERS: usize = 1_000;

/// The most files of a repository that one declared command may name, itself or by their folders.
pub const TRUSTED_FILES: usize = 2_000;

/// How much is read of what a program prints, in bytes.
pub const PRINTED_BYTES: u64 = 16 * 1024 * 1024;

/// How much is read of one answer of an engine, in bytes.
pub const ANSWER_BYTES: u64 = 16 * 1024 * 1024;

/// The most contexts of the docker client that are looked through.
pub const CONTEXTS: usize = 200;

/// How long reading what lies inside the images of one source may take where nobody says otherwise, in seconds.
pub const INSIDE_SECONDS: u64 = 120;

/// The longest that a person may give to that, in seconds.
pub const INSIDE_SECONDS_MOST: u64 = 3_600;

/// How much of the stream of one file system is read, in bytes.
pub const INSIDE_BYTES: u64 = 16 * 1024 * 1024 * 1024;

/// The most entries of one file system.
pub const INSIDE_ENTRIES: usize = 1_000_000;

/// The most entries of one file system of which something is remembered, if only the name.
pub const INSIDE_NAMES: usize = 100_000;

/// The largest file of a file system that is kept in memory, in bytes.
pub const INSIDE_FILE_BYTES: u64 = 16 * 1024 * 1024;

/// The same of databases of packages that hold more than names and versions, of all in one file system together.
pub const INSIDE_DATABASE_BYTES: u64 = 32 * 1024 * 1024;

/// The largest header of a package in such a database, in bytes.
pub const HEADER_BYTES: usize = 8 * 1024 * 1024;

/// What of one file system is kept in memory at once beside that, in bytes.
pub const INSIDE_KEPT_BYTES: u64 = 32 * 1024 * 1024;

/// How much of that may be texts such as lock files, in bytes.
pub const INSIDE_TEXT_BYTES: u64 = 8 * 1024 * 1024;

/// The most layers of one image, and the most files beside them in what it is saved as.
pub const LAYERS: usize = 1_000;

/// How much is read of a file that may only hold a secret, in bytes.
pub const INSIDE_HEAD_BYTES: u64 = 64 * 1024;

/// The longest name or attribute of an entry of an archive, in bytes.
pub const INSIDE_EXTENSION_BYTES: u64 = 1024 * 1024;

/// The most places inside one image that are told of as holding a secret.
pub const INSIDE_SECRETS: usize = 200;

/// The largest manifest or configuration of an image that is read, in bytes: the distribution specification's
/// own bound for manifests.
pub const MANIFEST_BYTES: u64 = 4 * 1024 * 1024;

/// The largest answer of a registry that hands out a token, in bytes.
pub const TOKEN_BYTES: u64 = 256 * 1024;

/// How often one request to a registry may be sent elsewhere.
pub const REDIRECTS: usize = 5;

/// The most images of an environment that registries are asked about.
pub const ASKED_IMAGES: usize = 500;

/// The most builds of one index that are taken in, one for each platform.
pub const BUILDS: usize = 64;

/// Of how many builds of one index the configuration is asked for: each costs two requests.
pub const ASKED_BUILDS: usize = 4;

/// How many commits of a repository are gone through for the one that an image was built from.
pub const COMMITS: usize = 100_000;
