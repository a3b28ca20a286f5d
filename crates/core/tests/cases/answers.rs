//! `answers/*.json`: from an answer to a value or an error.

use kubewire::{
    Answer, Answered, Body, Builtin, Call, Deleted, Error, IntoCall, List, Object, Operation, Raw,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::bytes::Bytes;
use crate::expected::{Expected, Got};
use crate::{Case, differ};

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnswerCase {
    name: String,
    only: Option<String>,
    operation: Operation,
    #[serde(default, rename = "as")]
    shape: Shape,
    #[serde(default = "ok")]
    status: u16,
    #[serde(default)]
    headers: Vec<(String, String)>,
    #[serde(default)]
    body: Bytes,
    want: Option<Value>,
    warnings: Option<Vec<String>>,
    error: Option<Expected>,
}

#[derive(Deserialize, Debug, Default, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum Shape {
    #[default]
    Object,
    List,
    Deleted,
    Body,
}

fn ok() -> u16 {
    200
}

/// A value and the answer's warnings.
type Outcome = Result<(Value, Vec<String>), Error>;

impl AnswerCase {
    fn response(&self) -> http::Response<bytes::Bytes> {
        let mut response = http::Response::builder().status(self.status);
        for (name, value) in &self.headers {
            response = response.header(name, value);
        }
        response.body(self.body.read().into()).unwrap()
    }

    fn decode<T: Answer>(&self) -> Result<Answered<T>, Error> {
        let call: Call<Body> = self.operation.call(&Builtin).unwrap();
        call.answering::<Answered<T>>().decode(self.response())
    }

    /// The value as it came, which must also fit the type that stands for any object.
    fn outcome(&self) -> Outcome {
        Ok(match self.shape {
            Shape::Object => {
                let object = self.decode::<Object>()?;
                let raw = self.decode::<Raw<Object>>()?.value;
                assert_eq!(object.value.name(), raw.name());
                (value(&raw), object.warnings)
            }
            Shape::List => {
                let list = self.decode::<List<Object>>()?;
                let raw = self.decode::<List<Raw<Object>>>()?.value;
                assert_eq!(list.value.items.len(), raw.items.len());
                let items: Vec<Value> = raw.items.iter().map(value).collect();
                let List { resource_version, continue_token, remaining, .. } = list.value;
                let list_value = json!({"items": items, "resourceVersion": resource_version,
                    "continue": continue_token, "remaining": remaining});
                (list_value, list.warnings)
            }
            Shape::Deleted => {
                let deleted = self.decode::<Deleted<Object>>()?;
                let outcome = match deleted.value {
                    Deleted::Gone => json!({"gone": true}),
                    Deleted::Going(object) => json!({"going": value(&object)}),
                    other => panic!("a deletion answers {other:?}"),
                };
                (outcome, deleted.warnings)
            }
            Shape::Body => {
                let body = self.decode::<Body>()?;
                (json!(body.value.bytes().to_vec()), body.warnings)
            }
        })
    }

    fn want(&self, want: &Value) -> Value {
        match self.shape {
            Shape::Body => {
                let bytes: Bytes = serde_json::from_value(want.clone()).unwrap();
                json!(bytes.read())
            }
            _ => want.clone(),
        }
    }
}

fn value(raw: &Raw<Object>) -> Value {
    serde_json::from_slice(&raw.json()).unwrap()
}

impl Case for AnswerCase {
    const DIRECTORY: &str = "answers";

    fn name(&self) -> &str {
        &self.name
    }

    fn only(&self) -> Option<&str> {
        self.only.as_deref()
    }

    fn check(&self) -> Result<(), String> {
        self.operation.clone().into_call().map_err(|error| format!("  no call: {error}"))?;
        match (self.outcome(), &self.want, &self.error) {
            (Ok((got, warnings)), Some(want), None) => {
                let want = self.want(want);
                if got != want {
                    return Err(differ("value", &want, &got));
                }
                match &self.warnings {
                    Some(wanted) if *wanted != warnings => {
                        Err(differ("warnings", &format!("{wanted:?}"), &format!("{warnings:?}")))
                    }
                    _ => Ok(()),
                }
            }
            (Err(error), None, Some(wanted)) => wanted.check(&Got::Error(error)),
            (Err(error), ..) => Err(format!("  an error: {error}")),
            (Ok((got, _)), ..) => Err(format!("  no error, but {got}")),
        }
    }
}
