//! Rounds as rows of a table.

use super::CHANGES;
use super::PODS;
use super::rounds::{Phases, Round};
use crate::table::{head, median, ratio, row};

/// What is read of a side's phases, and how it is written.
#[derive(Clone, Copy)]
pub struct Figure {
    read: fn(&Phases) -> Option<f64>,
    write: fn(f64) -> String,
}

/// How long an informer takes to start.
pub const SECONDS: Figure =
    Figure { read: |phases| Some(phases.start?.seconds), write: |seconds| format!("{seconds:.2} s") };
/// The time of processors that it takes.
pub const CPU: Figure =
    Figure { read: |phases| Some(phases.start?.cpu), write: |seconds| format!("{seconds:.2} s") };
/// The most that its heap has held by then.
pub const PEAK: Figure = Figure { read: |phases| Some(phases.start?.peak? as f64), write: mebibytes };
/// The most that was resident by then.
pub const RESIDENT: Figure = Figure {
    read: |phases| Some(phases.start?.resident as f64).filter(|bytes| *bytes > 0.0),
    write: mebibytes,
};
/// What its heap holds then.
pub const HELD: Figure = Figure {
    read: |phases| Some(phases.start?.held as f64 / PODS as f64),
    write: |bytes| format!("{bytes:.0} B"),
};
/// How long a change takes.
pub const CHANGE: Figure = Figure {
    read: |phases| Some(phases.changes.seconds * 1e6 / CHANGES as f64),
    write: |micros| format!("{micros:.1} µs"),
};

fn mebibytes(bytes: f64) -> String {
    format!("{:.0} MiB", bytes / f64::from(1 << 20))
}

/// A row: a figure of `kube`'s side, of client-go's and of ours, with the goal of the ratio to `kube`.
pub struct Row {
    pub what: &'static str,
    pub figure: Figure,
    pub kube: &'static str,
    pub client_go: &'static str,
    pub ours: &'static str,
    pub goal: &'static str,
}

pub fn table(title: &str, rounds: &[Round], rows: &[Row]) {
    head(
        title,
        &["work", "kube", "client-go", "kubewire", "kube : kubewire", "client-go : kubewire", "goal"],
    );
    rows.iter().for_each(|line| line.print(rounds));
}

impl Row {
    fn print(&self, rounds: &[Round]) {
        let Figure { read, write } = self.figure;
        // A side that was left out, or does not tell, has no figure in any round.
        let all = |side: &str| -> Option<Vec<f64>> {
            rounds.iter().map(|round| round.get(side).and_then(read)).collect()
        };
        let ours = all(self.ours).unwrap_or_default();
        let cell = |side: &Option<Vec<f64>>| match side {
            Some(figures) => write(median(figures.iter().copied())),
            None => "–".to_owned(),
        };
        let against = |side: &Option<Vec<f64>>| match side {
            Some(theirs) => {
                let pairs: Vec<(f64, f64)> = theirs.iter().copied().zip(ours.iter().copied()).collect();
                format!("{:.1}", ratio(&pairs))
            }
            None => "–".to_owned(),
        };
        let (kube, go) = (all(self.kube), all(self.client_go));
        row(&[
            self.what.to_owned(),
            cell(&kube),
            cell(&go),
            write(median(ours.iter().copied())),
            against(&kube),
            against(&go),
            self.goal.to_owned(),
        ]);
    }
}
