//! From an observed curve back to its parameters.
//!
//! Least squares of `scale * share(age; exponent)`. For a given exponent the best scale is in closed form; the best
//! exponent is found on a grid and refined by golden-section search, so the result needs no starting guess.

use thiserror::Error;

use super::{Curve, Shape, Shot};

/// Exponents from a release that never fades to one that is over within hours.
const EXPONENTS: std::ops::Range<f64> = 0.0..3.0;
const GRID: u32 = 60;
const REFINEMENTS: u32 = 60;
const GOLDEN: f64 = 0.618_033_988_749_894_9;

/// A release that fades as a power law.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Release {
    /// Views after 30 days.
    pub scale: f64,
    /// Views per day fall as `(1 + age/onset)^-decay`.
    pub decay: f64,
    /// Root mean square of what is left unexplained, in views.
    pub residual: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FitError {
    #[error("{0} observations after the publication; a fit of two parameters needs at least 3")]
    TooFew(usize),
    #[error("the observed views are all zero")]
    NoViews,
    #[error("an observation is not a finite number")]
    NotFinite,
}

/// Fits scale and decay to observed `(age_days, cumulative views)`; observations at age 0 and before say nothing and
/// are left out. `onset_days` is the time scale in which the release begins to fade.
///
/// # Errors
/// Fewer than three observations, none with a view, or numbers that are not finite.
pub fn fit_release(observed: &[(f64, f64)], onset_days: f64) -> Result<Release, FitError> {
    if observed
        .iter()
        .any(|(age, views)| !age.is_finite() || !views.is_finite())
    {
        return Err(FitError::NotFinite);
    }
    let observed: Vec<_> = observed.iter().copied().filter(|(age, _)| *age > 0.0).collect();
    if observed.len() < 3 {
        return Err(FitError::TooFew(observed.len()));
    }
    if observed.iter().all(|(_, views)| *views <= 0.0) {
        return Err(FitError::NoViews);
    }
    let at = |decay| with_best_scale(&observed, decay, onset_days);
    Ok(at(best_decay(|decay| at(decay).residual)))
}

fn with_best_scale(observed: &[(f64, f64)], decay: f64, onset_days: f64) -> Release {
    let shape = Shape::PowerLaw {
        exponent: decay,
        onset_days,
        rise_days: 0.0,
    };
    let unit = Curve::new(vec![Shot::new(0.0, 1.0, shape)], 0.0);
    let shares = observed.iter().map(|(age, views)| (unit.views(*age), *views));
    let (cross, square) = shares.clone().fold((0.0, 0.0), |(cross, square), (share, views)| {
        (cross + share * views, square + share * share)
    });
    let scale = cross / square;
    let squares: f64 = shares
        .map(|(share, views)| (views - scale * share) * (views - scale * share))
        .sum();
    Release {
        scale,
        decay,
        residual: (squares / observed.len() as f64).sqrt(),
    }
}

fn best_decay(residual: impl Fn(f64) -> f64) -> f64 {
    let width = (EXPONENTS.end - EXPONENTS.start) / f64::from(GRID);
    let grid = (0..=GRID).map(|step| EXPONENTS.start + f64::from(step) * width);
    let best = grid
        .min_by(|a, b| residual(*a).total_cmp(&residual(*b)))
        .unwrap_or(EXPONENTS.start);
    let (mut low, mut high) = ((best - width).max(EXPONENTS.start), (best + width).min(EXPONENTS.end));
    for _ in 0..REFINEMENTS {
        let (left, right) = (high - GOLDEN * (high - low), low + GOLDEN * (high - low));
        match residual(left) < residual(right) {
            true => high = right,
            false => low = left,
        }
    }
    (low + high) / 2.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ONSET: f64 = 0.25;

    fn observed(scale: f64, exponent: f64) -> Vec<(f64, f64)> {
        let shape = Shape::PowerLaw {
            exponent,
            onset_days: ONSET,
            rise_days: 0.0,
        };
        let curve = Curve::new(vec![Shot::new(0.0, scale, shape)], 0.0);
        (0..60)
            .map(|step| (f64::from(step) * 0.5, curve.views(f64::from(step) * 0.5)))
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn finds_the_parameters_a_curve_was_made_from(scale in 10.0..1e8_f64, decay in 0.1..2.5_f64) {
            let found = fit_release(&observed(scale, decay), ONSET).expect("a fit");
            prop_assert!((found.scale / scale - 1.0).abs() < 1e-3, "{found:?}");
            prop_assert!((found.decay - decay).abs() < 1e-3, "{found:?}");
        }
    }

    #[test]
    fn a_little_noise_moves_it_a_little() {
        let noisy = observed(50_000.0, 1.2).into_iter().enumerate();
        let noisy: Vec<_> = noisy
            .map(|(n, (age, views))| (age, views * if n % 2 == 0 { 1.01 } else { 0.99 }))
            .collect();
        let found = fit_release(&noisy, ONSET).expect("a fit");
        assert!((found.scale / 50_000.0 - 1.0).abs() < 0.02, "{found:?}");
        assert!((found.decay - 1.2).abs() < 0.1, "{found:?}");
        assert!(found.residual > 100.0, "{found:?}");
    }

    #[test]
    fn what_cannot_be_fitted_is_refused() {
        assert_eq!(fit_release(&[(0.0, 0.0), (1.0, 5.0)], ONSET), Err(FitError::TooFew(1)));
        assert_eq!(
            fit_release(&[(1.0, 0.0), (2.0, 0.0), (3.0, 0.0)], ONSET),
            Err(FitError::NoViews)
        );
        assert_eq!(fit_release(&[(1.0, f64::NAN)], ONSET), Err(FitError::NotFinite));
    }
}
