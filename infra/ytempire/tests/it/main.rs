//! The house rules, as tests.

mod floors;
mod house;
