//! Numbers for readers: three significant digits, and a unit.

use std::time::Duration;

/// `time` with three significant digits in the unit that keeps it between 1 and 1,000.
pub fn duration(time: Duration) -> String {
    nanoseconds(time.as_nanos() as f64)
}

/// A time of `ns` nanoseconds, as [`duration`].
pub fn nanoseconds(ns: f64) -> String {
    for (size, unit) in [(1e9, "s"), (1e6, "ms"), (1e3, "us")] {
        // A value that rounds to 1,000 of a unit moves to the next unit.
        if ns.abs() >= size * 0.9995 {
            return format!("{} {unit}", significant(ns / size));
        }
    }
    format!("{} ns", significant(ns))
}

/// Bytes, with three significant digits in the unit that keeps them between 1 and 1,024.
pub fn bytes(bytes: f64) -> String {
    for (power, unit) in [(30, "GiB"), (20, "MiB"), (10, "KiB")] {
        let size = f64::from(1 << power);
        if bytes.abs() >= size * 0.9995 {
            return format!("{} {unit}", significant(bytes / size));
        }
    }
    format!("{} bytes", significant(bytes))
}

/// A count, with a comma between thousands.
pub fn count(count: u64) -> String {
    grouped(&count.to_string())
}

/// A number of things, rounded: 1,234.
pub fn whole(number: f64) -> String {
    grouped(&format!("{number:.0}"))
}

/// A number of cores, in words.
pub fn cores(count: u64) -> String {
    if count == 1 { "1 core".into() } else { format!("{count} cores") }
}

/// Digits with a comma between thousands.
pub fn grouped(digits: &str) -> String {
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A factor with three significant digits, as in `0.093x`.
pub fn times(ratio: f64) -> String {
    format!("{}x", significant(ratio))
}

/// A ratio with three significant digits, as in `1.95x`; below a tenth as a fraction, as in `1/24.3`.
pub fn ratio(ratio: f64) -> String {
    if ratio < 0.0995 { format!("1/{}", significant(1.0 / ratio)) } else { times(ratio) }
}

/// `value` with three significant digits, without an exponent.
fn significant(value: f64) -> String {
    let decimals = match value.abs() {
        0.0..0.0995 => 3,
        0.0995..9.995 => 2,
        9.995..99.95 => 1,
        _ => 0,
    };
    format!("{value:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_use_three_digits_and_fitting_unit() {
        let shown = [0, 18, 999, 1_000, 1_234, 20_600, 999_600, 10_061_234, 999_999_999, 43_200_000_000];
        let expected = [
            "0.000 ns", "18.0 ns", "999 ns", "1.00 us", "1.23 us", "20.6 us", "1.00 ms", "10.1 ms", "1.00 s",
            "43.2 s",
        ];
        assert_eq!(shown.map(|ns| duration(Duration::from_nanos(ns))), expected);
    }

    #[test]
    fn ratios_are_readable_at_all_sizes() {
        let ratios = [0.000_02, 0.021, 0.5, 1.0, 1.949, 23.54, 5_000.0];
        let shown = ["1/50000", "1/47.6", "0.50x", "1.00x", "1.95x", "23.5x", "5000x"];
        assert_eq!(ratios.map(ratio), shown);
        assert_eq!([0.0926, 1.0, 12.34].map(times), ["0.093x", "1.00x", "12.3x"]);
    }
}
