//! The emulator, asked over HTTP: against the vendors' own descriptions and recorded answers, and by its promises.

mod behaviour;
mod discovery;
mod recorded;
mod running;
