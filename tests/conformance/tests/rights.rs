//! The story: from a pod's files to a typed answer, and what the server allows to whom.

use k8s_openapi::api::core::v1::{Pod, ServiceAccount};
use kubewire::{Api, Config, ConfigError, Error, Time, TokenRequest, get_path, rights};
use kubewire_conformance::{World, eventually, text};
use serde_json::Value;

#[test]
fn a_pod_asks_for_the_api_versions() {
    let world = World::new("versions");
    let pod = world.pod(&world.account("reader")).unwrap();
    let answer: Value = pod.run(get_path("/api").unwrap()).unwrap().json().unwrap();
    assert_eq!(answer["kind"], "APIVersions");
    assert_eq!(answer["versions"], serde_json::json!(["v1"]));
    assert_eq!(pod.namespace(), world.namespace);
}

#[test]
fn rights_grow_from_none_to_all_namespaces() {
    let world = World::new("rights");
    let other = World::new("rights-other");
    let reader = world.account("reader");
    let stranger = world.account("stranger");
    let pod = world.pod(&reader).unwrap();
    let here = Api::<Pod>::namespaced(&pod.namespace());
    let there = Api::<Pod>::namespaced(&other.namespace);

    let refused = pod.run(here.list()).unwrap_err();
    let status = refused.status().expect("the server says no");
    assert_eq!((status.code, status.reason.as_str()), (403, "Forbidden"));
    assert!(status.is_forbidden());
    assert_eq!(status.details.kind, "pods");
    let said = refused.to_string();
    assert!(
        said.starts_with(&format!("list pods in namespace {}: pods is forbidden", world.namespace)),
        "{said}"
    );

    world.allow("reader", false, &["list"], &["pods"]);
    let list = eventually("the Role takes effect", || pod.run(here.list()).ok());
    assert!(list.items.is_empty());
    assert!(!list.resource_version.is_empty());
    assert!(pod.run(there.list()).unwrap_err().status().unwrap().is_forbidden());
    assert!(pod.run(Api::<Pod>::all().list()).unwrap_err().status().unwrap().is_forbidden());

    world.allow("reader", true, &["list"], &["pods"]);
    eventually("the ClusterRole takes effect", || pod.run(Api::<Pod>::all().list()).ok());
    pod.run(there.list()).unwrap();

    let stranger = world.pod(&stranger).unwrap();
    assert!(stranger.run(here.list()).unwrap_err().status().unwrap().is_forbidden());
}

#[test]
fn a_pod_without_a_mount_is_told_how_to_mend_it() {
    let world = World::new("unmounted");
    let mount = world.account("none");
    std::fs::remove_dir_all(&mount.directory).unwrap();
    let error = world.pod(&mount).unwrap_err();
    let path = format!("{}/token", text(&mount.directory));
    assert_eq!(error, Error::Config(ConfigError::NoMount { path }));
    assert!(error.to_string().contains("automountServiceAccountToken: false"), "{error}");
}

#[test]
fn a_token_of_an_account_makes_a_session_of_it() {
    let world = World::new("tokens");
    let mount = world.account("robot");
    let accounts = Api::<ServiceAccount>::namespaced(&world.namespace);
    let wanted = TokenRequest::new().expiration_seconds(600);
    let token = world.admin.run(accounts.create_token("robot", &wanted)).unwrap();
    assert_eq!((token.namespace(), token.service_account()), (world.namespace.as_str(), "robot"));
    assert!(token.expiration() > Time::from_unix(1_700_000_000) && !token.audiences().is_empty());
    assert!(!format!("{token:?} {token}").contains(token.token()));

    // The mount is the admin's: of it only the authority is taken.
    let config = Config::server(&world.state.server).unwrap().mount(text(&world.state.admin_mount));
    let config = config.account(&token).unwrap();
    assert!(!format!("{config:?}").contains(token.token()));
    let robot = kubewire_ureq::Client::new(config).unwrap();
    assert_eq!(robot.namespace(), world.namespace);
    let review = serde_json::json!({"verb": "create", "resource": "selfsubjectreviews",
        "body": {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}});
    let review: kubewire::Operation = serde_json::from_value(review).unwrap();
    let myself: Value = robot.run(review.clone()).unwrap().json().unwrap();
    let name = format!("system:serviceaccount:{}:robot", world.namespace);
    assert_eq!(myself["status"]["userInfo"]["username"], name);

    world.delete_account(&mount.account);
    let refused = eventually("the token is refused", || robot.run(review.clone()).err());
    assert!(refused.status().unwrap().is_unauthorized(), "{refused}");
    assert!(refused.to_string().contains("a given one has expired or is revoked"), "{refused}");
}

#[test]
fn a_pod_asks_about_its_own_rights() {
    let world = World::new("mayi");
    let pod = world.pod(&world.account("reader")).unwrap();
    let list = Api::<Pod>::namespaced(&world.namespace).list().call().unwrap();
    let create = Api::<Pod>::namespaced(&world.namespace).create(&serde_json::json!({})).call().unwrap();
    assert!(!pod.run(rights::may(list.attributes())).unwrap().allowed);
    world.allow("reader", false, &["list"], &["pods"]);
    eventually("the Role takes effect", || {
        pod.run(rights::may(list.attributes())).unwrap().allowed.then_some(())
    });
    assert!(!pod.run(rights::may(create.attributes())).unwrap().allowed);
    assert!(pod.run(rights::may(get_path("/version").unwrap().attributes())).unwrap().allowed);
    assert!(!pod.run(rights::may(get_path("/metrics").unwrap().attributes())).unwrap().allowed);

    let rules = pod.run(rights::rules(&world.namespace)).unwrap();
    let ours = |rule: &rights::ResourceRule| rule.verbs == ["list"] && rule.resources == ["pods"];
    assert!(rules.resource_rules.iter().any(ours), "{rules:?}");
    assert!(rules.path_rules.iter().any(|rule| rule.paths.iter().any(|path| path == "/version")));
    let myself = pod.run(rights::whoami()).unwrap();
    assert_eq!(myself.username, format!("system:serviceaccount:{}:reader", world.namespace));
    assert!(myself.groups.iter().any(|group| group == "system:authenticated"));
}
