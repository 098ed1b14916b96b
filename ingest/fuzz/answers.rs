//! Any JSON, as a vendor's answer: `infra/fuzz.sh answers`.
#![no_main]

mod checks;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::answer(bytes));
