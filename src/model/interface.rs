//! What two ends say of one thing that passes between them: a caller and what it calls, a build and
//! the file it builds from, a probe and the process it asks.

/// What has an interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Callee {
    /// A reusable workflow: it refuses what it does not declare and fails without what it requires.
    Workflow,
    /// An action: it is started all the same.
    Action,
    /// An image that is built, by its build arguments.
    Build,
    /// A process, by its ports.
    Process,
    /// A backing service, by the folders that it keeps its data in.
    Engine,
    /// An application, by the profiles that it is started with.
    Profiles,
    /// Settings, by the paths under which variables override them.
    Settings,
}

/// On which side of an interface something is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// The callee declares it.
    Declared,
    /// A caller passes it, or asks for it.
    Passed,
    /// A caller does not pass it though it is required; where the call stands.
    Lacking,
    /// What the callee declares in its place.
    Instead,
}

/// What is said of how packages are installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Install {
    /// All that a manifest lists, exactly as its lock file has it; the text is the command.
    Locked,
    /// The same, though the lock file may be changed or passed over on the way.
    Unlocked,
    /// One package by its name, past the lock file; the text is its version.
    Named,
    /// An image is made of one package, or holds what must fit it; the text is its version.
    Bundled,
    /// A manifest lists what something installs by its name; the text is what it admits.
    Listed,
    /// A tool that belongs to packages, as a list of tools has it; the text is its version.
    Tool,
}

/// What is said of how a process is started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// That it is started with options that are known; the text is its program.
    Process,
    /// How somebody finds out whether it is well; empty where nobody does.
    Health,
    /// An option of its command line; the text is the option without its value.
    Option,
    /// A term that it runs on, with which the name ends: what it may take, when it is started again, what its image is
    /// made for; or that something is wrong with it. The text is its value, in one way of writing.
    Term,
}

/// The package managers whose lock files are held against what is installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ecosystem {
    /// Packages for Node.js.
    Npm,
    /// Packages for Python.
    Pypi,
    /// Packages for Ruby.
    Gem,
    /// Packages for PHP.
    Composer,
}

/// What is said of what lies inside an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Inside {
    /// A package of the operating system; the text is its version.
    System,
    /// The operating system, or all its packages in one text.
    Summary,
    /// A package of the application; the text is its version.
    Library(Ecosystem),
    /// The one version that a lock file of the repository has of such a package.
    Locked(Ecosystem),
    /// A file that holds a secret; the text says of what sort.
    Secret,
    /// Such a file of a layer, which a later one took away.
    Buried,
    /// A secret in what an image says of itself, by the name of the variable; the text says where.
    Written,
    /// The history of the source.
    History,
    /// How many maps lead from what is served back to the source.
    Maps,
    /// Whom its process runs as.
    User,
}
