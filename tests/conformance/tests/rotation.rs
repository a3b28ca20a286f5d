//! Tokens and authorities that change under a running client.

use kubewire::{Error, FailureKind, get_path};
use kubewire_apiserver::Front;
use kubewire_conformance::{World, eventually, pod_at};
use serde_json::Value;

fn who_am_i(client: &kubewire_ureq::Client) -> Result<String, Error> {
    let review: kubewire::Operation = serde_json::from_value(serde_json::json!({
        "verb": "create", "resource": "selfsubjectreviews",
        "body": {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"},
    }))
    .unwrap();
    let answer: Value = client.run(review)?.json()?;
    Ok(answer["status"]["userInfo"]["username"].as_str().unwrap().to_owned())
}

#[test]
fn the_next_call_has_the_new_token_when_the_old_one_is_refused() {
    let world = World::new("token");
    let first = world.account("first");
    let _second = world.account("second");
    let client = world.pod(&first).unwrap();
    let user = |account: &str| format!("system:serviceaccount:{}:{account}", world.namespace);
    assert_eq!(who_am_i(&client).unwrap(), user("first"));

    first.write("token", &world.token("second"));
    world.delete_account("first");
    // Until the server notices the deletion the old token serves; then it is refused, and read again within the call.
    eventually("the new token is taken", || (who_am_i(&client).unwrap() == user("second")).then_some(()));
}

#[test]
fn a_token_that_stays_refused_is_the_servers_own_error() {
    let world = World::new("refused");
    let only = world.account("only");
    let client = world.pod(&only).unwrap();
    world.delete_account("only");
    let error = eventually("the token is refused", || who_am_i(&client).err());
    let status = error.status().unwrap();
    assert_eq!((status.code, status.reason.as_str()), (401, "Unauthorized"));
    assert!(error.to_string().contains("was its service account deleted?"), "{error}");
}

#[test]
fn the_next_call_trusts_the_new_authority() {
    let world = World::new("authority");
    let mount = world.account("pod");
    let files = tempfile::tempdir().unwrap();
    let mut front = Front::start(&world.state, files.path()).unwrap();
    let authority = |front: &Front| std::fs::read_to_string(front.ca()).unwrap();

    // The mount still holds the authority of the other server.
    let client = pod_at(front.port(), &mount).unwrap();
    let error = client.run(get_path("/version").unwrap()).unwrap_err();
    let Error::Transport { failure, .. } = &error else { panic!("{error}") };
    assert_eq!(failure.kind, FailureKind::Untrusted, "{error}");

    let old = authority(&front);
    mount.write("ca.crt", &old);
    client.run(get_path("/version").unwrap()).unwrap();

    front.rotate().unwrap();
    assert_ne!(authority(&front), old);
    mount.write("ca.crt", &authority(&front));
    client.run(get_path("/version").unwrap()).unwrap();
}
