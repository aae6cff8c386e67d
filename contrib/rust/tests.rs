//! The tests of taskstats.rs that no conversation of Protocol/conformance has: the scanner, values, limits and misuse.
//! contrib/check/clients runs them: rustc --edition 2021 --test taskstats.rs
use super::*;
use std::os::unix::net::UnixListener;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::JoinHandle;

fn is_json(bytes: &[u8]) -> bool {
    // What is behind the end must not matter.
    let mut buffer = bytes.to_vec();
    buffer.extend([b'"'; 16]);
    let mut json = Json::with_buffer(buffer, bytes.len());
    json.scan(0, bytes.len())
}

#[test]
fn accepts_json() {
    let right: [&[u8]; 20] = [
        b"{}",
        b"[]",
        b" { } ",
        b"\t[ ]\r",
        b"0",
        b"-0",
        b"1e9",
        b"-1.5E+07",
        b"0.0",
        b"true",
        b"false",
        b"null",
        b"\"\"",
        br#"{"a":[1,{"b":null}],"c":"\u00e9\ud83d\ude00\"\\\/\b\f\n\r\t"}"#,
        b"\"\xc3\xa9\xe2\x82\xac\"",
        b"\"\xf0\x9f\x98\x80\"",
        b"\"\x7f\"",
        b"[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]",
        br#""\u0000""#,
        b"18446744073709551616",
    ];
    for text in right {
        assert!(is_json(text), "{}", String::from_utf8_lossy(text));
    }
}

#[test]
fn refuses_anything_else() {
    let wrong: [&[u8]; 78] = [
        b"",
        b" ",
        b"{",
        b"}",
        b"[",
        b"]",
        b"[1,]",
        b"[,1]",
        br#"{"a":1,}"#,
        b"{,}",
        br#"{"a"}"#,
        br#"{"a":}"#,
        b"{a:1}",
        b"{1:1}",
        b"[1 2]",
        br#"{"a":1 "b":2}"#,
        b"{}{}",
        b"1 2",
        b"01",
        b"-",
        b"-01",
        b"+1",
        b".5",
        b"1.",
        b"1.e1",
        b"1e",
        b"1e+",
        b"0x1",
        b"1a",
        b"tru",
        b"truee",
        b"nul",
        b"NaN",
        b"Infinity",
        b"'a'",
        b"\"",
        b"\"a",
        br#""\""#,
        br#""\x""#,
        br#""\u12""#,
        br#""\u123g""#,
        br#""\u+123""#,
        br#""\ud800""#,
        br#""\ud800\u0041""#,
        br#""\ud800\ud800""#,
        br#""\udc00""#,
        br#""\udc00\udc00""#,
        br#""\ud800\""#,
        b"\"\t\"",
        b"\"\n\"",
        b"\"\x01\"",
        b"[1,\n2]",
        b"\"\x80\"",
        b"\"\xc3\"",
        b"\"\xc0\x80\"",
        b"\"\xe0\x80\x80\"",
        b"\"\xed\xa0\x80\"",
        b"\"\xf4\x90\x80\x80\"",
        b"\"\xf5\x80\x80\x80\"",
        b"\"\xe2\x82\"",
        b"\xef\xbb\xbf{}",
        b"[1}",
        br#"{"a":1]"#,
        b"//",
        b"[1]//",
        b"[\"a\"",
        br#"{"a":"b""#,
        b"\"abcdefgh",
        b"\"abcdefgh\\",
        b"\"abcdefghi\\u",
        b"[1]\0",
        b"\"a\0b\"",
        b"-a",
        b"[1e]",
        b"\"\xe2\"",
        b"\"\xf0\x9f\x98\"",
        b"{\"a\":1,\"b\"",
        b"[tru]",
    ];
    for text in wrong {
        assert!(!is_json(text), "{}", String::from_utf8_lossy(text));
    }
}

#[test]
fn depth_is_limited() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(Json::parse(&nested(DEEPEST)).is_some());
    assert!(Json::parse(&nested(DEEPEST + 1)).is_none());
}

#[test]
fn the_densest_line_needs_no_more_nodes() {
    for dense in ["0,", "[],", "{},", "\"\","] {
        let text = format!("[{}0]", dense.repeat(1000));
        let json = Json::parse(&text).unwrap();
        assert!(json.nodes.len() <= text.len() / 2 + 2);
    }
}

#[test]
fn values_are_exact() {
    let json = Json::parse(
        r#"{"least":-9223372036854775808,"below":-9223372036854775809,"most":18446744073709551615,
        "above":18446744073709551616,"big":9223372036854775808,"half":0.5,"huge":1e999,"exp":1e2,"zero":0,
        "text":"a\u0000\u00e9\ud83d\ude00\u001b","yes":true,"no":false,"none":null,"list":[1,"x",[2,[3]],{}],
        "object":{"a":{"b":[1]},"c":7},"last":"z"}"#
            .replace('\n', "")
            .as_str(),
    )
    .unwrap();
    let all = json.root();
    assert_eq!((all.u64("most"), all.i64("most")), (Some(u64::MAX), None));
    assert_eq!((all.i64("least"), all.u64("least")), (Some(i64::MIN), None));
    assert_eq!((all.u64("big"), all.i64("big")), (Some(1 << 63), None));
    assert_eq!((all.u64("zero"), all.i64("zero")), (Some(0), Some(0)));
    for key in ["above", "half", "exp", "text", "absent", "zer", "zeroo"] {
        assert_eq!((all.u64(key), all.i64(key)), (None, None));
    }
    let double = |key| all.get(key).unwrap().as_f64();
    assert_eq!([double("above"), double("below")], [Some(18446744073709551616.0), Some(-9223372036854775808.0)]);
    assert_eq!([double("half"), double("exp"), double("huge"), double("text")], [Some(0.5), Some(100.0), None, None]);
    assert_eq!((all.bool("yes"), all.bool("no"), all.bool("zero")), (Some(true), Some(false), None));
    assert_eq!(all.text("text"), Some("a\0é😀\x1b"));

    // In any order, and in an object within an object.
    assert_eq!((all.text("last"), all.i64("least"), all.u64("zero")), (Some("z"), Some(i64::MIN), Some(0)));
    let object = all.get("object").unwrap();
    assert_eq!((object.u64("c"), object.text("last")), (Some(7), None));
    assert!(object.get("a").unwrap().get("b").unwrap().get("x").is_none());
    let list = all.get("list").unwrap();
    assert_eq!(list.items().count(), 4);
    assert_eq!(object.items().count() + list.entries().count() + all.get("zero").unwrap().items().count(), 0);
    assert!(list.contains("x") && !list.contains("1"));
    for (key, value) in all.entries() {
        assert_eq!(all.get(key).unwrap().node, value.node);
    }
    assert_eq!(all.entries().count(), 16);
}

#[test]
fn durations() {
    for (text, ns) in
        [("0s", 0), ("10min", 600_000_000_000), ("2", 2_000_000_000), ("0.5", 500_000_000), ("7us", 7_000)]
    {
        assert_eq!(duration_ns(text), Some(ns));
    }
    assert_eq!((duration_ns("1.5h"), duration_ns("1.25ms")), (Some(5_400_000_000_000), Some(1_250_000)));
    let wrong =
        ["", "s", "-1s", "1.s", ".5s", "1w", "1 s", "1smin", "1.0000000001s", "1e3", "99999999999999999999", "1.2.3"];
    for text in wrong {
        assert_eq!(duration_ns(text), None, "{text}");
    }
}

// ---- Connections to a peer that plays a script ----

const YOU: &str = r#"{"uid":4294967294,"access":"own"}"#;
const EXIT: &str =
    "{\"method\":\"exit\",\"params\":{\"cpu\":0,\"seq\":1,\"index\":9,\"time\":2,\"pid\":3,\"stats\":{}}}\n";

fn hello_with(you: &str, features: &str) -> String {
    format!(
        "{{\"jsonrpc\":\"2.0\",\"method\":\"hello\",\"params\":{{\"protocol\":\"1.1\",\"server\":\"taskstatsd/9\",\
         \"instance\":\"0123456789abcdef\",\"kernel\":{{\"release\":\"6.18\",\"taskstats_version\":16}},\"you\":{you},\
         \"limits\":{{\"line_bytes\":65536}},\"features\":[{features}]}}}}\n"
    )
}

fn hello() -> String {
    hello_with(YOU, r#""since","origin","starts","later""#)
}

fn granted(id: u32) -> String {
    format!("{{\"id\":{id},\"result\":{{\"cpus\":\"0\",\"next_index\":5}}}}\n")
}

/// Plays each script to one connection: sends it, keeps what the client sends, and ends when the client does. After "#"
/// it sends nothing more at once, and after "!" it reads nothing either.
struct Peer {
    path: PathBuf,
    thread: JoinHandle<Vec<String>>,
}

impl Peer {
    fn new(scripts: &[String]) -> Peer {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("rust-client-test.{}.{number}", std::process::id()));
        let listener = UnixListener::bind(&path).unwrap();
        let scripts = scripts.to_vec();
        let thread = std::thread::spawn(move || {
            let play = |script: &String| {
                let mut stream = listener.accept().unwrap().0;
                stream.write_all(script.trim_end_matches(&['#', '!'][..]).as_bytes()).unwrap();
                if script.ends_with('#') {
                    stream.shutdown(std::net::Shutdown::Write).unwrap();
                }
                let mut received = String::new();
                if !script.ends_with('!') {
                    let _ = stream.read_to_string(&mut received);
                }
                received
            };
            scripts.iter().map(play).collect()
        });
        Peer { path, thread }
    }

    fn connect(&self, max_line: usize) -> Result<Client, Error> {
        let options = Options { path: Some(self.path.clone()), max_line, timeout: Duration::from_millis(200) };
        Client::connect(&options)
    }

    /// What the client has sent on each connection.
    fn received(self) -> Vec<String> {
        let received = self.thread.join().unwrap();
        std::fs::remove_file(self.path).unwrap();
        received
    }
}

/// The code with which a subscription ends that has this script.
fn end_of(script: &str, max_line: usize) -> Code {
    let peer = Peer::new(&[hello() + script + "#"]);
    let mut client = peer.connect(max_line).unwrap();
    let mut result = client.subscribe(&Subscription::default());
    while result.is_ok() {
        result = client.next().map(|_| ());
    }
    let code = result.unwrap_err().code;
    assert!(code.is_end() && client.as_raw_fd() == -1);
    assert_eq!(client.next().map(|_| ()).unwrap_err().code, Code::Disconnected);
    peer.received();
    code
}

fn end_after(method: &str, params: &str) -> Code {
    end_of(&format!("{}{{\"method\":\"{method}\",\"params\":{params}}}\n", granted(1)), 0)
}

#[test]
fn lines_that_end_the_connection() {
    for (script, code) in [
        (granted(1), Code::Disconnected),
        (granted(1) + EXIT + r#"{"method":"exit""#, Code::Disconnected),
        (granted(1) + EXIT + "{\"method\":\"exit\",}\n", Code::BadLine),
        (granted(1) + "[1]\n", Code::BadLine),
        (granted(1) + "\n", Code::BadLine),
        (granted(1) + "{\"method\":\"exit\"}\n", Code::BadLine),
        ("{\"id\":1}\n".to_owned(), Code::BadLine),
        ("{\"id\":null,\"result\":{}}\n".to_owned(), Code::BadLine),
    ] {
        assert_eq!(end_of(&script, 0), code, "{script}");
    }
    assert_eq!(end_after("closing", r#"{"reason":"enough"}"#), Code::Closed);
    assert_eq!(end_after("closing", "7"), Code::Closed);
    // Known keys have their types, and required ones are there.
    let known = r#"{"cpu":0,"seq":1,"time":2,"pid":3,"stats":{}}"#;
    assert_eq!(end_after("exit", known), Code::Disconnected);
    assert_eq!(end_after("exit", &known.replace("{}", r#"{},"exit":{"later":9}"#)), Code::Disconnected);
    for (right, wrong) in [
        (r#","stats":{}"#, ""),
        (r#""cpu":0,"#, ""),
        (r#":3"#, r#":"3""#),
        (":3", ":2147483648"),
        (":1", ":-1"),
        (":2", ":2.5"),
        ("{}", "7"),
        ("{}", r#"{},"exit":{"signal":9}"#),
        ("{}", r#"{},"last":1"#),
        (known, "[]"),
    ] {
        assert_eq!(end_after("exit", &known.replacen(right, wrong, 1)), Code::BadLine, "{wrong}");
    }
    assert_eq!(end_after("live", "{}"), Code::BadLine);
    assert_eq!(end_after("lost", r#"{"count":1}"#), Code::BadLine);
    assert_eq!(end_after("start", r#"{"cpu":0,"seq":1,"time":2,"pid":3}"#), Code::BadLine);
}

#[test]
fn the_longest_line_is_configurable() {
    let line = |bytes: usize| format!("{{\"method\":\"later\",\"x\":\"{}\"}}\n", "x".repeat(bytes - 26));
    assert_eq!(line(5000).len(), 5000);
    assert_eq!(end_of(&(granted(1) + &line(5000)), 5000), Code::Disconnected);
    assert_eq!(end_of(&(granted(1) + &line(5000)), 4999), Code::LineTooLong);
    // The rest of such a line is not waited for.
    assert_eq!(end_of(&(granted(1) + &line(5000)[..4990]), 4990), Code::LineTooLong);
    let options = Options { max_line: 4095, ..Default::default() };
    assert_eq!(Client::connect(&options).map(|_| ()).unwrap_err().code, Code::InvalidArgument);
}

#[test]
fn connections_that_fail() {
    let options = Options { path: Some("/nonexistent/socket".into()), ..Default::default() };
    let error = Client::connect(&options).map(|_| ()).unwrap_err();
    assert_eq!((error.code, error.io.unwrap().kind()), (Code::CannotConnect, ErrorKind::NotFound));
    let full = r#"{"reason":"full","limit":"connections","allowed":8,"used":9}"#;
    let refused = r#"{"access":"none","reason":"elsewhere"}"#;
    for (script, text, code) in [
        (String::new(), "in time", Code::TimedOut),
        ("#".to_owned(), "closed", Code::Disconnected),
        ("220 smtp\n#".to_owned(), "JSON", Code::BadLine),
        (EXIT.to_owned() + "#", "not the socket", Code::BadLine),
        (hello_with("{}", "") + "#", "first line", Code::BadLine),
        (hello_with(refused, "") + "#", "elsewhere", Code::NoAccess),
        (hello().replace("1.1", "2.0") + "#", "2.0", Code::UnknownProtocol),
        (format!("{{\"method\":\"closing\",\"params\":{full}}}\n#"), "full", Code::Closed),
    ] {
        let peer = Peer::new(&[script]);
        let error = peer.connect(0).map(|_| ()).unwrap_err();
        assert_eq!(error.code, code);
        assert!(error.message.contains(text), "{}", error.message);
        assert_eq!(error.details.limit.is_some(), text == "full");
        peer.received();
    }
}

#[test]
fn queries() {
    let peer = Peer::new(&[hello()
        + "{\"method\":\"later\"}\n{\"id\":7,\"result\":{}}\n"
        + "{\"id\":1,\"result\":{\"pid\":1,\"stats\":{\"nvcsw\":3},\"uncounted\":[\"stats\"]}}\n"
        + "{\"id\":2,\"error\":{\"code\":-32602,\"data\":{\"name\":\"InvalidParams\",\"member\":\"fields\"}}}\n"
        + "{\"id\":null,\"error\":{\"code\":-32600,\"data\":{\"name\":\"InvalidRequest\"}}}\n"
        + "{\"id\":4,\"error\":{\"code\":-1,\"data\":{\"name\":\"Later\",\"errno\":\"ESRCH\"}}}\n"
        + "{\"id\":5,\"result\":{\"up\":8}}\n"]);
    let mut client = peer.connect(0).unwrap();
    let result = client.get(Target::Task(1), &["nvcsw", "io"], true).unwrap();
    assert_eq!(result.stats.u64("nvcsw"), Some(3));
    assert!(result.uncounted.unwrap().contains("stats") && result.origin.is_none());
    let error = client.get(Target::Process(2), &[], false).map(|_| ()).unwrap_err();
    assert_eq!((error.code, error.details.member.as_deref()), (Code::InvalidParams, Some("fields")));
    assert_eq!(client.call("later", Some("{\"a\":[1]}")).map(|_| ()).unwrap_err().code, Code::InvalidRequest);
    let error = client.get(Target::Cgroup("/a\"\\\né"), &[], false).map(|_| ()).unwrap_err();
    assert_eq!(
        (error.code, error.details.name.as_deref(), error.details.errno.as_deref()),
        (Code::Refused, Some("Later"), Some("ESRCH"))
    );
    assert_eq!(client.call("status", None).unwrap().u64("up"), Some(8));
    // What is wrong is not sent.
    for params in ["[]", "{", "{}\n{}"] {
        assert_eq!(client.call("status", Some(params)).map(|_| ()).unwrap_err().code, Code::InvalidArgument);
    }
    let long = client.get(Target::Cgroup(&"x".repeat(8180)), &[], false).map(|_| ()).unwrap_err();
    assert_eq!(long.code, Code::InvalidArgument);
    assert_eq!(client.next().map(|_| ()).unwrap_err().code, Code::InvalidArgument);
    assert_eq!(client.unsubscribe().unwrap_err().code, Code::InvalidArgument);
    // Without an answer the query fails in time, and the connection continues.
    assert_eq!(client.call("status", None).map(|_| ()).unwrap_err().code, Code::TimedOut);
    assert!(client.as_raw_fd() >= 0);
    drop(client);
    let expected = [
        r#"1,"method":"get","params":{"pid":1,"fields":["nvcsw","io"],"origin":true}"#,
        r#"2,"method":"get","params":{"tgid":2}"#,
        r#"3,"method":"later","params":{"a":[1]}"#,
        r#"4,"method":"get","params":{"cgroup":"/a\"\\\u000aé"}"#,
        r#"5,"method":"status""#,
        r#"6,"method":"status""#,
    ];
    let lines: String = expected.iter().map(|rest| format!("{{\"jsonrpc\":\"2.0\",\"id\":{rest}}}\n")).collect();
    assert_eq!(peer.received(), [lines]);
}

#[test]
fn subscriptions() {
    let start =
        r#"{"cpu":1,"seq":2,"time":3,"pid":4,"tgid":4,"ppid":5,"uid":6,"gid":7,"comm":"git","origin":{"unit":"a"}}"#;
    let lost = r#"{"where":"moon","count":2}"#;
    let peer = Peer::new(&[hello()
        + &granted(1)
        + EXIT
        + &format!("{{\"method\":\"start\",\"params\":{start}}}\n{{\"method\":\"lost\",\"params\":{lost}}}\n")
        + &granted(9)
        + "{\"id\":2,\"result\":{}}\n"
        + &granted(3)]);
    let mut client = peer.connect(0).unwrap();
    let wanted = Subscription {
        cpus: Some("0-1"),
        scope: Some("process"),
        fields: &["ac_comm"],
        filter: Some(r#"{"uid":[0]}"#),
        overflow: Some("disconnect"),
        origin: true,
        starts: true,
        since: None,
    };
    assert!(client.position().is_none());
    client.subscribe(&wanted).unwrap();
    assert_eq!(client.position(), Some(&Position { instance: "0123456789abcdef".into(), index: 4 }));
    assert_eq!(client.subscribe(&wanted).unwrap_err().code, Code::InvalidArgument);
    assert_eq!(client.get(Target::Task(1), &[], false).map(|_| ()).unwrap_err().code, Code::InvalidArgument);
    match client.next_within(Duration::from_secs(1)).unwrap() {
        Some(Event::Exit(exit)) => assert_eq!((exit.pid, exit.tgid, exit.last, exit.end), (3, None, None, None)),
        _ => panic!(),
    }
    assert_eq!(client.position().unwrap().index, 9);
    match client.next().unwrap() {
        Event::Start(start) => {
            assert_eq!((start.cpu, start.ppid, start.uid, start.gid), (1, Some(5), Some(6), Some(7)));
            assert_eq!((start.comm, start.origin.unwrap().text("unit")), (Some("git"), Some("a")));
        }
        _ => panic!(),
    }
    assert!(matches!(client.next().unwrap(), Event::Lost(Lost { place: "moon", count: Some(2), .. })));
    client.unsubscribe().unwrap();
    assert_eq!(client.unsubscribe().unwrap_err().code, Code::InvalidArgument);
    assert!(matches!(client.next().unwrap(), Event::Unsubscribed));
    client.subscribe(&Subscription { filter: Some("{} "), ..Default::default() }).unwrap();
    // Without an event: at once, and after a time.
    assert!(client.next_within(Duration::ZERO).unwrap().is_none());
    let before = Instant::now();
    assert!(client.next_within(Duration::from_millis(30)).unwrap().is_none());
    assert!(before.elapsed() >= Duration::from_millis(30));
    drop(client);
    let all = r#""cpus":"0-1","scope":"process","fields":["ac_comm"],"filter":{"uid":[0]},"overflow":"disconnect","#;
    let flags = r#""origin":true,"starts":true"#;
    assert_eq!(
        peer.received(),
        [format!(
            "{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"subscribe\",\"params\":{{{all}{flags}}}}}\n\
             {{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"unsubscribe\"}}\n\
             {{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"subscribe\",\"params\":{{\"filter\":{{}} }}}}\n"
        )]
    );
}

#[test]
fn refused_subscriptions_are_not_sent() {
    let peer = Peer::new(&[hello_with(YOU, r#""get""#) + &granted(1)]);
    let mut client = peer.connect(0).unwrap();
    let position = Position::default();
    for since in [Since::Time(1), Since::Duration("1s"), Since::After(&position)] {
        let wanted = Subscription { since: Some(since), ..Default::default() };
        assert_eq!(client.subscribe(&wanted).unwrap_err().code, Code::Unavailable);
    }
    let wanted = Subscription { starts: true, ..Default::default() };
    assert_eq!(client.subscribe(&wanted).unwrap_err().code, Code::Unavailable);
    for filter in ["{", "[]", r#"{},"starts":true"#, "{\n}"] {
        let wanted = Subscription { filter: Some(filter), ..Default::default() };
        assert_eq!(client.subscribe(&wanted).unwrap_err().code, Code::InvalidArgument);
    }
    // A daemon without the feature is not asked for origins.
    client.subscribe(&Subscription { origin: true, ..Default::default() }).unwrap();
    drop(client);
    assert_eq!(peer.received(), ["{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"subscribe\",\"params\":{}}\n"]);
}

#[test]
fn a_stored_position_is_resumed_and_repeated() {
    let peer = Peer::new(&[hello() + &granted(1) + "#", hello() + &granted(2) + EXIT + "#"]);
    let mut client = peer.connect(0).unwrap();
    let position = Position { instance: "an \"instance\"".into(), index: u64::MAX };
    client.subscribe(&Subscription { since: Some(Since::After(&position)), ..Default::default() }).unwrap();
    assert_eq!(client.position(), Some(&position));
    assert_eq!(client.next().map(|_| ()).unwrap_err().code, Code::Disconnected);
    assert_eq!(client.reconnect().unwrap(), Reconnection { is_new_instance: false, is_resumed: true });
    assert!(matches!(client.next().unwrap(), Event::Exit(_)));
    assert_eq!(client.position(), Some(&Position { instance: "0123456789abcdef".into(), index: 9 }));
    drop(client);
    for received in peer.received() {
        assert!(received.contains(r#""since":{"instance":"an \"instance\"","index":18446744073709551615}"#));
    }
}

/// The reason was sent before the connection ended, so a request that cannot be sent still gets it.
#[test]
fn the_reason_precedes_a_failed_write() {
    let peer = Peer::new(&[hello() + "{\"method\":\"closing\",\"params\":{\"reason\":\"enough\"}}\n!"]);
    let mut client = peer.connect(0).unwrap();
    peer.received();
    let error = client.get(Target::Task(1), &[], false).map(|_| ()).unwrap_err();
    assert!(error.code == Code::Closed && error.message.contains("enough"));
}

/// A time in the past is not requested again after a connection on which records had no numbers.
#[test]
fn a_time_is_not_repeated_after_a_gap() {
    let old = hello_with(YOU, "") + "{\"id\":2,\"result\":{}}\n#";
    let peer = Peer::new(&[hello() + &granted(1) + "#", old, hello() + &granted(3)]);
    let mut client = peer.connect(0).unwrap();
    client.subscribe(&Subscription { since: Some(Since::Time(7)), ..Default::default() }).unwrap();
    for _ in 0..2 {
        assert_eq!(client.next().map(|_| ()).unwrap_err().code, Code::Disconnected);
        assert!(!client.reconnect().unwrap().is_resumed);
    }
    drop(client);
    let has_since: Vec<bool> = peer.received().iter().map(|sent| sent.contains("\"since\"")).collect();
    assert_eq!(has_since, [true, false, false]);
}

#[test]
fn a_refused_reconnection_can_be_repeated() {
    let refused =
        r#"{"id":2,"error":{"code":-32003,"data":{"name":"LimitExceeded","limit":"x","allowed":1,"used":1}}}"#;
    let peer = Peer::new(&[hello() + &granted(1) + "#", hello() + refused + "\n#", hello() + &granted(3) + EXIT]);
    let mut client = peer.connect(0).unwrap();
    client.subscribe(&Subscription { scope: Some("task"), ..Default::default() }).unwrap();
    assert_eq!(client.next().map(|_| ()).unwrap_err().code, Code::Disconnected);
    let error = client.reconnect().unwrap_err();
    assert!(error.code == Code::LimitExceeded && error.code.is_temporary() && error.details.limit.is_some());
    assert_eq!(client.as_raw_fd(), -1);
    client.reconnect().unwrap();
    assert!(matches!(client.next().unwrap(), Event::Exit(_)));
    drop(client);
    let last = r#""scope":"task","since":{"instance":"0123456789abcdef","index":4}"#;
    assert!(peer.received()[2].contains(last));
}
