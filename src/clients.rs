//! HTTP clients that outlive a job: made when first asked for, owned by the started model.

use std::fmt;
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;

/// Idle connections kept by either client: more than any model has in flight, so that both reuse them alike.
const IDLE_CONNECTIONS: usize = 1024;

/// How long either client waits for an answer before the job fails.
const TIMEOUT: Duration = Duration::from_secs(30);

type AsyncClient = Client<HttpConnector, Empty<Bytes>>;

/// A blocking and an async client; most models use one of them, most workloads none.
#[derive(Default)]
pub struct Clients {
    blocking: OnceLock<ureq::Agent>,
    r#async: OnceLock<AsyncClient>,
}

impl Clients {
    /// GETs `url` on the calling thread and reads the whole body.
    ///
    /// # Errors
    /// Names the address, and the status where it is not 200.
    pub fn get(&self, url: &str) -> Result<Vec<u8>> {
        let mut response =
            self.blocking.get_or_init(blocking).get(url).call().with_context(|| failed(url))?;
        ensure_ok(url, response.status())?;
        response.body_mut().read_to_vec().with_context(|| failed(url))
    }

    /// GETs `url` on the current tokio runtime and reads the whole body.
    ///
    /// # Errors
    /// As [`Clients::get`].
    pub async fn get_async(&self, url: &str) -> Result<Bytes> {
        let client = self.r#async.get_or_init(r#async);
        let exchange = async {
            let response = client.get(url.parse()?).await.with_context(|| failed(url))?;
            ensure_ok(url, response.status())?;
            Ok(response.into_body().collect().await.with_context(|| failed(url))?.to_bytes())
        };
        tokio::time::timeout(TIMEOUT, exchange).await.with_context(|| failed(url))?
    }
}

impl fmt::Debug for Clients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clients")
    }
}

fn blocking() -> ureq::Agent {
    ureq::Agent::config_builder()
        .max_idle_connections(IDLE_CONNECTIONS)
        .max_idle_connections_per_host(IDLE_CONNECTIONS)
        .timeout_global(Some(TIMEOUT))
        .proxy(None)
        .no_delay(true)
        .build()
        .into()
}

fn r#async() -> AsyncClient {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    Client::builder(TokioExecutor::new()).pool_max_idle_per_host(IDLE_CONNECTIONS).build(connector)
}

fn ensure_ok(url: &str, status: hyper::StatusCode) -> Result<()> {
    ensure!(status == hyper::StatusCode::OK, "GET {url} was answered with status {status}");
    Ok(())
}

fn failed(url: &str) -> String {
    format!("GET {url} failed")
}
