//! Errors as the cases expect them.

use kubewire::Error;
use serde::Deserialize;
use serde_json::Value;

use crate::differ;

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expected {
    stage: String,
    message: Option<String>,
    status: Option<Value>,
    warnings: Option<Vec<String>>,
    path: Option<String>,
    never: Option<String>,
}

/// What was got where an error was expected.
pub(crate) enum Got {
    Error(Error),
    /// An operation that was refused while its JSON was read.
    Json(serde_json::Error),
}

impl Got {
    fn stage(&self) -> &str {
        match self {
            Self::Error(error) => error.stage(),
            Self::Json(_) => "Build",
        }
    }

    /// The text, without where in the JSON an operation was refused.
    fn message(&self) -> String {
        match self {
            Self::Error(error) => error.to_string(),
            Self::Json(error) => {
                let text = error.to_string();
                text.rsplit_once(" at line ").map_or(text.clone(), |(text, _)| text.to_owned())
            }
        }
    }

    fn debug(&self) -> String {
        match self {
            Self::Error(error) => format!("{error:?}"),
            Self::Json(error) => format!("{error:?}"),
        }
    }
}

impl Expected {
    pub(crate) fn check(&self, got: &Got) -> Result<(), String> {
        let (stage, message) = (got.stage(), got.message());
        if stage != self.stage {
            return Err(differ("stage", &self.stage, &format!("{stage}: {message}")));
        }
        if let Some(wanted) = self.message.as_ref().filter(|wanted| **wanted != message) {
            return Err(differ("message", wanted, &message));
        }
        if let Some(never) = &self.never {
            for text in [&message, &got.debug()] {
                if text.contains(never) {
                    return Err(format!("  {never} must not stand in {text}"));
                }
            }
        }
        let Got::Error(error) = got else { return Ok(()) };
        if let Some(wanted) = &self.status {
            let status = error.status().ok_or("  there is no Status")?;
            contains("status", wanted, &serde_json::from_str(&status.to_json()).unwrap())?;
        }
        if let Some(wanted) = &self.warnings {
            let got = &error.status().ok_or("  there is no Status")?.warnings;
            if got != wanted {
                return Err(differ("warnings", &format!("{wanted:?}"), &format!("{got:?}")));
            }
        }
        match (&self.path, error) {
            (Some(wanted), Error::Decode { problem, .. }) if wanted != problem.path() => {
                Err(differ("path", wanted, &problem))
            }
            _ => Ok(()),
        }
    }
}

/// Whether all that is wanted is there; members that are not spoken of may be there too.
fn contains(at: &str, wanted: &Value, got: &Value) -> Result<(), String> {
    match (wanted, got) {
        (Value::Object(wanted), Value::Object(got)) => wanted.iter().try_for_each(|(key, wanted)| {
            contains(&format!("{at}.{key}"), wanted, got.get(key).unwrap_or(&Value::Null))
        }),
        (Value::Array(wanted), Value::Array(got)) if wanted.len() == got.len() => {
            wanted.iter().zip(got).try_for_each(|(wanted, got)| contains(&format!("{at}[]"), wanted, got))
        }
        _ if wanted == got => Ok(()),
        _ => Err(differ(at, wanted, got)),
    }
}
