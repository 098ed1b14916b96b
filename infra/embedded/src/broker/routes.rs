//! Which part answers which request.
//!
//! What touches records is ours: Tansu's own services read the whole backlog for every fetch, sleep after data was
//! found, and end its storage for good when asked for an unknown partition. Transactions have no route, so clients
//! learn from the version negotiation that there are none.

use std::path::PathBuf;
use std::sync::Arc;

use rama::{Layer as _, Service};
use tansu_broker::Error;
use tansu_broker::coordinator::group::administrator::Controller;
use tansu_broker::service::{coordinator, storage as tansu};
use tansu_sans_io::{Body, Request};
use tansu_service::{BytesFrameLayer, BytesFrameService, FrameRequestLayer, FrameRouteBuilder, FrameRouteService};
use tansu_storage::StorageContainer;
use tokio_util::sync::CancellationToken;

use super::catalogue::Catalogue;
use super::deletion::{DeleteRecords, DeleteTopics};
use super::fetch::Fetch;
use super::groups::DescribeGroups;
use super::offsets::ListOffsets;
use super::produce::Produce;
use super::producer_ids::InitProducerId;
use super::{BrokerClock, BrokerError};
use crate::record_log::RecordLog;

pub(super) type Requests = BytesFrameService<FrameRouteService<(), Error>>;
type Routes = FrameRouteBuilder<(), Error>;

/// What a connection needs to answer requests.
#[derive(Clone)]
pub(super) struct Parts {
    storage: StorageContainer,
    groups: Controller<StorageContainer>,
    catalogue: Catalogue,
    log: RecordLog,
    /// Where Tansu keeps topics and groups.
    tansu_file: PathBuf,
    cancellation: CancellationToken,
    clock: BrokerClock,
}

impl Parts {
    pub(super) fn new(
        storage: StorageContainer,
        log: RecordLog,
        tansu_file: PathBuf,
        cancellation: CancellationToken,
        clock: BrokerClock,
    ) -> Result<Self, BrokerError> {
        let groups = Controller::with_storage(storage.clone()).map_err(|error| BrokerError::Broken {
            reason: error.to_string(),
        })?;
        Ok(Self {
            catalogue: Catalogue::new(storage.clone(), tansu_file.clone()),
            storage,
            groups,
            log,
            tansu_file,
            cancellation,
            clock,
        })
    }

    /// The service of one connection.
    pub(super) fn service(&self) -> Result<Requests, Error> {
        let routes = coordinator::services(self.tansu_routes()?, self.groups.clone())?;
        Ok(BytesFrameLayer::default().into_layer(self.record_routes(routes)?.build()?))
    }

    fn tansu_routes(&self) -> Result<Routes, Error> {
        [
            tansu::create_topics,
            tansu::delete_groups,
            tansu::describe_cluster,
            tansu::describe_configs,
            tansu::describe_topic_partitions,
            tansu::find_coordinator,
            tansu::incremental_alter_configs,
            tansu::list_groups,
            tansu::metadata,
        ]
        .iter()
        .try_fold(FrameRouteService::builder(), |routes, add| {
            add(routes, self.storage.clone())
        })
    }

    fn record_routes(&self, routes: Routes) -> Result<Routes, Error> {
        let (catalogue, log) = (self.catalogue.clone(), self.log.clone());
        let routes = with(
            routes,
            Produce {
                catalogue: catalogue.clone(),
                log: log.clone(),
                refusing: Arc::default(),
                clock: Arc::clone(&self.clock),
            },
        )?;
        let routes = with(
            routes,
            ListOffsets {
                catalogue: catalogue.clone(),
                log: log.clone(),
            },
        )?;
        let routes = with(routes, InitProducerId { log: log.clone() })?;
        let file = self.tansu_file.clone();
        let routes = with(routes, DescribeGroups { file })?;
        let routes = with(
            routes,
            DeleteRecords {
                catalogue: catalogue.clone(),
                log: log.clone(),
            },
        )?;
        let routes = with(
            routes,
            DeleteTopics {
                catalogue: catalogue.clone(),
                log: log.clone(),
            },
        )?;
        let cancellation = self.cancellation.clone();
        with(
            routes,
            Fetch {
                catalogue,
                log,
                cancellation,
            },
        )
    }
}

fn with<S, Q>(routes: Routes, service: S) -> Result<Routes, Error>
where
    Q: Request + TryFrom<Body, Error = tansu_sans_io::Error>,
    S: Service<(), Q, Response = Q::Response, Error = Error>,
{
    let service = FrameRequestLayer::<Q>::new().into_layer(service).boxed();
    Ok(routes.with_route(Q::KEY, service)?)
}
