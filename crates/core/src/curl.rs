//! A call as a curl command, for whoever debugs at three in the morning.

use alloc::borrow::Cow;

use crate::call::{Draft, Verb};
use crate::error::BuildError;
use crate::prelude::*;
use crate::session::Session;

impl Session {
    /// The call as a command for bash that makes the same request and shows no secret: the token and the authority stand in it as the
    /// files that hold them, and the token reaches curl through a pipe, so that no process list shows it.
    ///
    /// A token that was given, and not read from a file, is left out: put it into a file and add it as above.
    ///
    /// `body_file` names a file that holds the body. Without one the body stands in the command.
    ///
    /// ```
    /// use kubewire::{Builtin, Config, Operation};
    /// let session = Config::server("https://10.0.0.1")?.mount("/mount").session()?;
    /// let call = serde_json::from_str::<Operation>(r#"{"verb":"list","resource":"nodes"}"#)?.call(&Builtin)?;
    /// assert_eq!(session.curl(call.draft(), None)?, "\
    /// curl -sS -g --cacert '/mount/ca.crt' \
    /// -H @<(printf 'Authorization: Bearer %s' \"$(cat '/mount/token')\") \
    /// -H 'accept: application/json' -H 'user-agent: kubewire/0.1.0' 'https://10.0.0.1/api/v1/nodes'");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`BuildError::Secret`] for a Secret that would stand in the command, and [`BuildError::Body`] for a body that is no text.
    pub fn curl(&self, draft: &Draft, body_file: Option<&str>) -> Result<String, BuildError> {
        let mut command = String::from("curl -sS -g");
        if draft.attributes.verb == Verb::Watch {
            command.push_str(" -N");
        }
        if draft.method() != "GET" {
            command.push_str(" -X ");
            command.push_str(draft.method());
        }
        if let Some(path) = self.ca_path() {
            command.push_str(" --cacert ");
            command.push_str(&quote(path));
        }
        if let Some(path) = self.token_path() {
            command.push_str(" -H @<(printf 'Authorization: Bearer %s' \"$(cat ");
            command.push_str(&quote(path));
            command.push_str(")\")");
        }
        for (name, value) in self.headers(draft) {
            command.push_str(" -H ");
            command.push_str(&quote(&[&name, ": ", &value].concat()));
        }
        if !draft.body.is_empty() {
            command.push_str(&body(draft, body_file)?);
        }
        command.push(' ');
        command.push_str(&quote(&self.url(draft)));
        Ok(command)
    }
}

fn body(draft: &Draft, file: Option<&str>) -> Result<String, BuildError> {
    let what = draft.attributes.full_resource();
    if let Some(file) = file {
        return Ok([" --data-binary ", &quote(&["@", file].concat())].concat());
    }
    if draft.attributes.resource == "secrets" {
        return Err(BuildError::Secret(what));
    }
    let text = core::str::from_utf8(&draft.body).map_err(|_| BuildError::Body(what))?;
    Ok([" --data-raw ", &quote(text)].concat())
}

/// For a POSIX shell: nothing is special between single quotes but the quote itself.
fn quote(text: &str) -> Cow<'_, str> {
    ["'", &text.replace('\'', r"'\''"), "'"].concat().into()
}
