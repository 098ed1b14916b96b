//! Reads exports, good and bad, as a user would hand them in.

mod bad_input;
mod categories;
mod files;
mod files_by_hand;
mod generations;
mod mutations;
mod properties;
mod pull;
mod reading;

mod real_files;
mod source_classes;
