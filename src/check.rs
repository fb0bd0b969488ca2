//! From a survey to a verdict: align, judge. Everything that `evenkeel check` does between its options
//! and its report.

use crate::align::{Matrix, align};
use crate::catalog::Catalog;
use crate::config::Config;
use crate::judge::{Verdict, judge, rules};
pub use crate::survey::{Scope, Survey, survey, survey_of};

/// Lines a survey's facts up.
pub fn matrix(survey: &Survey) -> Matrix<'_> {
    align(&survey.facts, &survey.families, &survey.gaps, &survey.plan.environments, Catalog::get())
}

/// Judges a matrix by the compiled-in rules.
pub fn verdict<'f>(matrix: &Matrix<'f>, config: &Config) -> Verdict<'f> {
    judge(matrix, rules(), &config.rules, Catalog::get())
}
