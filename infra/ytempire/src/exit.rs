//! How a command ends: 0 done, 1 failed, 2 wrong use, 3 partly done.

use std::process::ExitCode;

/// A command that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    Wholly,
    /// Something was left out; the command has said what.
    Partly,
    /// The command ran, and its finding is a bad one.
    BadFinding,
}

/// Marks an error as a mistake in how the command was used.
#[derive(Debug)]
struct WrongUse(anyhow::Error);

impl std::fmt::Display for WrongUse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:#}", self.0)
    }
}

impl std::error::Error for WrongUse {}

pub fn wrong_use(error: impl Into<anyhow::Error>) -> anyhow::Error {
    WrongUse(error.into()).into()
}

pub fn is_wrong_use(error: &anyhow::Error) -> bool {
    error.is::<WrongUse>()
}

/// The error and its causes; one that says what the one before it said already is left out.
pub fn told(error: &anyhow::Error) -> String {
    let mut told = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if !told.contains(&cause) {
            told = if told.is_empty() {
                cause
            } else {
                format!("{told}: {cause}")
            };
        }
    }
    told
}

pub fn code(outcome: anyhow::Result<Done>) -> ExitCode {
    match outcome {
        Ok(Done::Wholly) => ExitCode::SUCCESS,
        Ok(Done::BadFinding) => ExitCode::from(1),
        Ok(Done::Partly) => ExitCode::from(3),
        Err(error) => {
            eprintln!("error: {}", told(&error));
            ExitCode::from(if is_wrong_use(&error) { 2 } else { 1 })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_told_once() {
        let error = anyhow::anyhow!("the disk is full").context("can't write: the disk is full");
        assert_eq!(told(&error.context("ingest")), "ingest: can't write: the disk is full");
    }
}
