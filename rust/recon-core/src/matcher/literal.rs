//! Finds the text that an answer must contain for a pattern to match. Never claims text that could be missing.

use regex_syntax::hir::{Class, Hir, HirKind, Look};

/// The most alternatives that are followed, and the longest literal in bytes that is kept.
const ALTERNATIVE_LIMIT: usize = 64;
const LENGTH_LIMIT: usize = 64;

/// A literal behind the exact beginning is preferred from this length on: the beginning is looked at anyway.
const TELLING: usize = 2;

/// The texts of which at least one must be in an answer, in lower case, since they are looked for without regard to
/// case; empty when nothing is known.
pub(super) fn literals(hir: &Hir) -> Vec<Vec<u8>> {
    let behind = behind_prefix(hir);
    if strength(&behind) >= TELLING { behind } else { required(hir) }
}

/// The length of the shortest alternative: how telling the literals are.
pub(super) fn strength(any_of: &[Vec<u8>]) -> usize {
    any_of.iter().map(Vec::len).min().unwrap_or(0)
}

/// The most telling literals of what follows the exact beginning of an anchored pattern.
fn behind_prefix(hir: &Hir) -> Vec<Vec<u8>> {
    let HirKind::Concat(parts) = hir.kind() else {
        return Vec::new();
    };
    if !parts.first().is_some_and(|first| matches!(first.kind(), HirKind::Look(Look::Start))) {
        return Vec::new();
    }
    let is_exact = |hir: &&Hir| matches!(part(hir), Part::Exact(_));
    let exact = parts.iter().take_while(is_exact).count();
    match sequence(&parts[exact..]) {
        Part::Exact(_) => Vec::new(),
        Part::Loose(any_of) => any_of,
    }
}

/// What one part of a pattern contributes.
enum Part {
    /// It matches exactly this text.
    Exact(Vec<u8>),
    /// It matches more than one text, each with one of these inside; empty when nothing is known.
    Loose(Vec<Vec<u8>>),
}

fn required(hir: &Hir) -> Vec<Vec<u8>> {
    match part(hir) {
        Part::Exact(text) if text.is_empty() => Vec::new(),
        Part::Exact(text) => vec![text],
        Part::Loose(any_of) => any_of,
    }
}

fn part(hir: &Hir) -> Part {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Part::Exact(Vec::new()),
        HirKind::Literal(literal) => Part::Exact(literal.0.to_ascii_lowercase()),
        HirKind::Class(class) => one_letter(class).map_or(Part::Loose(Vec::new()), |byte| Part::Exact(vec![byte])),
        HirKind::Capture(capture) => part(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min >= 1 => Part::Loose(required(&repetition.sub)),
        HirKind::Repetition(_) => Part::Loose(Vec::new()),
        HirKind::Concat(parts) => sequence(parts),
        HirKind::Alternation(branches) => Part::Loose(union(branches)),
    }
}

/// The byte that a class comes to without regard to case, such as `[Aa]`.
fn one_letter(class: &Class) -> Option<u8> {
    let Class::Bytes(class) = class else {
        return None;
    };
    let mut bytes = class.ranges().iter().flat_map(|range| range.start()..=range.end()).take(3);
    let first = bytes.next()?.to_ascii_lowercase();
    bytes.all(|byte| byte.to_ascii_lowercase() == first).then_some(first)
}

/// Joins neighbours that are exact and keeps the most telling run.
fn sequence(parts: &[Hir]) -> Part {
    let mut best = Vec::new();
    let mut run = Vec::new();
    let mut exact = true;
    for hir in parts {
        match part(hir) {
            Part::Exact(text) => run.extend(text),
            Part::Loose(any_of) => {
                exact = false;
                keep_better(&mut best, vec![std::mem::take(&mut run)]);
                keep_better(&mut best, any_of);
            }
        }
    }
    if exact {
        return Part::Exact(run);
    }
    keep_better(&mut best, vec![run]);
    Part::Loose(best)
}

fn keep_better(best: &mut Vec<Vec<u8>>, mut other: Vec<Vec<u8>>) {
    for literal in &mut other {
        literal.truncate(LENGTH_LIMIT);
    }
    let (old, new) = (strength(best), strength(&other));
    if new > old || (new == old && new > 0 && other.len() < best.len()) {
        *best = other;
    }
}

/// One literal set per branch; if a branch has none, nothing is known.
fn union(branches: &[Hir]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for branch in branches {
        let literals = required(branch);
        if strength(&literals) == 0 || all.len() + literals.len() > ALTERNATIVE_LIMIT {
            return Vec::new();
        }
        all.extend(literals);
    }
    all
}

#[cfg(test)]
mod tests {
    use crate::matcher::pattern::outline;

    fn any_of(pattern: &str) -> Vec<String> {
        let literals = outline(pattern).expect("a good pattern").literals;
        literals.into_iter().map(|literal| String::from_utf8(literal).expect("text")).collect()
    }

    #[test]
    fn the_most_telling_literal_is_taken() {
        assert_eq!(any_of("^SSH-(?P<protocol>[\\d.]+)-OpenSSH_(?P<version>[\\w.]+)(?: Debian-(\\S+))?"), ["-openssh_"]);
    }

    #[test]
    fn alternatives_each_give_one() {
        assert_eq!(any_of("^220 (?:alpha|beta\\d) .* (?:x|y?)"), ["alpha", "beta"]);
        assert_eq!(any_of("(?:alpha|beta\\d)"), ["alpha", "beta"]);
        assert_eq!(any_of("(?:alpha|\\d+)"), Vec::<String>::new());
    }

    #[test]
    fn what_many_begin_with_is_taken_only_where_nothing_else_tells() {
        assert_eq!(any_of("^SSH-\\d\\.\\d+-Go\\r?\\n"), ["-go"]);
        assert_eq!(any_of("^220 .*ab"), ["ab"]);
        assert_eq!(any_of("^220 .*a"), ["220 "]);
        assert_eq!(any_of("^SSH-2\\.0-Go"), ["ssh-2.0-go"]);
    }

    #[test]
    fn case_does_not_hide_a_literal() {
        assert_eq!(any_of("(?i)server: foo"), ["server: foo"]);
    }

    #[test]
    fn what_may_be_missing_is_not_required() {
        assert_eq!(any_of("ab(?:long literal)?\\d"), ["ab"]);
    }
}
