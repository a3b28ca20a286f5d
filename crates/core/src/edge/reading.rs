//! What machines tell, read as Rust types: so that every host has the same iterators and streams, and no logic of its own.

use core::marker::PhantomData;
use core::time::Duration;

use super::{Answer, IntoCall, Item, KeepAs, Listing, SharedStore, WatchEvent};
use crate::error::Error;
use crate::machine::{
    Informer, InformerEvent, InitialList, LogFollow, LogStream, Machine, Next, PageOrder, Pages, RawPage,
    Wait, WatchStream, Watcher, WatcherEvent,
};
use crate::object::RawObject;
use crate::prelude::*;
use crate::stream::{LogLine, RawEvent};

/// How a host's iterator reads what a machine tells.
pub trait Reading {
    /// The machine.
    type Machine: Machine<Event = Result<Self::Told, Error>>;
    /// What it tells.
    type Told;
    /// What the user gets.
    type Item;

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

    fn read(event: InformerEvent<L::Kept>) -> Result<InformerEvent<L::Kept>, Error> {
        Ok(event)
    }
}

/// The machine of a host's `watcher`: a [`Watcher`] of what a list asks for.
///
/// # Errors
/// [`Error::Build`].
pub fn watcher<L: Listing>(list: impl IntoCall<Answer = L>, seed: u64) -> Result<Watcher, Error> {
    Ok(Watcher::new(list.into_call()?.draft(), InitialList::default(), seed))
}

/// The machine of a host's `informer`: an [`Informer`] of what lists ask for, into a store that others read.
///
/// # Errors
/// [`Error::Build`].
pub fn informer<L: Listing>(
    store: SharedStore<L::Kept>,
    lists: impl IntoIterator<Item = impl IntoCall<Answer = L>>,
    seed: u64,
) -> Result<<Informing<L> as Reading>::Machine, Error> {
    let drafts = lists.into_iter().map(|list| Ok(list.into_call()?.draft().clone()));
    let drafts = drafts.collect::<Result<Vec<_>, Error>>()?;
    let drafts = drafts.iter().map(|draft| &**draft);
    Ok(Informer::new(drafts, InitialList::default(), seed, KeepAs::default(), store))
}

/// The machine of a host's `wait`: waits, for at most `limit`, until what a list finds is as `until` wants it.
///
/// # Errors
/// [`Error::Build`].
pub fn wait<L: Listing>(
    list: impl IntoCall<Answer = L>,
    seed: u64,
    limit: Duration,
    mut until: impl FnMut(Option<&L::Object>) -> bool + Send + 'static,
) -> Result<Wait, Error> {
    let question = move |object: Option<&RawObject>| {
        let object = object.cloned().map(L::read).transpose()?;
        Ok(until(object.as_ref()))
    };
    let limit = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
    Ok(Wait::new(list.into_call()?.draft(), seed, limit, Box::new(question)))
}
