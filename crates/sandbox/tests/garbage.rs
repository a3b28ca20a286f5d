//! Requests that nobody should send: whatever comes, there is an answer, and no panic.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

use std::task::Poll;

use bytes::Bytes;
use http::Request;
use kubewire::Now;
use kubewire_sandbox::{Reply, Sandbox};

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed ^ (mixed >> 27)) as usize >> 8
    }

    fn below(&mut self, limit: usize) -> usize {
        self.next() % limit
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

const METHODS: [&str; 8] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "BREW"];
const PARTS: [&str; 20] = [
    "api",
    "apis",
    "v1",
    "apps",
    "watch",
    "namespaces",
    "default",
    "configmaps",
    "secrets",
    "pods",
    "a",
    "status",
    "..",
    "",
    "%2F",
    "%",
    "%zz",
    "%ff",
    "deployments",
    "nodes",
];
const QUERIES: [&str; 22] = [
    "watch=1",
    "limit=1",
    "limit=-9223372036854775808",
    "limit=99999999999999999999",
    "continue=e30",
    "continue=%00",
    "resourceVersion=0",
    "resourceVersion=18446744073709551615",
    "resourceVersion=18446744073709551616",
    "resourceVersionMatch=Exact",
    "labelSelector=a+in+(((",
    "labelSelector=%00",
    "labelSelector=%F0%9F",
    "fieldSelector=%5C",
    "fieldSelector=a%3D%5C",
    "timeoutSeconds=18446744073709551615",
    "timeoutSeconds=9223372036854775807",
    "dryRun=All",
    "fieldValidation=Strict",
    "sendInitialEvents=true",
    "allowWatchBookmarks=1",
    "gracePeriodSeconds=-9223372036854775808",
];
const MEDIA: [&str; 6] = [
    "application/json",
    "application/json-patch+json",
    "application/merge-patch+json",
    "application/strategic-merge-patch+json",
    "application/yaml",
    ";;;",
];
const BEARERS: [&str; 6] = ["", "Bearer", "Bearer  x", "Basic eDp5", "Bearer a.b.c", "Bearer \u{ff}"];
const BODIES: [&str; 20] = [
    "",
    "{",
    "null",
    "[]",
    "1e999",
    "\"x\"",
    "{\"metadata\":{\"name\":\"a\"}}",
    "{\"metadata\":{\"name\":\"a\",\"finalizers\":[\"x/y\"]},\"data\":{\"k\":\"eA==\"}}",
    "{\"metadata\":{\"generateName\":\"\u{e9}\u{e9}\u{e9}-\"}}",
    "{\"metadata\":null}",
    "{\"metadata\":[]}",
    "{\"kind\":{}}",
    "{\"metadata\":{\"name\":\"a\",\"creationTimestamp\":\"\",\"generation\":1e300}}",
    "[{\"op\":\"add\",\"path\":\"/metadata/labels/a~2\",\"value\":[]}]",
    "[{\"op\":\"move\",\"from\":\"\",\"path\":\"\"}]",
    "[{\"op\":\"replace\",\"path\":\"\",\"value\":[]}]",
    "[{\"op\":\"remove\",\"path\":\"/metadata\"}]",
    "{\"$patch\":\"delete\"}",
    "{\"metadata\":{\"$patch\":\"replace\"},\"$setElementOrder/data\":[1]}",
    "{\"preconditions\":{\"uid\":5},\"gracePeriodSeconds\":9223372036854775807}",
];

fn target(dice: &mut Dice) -> String {
    let mut target = String::new();
    if dice.below(3) > 0 {
        target.push_str("/api/v1/namespaces/default");
        if dice.below(3) > 0 {
            target.push_str(dice.pick(&["/configmaps", "/secrets", "/pods"]));
        }
    }
    for _ in 0..dice.below(4) {
        target.push('/');
        target.push_str(dice.pick(&PARTS));
    }
    if target.is_empty() {
        target.push('/');
    }
    let good = dice.below(4) == 0;
    if good {
        target.push_str("?watch=1");
    }
    for index in 0..dice.below(if good { 2 } else { 4 }) {
        target.push(if index == 0 && !good { '?' } else { '&' });
        target.push_str(dice.pick(&QUERIES));
    }
    target
}

#[test]
fn whatever_comes_is_answered() {
    let mut dice = Dice(1);
    let mut sandbox = Sandbox::new();
    let admin = format!("Bearer {}", sandbox.admin());
    let (mut answered, mut watched) = (0, 0);
    for round in 0..40_000_u64 {
        let target = target(&mut dice);
        let request = Request::builder()
            .method(dice.pick(&METHODS))
            .uri(&target)
            .header("content-type", dice.pick(&MEDIA))
            .header("authorization", if dice.below(8) == 0 { dice.pick(&BEARERS) } else { &admin })
            .body(Bytes::from_static(dice.pick(&BODIES).as_bytes()));
        // What is no request at all does not come this far.
        let Ok(request) = request else { continue };
        let now = Now { mono: round, wall: if round.is_multiple_of(7) { u64::MAX } else { round } };
        match sandbox.handle(now, request) {
            Reply::Whole(answer) => {
                answered += 1;
                let code = answer.status().as_u16();
                assert!((200..=504).contains(&code), "{target}: {code}");
            }
            Reply::Watch(answer) => {
                watched += 1;
                let mut watch = answer.into_body();
                let later = Now { mono: u64::MAX, wall: u64::MAX };
                while let Poll::Ready(Some(_)) = sandbox.poll(&mut watch, later) {}
            }
            Reply::Parked(parked) => {
                let late = Now { mono: parked.timeout(), wall: 0 };
                assert_eq!(sandbox.resume(late, parked).status().unwrap(), 504);
            }
            other => panic!("{other:?}"),
        }
        if round.is_multiple_of(1_000) {
            sandbox.compact(sandbox.revision());
        }
    }
    assert!(answered > 20_000 && watched > 100, "{answered} {watched}");
}

#[test]
fn large_bodies_are_refused() {
    let mut sandbox = Sandbox::new();
    let body = format!("{{\"metadata\":{{\"name\":\"a\"}},\"data\":{{\"k\":\"{}\"}}}}", "x".repeat(4 << 20));
    for (body, wanted) in [(body, 413), ("[".repeat(1 << 20), 400)] {
        let request = Request::post("/api/v1/namespaces/default/configmaps");
        let request = request.header("authorization", format!("Bearer {}", sandbox.admin()));
        let request = request.body(Bytes::from(body)).unwrap();
        assert_eq!(sandbox.handle(Now::default(), request).status().unwrap(), wanted);
    }
}

/// What is wrong many times over is told in an answer of a bounded size.
#[test]
fn many_faults_make_no_endless_answer() {
    let many = |one: &str, times: usize| vec![one; times].join(",");
    let volume = |source: &str| format!(r#""volumes":[{{"name":"v",{source}}}],"#);
    let numbered =
        |times: usize, form: &dyn Fn(usize) -> String| (0..times).map(form).collect::<Vec<_>>().join(",");
    let registry = volume(&format!(r#""quobyte":{{"registry":"{}","volume":"v"}}"#, ",".repeat(60_000)));
    let item = r#"{"key":"k","path":"p"}"#;
    let name = "n".repeat(100_000);
    let projected = volume(&format!(
        r#""projected":{{"sources":[{{"secret":{{"name":"{name}","items":[{}]}}}}]}}"#,
        many(item, 20_000)
    ));
    let nested = volume(&format!(
        r#""secret":{{"secretName":"s","items":[{}]}}"#,
        numbered(2_000, &|at| format!(r#"{{"key":"k","path":"a{}"}}"#, "/".repeat(at)))
    ));
    let claims = format!(
        r#""resourceClaims":[{}],"#,
        numbered(20_000, &|at| format!(r#"{{"name":"c{at}","resourceClaimName":"c"}}"#))
    );
    let wanted = numbered(20_000, &|at| format!(r#"{{"name":"d{at}"}}"#));
    let added = many(r#""CAP_SYS_ADMIN""#, 10_000);
    for (before, container) in [
        (registry, String::new()),
        (projected, String::new()),
        (nested, String::new()),
        (claims, format!(r#","resources":{{"claims":[{wanted}]}}"#)),
        (
            String::new(),
            format!(
                r#","securityContext":{{"allowPrivilegeEscalation":false,"capabilities":{{"add":[{added}]}}}}"#
            ),
        ),
        (String::new(), format!(r#","ports":[{}]"#, many(r#"{"containerPort":1}"#, 10_000))),
        (String::new(), format!(r#","env":[{}]"#, many(r#"{"name":"="}"#, 50_000))),
    ] {
        let pod = format!(
            r#"{{"metadata":{{"name":"p"}},"spec":{{{before}"containers":[{{"name":"c","image":"i"{container}}}]}}}}"#
        );
        let mut sandbox = Sandbox::builder().rbac(false).build().unwrap();
        let request = Request::post("/api/v1/namespaces/default/pods").body(Bytes::from(pod)).unwrap();
        let answer = sandbox.handle(Now::default(), request).whole().expect("a whole answer");
        let told: usize = answer.headers().get_all("warning").iter().map(http::HeaderValue::len).sum();
        assert!(matches!(answer.status().as_u16(), 201 | 422), "{}", answer.status());
        assert!(answer.body().len() + told < 64 << 20, "{} bytes, {told} of warnings", answer.body().len());
    }
}

/// Texts that are long and stand for many things at once: neither an answer nor an object grows with their product.
#[test]
fn long_texts_are_not_multiplied() {
    let long = "x".repeat(1 << 20);
    let hook = |with: &str| {
        let rest = r#""name":"a.b.c","sideEffects":"None","admissionReviewVersions":["v1"]"#;
        format!(r#"{{"metadata":{{"name":"w"}},"webhooks":[{{{rest},{with}}}]}}"#)
    };
    let path = |path: &str| {
        hook(&format!(r#""clientConfig":{{"service":{{"name":"s","namespace":"n","path":"{path}"}}}}"#))
    };
    let webhooks = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
    let operations = vec![r#""""#; 300_000].join(",");
    let keys = vec![r#""a""#; 200_000].join(",");
    let spread = format!(
        r#"{{"maxSkew":1,"topologyKey":"z","whenUnsatisfiable":"ScheduleAnyway","labelSelector":{{}},"matchLabelKeys":[{keys}]}}"#
    );
    let pod = format!(
        r#"{{"metadata":{{"name":"p","labels":{{"a":"{long}"}}}},"spec":{{"topologySpreadConstraints":[{spread}],"containers":[{{"name":"c","image":"i"}}]}}}}"#
    );
    for (target, body) in [
        (webhooks, path(&"/A".repeat(700_000))),
        (webhooks, path(&"/".repeat(1_500_000))),
        (webhooks, hook(&format!(r#""clientConfig":{{}},"rules":[{{"operations":[{operations}]}}]"#))),
        ("/api/v1/namespaces/default/pods", pod),
    ] {
        let mut sandbox = Sandbox::builder().rbac(false).build().unwrap();
        let request = Request::post(target).body(Bytes::from(body)).unwrap();
        let answer = sandbox.handle(Now::default(), request).whole().expect("a whole answer");
        assert_eq!(answer.status().as_u16(), 422, "{target}");
        assert!(answer.body().len() < 64 << 20, "{} bytes", answer.body().len());
    }
}
