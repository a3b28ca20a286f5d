//! Where the API server is and who asks, handed over field by field.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use kubewire::{Config, ConfigError, MissingCa, Session};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::error::thrown;
use crate::shared::Core;

/// What a [`Core`] is made of.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct Setup {
    fields: Vec<(String, String)>,
}

#[wasm_bindgen]
impl Setup {
    /// A pod with an empty environment.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a field: `env.NAME`, or `server`, `mount`, `userAgent`, `systemRoots` and `allowPlainHttp`, the last two with any value.
    pub fn set(&mut self, field: String, value: String) {
        self.fields.push((field, value));
    }

    /// The core of it all.
    ///
    /// # Errors
    /// For whatever [`Config`] refuses.
    pub fn core(self) -> Result<Core, JsValue> {
        self.session().map(Core::new).map_err(thrown)
    }
}

impl Setup {
    fn session(self) -> Result<Session, ConfigError> {
        let find = |name: &str| self.fields.iter().find(|field| field.0 == name).map(|field| &*field.1);
        let mut config = match find("server") {
            Some(url) => Config::server(url)?,
            None => Config::in_cluster(&|name| find(&["env.", name].concat()).map(str::to_owned))?,
        };
        if let Some(directory) = find("mount") {
            config = config.mount(directory);
        }
        if let Some(name) = find("userAgent") {
            config = config.user_agent(name)?;
        }
        if find("systemRoots").is_some() {
            config = config.missing_ca(MissingCa::SystemRoots);
        }
        if find("allowPlainHttp").is_some() {
            config = config.allow_plain_http();
        }
        config.session()
    }
}
