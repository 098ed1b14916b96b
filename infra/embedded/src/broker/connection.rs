//! One client's connection: length-prefixed requests, answered in their order.

use std::io;

use bytes::{BufMut, Bytes, BytesMut};
use rama::{Context, Service as _};
use tansu_broker::Error;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

use super::routes::Parts;

/// A longer request ends its connection: it is not Kafka's protocol, or a batch nobody should send.
pub const MAX_REQUEST_BYTES: usize = 100 * 1024 * 1024;

pub(super) async fn serve(mut stream: TcpStream, parts: Parts, cancellation: CancellationToken) -> Result<(), Error> {
    stream.set_nodelay(true)?;
    let service = parts.service()?;
    loop {
        let size = tokio::select! {
            () = cancellation.cancelled() => return Ok(()),
            size = stream.read_u32() => match size {
                Ok(size) => size,
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
                Err(error) => return Err(error.into()),
            },
        };
        let request = read(&mut stream, size).await?;
        let response = service.serve(Context::default(), request).await?;
        stream.write_all(&response).await?;
    }
}

/// The request with its length in front, as Tansu decodes it.
async fn read(stream: &mut TcpStream, size: u32) -> Result<Bytes, io::Error> {
    let length = size as usize;
    if length > MAX_REQUEST_BYTES {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("a request of {length} bytes"),
        ));
    }
    let mut request = BytesMut::with_capacity(4 + length);
    request.put_u32(size);
    while request.len() < 4 + length {
        let missing = 4 + length - request.len();
        if stream.read_buf(&mut (&mut request).limit(missing)).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(request.freeze())
}
