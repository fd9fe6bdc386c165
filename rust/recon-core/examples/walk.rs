//! Walks number lines and prints how fast: positions a second on one core, and the peak memory. Sends nothing.

use std::hint::black_box;
use std::time::Instant;

use recon_core::line::Line;
use recon_core::parse_ports::PortSet;
use recon_core::parse_targets::parse_target;
use recon_core::space::SpaceBuilder;
use recon_core::word::WordError;

const POSITIONS: u64 = 20_000_000;

fn line(words: &[String], ports: &str) -> Result<Line, WordError> {
    let mut builder = SpaceBuilder::new(PortSet::parse(ports)?);
    for word in words {
        builder.add(&parse_target(word)?)?;
    }
    Line::new(builder.build()?, 1, (0, 1))
}

fn walk(name: &str, words: &[String], ports: &str) -> Result<(), WordError> {
    let started = Instant::now();
    let line = line(words, ports)?;
    let built = started.elapsed();
    let end = line.interval().end.min(POSITIONS);
    let started = Instant::now();
    for position in 0..end {
        black_box(line.at(position));
    }
    let rate = end as f64 / started.elapsed().as_secs_f64() / 1e6;
    let blocks = line.space().blocks().len();
    println!("{name:<28} {rate:6.1} million/s  {blocks:>7} blocks  built in {built:?}");
    Ok(())
}

/// Peak resident memory in KiB, where the system says so.
fn peak_kib() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.unwrap_or("VmHWM: unknown").to_owned()
}

fn main() -> Result<(), WordError> {
    let one = |word: &str| vec![word.to_owned()];
    walk("/8 x 1 port", &one("10.0.0.0/8"), "80")?;
    println!("{}", peak_kib());
    walk("/16 x 100 ports", &one("10.0.0.0/16"), "top:100")?;
    walk("/16 x 100 ports in a row", &one("10.0.0.0/16"), "8000-8099")?;
    walk("all of IPv4 x 3 ports", &one("0.0.0.0/0"), "22,80,443")?;
    let scattered: Vec<String> =
        (0..100_000_u32).map(|at| format!("9.{}.{}.{}", at % 251, at / 251 % 251, at / 63_001 * 7)).collect();
    walk("100,000 addresses x 2 ports", &scattered, "22,80")?;
    println!("{}", peak_kib());
    Ok(())
}
