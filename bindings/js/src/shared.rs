//! The session that all calls of a client share.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use core::cell::{Cell, RefCell};

use kubewire::machine::{Exchange, LogStream, OnExpired, Once, Pages, Retry, Shape, WatchStream};
use kubewire::{Driver, Now, Session};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::conversation::Conversation;
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

    /// Begins a call whose answer comes as a whole, or nothing where the operation is refused. `once` sends it one time only, come
    /// what may.
    #[must_use]
    pub fn call(&self, fields: &mut Fields, seed: u32, once: bool) -> Option<Run> {
        let draft = fields.draft()?;
        let summary = draft.summary();
        let retry = if once { Retry::Never } else { Retry::Advised };
        let once = Once::with(|id| Exchange::new(id, draft.into(), Shape::WHOLE).retry(retry));
        Some(self.run(Conversation::Once(once), summary, seed))
    }

    /// Begins a watch, or nothing where the operation is refused.
    #[must_use]
    pub fn watch(&self, fields: &mut Fields, seed: u32) -> Option<Run> {
        let draft = fields.draft()?;
        let summary = draft.summary();
        let watch = WatchStream::of(draft, seed.into());
        Some(self.run(Conversation::Watch(watch), summary, seed))
    }

    /// Begins a list that comes page by page, or nothing where the operation is refused. Should it expire, it fails (0), goes on with
    /// the rest (1) or begins again (2).
    #[must_use]
    pub fn pages(&self, fields: &mut Fields, seed: u32, expired: u32) -> Option<Run> {
        let draft = fields.draft()?;
        let summary = draft.summary();
        let on_expired = match expired {
            1 => OnExpired::TakeRest,
            2 => OnExpired::StartOver,
            _ => OnExpired::Fail,
        };
        Some(self.run(Conversation::Pages(Pages::new(&draft, on_expired)), summary, seed))
    }

    /// Begins a log that comes line by line, or nothing where the operation is refused.
    #[must_use]
    pub fn logs(&self, fields: &mut Fields, seed: u32) -> Option<Run> {
        let draft = fields.draft()?;
        let summary = draft.summary();
        Some(self.run(Conversation::Log(LogStream::new(draft.into())), summary, seed))
    }
}

impl Core {
    fn run(&self, conversation: Conversation, summary: String, seed: u32) -> Run {
        let driver = Driver::new(conversation, seed.into());
        Run::new(Rc::clone(&self.shared), Work::Drive(Box::new(driver)), summary)
    }
}
