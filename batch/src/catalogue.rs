//! What can be asked: tables, views, and the names to suggest for a misspelt one.

use features::View;
use lake::Table;

/// The schema of the materialised views' twins over the lake.
pub(crate) const GOLD: &str = "gold";

/// A view over the lake: schema, name and the SQL behind it.
pub(crate) struct LakeView {
    pub(crate) schema: &'static str,
    pub(crate) name: &'static str,
    pub(crate) sql: &'static str,
}

/// Views, each after those that it reads.
pub(crate) const VIEWS: &[LakeView] = &[
    LakeView {
        schema: "public",
        name: "dead_letters",
        sql: include_str!("views/dead_letters.sql"),
    },
    LakeView {
        schema: "public",
        name: "late_rows",
        sql: include_str!("views/late_rows.sql"),
    },
    LakeView {
        schema: "silver",
        name: "youtube_video_days",
        sql: include_str!("views/youtube_video_days.sql"),
    },
    LakeView {
        schema: "silver",
        name: "youtube_trending_days",
        sql: include_str!("views/youtube_trending_days.sql"),
    },
    LakeView {
        schema: "silver",
        name: "youtube_channel_days",
        sql: include_str!("views/youtube_channel_days.sql"),
    },
    LakeView {
        schema: "silver",
        name: "exchange_rates",
        sql: include_str!("views/exchange_rates.sql"),
    },
    LakeView {
        schema: "silver",
        name: "revenue_records",
        sql: include_str!("views/revenue_records.sql"),
    },
];

/// Every name that a query may use.
pub(crate) fn names() -> Vec<String> {
    let views = VIEWS.iter().map(|view| match view.schema {
        "public" => view.name.to_owned(),
        schema => format!("{schema}.{}", view.name),
    });
    let gold = View::all().map(|view| format!("{GOLD}.{}", view.name()));
    Table::ALL
        .iter()
        .map(Table::to_string)
        .chain(views)
        .chain(gold)
        .collect()
}

/// The known names most like `wanted`, best first.
pub(crate) fn like(wanted: &str) -> Vec<String> {
    let last = |name: &str| name.rsplit('.').next().unwrap_or(name).to_owned();
    let score = |name: &String| {
        let whole = strsim::jaro_winkler(wanted, name);
        whole.max(strsim::jaro_winkler(&last(wanted), &last(name)))
    };
    let mut scored: Vec<(f64, String)> = names().into_iter().map(|name| (score(&name), name)).collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    scored
        .into_iter()
        .take_while(|(score, _)| *score > 0.7)
        .take(3)
        .map(|(_, name)| name)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_has_its_dead_letters() {
        let sql = VIEWS
            .iter()
            .find(|view| view.name == "dead_letters")
            .map(|view| view.sql);
        for table in Table::ALL {
            let read = format!("FROM {table} d");
            assert!(sql.is_some_and(|sql| sql.contains(&read)), "{table}");
        }
    }

    #[test]
    fn every_tile_that_refuses_late_rows_has_them_told() {
        let sql = VIEWS
            .iter()
            .find(|view| view.name == "late_rows")
            .map_or("", |view| view.sql);
        for view in View::all() {
            if let View::Tile(tile) = view
                && let Some(days) = tile.lateness_days
            {
                let table = Table::of(tile.topic).to_string();
                for part in [
                    format!("'{}' AS view", tile.name),
                    format!("> {days} * 86400000000"),
                    format!("d.{}", tile.filter),
                    table,
                ] {
                    assert!(sql.contains(&part), "{}: {part}", tile.name);
                }
            }
        }
    }

    #[test]
    fn a_misspelt_table_is_recognised() {
        assert_eq!(
            like("bronze.youtube_video_snapshot")[0],
            "bronze.youtube_video_snapshots"
        );
        assert_eq!(like("deadletters")[0], "dead_letters");
        assert!(like("zzz").is_empty());
    }
}
