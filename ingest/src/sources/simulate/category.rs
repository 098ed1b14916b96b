//! What YouTube calls its video categories (`videoCategories.list` of the Data API, `hl=en`).

use events::{CategoryName, Region};

pub(super) const CATEGORIES: [(i32, &str); 14] = [
    (1, "Film & Animation"),
    (2, "Autos & Vehicles"),
    (10, "Music"),
    (15, "Pets & Animals"),
    (17, "Sports"),
    (19, "Travel & Events"),
    (20, "Gaming"),
    (22, "People & Blogs"),
    (23, "Comedy"),
    (24, "Entertainment"),
    (25, "News & Politics"),
    (26, "Howto & Style"),
    (27, "Education"),
    (28, "Science & Technology"),
];

pub(super) fn category_name(region: &Region, (category_id, title): (i32, &str)) -> CategoryName {
    CategoryName {
        region: region.clone(),
        category_id,
        title: title.to_owned(),
        assignable: Some(true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::simulate::niche::NICHES;

    #[test]
    fn every_niche_has_a_category_with_a_name() {
        for niche in &NICHES {
            assert!(
                CATEGORIES.iter().any(|(id, _)| *id == niche.category_id),
                "{}",
                niche.name
            );
        }
    }
}
