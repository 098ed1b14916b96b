//! Any bytes, as a file that somebody has: `infra/fuzz.sh files`.
#![no_main]

mod checks;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    checks::file(bytes);
    checks::bulk(bytes);
    checks::rates(bytes);
    checks::delivery(bytes);
});
