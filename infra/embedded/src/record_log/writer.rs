//! The one thread that changes `records.db`.
//!
//! It takes every append that waits (up to a bound), runs them in one transaction, and answers after the commit. An
//! append that is refused changes nothing; an error of SQLite (a full disk) takes the whole transaction back, and
//! everybody in it is told.

use libsql::Connection;
use tansu_sans_io::record::deflated::Batch;
use tokio::sync::{mpsc, oneshot, watch};

use super::append::{AppendError, Appender};
use super::{Partition, RecordLogError, compaction, integer, retention};

/// Appends that share a commit at most; more would make the first of them wait too long.
const SHARED_COMMIT: usize = 64;

pub(super) type Answer<T> = oneshot::Sender<Result<T, RecordLogError>>;
/// Who asked for the end, and how it went.
type Closed = (Answer<()>, Result<(), RecordLogError>);
type Answered = (oneshot::Sender<Result<i64, AppendError>>, Result<i64, AppendError>);

pub(super) enum Command {
    Append {
        partition: Partition,
        batch: Batch,
        answer: oneshot::Sender<Result<i64, AppendError>>,
    },
    NewProducerId(Answer<i64>),
    DeleteBefore {
        partition: Partition,
        offset: i64,
        answer: Answer<i64>,
    },
    DeleteTopic {
        topic: String,
        answer: Answer<()>,
    },
    Expire {
        topic: String,
        timestamp_ms: i64,
        answer: Answer<u64>,
    },
    Compact {
        topic: String,
        timestamp_ms: i64,
        answer: Answer<u64>,
    },
    Tidy {
        timestamp_ms: i64,
        answer: Answer<()>,
    },
    Close(Answer<()>),
}

#[derive(Debug, Clone)]
pub(super) struct Writer {
    commands: mpsc::Sender<Command>,
}

impl Writer {
    pub(super) fn start(connection: Connection, announce: watch::Sender<u64>) -> std::io::Result<Self> {
        let (commands, waiting) = mpsc::channel(SHARED_COMMIT);
        std::thread::Builder::new().name("record-log".into()).spawn(move || {
            match futures::executor::block_on(run(connection, waiting, announce)) {
                // the file is closed by now, so that whoever waits may open it again
                Ok(Some((answer, outcome))) => drop(answer.send(outcome)),
                Ok(None) => {}
                Err(error) => tracing::error!(%error, "the record log's writer ended"),
            }
        })?;
        Ok(Self { commands })
    }

    pub(super) fn has_ended(&self) -> bool {
        self.commands.is_closed()
    }

    pub(super) async fn send(&self, command: Command) -> Result<(), RecordLogError> {
        self.commands
            .send(command)
            .await
            .map_err(|_| RecordLogError::WriterEnded)
    }

    pub(super) async fn ask<T>(&self, command: impl FnOnce(Answer<T>) -> Command) -> Result<T, RecordLogError> {
        let (answer, answered) = oneshot::channel();
        self.send(command(answer)).await?;
        answered.await.map_err(|_| RecordLogError::WriterEnded)?
    }
}

async fn run(
    connection: Connection,
    mut waiting: mpsc::Receiver<Command>,
    announce: watch::Sender<u64>,
) -> Result<Option<Closed>, libsql::Error> {
    let appender = Appender::prepare(&connection).await?;
    let mut next = None;
    loop {
        let command = match next.take() {
            Some(command) => command,
            None => match waiting.recv().await {
                Some(command) => command,
                None => return Ok(None),
            },
        };
        match command {
            Command::Append { .. } => {
                next = append_all(&connection, &appender, command, &mut waiting).await;
                announce.send_modify(|count| *count += 1);
            }
            Command::Close(answer) => {
                drop(appender);
                return Ok(Some((answer, checkpoint(&connection).await)));
            }
            other => change(&connection, other).await,
        }
    }
}

/// Appends the first command and every append that already waits; returns the command that stopped it, if any.
async fn append_all(
    connection: &Connection,
    appender: &Appender,
    first: Command,
    waiting: &mut mpsc::Receiver<Command>,
) -> Option<Command> {
    let mut failure = connection
        .execute("begin immediate", ())
        .await
        .err()
        .map(|error| error.to_string());
    let mut answers: Vec<Answered> = Vec::new();
    let mut next = Some(first);
    while let Some(Command::Append {
        partition,
        batch,
        answer,
    }) = next.take_if(|c| matches!(c, Command::Append { .. }))
    {
        let outcome = match &failure {
            None => appender.append(&partition, batch).await,
            Some(reason) => Err(failed(reason)),
        };
        if let Err(AppendError::Storage(error)) = &outcome {
            failure.get_or_insert(error.to_string());
        }
        answers.push((answer, outcome));
        if answers.len() < SHARED_COMMIT && failure.is_none() {
            next = waiting.try_recv().ok();
        }
    }
    finish(connection, failure, answers).await;
    next
}

async fn finish(connection: &Connection, mut failure: Option<String>, answers: Vec<Answered>) {
    if failure.is_none() {
        failure = connection
            .execute("commit", ())
            .await
            .err()
            .map(|error| error.to_string());
    }
    if failure.is_some() && !connection.is_autocommit() {
        let _ = connection.execute("rollback", ()).await;
    }
    for (answer, outcome) in answers {
        let outcome = match (&failure, outcome) {
            (Some(reason), Ok(_)) => Err(failed(reason)),
            (_, outcome) => outcome,
        };
        let _ = answer.send(outcome);
    }
}

fn failed(reason: &str) -> AppendError {
    let reason = reason.to_owned();
    RecordLogError::Transaction { reason }.into()
}

async fn change(connection: &Connection, command: Command) {
    match command {
        Command::NewProducerId(answer) => {
            let _ = answer.send(new_producer_id(connection).await);
        }
        Command::DeleteBefore {
            partition,
            offset,
            answer,
        } => {
            let _ = answer.send(retention::delete_before(connection, &partition, offset).await);
        }
        Command::DeleteTopic { topic, answer } => {
            let _ = answer.send(retention::delete_topic(connection, &topic).await);
        }
        Command::Expire {
            topic,
            timestamp_ms,
            answer,
        } => {
            let _ = answer.send(retention::expire(connection, &topic, timestamp_ms).await);
        }
        Command::Compact {
            topic,
            timestamp_ms,
            answer,
        } => {
            let _ = answer.send(compaction::compact(connection, &topic, timestamp_ms).await);
        }
        Command::Tidy { timestamp_ms, answer } => {
            let _ = answer.send(retention::tidy(connection, timestamp_ms).await);
        }
        Command::Append { .. } | Command::Close(_) => {}
    }
}

async fn new_producer_id(connection: &Connection) -> Result<i64, RecordLogError> {
    let sql = "insert into counter (name, value) values ('producer_id', 1) \
               on conflict (name) do update set value = value + 1 returning value";
    integer(connection, sql)
        .await?
        .ok_or_else(|| RecordLogError::Batch("the counter of producer ids answered nothing".into()))
}

async fn checkpoint(connection: &Connection) -> Result<(), RecordLogError> {
    integer(connection, "pragma wal_checkpoint(truncate)").await?;
    Ok(())
}
