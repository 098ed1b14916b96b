use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::ServiceExt;
use axum::extract::Request;
use events::Clock;
use ingest::sources::simulate::{Census, ConfigError};
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tower::Layer;
use tower_http::normalize_path::NormalizePathLayer;

use crate::google::{Identity, scope};
use crate::state::{Common, Shared, lock};
use crate::{Config, hub, router};

/// How long requests under way may take after the end was asked for.
const PATIENCE: Duration = Duration::from_secs(3);
/// How often subscribers are told of new videos.
const NEWS_EVERY: Duration = Duration::from_secs(1);

/// All that sources of an owner need.
const SCOPES: [&str; 4] = [
    scope::YOUTUBE,
    scope::ANALYTICS,
    scope::MONETARY,
    scope::ADSENSE_READONLY,
];

/// A running emulator. It ends with [`Emulator::stop`], or when it is dropped.
pub struct Emulator {
    url: String,
    state: Shared,
    stop: CancellationToken,
    serving: JoinHandle<std::io::Result<()>>,
}

/// What there is to ask for.
#[derive(Debug, Clone)]
pub struct Sights {
    /// Ids, in the order of their numbers.
    pub channels: Vec<String>,
    /// The number of the first channel that earns money; 0 where none does.
    pub earning: u32,
    pub regions: Vec<String>,
    pub keywords: Vec<String>,
    /// Subreddits bear their names.
    pub niches: Vec<String>,
}

#[derive(Debug, Error)]
pub enum EmulatorError {
    #[error("an emulator listens on the loopback only, not on {0}: it takes any key and any password")]
    NotLoopback(SocketAddr),
    #[error("a share of faults is between 0 and 1, not {0}")]
    FaultRate(f64),
    #[error("can't listen on {address}: {cause}")]
    Listen { address: SocketAddr, cause: std::io::Error },
    #[error(transparent)]
    World(#[from] ConfigError),
    #[error("can't make a client for webhooks: {0}")]
    Client(#[from] reqwest::Error),
}

impl std::fmt::Debug for Emulator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Emulator")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

impl Emulator {
    /// Makes the world up to now and serves it. Needs a tokio runtime.
    ///
    /// # Errors
    /// The configuration can't be served, or the address is taken.
    pub async fn start(config: Config, clock: Arc<dyn Clock>) -> Result<Self, EmulatorError> {
        let address = config.address;
        if !address.ip().is_loopback() {
            return Err(EmulatorError::NotLoopback(address));
        }
        if !(0.0..=1.0).contains(&config.fault_rate) {
            return Err(EmulatorError::FaultRate(config.fault_rate));
        }
        let listen = |cause| EmulatorError::Listen { address, cause };
        let listener = TcpListener::bind(address).await.map_err(listen)?;
        let url = format!("http://{}", listener.local_addr().map_err(listen)?);
        let census = Census::new(config.seed, config.world.clone(), clock.now())?;
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(Duration::from_secs(10))
            .build()?;
        let state = Arc::new(Common::new(config, clock, census, client));
        state.listens_at(url.clone());
        let stop = CancellationToken::new();
        tokio::spawn(hub::tell_news(Arc::clone(&state), NEWS_EVERY, stop.clone()));
        let service = NormalizePathLayer::trim_trailing_slash().layer(router::router(Arc::clone(&state)));
        let make = ServiceExt::<Request>::into_make_service(service);
        let stopped = stop.clone();
        let served = axum::serve(listener, make).with_graceful_shutdown(async move { stopped.cancelled().await });
        let serving = tokio::spawn(served.into_future());
        Ok(Self {
            url,
            state,
            stop,
            serving,
        })
    }

    /// Its address, such as `http://127.0.0.1:41234`: what clients take as the vendors' base URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What there is to ask for.
    pub fn world(&self) -> Sights {
        let moment = self.state.moment();
        let census = &moment.census;
        Sights {
            channels: (0..census.channel_count())
                .map(|number| census.channel(number).id.to_string())
                .collect(),
            earning: (0..census.channel_count())
                .find(|number| census.channel(*number).monetised)
                .unwrap_or_default(),
            niches: census.niches().map(|(niche, _)| niche.to_owned()).collect(),
            regions: census
                .config()
                .regions
                .iter()
                .map(|region| region.as_str().to_owned())
                .collect(),
            keywords: (0..census.keyword_count())
                .map(|number| census.keyword(number).to_owned())
                .collect(),
        }
    }

    /// A refresh token of a channel's owner, as if they had consented to everything for this client.
    pub fn refresh_token(&self, channel: u32, client_id: &str) -> String {
        let identity = Identity {
            channel,
            client_id: client_id.to_owned(),
            scopes: SCOPES.join(" "),
        };
        lock(&self.state.accounts).grant(identity, self.state.now()).refresh
    }

    /// The AdSense account of a channel's owner, such as `pub-4000000000000000`.
    pub fn adsense_account(&self, channel: u32) -> String {
        ingest::sources::simulate::publisher(channel)
    }

    /// Ends it; requests under way get some seconds to end.
    ///
    /// # Errors
    /// The server broke before.
    pub async fn stop(mut self) -> std::io::Result<()> {
        self.stop.cancel();
        match tokio::time::timeout(PATIENCE, &mut self.serving).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(panic)) => Err(std::io::Error::other(panic)),
            Err(_) => {
                self.serving.abort();
                Ok(())
            }
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.stop.cancel();
        self.serving.abort();
    }
}
