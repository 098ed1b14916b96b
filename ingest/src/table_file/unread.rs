//! A reader that takes bytes back.

use std::io::{self, BufRead, Read};

/// Hands out what was put back first, then the input.
pub(crate) struct Unread<R> {
    again: Vec<u8>,
    /// How much of `again` was handed out.
    at: usize,
    input: R,
}

impl<R: BufRead> Unread<R> {
    pub(crate) fn new(input: R) -> Self {
        let again = Vec::new();
        Self { again, at: 0, input }
    }

    /// Puts back the bytes that were read last.
    pub(crate) fn put_back(&mut self, bytes: &[u8]) {
        let rest = self.again.split_off(self.at);
        self.again = [bytes, &rest].concat();
        self.at = 0;
    }
}

impl<R: BufRead> Read for Unread<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Unread<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match self.at < self.again.len() {
            true => Ok(&self.again[self.at..]),
            false => self.input.fill_buf(),
        }
    }

    fn consume(&mut self, count: usize) {
        match self.at < self.again.len() {
            true => self.at += count,
            false => self.input.consume(count),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_back_comes_again_before_the_rest() {
        let mut reader = Unread::new(&b"abcdef"[..]);
        let read = |reader: &mut Unread<&[u8]>, count: usize| {
            let mut bytes = vec![0; count];
            reader.read_exact(&mut bytes).expect("memory can be read");
            String::from_utf8(bytes).expect("text")
        };
        assert_eq!(read(&mut reader, 4), "abcd");
        reader.put_back(b"bcd");
        assert_eq!(read(&mut reader, 2), "bc");
        reader.put_back(b"c");
        assert_eq!(read(&mut reader, 4), "cdef");
    }
}
