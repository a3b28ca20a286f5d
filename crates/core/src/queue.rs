//! First in, first out.

use crate::prelude::*;

/// Room for so many is kept; a burst gives its memory back.
const KEPT: usize = 64;

/// A list with a place to read from, begun anew whenever all has been read.
///
/// A `VecDeque` would do, but each type in one costs the WebAssembly file close to a kilobyte.
#[derive(Debug)]
pub(crate) struct Queue<T> {
    items: Vec<Option<T>>,
    next: usize,
}

impl<T> Queue<T> {
    pub(crate) const fn new() -> Self {
        Self { items: Vec::new(), next: 0 }
    }

    pub(crate) fn of(first: T) -> Self {
        let mut queue = Self::new();
        queue.push(first);
        queue
    }

    pub(crate) fn push(&mut self, item: T) {
        self.items.push(Some(item));
    }

    pub(crate) fn pop(&mut self) -> Option<T> {
        while let Some(slot) = self.items.get_mut(self.next) {
            self.next += 1;
            if let Some(item) = slot.take() {
                return Some(item);
            }
        }
        if self.items.capacity() > KEPT {
            self.items = Vec::new();
        } else {
            self.items.clear();
        }
        self.next = 0;
        None
    }

    /// Takes out, unread, what `keep` does not want.
    pub(crate) fn retain(&mut self, keep: impl Fn(&T) -> bool) {
        for slot in &mut self.items {
            if slot.as_ref().is_some_and(|item| !keep(item)) {
                *slot = None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_order() {
        let mut queue = Queue::of(1);
        queue.push(2);
        assert_eq!(queue.pop(), Some(1));
        queue.push(3);
        queue.push(4);
        queue.retain(|item| *item != 3);
        assert_eq!([queue.pop(), queue.pop(), queue.pop()], [Some(2), Some(4), None]);
    }
}
