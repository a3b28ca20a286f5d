//! Asks a sandbox what standard input says, and prints its answers: what a sandbox in JavaScript is compared with.

use std::error::Error;
use std::io::{read_to_string, stdin};
use std::task::Poll;

use bytes::Bytes;
use http::{Request, Response};
use kubewire::Now;
use kubewire_sandbox::{Parked, Reply, Sandbox, Watch};
use serde_json::{Value, json};

/// An answer, as far as it has come.
enum Open {
    Parked(Parked),
    Watch(u16, Watch, String),
    Whole(u16, String),
}

fn main() -> Result<(), Box<dyn Error>> {
    let script: Value = serde_json::from_str(&read_to_string(stdin())?)?;
    let wall = number(&script["now"]);
    let mut sandbox = Sandbox::builder().seed(number(&script["seed"])).now(Now { mono: 0, wall }).build()?;
    let token = sandbox.admin().to_owned();
    let mut open: Vec<Open> = Vec::new();
    for (step, asked) in script["requests"].as_array().into_iter().flatten().enumerate() {
        let mono = number(&script["pace"]) * step as u64;
        let now = Now { mono, wall: wall + mono };
        advance(&mut sandbox, &mut open, now);
        let mut request = Request::builder().method(text(&asked["method"])).uri(text(&asked["target"]));
        for header in asked["headers"].as_array().into_iter().flatten() {
            request = request.header(text(&header[0]), text(&header[1]));
        }
        let request = request.header("authorization", format!("Bearer {token}"));
        let request = request.body(Bytes::from(text(&asked["body"]).to_owned()))?;
        open.push(taken(sandbox.handle(now, request)));
        advance(&mut sandbox, &mut open, now);
    }
    let answers = open.into_iter().map(|one| match one {
        Open::Parked(_) => Value::Null,
        Open::Watch(status, _, body) | Open::Whole(status, body) => json!([status, body]),
    });
    println!("{}", Value::from_iter(answers));
    Ok(())
}

fn taken(reply: Reply) -> Open {
    match reply {
        Reply::Whole(answer) => {
            Open::Whole(code(&answer), String::from_utf8_lossy(answer.body()).into_owned())
        }
        Reply::Watch(answer) => Open::Watch(code(&answer), answer.into_body(), String::new()),
        Reply::Parked(parked) => Open::Parked(parked),
        _ => Open::Whole(0, String::new()),
    }
}

/// Takes all that there is to be had by now.
fn advance(sandbox: &mut Sandbox, open: &mut Vec<Open>, now: Now) {
    for mut one in std::mem::take(open) {
        if let Open::Parked(parked) = one {
            one = taken(sandbox.resume(now, parked));
        }
        if let Open::Watch(_, watch, body) = &mut one {
            while let Poll::Ready(Some(line)) = sandbox.poll(watch, now) {
                body.push_str(&String::from_utf8_lossy(&line));
            }
        }
        open.push(one);
    }
}

fn code<T>(answer: &Response<T>) -> u16 {
    answer.status().as_u16()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_default()
}
