//! Every operation that the API server declares can be desired, as data and through `Api`, and is formed as it is declared.

use std::collections::{BTreeMap, BTreeSet};

use kubewire::{Api, Body, Builtin, Call, Object, Op, Operation, PatchType, Resource, Scope, get_path};
use kubewire_conformance::World;
use serde_json::{Value, json};

/// The deprecated way to watch; a `watch` with a field selector has taken its place.
const LEFT_OUT: &str = "/watch/";
/// The server declares it for each patch, and refuses it unless a feature gate is on (1.37).
const LEFT_OUT_MEDIA: &str = "application/apply-patch+cbor";

/// One declared operation.
struct Declared<'a> {
    method: &'a str,
    path: &'a str,
    action: &'a str,
    parameters: BTreeSet<&'a str>,
    consumes: Vec<&'a str>,
    produces: Vec<&'a str>,
}

#[test]
fn every_declared_operation_can_be_formed() {
    let world = World::new("openapi");
    let document: Value = world.admin.run(get_path("/openapi/v2").unwrap()).unwrap().json().unwrap();
    let declared = declared(&document);
    let (old, declared): (Vec<_>, Vec<_>) = declared.into_iter().partition(|one| one.path.contains(LEFT_OUT));
    let mut formed = 0;
    let mut by_action = BTreeMap::<&str, usize>::new();
    let mut problems = Vec::new();
    for one in &declared {
        match check(one) {
            Ok(calls) => formed += calls,
            Err(problem) => problems.push(format!("{} {}: {problem}", one.method, one.path)),
        }
        *by_action.entry(one.action).or_default() += 1;
    }
    println!(
        "{} operations, {formed} calls; {} of {LEFT_OUT} left out; {by_action:?}",
        declared.len(),
        old.len()
    );
    assert!(problems.is_empty(), "{} cannot be formed:\n{}", problems.len(), problems.join("\n"));
    // A walk that found little would prove little.
    assert!(declared.len() > 700 && old.len() > 150, "{} and {}", declared.len(), old.len());
    assert!(old.iter().all(|one| one.action.starts_with("watch")));
    for action in ["get", "list", "post", "put", "patch", "delete", "deletecollection", "connect", ""] {
        assert!(by_action[action] > 40, "{action}: {by_action:?}");
    }
}

fn declared(document: &Value) -> Vec<Declared<'_>> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let item = item.as_object().unwrap();
        for (method, operation) in item.iter().filter(|(method, _)| *method != "parameters") {
            let texts = |field: &str| {
                operation[field].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
            };
            let lists = [item.get("parameters"), operation.get("parameters")];
            let parameters =
                lists.into_iter().flatten().filter_map(Value::as_array).flatten().map(|parameter| {
                    match parameter["$ref"].as_str() {
                        Some(place) => &document["parameters"][place.rsplit('/').next().unwrap()],
                        None => parameter,
                    }
                });
            let parameters =
                parameters.filter(|it| it["in"] == "query").filter_map(|it| it["name"].as_str()).collect();
            let action = operation["x-kubernetes-action"].as_str().unwrap_or_default();
            all.push(Declared {
                method,
                path,
                action,
                parameters,
                consumes: texts("consumes"),
                produces: texts("produces"),
            });
        }
    }
    all
}

/// Forms the operation in each way it can be meant, and says how many calls that were.
fn check(one: &Declared<'_>) -> Result<usize, String> {
    let target = target(one.path);
    let parts: Vec<&str> = target.split('/').skip(1).collect();
    let (api_version, rest) = match parts.as_slice() {
        ["api", version, rest @ ..] => ((*version).to_owned(), rest),
        ["apis", group, version, rest @ ..] => (format!("{group}/{version}"), rest),
        _ => (String::new(), Default::default()),
    };
    if rest.is_empty() || rest == [""] {
        return formed(one, &json!({"verb": "get", "path": target}), &target).map(|()| 1);
    }
    let (namespace, rest) = match rest {
        ["namespaces", namespace, rest @ ..] if !matches!(rest, [] | ["status" | "finalize"]) => {
            (Some(*namespace), rest)
        }
        rest => (None, rest),
    };
    let (plural, name, subresource) = (rest[0], rest.get(1).copied(), rest.get(2).copied());
    let behind = rest.get(3).map(|_| format!("/{}", rest[3..].join("/").replace("%20", " ")));
    let mut bare = json!({"apiVersion": api_version, "resource": plural, "namespace": namespace, "name": name,
        "subresource": subresource, "path": behind});
    if matches!(one.method, "post" | "put" | "patch") && one.action != "connect" {
        bare["body"] = json!({});
    }
    let mut calls = 0;
    let mut said = BTreeSet::new();
    for (verb, patch) in meanings(one) {
        let mut operation = bare.clone();
        operation["verb"] = json!(verb);
        if let Some(patch) = patch {
            operation["patchType"] = json!(patch.name());
            operation["body"] = empty(patch);
        }
        // A continue token holds the version, so the two never travel together.
        for going_on in [false, true] {
            let query = with_parameters(&mut operation, one, verb, patch, going_on);
            said.extend(query.keys().copied());
            formed(one, &operation, &target)?;
            calls += 1;
        }
        let through = through_api(&bare, verb, patch)?;
        let want = if verb == "watch" { format!("{target}?watch=true") } else { target.clone() };
        let got = through.target().split("?fieldManager=").next().unwrap_or_default().to_owned();
        if (through.method().to_lowercase().as_str(), got.as_str()) != (one.method, &want) {
            return Err(format!("through Api it is {} {}", through.method(), through.target()));
        }
    }
    // Declared for custom resources, whose deletion watches no more than others', and for what the server does not watch.
    let pointless = |name: &str| {
        (one.action == "deletecollection" || is_unwatched(one))
            && matches!(name, "watch" | "allowWatchBookmarks" | "sendInitialEvents")
    };
    let missing: Vec<_> =
        one.parameters.iter().filter(|name| !said.contains(*name) && !pointless(name)).collect();
    if missing.is_empty() { Ok(calls) } else { Err(format!("cannot say {missing:?}")) }
}

/// The path with its template filled in.
fn target(path: &str) -> String {
    let name = if path.contains("/proxy") { "https:web:8443" } else { "web" };
    path.replace("{namespace}", "shop")
        .replace("{name}", name)
        .replace("{path}", "a%20b/c")
        .replace("{logpath}", "kube.log")
}

/// The parameter is declared, and the server answers 405: `watch is not supported on resources of kind "componentstatuses"`.
fn is_unwatched(one: &Declared<'_>) -> bool {
    one.path == "/api/v1/componentstatuses"
}

/// The verbs that one declared operation stands for, and for a patch its types.
fn meanings(one: &Declared<'_>) -> Vec<(&'static str, Option<PatchType>)> {
    const PATCHES: [PatchType; 4] =
        [PatchType::Json, PatchType::Merge, PatchType::Strategic, PatchType::Apply];
    match (one.method, one.action) {
        ("get", "list") if one.parameters.contains("watch") && !is_unwatched(one) => {
            vec![("list", None), ("watch", None)]
        }
        ("get", "list") => vec![("list", None)],
        ("get", _) => vec![("get", None)],
        ("post", _) => vec![("create", None)],
        ("put", _) => vec![("replace", None)],
        ("delete", "deletecollection") => vec![("deletecollection", None)],
        ("delete", _) => vec![("delete", None)],
        ("head", _) => vec![("head", None)],
        ("options", _) => vec![("options", None)],
        ("patch", "connect") => PATCHES.into_iter().map(|patch| ("patch", Some(patch))).collect(),
        // Custom resources have no strategic merge.
        ("patch", _) => PATCHES
            .into_iter()
            .filter(|patch| one.consumes.contains(&patch.content_type()))
            .map(|patch| ("patch", Some(patch)))
            .collect(),
        (method, action) => panic!("{method} {action} is new"),
    }
}

/// Says every declared parameter that this verb can carry, and gives what was said.
fn with_parameters<'a>(
    operation: &mut Value,
    one: &Declared<'a>,
    verb: &str,
    patch: Option<PatchType>,
    going_on: bool,
) -> BTreeMap<&'a str, Value> {
    let mut said = BTreeMap::new();
    for name in one.parameters.iter().copied() {
        let value = match name {
            "watch" if verb == "watch" => {
                said.insert(name, json!("true"));
                continue;
            }
            "watch" => continue,
            "allowWatchBookmarks" if verb != "watch" => continue,
            "continue" | "limit" if verb == "watch" => continue,
            "continue" if !going_on => continue,
            "resourceVersion" | "resourceVersionMatch" if going_on && verb != "watch" => continue,
            "force" if patch != Some(PatchType::Apply) => continue,
            "dryRun" => json!("All"),
            "fieldValidation" => json!("Strict"),
            "propagationPolicy" => json!("Orphan"),
            "resourceVersionMatch" => json!("NotOlderThan"),
            "command" => json!(["ls", "-l"]),
            "gracePeriodSeconds" | "limit" | "timeoutSeconds" | "limitBytes" | "sinceSeconds"
            | "tailLines" | "ports" => json!(7),
            "allowWatchBookmarks"
            | "force"
            | "follow"
            | "previous"
            | "timestamps"
            | "stdin"
            | "stdout"
            | "stderr"
            | "tty"
            | "insecureSkipTLSVerifyBackend"
            | "orphanDependents"
            | "sendInitialEvents"
            | "pretty"
            | "ignoreStoreReadErrorWithClusterBreakingPotential" => json!(true),
            _ => json!("x=y"),
        };
        let own = one.action == "connect" || one.path.ends_with("/log") || name == "pretty";
        if own {
            operation["query"][name] = value.clone();
        } else {
            operation[name] = value.clone();
        }
        said.insert(name, value);
    }
    if patch == Some(PatchType::Apply) && !said.contains_key("fieldManager") {
        operation["fieldManager"] = json!("m");
    }
    if going_on {
        for name in ["resourceVersion", "resourceVersionMatch"] {
            if verb != "watch" && operation.get("continue").is_some() {
                operation.as_object_mut().unwrap().remove(name);
            }
        }
    }
    said
}

/// Forms it, and compares method, path, query and media types.
fn formed(one: &Declared<'_>, operation: &Value, target: &str) -> Result<(), String> {
    let parsed: Operation =
        serde_json::from_value(operation.clone()).map_err(|error| format!("{error}: {operation}"))?;
    let call = parsed.call(&Builtin).map_err(|error| format!("{error}: {operation}"))?;
    let draft = call.draft();
    let (path, query) = draft.target().split_once('?').unwrap_or((draft.target(), ""));
    if (draft.method().to_lowercase().as_str(), path) != (one.method, target) {
        return Err(format!("is formed as {} {path}", draft.method()));
    }
    let options: Value = serde_json::from_slice(draft.body()).unwrap_or_default();
    for name in &one.parameters {
        let wanted = operation.get(*name).or_else(|| operation["query"].get(*name));
        let in_query = query.split('&').any(|pair| pair.split('=').next() == Some(name));
        let in_options = one.method == "delete" && options.get(*name).is_some();
        if wanted.is_some() && !in_query && !in_options {
            return Err(format!("{name} is lost: {query}"));
        }
    }
    let takes = |wanted: &str| one.produces.iter().any(|media| wanted.contains(media) || *media == "*/*");
    if !one.produces.is_empty() && !takes(draft.accept()) && !draft.accept().contains("*/*") {
        return Err(format!("answers {:?}, and {} is asked for", one.produces, draft.accept()));
    }
    let media = draft.content_type();
    if !media.is_empty() && !one.consumes.iter().any(|taken| *taken == media || *taken == "*/*") {
        return Err(format!("takes {:?}, and {media} is sent", one.consumes));
    }
    let others = one.consumes.iter().filter(|taken| taken.contains("patch+"));
    let known = ["json", "merge", "strategic", "apply"];
    for taken in others.filter(|taken| **taken != LEFT_OUT_MEDIA) {
        if !known.iter().any(|word| taken.starts_with(&format!("application/{word}-"))) {
            return Err(format!("takes {taken}, which no patch type is"));
        }
    }
    Ok(())
}

/// The same call by way of `Api`.
fn through_api(bare: &Value, verb: &str, patch: Option<PatchType>) -> Result<kubewire::Draft, String> {
    let text = |field: &str| bare[field].as_str().unwrap_or_default();
    let (group, version) = text("apiVersion").split_once('/').unwrap_or(("", text("apiVersion")));
    let resource = Resource::new(leak(group), leak(version), "Kind", leak(text("resource")), Scope::Unknown);
    let mut api = Api::<Object>::dynamic(resource);
    if !text("namespace").is_empty() {
        api = api.within(text("namespace"));
    }
    let (name, object) = (text("name"), json!({}));
    if !text("subresource").is_empty() {
        let part = api.subresource(name, text("subresource"));
        let op: Op<Body> = match (verb, patch) {
            ("get", _) => part.get(),
            ("head", _) => part.head(),
            ("options", _) => part.options(),
            ("create", _) => part.create(&object),
            ("replace", _) => part.replace(&object),
            ("delete", _) => part.delete(),
            (_, Some(PatchType::Apply)) => part.patch(PatchType::Apply, &object).field_manager("m"),
            (_, Some(patch)) => part.patch(patch, &empty(patch)),
            _ => return Err(format!("Api has no {verb} of a subresource")),
        };
        let op = if text("path").is_empty() { op } else { op.path(text("path")) };
        return drafted(op.call());
    }
    match (verb, patch) {
        ("get", _) => drafted(api.get(name).call()),
        ("list", _) => drafted(api.list().call()),
        ("watch", _) => drafted(api.watch().call()),
        ("create", _) => drafted(api.create(&object).call()),
        ("replace", _) => drafted(api.replace(name, &object).call()),
        ("delete", _) => drafted(api.delete(name).call()),
        ("deletecollection", _) => drafted(api.delete_collection().call()),
        (_, Some(PatchType::Apply)) => drafted(api.apply(name, "m", &object).call()),
        (_, Some(patch)) => drafted(api.patch(name, patch, &empty(patch)).call()),
        _ => Err(format!("Api has no {verb}")),
    }
}

/// A patch that changes nothing.
fn empty(patch: PatchType) -> Value {
    if patch == PatchType::Json { json!([]) } else { json!({}) }
}

fn drafted<T>(call: Result<Call<T>, kubewire::Error>) -> Result<kubewire::Draft, String> {
    call.map(|call| call.draft().as_ref().clone()).map_err(|error| error.to_string())
}

/// A resource known only at run time; a test may keep its name for ever.
fn leak(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}
