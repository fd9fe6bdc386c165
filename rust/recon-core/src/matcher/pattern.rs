//! Turns an author's pattern into a byte regex, and a refusal into words. Never accepts what could take forever.

use std::borrow::Cow;

use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::ParserBuilder;
use regex_syntax::ast::ErrorKind;
use regex_syntax::hir::{Hir, HirKind};

use super::head::Head;
use super::literal;

/// The most bytes a compiled pattern may take.
const SIZE_LIMIT: usize = 1 << 20;
/// How deep groups may nest.
const NEST_LIMIT: u32 = 64;
/// Why some features of other engines are missing.
const LINEAR: &str = "patterns run in linear time, so that no answer can stall a sweep";

/// What is known of a pattern without running it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Outline {
    /// Texts of which an answer must contain one for the pattern to be worth running; empty when nothing is known.
    pub(super) literals: Vec<Vec<u8>>,
    /// How an answer must begin.
    pub(super) head: Head,
    /// Its named groups: number and name.
    pub(super) groups: Vec<(usize, String)>,
}

/// Reads the outline of `pattern`: classes and case are ASCII, `.` is any byte but LF, `$` is the very end.
pub(super) fn outline(pattern: &str) -> Result<Outline, String> {
    let hir = parse(&without_octal_nul(pattern))?;
    if hir.properties().minimum_len().is_none_or(|least| least == 0) {
        return Err("the pattern matches the empty answer; give it something that must be there".into());
    }
    let mut groups = Vec::new();
    name_groups(&hir, &mut groups);
    groups.sort_unstable();
    groups.dedup();
    Ok(Outline { literals: literal::literals(&hir), head: Head::of(&hir), groups })
}

/// Compiles a pattern to run it; refuses one that would take too much memory.
pub(super) fn compile(pattern: &str) -> Result<Regex, String> {
    RegexBuilder::new(&without_octal_nul(pattern))
        .unicode(false)
        .nest_limit(NEST_LIMIT)
        .size_limit(SIZE_LIMIT)
        .dfa_size_limit(SIZE_LIMIT)
        .build()
        .map_err(|error| format!("the pattern is too large: {error}"))
}

fn name_groups(hir: &Hir, groups: &mut Vec<(usize, String)>) {
    match hir.kind() {
        HirKind::Capture(capture) => {
            if let Some(name) = &capture.name {
                groups.push((capture.index as usize, name.to_string()));
            }
            name_groups(&capture.sub, groups);
        }
        HirKind::Repetition(repetition) => name_groups(&repetition.sub, groups),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            for part in parts {
                name_groups(part, groups);
            }
        }
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => {}
    }
}

fn parse(pattern: &str) -> Result<Hir, String> {
    let parsed = ParserBuilder::new().unicode(false).utf8(false).nest_limit(NEST_LIMIT).build().parse(pattern);
    parsed.map_err(|error| match &error {
        regex_syntax::Error::Parse(error) => match error.kind() {
            ErrorKind::UnsupportedLookAround => format!("look-around is not supported: {LINEAR}"),
            ErrorKind::UnsupportedBackreference => {
                format!("back-references are not supported: {LINEAR}")
            }
            _ if pattern.contains("(?P=") => format!("back-references are not supported: {LINEAR}"),
            kind => format!("bad pattern at column {}: {kind}", error.span().start.column),
        },
        regex_syntax::Error::Translate(error) => {
            format!("bad pattern at column {}: {}", error.span().start.column, error.kind())
        }
        _ => format!("bad pattern: {error}"),
    })
}

/// Python spells the NUL byte `\0`; the regex engine would take it for a back-reference.
fn without_octal_nul(pattern: &str) -> Cow<'_, str> {
    if !pattern.contains("\\0") {
        return Cow::Borrowed(pattern);
    }
    let mut written = String::with_capacity(pattern.len() + 8);
    let mut letters = pattern.chars().peekable();
    while let Some(letter) = letters.next() {
        match (letter, letters.peek()) {
            ('\\', Some('0')) => {
                letters.next();
                written.push_str("\\x00");
            }
            ('\\', Some(escaped)) => {
                written.extend(['\\', *escaped]);
                letters.next();
            }
            _ => written.push(letter),
        }
    }
    Cow::Owned(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(pattern: &str) -> String {
        outline(pattern).and_then(|_| compile(pattern)).expect_err("refused")
    }

    #[test]
    fn features_that_need_backtracking_are_refused_with_the_reason() {
        assert!(why("(?=x)y").starts_with("look-around is not supported: patterns run in linear time"));
        assert!(why("(?<!x)y").starts_with("look-around"));
        assert!(why("(a)\\1").starts_with("back-references"));
        assert!(why("(?P<a>b)(?P=a)").starts_with("back-references"));
    }

    #[test]
    fn a_syntax_error_says_where() {
        assert_eq!(why("ab(c"), "bad pattern at column 3: unclosed group");
    }

    #[test]
    fn named_groups_are_numbered_as_the_engine_numbers_them() {
        let pattern = "^(?:a|(b))(?P<one>c(?P<two>d)*)?e";
        let compiled = compile(pattern).expect("a good pattern");
        let names = compiled.capture_names().enumerate().filter_map(|(group, name)| Some((group, name?.to_owned())));
        assert_eq!(outline(pattern).expect("a good pattern").groups, names.collect::<Vec<_>>());
    }

    #[test]
    fn an_empty_or_huge_pattern_is_refused() {
        assert!(why("^(abc)?").contains("empty answer"));
        assert!(why("a[^b]{50}{200}{100}").contains("too large"));
    }

    #[test]
    fn bytes_mean_what_python_means() {
        assert!(compile("^\\0a\\x00\\\\0").expect("nul").is_match(b"\0a\0\\0"));
        assert!(compile("^ab.$").expect("dot").is_match(b"ab\xff"));
        assert!(!compile("^ab.").expect("dot").is_match(b"ab\n"));
        assert!(!compile("^ab\\w").expect("word").is_match("ab\u{fc}".as_bytes()));
    }
}
