//! The whole of a host, with a client that the program already has: here reqwest's. One call at a time; `kubewire-tokio` does the rest.

use kubewire::machine::Once;
use kubewire::{
    Act, Answer, Api, Builtin, Catalog, Config, Driver, Failure, FailureKind, Head, Heard, Now, Object, Sent,
    Session, Task, Trust,
};
use std::time::{Duration, Instant, SystemTime};

type Failed = Box<dyn std::error::Error>;

/// Runs a call: does what the driver wants, and tells it what comes of that.
async fn run<C: kubewire::IntoCall>(
    session: &mut Session,
    epoch: Instant,
    call: C,
) -> Result<C::Answer, Failed> {
    let call = call.into_call()?;
    let now = || Now::of(epoch.elapsed(), SystemTime::now());
    let mut driver = Driver::new(Once::new(call.draft().clone()), epoch.elapsed().as_nanos() as u64);
    driver.handle(session, now(), Heard::Time);
    loop {
        match driver.poll() {
            Some(Act::Do(Task::Need(number, need))) => {
                let read = need.read_by(|path| std::fs::read(path));
                driver.handle(session, now(), Heard::Given(number, read));
            }
            Some(Act::Do(Task::Request { wire, request, tls, limits, .. })) => {
                let trust = session.tls(tls);
                match send(request, trust, Duration::from_millis(limits.head)).await {
                    Ok((head, body)) => {
                        driver.handle(session, now(), Heard::Head(wire, head));
                        driver.handle(session, now(), Heard::Data(wire, body.into()));
                        driver.handle(session, now(), Heard::End(wire));
                    }
                    Err(error) => {
                        let (kind, sent) = if error.is_connect() {
                            (FailureKind::Refused, Sent::No)
                        } else {
                            (FailureKind::Reset, Sent::Maybe)
                        };
                        driver.handle(
                            session,
                            now(),
                            Heard::Failed(wire, Failure::new(kind, sent, error.without_url().to_string())),
                        );
                    }
                }
            }
            Some(Act::Event(answer)) => {
                let (head, body) = answer?;
                return Ok(C::Answer::decode(call.draft(), &head, body)?);
            }
            Some(_) => return Err("the call ended without an answer".into()),
            None => {
                let wait = driver.timeout().unwrap_or_default().saturating_sub(now().mono);
                tokio::time::sleep(Duration::from_millis(wait)).await;
                driver.handle(session, now(), Heard::Time);
            }
        }
    }
}

/// A program keeps one client for each number of trust; for the sake of shortness this makes one for each request.
async fn send(
    request: kubewire::Wire,
    trust: Option<Trust>,
    head: Duration,
) -> Result<(Head, Vec<u8>), reqwest::Error> {
    let mut client =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().timeout(head);
    if let Some(Trust::Bundle(pem)) = trust {
        client = client.tls_certs_only(reqwest::Certificate::from_pem_bundle(&pem)?);
    }
    let method =
        reqwest::Method::from_bytes(request.method.as_bytes()).expect("the API's methods are methods");
    let mut sent = client.build()?.request(method, &request.url).body(request.body);
    for (name, value) in &request.headers {
        sent = sent.header(&**name, value);
    }
    let answer = sent.send().await?;
    let mut head = Head::new(answer.status().as_u16());
    answer.headers().iter().for_each(|(name, value)| head.header(name.as_str(), value.as_bytes()));
    Ok((head, answer.bytes().await?.to_vec()))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failed> {
    let mut arguments = std::env::args().skip(1);
    let config = match (arguments.next(), arguments.next()) {
        (Some(server), Some(mount)) => Config::server(&server)?.mount(&mount),
        _ => Config::in_cluster(&|name| std::env::var(name).ok())?,
    };
    let mut session = config.session()?;
    let namespaces = Builtin.find(None, "namespaces").ok_or("namespaces are built in")?;
    for namespace in run(&mut session, Instant::now(), Api::<Object>::dynamic(namespaces).list()).await? {
        println!("{}", namespace.name());
    }
    Ok(())
}
