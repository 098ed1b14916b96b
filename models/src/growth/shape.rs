//! The shape of one shot: how what it brings is spread over the days after it begins.

/// θ of Crane and Sornette 2008: the memory of people's waiting times, about 0.4 on YouTube.
const MEMORY: f64 = 0.4;

/// Days after which a shot has gathered exactly the views it is said to bring.
pub(super) const REFERENCE_DAYS: f64 = 30.0;

/// Spread of a shot over time. Parameters out of range are read as the nearest in range, so every value is a shape.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shape {
    /// Bass diffusion: some viewers come by themselves, the others because of those before them.
    /// `F(t) = (1 - e^-(p+q)t) / (1 + q/p e^-(p+q)t)`, with p in `1e-4..=10` and q in `0..=10` per day.
    Diffusion {
        innovation_per_day: f64,
        imitation_per_day: f64,
    },
    /// Views per day fall as `(1 + t/onset)^-exponent` (hyperbolic decay for exponent 1), and for `rise_days` before
    /// the peak they climb as the mirror image. Exponent in `0..=5`, onset in `1e-3..=1e3` days, rise in `0..=1e3` days.
    PowerLaw {
        exponent: f64,
        onset_days: f64,
        rise_days: f64,
    },
    /// Views per day fall as `e^(-t/mean_days)`; mean in `1e-2..=1e4` days.
    Exponential { mean_days: f64 },
}

impl Shape {
    /// A push from outside that people do not pass on: rate `∝ t^-(1+θ)`.
    pub fn exogenous_subcritical(onset_days: f64) -> Self {
        Self::relaxation(1.0 + MEMORY, onset_days, 0.0)
    }

    /// A push from outside that people pass on: rate `∝ t^-(1-θ)`, slow to fade.
    pub fn exogenous_critical(onset_days: f64) -> Self {
        Self::relaxation(1.0 - MEMORY, onset_days, 0.0)
    }

    /// Word of mouth without a push: rate `∝ |t|^-(1-2θ)` on both sides of a peak `rise_days` after the beginning.
    pub fn endogenous_critical(onset_days: f64, rise_days: f64) -> Self {
        Self::relaxation(1.0 - 2.0 * MEMORY, onset_days, rise_days)
    }

    fn relaxation(exponent: f64, onset_days: f64, rise_days: f64) -> Self {
        Shape::PowerLaw {
            exponent,
            onset_days,
            rise_days,
        }
    }

    /// What is gathered `days >= 0` after the beginning, up to a constant factor: 0 at 0, never falling.
    pub(super) fn gathered(self, days: f64) -> f64 {
        match self {
            Shape::Diffusion {
                innovation_per_day,
                imitation_per_day,
            } => diffused(
                limit(innovation_per_day, 1e-4, 10.0),
                limit(imitation_per_day, 0.0, 10.0),
                days,
            ),
            Shape::PowerLaw {
                exponent,
                onset_days,
                rise_days,
            } => {
                let (power, onset) = (1.0 - limit(exponent, 0.0, 5.0), limit(onset_days, 1e-3, 1e3));
                let rise = limit(rise_days, 0.0, 1e3);
                let relaxed = |days| relaxed(power, onset, days);
                match days < rise {
                    true => relaxed(rise) - relaxed(rise - days),
                    false => relaxed(rise) + relaxed(days - rise),
                }
            }
            Shape::Exponential { mean_days } => 1.0 - libm::exp(-days / limit(mean_days, 1e-2, 1e4)),
        }
    }
}

fn diffused(innovation: f64, imitation: f64, days: f64) -> f64 {
    let left = libm::exp(-(innovation + imitation) * days);
    (1.0 - left) / (1.0 + imitation / innovation * left)
}

/// Integral of `(1 + t/onset)^(power - 1)` from 0 to `days`, divided by `onset`. Each form is used where the function
/// it calls changes, from one age on the grid to the next, by much more than it rounds.
fn relaxed(power: f64, onset: f64, days: f64) -> f64 {
    let logarithm = libm::log1p(days / onset);
    match power {
        power if power.abs() < 1e-6 => logarithm,
        power if power < -0.05 => (1.0 - libm::exp(power * logarithm)) / -power,
        power => libm::expm1(power * logarithm) / power,
    }
}

fn limit(value: f64, least: f64, most: f64) -> f64 {
    value.max(least).min(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Views gained in the day that begins `day` days after the beginning.
    fn rate(shape: Shape, day: f64) -> f64 {
        shape.gathered(day + 1.0) - shape.gathered(day)
    }

    #[test]
    fn a_power_law_relaxes_with_its_exponent() {
        let shape = Shape::exogenous_subcritical(0.1);
        let slope = libm::log(rate(shape, 200.0) / rate(shape, 20.0)) / libm::log(10.0);
        assert!((slope + 1.4).abs() < 0.05, "slope {slope}, expected -(1 + θ) = -1.4");
    }

    #[test]
    fn the_endogenous_class_is_symmetric_around_its_peak() {
        let shape = Shape::endogenous_critical(0.5, 5.0);
        for before in 1..=4 {
            let (left, right) = (
                rate(shape, 4.0 - f64::from(before)),
                rate(shape, 5.0 + f64::from(before)),
            );
            assert!(
                (left / right - 1.0).abs() < 1e-9,
                "{before} days from the peak: {left} and {right}"
            );
        }
    }

    #[test]
    fn classes_fade_in_the_order_of_the_paper() {
        let fading = |shape| rate(shape, 50.0) / rate(shape, 5.0);
        let (subcritical, critical) = (Shape::exogenous_subcritical(0.1), Shape::exogenous_critical(0.1));
        let endogenous = Shape::endogenous_critical(0.1, 0.0);
        assert!(fading(subcritical) < fading(critical));
        assert!(fading(critical) < fading(endogenous));
    }

    #[test]
    fn diffusion_with_imitation_peaks_after_its_beginning() {
        let shape = Shape::Diffusion {
            innovation_per_day: 0.01,
            imitation_per_day: 0.8,
        };
        assert!(rate(shape, 4.0) > 3.0 * rate(shape, 0.0));
        assert!(
            (shape.gathered(1000.0) - 1.0).abs() < 1e-12,
            "everybody has seen it in the end"
        );
    }

    #[test]
    fn exponent_one_is_the_limit_of_its_neighbours() {
        let at = |exponent| Shape::relaxation(exponent, 0.2, 0.0).gathered(40.0);
        assert!((at(1.0) - at(1.0 + 1e-5)).abs() < 1e-3);
        assert!((at(1.0) - at(1.0 - 1e-5)).abs() < 1e-3);
    }
}
