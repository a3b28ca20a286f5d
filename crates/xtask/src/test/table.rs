//! The closing table.

use super::stage::Outcome;
use anyhow::Result;
use std::time::Duration;

/// What became of one stage.
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) result: Result<Outcome>,
    pub(super) took: Duration,
}

/// A line a stage.
pub(super) fn text(rows: &[Row]) -> String {
    let mut text = String::new();
    for Row { name, result, took } in rows {
        let outcome = match result {
            Ok(Outcome::Done) => "ok".to_owned(),
            Ok(Outcome::LeftOut(why)) => format!("left out: {why}"),
            Err(error) => format!("FAILED: {}", first_line(&format!("{error:#}"))),
        };
        text += &format!("{name:<12} {:>7.1} s  {outcome}\n", took.as_secs_f32());
    }
    let total: Duration = rows.iter().map(|row| row.took).sum();
    text + &format!("{:<12} {:>7.1} s\n", "all", total.as_secs_f32())
}

/// The stages that failed; where nothing may be left out, also those that left something out.
pub(super) fn failed(rows: &[Row], is_ci: bool) -> Vec<&'static str> {
    let has_failed = |row: &&Row| match row.result {
        Ok(Outcome::Done) => false,
        Ok(Outcome::LeftOut(_)) => is_ci,
        Err(_) => true,
    };
    rows.iter().filter(has_failed).map(|row| row.name).collect()
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::anyhow;

    fn rows() -> [Row; 3] {
        let row = |name, result| Row { name, result, took: Duration::from_millis(1500) };
        [
            row("one", Ok(Outcome::Done)),
            row("two", Ok(Outcome::LeftOut("no node".to_owned()))),
            row("three", Err(anyhow!("first\nsecond"))),
        ]
    }

    #[test]
    fn says_what_became_of_each() {
        let expected = "\
one              1.5 s  ok
two              1.5 s  left out: no node
three            1.5 s  FAILED: first
all              4.5 s
";
        assert_eq!(text(&rows()), expected);
    }

    #[test]
    fn in_ci_nothing_may_be_left_out() {
        assert_eq!(failed(&rows(), false), ["three"]);
        assert_eq!(failed(&rows(), true), ["two", "three"]);
    }
}
