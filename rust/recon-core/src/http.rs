//! Reads HTTP/1 responses as servers really send them: tolerant, bounded, linear. Never sends, never follows.

mod title;

use std::borrow::Cow;

/// The most body that is waited for, in bytes.
pub const BODY_LIMIT: usize = 16 * 1024;
/// The most bytes of status line and headers that are read.
pub const HEAD_LIMIT: usize = 64 * 1024;
/// The most headers that are read; later ones are passed over.
pub const HEADER_LIMIT: usize = 256;
/// The longest title, in bytes.
pub const TITLE_LIMIT: usize = 512;

/// Whether a server says over plain HTTP that the port wants TLS: a 400 whose text speaks of HTTPS.
#[must_use]
pub fn wants_tls(answer: &[u8]) -> bool {
    let is_400 = answer.starts_with(b"HTTP/1.") && answer.get(8..12) == Some(b" 400");
    let names = |word: &[u8]| answer.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word));
    is_400 && (names(b"https") || names(b"ssl-enabled") || names(b" tls"))
}

/// One header as it came; the value trimmed, folded lines joined by a space (RFC 9112 §5.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header<'a> {
    /// Name in the server's spelling.
    pub name: &'a [u8],
    /// Value.
    pub value: Cow<'a, [u8]>,
}

/// A response, possibly cut short: only lines that ended count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response<'a> {
    /// Status code, 100 to 999.
    pub status: u16,
    /// The status line without its end.
    pub status_line: &'a [u8],
    /// Reason phrase; may be empty.
    pub reason: &'a [u8],
    /// Headers in order of arrival.
    pub headers: Vec<Header<'a>>,
    /// Body as far as it was read, chunks joined.
    pub body: Cow<'a, [u8]>,
    /// Whether the head ended.
    pub head_ended: bool,
    /// Whether the framing says that the body ended.
    pub body_ended: bool,
}

impl<'a> Response<'a> {
    /// Reads a response; none if the status line is missing, cut or not HTTP/1 (RFC 9112 §4).
    #[must_use]
    pub fn parse(answer: &'a [u8]) -> Option<Self> {
        let (line, mut rest) = split_line(&answer[..answer.len().min(HEAD_LIMIT)])?;
        let (status, reason) = parse_status(line)?;
        let mut response = Self {
            status,
            status_line: line,
            reason,
            headers: Vec::with_capacity(16),
            body: Cow::Borrowed(&[]),
            head_ended: false,
            body_ended: false,
        };
        while let Some((line, after)) = split_line(rest) {
            rest = after;
            if line.is_empty() {
                let body_at = rest.as_ptr().addr() - answer.as_ptr().addr();
                response.read_body(&answer[body_at..]);
                break;
            }
            response.read_header(line);
        }
        Some(response)
    }

    /// The first value of a header, its name compared without case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers
            .iter()
            .find(|header| header.name.eq_ignore_ascii_case(name.as_bytes()))
            .map(|header| &*header.value)
    }

    /// The text of the HTML title: entities decoded, white space folded; none if it is missing, empty or cut.
    #[must_use]
    pub fn title(&self) -> Option<String> {
        title::title(&self.body)
    }

    /// Takes one header line, or a folded continuation of the last one.
    fn read_header(&mut self, line: &'a [u8]) {
        if line[0] == b' ' || line[0] == b'\t' {
            let more = line.trim_ascii();
            if let Some(last) = self.headers.last_mut().filter(|_| !more.is_empty()) {
                let value = last.value.to_mut();
                value.extend_from_slice(if value.is_empty() { b"" } else { b" " });
                value.extend_from_slice(more);
            }
            return;
        }
        let Some(colon) = memchr::memchr(b':', line).filter(|_| self.headers.len() < HEADER_LIMIT) else {
            return;
        };
        let (name, value) = (line[..colon].trim_ascii(), line[colon + 1..].trim_ascii());
        if !name.is_empty() {
            self.headers.push(Header { name, value: Cow::Borrowed(value) });
        }
    }

    /// Takes the body by the framing of RFC 9112 §6.3.
    fn read_body(&mut self, raw: &'a [u8]) {
        self.head_ended = true;
        if self.is_chunked() {
            let (body, ended) = join_chunks(raw);
            (self.body, self.body_ended) = (Cow::Owned(body), ended);
            return;
        }
        let length = if self.has_no_body() { Some(0) } else { self.content_length() };
        let end = length.map_or(raw.len(), |length| length.min(raw.len()));
        self.body = Cow::Borrowed(&raw[..end]);
        self.body_ended = length == Some(end);
    }

    fn is_chunked(&self) -> bool {
        self.header("transfer-encoding").is_some_and(|value| contains_folded(value, b"chunked"))
    }

    /// Whether the framing says where the body ends.
    fn says_length(&self) -> bool {
        self.is_chunked() || self.content_length().is_some()
    }

    fn is_enough(&self) -> bool {
        self.body_ended || self.body.len() >= BODY_LIMIT
    }

    fn has_no_body(&self) -> bool {
        matches!(self.status, 100..=199 | 204 | 304)
    }

    fn content_length(&self) -> Option<usize> {
        std::str::from_utf8(self.header("content-length")?).ok()?.parse().ok()
    }
}

/// Whether nothing more is needed from a response: its framing ended, or enough body came.
#[must_use]
pub fn complete(answer: &[u8]) -> bool {
    if !head_ended(answer) {
        return answer.len() >= HEAD_LIMIT;
    }
    let Some(response) = Response::parse(answer) else {
        return true;
    };
    response.is_enough()
}

/// Whether a response is under way that says itself how long it is: a pause in it is no end.
#[must_use]
pub fn is_cut(answer: &[u8]) -> bool {
    if !answer.starts_with(b"HTTP/") {
        return false;
    }
    if !head_ended(answer) {
        return answer.len() < HEAD_LIMIT;
    }
    Response::parse(answer).is_some_and(|response| !response.is_enough() && response.says_length())
}

/// Whether a response ended by its own framing, so that its last value is not cut.
#[must_use]
pub fn has_ended(answer: &[u8]) -> bool {
    answer.starts_with(b"HTTP/") && Response::parse(answer).is_some_and(|response| response.body_ended)
}

/// Looks for the empty line cheaply, before anything is parsed.
fn head_ended(answer: &[u8]) -> bool {
    let head = &answer[..answer.len().min(HEAD_LIMIT)];
    memchr::memchr_iter(b'\n', head).any(|at| matches!(&head[at + 1..], [b'\n', ..] | [b'\r', b'\n', ..]))
}

/// The first line without its end (LF or CRLF), and what follows; none if the line did not end.
fn split_line(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr::memchr(b'\n', data)?;
    let line = &data[..end];
    Some((line.strip_suffix(b"\r").unwrap_or(line), &data[end + 1..]))
}

/// Status code and reason of `HTTP/1.1 200 OK`.
fn parse_status(line: &[u8]) -> Option<(u16, &[u8])> {
    let version_end = memchr::memchr(b' ', line)?;
    if !line.starts_with(b"HTTP/1") || version_end > 10 {
        return None;
    }
    let rest = line[version_end..].trim_ascii_start();
    let (digits, reason) = rest.split_at_checked(3)?;
    let starts_right = digits[0] != b'0' && digits.iter().all(u8::is_ascii_digit);
    let ends_right = reason.first().is_none_or(u8::is_ascii_whitespace);
    let status = std::str::from_utf8(digits).ok()?.parse().ok()?;
    (starts_right && ends_right).then(|| (status, reason.trim_ascii()))
}

/// Joins the chunks of a body (RFC 9112 §7.1) and says whether the last one was seen; stops at the first that is wrong.
fn join_chunks(raw: &[u8]) -> (Vec<u8>, bool) {
    let mut body = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((line, data)) = split_line(rest) {
        let Some(length) = chunk_length(line) else {
            return (body, false);
        };
        if length == 0 {
            return (body, true);
        }
        let taken = length.min(data.len());
        body.extend_from_slice(&data[..taken]);
        let after = &data[taken..];
        rest = after.strip_prefix(b"\r\n").or_else(|| after.strip_prefix(b"\n")).unwrap_or(&[]);
    }
    (body, false)
}

/// The hexadecimal length before any chunk extension.
fn chunk_length(line: &[u8]) -> Option<usize> {
    let digits = line.split(|byte| *byte == b';').next()?.trim_ascii();
    usize::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// Whether `needle` (lower case, first byte not a letter or a letter) occurs in `haystack` without regard to case.
fn contains_folded(haystack: &[u8], needle: &[u8]) -> bool {
    find_folded(haystack, needle).is_some()
}

/// Where `needle`, in lower case, first occurs in `haystack` without regard to case.
fn find_folded(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    let (low, high) = (needle[0], needle[0].to_ascii_uppercase());
    memchr::memchr2_iter(low, high, haystack)
        .find(|at| haystack[*at..].get(..needle.len()).is_some_and(|here| here.eq_ignore_ascii_case(needle)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &[u8] = b"HTTP/1.1 200 OK\r\nServer: nginx/1.24.0\r\nX-Long: a\r\n  b\r\nContent-Type: text/html\r\n\
        Content-Length: 44\r\n\r\n<TITLE lang=en>\n A &amp; B &#8211;\tC</title>";

    #[test]
    fn a_page_is_read_by_field() {
        let response = Response::parse(PAGE).expect("a response");
        assert_eq!((response.status, response.reason), (200, &b"OK"[..]));
        assert_eq!(response.header("SERVER"), Some(&b"nginx/1.24.0"[..]));
        assert_eq!(response.header("x-long"), Some(&b"a b"[..]));
        assert_eq!(response.title().as_deref(), Some("A & B \u{2013} C"));
    }

    #[test]
    fn a_folded_value_has_no_space_at_its_ends() {
        let response = Response::parse(b"HTTP/1.1 200 OK\r\nA: b\r\n \r\nC:\r\n\td\r\n\r\n").expect("a response");
        assert_eq!((response.header("a"), response.header("c")), (Some(&b"b"[..]), Some(&b"d"[..])));
    }

    #[test]
    fn a_cut_header_is_not_a_header() {
        let response = Response::parse(b"HTTP/1.0 404 Not Found\nServer: thttpd/2.2").expect("a response");
        assert_eq!(response.headers, []);
        assert!(!response.head_ended);
    }

    #[test]
    fn only_http_1_status_lines_count() {
        for wrong in
            [&b"HTTP/1.1 200 OK"[..], b"HTTP/2 200\r\n", b"HTTP/1.1 20x\r\n", b"HTTP/1.1 099 no\r\n", b"ICY 200 OK\r\n"]
        {
            assert_eq!(Response::parse(wrong), None);
        }
        assert_eq!(Response::parse(b"HTTP/1.1 401\r\n").expect("bare").reason, b"");
    }

    #[test]
    fn chunks_are_joined() {
        let raw = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n4;x=y\r\nWiki\r\n3\r\nped\r\n0\r\n\r\n";
        let response = Response::parse(raw).expect("a response");
        assert_eq!(&*response.body, b"Wikiped");
        assert!(response.body_ended && complete(raw));
        assert!(!complete(&raw[..raw.len() - 6]));
    }

    #[test]
    fn content_length_ends_a_response() {
        assert!(complete(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
        assert!(!complete(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok"));
        assert!(complete(b"HTTP/1.1 304 Not Modified\r\n\r\n"));
        assert!(!complete(b"HTTP/1.1 200 OK\r\n\r\nok"));
    }

    #[test]
    fn a_page_is_read_past_its_title() {
        assert!(!complete(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n<title>x</title>"));
        assert!(complete(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n<title>x</title>v1.0"));
    }

    #[test]
    fn a_response_that_says_its_length_is_cut_until_it_is_there() {
        assert!(is_cut(b"HTTP/1.1 200 OK\r\nServer: a"));
        assert!(is_cut(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na"));
        assert!(!is_cut(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab"));
        assert!(is_cut(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n"));
        assert!(!is_cut(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"));
        assert!(!is_cut(b"HTTP/1.1 200 OK\r\n\r\nuntil it closes"));
        assert!(!is_cut(b"220 no page"));
        assert!(has_ended(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab"));
        assert!(!has_ended(b"HTTP/1.1 200 OK\r\n\r\nuntil it closes"));
    }

    #[test]
    fn enough_body_is_enough() {
        let mut raw = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
        raw.resize(raw.len() + BODY_LIMIT - 1, b'x');
        assert!(!complete(&raw));
        raw.push(b'x');
        assert!(complete(&raw));
    }

    #[test]
    fn an_endless_head_is_given_up() {
        let mut raw = b"HTTP/1.1 200 OK\r\n".to_vec();
        while raw.len() < HEAD_LIMIT {
            raw.extend_from_slice(b"A: b\r\n");
        }
        assert!(complete(&raw));
        assert_eq!(Response::parse(&raw).expect("a response").headers.len(), HEADER_LIMIT);
    }
}
