//! Splits a log into lines.

use alloc::borrow::Cow;

use bytes::Bytes;

use crate::prelude::*;
use crate::queue::Queue;

/// One line of a log, as bytes: a program may write what is no text.
#[derive(Clone, PartialEq, Eq)]
pub struct LogLine {
    time: Bytes,
    bytes: Bytes,
    cut: bool,
}

impl LogLine {
    /// The line without its end, and without the time before it. A carriage return is kept.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The line as text; what is no UTF-8 is replaced.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.bytes)
    }

    /// When the line was written (RFC 3339, with nanoseconds), where the log was asked for with `timestamps`.
    #[must_use]
    pub fn timestamp(&self) -> Option<&str> {
        core::str::from_utf8(&self.time).ok().filter(|time| !time.is_empty())
    }

    /// Whether this is only the line's start: it is longer than the limit, or the connection was lost within it.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.cut
    }
}

/// The length alone: a log may hold secrets.
impl core::fmt::Debug for LogLine {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "LogLine({} bytes)", self.bytes.len())
    }
}

/// Splits at line breaks. Whatever the chunking, the lines are the same; one that lies within a chunk is a slice of it.
pub(crate) struct Lines {
    /// The start of a line whose end has not come yet, as far as it is kept.
    carry: Vec<u8>,
    /// Whether a line has begun, and whether it is longer than what is kept.
    begun: bool,
    cut: bool,
    timed: bool,
    max: usize,
    ready: Queue<LogLine>,
}

impl Lines {
    /// Lines of which at most `max` bytes are kept. `timed` ones begin with a time.
    pub(crate) fn new(max: usize, timed: bool) -> Self {
        Self { carry: Vec::new(), begun: false, cut: false, timed, max, ready: Queue::new() }
    }

    /// Takes the next bytes in.
    pub(crate) fn push(&mut self, chunk: &Bytes) {
        let mut rest = chunk.clone();
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let line = rest.split_to(end);
            // The line break.
            let _ = rest.split_to(1);
            if self.begun {
                self.keep(&line);
                self.end();
            } else {
                let cut = line.len() > self.max;
                self.emit(line.slice(..line.len().min(self.max)), cut);
            }
        }
        if !rest.is_empty() {
            self.begun = true;
            self.keep(&rest);
        }
    }

    /// The log is over: what came after the last line break is a line too. `lost` says that it may have had more.
    pub(crate) fn finish(&mut self, lost: bool) {
        if self.begun {
            self.cut |= lost;
            self.end();
        }
    }

    /// The next line.
    pub(crate) fn next(&mut self) -> Option<LogLine> {
        self.ready.pop()
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = self.max.saturating_sub(self.carry.len());
        self.cut |= bytes.len() > room;
        self.carry.extend(bytes.iter().take(room));
    }

    fn end(&mut self) {
        let line = Bytes::from(core::mem::take(&mut self.carry));
        let cut = core::mem::take(&mut self.cut);
        self.begun = false;
        self.emit(line, cut);
    }

    fn emit(&mut self, mut bytes: Bytes, cut: bool) {
        let mut time = Bytes::new();
        if let Some(end) =
            bytes.iter().position(|byte| *byte == b' ').filter(|end| self.timed && is_time(&bytes, *end))
        {
            time = bytes.split_to(end);
            let _ = bytes.split_to(1);
        }
        self.ready.push(LogLine { time, bytes, cut });
    }
}

/// Whether the bytes up to `end` look like a time: `2026-01-02T03:04:05.678901234Z`. What the kubelet itself writes into a log has none.
fn is_time(line: &[u8], end: usize) -> bool {
    (20..=35).contains(&end) && line.first().is_some_and(u8::is_ascii_digit) && line.get(10) == Some(&b'T')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(chunks: &[&str], max: usize, timed: bool, lost: bool) -> Vec<(String, String, bool)> {
        let mut lines = Lines::new(max, timed);
        chunks.iter().for_each(|chunk| lines.push(&Bytes::copy_from_slice(chunk.as_bytes())));
        lines.finish(lost);
        let shown =
            |line: LogLine| (line.timestamp().unwrap_or("").into(), line.text().into_owned(), line.cut);
        core::iter::from_fn(|| lines.next()).map(shown).collect()
    }

    #[test]
    fn any_chunking_gives_the_same_lines() {
        let log = "one\n\ntwo\r\n2026-01-02T03:04:05.678901234Z timed line\nlonger than ten\nlast";
        let whole = lines(&[log], 10, true, false);
        let of = |text: &str, cut| (String::new(), String::from(text), cut);
        let cut_time = of("2026-01-02", true);
        assert_eq!(
            whole,
            [
                of("one", false),
                of("", false),
                of("two\r", false),
                cut_time,
                of("longer tha", true),
                of("last", false)
            ]
        );
        let timed = lines(&[log], 100, true, false);
        assert_eq!(
            timed.get(3),
            Some(&("2026-01-02T03:04:05.678901234Z".into(), "timed line".into(), false))
        );
        for (max, whole) in [(10, whole), (100, timed)] {
            for first in 0..log.len() {
                let (start, rest) = log.split_at(first);
                for second in 0..rest.len() {
                    let (middle, end) = rest.split_at(second);
                    assert_eq!(lines(&[start, middle, end], max, true, false), whole, "{first} {second}");
                }
            }
        }
        assert_eq!(lines(&["a\nb"], 10, false, true), [of("a", false), of("b", true)]);
        assert_eq!(lines(&["a\n"], 10, false, true), [of("a", false)]);
    }
}
