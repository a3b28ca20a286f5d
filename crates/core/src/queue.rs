//! First in, first out.

use core::mem;

use crate::prelude::*;

/// A queue of two stacks: what is put in lies in one, and is turned over into the other when that is empty.
///
/// A `VecDeque` would do, but each type in one costs the WebAssembly file close to a kilobyte.
#[derive(Debug)]
pub(crate) struct Queue<T> {
    next: Vec<T>,
    new: Vec<T>,
}

impl<T> Queue<T> {
    pub(crate) const fn new() -> Self {
        Self { next: Vec::new(), new: Vec::new() }
    }

    pub(crate) fn of(first: T) -> Self {
        let mut queue = Self::new();
        queue.push(first);
        queue
    }

    pub(crate) fn push(&mut self, item: T) {
        self.new.push(item);
    }

    pub(crate) fn pop(&mut self) -> Option<T> {
        if self.next.is_empty() {
            mem::swap(&mut self.next, &mut self.new);
            self.next.reverse();
        }
        self.next.pop()
    }

    pub(crate) fn retain(&mut self, keep: impl Fn(&T) -> bool) {
        self.next.retain(&keep);
        self.new.retain(&keep);
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
