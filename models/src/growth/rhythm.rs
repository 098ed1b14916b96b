//! The weekly rhythm of an audience, as a clock that runs faster in the hours in which people watch.
//!
//! Warping time instead of multiplying rates keeps curves monotone and in closed form: a curve is evaluated at the
//! time that this clock shows. Over any whole week it shows exactly seven days.

const HOURS: usize = 168;

/// Hours of the week, Monday 00:00 UTC first, and the days that this clock shows at the beginning of each.
#[derive(Debug, Clone, PartialEq)]
pub struct Rhythm {
    shown_days: Box<[f64; HOURS + 1]>,
}

impl Rhythm {
    /// Relative audience in each hour of the week, Monday 00:00 UTC first. Only proportions count; an hour counts at
    /// least a thousandth of the largest, so that time never stands still.
    pub fn from_hours(audience: &[f64; HOURS]) -> Self {
        let largest = audience.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
        let weights = audience.map(|weight| (weight / largest).max(1e-3));
        let total: f64 = weights.iter().sum();
        let mut shown_days = Box::new([0.0; HOURS + 1]);
        let mut sum = 0.0;
        for (hour, weight) in weights.iter().enumerate() {
            shown_days[hour] = (sum / total * 7.0_f64).min(7.0);
            sum += weight;
        }
        shown_days[HOURS] = 7.0;
        Self { shown_days }
    }

    /// The same audience at all hours.
    pub fn even() -> Self {
        Self::from_hours(&[1.0; HOURS])
    }

    /// What the clock shows `days` after a Monday 00:00 UTC on which it was set to zero. Never falls; negative and
    /// undefined days are read as zero.
    pub fn shown_days(&self, days: f64) -> f64 {
        let days = days.max(0.0);
        let week = (days / 7.0) as u32;
        let whole_weeks = f64::from(week) * 7.0;
        let hours = ((days - whole_weeks) * 24.0).max(0.0);
        let hour = (hours as usize).min(HOURS - 1);
        let (begin, end) = (self.shown_days[hour], self.shown_days[hour + 1]);
        whole_weeks + (begin + (hours - hour as f64) * (end - begin)).min(end)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_even_rhythm_is_an_ordinary_clock() {
        for days in [0.0, 0.3, 6.99, 7.0, 20_000.25] {
            assert!((Rhythm::even().shown_days(days) - days).abs() < 1e-9, "{days}");
        }
    }

    #[test]
    fn a_busy_hour_passes_more_time() {
        let mut audience = [1.0; HOURS];
        audience[20] = 3.0;
        let rhythm = Rhythm::from_hours(&audience);
        let hour = |hour: f64| rhythm.shown_days((hour + 1.0) / 24.0) - rhythm.shown_days(hour / 24.0);
        assert!((hour(20.0) / hour(10.0) - 3.0).abs() < 1e-6);
    }

    proptest! {
        #[test]
        fn time_never_runs_backwards(audience in prop::collection::vec(0.0..9.0_f64, HOURS), days in 0.0..2e4_f64, more in 0.0..9.0_f64) {
            let rhythm = Rhythm::from_hours(&audience.try_into().expect("168 hours"));
            prop_assert!(rhythm.shown_days(days + more) >= rhythm.shown_days(days));
            prop_assert!((rhythm.shown_days(days + 7.0) - rhythm.shown_days(days) - 7.0).abs() < 1e-8);
        }
    }
}
