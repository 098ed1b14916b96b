//! How fast a world makes records, ids and JSON included. `cargo bench -p ingest --bench simulate`.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use ingest::Source;
use ingest::sources::simulate::{Simulation, World, WorldConfig};

const RECORDS: u64 = 50_000;

fn simulating(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("simulate");
    group.sample_size(10);
    group.throughput(Throughput::Elements(RECORDS));
    group.bench_function("default world", |bencher| {
        let world = || World::new(42, WorldConfig::default()).expect("the default can be made");
        bencher.iter_batched(
            || Simulation::new(world(), None, Some(RECORDS)),
            |mut simulation| {
                while let Some(record) = simulation.next() {
                    black_box(record).expect("a record");
                }
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

criterion_group!(benches, simulating);
criterion_main!(benches);
