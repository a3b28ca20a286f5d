//! The tables: one row is one piece of work.

use std::hint::black_box;

use cpu_time::ThreadTime;

/// So often each side does it, in turn.
pub const PAIRS: usize = 5;

/// Begins a table.
pub fn head(title: &str, columns: &[&str]) {
    println!("\n{title}\n\n| {} |\n|{}", columns.join(" | "), "---|".repeat(columns.len()));
}

pub fn row(cells: &[String]) {
    println!("| {} |", cells.join(" | "));
}

/// The columns of work that is done in memory.
pub const IN_MEMORY: [&str; 5] = ["work", "kube", "kubewire", "ratio", "goal"];

/// A row of work in memory, over so many objects: `kube` and `ours`, five times one after the other. The ratio is the median of the pairs'.
pub fn pairs<A, B>(what: &str, goal: &str, count: usize, kube: impl Fn() -> A, ours: impl Fn() -> B) {
    let pairs: Vec<(f64, f64)> = (0..PAIRS).map(|_| (seconds(&kube), seconds(&ours))).collect();
    let ratio = ratio(&pairs);
    let micros = |side: fn(&(f64, f64)) -> f64| median(pairs.iter().map(side)) * 1e6 / count as f64;
    let (kube, ours) = (micros(|pair| pair.0), micros(|pair| pair.1));
    row(&[what.into(), format!("{kube:.2} µs"), format!("{ours:.2} µs"), format!("{ratio:.1}"), goal.into()]);
}

/// The median of the pairs' ratios.
pub fn ratio(pairs: &[(f64, f64)]) -> f64 {
    median(pairs.iter().map(|(theirs, ours)| theirs / ours))
}

pub fn median(of: impl Iterator<Item = f64>) -> f64 {
    let mut of: Vec<f64> = of.collect();
    of.sort_by(f64::total_cmp);
    of[of.len() / 2]
}

/// Of the thread's own time: what others do meanwhile does not count.
pub fn seconds<T>(work: impl FnOnce() -> T) -> f64 {
    let start = ThreadTime::now();
    let value = black_box(work());
    let took = start.elapsed().as_secs_f64();
    drop(value);
    took
}
