//! What goes wrong, in kubectl's words.

use std::fmt;

use kubewire::{BuildError, ConfigError, Error, Status};

/// What is printed before the command exits with 1.
pub(crate) struct Failure {
    text: String,
    code: u8,
}

impl Failure {
    /// An exit code that says it all, such as that of a question answered with no.
    pub(crate) fn silent() -> Self {
        Self::said(String::new())
    }

    /// A command that was run has ended with this code.
    pub(crate) fn code(code: i32) -> Self {
        Self { text: String::new(), code: u8::try_from(code).unwrap_or(1).max(1) }
    }

    pub(crate) fn exit_code(&self) -> std::process::ExitCode {
        self.code.into()
    }

    /// The same failure with what was being done to which file, where kubectl puts it.
    pub(crate) fn when(self, doing: &str, file: &std::path::Path) -> Self {
        let shown =
            if file == std::path::Path::new("-") { "STDIN".into() } else { file.display().to_string() };
        let part = format!("error when {doing} \"{shown}\": ");
        let at = match self.text.split_once(": ") {
            Some((start, _)) if start == "error" || start.starts_with("Error from server") => start.len() + 2,
            _ => 0,
        };
        let (start, rest) = self.text.split_at(at);
        Self::said([start, &part, rest].concat())
    }

    /// Whether the server has no such object.
    pub(crate) fn is_not_found(&self) -> bool {
        self.text.starts_with("Error from server (NotFound)")
    }

    pub(crate) fn print(&self) {
        if !self.text.is_empty() {
            eprintln!("{self}");
        }
    }

    /// No resource has this name; a line of its own says which names are near.
    pub(crate) fn no_type(word: &str, nearest: &[String]) -> Self {
        let mut text = format!("error: the server doesn't have a resource type \"{word}\"");
        for (index, name) in nearest.iter().enumerate() {
            text.push_str(if index == 0 { "\nDid you mean " } else { " or " });
            text.push_str(name);
        }
        text.push_str(if nearest.is_empty() { "" } else { "?" });
        Self::said(text)
    }

    /// In the server's own words.
    pub(crate) fn said(text: String) -> Self {
        Self { text, code: 1 }
    }

    pub(crate) fn new(message: impl fmt::Display) -> Self {
        Self::said(format!("error: {message}"))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Api { status, .. } => Self::said(of_status(&status)),
            Error::Config(error) => error.into(),
            error => Self::new(error),
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        let advice = match error {
            ConfigError::NotInCluster | ConfigError::HalfEnvironment { .. } => {
                "\nTry: kubewire --server https://HOST:PORT --mount DIR get pods"
            }
            ConfigError::NoMount { .. } => "\nTry: --mount DIR with a directory that holds token and ca.crt",
            _ => "",
        };
        Self::said(format!("error: {error}{advice}"))
    }
}

impl From<BuildError> for Failure {
    fn from(error: BuildError) -> Self {
        match error {
            BuildError::UnknownResource { name, nearest } => Self::no_type(&name, &nearest),
            error => Self::new(error),
        }
    }
}

fn of_status(status: &Status) -> String {
    match status.reason.as_str() {
        "Invalid" if !status.details.causes.is_empty() => {
            let details = &status.details;
            let mut text = format!("The {} \"{}\" is invalid: ", details.kind, details.name);
            let mark = if details.causes.len() > 1 { "\n* " } else { "" };
            for cause in &details.causes {
                text.push_str(&format!("{mark}{}: {}", cause.field, cause.message));
            }
            text
        }
        "Unauthorized" => format!("error: You must be logged in to the server ({})", status.message),
        "Conflict" if status.message.starts_with("Apply failed") => format!(
            "error: {}\nTo take these fields over, apply with --force-conflicts; else leave them out of the file, or give them the other manager's values.",
            status.message
        ),
        "" => format!("Error from server: {}", status.message),
        reason => format!("Error from server ({reason}): {}", status.message),
    }
}
