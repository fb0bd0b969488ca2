//! The name of an environment: a column of the matrix.

use std::fmt;
use std::sync::Arc;

/// A named place where the application runs, or the contract that all of them must satisfy.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Environment {
    name: Arc<str>,
    /// What [`Environment::rank`] gives, which is asked for again and again.
    rank: u8,
}

impl From<String> for Environment {
    fn from(name: String) -> Environment {
        Environment::new(&name)
    }
}

impl From<Environment> for String {
    fn from(environment: Environment) -> String {
        environment.name.to_string()
    }
}

impl Environment {
    /// An environment of this name. The name must already be one that may be shown.
    pub fn new(name: &str) -> Environment {
        let rank = match name {
            "contract" => 0,
            "local" => 1,
            "ci" => 2,
            "staging" => 4,
            "prod" => 5,
            _ => 3,
        };
        Environment { name: name.into(), rank }
    }

    /// What is declared for every environment.
    pub fn contract() -> Environment {
        Environment::new("contract")
    }

    /// A developer's machine.
    pub fn local() -> Environment {
        Environment::new("local")
    }

    /// Continuous integration.
    pub fn ci() -> Environment {
        Environment::new("ci")
    }

    /// The last step before production.
    pub fn staging() -> Environment {
        Environment::new("staging")
    }

    /// Production.
    pub fn prod() -> Environment {
        Environment::new("prod")
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where this environment stands on the way to production when nobody says otherwise; names of
    /// the repository's own stand between CI and staging.
    pub fn rank(&self) -> u8 {
        self.rank
    }

    /// Whether this is one of the names that every project has, not one of the repository's own.
    pub fn is_standard(&self) -> bool {
        self.rank() != 3
    }

    /// Whether this is a place where something is deployed.
    pub fn is_deployed(&self) -> bool {
        self.rank() >= 3
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
