//! What happens next. Tasks at the same moment come in the order of their kinds, then of their entities, so the order
//! of a world never depends on when a task was put on the agenda.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::chart::Place;
use super::video::VideoKey;

/// Something to do at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Task {
    BeginWeek(i64),
    NameCategory { region: usize, category: usize },
    ObserveChannel(u32),
    ReadGauge { keyword: usize, gauge: usize },
    ObserveVideo(VideoKey),
    MakeCharts,
    ObserveChart(Place),
    EstimateRevenue(u32),
    ConfirmRevenue(u32),
    PaySponsorship(VideoKey),
}

#[derive(Debug, Default)]
pub(super) struct Agenda(BinaryHeap<Reverse<(i64, Task)>>);

impl Agenda {
    pub(super) fn add(&mut self, moment: i64, task: Task) {
        self.0.push(Reverse((moment, task)));
    }

    pub(super) fn next(&mut self) -> Option<(i64, Task)> {
        self.0.pop().map(|Reverse(next)| next)
    }
}
