//! Query strings and form bodies as vendors read them: pairs in order, some repeated, empty ones as if not given.

use url::form_urlencoded;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn parse(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    pub(crate) fn of(uri: &axum::http::Uri) -> Self {
        Self::parse(uri.query().unwrap_or_default().as_bytes())
    }

    /// The first value that is not empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let mut values = self.0.iter().filter(|(key, _)| key == name);
        values
            .find(|(_, value)| !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// All values, also those in one parameter that are separated by commas.
    pub(crate) fn list(&self, name: &str) -> Vec<&str> {
        let values = self.0.iter().filter(|(key, _)| key == name);
        let parts = values.flat_map(|(_, value)| value.split(','));
        parts.map(str::trim).filter(|part| !part.is_empty()).collect()
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    pub(crate) fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// The pairs without some, in the order of their names: names a request whatever order it came in.
    pub(crate) fn fingerprint(&self, without: &[&str]) -> String {
        let mut pairs: Vec<_> = self
            .0
            .iter()
            .filter(|(name, _)| !without.contains(&name.as_str()))
            .collect();
        pairs.sort();
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lists_come_repeated_and_separated() {
        let query = Query::parse(b"id=a,b&id=c&part=&x=%20y+z");
        assert_eq!(query.list("id"), ["a", "b", "c"]);
        assert_eq!((query.get("part"), query.get("x")), (None, Some(" y z")));
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_query(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let query = Query::parse(&bytes);
            let again = Query::parse(query.fingerprint(&[]).as_bytes());
            prop_assert_eq!(query.fingerprint(&[]), again.fingerprint(&[]));
        }
    }
}
