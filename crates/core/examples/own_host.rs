//! A host of one's own: the whole loop between the core and a socket, here over plain HTTP to `kubectl proxy`.
//!
//! `cargo run --example own_host [http://127.0.0.1:8001 [/version]]`
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::print_stdout,
    reason = "a host does the IO"
)]

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use kubewire::machine::Once;
use kubewire::{
    Act, Answer, Body, Config, Driver, Error, Failure, Head, Heard, Need, Now, Task, Wire, get_path,
};

fn main() -> Result<(), Error> {
    let mut arguments = std::env::args().skip(1);
    let server = arguments.next().unwrap_or_else(|| "http://127.0.0.1:8001".into());
    let call = get_path(&arguments.next().unwrap_or_else(|| "/version".into()))?;

    let mut session = Config::server(&server)?.session()?;
    let mut driver = Driver::new(Once::new(call.draft().clone()), std::process::id().into());
    let epoch = Instant::now();
    let now = || {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Now { mono: epoch.elapsed().as_millis() as u64, wall: wall.as_millis() as u64 }
    };

    driver.handle(&mut session, now(), Heard::Time);
    loop {
        let heard = match driver.poll() {
            Some(Act::Event(answer)) => {
                let (head, body) = answer?;
                println!("{}", Body::decode(call.draft(), &head, body)?.text()?);
                continue;
            }
            Some(Act::Do(Task::Request { wire, request, .. })) => match exchange(&request) {
                Ok((head, body)) => {
                    driver.handle(&mut session, now(), Heard::Head(wire, head));
                    driver.handle(&mut session, now(), Heard::Data(wire, body.into()));
                    Heard::End(wire)
                }
                Err(error) => Heard::Failed(wire, Failure::of_io(&error)),
            },
            Some(Act::Do(Task::Need(number, Need::File(path)))) => {
                Heard::Given(number, std::fs::read(path).map(Into::into).map_err(Into::into))
            }
            Some(Act::Done) => return Ok(()),
            Some(_) => continue,
            None => {
                let until = driver.timeout().unwrap_or_default();
                std::thread::sleep(Duration::from_millis(until.saturating_sub(now().mono)));
                Heard::Time
            }
        };
        driver.handle(&mut session, now(), heard);
    }
}

/// HTTP/1.0, as small as it gets: the server closes the connection behind its answer.
fn exchange(request: &Wire) -> io::Result<(Head, Vec<u8>)> {
    let rest = request.url.strip_prefix("http://").ok_or_else(|| io::Error::other("this host has no TLS"))?;
    let (authority, target) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let mut socket = TcpStream::connect(authority)?;
    write!(socket, "{} {target} HTTP/1.0\r\nhost: {authority}\r\n", request.method)?;
    for (name, value) in &request.headers {
        write!(socket, "{name}: {value}\r\n")?;
    }
    write!(socket, "content-length: {}\r\n\r\n", request.body.len())?;
    socket.write_all(&request.body)?;

    let mut answer = Vec::new();
    socket.read_to_end(&mut answer)?;
    let broken = || io::Error::other("the answer is no HTTP");
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").ok_or_else(broken)?;
    let body = answer.split_off(end + 4);
    let text = String::from_utf8_lossy(&answer);
    let mut lines = text.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
    let mut head = Head::new(status.ok_or_else(broken)?);
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        head.header(name, value.trim().as_bytes());
    }
    Ok((head, body))
}
