//! Answers have the shape of real ones: what both have is of the same type, and most of ours is in them.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::running::{shared_data, start, unzipped};

/// The types at every path of some values; items of arrays are one path.
#[derive(Default)]
struct Shape(BTreeMap<String, Vec<&'static str>>);

impl Shape {
    fn add(&mut self, place: &str, value: &Value) {
        let kind = match value {
            Value::Null => return self.0.entry(place.to_owned()).or_default().push("null"),
            Value::Bool(_) => "boolean",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(items) => {
                items.iter().for_each(|item| self.add(&format!("{place}[]"), item));
                "array"
            }
            Value::Object(members) => {
                members
                    .iter()
                    .for_each(|(name, member)| self.add(&format!("{place}.{name}"), member));
                "object"
            }
        };
        self.0.entry(place.to_owned()).or_default().push(kind);
    }

    /// Everything of another shape at the same path is of the same type, and `percent` of our paths are there.
    fn fits(&self, real: &Shape, percent: usize, what: &str) {
        let (mut shared, mut strange) = (0, Vec::new());
        for (place, kinds) in &self.0 {
            let Some(known) = real.0.get(place) else {
                strange.push(place.as_str());
                continue;
            };
            shared += 1;
            let fits = |kind: &&str| *kind == "null" || known.contains(kind) || known.iter().all(|one| *one == "null");
            assert!(kinds.iter().all(fits), "{what}{place}: {kinds:?} here, {known:?} there");
        }
        assert!(
            shared * 100 >= percent * self.0.len(),
            "{what}: {shared} of {} known, not {strange:?}",
            self.0.len()
        );
    }
}

fn samples(folder: &Path, found: &mut BTreeMap<String, Shape>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            samples(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "gz") {
            let value = unzipped(&path);
            if let Some(kind) = value["kind"].as_str() {
                found.entry(kind.to_owned()).or_default().add("", &value);
            }
        }
    }
}

#[tokio::test]
async fn youtube_answers_have_the_shape_of_real_ones() {
    let Some(data) = shared_data() else {
        return;
    };
    let mut real = BTreeMap::new();
    samples(&data.join("youtube-api-samples"), &mut real);
    let running = start().await;
    let channel = running.world().await["channels"][0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let uploads = format!("UU{}", &channel[2..]);
    for path in [
        format!("channels?part=id,snippet,statistics,contentDetails&id={channel}"),
        "videos?part=id,snippet,player&chart=mostPopular".to_owned(),
        format!("playlistItems?part=id,snippet,contentDetails,status&playlistId={uploads}"),
        "search?part=snippet&q=a&type=video".to_owned(),
        format!("commentThreads?part=id,snippet,replies&allThreadsRelatedToChannelId={channel}"),
        "videoCategories?part=snippet&id=17,18".to_owned(),
        "i18nRegions?part=snippet".to_owned(),
        "i18nLanguages?part=snippet".to_owned(),
    ] {
        let answer = running.get(&format!("/youtube/v3/{path}&key=k")).await.json();
        let kind = answer["kind"].as_str().unwrap_or_else(|| panic!("{path}: {answer}"));
        let mut shape = Shape::default();
        shape.add("", &answer);
        shape.fits(real.get(kind).expect("a sample"), 75, kind);
    }
}

#[tokio::test]
async fn stripe_objects_have_the_members_of_the_fixtures() {
    let Some(data) = shared_data() else {
        return;
    };
    let fixtures = unzipped(&data.join("stripe/fixtures3.json.gz"));
    let running = start().await;
    for (path, kind) in [
        ("charges", "charge"),
        ("refunds", "refund"),
        ("payouts", "payout"),
        ("balance_transactions", "balance_transaction"),
        ("subscriptions", "subscription"),
        ("customers", "customer"),
        ("events", "event"),
    ] {
        let mut all = Vec::new();
        for account in 0..6 {
            let key = format!("sk_test_{account}");
            let list = running.get_as(&format!("/v1/{path}?limit=100"), &key).await.json();
            assert_eq!(list["object"], "list", "{list}");
            all.extend(list["data"].as_array().expect("data").clone());
        }
        let fixture = &fixtures["resources"][kind];
        let first = all.first().and_then(Value::as_object);
        let object = first.unwrap_or_else(|| panic!("no {path}"));
        for (name, value) in object {
            let known = fixture
                .get(name)
                .unwrap_or_else(|| panic!("{kind}.{name} is not Stripe's"));
            let same = std::mem::discriminant(known) == std::mem::discriminant(value);
            assert!(
                same || known.is_null() || value.is_null(),
                "{kind}.{name}: {value} here, {known} there"
            );
        }
        let missing = fixture
            .as_object()
            .expect("a fixture")
            .keys()
            .filter(|name| !object.contains_key(*name));
        assert!(
            missing.clone().count() <= 8,
            "{kind} has no {:?}",
            missing.collect::<Vec<_>>()
        );
    }
}

#[tokio::test]
async fn reddit_listings_have_the_shape_of_recorded_ones() {
    let Some(data) = shared_data() else {
        return;
    };
    let mut real = Shape::default();
    for name in [
        "TestSubredditListings.test_hot",
        "TestFront.test_hot",
        "TestSubreddit.test_search",
    ] {
        let recorded = unzipped(&data.join(format!("reddit/{name}.json.gz")));
        let body = &recorded["interactions"][1]["response"]["body"]["string"];
        real.add(
            "",
            &serde_json::from_str(body.as_str().expect("a body")).expect("a listing"),
        );
    }
    let running = start().await;
    let form = "grant_type=client_credentials";
    let request = reqwest::Client::builder().no_proxy().build().expect("a client");
    let request = request
        .post(format!("{}/api/v1/access_token", running.emulator.url()))
        .basic_auth("a", Some("b"));
    let tokens = running
        .send(
            request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form),
        )
        .await
        .json();
    let token = tokens["access_token"].as_str().expect("a token");
    for path in ["/hot?limit=100", "/r/gaming/new", "/r/all/search?q=what&limit=100"] {
        let mut shape = Shape::default();
        shape.add("", &running.get_as(path, token).await.json());
        shape.fits(&real, 85, path);
    }
}
