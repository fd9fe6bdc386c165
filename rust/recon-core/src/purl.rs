//! Package URLs (purl, ECMA-427) of services whose package is known for certain. Never guesses a package or an epoch.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::matcher::MATCH;
use crate::reply::Service;

const TEXT: &str = include_str!("../data/packages.txt");

/// A row of the table.
struct Package {
    distro: Option<&'static str>,
    /// The first version that is this package; none: any.
    since: Option<Release>,
    /// What servers call versions that are no packages.
    except: &'static str,
    /// Everything before the version.
    prefix: &'static str,
    /// The epoch of a distribution's package; zero is not written.
    epoch: &'static str,
}

/// The first two numbers of a version.
type Release = (u32, u32);

/// Read once, at the first question; constant afterwards.
static TABLE: LazyLock<HashMap<&'static str, Vec<Package>>> = LazyLock::new(|| {
    let mut table: HashMap<_, Vec<Package>> = HashMap::new();
    for (product, package) in TEXT.lines().filter_map(read_row) {
        table.entry(product).or_default().push(package);
    }
    table
});

fn read_row(line: &'static str) -> Option<(&'static str, Package)> {
    if line.starts_with('#') {
        return None;
    }
    let mut cells = line.split(" | ");
    let mut cell = || cells.next();
    let (product, distro, since, except) = (cell()?, told(cell()?), told(cell()?).and_then(release), cell()?);
    let package = cell()?;
    let (prefix, epoch) = package.split_once('#').unwrap_or((package, "0"));
    Some((product, Package { distro, since, except, prefix, epoch }))
}

fn told(cell: &'static str) -> Option<&'static str> {
    (cell != "-").then_some(cell)
}

/// The package URL of a service; none where its package is not known.
///
/// A distribution's build is the distribution's package, never the project's: it needs the revision too.
#[must_use]
pub fn of(service: &Service) -> Option<String> {
    if service.confidence < MATCH {
        return None;
    }
    let packages = TABLE.get(service.product.as_deref()?)?;
    let package = packages.iter().find(|package| package.distro == service.distro.as_deref())?;
    let Some(version) = service.version.as_deref() else {
        return package.distro.is_none().then(|| package.prefix.to_owned());
    };
    if package.except == version || package.since.is_some_and(|first| release(version).is_none_or(|one| one < first)) {
        return None;
    }
    let mut purl = format!("{}@", package.prefix);
    match (package.distro, &service.revision) {
        (None, None) => push(&mut purl, version),
        (Some(_), Some(revision)) => {
            if package.epoch != "0" {
                purl.extend([package.epoch, ":"]);
            }
            push(&mut purl, version);
            purl.push('-');
            push(&mut purl, revision);
        }
        _ => return None,
    }
    Some(purl)
}

fn release(version: &str) -> Option<Release> {
    let mut numbers = version.split(|letter: char| !letter.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next().and_then(|minor| minor.parse().ok()).unwrap_or(0)))
}

/// Appends a part of a version; all but letters, digits and `.-_~` is percent-encoded.
fn push(purl: &mut String, text: &str) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b".-_~".contains(&byte) {
            purl.push(char::from(byte));
        } else {
            let digit = |value: u8| char::from(DIGITS[usize::from(value)]);
            purl.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matcher::{GRAMMAR_WITH_PRODUCT, MATCH_WITH_VERSION};
    use crate::reply::Evidence;

    fn service(product: &str, version: &str, distro: &str, revision: &str) -> Service {
        let told = |word: &str| (!word.is_empty()).then(|| word.to_owned());
        Service {
            name: "any".into(),
            part: 'a',
            vendor: None,
            product: Some(product.into()),
            version: told(version),
            cpe: None,
            distro: told(distro),
            revision: told(revision),
            confidence: MATCH_WITH_VERSION,
            version_source: "greeting".into(),
            tls: false,
            evidence: Evidence { probe: "listen".into(), matched: "any".into() },
        }
    }

    fn purl(product: &str, version: &str, distro: &str, revision: &str) -> Option<String> {
        of(&service(product, version, distro, revision))
    }

    #[test]
    fn a_project_s_own_build_is_its_package() {
        assert_eq!(purl("Werkzeug", "2.3.4", "", "").as_deref(), Some("pkg:pypi/werkzeug@2.3.4"));
        assert_eq!(purl("Express", "", "", "").as_deref(), Some("pkg:npm/express"));
        let jetty = purl("Jetty", "9.4.43.v20210629", "", "");
        assert_eq!(jetty.as_deref(), Some("pkg:maven/org.eclipse.jetty/jetty-server@9.4.43.v20210629"));
    }

    #[test]
    fn a_distribution_s_build_is_its_package_with_epoch_and_revision() {
        let openssh = purl("OpenSSH", "9.2p1", "Debian", "2+deb12u10");
        assert_eq!(openssh.as_deref(), Some("pkg:deb/debian/openssh-server@1:9.2p1-2%2Bdeb12u10"));
        let mysql = purl("MySQL", "8.0.36", "Ubuntu", "0ubuntu0.22.04.1");
        assert_eq!(mysql.as_deref(), Some("pkg:deb/ubuntu/mysql-server@8.0.36-0ubuntu0.22.04.1"));
        let bind = purl("BIND", "9.18.28", "Debian", "1~deb12u2");
        assert_eq!(bind.as_deref(), Some("pkg:deb/debian/bind9@1:9.18.28-1~deb12u2"));
    }

    #[test]
    fn what_is_not_certain_has_none() {
        assert_eq!(purl("OpenSSH", "9.2p1", "", ""), None); // nobody's package
        assert_eq!(purl("OpenSSH", "9.2p1", "Debian", ""), None); // which revision?
        assert_eq!(purl("OpenSSH", "10.0p2", "Debian", "7"), None); // its package says 10.0p1
        assert_eq!(purl("OpenSSH", "3.4p1", "Debian", "1"), None); // another package's name then
        assert_eq!(purl("OpenSSH", "9.3", "FreeBSD", "20230719"), None);
        assert_eq!(purl("BIND", "9.11.5-P4", "Debian", "5.1+deb10u7"), None); // repacked as +dfsg
        assert_eq!(purl("Werkzeug", "2.2.2", "Debian", "3"), None); // Debian's build is not the project's
        assert_eq!(purl("Jetty", "9.4.z", "", ""), None);
        assert_eq!(purl("nginx", "1.22.1", "", ""), None);
        let unsure = Service { confidence: GRAMMAR_WITH_PRODUCT, ..service("Werkzeug", "2.3.4", "", "") };
        assert_eq!(of(&unsure), None);
    }

    #[test]
    fn every_line_of_the_table_is_read() {
        let lines = TEXT.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(TABLE.values().map(Vec::len).sum::<usize>(), lines);
        let packages = TABLE.values().flatten();
        assert!(packages.clone().all(|package| package.prefix.starts_with("pkg:") && !package.prefix.contains('#')));
        assert!(packages.clone().all(|package| package.epoch.parse::<u8>().is_ok()));
        assert!(packages.clone().all(|package| package.distro.is_some() == package.prefix.starts_with("pkg:deb/")));
    }
}
