//! Rollups: views made from tiles and from other rollups by SQL that DataFusion and Postgres both run.
//!
//! DataFusion runs the SQL over everything. Postgres runs it over what a micro-batch touched: `narrow` cuts each input
//! down to the rows needed, `replaces` names the rows of the view that are made anew. Both are speed, not meaning.

use crate::Column;

/// The definition of a rollup.
#[derive(Debug, Clone, Copy)]
pub struct Rollup {
    pub name: &'static str,
    /// Whether a row that was made once is made for good: its key is that of a tile. Then nobody looks for rows that are not made
    /// again. Speed, not meaning, like `narrow` and `replaces`.
    pub stays: bool,
    pub keys: &'static [Column],
    pub values: &'static [Column],
    /// A SELECT over the names of tiles and earlier rollups.
    pub sql: &'static str,
    /// Postgres statements that find what is touched, before the view's rows are replaced.
    pub find: &'static [&'static str],
    /// Input and predicate over it (alias `i`), in terms of the `touched_*` tables.
    pub narrow: &'static [(&'static str, &'static str)],
    /// Predicate over the view's own rows (alias `v`), in terms of the `touched_*` tables.
    pub replaces: &'static str,
}
