//! What machines tell, read as Rust types: so that every host has the same iterators and streams, and no logic of its own.
//!
//! A host's method is one line: a function of this module makes the machine of a call, and the [`Reading`] says what comes of it.

mod asking;
mod electing;
mod start;

use core::marker::PhantomData;

use super::{Answer, Item, KeepAs, Listing, SharedStore, WatchEvent};
use crate::error::Error;
use crate::machine::{
    Informer, InformerEvent, LogFollow, LogStream, Machine, Next, PageOrder, Pages, RawPage, Wait,
    WatchStream, Watcher, WatcherEvent,
};
use crate::object::RawObject;
use crate::stream::{LogLine, RawEvent};

pub use asking::Asking;
pub use electing::{Electing, Term};
pub use start::{ask, elect, follow_logs, informer, logs, pages, wait, watch, watcher};

/// What a reading's machine tells, before it is read.
pub type Told<R> = <<R as Reading>::Machine as Machine>::Event;

/// How a host's iterator reads what a machine tells.
pub trait Reading {
    /// The machine.
    type Machine: Machine<Event = Result<Self::Told, Error>>;
    /// What it tells.
    type Told;
    /// What the user gets.
    type Item;
    /// Whether several answers may be on their way at once, or a clock is to be looked at while one is awaited: then a host that blocks reads
    /// each in a thread.
    const CONCURRENT: bool = false;

    /// Reads one.
    ///
    /// # Errors
    /// [`Error::Decode`] where it does not fit; the next one may.
    fn read(told: Self::Told) -> Result<Self::Item, Error>;

    /// What is said to the machine whenever the user asks for one more.
    #[must_use]
    fn ask() -> Option<<Self::Machine as Machine>::Command> {
        None
    }
}

/// A watch's events, decoded.
#[derive(Debug)]
pub struct Changes<K>(PhantomData<fn() -> K>);

impl<K: Item> Reading for Changes<K> {
    type Machine = WatchStream;
    type Told = RawEvent;
    type Item = WatchEvent<K>;

    fn read(event: RawEvent) -> Result<WatchEvent<K>, Error> {
        event.decode()
    }
}

/// A log's lines.
#[derive(Debug)]
pub struct LogLines;

impl Reading for LogLines {
    type Machine = LogStream;
    type Told = LogLine;
    type Item = LogLine;

    fn read(line: LogLine) -> Result<LogLine, Error> {
        Ok(line)
    }
}

/// A log's lines, through lost connections.
#[derive(Debug)]
pub struct FollowedLines;

impl Reading for FollowedLines {
    type Machine = LogFollow;
    type Told = LogLine;
    type Item = LogLine;

    fn read(line: LogLine) -> Result<LogLine, Error> {
        Ok(line)
    }
}

/// A list's pages, decoded.
#[derive(Debug)]
pub struct ListPages<L>(PhantomData<fn() -> L>);

/// One page of a list, such as a [`List`](super::List) or a [`Table`](super::Table).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Page<L> {
    /// How it stands to those before it.
    pub order: PageOrder,
    /// Its part of the list.
    pub list: L,
}

impl<L: Answer> Reading for ListPages<L> {
    type Machine = Pages;
    type Told = RawPage;
    type Item = Page<L>;

    fn read(page: RawPage) -> Result<Page<L>, Error> {
        Ok(Page { order: page.order, list: L::decode(&page.draft, &page.head, page.body)? })
    }

    fn ask() -> Option<Next> {
        Some(Next)
    }
}

/// What a watcher of a list's objects brings, decoded.
#[derive(Debug)]
pub struct Watching<L>(PhantomData<fn() -> L>);

impl<L: Listing> Reading for Watching<L> {
    type Machine = Watcher;
    type Told = WatcherEvent<RawObject>;
    type Item = WatcherEvent<L::Object>;

    fn read(event: WatcherEvent<RawObject>) -> Result<WatcherEvent<L::Object>, Error> {
        event.try_map(L::read)
    }
}

/// The changes of what an informer keeps of a list's objects.
#[derive(Debug)]
pub struct Informing<L>(PhantomData<fn() -> L>);

impl<L: Listing> Reading for Informing<L> {
    type Machine = Informer<KeepAs<L>, SharedStore<L::Kept>>;
    type Told = InformerEvent<L::Kept>;
    type Item = InformerEvent<L::Kept>;
    const CONCURRENT: bool = true;

    fn read(event: InformerEvent<L::Kept>) -> Result<InformerEvent<L::Kept>, Error> {
        Ok(event)
    }
}

/// A list's object, once it is as it was wanted; `None` where it was wanted that there is none.
#[derive(Debug)]
pub struct Awaiting<L>(PhantomData<fn() -> L>);

impl<L: Listing> Reading for Awaiting<L> {
    type Machine = Wait;
    type Told = Option<RawObject>;
    type Item = Option<L::Object>;
    const CONCURRENT: bool = true;

    fn read(met: Option<RawObject>) -> Result<Option<L::Object>, Error> {
        met.map(L::read).transpose()
    }
}

/// What a host says of a machine that was to tell one thing, and ended before.
#[must_use]
pub fn unanswered() -> Error {
    Error::Protocol { call: "run".into(), problem: "the call ended without an answer".into() }
}
