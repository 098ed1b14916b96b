//! A video's curve: the sum of its shots and its tail.

use super::{Rhythm, Shape, on_grid, shape::REFERENCE_DAYS};

/// Something that brings views from a moment on: the release, a recommendation, a mention, a trend.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shot {
    at_days: f64,
    shape: Shape,
    views_per_gathered: f64,
}

impl Shot {
    /// A shot that begins at age `at_days` and has brought `views` after 30 days. Negative and undefined numbers are
    /// read as zero.
    pub fn new(at_days: f64, views: f64, shape: Shape) -> Self {
        Self {
            at_days: on_grid(at_days),
            shape,
            views_per_gathered: views.clamp(0.0, 1e15).max(0.0) / shape.gathered(REFERENCE_DAYS),
        }
    }

    pub fn at_days(&self) -> f64 {
        self.at_days
    }

    fn views(&self, days_since: f64) -> f64 {
        match days_since > 0.0 {
            true => self.views_per_gathered * self.shape.gathered(days_since),
            false => 0.0,
        }
    }
}

/// Everything that decides how a video's views grow.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Curve {
    shots: Vec<Shot>,
    steady_per_day: f64,
}

impl Curve {
    /// Shots, and the views per day that search and playlists bring for ever.
    pub fn new(shots: Vec<Shot>, steady_per_day: f64) -> Self {
        Self {
            shots,
            steady_per_day: steady_per_day.clamp(0.0, 1e12).max(0.0),
        }
    }

    pub fn shots(&self) -> &[Shot] {
        &self.shots
    }

    /// Cumulative views expected `age_days` after publication, with the same audience at all hours.
    pub fn views(&self, age_days: f64) -> f64 {
        let age = on_grid(age_days);
        let shots: f64 = self.shots.iter().map(|shot| shot.views(age - shot.at_days)).sum();
        shots + self.steady_per_day * age
    }

    /// Cumulative views expected `age_days` after a publication that was `published_days` after a Monday 00:00 UTC,
    /// with an audience of this rhythm: ages, also those at which shots begin, are counted on the rhythm's clock.
    pub fn views_in(&self, rhythm: &Rhythm, published_days: f64, age_days: f64) -> f64 {
        self.views(rhythm.shown_days(published_days + age_days) - rhythm.shown_days(published_days))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shape() -> impl Strategy<Value = Shape> {
        prop_oneof![
            (any::<f64>(), any::<f64>()).prop_map(|(innovation_per_day, imitation_per_day)| Shape::Diffusion {
                innovation_per_day,
                imitation_per_day
            }),
            (0.0..5.0, 1e-3..10.0, 0.0..20.0).prop_map(|(exponent, onset_days, rise_days)| Shape::PowerLaw {
                exponent,
                onset_days,
                rise_days
            }),
            any::<f64>().prop_map(|mean_days| Shape::Exponential { mean_days }),
            (1e-3..1.0).prop_map(Shape::exogenous_critical),
            (1e-3..1.0, 0.0..5.0).prop_map(|(onset, rise)| Shape::endogenous_critical(onset, rise)),
        ]
    }

    fn curve() -> impl Strategy<Value = Curve> {
        let shot = (0.0..90.0, 0.0..1e9, shape()).prop_map(|(at, views, shape)| Shot::new(at, views, shape));
        (prop::collection::vec(shot, 0..5), 0.0..1e4).prop_map(|(shots, steady)| Curve::new(shots, steady))
    }

    /// From a millisecond to a year: differences at all scales.
    fn step() -> impl Strategy<Value = f64> {
        (-8.0..2.6).prop_map(libm::exp10)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn views_never_fall(curve in curve(), age in 0.0..4000.0, step in step()) {
            let (before, after) = (curve.views(age), curve.views(age + step));
            prop_assert!(before.is_finite() && before >= 0.0);
            prop_assert!(after >= before, "{after} < {before}");
        }

        #[test]
        fn views_never_fall_in_a_rhythm(
            curve in curve(),
            hours in prop::collection::vec(0.0..9.0, 168),
            published in 0.0..25_000.0,
            age in 0.0..400.0,
            step in step(),
        ) {
            let rhythm = Rhythm::from_hours(&hours.try_into().expect("168 hours"));
            let (before, after) = (curve.views_in(&rhythm, published, age), curve.views_in(&rhythm, published, age + step));
            prop_assert!(after >= before, "{after} < {before}");
        }

        #[test]
        fn any_numbers_make_a_curve(at in any::<f64>(), views in any::<f64>(), steady in any::<f64>(), shape in shape(), age in any::<f64>()) {
            let views = Curve::new(vec![Shot::new(at, views, shape)], steady).views(age);
            prop_assert!(views.is_finite() && views >= 0.0, "{views}");
        }
    }

    #[test]
    fn a_shot_brings_what_it_says_after_thirty_days() {
        let shot = |shape| Curve::new(vec![Shot::new(3.0, 5000.0, shape)], 0.0);
        for shape in [Shape::exogenous_critical(0.2), Shape::Exponential { mean_days: 4.0 }] {
            assert_eq!(shot(shape).views(3.0), 0.0);
            assert!((shot(shape).views(33.0) - 5000.0).abs() < 1e-6);
        }
    }

    #[test]
    fn an_even_rhythm_changes_nothing() {
        let curve = Curve::new(vec![Shot::new(0.0, 1e5, Shape::exogenous_critical(0.2))], 20.0);
        for age in [0.0, 0.5, 3.0, 40.0] {
            let (plain, even) = (curve.views(age), curve.views_in(&Rhythm::even(), 20_411.3, age));
            assert!((plain - even).abs() <= 1.0, "{plain} and {even}");
        }
    }
}
