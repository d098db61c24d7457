//! JSON that is not one object a line: printed over several lines, in a list, one value behind the other, or events in an
//! envelope (CloudWatch Logs, Firehose). Each event or object becomes a line of its own, as it stands but for line breaks.
//!
//! Nothing is decoded here: a line's members are read where lines are.

use crate::gzip::Step;
use std::collections::VecDeque;

/// Members whose lists hold the events.
const LISTS: [&[u8]; 4] = [b"logEvents", b"events", b"records", b"hits"];

/// An object's beginning is kept so far, in case it turns out to be an envelope.
const LONGEST_HEAD: usize = 64 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Between values.
    Between,
    /// Text that is no JSON: lines of it are given as they are.
    Text,
    /// An object of which it is not known yet whether it is an envelope: its bytes are held back.
    Head,
    /// An event, or an object that is none.
    Event,
    /// In the list, between events.
    List,
    /// An event that is text alone: it becomes the member of an object.
    Item,
    /// Behind the list of an envelope: nothing more is wanted of it.
    Tail,
}

/// The state between two pieces of input.
#[derive(Debug)]
pub(crate) struct Relined {
    mode: Mode,
    depth: usize,
    /// The depth around the object that is being read.
    around: usize,
    /// The depth of the list whose elements are events; 0 where there is none.
    list: usize,
    in_string: bool,
    escaped: bool,
    /// The string that was read last, as far as a name may be long.
    name: Vec<u8>,
    /// The last token but white space was that string, or the colon behind it.
    is_named: bool,
    head: Vec<u8>,
    ready: VecDeque<u8>,
}

impl Relined {
    pub(crate) fn new() -> Self {
        Self {
            mode: Mode::Between,
            depth: 0,
            around: 0,
            list: 0,
            in_string: false,
            escaped: false,
            name: Vec::new(),
            is_named: false,
            head: Vec::new(),
            ready: VecDeque::new(),
        }
    }

    /// Goes as far as `input` and `output` allow.
    pub(crate) fn step(&mut self, input: &[u8], output: &mut [u8]) -> Step {
        let (mut consumed, mut written) = (0, 0);
        loop {
            while let Some(byte) = self.ready.front().copied() {
                let Some(slot) = output.get_mut(written) else { return Step { consumed, written } };
                *slot = byte;
                written += 1;
                self.ready.pop_front();
            }
            let Some(byte) = input.get(consumed).copied() else { return Step { consumed, written } };
            consumed += 1;
            self.take(byte);
        }
    }

    /// At the end of the input: gives what is left of a value that does not end; whether something is.
    pub(crate) fn finish(&mut self) -> bool {
        self.ready.extend(self.head.drain(..));
        !self.ready.is_empty()
    }

    fn take(&mut self, byte: u8) {
        if self.in_string {
            self.put(byte);
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => {
                    self.in_string = false;
                    if self.mode == Mode::Item {
                        self.ready.extend(b"}\n");
                        self.mode = Mode::List;
                    }
                }
                _ if self.name.len() < 64 => self.name.push(byte),
                _ => {}
            }
            return;
        }
        match (self.mode, byte) {
            (Mode::Text, b'\n') => {
                self.ready.push_back(byte);
                self.mode = Mode::Between;
            }
            (Mode::Text, _) => self.ready.push_back(byte),
            // Line breaks stand for nothing in JSON.
            (_, b'\n' | b'\r') => {}
            (Mode::Between, b' ' | b'\t' | b',') => {}
            (Mode::Between, b'{') => {
                self.mode = Mode::Head;
                self.around = self.depth;
                self.open(byte);
            }
            (Mode::Between, b'[') => {
                self.depth = 1;
                self.list = 1;
                self.mode = Mode::List;
            }
            (Mode::Between, _) => {
                self.mode = Mode::Text;
                self.ready.push_back(byte);
            }
            (Mode::List, b']') => self.leave_list(),
            (Mode::List, b' ' | b'\t' | b',') => {}
            (Mode::List, b'{') => {
                self.mode = Mode::Event;
                self.around = self.depth;
                self.open(byte);
            }
            (Mode::List, b'"') => {
                self.mode = Mode::Item;
                self.ready.extend(b"{\"message\":\"");
                self.in_string = true;
            }
            (Mode::List, b'[') => self.depth += 1,
            (Mode::List, _) => {}
            (_, b'"') => {
                self.name.clear();
                self.is_named = true;
                self.put(byte);
                self.in_string = true;
            }
            (_, b':' | b' ' | b'\t') => self.put(byte),
            (Mode::Head, b'[') if self.is_list() => {
                self.head.clear();
                self.depth += 1;
                self.list = self.depth;
                self.mode = Mode::List;
            }
            (_, b'{' | b'[') => self.open(byte),
            (_, b'}' | b']') => self.close(byte),
            _ => {
                self.is_named = false;
                self.put(byte);
            }
        }
    }

    /// Whether a list begins that holds events: right below the envelope, or in `hits` of `hits`.
    fn is_list(&self) -> bool {
        self.is_named && LISTS.contains(&&self.name[..]) && self.depth <= 2
    }

    fn open(&mut self, byte: u8) {
        self.depth += 1;
        self.is_named = false;
        self.put(byte);
    }

    fn close(&mut self, byte: u8) {
        self.put(byte);
        self.depth = self.depth.saturating_sub(1);
        self.is_named = false;
        match self.mode {
            Mode::Head | Mode::Event if self.depth == self.around => {
                self.ready.extend(self.head.drain(..));
                self.ready.push_back(b'\n');
                self.mode = if self.list > 0 { Mode::List } else { Mode::Between };
            }
            Mode::Tail if self.depth == 0 => self.mode = Mode::Between,
            _ => {}
        }
    }

    fn leave_list(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        if self.depth < self.list {
            self.list = 0;
            self.mode = if self.depth == 0 { Mode::Between } else { Mode::Tail };
        }
    }

    fn put(&mut self, byte: u8) {
        match self.mode {
            Mode::Head => {
                self.head.push(byte);
                if self.head.len() > LONGEST_HEAD {
                    self.ready.extend(self.head.drain(..));
                    self.mode = Mode::Event;
                }
            }
            Mode::Event | Mode::Item | Mode::Text => self.ready.push_back(byte),
            Mode::Between | Mode::List | Mode::Tail => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        let read = |size: usize, room: usize| {
            let (mut relined, mut out, mut input) = (Relined::new(), Vec::new(), Vec::new());
            let mut pieces: Vec<&[u8]> = text.as_bytes().chunks(size).collect();
            pieces.push(b"");
            for (at, piece) in pieces.iter().enumerate() {
                input.extend_from_slice(piece);
                if at + 1 == pieces.len() {
                    relined.finish();
                }
                loop {
                    let mut output = vec![0; room];
                    let Step { consumed, written } = relined.step(&input, &mut output);
                    input.drain(..consumed);
                    out.extend_from_slice(&output[..written]);
                    if consumed + written == 0 {
                        break;
                    }
                }
            }
            String::from_utf8(out).expect("text").lines().map(str::to_owned).collect::<Vec<_>>()
        };
        let whole = read(10_000, 10_000);
        for (size, room) in [(1, 1), (7, 3), (10_000, 1)] {
            assert_eq!(read(size, room), whole, "{size} {room}");
        }
        whole
    }

    #[test]
    fn events_of_envelopes_and_values_in_any_layout() {
        for (text, expected) in [
            ("{\n  \"a\": 1,\n  \"b\": [1, {}]\n}\n{\n\"c\":2}", &[r#"{  "a": 1,  "b": [1, {}]}"#, r#"{"c":2}"#][..]),
            (r#"[{"a":1},{"a":"]},{"}]"#, &[r#"{"a":1}"#, r#"{"a":"]},{"}"#]),
            (
                r#"{"messageType":"DATA_MESSAGE","x":["y"],"logEvents":[{"id":"1","message":"a\"b"},{"id":"2"}],"z":{"events":[{}]}}{"messageType":"M","logEvents":[{"id":"3"}]}"#,
                &[r#"{"id":"1","message":"a\"b"}"#, r#"{"id":"2"}"#, r#"{"id":"3"}"#],
            ),
            (
                r#"{"took":1,"hits":{"total":2,"hits":[{"_source":{"message":"x"}}]}}"#,
                &[r#"{"_source":{"message":"x"}}"#],
            ),
            ("{\n\"events\": []\n}\n", &[]),
            ("{\"a\":1}\nhttps 2026 x\n{\"b\":2}", &[r#"{"a":1}"#, "https 2026 x", r#"{"b":2}"#]),
            ("[\n1, \"a,{\", [{}], {\"b\":2}]", &[r#"{"message":"a,{"}"#, "{}", r#"{"b":2}"#]),
            ("[\n \"a \\\"b\\\"\",\n \"c\"\n]", &[r#"{"message":"a \"b\""}"#, r#"{"message":"c"}"#]),
            ("{\"records\":[{\"data\":\"eA==\"}],\"t\":1}", &[r#"{"data":"eA=="}"#]),
            ("{\"a\": [1,", &["{\"a\": [1,"]),
            ("{\"value\":\"events\",\"b\":[{\"c\":1}]}", &[r#"{"value":"events","b":[{"c":1}]}"#]),
        ] {
            assert_eq!(lines(text), expected, "{text}");
        }
        assert_eq!(lines("}]}{}"), ["}]}{}"]);
    }

    #[test]
    fn an_object_without_an_end_is_not_kept() {
        let mut relined = Relined::new();
        let mut output = vec![0; 1 << 20];
        relined.step(b"{\"a\":\"", &mut output);
        for _ in 0..100 {
            relined.step(&[b'x'; 10_000], &mut output);
            assert!(relined.head.capacity() + relined.ready.capacity() < 400_000);
        }
    }
}
