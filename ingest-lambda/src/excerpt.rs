//! What others sent, as far as a message repeats it.

/// Most characters of it.
const CHARS: usize = 300;

/// The beginning of a text, on one line. What would change how a terminal or a log shows it is escaped.
pub(crate) fn excerpt(text: &str) -> String {
    let mut rest = text.trim().chars();
    let mut excerpt = String::new();
    for character in rest.by_ref().take(CHARS) {
        if is_plain(character) {
            excerpt.push(character);
        } else {
            excerpt.extend(character.escape_default());
        }
    }
    if rest.next().is_some() {
        excerpt.push('…');
    }
    excerpt
}

/// Neither a control character nor one that has no shape of its own: line separators, marks of direction, spaces of
/// no width.
fn is_plain(character: char) -> bool {
    !character.is_control()
        && !matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_short_and_harmless() {
        assert_eq!(excerpt(" busy \n"), "busy");
        assert_eq!(excerpt("a\r\nb\u{1b}[31mc\u{202e}d"), r"a\r\nb\u{1b}[31mc\u{202e}d");
        let long = excerpt(&"ü".repeat(1000));
        assert!(long.ends_with("ü…") && long.chars().count() == CHARS + 1);
    }
}
