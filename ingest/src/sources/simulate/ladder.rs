//! At which ages a video is observed: often at first, then less and less.

use super::WorldConfig;
use super::calendar::DAY;
use super::config::seconds;

/// Ages, in seconds, up to the retirement.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ladder {
    stages: [Stage; 3],
    last: i64,
}

#[derive(Debug, Clone, Copy)]
struct Stage {
    begin: i64,
    end: i64,
    step: i64,
}

impl Ladder {
    pub(super) fn of(config: &WorldConfig) -> Self {
        let every = seconds(config.video_every);
        let mut begin = every;
        let stages = [(3 * DAY, 1), (14 * DAY, 6), (i64::MAX, 24)].map(|(end, thinning)| {
            let stage = Stage {
                begin,
                end,
                step: every * thinning,
            };
            begin = stage.first_from(end);
            stage
        });
        Self {
            stages,
            last: i64::from(config.retire_after_days) * DAY,
        }
    }

    /// The first age of an observation that is at least `age`; `None` once the video is retired.
    pub(super) fn first_from(&self, age: i64) -> Option<i64> {
        let found = self
            .stages
            .iter()
            .map(|stage| (stage.first_from(age), stage.end))
            .find(|(next, end)| next < end);
        found.map(|(next, _)| next).filter(|next| *next <= self.last)
    }
}

impl Stage {
    /// The first age on this stage's steps that is at least `age`, even if it lies beyond the stage.
    fn first_from(&self, age: i64) -> i64 {
        let steps = age.saturating_sub(self.begin).max(0).saturating_add(self.step - 1) / self.step;
        self.begin.saturating_add(steps.saturating_mul(self.step))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    fn ages(ladder: Ladder) -> Vec<i64> {
        std::iter::successors(ladder.first_from(0), |age| ladder.first_from(age + 1)).collect()
    }

    #[test]
    fn observations_thin_out_with_age() {
        let ages = ages(Ladder::of(&WorldConfig::default()));
        assert_eq!(ages[..3], [3600, 7200, 10_800]);
        let steps: Vec<_> = ages.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(steps.is_sorted());
        assert_eq!(
            (steps[0], steps[80], steps[steps.len() - 1]),
            (3600, 6 * 3600, 24 * 3600)
        );
        assert!((59 * DAY..=60 * DAY).contains(&ages[ages.len() - 1]));
    }

    proptest! {
        #[test]
        fn any_age_leads_to_the_next_observation(every in 1_u64..200_000, life in 1_u32..365, age in 0..400 * DAY) {
            let config = WorldConfig { video_every: Duration::from_secs(every), retire_after_days: life, ..WorldConfig::default() };
            let ladder = Ladder::of(&config);
            if let Some(next) = ladder.first_from(age) {
                prop_assert!(next >= age);
                prop_assert_eq!(ladder.first_from(next), Some(next));
                let between = age + (next - age) / 2;
                prop_assert_eq!(ladder.first_from(between), Some(next), "nothing between an age and its next");
            }
        }
    }
}
