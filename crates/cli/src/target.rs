//! Which API server, as whom, and in which namespace.

use std::cell::{OnceCell, RefCell};
use std::path::Path;

use kubewire::machine::OnExpired;
use kubewire::{Answer, Answered, Builtin, Config, Discovery, Now, Operation, Session, Warm};
use kubewire_ureq::Client;

use crate::arguments::TargetArguments;
use crate::failure::Failure;
use crate::sandbox::Embedded;

/// What the flags and the environment say of the server. The client is made when the first call needs it.
pub(crate) struct Target<'a> {
    arguments: &'a TargetArguments,
    client: OnceCell<Client>,
    sandbox: OnceCell<Embedded>,
    warned: RefCell<Vec<String>>,
    namespace: OnceCell<String>,
    served: OnceCell<Discovery>,
}

impl<'a> Target<'a> {
    pub(crate) fn new(arguments: &'a TargetArguments) -> Self {
        Self {
            arguments,
            client: OnceCell::new(),
            sandbox: OnceCell::new(),
            warned: RefCell::default(),
            namespace: OnceCell::new(),
            served: OnceCell::new(),
        }
    }

    fn config(&self) -> Result<Config, Failure> {
        let config = match &self.arguments.server {
            _ if self.is_sandbox() => self.sandbox()?.config()?,
            Some(url) => Config::server(url)?,
            None => Config::in_cluster(&|name| std::env::var(name).ok())?,
        };
        let config = config.user_agent(concat!("kubewire-cli/", env!("CARGO_PKG_VERSION")))?;
        Ok(match &self.arguments.mount {
            // Without this a request would be formed for the namespace `default`, as if the mount had said so.
            Some(directory) if !Path::new(directory).is_dir() => {
                let why = format!(
                    "--mount {directory}: there is no such directory; it holds token, ca.crt and namespace"
                );
                return Err(Failure::new(why));
            }
            Some(directory) => config.mount(directory),
            None => config,
        })
    }

    /// Whether the server lives for this one command.
    pub(crate) fn is_sandbox(&self) -> bool {
        self.arguments.sandbox
    }

    /// That server, started when it is first needed.
    fn sandbox(&self) -> Result<&Embedded, Failure> {
        if self.sandbox.get().is_none() {
            let _ = self.sandbox.set(Embedded::start()?);
        }
        self.sandbox.get().ok_or_else(|| Failure::new("the sandbox could not be started"))
    }

    pub(crate) fn client(&self) -> Result<&Client, Failure> {
        if self.client.get().is_none() {
            let _ = self.client.set(Client::new(self.config()?)?);
        }
        self.client.get().ok_or_else(|| Failure::new("the client could not be made"))
    }

    /// What the server serves, asked once.
    pub(crate) fn served(&self) -> Result<&Discovery, Failure> {
        if self.served.get().is_none() {
            let client = self.client()?;
            let _ = self.served.set(Discovery::ask(|call| client.run(call))?);
        }
        self.served.get().ok_or_else(|| Failure::new("the server's resources are not known"))
    }

    /// Makes a call. What the server warns of goes to standard error, once.
    pub(crate) fn run<T: Answer>(&self, operation: &Operation) -> Result<T, Failure> {
        let answer = self.client()?.run(operation.call(&Builtin)?.answering::<Answered<T>>())?;
        Ok(self.warn(answer))
    }

    /// The pages of a list, each with its warnings printed.
    pub(crate) fn pages<T: Answer>(
        &self,
        operation: &Operation,
    ) -> Result<impl Iterator<Item = Result<T, Failure>>, Failure> {
        let call = operation.call(&Builtin)?.answering::<Answered<T>>();
        let pages = self.client()?.pages(call, OnExpired::Fail)?;
        Ok(pages.map(|page| Ok(self.warn(page?.list))))
    }

    /// The value, once what the server warns of is printed: each text once.
    fn warn<T>(&self, answer: Answered<T>) -> T {
        let mut warned = self.warned.borrow_mut();
        for warning in answer.warnings {
            if !warned.contains(&warning) {
                eprintln!("Warning: {warning}");
                warned.push(warning);
            }
        }
        answer.value
    }

    /// A session that has not read its secrets: enough to form a request without them.
    pub(crate) fn session(&self) -> Result<Session, Failure> {
        let mut session = self.config()?.session()?;
        if let Ok(Warm::Need(number, kubewire::Need::File(path))) = session.warm(Now::default()) {
            let read = std::fs::read(&path).map(Into::into);
            session.provide(number, read.map_err(|_| kubewire::ReadError::NotFound), Now::default());
        }
        Ok(session)
    }

    /// The namespace that the flag names, else the mount's.
    pub(crate) fn namespace(&self) -> Result<String, Failure> {
        if let Some(namespace) = self.arguments.namespace.as_ref().or(self.namespace.get()) {
            return Ok(namespace.clone());
        }
        // Read once, however many objects are named.
        let mounted = self.session()?.namespace().to_owned();
        Ok(self.namespace.get_or_init(|| mounted).clone())
    }
}
