//! The adapter of taskstats.rs for Protocol/conformance.
#[path = "taskstats.rs"]
#[allow(dead_code)]
mod taskstats;

use std::fmt::Write as _;
use std::io::{BufRead, Write as _};
use std::os::unix::io::AsRawFd;
use std::time::Duration;
use taskstats::{Client, Code, Content, End, Error, Event, Json, Options, Since, Subscription, Target, Value};

/// An event of the kit: an object on one line.
struct Shown(String);

impl Shown {
    fn new(event: &str) -> Shown {
        Shown(format!("{{\"event\":\"{event}\""))
    }

    fn key(mut self, key: &str, value: Option<impl Fn(&mut String)>) -> Shown {
        if let Some(push) = value {
            write!(self.0, ",\"{key}\":").unwrap();
            push(&mut self.0);
        }
        self
    }

    fn number(self, key: &str, number: Option<impl std::fmt::Display>) -> Shown {
        self.key(key, number.map(|number| move |json: &mut String| write!(json, "{number}").unwrap()))
    }

    fn text(self, key: &str, text: Option<&str>) -> Shown {
        self.key(key, text.map(|text| move |json: &mut String| push_text(json, text)))
    }

    fn value(self, key: &str, value: Option<Value>) -> Shown {
        self.key(key, value.map(|value| move |json: &mut String| push_value(json, value)))
    }

    fn print(self) {
        println!("{}}}", self.0);
        std::io::stdout().flush().unwrap();
    }
}

fn push_text(json: &mut String, text: &str) {
    json.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => json.extend(['\\', character]),
            '\0'..='\x1F' | '\x7F' => write!(json, "\\u{:04x}", character as u32).unwrap(),
            _ => json.push(character),
        }
    }
    json.push('"');
}

fn push_value(json: &mut String, value: Value) {
    match value.content() {
        Content::Null => json.push_str("null"),
        Content::Bool(is_true) => write!(json, "{is_true}").unwrap(),
        Content::Unsigned(number) => write!(json, "{number}").unwrap(),
        Content::Negative(number) => write!(json, "{number}").unwrap(),
        Content::Number(number) => write!(json, "{number:e}").unwrap(),
        Content::Text(text) => push_text(json, text),
        Content::List => {
            json.push('[');
            for (position, item) in value.items().enumerate() {
                json.push_str(if position > 0 { "," } else { "" });
                push_value(json, item);
            }
            json.push(']');
        }
        Content::Object => {
            json.push('{');
            for (position, (key, item)) in value.entries().enumerate() {
                json.push_str(if position > 0 { "," } else { "" });
                push_text(json, key);
                json.push(':');
                push_value(json, item);
            }
            json.push('}');
        }
    }
}

fn show(event: Event) {
    match event {
        Event::Exit(exit) => {
            let end = exit.end.map(|end| {
                move |json: &mut String| match end {
                    End::Code(code) => write!(json, "{{\"code\":{code}}}").unwrap(),
                    End::Signal { number, name, core } => {
                        write!(json, "{{\"signal\":{number},\"name\":\"{name}\",\"core\":{core}}}").unwrap()
                    }
                }
            });
            Shown::new("exit")
                .number("cpu", Some(exit.cpu))
                .number("seq", Some(exit.seq))
                .number("index", exit.index)
                .number("time", Some(exit.time))
                .number("pid", Some(exit.pid))
                .number("tgid", exit.tgid)
                .number("last", exit.last)
                .key("exit", end)
                .value("stats", Some(exit.stats))
                .value("tgid_stats", exit.tgid_stats)
                .value("redacted", exit.redacted)
                .value("uncounted", exit.uncounted)
                .value("implausible", exit.implausible)
                .value("origin", exit.origin)
                .print();
        }
        Event::Start(start) => Shown::new("start")
            .number("cpu", Some(start.cpu))
            .number("seq", Some(start.seq))
            .number("time", Some(start.time))
            .number("pid", Some(start.pid))
            .number("tgid", Some(start.tgid))
            .number("ppid", start.ppid)
            .number("uid", start.uid)
            .number("gid", start.gid)
            .text("comm", start.comm)
            .value("origin", start.origin)
            .print(),
        Event::Lost(lost) => Shown::new("lost")
            .text("where", Some(lost.place))
            .number("cpu", lost.cpu)
            .number("count", lost.count)
            .number("index", lost.index)
            .print(),
        Event::Live { index } => Shown::new("live").number("index", Some(index)).print(),
        Event::Unsubscribed => {}
    }
}

fn show_error(error: &Error) {
    if !error.code.is_end() {
        // The kinds have the names of the protocol.
        Shown::new("error").text("kind", Some(&format!("{:?}", error.code))).print();
    } else {
        let reason = Some(error.message.as_str()).filter(|_| error.code != Code::Disconnected);
        Shown::new("closed").text("reason", reason).print();
    }
}

fn get(params: Value, fields: &[&str]) -> Result<(), Error> {
    let target = match (params.u64("pid"), params.u64("tgid"), params.text("cgroup")) {
        (Some(pid), None, None) => Target::Task(pid as u32),
        (None, Some(tgid), None) => Target::Process(tgid as u32),
        (None, None, Some(path)) => Target::Cgroup(path),
        _ => panic!("no target"),
    };
    let mut client = Client::connect(&Options::default())?;
    let result = client.get(target, fields, params.bool("origin") == Some(true))?;
    Shown::new("result")
        .value("stats", Some(result.stats))
        .value("uncounted", result.uncounted)
        .value("implausible", result.implausible)
        .value("origin", result.origin)
        .print();
    Ok(())
}

/// With `polls` it takes events as a program with an event loop does.
fn follow(params: Value, fields: &[&str], reconnects: bool, polls: bool) -> Result<(), Error> {
    let since = params.get("since").map(|since| match since.as_text() {
        Some(duration) => Since::Duration(duration),
        None => Since::Time(since.as_u64().unwrap()),
    });
    let mut client = Client::connect(&Options::default())?;
    client.subscribe(&Subscription {
        cpus: params.text("cpus"),
        scope: params.text("scope"),
        fields,
        overflow: params.text("overflow"),
        origin: params.bool("origin") == Some(true),
        starts: params.bool("starts") == Some(true),
        since,
        ..Default::default()
    })?;
    loop {
        let error = loop {
            let event = if polls { client.next_within(Duration::ZERO) } else { client.next().map(Some) };
            match event {
                Ok(Some(event)) => show(event),
                Ok(None) => wait_for(&client),
                Err(error) => break error,
            }
        };
        if !reconnects || !error.code.is_end() {
            return Err(error);
        }
        show_error(&error);
        reconnect(&mut client)?;
    }
}

/// Waits until there is something to read; without poll(2) in the standard library, its descriptor is only looked at.
fn wait_for(client: &Client) {
    assert!(client.as_raw_fd() >= 0);
    std::thread::sleep(Duration::from_millis(1));
}

fn reconnect(client: &mut Client) -> Result<(), Error> {
    loop {
        match client.reconnect() {
            Ok(reconnection) => {
                Shown::new("reconnected").number("new_instance", Some(reconnection.is_new_instance)).print();
                return Ok(());
            }
            Err(error) if error.code.is_temporary() => std::thread::sleep(Duration::from_millis(50)),
            Err(error) => return Err(error),
        }
    }
}

fn main() {
    let polls = std::env::args().any(|argument| argument == "--poll");
    println!("{{\"event\":\"ready\",\"can\":[\"get\",\"subscribe\",\"follow\",\"since\",\"exact\",\"frames\"]}}");
    std::io::stdout().flush().unwrap();
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        let (command, text) = line.split_once(' ').unwrap();
        let json = Json::parse(text).unwrap();
        let params = json.root();
        let fields: Vec<&str> =
            params.get("fields").map_or(Vec::new(), |list| list.items().filter_map(Value::as_text).collect());
        let result = match command {
            "get" => get(params, &fields),
            _ => follow(params, &fields, command == "follow", polls),
        };
        if let Err(error) = result {
            show_error(&error);
        }
    }
}
