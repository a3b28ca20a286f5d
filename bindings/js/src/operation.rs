//! A desired operation, handed over field by field.

use alloc::vec::Vec;
use kubewire::{Operation, Verb};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::error::thrown;

/// An operation on its way in.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Desired {
    pub(crate) operation: Operation,
}

#[wasm_bindgen]
impl Desired {
    /// An operation that gets; its `verb` is a field as the others are.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self { operation: Operation::new(Verb::Get) }
    }

    /// Sets a field by its name, as [`Operation::set`].
    ///
    /// # Errors
    /// For a field that does not exist, or a value that it cannot have.
    pub fn set(&mut self, field: &str, value: &str) -> Result<(), JsValue> {
        self.operation.set(field, value).map_err(thrown)
    }

    /// Sets the body.
    pub fn body(&mut self, body: Vec<u8>) {
        self.operation.set_body(body);
    }
}

impl Default for Desired {
    fn default() -> Self {
        Self::new()
    }
}
