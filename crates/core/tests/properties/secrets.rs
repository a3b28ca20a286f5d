//! Nothing prints a token or what a body holds: neither errors nor what is printed while debugging.

use bytes::Bytes;
use kubewire::machine::{Input, Machine, Once, Output, WatchStream};
use kubewire::{
    Act, Builtin, Config, Driver, Head, Heard, List, Need, Now, Object, Operation, Raw, Session, Task,
};
use proptest::prelude::*;

use crate::config;

const TOKEN: &str = "hunter2hunter2hunter2";
const NOW: Now = Now { mono: 0, wall: 0 };

/// Bodies that hold the secret in a place where reading them may fail.
fn body() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        Just(format!("\"{TOKEN}\"")),
        Just(format!("{{\"{TOKEN}\":1}}")),
        Just(format!("[\"{TOKEN}\"]")),
        Just(format!("\"{TOKEN}")),
        Just(TOKEN.to_owned()),
    ];
    let place = prop::sample::select(vec![
        r#"{"kind":"Secret","metadata":X}"#,
        r#"{"kind":"Secret","apiVersion":X}"#,
        r#"{"kind":X}"#,
        r#"{"metadata":{"finalizers":X}}"#,
        r#"{"metadata":{"finalizers":[1,X]}}"#,
        r#"{"metadata":{"labels":X}}"#,
        r#"{"metadata":{"generateName":X,"generateName":X}}"#,
        r#"{"kind":"SecretList","items":X}"#,
        r#"{"kind":"SecretList","items":[{"metadata":X}]}"#,
        r#"{"kind":"SecretList","items":[],"metadata":X} X"#,
        r#"{"type":"ADDED","object":{"metadata":X}}"#,
        r#"{"type":X,"object":X}"#,
        "X",
        "[X",
    ]);
    (place, value).prop_map(|(place, value)| place.replace('X', &value))
}

fn silent(what: &str, text: &str) {
    assert!(!text.contains(TOKEN), "{what} prints a secret: {text}");
}

fn given(need: &Need) -> Heard {
    let Need::File(path) = need else { panic!("{need:?}") };
    let ca = "-----BEGIN CERTIFICATE-----\nTUlJ\n-----END CERTIFICATE-----\n";
    Heard::Given(0, Ok(Bytes::from(if path.ends_with("token") { TOKEN } else { ca })))
}

/// Drives a machine through one answer, and looks at all that can be printed on the way.
fn drive<M: Machine>(mut driver: Driver<M>, session: &mut Session, answer: &Bytes, each: impl Fn(M::Event)) {
    let mut heard = vec![Heard::Time];
    loop {
        for heard in heard.drain(..) {
            silent("Heard", &format!("{heard:?}"));
            driver.handle(session, NOW, heard);
        }
        silent("Session", &format!("{session:?}"));
        let Some(act) = driver.poll() else { panic!("the machine hangs") };
        silent("Act", &format!("{act:?}"));
        match act {
            Act::Event(event) => each(event),
            Act::Do(Task::Need(number, need)) => {
                let Heard::Given(_, content) = given(&need) else { unreachable!() };
                heard.push(Heard::Given(number, content));
            }
            Act::Do(Task::Request { wire, request, .. }) => {
                silent("http::Request", &format!("{:?}", request.into_request().unwrap()));
                heard.extend([
                    Heard::Head(wire, Head::new(200)),
                    Heard::Data(wire, answer.clone()),
                    Heard::End(wire),
                ]);
            }
            Act::Do(_) => {}
            _ => return,
        }
    }
}

fn operation(json: &str) -> Operation {
    serde_json::from_str(json).unwrap()
}

proptest! {
    #![proptest_config(config(1_000))]

    #[test]
    fn answers_and_tokens_stay_silent(body in body()) {
        let answer = Bytes::from(body);
        let get = operation(r#"{"verb":"get","resource":"secrets","namespace":"a","name":"b"}"#).call(&Builtin).unwrap();
        let response = || http::Response::new(answer.clone());
        let error = |error: kubewire::Error| {
            silent("an error", &error.to_string());
            silent("an error's Debug", &format!("{error:?}"));
        };
        drop(get.clone().answering::<Object>().decode(response()).map_err(error));
        drop(get.clone().answering::<List<Object>>().decode(response()).map_err(error));
        if let Ok(list) = get.clone().answering::<List<Raw<Object>>>().decode(response()) {
            list.items.iter().for_each(|item| silent("Raw", &format!("{item:?}")));
        }
        silent("Body", &format!("{:?}", get.decode(response())));

        let session = || Config::server("https://a.example").unwrap().mount("/mnt").session().unwrap();
        let once = Driver::new(Once::new(get.draft().clone()), 1);
        drive(once, &mut session(), &answer, |event| drop(event.map_err(error)));
        let watch = operation(r#"{"verb":"watch","resource":"secrets"}"#).draft(&Builtin).unwrap();
        drive(Driver::new(WatchStream::new(&watch, 1), 1), &mut session(), &answer, |event| match event {
            Ok(event) => {
                silent("RawEvent", &format!("{event:?}"));
                drop(event.decode::<Object>().map_err(error));
            }
            Err(failed) => error(failed),
        });
    }
}

#[test]
fn operations_and_machines_stay_silent() {
    let json = format!(
        r#"{{"verb":"create","resource":"secrets","namespace":"a","body":{{"data":{{"x":"{TOKEN}"}}}}}}"#
    );
    let operation = operation(&json);
    silent("Operation", &format!("{operation:?}"));
    let call = operation.call(&Builtin).unwrap();
    silent("Call", &format!("{call:?} {call}"));
    let mut once = Once::new(call.draft().clone());
    let Some(Output::Start(exchange)) = once.poll() else { panic!("a call starts") };
    silent("Exchange", &format!("{exchange:?}"));
    let answer = Input::Answer(exchange.id, Ok((Head::new(200), Bytes::from(TOKEN))));
    silent("Input", &format!("{answer:?}"));
    once.handle(NOW, answer);
    silent("Once", &format!("{once:?}"));
    silent("Output", &format!("{:?}", once.poll()));
}
