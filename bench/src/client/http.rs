//! `http_hello`: GET, and an answer of a head and as many bytes as it says.

use super::Exchange;
use crate::workload::HELLO;
use std::io;

/// See the module.
pub(super) enum Hello {}

impl Exchange for Hello {
    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

    fn is_complete(answer: &[u8], _known: usize) -> io::Result<bool> {
        let Some(end) = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n") else {
            return Ok(false);
        };
        let (head, body) = (&answer[..end], &answer[end + 4..]);
        let wrong = |what| io::Error::other(format!("the server answered with {what}"));
        if !head.starts_with(b"HTTP/1.1 200 ") {
            return Err(wrong("another status than 200"));
        }
        let length = content_length(head).ok_or_else(|| wrong("no length of its content"))?;
        if length != HELLO.len() || !HELLO.as_bytes().starts_with(body) {
            return Err(wrong("another body"));
        }
        Ok(body.len() == length)
    }
}

fn content_length(head: &[u8]) -> Option<usize> {
    const NAME: &[u8] = b"content-length:";
    let mut lines = head.split(|byte| *byte == b'\n');
    let line = lines
        .find(|line| line.get(..NAME.len()).is_some_and(|name| name.eq_ignore_ascii_case(NAME)))?;
    std::str::from_utf8(&line[NAME.len()..]).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &[u8] =
        b"HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 13\r\n\r\nHello, world!";

    #[test]
    fn an_answer_is_complete_with_the_last_byte_of_its_body() {
        for length in 0..ANSWER.len() {
            assert!(!Hello::is_complete(&ANSWER[..length], 0).unwrap(), "{length}");
        }
        assert!(Hello::is_complete(ANSWER, 0).unwrap());
    }

    #[test]
    fn another_answer_is_an_error() {
        let answers: [&[u8]; 4] = [
            b"HTTP/1.1 404 Not Found\r\nContent-Length: 13\r\n\r\nHello, world!",
            b"HTTP/1.1 200 OK\r\n\r\nHello, world!",
            b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\nHello, World!",
            b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\nHello, world! And more",
        ];
        for answer in answers {
            assert!(Hello::is_complete(answer, 0).is_err());
        }
    }
}
