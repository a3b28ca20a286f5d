//! The session that all calls of a client share.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use core::cell::{Cell, RefCell};

use kubewire::{Driver, Now, Session};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::conversation::{Conversation, Way};
use crate::fields::Fields;
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

    /// A session of these fields, or nothing where they are refused.
    #[must_use]
    pub fn open(fields: &mut Fields) -> Option<Self> {
        let session = RefCell::new(fields.session()?);
        Some(Self { shared: Rc::new(Shared { session, now: Cell::default() }) })
    }

    /// Begins a conversation, or nothing where the operation is refused.
    #[must_use]
    pub fn begin(&self, fields: &mut Fields, seed: u32, way: Way) -> Option<Run> {
        let draft = fields.draft()?;
        let summary = draft.summary();
        Some(self.run(Conversation::new(draft, seed, way), seed, summary))
    }

    /// Takes part in an election, or nothing where the candidate's fields are refused: `namespace`, `name`, `identity`, and the times
    /// `leaseDuration`, `renewDeadline` and `retryPeriod` in milliseconds.
    #[must_use]
    pub fn elect(&self, fields: &mut Fields, seed: u32) -> Option<Run> {
        let election = fields.election(seed.into())?;
        Some(self.run(Conversation::Election(election), seed, "elect".into()))
    }
}

impl Core {
    fn run(&self, conversation: Conversation, seed: u32, summary: String) -> Run {
        let driver = Driver::new(conversation, seed.into());
        Run::new(Rc::clone(&self.shared), Work::Drive(Box::new(driver)), summary)
    }
}
