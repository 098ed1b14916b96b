//! Seeded draws. Every entity has its own dice, so what is drawn for one never depends on another, on the order of
//! questions, or on the machine: ChaCha8 is portable, and the functions come from `libm`.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// What a set of dice is for. The number is part of the seed: never reuse one.
#[derive(Debug, Clone, Copy)]
pub enum Subject {
    Channel = 1,
    Uploads = 2,
    Video = 3,
    Wave = 4,
    Signal = 5,
    Region = 6,
    Revenue = 7,
    Fate = 8,
    Comment = 9,
    Partner = 10,
    Fault = 11,
    Payment = 12,
    Post = 13,
    Audience = 14,
}

/// The draws of one thing; the same thing always draws the same.
pub struct Dice(ChaCha8Rng);

impl std::fmt::Debug for Dice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Dice")
    }
}

impl Dice {
    /// The dice of the `which`th thing of this kind, at `when` (a week, a period, a moment).
    pub fn new(seed: u64, subject: Subject, which: u64, when: i64) -> Self {
        let mut key = [0; 32];
        for (part, number) in key
            .chunks_exact_mut(8)
            .zip([seed, subject as u64, which, when.cast_unsigned()])
        {
            part.copy_from_slice(&number.to_le_bytes());
        }
        Self(ChaCha8Rng::from_seed(key))
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// In `0.0..1.0`.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// In `low..high`.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// True with this probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// In `0..count`; 0 where there is nothing to choose from.
    pub fn below(&mut self, count: usize) -> usize {
        ((u128::from(self.bits()) * count as u128) >> 64) as usize
    }

    /// One of a list that is not empty.
    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }

    /// Log-normal around a median (Box and Muller 1958).
    pub fn spread(&mut self, median: f64, sigma: f64) -> f64 {
        let (radius, angle) = (1.0 - self.unit(), self.unit());
        let gaussian = libm::sqrt(-2.0 * libm::log(radius)) * libm::cos(std::f64::consts::TAU * angle);
        median * libm::exp(sigma * gaussian)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dice_of_different_things_differ() {
        let first = |subject, which, when| Dice::new(7, subject, which, when).bits();
        let all = [
            first(Subject::Video, 1, 2),
            first(Subject::Video, 2, 1),
            first(Subject::Video, 1, -2),
            first(Subject::Uploads, 1, 2),
        ];
        for (n, one) in all.iter().enumerate() {
            assert!(!all[n + 1..].contains(one));
        }
        assert_eq!(all[0], first(Subject::Video, 1, 2));
    }

    #[test]
    fn spread_has_its_median() {
        let mut dice = Dice::new(7, Subject::Video, 0, 0);
        let above = (0..10_000).filter(|_| dice.spread(5.0, 0.7) > 5.0).count();
        assert!((4800..5200).contains(&above), "{above} of 10000 above the median");
    }
}
