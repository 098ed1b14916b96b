//! How the views of a YouTube video grow: parameters in, expected cumulative views at an age out.
//!
//! A [`Curve`] is a sum of [`Shot`]s (the release, and every later burst) and a steady tail. Each shot has a
//! [`Shape`]: Bass diffusion, power-law or exponential relaxation. A [`Rhythm`] lets more views happen in some hours of
//! the week than in others. [`fit_release`] is the small inverse: scale and decay from an observed curve.
//!
//! Promise: for one curve, rhythm and publication time, the result never falls as the age grows, and it is the same
//! to the last bit on every machine. It is an expectation: nothing here draws random numbers.
//!
//! Sources: F. M. Bass, "A new product growth model for consumer durables", Management Science 15 (1969);
//! R. Crane and D. Sornette, "Robust dynamic classes revealed by measuring the response function of a social
//! system", PNAS 105 (2008), whose classes of view-count relaxation are constructors of [`Shape`].

mod curve;
mod fit;
mod rhythm;
mod shape;

pub use curve::{Curve, Shot};
pub use fit::{FitError, Release, fit_release};
pub use rhythm::Rhythm;
pub use shape::Shape;

/// Ages are read to this fraction of a day, about 5 ms. Between two different ages on this grid a curve rises by far
/// more than `libm` rounds, and on the grid all other operations are correctly rounded, hence monotone: this is what
/// makes "never falls" hold for the numbers and not only for the formula.
const AGE_GRID: f64 = (1_u64 << 24) as f64;

/// Ages beyond this are read as this: about 270 years, and still exact on the grid.
const MAX_DAYS: f64 = 100_000.0;

/// `days` on the grid; negative and undefined ages are read as zero.
fn on_grid(days: f64) -> f64 {
    // truncation is floor here, and much cheaper; it makes zero of what is not a number
    (days.clamp(0.0, MAX_DAYS) * AGE_GRID) as u64 as f64 / AGE_GRID
}
