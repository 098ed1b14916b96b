//! DescribeGroups. Tansu 0.6 writes a group's state as JSON and reads it as a JSON text, so its own answer never comes;
//! here the state is read from its file as it is.

use std::path::PathBuf;
use std::time::Duration;

use libsql::{Connection, OpenFlags};
use rama::{Context, Service};
use tansu_broker::Error;
use tansu_sans_io::describe_groups_response::DescribedGroup;
use tansu_sans_io::{DescribeGroupsRequest, DescribeGroupsResponse, ErrorCode};
use tansu_storage::{GroupDetail, NamedGroupDetail};

/// Tansu writes while we read.
const PATIENCE: Duration = Duration::from_secs(10);

const DETAIL: &str = "select detail.detail from consumer_group \
    left join consumer_group_detail detail on detail.consumer_group = consumer_group.id where consumer_group.name = ?1";

#[derive(Clone)]
pub(super) struct DescribeGroups {
    /// Tansu's file.
    pub(super) file: PathBuf,
}

impl Service<(), DescribeGroupsRequest> for DescribeGroups {
    type Response = DescribeGroupsResponse;
    type Error = Error;

    async fn serve(&self, _: Context<()>, request: DescribeGroupsRequest) -> Result<DescribeGroupsResponse, Error> {
        let mut groups = Vec::new();
        let connection = self.connect().await;
        for name in request.groups.unwrap_or_default() {
            let described = match &connection {
                Ok(connection) => describe(connection, &name).await,
                Err(error) => Err(error.to_string()),
            };
            groups.push(described.unwrap_or_else(|reason| {
                tracing::error!(group = name, reason, "group could not be described");
                DescribedGroup::from(&NamedGroupDetail::error_code(name, ErrorCode::UnknownServerError))
            }));
        }
        Ok(DescribeGroupsResponse::default()
            .throttle_time_ms(Some(0))
            .groups(Some(groups)))
    }
}

impl DescribeGroups {
    async fn connect(&self) -> Result<Connection, libsql::Error> {
        let database = libsql::Builder::new_local(&self.file)
            .flags(OpenFlags::SQLITE_OPEN_READ_ONLY)
            .build()
            .await?;
        let connection = database.connect()?;
        connection.busy_timeout(PATIENCE)?;
        Ok(connection)
    }
}

async fn describe(connection: &Connection, name: &str) -> Result<DescribedGroup, String> {
    let failed = |error: libsql::Error| error.to_string();
    let mut rows = connection.query(DETAIL, [name]).await.map_err(failed)?;
    let Some(row) = rows.next().await.map_err(failed)? else {
        return Ok(DescribedGroup::from(&NamedGroupDetail::error_code(
            name.to_owned(),
            ErrorCode::GroupIdNotFound,
        )));
    };
    // who only commits offsets has no members
    let detail: GroupDetail = match row.get::<Option<String>>(0).map_err(failed)? {
        None => GroupDetail::default(),
        Some(text) => serde_json::from_str(&text).map_err(|error| error.to_string())?,
    };
    Ok(DescribedGroup::from(&NamedGroupDetail::found(name.to_owned(), detail)))
}
