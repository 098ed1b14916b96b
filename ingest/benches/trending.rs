//! How fast exports are read: rows per second from memory, plain and gzipped. `cargo bench -p ingest`.

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::{Cursor, Write as _};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use events::Region;
use flate2::Compression;
use flate2::write::GzEncoder;
use ingest::Source;
use ingest::sources::trending::{Options, Trending};

const ROWS: u32 = 20_000;

/// Rows of the usual size, about 1.5 kB, with a quoted description.
fn export() -> Vec<u8> {
    let description = "Watch until the end.\\n\\nFollow us: https://example.org/channel \"\"live\"\" ".repeat(18);
    let mut text = String::from(
        "video_id,trending_date,title,channel_title,category_id,publish_time,tags,views,likes,dislikes,comment_count,\
         thumbnail_link,comments_disabled,ratings_disabled,video_error_or_removed,description\n",
    );
    for row in 0..ROWS {
        let (day, rank) = (row / 200 % 28 + 1, row % 200);
        let written = writeln!(
            text,
            "video-{rank:05},17.{day:02}.11,\"A title, number {row}\",\"A channel\",24,2017-11-13T17:13:01.000Z,\
             one|\"\"two\"\"|\"\"three words\"\",{row}000,{row},17,3,https://i.ytimg.com/vi/default.jpg,False,False,False,\
             \"{description}\""
        );
        written.expect("a string can be written");
    }
    text.into_bytes()
}

fn read(bytes: &[u8]) -> u32 {
    let options = Options {
        region: Region::new("US").ok(),
        ..Options::default()
    };
    let mut source = Trending::from_reader("bench", Cursor::new(bytes.to_vec()), None, &options).expect("an export");
    let mut rows = 0;
    while let Some(next) = source.next() {
        let outgoing = next.expect("memory can be read");
        assert!(!outgoing.is_rejected(), "{:?}", outgoing.fault);
        black_box(outgoing);
        rows += 1;
    }
    rows
}

fn trending(criterion: &mut Criterion) {
    let plain = export();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&plain).expect("memory can be written");
    let zipped = encoder.finish().expect("memory can be written");
    assert_eq!(read(&plain), ROWS);

    let mut group = criterion.benchmark_group("trending");
    group.sample_size(20);
    group.throughput(Throughput::Elements(u64::from(ROWS)));
    group.bench_function("csv rows", |bencher| bencher.iter(|| read(&plain)));
    group.bench_function("csv.gz rows", |bencher| bencher.iter(|| read(&zipped)));
    group.throughput(Throughput::Bytes(plain.len() as u64));
    group.bench_function("csv bytes", |bencher| bencher.iter(|| read(&plain)));
    group.finish();
}

criterion_group!(benches, trending);
criterion_main!(benches);
