//! Files of objects.

use std::io::Read;
use std::path::Path;

use serde_json::Value;

use crate::failure::Failure;

/// One document of a file.
pub(crate) struct Manifest {
    pub(crate) api_version: String,
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) namespace: Option<String>,
    pub(crate) object: Value,
    /// The file, where this is its only document: curl can send it as it is.
    pub(crate) file: Option<String>,
}

/// Reads every document of a file of YAML or JSON; `-` is standard input. The items of a `List` count as documents.
pub(crate) fn read(path: &Path) -> Result<Vec<Manifest>, Failure> {
    let shown = path.display();
    let is_input = path == Path::new("-");
    let mut text = String::new();
    let read = if is_input {
        std::io::stdin().read_to_string(&mut text).map(drop)
    } else {
        std::fs::read_to_string(path).map(|content| text = content)
    };
    read.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Failure::new(format_args!("the path \"{shown}\" does not exist")),
        _ => Failure::new(format_args!("{shown}: {error}")),
    })?;
    let documents = parse(&text).map_err(|why| Failure::new(format_args!("error parsing {shown}: {why}")))?;
    let alone = documents.len() == 1 && !is_input && !is_list(&documents[0]);
    let file = alone.then(|| path.to_string_lossy().into_owned());
    let mut manifests = Vec::new();
    for document in documents {
        for object in items(document) {
            let manifest = manifest(object, file.clone())
                .map_err(|what| Failure::new(format_args!("{shown}: an object has no {what}")))?;
            manifests.push(manifest);
        }
    }
    if manifests.is_empty() {
        return Err(Failure::new(format_args!("no objects passed to apply: {shown} holds none")));
    }
    Ok(manifests)
}

pub(crate) fn parse(text: &str) -> Result<Vec<Value>, String> {
    // Documents of JSON may follow each other without a mark; a brace opens a map of YAML as well.
    let json = || serde_json::Deserializer::from_str(text).into_iter().collect::<Result<Vec<Value>, _>>();
    let documents = match text.trim_start().starts_with('{').then(json) {
        Some(Ok(documents)) => documents,
        _ => serde_saphyr::from_multiple(text).map_err(|error| error.to_string())?,
    };
    Ok(documents.into_iter().filter(|document| !document.is_null()).collect())
}

fn is_list(document: &Value) -> bool {
    document["kind"].as_str().is_some_and(|kind| kind.ends_with("List")) && document["items"].is_array()
}

fn items(document: Value) -> Vec<Value> {
    match document {
        Value::Object(mut list) if is_list(&Value::Object(list.clone())) => match list.remove("items") {
            Some(Value::Array(items)) => items,
            _ => Vec::new(),
        },
        object => vec![object],
    }
}

fn manifest(object: Value, file: Option<String>) -> Result<Manifest, &'static str> {
    let text =
        |value: &Value, what| value.as_str().map(str::to_owned).filter(|text| !text.is_empty()).ok_or(what);
    Ok(Manifest {
        api_version: text(&object["apiVersion"], "apiVersion")?,
        kind: text(&object["kind"], "kind")?,
        // A creation may leave the name's end to the server.
        name: text(&object["metadata"]["name"], "metadata.name")
            .or_else(|missing| text(&object["metadata"]["generateName"], missing).map(|_| String::new()))?,
        namespace: text(&object["metadata"]["namespace"], "").ok(),
        object,
        file,
    })
}

#[cfg(test)]
mod tests {
    use super::{items, parse};

    #[test]
    fn reads_yaml_and_json_of_many_documents() {
        let yaml = "---\n# first\nkind: A\nmode: 0644\nyes: 'no'\non: 1.0\n---\n---\nkind: B\ndata: {a: \"1\", b: null}\n";
        let documents = parse(yaml).unwrap();
        assert_eq!(documents.len(), 2, "{documents:?}");
        assert_eq!(documents[1]["data"]["a"], "1");
        assert_eq!(parse("{\"kind\":\"A\"}\n{\"kind\":\"B\"}").unwrap().len(), 2);
        assert_eq!(parse("{kind: A, data: {a: b}}\n---\n{kind: B}\n").unwrap().len(), 2);
        assert_eq!(items(serde_json::json!({"kind": "List", "items": [{}, {}]})).len(), 2);
        assert!(parse("a: [").is_err());
    }
}
