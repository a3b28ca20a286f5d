//! The columns of the tables of all kinds, as the sandbox has them: see [`text`].
//!
//! <https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables>

use super::discovery::GroupVersion;
use anyhow::{Context, Result, ensure};
use kubewire_apiserver::Request;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
