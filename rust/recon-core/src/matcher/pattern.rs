//! Turns an author's pattern into a byte regex, and a refusal into words. Never accepts what could take forever.

use std::borrow::Cow;

use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::ParserBuilder;
use regex_syntax::ast::ErrorKind;
use regex_syntax::hir::Hir;

use super::literal::{self, Literals};

/// The most bytes a compiled pattern may take.
const SIZE_LIMIT: usize = 1 << 20;
/// How deep groups may nest.
const NEST_LIMIT: u32 = 64;
/// Why some features of other engines are missing.
const LINEAR: &str = "patterns run in linear time, so that no answer can stall a sweep";

/// A pattern ready to run, and what an answer must contain for it to be worth running.
pub(super) struct Pattern {
    pub(super) regex: Regex,
    pub(super) literals: Literals,
}

/// Compiles `pattern` over bytes: classes and case are ASCII, `.` is any byte but LF, `$` is the very end.
pub(super) fn compile(pattern: &str) -> Result<Pattern, String> {
    let pattern = without_octal_nul(pattern);
    let hir = parse(&pattern)?;
    if hir.properties().minimum_len().is_none_or(|least| least == 0) {
        return Err("the pattern matches the empty answer; give it something that must be there".into());
    }
    let regex = RegexBuilder::new(&pattern)
        .unicode(false)
        .nest_limit(NEST_LIMIT)
        .size_limit(SIZE_LIMIT)
        .dfa_size_limit(SIZE_LIMIT)
        .build()
        .map_err(|error| format!("the pattern is too large: {error}"))?;
    Ok(Pattern { regex, literals: literal::literals(&hir) })
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
        compile(pattern).err().expect("refused")
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
    fn an_empty_or_huge_pattern_is_refused() {
        assert!(why("^(abc)?").contains("empty answer"));
        assert!(why("a[^b]{50}{200}{100}").contains("too large"));
    }

    #[test]
    fn bytes_mean_what_python_means() {
        assert!(compile("^\\0a\\x00\\\\0").expect("nul").regex.is_match(b"\0a\0\\0"));
        assert!(compile("^ab.$").expect("dot").regex.is_match(b"ab\xff"));
        assert!(!compile("^ab.").expect("dot").regex.is_match(b"ab\n"));
        assert!(!compile("^ab\\w").expect("word").regex.is_match("ab\u{fc}".as_bytes()));
    }
}
