//! A client of taskstatsd in one file, which needs only the standard library.
//!
//! ```no_run
//! # fn main() -> Result<(), taskstats::Error> {
//! use taskstats::{Client, Event, Options, Subscription};
//! let mut client = Client::connect(&Options::default())?;
//! let fields = &["ac_comm", "cpu_delay_total"];
//! client.subscribe(&Subscription { scope: Some("process"), fields, ..Default::default() })?;
//! loop {
//!     match client.next()? {
//!         Event::Exit(exit) => println!("{} waited {:?} ns", exit.pid, exit.stats.u64("cpu_delay_total")),
//!         Event::Lost(lost) => println!("{:?} records are missing here", lost.count),
//!         _ => {}
//!     }
//! }
//! # }
//! ```
//!
//! The specification is Protocol/README.md: it defines every key and field, and `describe` returns the units of the
//! fields. Times are nanoseconds since 1970, and ids are those of the initial namespaces. What is not known is `None`:
//! absent is never 0.
//!
//! The memory for lines is allocated by `Client::connect`. An event borrows it until the next call, and allocates
//! nothing. A client can be sent to another thread; it is used by one at a time. To wait for several things at once,
//! poll its descriptor (`AsFd`) after `next_within(Duration::ZERO)` has returned `None`.
#![forbid(unsafe_code)]
#![allow(clippy::unnecessary_map_or)] // is_some_and is newer than Debian 12's compiler.

use std::cell::Cell;
use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::io::{AsRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

// ---- Errors ----

/// The kind of an error.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Code {
    /// The daemon refused the request, and the connection continues. An error with a name that this version does not
    /// know has the code of its kind.
    ParseError,
    InvalidRequest,
    MethodNotFound,
    InvalidParams,
    InternalError,
    PermissionDenied,
    NoSuchTask,
    LimitExceeded,
    KernelError,
    /// Also when the daemon lacks a feature that was requested; then nothing was sent.
    Unavailable,
    /// Neither the name nor the kind is known.
    Refused,

    /// The call is wrong, or its request would be too long. Nothing was sent, and the connection continues.
    InvalidArgument,
    /// No answer came in time. The connection continues, and a later answer is ignored.
    TimedOut,

    /// The connection has ended, or there is none: `io` has the reason.
    CannotConnect,
    /// The daemon ended the connection and gave the reason.
    Closed,
    /// The connection ended without a reason.
    Disconnected,
    /// The daemon does not serve this process; the message says why.
    NoAccess,
    /// The daemon's protocol is not 1.x.
    UnknownProtocol,
    /// The daemon sent a line that the protocol does not allow.
    BadLine,
    /// A line is longer than `max_line`.
    LineTooLong,
}

impl Code {
    const REFUSALS: [(&'static str, i64, Code); 10] = [
        ("ParseError", -32700, Code::ParseError),
        ("InvalidRequest", -32600, Code::InvalidRequest),
        ("MethodNotFound", -32601, Code::MethodNotFound),
        ("InvalidParams", -32602, Code::InvalidParams),
        ("InternalError", -32603, Code::InternalError),
        ("PermissionDenied", -32001, Code::PermissionDenied),
        ("NoSuchTask", -32002, Code::NoSuchTask),
        ("LimitExceeded", -32003, Code::LimitExceeded),
        ("KernelError", -32004, Code::KernelError),
        ("Unavailable", -32005, Code::Unavailable),
    ];

    /// Whether the connection has ended with this error, so that only `reconnect` makes sense.
    pub fn is_end(self) -> bool {
        use Code::*;
        matches!(self, CannotConnect | Closed | Disconnected | NoAccess | UnknownProtocol | BadLine | LineTooLong)
    }

    /// Whether another attempt to connect can succeed without a change by an administrator.
    pub fn is_temporary(self) -> bool {
        use Code::*;
        matches!(
            self,
            CannotConnect | Closed | Disconnected | TimedOut | LimitExceeded | InternalError | KernelError | BadLine
        )
    }
}

/// What failed.
#[derive(Debug)]
pub struct Error {
    pub code: Code,
    /// What failed, why, and what to do: for people.
    pub message: String,
    /// The error of the system, if one is the reason.
    pub io: Option<io::Error>,
    /// What the daemon said about it.
    pub details: Box<Details>,
}

/// The daemon's details of an error.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Details {
    /// The daemon's own name of the error.
    pub name: Option<String>,
    /// The daemon's errno, as in "ESRCH".
    pub errno: Option<String>,
    /// The parameter that is wrong, as in "filter.uid".
    pub member: Option<String>,
    /// The limit that is reached, with what it allows and what is used.
    pub limit: Option<(String, u64, u64)>,
}

impl Error {
    fn new(code: Code, message: impl Into<String>) -> Error {
        Error { code, message: message.into(), io: None, details: Box::default() }
    }

    fn invalid(message: impl Into<String>) -> Error {
        Error::new(Code::InvalidArgument, message)
    }

    /// The error of an answer: known by its name, or else by its number.
    fn refused(answer: Value) -> Error {
        let data = answer.get("data");
        let text = |key| data.and_then(|data| data.text(key));
        let (name, number) = (text("name"), answer.i64("code"));
        let code = (Code::REFUSALS.iter().find(|kind| Some(kind.0) == name))
            .or_else(|| Code::REFUSALS.iter().find(|kind| Some(kind.1) == number))
            .map_or(Code::Refused, |kind| kind.2);
        let message = answer.text("message").unwrap_or("no reason");
        let named = name.map_or(String::new(), |name| format!("{name}: "));
        let mut error = Error::new(code, format!("taskstatsd refused the request: {named}{message}"));
        *error.details = Details {
            name: name.map(str::to_owned),
            errno: text("errno").map(str::to_owned),
            member: text("member").map(str::to_owned),
            limit: data.and_then(limit_of),
        };
        error
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

fn limit_of(object: Value) -> Option<(String, u64, u64)> {
    Some((object.text("limit")?.to_owned(), object.u64("allowed")?, object.u64("used")?))
}

// ---- JSON ----

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Null,
    False,
    True,
    Unsigned,
    Negative,
    Number,
    Text,
    List,
    Object,
}

/// A value of a text, or a key before its value. Nodes are in the order of the text: behind a list come its values, and
/// behind an object its keys, each with its value.
#[derive(Clone, Copy)]
struct Node {
    kind: Kind,
    /// The node behind a list or an object with all that is in it.
    next: u32,
    /// The number itself; of a text or another number: its start and its length, in 32 bits each.
    content: u64,
}

/// A strict reader of one JSON text at a time, in memory that it keeps.
///
/// It accepts exactly RFC 8259 in UTF-8 without a newline, nested at most 64 deep, and refuses lone surrogates. It
/// decodes texts in place, where they cannot become longer. It does not look for keys that occur twice: the daemon
/// sends none.
pub struct Json {
    buffer: Vec<u8>,
    nodes: Vec<Node>,
    /// Where the text begins.
    base: usize,
    /// The object and the key that were found last: the search for the next one begins behind it.
    last: Cell<(u32, u32)>,
}

/// The daemon promises 16.
const DEEPEST: usize = 64;

impl Json {
    /// Parses a text; `None` if it is not JSON.
    pub fn parse(text: &str) -> Option<Json> {
        let mut buffer = Vec::with_capacity(text.len() + 1);
        buffer.extend_from_slice(text.as_bytes());
        buffer.push(0);
        let mut json = Json::with_buffer(buffer, text.len());
        if json.scan(0, text.len()) {
            Some(json)
        } else {
            None
        }
    }

    /// A reader of texts up to this length.
    fn with_buffer(buffer: Vec<u8>, length: usize) -> Json {
        // A node takes at least two bytes, as in [0,0].
        Json { buffer, nodes: Vec::with_capacity(length / 2 + 2), base: 0, last: Cell::new((0, 0)) }
    }

    /// The value of the text.
    pub fn root(&self) -> Value<'_> {
        Value { json: self, node: 0 }
    }

    /// Scans a part of the buffer, behind which there is a byte that can be overwritten.
    fn scan(&mut self, start: usize, end: usize) -> bool {
        self.base = start;
        self.nodes.clear();
        self.last.set((u32::MAX, 0));
        // No JSON contains NUL, so everything stops here.
        self.buffer[end] = 0;
        Scanner { bytes: &mut self.buffer[start..=end], nodes: &mut self.nodes }.scan().is_some()
    }

    fn bytes(&self, node: &Node) -> &[u8] {
        let start = self.base + (node.content >> 32) as usize;
        &self.buffer[start..start + (node.content as u32) as usize]
    }

    /// The node behind this one and all that is in it.
    fn behind(&self, node: u32) -> u32 {
        let it = &self.nodes[node as usize];
        if matches!(it.kind, Kind::List | Kind::Object) {
            it.next
        } else {
            node + 1
        }
    }
}

struct Scanner<'a> {
    /// The text with a final NUL.
    bytes: &'a mut [u8],
    nodes: &'a mut Vec<Node>,
}

impl Scanner<'_> {
    fn scan(&mut self) -> Option<()> {
        let mut open = [0u32; DEEPEST];
        let mut depth = 0;
        let mut at = 0;
        loop {
            // A value.
            at = self.skip_blanks(at);
            let mut is_open = false;
            match self.bytes[at] {
                first @ (b'{' | b'[') => {
                    if depth == DEEPEST {
                        return None;
                    }
                    open[depth] = self.nodes.len() as u32;
                    depth += 1;
                    let (kind, last) = if first == b'{' { (Kind::Object, b'}') } else { (Kind::List, b']') };
                    self.add(kind, 0);
                    at = self.skip_blanks(at + 1);
                    is_open = self.bytes[at] != last;
                }
                b'"' => at = self.scan_text(at + 1)?,
                b't' => at = self.scan_word(at, b"true", Kind::True)?,
                b'f' => at = self.scan_word(at, b"false", Kind::False)?,
                b'n' => at = self.scan_word(at, b"null", Kind::Null)?,
                _ => at = self.scan_number(at)?,
            }

            // What follows a value: the ends of lists and objects, and then a comma.
            while !is_open {
                at = self.skip_blanks(at);
                if depth == 0 {
                    return if at == self.bytes.len() - 1 { Some(()) } else { None };
                }
                let count = self.nodes.len() as u32;
                let outer = &mut self.nodes[open[depth - 1] as usize];
                let last = if outer.kind == Kind::Object { b'}' } else { b']' };
                if self.bytes[at] == last {
                    outer.next = count;
                    depth -= 1;
                    at += 1;
                } else if self.bytes[at] == b',' {
                    at = self.skip_blanks(at + 1);
                    is_open = true;
                } else {
                    return None;
                }
            }

            // A key.
            if self.nodes[open[depth - 1] as usize].kind == Kind::Object {
                if self.bytes[at] != b'"' {
                    return None;
                }
                at = self.scan_text(at + 1)?;
                at = self.skip_blanks(at);
                if self.bytes[at] != b':' {
                    return None;
                }
                at += 1;
            }
        }
    }

    fn add(&mut self, kind: Kind, content: u64) {
        self.nodes.push(Node { kind, next: 0, content });
    }

    fn skip_blanks(&self, mut at: usize) -> usize {
        while matches!(self.bytes[at], b' ' | b'\t' | b'\r') {
            at += 1;
        }
        at
    }

    fn scan_word(&mut self, at: usize, word: &[u8], kind: Kind) -> Option<usize> {
        self.add(kind, 0);
        if self.bytes[at..].starts_with(word) {
            Some(at + word.len())
        } else {
            None
        }
    }

    fn scan_number(&mut self, start: usize) -> Option<usize> {
        let is_negative = self.bytes[start] == b'-';
        let first = start + is_negative as usize;
        let mut at = first;
        let mut value = 0u64;
        let mut is_exact = true;
        while self.bytes[at].is_ascii_digit() {
            let digit = u64::from(self.bytes[at] - b'0');
            if at - first < 19 {
                value = value * 10 + digit;
            } else {
                let sum = value.checked_mul(10).and_then(|product| product.checked_add(digit));
                is_exact = is_exact && sum.is_some();
                value = sum.unwrap_or(value);
            }
            at += 1;
        }
        if at == first || (at - first > 1 && self.bytes[first] == b'0') {
            return None;
        }
        if self.bytes[at] == b'.' {
            is_exact = false;
            at = self.skip_digits(at + 1)?;
        }
        if matches!(self.bytes[at], b'e' | b'E') {
            is_exact = false;
            at += 1;
            at = self.skip_digits(at + matches!(self.bytes[at], b'+' | b'-') as usize)?;
        }
        if is_exact && !is_negative {
            self.add(Kind::Unsigned, value);
        } else if is_exact && value <= 1 << 63 {
            self.add(Kind::Negative, value.wrapping_neg());
        } else {
            self.add(Kind::Number, (start as u64) << 32 | (at - start) as u64);
        }
        Some(at)
    }

    /// Skips at least one digit.
    fn skip_digits(&self, start: usize) -> Option<usize> {
        let mut at = start;
        while self.bytes[at].is_ascii_digit() {
            at += 1;
        }
        if at > start {
            Some(at)
        } else {
            None
        }
    }

    /// Scans a text behind its first quote, and returns the place behind its last one.
    fn scan_text(&mut self, start: usize) -> Option<usize> {
        let mut at = start;
        while let Some(eight) = self.bytes.get(at..at + 8) {
            if has_special(u64::from_le_bytes(eight.try_into().ok()?)) {
                break;
            }
            at += 8;
        }
        while matches!(self.bytes[at], 0x20 | 0x21 | 0x23..=0x5B | 0x5D..=0x7F) {
            at += 1;
        }
        let end = if self.bytes[at] == b'"' { at } else { self.decode_rest(&mut at)? };
        self.add(Kind::Text, (start as u64) << 32 | (end - start) as u64);
        Some(at + 1)
    }

    /// Decodes the rest of a text that is not plain ASCII up to its last quote, and returns the decoded one's end.
    fn decode_rest(&mut self, at: &mut usize) -> Option<usize> {
        let mut to = *at;
        loop {
            let byte = self.bytes[*at];
            match byte {
                b'"' => return Some(to),
                b'\\' => {
                    *at += 2;
                    let decoded = match self.bytes[*at - 1] {
                        byte @ (b'"' | b'\\' | b'/') => byte as char,
                        b'b' => '\x08',
                        b'f' => '\x0C',
                        b'n' => '\n',
                        b'r' => '\r',
                        b't' => '\t',
                        b'u' => self.scan_unicode(at)?,
                        _ => return None,
                    };
                    to += decoded.encode_utf8(&mut self.bytes[to..]).len();
                }
                0..=0x1F => return None,
                _ => {
                    let length = if byte < 0x80 { 1 } else { self.utf8_sequence(*at)? };
                    self.bytes.copy_within(*at..*at + length, to);
                    *at += length;
                    to += length;
                }
            }
        }
    }

    /// The character of \uXXXX, or of a pair of them, behind the backslash and the u.
    fn scan_unicode(&self, at: &mut usize) -> Option<char> {
        let first = self.hex_digits(*at)?;
        *at += 4;
        if !(0xD800..0xE000).contains(&first) {
            return char::from_u32(first);
        }
        if first >= 0xDC00 || !self.bytes[*at..].starts_with(b"\\u") {
            return None;
        }
        let second = self.hex_digits(*at + 2)?;
        *at += 6;
        if !(0xDC00..0xE000).contains(&second) {
            return None;
        }
        char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
    }

    fn hex_digits(&self, at: usize) -> Option<u32> {
        self.bytes.get(at..at + 4)?.iter().try_fold(0, |value, byte| Some(value * 16 + (*byte as char).to_digit(16)?))
    }

    /// The bytes of the well-formed sequence of UTF-8 that begins here.
    fn utf8_sequence(&self, at: usize) -> Option<usize> {
        let length = match self.bytes[at] {
            0xC2..=0xDF => 2,
            0xE0..=0xEF => 3,
            0xF0..=0xF4 => 4,
            _ => return None,
        };
        std::str::from_utf8(self.bytes.get(at..at + length)?).ok().map(|_| length)
    }
}

/// The place of the first newline.
fn newline_in(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let mut eights = bytes.chunks_exact(8);
    let mut start = 0;
    for eight in &mut eights {
        let different = u64::from_le_bytes(eight.try_into().ok()?) ^ (ONES * u64::from(b'\n'));
        if different.wrapping_sub(ONES) & !different & (ONES * 0x80) != 0 {
            break;
        }
        start += 8;
    }
    bytes[start..].iter().position(|byte| *byte == b'\n').map(|place| start + place)
}

/// Whether some of 8 bytes is a quote, a backslash, a control character or not ASCII.
fn has_special(bytes: u64) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let less_one = |byte: u8| (bytes ^ (ONES * u64::from(byte))).wrapping_sub(ONES);
    (less_one(b'"') | less_one(b'\\') | bytes.wrapping_sub(ONES * 0x20) | bytes) & (ONES * 0x80) != 0
}

/// A part of the daemon's JSON.
#[derive(Clone, Copy)]
pub struct Value<'a> {
    json: &'a Json,
    node: u32,
}

/// A value by its kind. An integer is exact; a number with a fraction is the nearest double.
pub enum Content<'a> {
    Null,
    Bool(bool),
    Unsigned(u64),
    Negative(i64),
    Number(f64),
    Text(&'a str),
    List,
    Object,
}

impl<'a> Value<'a> {
    fn its(self) -> &'a Node {
        &self.json.nodes[self.node as usize]
    }

    pub fn content(self) -> Content<'a> {
        let node = self.its();
        match node.kind {
            Kind::Null => Content::Null,
            Kind::False => Content::Bool(false),
            Kind::True => Content::Bool(true),
            Kind::Unsigned => Content::Unsigned(node.content),
            Kind::Negative => Content::Negative(node.content as i64),
            Kind::Number => Content::Number(self.as_f64().unwrap_or(f64::NAN)),
            Kind::Text => Content::Text(self.as_text().unwrap_or("")),
            Kind::List => Content::List,
            Kind::Object => Content::Object,
        }
    }

    pub fn as_u64(self) -> Option<u64> {
        let node = self.its();
        if node.kind == Kind::Unsigned {
            Some(node.content)
        } else {
            None
        }
    }

    pub fn as_i64(self) -> Option<i64> {
        let node = self.its();
        match node.kind {
            Kind::Unsigned => i64::try_from(node.content).ok(),
            Kind::Negative => Some(node.content as i64),
            _ => None,
        }
    }

    /// Any number as the nearest double; `None` if it is beyond the range of one.
    pub fn as_f64(self) -> Option<f64> {
        let node = self.its();
        match node.kind {
            Kind::Unsigned => Some(node.content as f64),
            Kind::Negative => Some(node.content as i64 as f64),
            Kind::Number => {
                let digits = std::str::from_utf8(self.json.bytes(node)).ok()?;
                digits.parse().ok().filter(|number: &f64| number.is_finite())
            }
            _ => None,
        }
    }

    pub fn as_bool(self) -> Option<bool> {
        match self.its().kind {
            Kind::False => Some(false),
            Kind::True => Some(true),
            _ => None,
        }
    }

    /// A text, which can contain NUL and other control characters.
    pub fn as_text(self) -> Option<&'a str> {
        let node = self.its();
        if node.kind == Kind::Text {
            std::str::from_utf8(self.json.bytes(node)).ok()
        } else {
            None
        }
    }

    fn is_container(self) -> bool {
        matches!(self.its().kind, Kind::List | Kind::Object)
    }

    /// The keys and values of an object, in the order of the line; none of any other value.
    pub fn entries(self) -> impl Iterator<Item = (&'a str, Value<'a>)> {
        self.keys().map(move |key| {
            let name = std::str::from_utf8(self.json.bytes(&self.json.nodes[key as usize])).unwrap_or("");
            (name, Value { json: self.json, node: key + 1 })
        })
    }

    /// The values of a list; none of any other value.
    pub fn items(self) -> impl Iterator<Item = Value<'a>> {
        let end = if self.its().kind == Kind::List { self.its().next } else { 0 };
        let mut next = self.node + 1;
        std::iter::from_fn(move || {
            let node = next;
            if node >= end {
                return None;
            }
            next = self.json.behind(node);
            Some(Value { json: self.json, node })
        })
    }

    /// The nodes of an object's keys.
    fn keys(self) -> impl Iterator<Item = u32> + 'a {
        let end = if self.its().kind == Kind::Object { self.its().next } else { 0 };
        self.keys_between(self.node + 1, end)
    }

    fn keys_between(self, start: u32, end: u32) -> impl Iterator<Item = u32> + 'a {
        let mut next = start;
        std::iter::from_fn(move || {
            let key = next;
            if key >= end {
                return None;
            }
            next = self.json.behind(key + 1);
            Some(key)
        })
    }

    /// The value of a key. Keys that are taken in the order of the line are found at once; those of statistics are in
    /// the order of struct taskstats.
    pub fn get(self, key: &str) -> Option<Value<'a>> {
        if self.its().kind != Kind::Object {
            return None;
        }
        let first = self.node + 1;
        let (object, last) = self.json.last.get();
        let likely = if object == self.node { self.json.behind(last + 1) } else { first };
        let is_key = |node: &u32| self.json.bytes(&self.json.nodes[*node as usize]) == key.as_bytes();
        let mut keys = self.keys_between(likely, self.its().next);
        let found = keys.find(is_key).or_else(|| self.keys_between(first, likely).find(is_key))?;
        self.json.last.set((self.node, found));
        Some(Value { json: self.json, node: found + 1 })
    }

    /// Fields by name.
    pub fn u64(self, key: &str) -> Option<u64> {
        self.get(key)?.as_u64()
    }

    pub fn i64(self, key: &str) -> Option<i64> {
        self.get(key)?.as_i64()
    }

    pub fn bool(self, key: &str) -> Option<bool> {
        self.get(key)?.as_bool()
    }

    pub fn text(self, key: &str) -> Option<&'a str> {
        self.get(key)?.as_text()
    }

    /// Whether a list contains this text, as in `redacted`, `uncounted` and `fields`.
    pub fn contains(self, text: &str) -> bool {
        self.items().any(|item| item.as_text() == Some(text))
    }
}

fn push_quoted(json: &mut String, text: &str) {
    json.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => json.extend(['\\', character]),
            '\0'..='\x1F' => json.push_str(&format!("\\u{:04x}", character as u32)),
            _ => json.push(character),
        }
    }
    json.push('"');
}

/// The members of an object, without its braces.
struct Members(String);

impl Members {
    fn push(&mut self, key: &str, push_value: impl FnOnce(&mut String)) {
        if !self.0.is_empty() {
            self.0.push(',');
        }
        push_quoted(&mut self.0, key);
        self.0.push(':');
        push_value(&mut self.0);
    }

    fn text(&mut self, key: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.push(key, |json| push_quoted(json, text));
        }
    }

    fn json(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.push(key, |json| json.push_str(value));
        }
    }

    fn names(&mut self, key: &str, names: &[&str]) {
        if names.is_empty() {
            return;
        }
        self.push(key, |json| {
            for (position, name) in names.iter().enumerate() {
                json.push(if position == 0 { '[' } else { ',' });
                push_quoted(json, name);
            }
            json.push(']');
        });
    }
}

fn is_object(text: &str) -> bool {
    Json::parse(text).map_or(false, |json| json.root().its().kind == Kind::Object)
}

// ---- Requests and events ----

/// How to connect.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// `None`: `$TASKSTATS_SOCKET`, or else /run/taskstats.sock.
    pub path: Option<PathBuf>,
    /// The longest line to read, with its newline, from 4,096 to 16,777,216; 0: 65,536. The daemon's longest line is
    /// `line_bytes` of `Server`. A longer line ends the connection: no line is skipped.
    pub max_line: usize,
    /// The time for the first line and for each answer; zero: 10 s.
    pub timeout: Duration,
}

/// The processes that the daemon shows to this client.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Access {
    All,
    Own,
    #[default]
    Other,
}

/// The daemon's first line, as far as most clients need it.
#[derive(Clone, Debug, Default)]
pub struct Server {
    pub protocol: String,
    pub server: String,
    /// Differs after each start of the daemon.
    pub instance: String,
    /// The kernel's.
    pub release: String,
    /// The version of struct taskstats that the kernel fills.
    pub struct_version: Option<u64>,
    /// The period of the scheduler's tick.
    pub tick_ns: Option<u64>,
    pub tgid_sums_complete: Option<bool>,
    pub delay_accounting: Option<bool>,
    pub access: Access,
    /// The uid by which the daemon knows this process.
    pub uid: Option<u32>,
    pub features: Vec<String>,
    /// The daemon's longest line.
    pub line_bytes: Option<u64>,
}

impl Server {
    /// Whether the daemon has an ability that is newer than protocol 1.0.
    pub fn has(&self, feature: &str) -> bool {
        self.features.iter().any(|name| name == feature)
    }
}

/// What to query.
#[derive(Clone, Copy, Debug)]
pub enum Target<'a> {
    /// The id of a thread, or of a process with one thread.
    Task(u32),
    /// The sums over the threads of a process.
    Process(u32),
    /// A directory of cgroup version 1.
    Cgroup(&'a str),
}

/// The answer to a query.
#[derive(Clone, Copy)]
pub struct QueryResult<'a> {
    pub stats: Value<'a>,
    /// Fields that are left out of `stats`.
    pub uncounted: Option<Value<'a>>,
    pub implausible: Option<Value<'a>>,
    pub origin: Option<Value<'a>>,
    /// The whole result, with the keys of later versions.
    pub all: Value<'a>,
}

/// The point after an event, which survives a restart of the agent if it is stored.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Position {
    pub instance: String,
    pub index: u64,
}

/// Where to start in what the daemon keeps.
#[derive(Clone, Debug)]
pub enum Since<'a> {
    /// Nanoseconds since 1970.
    Time(u64),
    /// Before now, as in "10min".
    Duration(&'a str),
    /// After this point.
    After(&'a Position),
}

/// The requested records. By default every task that exits, with all fields.
#[derive(Clone, Debug, Default)]
pub struct Subscription<'a> {
    /// As in "0-3,8"; `None`: all.
    pub cpus: Option<&'a str>,
    /// "task" or "process"; `None`: task.
    pub scope: Option<&'a str>,
    /// Names of fields and groups; none: all.
    pub fields: &'a [&'a str],
    /// A JSON object, as in `{"exit":"failed"}`; `None`: everything.
    pub filter: Option<&'a str>,
    /// "drop" or "disconnect"; `None`: drop.
    pub overflow: Option<&'a str>,
    /// Each exit has the origin of its process; without the feature it is absent.
    pub origin: bool,
    /// Also programs that start.
    pub starts: bool,
    pub since: Option<Since<'a>>,
}

/// How a task ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum End<'a> {
    Code(i32),
    Signal { number: i32, name: &'a str, core: bool },
}

/// A task exited.
#[derive(Clone, Copy)]
pub struct Exit<'a> {
    pub cpu: u32,
    /// Its number among the records of that CPU.
    pub seq: u64,
    /// Its number among all records.
    pub index: Option<u64>,
    pub time: u64,
    pub pid: i32,
    pub tgid: Option<i32>,
    /// Whether the process ended with this task.
    pub last: Option<bool>,
    pub end: Option<End<'a>>,
    pub stats: Value<'a>,
    pub tgid_stats: Option<Value<'a>>,
    /// What is withheld from this client.
    pub redacted: Option<Value<'a>>,
    /// Fields that are left out of the statistics.
    pub uncounted: Option<Value<'a>>,
    pub implausible: Option<Value<'a>>,
    pub origin: Option<Value<'a>>,
    /// The whole line, with the keys of later versions.
    pub all: Value<'a>,
}

/// A process executed a program.
#[derive(Clone, Copy)]
pub struct Start<'a> {
    pub cpu: u32,
    pub seq: u64,
    pub time: u64,
    pub pid: i32,
    pub tgid: i32,
    pub ppid: Option<i32>,
    pub uid: Option<u32>,
    pub gid: Option<u32>,
    pub comm: Option<&'a str>,
    pub origin: Option<Value<'a>>,
    pub all: Value<'a>,
}

/// Records are missing at this point of the stream.
#[derive(Clone, Copy)]
pub struct Lost<'a> {
    /// "kernel": on this CPU, for all subscribers; "queue": this client read too slowly; "starts": starts of programs;
    /// "history": the daemon does not keep them.
    pub place: &'a str,
    pub cpu: Option<u32>,
    /// `None`: the number is not known.
    pub count: Option<u64>,
    /// The stream is complete up to this record.
    pub index: Option<u64>,
    pub all: Value<'a>,
}

/// What happened.
#[derive(Clone, Copy)]
pub enum Event<'a> {
    Exit(Exit<'a>),
    Start(Start<'a>),
    Lost(Lost<'a>),
    /// Everything that the daemon kept was delivered: what follows happened afterwards.
    Live {
        index: u64,
    },
    /// The last event after `unsubscribe`.
    Unsubscribed,
}

impl Event<'_> {
    fn index(&self) -> Option<u64> {
        match self {
            Event::Exit(exit) => exit.index,
            Event::Lost(lost) => lost.index,
            Event::Live { index } => Some(*index),
            Event::Start(_) | Event::Unsubscribed => None,
        }
    }
}

/// What another connection continues.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Reconnection {
    /// Of the daemon: counters and sequence numbers have been reset.
    pub is_new_instance: bool,
    /// What ended in between follows, or a loss where the daemon does not keep it. If false, there is a gap: what ended
    /// in between is neither delivered nor counted.
    pub is_resumed: bool,
}

/// The optional values of an object that have the right type; `None` as a whole if one has another.
struct Params<'a>(Value<'a>);

impl<'a> Params<'a> {
    fn optional<T>(&self, key: &str, convert: impl FnOnce(Value<'a>) -> Option<T>) -> Option<Option<T>> {
        match self.0.get(key) {
            None => Some(None),
            Some(value) => convert(value).map(Some),
        }
    }

    fn container(&self, key: &str) -> Option<Option<Value<'a>>> {
        self.optional(key, |value| if value.is_container() { Some(value) } else { None })
    }

    fn i32(&self, key: &str) -> Option<Option<i32>> {
        self.optional(key, to_i32)
    }

    fn u32(&self, key: &str) -> Option<Option<u32>> {
        self.optional(key, to_u32)
    }

    fn u64(&self, key: &str) -> Option<Option<u64>> {
        self.optional(key, Value::as_u64)
    }
}

fn to_u32(value: Value) -> Option<u32> {
    value.as_u64().and_then(|number| u32::try_from(number).ok())
}

/// An id or a code, which is not negative.
fn to_i32(value: Value) -> Option<i32> {
    value.as_u64().and_then(|number| i32::try_from(number).ok())
}

/// The kinds of lines that are events.
#[derive(Clone, Copy)]
enum Method {
    Exit,
    Start,
    Lost,
    Live,
}

/// The event of a line; `None` if a known key has a wrong type, or a required one is missing.
fn decode<'a>(method: Method, all: Value<'a>) -> Option<Event<'a>> {
    let params = Params(all);
    Some(match method {
        Method::Exit => Event::Exit(Exit {
            cpu: params.u32("cpu")??,
            seq: params.u64("seq")??,
            index: params.u64("index")?,
            time: params.u64("time")??,
            pid: params.i32("pid")??,
            tgid: params.i32("tgid")?,
            last: params.optional("last", Value::as_bool)?,
            end: params.container("exit")?.map_or(Some(None), decode_end)?,
            stats: params.container("stats")??,
            tgid_stats: params.container("tgid_stats")?,
            redacted: params.container("redacted")?,
            uncounted: params.container("uncounted")?,
            implausible: params.container("implausible")?,
            origin: params.container("origin")?,
            all,
        }),
        Method::Start => Event::Start(Start {
            cpu: params.u32("cpu")??,
            seq: params.u64("seq")??,
            time: params.u64("time")??,
            pid: params.i32("pid")??,
            tgid: params.i32("tgid")??,
            ppid: params.i32("ppid")?,
            uid: params.u32("uid")?,
            gid: params.u32("gid")?,
            comm: params.optional("comm", Value::as_text)?,
            origin: params.container("origin")?,
            all,
        }),
        Method::Lost => Event::Lost(Lost {
            place: params.optional("where", Value::as_text)??,
            cpu: params.u32("cpu")?,
            count: params.u64("count")?,
            index: params.u64("index")?,
            all,
        }),
        Method::Live => Event::Live { index: params.u64("index")?? },
    })
}

fn decode_end<'a>(exit: Value<'a>) -> Option<Option<End<'a>>> {
    if let Some(code) = exit.get("code") {
        return Some(Some(End::Code(to_i32(code)?)));
    }
    match exit.get("signal") {
        None => Some(None), // an end of a later version
        Some(number) => {
            Some(Some(End::Signal { number: to_i32(number)?, name: exit.text("name")?, core: exit.bool("core")? }))
        }
    }
}

// ---- Connections ----

const REQUEST_BYTES: usize = 8192;

/// A connection to the daemon: for queries, or for one subscription at a time.
pub struct Client {
    path: PathBuf,
    timeout: Duration,
    stream: Option<UnixStream>,
    /// How long a read waits, as the stream was told last.
    wait: Wait,
    server: Server,
    json: Json,
    max_line: usize,
    /// The buffer holds lines from `begin` to `filled`; there is no newline before `searched`.
    begin: usize,
    searched: usize,
    filled: usize,
    last_id: u64,
    subscription: Option<Members>,
    ending_id: Option<u64>,
    /// Where a subscription resumes: after `position`, or else at `since_time`.
    position: Option<Position>,
    is_position_current: bool,
    since_time: Option<u64>,
}

#[derive(Clone, Copy, PartialEq)]
enum Wait {
    Never,
    Forever,
    Within(Duration),
}

impl AsRawFd for Client {
    /// The descriptor for poll; -1 while there is no connection. It is another one after a reconnection.
    fn as_raw_fd(&self) -> RawFd {
        self.stream.as_ref().map_or(-1, AsRawFd::as_raw_fd)
    }
}

impl Client {
    /// Connects, and reads the daemon's first line. While the daemon's backlog is full it waits.
    pub fn connect(options: &Options) -> Result<Client, Error> {
        let named = || std::env::var_os("TASKSTATS_SOCKET").filter(|path| !path.is_empty()).map(PathBuf::from);
        let max_line = if options.max_line == 0 { 65536 } else { options.max_line };
        if !(4096..=1 << 24).contains(&max_line) {
            return Err(Error::invalid("max_line must be from 4096 to 16777216 bytes"));
        }
        let mut client = Client {
            path: options.path.clone().or_else(named).unwrap_or_else(|| Path::new("/run/taskstats.sock").into()),
            timeout: if options.timeout.is_zero() { Duration::from_secs(10) } else { options.timeout },
            stream: None,
            wait: Wait::Forever,
            server: Server::default(),
            json: Json::with_buffer(vec![0; 2 * max_line], max_line),
            max_line,
            begin: 0,
            searched: 0,
            filled: 0,
            last_id: 0,
            subscription: None,
            ending_id: None,
            position: None,
            is_position_current: false,
            since_time: None,
        };
        client.handshake()?;
        Ok(client)
    }

    /// The daemon of the current connection, or of the last one.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// Returns the statistics of a living task, of a process, or of a cgroup.
    pub fn get(&mut self, target: Target, fields: &[&str], origin: bool) -> Result<QueryResult<'_>, Error> {
        let mut params = Members(String::new());
        match target {
            Target::Task(pid) => params.json("pid", Some(&pid.to_string())),
            Target::Process(tgid) => params.json("tgid", Some(&tgid.to_string())),
            Target::Cgroup(path) => params.text("cgroup", Some(path)),
        }
        params.names("fields", fields);
        if origin && self.server.has("origin") {
            params.json("origin", Some("true"));
        }
        let node = self.request("get", Some(&format!("{{{}}}", params.0)))?;
        if !(Value { json: &self.json, node }).get("stats").map_or(false, Value::is_container) {
            return Err(self.end(Error::new(Code::BadLine, "taskstatsd sent a result without statistics")));
        }
        let all = Value { json: &self.json, node };
        Ok(QueryResult {
            stats: all.get("stats").unwrap_or(all),
            uncounted: all.get("uncounted"),
            implausible: all.get("implausible"),
            origin: all.get("origin"),
            all,
        })
    }

    /// Sends any request, as in "status" or "describe". `params` is a JSON object.
    pub fn call(&mut self, method: &str, params: Option<&str>) -> Result<Value<'_>, Error> {
        if params.map_or(false, |params| !is_object(params)) {
            return Err(Error::invalid(format!("the params of {method} are not a JSON object on one line")));
        }
        let node = self.request(method, params)?;
        Ok(Value { json: &self.json, node })
    }

    /// Subscribes. A client has at most one subscription; the events come from `next`.
    pub fn subscribe(&mut self, wanted: &Subscription) -> Result<(), Error> {
        self.check_connection()?;
        if self.subscription.is_some() {
            return Err(Error::invalid("this client has a subscription (unsubscribe first)"));
        }
        if wanted.since.is_some() && !self.server.has("since") {
            let message = "this taskstatsd cannot start in the past: it does not number records";
            return Err(Error::new(Code::Unavailable, message));
        }
        if wanted.starts && !self.server.has("starts") {
            return Err(Error::new(Code::Unavailable, "this taskstatsd does not report starts of programs"));
        }
        if wanted.filter.map_or(false, |filter| !is_object(filter)) {
            return Err(Error::invalid("the filter is not a JSON object on one line"));
        }
        let mut params = Members(String::new());
        params.text("cpus", wanted.cpus);
        params.text("scope", wanted.scope);
        params.names("fields", wanted.fields);
        params.json("filter", wanted.filter);
        params.text("overflow", wanted.overflow);
        if wanted.origin && self.server.has("origin") {
            params.json("origin", Some("true"));
        }
        if wanted.starts {
            params.json("starts", Some("true"));
        }

        self.position = None;
        self.is_position_current = false;
        self.since_time = None;
        let mut since = None;
        match wanted.since {
            Some(Since::Time(time)) => self.since_time = Some(time),
            Some(Since::After(position)) => self.position = Some(position.clone()),
            Some(Since::Duration(duration)) => {
                let expectation = "a duration must be a number with a unit (us, ms, s, min, h, d), as in 10min";
                let length = duration_ns(duration).ok_or_else(|| Error::invalid(expectation))?;
                let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_nanos() as u64);
                self.since_time = Some(now.saturating_sub(length));
                let mut text = String::new();
                push_quoted(&mut text, duration);
                since = Some(text);
            }
            None => {}
        }
        let since = since.or_else(|| self.since());
        self.subscribe_with(params, since)
    }

    /// Takes the next event, and waits for it. After an error for which `is_end` is true the connection has ended, with
    /// everything before its end delivered. Lines that this version does not know are skipped.
    #[allow(clippy::should_implement_trait)] // An iterator's items could not borrow the client.
    pub fn next(&mut self) -> Result<Event<'_>, Error> {
        loop {
            if let Some(method) = self.advance(None)? {
                return self.event(method);
            }
        }
    }

    /// The same, but `None` when no event comes within this time, which can be zero.
    pub fn next_within(&mut self, time: Duration) -> Result<Option<Event<'_>>, Error> {
        match self.advance(Some(time))? {
            Some(method) => self.event(method).map(Some),
            None => Ok(None),
        }
    }

    /// Ends the subscription. Events that precede the end are still delivered, up to `Event::Unsubscribed`: so an agent
    /// that has waited for a child and then unsubscribes gets the child's record, or a report of a loss. Afterwards the
    /// client can query, and subscribe again.
    pub fn unsubscribe(&mut self) -> Result<(), Error> {
        self.check_connection()?;
        if self.subscription.is_none() || self.ending_id.is_some() {
            return Err(Error::invalid("this client has no subscription"));
        }
        self.send("unsubscribe", None)?;
        self.ending_id = Some(self.last_id);
        Ok(())
    }

    /// The point after the last event, for `Since::After`; `None` if the daemon does not number records. An agent that
    /// stores it after each event that it has processed loses nothing by a restart.
    pub fn position(&self) -> Option<&Position> {
        self.position.as_ref()
    }

    /// Makes one attempt at another connection after one that has ended, and subscribes again: after the last event
    /// where the daemon numbers records.
    ///
    /// After an error there is no connection. `is_temporary` says whether another attempt makes sense: make the first
    /// ones after 50 ms, 100 ms and so on, and later ones after some seconds.
    pub fn reconnect(&mut self) -> Result<Reconnection, Error> {
        let subscription = if self.ending_id.take().is_none() { self.subscription.take() } else { None };
        let instance = self.server.instance.clone();
        self.disconnect();
        let mut is_resumed = false;
        if let Err(error) = self.handshake() {
            self.subscription = subscription;
            return Err(error);
        }
        if let Some(params) = subscription {
            let since = if self.server.has("since") { self.since() } else { None };
            is_resumed = since.is_some();
            self.is_position_current = false;
            let kept = Members(params.0.clone());
            if let Err(error) = self.subscribe_with(params, since) {
                self.disconnect();
                // So that another attempt subscribes, too.
                self.subscription = Some(kept);
                return Err(error);
            }
        }
        Ok(Reconnection { is_new_instance: instance != self.server.instance, is_resumed })
    }

    // ---- Lines ----

    fn disconnect(&mut self) {
        self.stream = None;
        self.begin = 0;
        self.searched = 0;
        self.filled = 0;
    }

    fn end(&mut self, error: Error) -> Error {
        self.disconnect();
        error
    }

    fn check_connection(&self) -> Result<(), Error> {
        match self.stream {
            Some(_) => Ok(()),
            None => Err(Error::new(Code::Disconnected, "there is no connection to taskstatsd (reconnect)")),
        }
    }

    fn handshake(&mut self) -> Result<(), Error> {
        let stream = loop {
            match UnixStream::connect(&self.path) {
                Err(error) if matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::WouldBlock) => continue,
                connected => {
                    break connected.and_then(|stream| {
                        stream.set_write_timeout(Some(self.timeout))?;
                        Ok(stream)
                    })
                }
            }
        };
        match stream {
            Ok(stream) => self.stream = Some(stream),
            Err(error) => {
                let advice = match error.kind() {
                    ErrorKind::PermissionDenied => "may this user search its directory, and write to it?",
                    _ => "is taskstatsd running?",
                };
                let message = format!("cannot connect to {}: {error} ({advice})", self.path.display());
                return Err(Error { io: Some(error), ..Error::new(Code::CannotConnect, message) });
            }
        }
        self.wait = Wait::Forever;
        let until = Instant::now() + self.timeout;
        if !self.read_line(Some(until))? {
            return Err(self.end(Error::new(Code::TimedOut, "taskstatsd sent nothing in time")));
        }
        let line = self.json.root();
        let result = match (line.text("method"), line.get("params")) {
            (Some("closing"), params) => Err(closed(params)),
            (Some("hello"), Some(params)) => server_of(params),
            _ => {
                let path = self.path.display();
                let message = format!("{path} is not the socket of taskstatsd: its first line is not hello");
                Err(Error::new(Code::BadLine, message))
            }
        };
        match result {
            Ok(server) => self.server = server,
            Err(error) => return Err(self.end(error)),
        }
        Ok(())
    }

    /// Reads the next line, which `json` then holds; false when the time is over.
    fn read_line(&mut self, until: Option<Instant>) -> Result<bool, Error> {
        self.check_connection()?;
        loop {
            let unsearched = &self.json.buffer[self.searched..self.filled];
            let newline = newline_in(unsearched).map(|place| self.searched + place);
            if newline.unwrap_or(self.filled) - self.begin >= self.max_line {
                let message = format!("cannot read a line of taskstatsd: it is longer than {} bytes", self.max_line);
                return Err(self.end(Error::new(Code::LineTooLong, message + " (raise max_line)")));
            }
            if let Some(newline) = newline {
                let start = std::mem::replace(&mut self.begin, newline + 1);
                self.searched = self.begin;
                if !self.json.scan(start, newline) || self.json.root().its().kind != Kind::Object {
                    let message = "taskstatsd sent a line that is not a JSON object";
                    return Err(self.end(Error::new(Code::BadLine, message)));
                }
                return Ok(true);
            }
            self.json.buffer.copy_within(self.begin..self.filled, 0);
            self.filled -= self.begin;
            self.searched = self.filled;
            self.begin = 0;
            match self.read(until) {
                Ok(0) => {
                    return Err(self.end(Error::new(Code::Disconnected, "taskstatsd closed the connection")));
                }
                Ok(count) => self.filled += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    if until.map_or(false, |until| Instant::now() >= until) {
                        return Ok(false);
                    }
                }
                Err(error) => {
                    let ended = Error::new(Code::Disconnected, format!("the connection to taskstatsd ended: {error}"));
                    return Err(self.end(Error { io: Some(error), ..ended }));
                }
            }
        }
    }

    /// Reads what there is, or waits for it.
    fn read(&mut self, until: Option<Instant>) -> io::Result<usize> {
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        let wait = match left {
            None => Wait::Forever,
            Some(left) if left.is_zero() => Wait::Never,
            Some(left) => Wait::Within(left),
        };
        let stream = match &mut self.stream {
            Some(stream) => stream,
            None => return Ok(0),
        };
        if wait != self.wait {
            stream.set_nonblocking(wait == Wait::Never)?;
            stream.set_read_timeout(left.filter(|left| !left.is_zero()))?;
            self.wait = wait;
        }
        stream.read(&mut self.json.buffer[self.filled..])
    }

    /// Sends a request.
    fn send(&mut self, method: &str, params: Option<&str>) -> Result<(), Error> {
        self.check_connection()?;
        let mut line = format!("{{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":", self.last_id + 1);
        push_quoted(&mut line, method);
        if let Some(params) = params {
            line.push_str(",\"params\":");
            line.push_str(params);
        }
        line.push('}');
        if line.len() > REQUEST_BYTES {
            return Err(Error::invalid(format!("the request would be longer than {REQUEST_BYTES} bytes")));
        }
        line.push('\n');
        self.last_id += 1;
        if let Some(stream) = &mut self.stream {
            if self.wait == Wait::Never {
                // What fails is noticed when it is used.
                let _ = stream.set_nonblocking(false);
                self.wait = Wait::Forever;
                let _ = stream.set_read_timeout(None);
            }
            match stream.write_all(line.as_bytes()) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    let message = "taskstatsd did not read the request in time";
                    return Err(self.end(Error::new(Code::Disconnected, message)));
                }
                _ => {} // The reason for a broken connection may be there to be read.
            }
        }
        Ok(())
    }

    /// Sends a request on a connection without a subscription, and returns the node of its result.
    fn request(&mut self, method: &str, params: Option<&str>) -> Result<u32, Error> {
        if self.subscription.is_some() {
            let message = format!("cannot send {method} on a connection with a subscription (use another client)");
            return Err(Error::invalid(message));
        }
        self.send(method, params)?;
        let until = Instant::now() + self.timeout;
        loop {
            if !self.read_line(Some(until))? {
                return Err(Error::new(Code::TimedOut, "taskstatsd did not answer in time"));
            }
            let line = self.json.root();
            match line.text("method") {
                Some("closing") => {
                    let error = closed(line.get("params"));
                    return Err(self.end(error));
                }
                Some(_) => continue, // a notification of a later version
                None => {}
            }
            // An id that could not be read is that of the only request that has no answer yet.
            let id = line.u64("id");
            if id.map_or(false, |id| id != self.last_id) {
                continue;
            }
            if let Some(error) = line.get("error") {
                return Err(Error::refused(error));
            }
            match (id, line.get("result")) {
                (Some(_), Some(result)) => return Ok(result.node),
                _ => {
                    let message = "taskstatsd sent an answer without a result";
                    return Err(self.end(Error::new(Code::BadLine, message)));
                }
            }
        }
    }

    // ---- Subscriptions ----

    /// A position, or else a time, as the value of `since`.
    fn since(&self) -> Option<String> {
        match (&self.position, self.since_time) {
            (Some(position), _) => {
                let mut json = String::from("{\"instance\":");
                push_quoted(&mut json, &position.instance);
                json.push_str(&format!(",\"index\":{}}}", position.index));
                Some(json)
            }
            (None, Some(time)) => Some(time.to_string()),
            (None, None) => None,
        }
    }

    fn subscribe_with(&mut self, params: Members, since: Option<String>) -> Result<(), Error> {
        let mut all = Members(params.0.clone());
        all.json("since", since.as_deref());
        let node = self.request("subscribe", Some(&format!("{{{}}}", all.0)))?;
        let next_index = (Value { json: &self.json, node }).u64("next_index").filter(|index| *index > 0);
        self.subscription = Some(params);
        // What is kept comes before what is next.
        if since.is_none() {
            let instance = self.server.instance.clone();
            self.since_time = None;
            self.is_position_current = false;
            self.position = next_index.map(|index| Position { instance, index: index - 1 });
        }
        Ok(())
    }

    /// Reads up to the next event: `None` when the time is over, and `Some(None)` for the end of the subscription.
    fn advance(&mut self, time: Option<Duration>) -> Result<Option<Option<Method>>, Error> {
        if self.stream.is_some() && self.subscription.is_none() {
            return Err(Error::invalid("this client has no subscription"));
        }
        let until = time.and_then(|time| Instant::now().checked_add(time));
        loop {
            if !self.read_line(until)? {
                return Ok(None);
            }
            let line = self.json.root();
            let method = match line.text("method") {
                Some("exit") => Method::Exit,
                Some("start") => Method::Start,
                Some("lost") => Method::Lost,
                Some("live") => Method::Live,
                Some("closing") => {
                    let error = closed(line.get("params"));
                    return Err(self.end(error));
                }
                None if self.ending_id.is_some() && line.u64("id") == self.ending_id => {
                    self.subscription = None;
                    self.ending_id = None;
                    return Ok(Some(None));
                }
                _ => continue,
            };
            return Ok(Some(Some(method)));
        }
    }

    /// The event of the current line.
    fn event(&mut self, method: Option<Method>) -> Result<Event<'_>, Error> {
        let method = match method {
            Some(method) => method,
            None => return Ok(Event::Unsubscribed),
        };
        let (json, position) = (&self.json, &mut self.position);
        match json.root().get("params").and_then(|params| decode(method, params)) {
            Some(event) => {
                if let Some(index) = event.index() {
                    let position = position.get_or_insert_with(Position::default);
                    if !self.is_position_current {
                        position.instance.clone_from(&self.server.instance);
                        self.is_position_current = true;
                    }
                    position.index = index;
                }
                Ok(event)
            }
            None => {
                // Not with `end`, because the borrowed event would still be alive.
                self.stream = None;
                self.begin = 0;
                self.searched = 0;
                self.filled = 0;
                Err(Error::new(Code::BadLine, "taskstatsd sent an event that the protocol does not allow"))
            }
        }
    }
}

fn closed(params: Option<Value>) -> Error {
    let reason = params.and_then(|params| params.text("reason")).unwrap_or("no reason");
    let mut error = Error::new(Code::Closed, format!("taskstatsd closed the connection: {reason}"));
    error.details.limit = params.and_then(limit_of);
    error
}

fn server_of(hello: Value) -> Result<Server, Error> {
    let text = |object: Option<Value>, key| object.and_then(|object| object.text(key)).unwrap_or("").to_owned();
    let (you, kernel) = (hello.get("you"), hello.get("kernel"));
    let protocol = text(Some(hello), "protocol");
    if !protocol.starts_with("1.") {
        let message = format!("taskstatsd speaks protocol {protocol}, this client 1.x");
        return Err(Error::new(Code::UnknownProtocol, message + " (install another version of one of them)"));
    }
    let access = match you.and_then(|you| you.text("access")) {
        Some("all") => Access::All,
        Some("own") => Access::Own,
        Some("none") => {
            let reason = you.and_then(|you| you.text("reason")).unwrap_or("no reason");
            return Err(Error::new(Code::NoAccess, format!("taskstatsd does not serve this process: {reason}")));
        }
        Some(_) => Access::Other,
        None => {
            let message = "taskstatsd sent a first line that the protocol does not allow";
            return Err(Error::new(Code::BadLine, message));
        }
    };
    Ok(Server {
        protocol,
        server: text(Some(hello), "server"),
        instance: text(Some(hello), "instance"),
        release: text(kernel, "release"),
        struct_version: kernel.and_then(|kernel| kernel.u64("taskstats_version")),
        tick_ns: kernel.and_then(|kernel| kernel.u64("tick_ns")),
        tgid_sums_complete: kernel.and_then(|kernel| kernel.bool("tgid_sums_complete")),
        delay_accounting: hello.bool("delay_accounting"),
        access,
        uid: you.and_then(|you| you.get("uid")).and_then(to_u32),
        features: hello
            .get("features")
            .map_or(Vec::new(), |list| list.items().filter_map(Value::as_text).map(str::to_owned).collect()),
        line_bytes: hello.get("limits").and_then(|limits| limits.u64("line_bytes")),
    })
}

/// The nanoseconds of a duration, as in "10min" or "1.5h"; without a unit it is in seconds.
fn duration_ns(text: &str) -> Option<u64> {
    let length = text.find(|byte: char| !byte.is_ascii_digit() && byte != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(length);
    let mut scale: u64 = match unit {
        "us" => 1_000,
        "ms" => 1_000_000,
        "" | "s" => 1_000_000_000,
        "min" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        "d" => 86_400_000_000_000,
        _ => return None,
    };
    let (whole, decimals) = match number.split_once('.') {
        Some((_, decimals)) if !(1..=9).contains(&decimals.len()) => return None,
        Some(parts) => parts,
        None => (number, ""),
    };
    let mut sum = whole.parse::<u64>().ok()?.checked_mul(scale)?;
    for digit in decimals.chars() {
        scale /= 10;
        sum = sum.checked_add(u64::from(digit.to_digit(10)?) * scale)?;
    }
    Some(sum)
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
