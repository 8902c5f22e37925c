//! The loopback server: a process of its own, so that its work does not count as a model's.

use std::convert::Infallible;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use crate::digest::content;

/// The hidden subcommand that runs the server.
pub const SUBCOMMAND: &str = "serve";

/// Connections that may wait to be accepted: more than any model opens at once.
const BACKLOG: u32 = 1024;

/// The longest body that is served, in bytes.
const LONGEST: usize = 64 << 20;

/// A page of the server: its path says all there is to know about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// Decides the body's bytes.
    pub seed: u64,
    /// The pause before the answer, in microseconds.
    pub pause_us: u64,
    /// The body's length in bytes.
    pub len: usize,
}

impl Page {
    /// The path that asks for this page.
    pub fn path(&self) -> String {
        format!("/{}/{}/{}", self.seed, self.pause_us, self.len)
    }

    fn from_path(path: &str) -> Option<Self> {
        let mut parts = path.strip_prefix('/')?.split('/');
        let page = Page {
            seed: parts.next()?.parse().ok()?,
            pause_us: parts.next()?.parse().ok()?,
            len: parts.next()?.parse().ok()?,
        };
        (parts.next().is_none() && page.len <= LONGEST).then_some(page)
    }
}

/// The handle on a server process, which ends with it.
#[derive(Debug)]
pub struct Server {
    process: Child,
    port: u16,
    /// The server ends when this pipe closes: also when this process is killed.
    _lifeline: Option<ChildStdin>,
}

impl Server {
    /// Starts `exe` as a server and waits until it has told its port.
    ///
    /// # Errors
    /// Names the program, or what the server said instead of a port.
    pub fn start(exe: &Path) -> Result<Self> {
        let mut process = Command::new(exe)
            .arg(SUBCOMMAND)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start the http server {}", exe.display()))?;
        let lifeline = process.stdin.take();
        let mut line = String::new();
        let said = process.stdout.take().map(|out| BufReader::new(out.take(64)).read_line(&mut line));
        let mut server = Server { process, port: 0, _lifeline: lifeline };
        said.expect("stdout is piped").context("cannot read the http server's port")?;
        server.port = line
            .trim()
            .parse()
            .with_context(|| format!("the http server printed {line:?} and not its port"))?;
        Ok(server)
    }

    /// The port that the server listens on.
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Runs the server in this process until its standard input closes.
///
/// # Errors
/// Where no port can be bound.
pub fn serve() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // Detached on purpose: it ends the process, whatever the server is doing.
    std::thread::Builder::new().spawn(|| {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(0);
    })?;
    runtime.block_on(async {
        let listener = listen().context("cannot listen on a free port of 127.0.0.1")?;
        let mut stdout = std::io::stdout();
        writeln!(stdout, "{}", listener.local_addr()?.port())?;
        stdout.flush()?;
        accept_all(listener).await
    })
}

fn listen() -> std::io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
    socket.listen(BACKLOG)
}

async fn accept_all(listener: TcpListener) -> Result<()> {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(tokio::spawn(converse(stream))),
            // Out of descriptors for a moment: the clients wait in the backlog.
            Err(_) => tokio::time::sleep(Duration::from_millis(1)).await,
        }
    }
}

/// Answers one connection's requests until the client closes it.
async fn converse(stream: TcpStream) {
    // Without it the kernel may hold an answer's last segment back for 40 ms.
    let _ = stream.set_nodelay(true);
    let connection = hyper::server::conn::http1::Builder::new();
    // A client that went away is no matter of the server's.
    let _ = connection.serve_connection(TokioIo::new(stream), service_fn(answer)).await;
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let Some(page) = Page::from_path(request.uri().path()) else {
        let mut response = Response::new(Full::from("no such page\n"));
        *response.status_mut() = StatusCode::NOT_FOUND;
        return Ok(response);
    };
    tokio::time::sleep(Duration::from_micros(page.pause_us)).await;
    Ok(Response::new(Full::from(content(page.seed, page.len))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_found_by_its_own_path_and_by_no_other() {
        let page = Page { seed: 3, pause_us: 10_000, len: 5 };
        assert_eq!(Page::from_path(&page.path()), Some(page));
        for path in ["", "/", "/1", "/1/2", "/1/2/3/4", "/1/2/x", "/1/2/-3", "1/2/3", "/1/2/99999999999"] {
            assert_eq!(Page::from_path(path), None, "{path}");
        }
    }
}
