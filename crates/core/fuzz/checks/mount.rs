//! Whatever the environment and the files hold, a session says what is wrong, or forms requests that can be sent; and it keeps the
//! token to itself.

use bytes::Bytes;
use kubewire::{Config, Error, Need, Now, ReadError, Session, Warm, get_path};

/// Lines for host, port, namespace variable and server, then the token and the authority with a NUL between.
pub fn check(data: &[u8]) {
    let mut lines = data.splitn(5, |byte| *byte == b'\n');
    let mut line = || String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
    let (host, port, namespace, server) = (line(), line(), line(), line());
    let rest = data.splitn(5, |byte| *byte == b'\n').nth(4).unwrap_or_default();
    let (token, ca) = match rest.iter().position(|byte| *byte == 0) {
        Some(at) => (&rest[..at], &rest[at + 1..]),
        None => (rest, &b"-----BEGIN CERTIFICATE-----\nTUlJ\n-----END CERTIFICATE-----\n"[..]),
    };
    // A token that is a word of ours, or of an address, would be found in any text: only one with this word in it is looked for.
    let public = [&host, &port, &namespace, &server];
    let secret = std::str::from_utf8(token.trim_ascii()).ok();
    let secret =
        secret.filter(|text| text.contains("hunter2") && !public.iter().any(|said| said.contains(text)));
    let env = |name: &str| match name {
        "KUBERNETES_SERVICE_HOST" => Some(host.clone()),
        "KUBERNETES_SERVICE_PORT" => Some(port.clone()),
        "POD_NAMESPACE" => Some(namespace.clone()),
        _ => None,
    };
    for config in [Config::in_cluster(&env), Config::server(&server).map(|config| config.mount("/mnt"))] {
        match config.and_then(Config::session) {
            Ok(session) => check_session(session, token, ca, secret),
            Err(error) => assert!(!error.to_string().contains(char::is_control), "{error:?}"),
        }
    }
}

fn check_session(mut session: Session, token: &[u8], ca: &[u8], secret: Option<&str>) {
    let now = Now { mono: 5, wall: 0 };
    let outcome = warm(&mut session, now, token, ca);
    let silent = |text: &str| assert!(secret.is_none_or(|secret| !text.contains(secret)), "{text}");
    silent(&format!("{session:?}"));
    assert!(!session.namespace().is_empty());
    match outcome {
        Err(error) => {
            silent(&error.to_string());
            silent(&format!("{error:?}"));
        }
        Ok(()) => {
            let call = get_path("/version").unwrap();
            let prepared = session.prepare(call.draft(), now).expect("a warm session is ready");
            silent(&format!("{prepared:?}"));
            let kubewire::Prepared::Ready { wire, tls, .. } = prepared else { panic!("{prepared:?}") };
            silent(&format!("{:?}", session.tls(tls).expect("the request's trust")));
            let url = wire.url.clone();
            let request = wire.into_request().expect("what a session forms can be sent");
            silent(&format!("{request:?}"));
            assert_eq!(request.uri().to_string(), url);
            assert!(request.uri().host().is_some_and(|host| !host.is_empty()), "{url}");
        }
    }
}

fn warm(session: &mut Session, now: Now, token: &[u8], ca: &[u8]) -> Result<(), Error> {
    loop {
        match session.warm(now)? {
            Warm::Need(number, Need::File(path)) => {
                let content = match path.rsplit('/').next() {
                    Some("token") => Ok(Bytes::copy_from_slice(token)),
                    Some("ca.crt") => Ok(Bytes::copy_from_slice(ca)),
                    _ => Err(ReadError::NotFound),
                };
                session.provide(number, content, now);
            }
            Warm::Ready => return Ok(()),
            other => panic!("one driver alone waits for nobody: {other:?}"),
        }
    }
}
