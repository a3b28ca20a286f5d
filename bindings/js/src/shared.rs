//! The session that all calls of a client share.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use core::cell::{Cell, RefCell};

use kubewire::machine::{Exchange, Once, Retry, Shape, WatchStream};
use kubewire::{Builtin, Driver, Now, Session};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::conversation::Conversation;
use crate::error::thrown;
use crate::operation::Desired;
use crate::run::{Run, Work};

/// The session and the clock.
pub(crate) struct Shared {
    pub(crate) session: RefCell<Session>,
    pub(crate) now: Cell<Now>,
}

/// A session, and the maker of its runs.
#[wasm_bindgen]
pub struct Core {
    shared: Rc<Shared>,
}

#[wasm_bindgen]
impl Core {
    /// What the clocks say, in milliseconds; said before anything else is.
    pub fn tick(&self, mono: f64, wall: f64) {
        self.shared.now.set(Now { mono: mono as u64, wall: wall as u64 });
    }

    /// The server's base URL.
    #[must_use]
    pub fn server(&self) -> String {
        self.shared.session.borrow().server().into()
    }

    /// The namespace that the program lives in.
    #[must_use]
    pub fn namespace(&self) -> String {
        self.shared.session.borrow().namespace().into()
    }

    /// Reads the files before the first call, so that what is missing shows at the start.
    #[must_use]
    pub fn warm(&self) -> Run {
        Run::new(Rc::clone(&self.shared), Work::warm(), String::new())
    }

    /// Begins a call whose answer comes as a whole. `once` sends it one time only, come what may.
    ///
    /// # Errors
    /// For an operation that is refused.
    pub fn call(&self, desired: &Desired, seed: u32, once: bool) -> Result<Run, JsValue> {
        let draft = desired.operation.draft(&Builtin).map_err(thrown)?;
        let summary = draft.summary();
        let retry = if once { Retry::Never } else { Retry::Advised };
        let once = Once::with(|id| Exchange::new(id, draft.into(), Shape::WHOLE).retry(retry));
        Ok(self.run(Conversation::Once(once), summary, seed))
    }

    /// Begins a watch.
    ///
    /// # Errors
    /// For an operation that is refused.
    pub fn watch(&self, desired: &Desired, seed: u32) -> Result<Run, JsValue> {
        let draft = desired.operation.draft(&Builtin).map_err(thrown)?;
        let summary = draft.summary();
        let watch = WatchStream::of(draft, seed.into());
        Ok(self.run(Conversation::Watch(watch), summary, seed))
    }
}

impl Core {
    pub(crate) fn new(session: Session) -> Self {
        let shared = Shared { session: RefCell::new(session), now: Cell::default() };
        Self { shared: Rc::new(shared) }
    }

    fn run(&self, conversation: Conversation, summary: String, seed: u32) -> Run {
        let driver = Driver::new(conversation, seed.into());
        Run::new(Rc::clone(&self.shared), Work::Drive(Box::new(driver)), summary)
    }
}
