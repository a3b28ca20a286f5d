//! Custom resources: their definitions, and their objects. The texts are those of the real server.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod common;

use kubewire::Now;
use kubewire_sandbox::Sandbox;
use serde_json::{Value, json};

const DEFINITIONS: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const WIDGETS: &str = "/apis/example.test/v1/namespaces/default/widgets";

fn send(sandbox: &mut Sandbox, method: &str, target: &str, media: &str, body: &Value) -> (u16, Value) {
    let media = if media.is_empty() { "application/json" } else { media };
    common::send(sandbox, Now::default(), method, target, &[("content-type", media)], body)
}

fn definition(spec: &Value) -> Value {
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.example.test"},
        "spec": {
            "group": "example.test", "scope": "Namespaced", "names": {"plural": "widgets", "kind": "Widget"},
            "versions": [{"name": "v1", "served": true, "storage": true, "subresources": {"status": {}}, "schema": {"openAPIV3Schema": {
                "type": "object",
                "properties": {
                    "spec": spec,
                    "status": {"type": "object", "properties": {"phase": {"type": "string"}}},
                },
            }}}],
        },
    })
}

fn spec() -> Value {
    json!({"type": "object", "required": ["size"], "properties": {
        "size": {"type": "integer", "minimum": 1, "maximum": 10},
        "colour": {"type": "string", "enum": ["red", "green"], "default": "red"},
        "tags": {"type": "array", "items": {"type": "string"}, "x-kubernetes-list-type": "set", "maxItems": 2},
        "ports": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["port"],
                  "items": {"type": "object", "required": ["port"], "properties": {"port": {"type": "integer"}, "note": {"type": "string", "nullable": true}}}},
        "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
        "limit": {"x-kubernetes-int-or-string": true, "anyOf": [{"type": "integer"}, {"type": "string"}], "pattern": "^[0-9]+(m|Mi)?$"},
        "half": {"type": "number", "multipleOf": 0.5},
        "when": {"type": "string", "format": "date-time"},
        "choice": {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}, "oneOf": [{"required": ["a"]}, {"required": ["b"]}]},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
    }})
}

fn sandbox() -> Sandbox {
    let mut sandbox = Sandbox::builder().rbac(false).build().unwrap();
    let (code, made) = send(&mut sandbox, "POST", DEFINITIONS, "", &definition(&spec()));
    assert_eq!((code, &made["status"]["storedVersions"]), (201, &json!(["v1"])), "{made}");
    sandbox
}

fn widget(name: &str, spec: &Value) -> Value {
    json!({"apiVersion": "example.test/v1", "kind": "Widget", "metadata": {"name": name}, "spec": spec})
}

#[test]
fn a_definition_is_established_and_served() {
    let mut sandbox = sandbox();
    let found = sandbox
        .get("apiextensions.k8s.io/v1", "CustomResourceDefinition", "", "widgets.example.test")
        .unwrap();
    assert_eq!(found["status"]["acceptedNames"]["listKind"], "WidgetList");
    assert_eq!(found["status"]["conditions"][1]["type"], "Established");
    let (code, resources) = send(&mut sandbox, "GET", "/apis/example.test/v1", "", &Value::Null);
    let names: Vec<_> = resources["resources"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!((code, names), (200, vec![&json!("widgets"), &json!("widgets/status")]));
    let (_, list) = send(&mut sandbox, "GET", WIDGETS, "", &Value::Null);
    assert_eq!((&list["kind"], &list["metadata"]["continue"]), (&json!("WidgetList"), &json!("")));
}

#[test]
fn what_is_unknown_is_dropped_and_defaults_come() {
    let mut sandbox = sandbox();
    let body = widget(
        "a",
        &json!({"size": 3.0, "foo": 1, "ports": [{"port": 1, "x": 2, "note": null}], "free": {"x": [1]}, "tags": null}),
    );
    let (code, made) = send(&mut sandbox, "POST", WIDGETS, "application/json", &body);
    let wanted =
        json!({"size": 3, "colour": "red", "ports": [{"port": 1, "note": null}], "free": {"x": [1]}});
    assert_eq!((code, &made["spec"], &made["metadata"]["generation"]), (201, &wanted, &json!(1)));
    let strict = format!("{WIDGETS}?fieldValidation=Strict");
    let (code, refused) = send(&mut sandbox, "POST", &strict, "application/json", &body);
    let told = r#"Widget in version "v1" cannot be handled as a Widget: strict decoding error: unknown field "spec.foo", unknown field "spec.ports[0].x""#;
    assert_eq!((code, &refused["message"]), (400, &json!(told)));
}

#[test]
fn what_the_schema_forbids_is_refused_in_the_servers_words() {
    let mut sandbox = sandbox();
    for (spec, wanted) in [
        (json!({}), "spec.size: Required value"),
        (
            json!({"size": "3"}),
            r#"spec.size: Invalid value: "string": spec.size in body must be of type integer: "string""#,
        ),
        (
            json!({"size": 11}),
            "spec.size: Invalid value: 11: spec.size in body should be less than or equal to 10",
        ),
        (
            json!({"size": 0}),
            "spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1",
        ),
        (
            json!({"size": 1, "colour": "x"}),
            r#"spec.colour: Unsupported value: "x": supported values: "red", "green""#,
        ),
        (json!({"size": 1, "tags": ["a", "a"]}), r#"spec.tags[1]: Duplicate value: "a""#),
        (json!({"size": 1, "tags": ["a", "b", "c"]}), "spec.tags: Too many: 3: must have at most 2 items"),
        (
            json!({"size": 1, "ports": [{"port": 1}, {"port": 1}]}),
            r#"spec.ports[1]: Duplicate value: {"port":1}"#,
        ),
        (json!({"size": 1, "ports": [{}]}), "spec.ports[0].port: Required value"),
        (
            json!({"size": 1, "labels": {"a": 1}}),
            r#"spec.labels.a: Invalid value: "integer": spec.labels.a in body must be of type string: "integer""#,
        ),
        (
            json!({"size": 1, "limit": "1k"}),
            r#"spec.limit: Invalid value: "1k": spec.limit in body should match '^[0-9]+(m|Mi)?$'"#,
        ),
        (
            json!({"size": 1, "half": 1.2}),
            "spec.half: Invalid value: 1.2: spec.half in body should be a multiple of 0.5",
        ),
        (
            json!({"size": 1, "when": "noon"}),
            r#"spec.when: Invalid value: "noon": spec.when in body must be of type date-time: "noon""#,
        ),
        (
            json!({"size": 1, "choice": {"a": "x", "b": "y"}}),
            r#"<nil>: Invalid value: "": "spec.choice" must validate one and only one schema (oneOf). Found 2 valid alternatives"#,
        ),
        (
            json!({"size": 1, "choice": {}}),
            r#"[<nil>: Invalid value: "": "spec.choice" must validate one and only one schema (oneOf). Found none valid, spec.choice.a: Required value]"#,
        ),
        (
            json!({"size": 1, "limit": true}),
            r#"[spec.limit: Invalid value: "boolean": spec.limit in body must be of type integer,string: "boolean", <nil>: Invalid value: "": "spec.limit" must validate at least one schema (anyOf), spec.limit: Invalid value: "boolean": spec.limit in body must be of type integer: "boolean"]"#,
        ),
    ] {
        let (code, refused) = send(&mut sandbox, "POST", WIDGETS, "application/json", &widget("t", &spec));
        let wanted = format!("Widget.example.test \"t\" is invalid: {wanted}");
        assert_eq!((code, refused["message"].as_str()), (422, Some(&*wanted)), "{spec}");
    }
}

#[test]
fn patches_applies_and_statuses_know_the_schema() {
    let mut sandbox = sandbox();
    send(&mut sandbox, "POST", WIDGETS, "application/json", &widget("a", &json!({"size": 3, "tags": ["x"]})));
    let one = format!("{WIDGETS}/a");
    let (code, _) = send(&mut sandbox, "PATCH", &one, "application/strategic-merge-patch+json", &json!({}));
    assert_eq!(code, 415);
    let apply = format!("{one}?fieldManager=m");
    let wanted = widget("a", &json!({"size": 3, "tags": ["y"], "ports": [{"port": 2}]}));
    let (code, applied) = send(&mut sandbox, "PATCH", &apply, "application/apply-patch+yaml", &wanted);
    assert_eq!((code, &applied["spec"]["tags"]), (200, &json!(["x", "y"])));
    let conflict = widget("a", &json!({"size": 4}));
    let other = format!("{one}?fieldManager=n");
    let (code, refused) = send(&mut sandbox, "PATCH", &other, "application/apply-patch+yaml", &conflict);
    assert_eq!(code, 409, "{refused}");
    let unknown = widget("a", &json!({"size": 3, "foo": 1}));
    let (code, refused) = send(&mut sandbox, "PATCH", &apply, "application/apply-patch+yaml", &unknown);
    let told = "failed to create typed patch object (/a; example.test/v1, Kind=Widget): .spec.foo: field not declared in schema";
    assert_eq!((code, &refused["message"]), (500, &json!(told)));
    let status = json!({"metadata": {"labels": {"a": "b"}}, "spec": {"size": 9}, "status": {"phase": "up"}});
    let part = format!("{one}/status");
    let (code, written) = send(&mut sandbox, "PATCH", &part, "application/merge-patch+json", &status);
    assert_eq!((code, &written["status"]["phase"], &written["spec"]["size"]), (200, &json!("up"), &json!(3)));
    assert!(written["metadata"].get("labels").is_none(), "{written}");
}

#[test]
fn what_is_no_text_to_those_who_merge_is_not_tracked() {
    let mut sandbox = sandbox();
    let odd = widget("a", &json!({"size": 3, "when": []}));
    let (code, made) = send(&mut sandbox, "POST", WIDGETS, "", &odd);
    assert_eq!((code, made["metadata"].get("managedFields")), (201, None), "{made}");
}

#[test]
fn objects_go_with_their_definition() {
    let mut sandbox = sandbox();
    send(&mut sandbox, "POST", WIDGETS, "application/json", &widget("a", &json!({"size": 3})));
    let mut held = widget("b", &json!({"size": 3}));
    held["metadata"]["finalizers"] = json!(["example.test/hold"]);
    send(&mut sandbox, "POST", WIDGETS, "application/json", &held);
    let name = format!("{DEFINITIONS}/widgets.example.test");
    let (code, gone) = send(&mut sandbox, "DELETE", &name, "", &Value::Null);
    assert_eq!((code, gone["metadata"]["deletionTimestamp"].is_string()), (200, true));
    assert!(sandbox.get("example.test/v1", "Widget", "default", "a").is_none());
    assert!(sandbox.get("example.test/v1", "Widget", "default", "b").is_some());
    let free = json!({"metadata": {"finalizers": null}});
    send(&mut sandbox, "PATCH", &format!("{WIDGETS}/b"), "application/merge-patch+json", &free);
    assert_eq!(send(&mut sandbox, "GET", &name, "", &Value::Null).0, 404);
    assert_eq!(send(&mut sandbox, "GET", WIDGETS, "", &Value::Null).0, 404);
}

#[test]
fn what_is_no_definition_is_refused_in_the_servers_words() {
    let field = |field: Value| json!({"type": "object", "properties": {"a": field}});
    let keyed = |more: Value| {
        let mut list = json!({"type": "array", "x-kubernetes-list-type": "map", "items": {"type": "object", "properties": {"k": {"type": "string"}}}});
        list.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        list
    };
    const A: &str = "spec.validation.openAPIV3Schema.properties[a]";
    for (schema, wanted) in [
        (
            json!({}),
            "spec.validation.openAPIV3Schema.type: Required value: must not be empty at the root".to_owned(),
        ),
        (
            json!({"type": "string"}),
            r#"spec.validation.openAPIV3Schema.type: Invalid value: "string": must be object at the root"#
                .to_owned(),
        ),
        (
            field(json!({})),
            format!("{A}.type: Required value: must not be empty for specified object fields"),
        ),
        (field(json!({"type": "array"})), format!("{A}.items: Required value: must be specified")),
        (
            field(json!({"type": "array", "items": {}})),
            format!("{A}.items.type: Required value: must not be empty for specified array items"),
        ),
        (
            field(json!({"type": "text"})),
            format!(
                r#"{A}.type: Unsupported value: "text": supported values: "array", "boolean", "integer", "number", "object", "string""#
            ),
        ),
        (
            field(keyed(json!({}))),
            format!(
                "{A}.x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map"
            ),
        ),
        (
            field(keyed(json!({"x-kubernetes-list-map-keys": ["k"]}))),
            format!(
                "{A}.items.properties[k].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property"
            ),
        ),
        (
            field(json!({"type": "string", "anyOf": [{"type": "string"}]})),
            format!("{A}.anyOf[0].type: Forbidden: must be empty to be structural"),
        ),
        (
            field(json!({"type": "integer", "default": "x"})),
            format!(r#"{A}.default: Invalid value: "string":  in body must be of type integer: "string""#),
        ),
        (
            field(
                json!({"type": "object", "properties": {"x": {"type": "string"}}, "additionalProperties": {"type": "string"}}),
            ),
            format!(
                "{A}.additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive"
            ),
        ),
    ] {
        let mut sandbox = Sandbox::builder().rbac(false).build().unwrap();
        let mut made = definition(&Value::Null);
        made["spec"]["versions"][0]["schema"]["openAPIV3Schema"] = schema;
        let (code, refused) = send(&mut sandbox, "POST", DEFINITIONS, "", &made);
        let wanted = format!(
            "CustomResourceDefinition.apiextensions.k8s.io \"widgets.example.test\" is invalid: {wanted}"
        );
        assert_eq!((code, refused["message"].as_str()), (422, Some(&*wanted)));
    }
    for (pointer, value, wanted) in [
        (
            "scope",
            json!("Other"),
            r#"spec.scope: Unsupported value: "Other": supported values: "Cluster", "Namespaced""#,
        ),
        (
            "names",
            json!({"plural": "widgets"}),
            "[spec.names.singular: Required value, spec.names.kind: Required value, spec.names.listKind: Required value]",
        ),
        (
            "versions",
            json!([{"name": "v1", "served": true, "storage": true}]),
            "spec.versions[0].schema.openAPIV3Schema: Required value",
        ),
    ] {
        let mut sandbox = Sandbox::builder().rbac(false).build().unwrap();
        let mut made = definition(&spec());
        made["spec"][pointer] = value;
        let (code, refused) = send(&mut sandbox, "POST", DEFINITIONS, "", &made);
        let wanted = format!(
            "CustomResourceDefinition.apiextensions.k8s.io \"widgets.example.test\" is invalid: {wanted}"
        );
        assert_eq!((code, refused["message"].as_str()), (422, Some(&*wanted)));
    }
}

#[test]
fn one_object_is_served_in_several_versions() {
    let mut sandbox = Sandbox::builder().rbac(false).build().unwrap();
    let mut two = definition(&spec());
    let mut old = two["spec"]["versions"][0].clone();
    old["name"] = json!("v1beta1");
    old["storage"] = json!(false);
    old["schema"]["openAPIV3Schema"]["properties"]["spec"] = json!({"type": "object", "properties": {"size": {"type": "integer"}, "old": {"type": "string", "default": "o"}}});
    two["spec"]["versions"].as_array_mut().unwrap().insert(0, old);
    assert_eq!(send(&mut sandbox, "POST", DEFINITIONS, "", &two).0, 201);
    let (_, group) = send(&mut sandbox, "GET", "/apis/example.test", "", &Value::Null);
    assert_eq!(group["preferredVersion"]["version"], "v1");
    assert_eq!(send(&mut sandbox, "POST", WIDGETS, "", &widget("a", &json!({"size": 3}))).0, 201);
    let before = WIDGETS.replace("/v1/", "/v1beta1/");
    // What the other version does not know is dropped; its defaults are for what is written in it.
    let (_, shown) = send(&mut sandbox, "GET", &format!("{before}/a"), "", &Value::Null);
    assert_eq!((&shown["apiVersion"], &shown["spec"]), (&json!("example.test/v1beta1"), &json!({"size": 3})));
    let (_, list) = send(&mut sandbox, "GET", &before, "", &Value::Null);
    assert_eq!(list["items"][0]["apiVersion"], "example.test/v1beta1");
    let mut other = widget("b", &json!({"size": 4}));
    other["apiVersion"] = json!("example.test/v1beta1");
    let (code, made) = send(&mut sandbox, "POST", &before, "", &other);
    assert_eq!((code, &made["spec"]), (201, &json!({"size": 4})), "{made}");
    let (_, shown) = send(&mut sandbox, "GET", &format!("{WIDGETS}/b"), "", &Value::Null);
    assert_eq!(
        (&shown["apiVersion"], &shown["spec"]),
        (&json!("example.test/v1"), &json!({"size": 4, "colour": "red"}))
    );
}

#[test]
fn a_version_that_a_webhook_would_convert_is_not_served() {
    let mut sandbox = Sandbox::builder().rbac(false).build().unwrap();
    let mut two = definition(&spec());
    let mut old = two["spec"]["versions"][0].clone();
    (old["name"], old["storage"]) = (json!("v1beta1"), json!(false));
    two["spec"]["versions"].as_array_mut().unwrap().push(old);
    let client = json!({"service": {"namespace": "a", "name": "b"}});
    two["spec"]["conversion"] = json!({"strategy": "Webhook", "webhook": {"conversionReviewVersions": ["v1"], "clientConfig": client}});
    let (code, made) = send(&mut sandbox, "POST", DEFINITIONS, "", &two);
    let port = made.pointer("/spec/conversion/webhook/clientConfig/service/port");
    assert_eq!((code, port), (201, Some(&json!(443))), "{made}");
    assert_eq!(send(&mut sandbox, "POST", WIDGETS, "", &widget("a", &json!({"size": 3}))).0, 201);
    for target in ["", "/a", "?watch=1"].map(|rest| WIDGETS.replace("/v1/", "/v1beta1/") + rest) {
        let (code, refused) = send(&mut sandbox, "GET", &target, "", &Value::Null);
        assert_eq!(code, 501, "{refused}");
        assert!(refused["message"].as_str().unwrap().contains("which a webhook converts"), "{refused}");
    }
}

#[test]
fn a_default_holds_for_what_is_there_before_it() {
    let mut sandbox = sandbox();
    let (_, made) = send(&mut sandbox, "POST", WIDGETS, "", &widget("a", &json!({"size": 3})));
    let target = format!("{DEFINITIONS}/widgets.example.test");
    let path = "/spec/versions/0/schema/openAPIV3Schema/properties/status/default";
    let patch = json!([{"op": "add", "path": path, "value": {"phase": "New"}}]);
    assert_eq!(send(&mut sandbox, "PATCH", &target, "application/json-patch+json", &patch).0, 200);
    let (_, read) = send(&mut sandbox, "GET", &format!("{WIDGETS}/a"), "", &Value::Null);
    assert_eq!(read["status"], json!({"phase": "New"}));
    assert_eq!(read["metadata"], made["metadata"], "it is only read otherwise");
    // What is written again is stored with it.
    let (_, written) = send(&mut sandbox, "PUT", &format!("{WIDGETS}/a"), "", &read);
    assert_ne!(written["metadata"]["resourceVersion"], made["metadata"]["resourceVersion"]);
    assert_eq!(written["spec"], read["spec"]);
}

#[test]
fn what_is_not_served_is_refused_and_never_passed_over() {
    let mut sandbox = Sandbox::builder().rbac(false).build().unwrap();
    for (spec, what) in [
        (json!({"type": "string", "pattern": "^\\p{Greek}$"}), "pattern"),
        (
            json!({"type": "object", "x-kubernetes-validations": [{"rule": "['a'].all(at, one, at < 1)"}]}),
            // The language of rules is behind a feature.
            if cfg!(feature = "cel") { "a rule that uses all" } else { "x-kubernetes-validations" },
        ),
        (
            json!({"type": "object", "allOf": [{"properties": {"a": {"x-kubernetes-validations": [{"rule": "true"}]}}}]}),
            if cfg!(feature = "cel") { "a rule within allOf" } else { "x-kubernetes-validations" },
        ),
        (json!({"type": "string", "format": "email"}), "format email"),
        (json!({"type": "array", "items": {"type": "string", "anyOf": [{"format": "isbn"}]}}), "format isbn"),
        (json!({"type": "object", "additionalProperties": false}), "additionalProperties"),
    ] {
        let (code, refused) = send(&mut sandbox, "POST", DEFINITIONS, "", &definition(&spec));
        assert_eq!(code, 501, "{refused}");
        assert!(refused["message"].as_str().unwrap().contains(what), "{refused}");
    }
    let mut misnamed = definition(&spec());
    misnamed["metadata"]["name"] = json!("gadgets.example.test");
    let (code, refused) = send(&mut sandbox, "POST", DEFINITIONS, "", &misnamed);
    assert_eq!(code, 422, "{refused}");
}

#[test]
fn a_sandbox_may_begin_with_definitions_and_their_objects() {
    let seeded = Sandbox::builder().object(definition(&spec())).object(widget("a", &json!({"size": 3})));
    let sandbox = seeded.build().unwrap();
    let found = sandbox.get("example.test/v1", "Widget", "default", "a").unwrap();
    assert_eq!(found["spec"], json!({"size": 3, "colour": "red"}));
    let found =
        sandbox.get("apiextensions.k8s.io/v1", "CustomResourceDefinition", "", "widgets.example.test");
    assert_eq!(found.unwrap()["status"]["conditions"][1]["type"], "Established");
    let pattern = definition(&json!({"type": "string", "pattern": "(?=a)"}));
    let refused = Sandbox::builder().object(pattern).build().unwrap_err().to_string();
    assert!(refused.contains("pattern"), "{refused}");
}

#[test]
fn a_definition_that_is_not_served_can_be_deleted() {
    let mut sandbox = sandbox();
    send(&mut sandbox, "POST", WIDGETS, "", &widget("a", &json!({"size": 3})));
    let name = format!("{DEFINITIONS}/widgets.example.test");
    let unserved = json!([{"op": "replace", "path": "/spec/versions/0/served", "value": false}]);
    assert_eq!(send(&mut sandbox, "PATCH", &name, "application/json-patch+json", &unserved).0, 200);
    assert_eq!(send(&mut sandbox, "GET", WIDGETS, "", &Value::Null).0, 404);
    assert_eq!(send(&mut sandbox, "DELETE", &name, "", &Value::Null).0, 200);
    assert_eq!(send(&mut sandbox, "GET", &name, "", &Value::Null).0, 404);
}

#[test]
fn names_are_one_definitions_each() {
    let mut sandbox = sandbox();
    let named = |plural: &str, names: Value| {
        let mut definition = definition(&spec());
        definition["metadata"]["name"] = format!("{plural}.example.test").into();
        definition["spec"]["names"] = names;
        definition["spec"]["names"]["plural"] = plural.into();
        definition
    };
    for (plural, names, reason, why) in [
        (
            "others",
            json!({"kind": "Widget", "listKind": "OtherList"}),
            "KindConflict",
            "\"Widget\" is already in use",
        ),
        (
            "gadgets",
            json!({"kind": "Gadget", "listKind": "WidgetList"}),
            "ListKindConflict",
            "\"WidgetList\" is already in use",
        ),
        (
            "things",
            json!({"kind": "Thing", "shortNames": ["widget", "t"]}),
            "ShortNamesConflict",
            "\"widget\" is already in use",
        ),
    ] {
        let (code, made) = send(&mut sandbox, "POST", DEFINITIONS, "", &named(plural, names));
        assert_eq!(code, 201, "{made}");
        let (_, seen) =
            send(&mut sandbox, "GET", &format!("{DEFINITIONS}/{plural}.example.test"), "", &Value::Null);
        let conditions = seen["status"]["conditions"].as_array().unwrap();
        assert_eq!((&conditions[0]["reason"], &conditions[0]["message"]), (&json!(reason), &json!(why)));
        assert_eq!(
            (&conditions[1]["status"], &conditions[1]["reason"]),
            (&json!("False"), &json!("NotAccepted"))
        );
        let objects = format!("/apis/example.test/v1/namespaces/default/{plural}");
        assert_eq!(send(&mut sandbox, "GET", &objects, "", &Value::Null).0, 404, "{plural}");
    }
    // Once a name is free, who waits for it gets it.
    send(&mut sandbox, "DELETE", &format!("{DEFINITIONS}/widgets.example.test"), "", &Value::Null);
    let others = "/apis/example.test/v1/namespaces/default/others";
    assert_eq!(send(&mut sandbox, "GET", others, "", &Value::Null).1["kind"], "OtherList");
    // What objects are stored by stays as it is.
    let patch = json!({"spec": {"scope": "Cluster", "names": {"kind": "Other"}}});
    let target = format!("{DEFINITIONS}/others.example.test");
    let (code, refused) = send(&mut sandbox, "PATCH", &target, "application/merge-patch+json", &patch);
    assert_eq!(code, 422);
    let message = refused["message"].as_str().unwrap();
    for field in ["spec.scope: Invalid value: \"Cluster\"", "spec.names.kind: Invalid value: \"Other\""] {
        assert!(message.contains(&format!("{field}: field is immutable")), "{message}");
    }
}
