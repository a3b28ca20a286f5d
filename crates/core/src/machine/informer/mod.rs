//! A local copy of what there is, and every change of it.

mod event;
mod keep;
mod source;

use super::{Exchange, Id, InitialList, Input, Machine, Output, Stop, Watcher, WatcherEvent};
use crate::call::Draft;
use crate::error::Error;
use crate::prelude::*;
use crate::queue::Queue;
use crate::time::Now;
use source::Source;

pub use event::InformerEvent;
pub use keep::{Keep, KeepBytes, Shelf};

/// So many selectors has an informer at most: an object knows by a bit each which of them find it.
const MOST: usize = 32;

/// Keeps a [`Store`](crate::Store) equal to what the server has, and tells each change.
///
/// ```text
/// start ── every list is complete ──> synced (one `Synced`) ── changes ──> synced
///   │                                    │  └── a list is complete again ──> synced (what is gone since: `Deleted { missed }`)
///   └──────────── Stop ────> done <──────┘
/// ```
///
/// The connection is its [watchers'](Watcher) matter: it never ends by itself, and each failure is told as an error. A new list is taken in
/// when it is complete and not before, so the store is at every moment what the server had at one.
pub struct Informer<K: Keep, S: Shelf<Value = K::Value>> {
    outputs: Queue<Output<Result<InformerEvent<K::Value>, Error>>>,
    sources: Vec<Source<K::Value>>,
    keep: K,
    shelf: S,
    synced: bool,
    resync: Option<u64>,
    next_resync: Option<u64>,
}

impl<K: Keep, S: Shelf<Value = K::Value>> Informer<K, S> {
    /// Informs of what these lists ask for, such as the same resource in several namespaces or by several selectors: an object that several
    /// of them find is kept, and told, once. Of more than 32 the first 32 are taken.
    #[must_use]
    pub fn new<'a>(
        drafts: impl IntoIterator<Item = &'a Draft>,
        initial: InitialList,
        seed: u64,
        keep: K,
        shelf: S,
    ) -> Self {
        let drafts: Vec<&Draft> = drafts.into_iter().take(MOST).collect();
        let alone = drafts.len() == 1;
        let source = |(draft, number): (&Draft, u32)| {
            Source::new(Watcher::new(draft, initial, seed.wrapping_add(number.into())), number, alone)
        };
        let sources = drafts.into_iter().zip(0..).map(source).collect();
        let mut informer = Self {
            outputs: Queue::new(),
            sources,
            keep,
            shelf,
            synced: false,
            resync: None,
            next_resync: None,
        };
        informer.pump();
        informer
    }

    /// Every so many milliseconds all objects are told again as updated, for handlers that may have failed. client-go's resync; zero is none.
    #[must_use]
    pub fn resync(mut self, every: u64) -> Self {
        self.resync = (every > 0).then_some(every);
        self
    }

    /// Where the store is.
    #[must_use]
    pub fn shelf(&self) -> &S {
        &self.shelf
    }

    /// Takes in what the watchers have.
    fn pump(&mut self) {
        let count = self.sources.len() as u32;
        for (source, number) in self.sources.iter_mut().zip(0u32..) {
            // The exchanges of all watchers have numbers of one informer.
            let outer = |id: Id| Id(id.0.wrapping_mul(count).wrapping_add(number));
            let mut told = Vec::new();
            while let Some(output) = source.watcher.poll() {
                match output {
                    Output::Start(exchange) => {
                        let id = outer(exchange.id);
                        self.outputs.push(Output::Start(Exchange { id, ..exchange }));
                    }
                    Output::Send(id, message) => self.outputs.push(Output::Send(outer(id), message)),
                    Output::Cancel(id) => self.outputs.push(Output::Cancel(outer(id))),
                    Output::Event(Ok(event)) => {
                        self.shelf.change(|store| match event {
                            WatcherEvent::Init => source.begin(),
                            WatcherEvent::InitApply(object) => {
                                told.extend(source.add(store, &mut self.keep, &object).err().map(Err));
                            }
                            WatcherEvent::InitDone { .. } => source.complete(store, &mut told),
                            WatcherEvent::Apply(object) => {
                                source.apply(store, &mut self.keep, &object, &mut told);
                            }
                            WatcherEvent::Delete(object) if source.is_filling() => source.take_back(&object),
                            WatcherEvent::Delete(object) => {
                                source.delete(store, &mut self.keep, &object, &mut told);
                            }
                        });
                    }
                    Output::Event(Err(error)) => told.push(Err(error)),
                }
                told.drain(..).for_each(|event| self.outputs.push(Output::Event(event)));
            }
        }
        if !self.synced && self.sources.iter().all(|source| source.synced) {
            self.synced = true;
            self.shelf.change(crate::store::Store::set_synced);
            self.outputs.push(Output::Event(Ok(InformerEvent::Synced)));
        }
    }

    /// Tells all objects again, when it is time.
    fn tell_again(&mut self, now: Now) {
        let Some(every) = self.resync.filter(|_| self.synced) else { return };
        match self.next_resync {
            Some(next) if next > now.mono => return,
            Some(_) => {
                let objects = self.shelf.change(|store| {
                    let all = store.iter().map(|(key, value)| (key.into(), value.clone()));
                    all.collect::<Vec<_>>()
                });
                for (key, old) in objects {
                    let new = old.clone();
                    self.outputs.push(Output::Event(Ok(InformerEvent::Updated { key, old, new })));
                }
            }
            None => {}
        }
        self.next_resync = Some(now.mono.saturating_add(every));
    }
}

impl<K: Keep, S: Shelf<Value = K::Value>> Machine for Informer<K, S> {
    type Event = Result<InformerEvent<K::Value>, Error>;
    type Command = Stop;

    fn handle(&mut self, now: Now, input: Input<Stop>) {
        let count = self.sources.len() as u32;
        let inner = |id: Id| {
            let number = id.0.checked_rem(count).unwrap_or_default();
            (number as usize, Id(id.0.checked_div(count).unwrap_or_default()))
        };
        let (number, input) = match input {
            Input::Answer(id, answer) => (inner(id).0, Input::Answer(inner(id).1, answer)),
            Input::Opened(id, head) => (inner(id).0, Input::Opened(inner(id).1, head)),
            Input::Data(id, chunk) => (inner(id).0, Input::Data(inner(id).1, chunk)),
            Input::Room(id) => (inner(id).0, Input::Room(inner(id).1)),
            Input::Closed(id, end) => (inner(id).0, Input::Closed(inner(id).1, end)),
            Input::Command(Stop) => {
                for source in &mut self.sources {
                    source.watcher.handle(now, Input::Command(Stop));
                }
                self.resync = None;
                self.next_resync = None;
                return self.pump();
            }
            Input::Time => {
                for source in &mut self.sources {
                    source.watcher.handle(now, Input::Time);
                }
                self.pump();
                return self.tell_again(now);
            }
        };
        if let Some(source) = self.sources.get_mut(number) {
            source.watcher.handle(now, input);
        }
        self.pump();
        if self.next_resync.is_none() {
            self.tell_again(now);
        }
    }

    fn poll(&mut self) -> Option<Output<Self::Event>> {
        self.outputs.pop()
    }

    fn timeout(&self) -> Option<u64> {
        let watchers = self.sources.iter().filter_map(|source| source.watcher.timeout());
        watchers.chain(self.next_resync).min()
    }
}
