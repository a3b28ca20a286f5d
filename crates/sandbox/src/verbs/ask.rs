//! One request, as far as it is understood.

use bytes::Bytes;
use http::Method;
use kubewire::Now;
use serde_json::{Map, Value, json};

use crate::auth::User;
use crate::object::Raw;
use crate::registry::Registry;
use crate::reply::Reply;
use crate::validate::Fault;
use crate::wire::{Form, Place, Problem, Query, Refusal, encode};

/// The longest name of a field manager, in bytes.
const MANAGER: usize = 128;

/// What is asked.
#[derive(Debug)]
pub(crate) struct Ask<'r> {
    pub(crate) now: Now,
    pub(crate) user: &'r User,
    pub(crate) method: Method,
    pub(crate) place: &'r Place,
    /// What is served, to tell kinds that are known from those that are not.
    pub(crate) registry: &'r Registry,
    pub(crate) query: Query,
    pub(crate) form: Form,
    /// Empty where there is none.
    pub(crate) content_type: String,
    /// Empty where there is none.
    pub(crate) user_agent: String,
    pub(crate) body: &'r Bytes,
    /// It was parked, and its time is over.
    pub(crate) late: bool,
    /// What the body said that the object read from it does not show.
    pub(crate) raw: Raw,
    /// What the answer's `Warning` headers will say.
    pub(crate) warnings: Vec<String>,
}

impl Ask<'_> {
    /// The same of another place, and without warnings.
    pub(crate) fn at<'p>(&'p self, place: &'p Place) -> Ask<'p> {
        Ask {
            place,
            method: self.method.clone(),
            query: self.query.clone(),
            content_type: self.content_type.clone(),
            user_agent: self.user_agent.clone(),
            raw: Raw::default(),
            warnings: Vec::new(),
            ..*self
        }
    }

    /// Who owns what this request writes: `fieldManager`, or else the name of the program.
    pub(crate) fn manager(&self) -> String {
        match self.query.text("fieldManager") {
            "" => {
                let name = self.user_agent.split('/').next().unwrap_or_default();
                let mut out = String::new();
                for character in name.chars().filter(|character| !character.is_control()) {
                    if out.len() + character.len_utf8() > MANAGER {
                        break;
                    }
                    out.push(character);
                }
                out
            }
            said => said.to_owned(),
        }
    }

    /// An object as an answer.
    ///
    /// # Errors
    /// 406 where a list was asked for.
    pub(crate) fn object(&self, code: u16, object: &Value) -> Result<Reply, Refusal> {
        let body = match self.form {
            Form::Whole => encode(object),
            Form::Metadata => encode(&metadata_of(object)),
            Form::MetadataList => {
                return Err(self.wrong_form("PartialObjectMetadataList", "is not a list", ""));
            }
        };
        Ok(Reply::json(code, body, &self.warnings))
    }

    /// 406 where the answer cannot take the form that was asked for; it names the type of Go.
    pub(crate) fn wrong_form(&self, wanted: &str, is: &str, suffix: &str) -> Refusal {
        let kind = &self.place.kind;
        let package = kind.package();
        Problem::not_acceptable(format!(
            "you requested {wanted}, but the requested object {is} (*{package}.{}{suffix})",
            kind.kind
        ))
        .into()
    }

    pub(crate) fn not_found(&self) -> Refusal {
        let place = self.place;
        Problem::not_found(&place.kind.group, &place.kind.plural, &place.name).into()
    }

    /// The options that all writes have: `dryRun`, `fieldManager`, `fieldValidation`. True where it is a dry run.
    ///
    /// # Errors
    /// 422 of `kind`, such as `CreateOptions`.
    pub(crate) fn write_options(&self, kind: &str) -> Result<bool, Refusal> {
        self.write_options_and(kind, Vec::new())
    }

    /// The same, with what else is wrong.
    ///
    /// # Errors
    /// As above.
    pub(crate) fn write_options_and(&self, kind: &str, mut faults: Vec<Fault>) -> Result<bool, Refusal> {
        let manager = self.query.text("fieldManager");
        if manager.len() > MANAGER {
            faults.push(Fault::too_long("fieldManager", MANAGER));
        }
        for (at, character) in manager.char_indices().filter(|(_, character)| character.is_control()) {
            let why = format!("invalid character U+{:04X} (at position {at})", u32::from(character));
            faults.push(Fault::invalid("fieldManager", manager, why));
        }
        let dry: Vec<&str> = self.query.all("dryRun").collect();
        if dry.iter().any(|&one| one != "All") {
            faults.push(Fault::not_supported("dryRun", &json!(dry).to_string(), &["All"]));
        }
        let validation = self.query.text("fieldValidation");
        if !matches!(validation, "" | "Ignore" | "Warn" | "Strict") {
            let quoted = crate::object::quote(validation);
            faults.push(Fault::not_supported("fieldValidation", &quoted, &["", "Ignore", "Strict", "Warn"]));
        }
        if !faults.is_empty() {
            return Err(Problem::invalid("meta.k8s.io", kind, "", &faults).into());
        }
        Ok(!dry.is_empty())
    }
}

/// `PartialObjectMetadata` of an object.
pub(crate) fn metadata_of(object: &Value) -> Value {
    let metadata = object.get("metadata").cloned().unwrap_or_else(|| Value::Object(Map::new()));
    json!({"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": metadata})
}
