//! The GET in its four forms, blocking and async, in Rust and in Python: all return the same body, and say the same of a wrong
//! answer.
#![expect(
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "what fails here fails the test, and what is skipped is told"
)]

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use bakeoff::internals::engine::io::Runtime;
use bakeoff::internals::model::cpython::{InterpreterChoice, find};
use bakeoff::internals::workload::fixture::{clients::Clients, server::Server};

/// A server, and how many GETs it is asked for, one after the other.
type Asked = (u16, usize);

/// What came of each GET: `ok` and the body, or `no` and the reason.
type Form = Box<dyn Fn(&[Asked]) -> Vec<String> + Send>;

/// Asks as the worker of an interpreter does; its arguments are the folder of the worker's package, the form, and ports and numbers.
const PYTHON: &str = r#"
import asyncio, sys

sys.dont_write_bytecode = True
sys.path.append(sys.argv[1])
if sys.argv[2] == "async":
    from worker.http_async import get_async as get
else:
    from worker.http_job import get as blocking_get

    async def get(port, path):
        return blocking_get(port, path)


async def ask_all():
    for port, gets in zip(sys.argv[3::2], sys.argv[4::2]):
        for _ in range(int(gets)):
            try:
                print("ok", (await get(int(port), "/")).decode())
            except OSError as error:
                print("no", error)


asyncio.run(ask_all())
"#;

/// The forms, by their names.
fn forms() -> Vec<(String, Form)> {
    let mut forms: Vec<(String, Form)> =
        vec![("Rust, blocking".into(), Box::new(blocking)), ("Rust, async".into(), Box::new(in_tokio))];
    for interpreter in find(&InterpreterChoice::All).into_iter().filter(|it| it.facts.is_ok()) {
        for form in ["blocking", "async"] {
            let name = format!("Python {}, {form}", interpreter.tag);
            forms.push((name, Box::new(move |servers| in_python(&interpreter.path, form, servers))));
        }
    }
    if forms.len() == 2 {
        eprintln!("skipped: no python3 on this machine");
    }
    forms
}

fn outcome(body: anyhow::Result<Vec<u8>>) -> String {
    match body {
        Ok(body) => format!("ok {}", String::from_utf8(body).unwrap()),
        Err(why) => format!("no {why:#}"),
    }
}

fn blocking(servers: &[Asked]) -> Vec<String> {
    let (clients, mut outcomes) = (Clients::default(), vec![]);
    for &(port, gets) in servers {
        outcomes.extend((0..gets).map(|_| outcome(clients.get(port, "/"))));
    }
    outcomes
}

fn in_tokio(servers: &[Asked]) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (clients, mut outcomes) = (Clients::default(), vec![]);
    for &(port, gets) in servers {
        outcomes.extend(
            (0..gets).map(|_| outcome(runtime.block_on(clients.get_async(Runtime::Tokio, port, "/")))),
        );
    }
    outcomes
}

fn in_python(interpreter: &Path, form: &str, servers: &[Asked]) -> Vec<String> {
    let worker = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/model/cpython");
    let mut command = Command::new(interpreter);
    command.args(["-I", "-S", "-c", PYTHON]).arg(worker).arg(form);
    for (port, gets) in servers {
        command.args([port.to_string(), gets.to_string()]);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// The answers of a server to the requests of each connection, which it closes then.
type Script = Vec<Vec<String>>;

/// A server that follows a script, and returns how many of its answers were asked for.
fn scripted(script: Script) -> (u16, JoinHandle<usize>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = thread::spawn(move || {
        let mut answered = 0;
        for answers in script {
            let (stream, _) = listener.accept().unwrap();
            stream.set_nodelay(true).unwrap();
            for answer in answers {
                answered += usize::from(answer_next(&stream, answer.as_bytes()));
            }
        }
        answered
    });
    (port, server)
}

/// Waits for a request, and sends `answer` in three parts; false if no request comes.
fn answer_next(mut stream: &TcpStream, answer: &[u8]) -> bool {
    let mut request = BufReader::new(stream);
    let mut line = String::new();
    while line != "\r\n" {
        line.clear();
        if request.read_line(&mut line).unwrap() == 0 {
            return false;
        }
    }
    for part in answer.chunks(answer.len().div_ceil(3).max(1)) {
        // A client that has seen enough closes the connection.
        if stream.write_all(part).is_err() {
            break;
        }
        thread::sleep(Duration::from_millis(2));
    }
    true
}

fn page(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nDate: today\r\nContent-LENGTH:{}\r\n\r\n{body}", body.len())
}

/// What a server does with each connection, and what comes of the GETs.
struct Case {
    script: Script,
    outcomes: Vec<String>,
}

fn case(script: &[&[&str]], outcomes: &[&str]) -> Case {
    let mut connections = vec![];
    for answers in script {
        connections.push(answers.iter().map(ToString::to_string).collect());
    }
    Case { script: connections, outcomes: outcomes.iter().map(ToString::to_string).collect() }
}

/// One answer on one connection, and why it is refused.
fn wrong(answer: &str, why: &str) -> Case {
    case(&[&[answer]], &[&format!("no {why}")])
}

const UNANSWERED: &str = "no the server closed the connection without an answer";

fn cases() -> Vec<Case> {
    let body = "x".repeat(100_000);
    let [abc, xyz, long] = &["abc", "xyz", &body].map(page);
    vec![
        case(&[&[abc]], &["ok abc"]),
        case(&[&[&page("")]], &["ok "]),
        case(&[&[long]], &[&format!("ok {body}")]),
        // Kept, and opened anew once the server has closed it.
        case(&[&[abc, xyz]], &["ok abc", "ok xyz"]),
        case(&[&[abc], &[xyz, abc]], &["ok abc", "ok xyz", "ok abc"]),
        case(&[&[abc], &[]], &["ok abc", UNANSWERED]),
        case(&[&[]], &[UNANSWERED]),
        wrong(
            "HTTP/1.1 404 Not Found\r\ncontent-length: 3\r\n\r\nabc",
            "the server answered HTTP/1.1 404 Not Found",
        ),
        wrong(
            "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc",
            "the server closed the connection after 41 bytes of its answer",
        ),
        wrong("HTTP/1.1 200 OK\r\ncontent", "the server closed the connection after 24 bytes of its answer"),
        wrong(
            "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nabc",
            "the server sent more than the length of its answer",
        ),
        wrong("HTTP/1.1 200 OK\r\n\r\nabc", "the answer of the server has no length"),
        wrong("HTTP/1.1 200 OK\r\ncontent-length: -3\r\n\r\nabc", "the server's answer has the length -3"),
        wrong(
            "HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999\r\n\r\n",
            "the server's answer has the length 99999999999999999999",
        ),
        wrong("HTTP/1.0 200 OK\r\ncontent-length: 3\r\n\r\nabc", "the answer of the server is not HTTP/1.1"),
        wrong("\u{0}\u{fffd}\u{1}", "the answer of the server is not HTTP/1.1"),
        wrong(
            &format!("HTTP/1.1 200 OK\r\n{}", "a: b\r\n".repeat(4_000)),
            "the head of the server's answer is over 8192 bytes long",
        ),
    ]
}

#[test]
fn all_forms_agree_on_right_and_wrong_answers() {
    for (name, form) in forms() {
        let (mut servers, mut asked, mut expected) = (vec![], vec![], vec![]);
        for Case { script, outcomes } in cases() {
            let answers: usize = script.iter().map(Vec::len).sum();
            let (port, server) = scripted(script);
            servers.push((server, answers));
            asked.push((port, outcomes.len()));
            expected.extend(outcomes);
        }
        let outcomes = form(&asked);
        assert_eq!(outcomes.len(), expected.len(), "{name}: {outcomes:?}");
        for (outcome, expected) in outcomes.iter().zip(&expected) {
            // Rust's names the address before the reason.
            let reason = expected.strip_prefix("no ").unwrap_or(expected);
            assert!(outcome[..3] == expected[..3] && outcome.ends_with(reason), "{name}: {outcome:.200}");
        }
        for (server, answers) in servers {
            assert_eq!(server.join().unwrap(), answers, "{name}: every connection of a script is used");
        }
    }
}

#[test]
fn silent_server_is_asked_only_once() {
    // The system accepts connections to it; nobody answers.
    let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let asked = [(server.local_addr().unwrap().port(), 2)];
    let forms = forms();
    let clients = forms.len();
    thread::scope(|scope| {
        for (name, form) in forms {
            scope.spawn(move || {
                let outcomes = form(&asked);
                let all = outcomes.iter().all(|it| it.ends_with("the server gave no answer for 5 s"));
                assert!(all && outcomes.len() == 2, "{name}: {outcomes:?}");
            });
        }
    });
    server.set_nonblocking(true).unwrap();
    assert_eq!(std::iter::from_fn(|| server.accept().ok()).count(), clients);
}

#[test]
fn server_refuses_unknown_pages() {
    let server = Server::start(Path::new(env!("CARGO_BIN_EXE_bakeoff"))).unwrap();
    for (name, form) in forms() {
        let outcomes = form(&[(server.port(), 2)]);
        assert!(
            outcomes.iter().all(|it| it.ends_with("the server answered HTTP/1.1 404 Not Found")),
            "{name}: {outcomes:?}"
        );
    }
}
