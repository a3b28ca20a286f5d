//! Text in lines of a width.

/// Breaks lines at white space so that none has more than `width` characters, but for words that are longer. Line breaks stay, and so does white
/// space at which no line breaks.
pub(super) fn wrap(text: &str, width: usize) -> String {
    let mut out = String::new();
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            out.push('\n');
        }
        let (mut column, mut rest) = (0, line);
        while !rest.is_empty() {
            let blank = rest.find(|mark: char| !is_space(mark)).unwrap_or(rest.len());
            let (space, after) = rest.split_at(blank);
            let end = after.find(is_space).unwrap_or(after.len());
            let (word, after) = after.split_at(end);
            let (spaces, letters) = (space.chars().count(), word.chars().count());
            if column + spaces + letters > width && column > 0 && !word.is_empty() {
                out.push('\n');
                column = 0;
            } else if word.is_empty() && column + spaces > width {
                // White space that ends a line and does not fit is left out.
            } else {
                out.push_str(space);
                column += spaces;
            }
            out.push_str(word);
            column += letters;
            rest = after;
        }
    }
    out
}

/// A space at which a line may break.
fn is_space(mark: char) -> bool {
    mark.is_whitespace() && mark != '\u{a0}'
}

/// Puts so many spaces before each line.
pub(super) fn indent(text: &str, amount: usize) -> String {
    let pad = " ".repeat(amount);
    pad.clone() + &text.replace('\n', &format!("\n{pad}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces_and_words_stay_whole() {
        assert_eq!(wrap("one two three", 7), "one two\nthree");
        assert_eq!(wrap("one  two\n three", 20), "one  two\n three");
        assert_eq!(wrap("a muchtoolongword b", 6), "a\nmuchtoolongword\nb");
        assert_eq!(wrap("", 5), "");
        assert_eq!(indent("a\nb", 2), "  a\n  b");
    }
}
