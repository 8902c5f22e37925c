//! Rendering rows of a Mandelbrot frame: jobs that are uneven on purpose.

use serde::Serialize;

use crate::engine::Digest;
use crate::workload::{Computes, Computing, Each, Kind, Size, Workload, no_setup};

/// The workload.
pub(crate) const WORKLOAD: Workload = Workload {
    name: "mandelbrot",
    revision: 1,
    about: "renders rows of a frame, some of them 50 times as heavy as others",
    answers_to: "video rendering",
    post_says: "multiprocessing",
    kind: Kind::Computes,
    waits_for_files: false,
    unit: "rows",
    size: Size { jobs: 48, each: 12 },
    tiny: Size { jobs: 24, each: 1 },
    job_us: 2_500,
    wait_us: 0,
    jobs: &Each { setup: &no_setup, job: &|_, size, number| Ok(Computing(Rows::new(384, size, number))) },
};

/// The same on a small frame, for interpreters that are slower by orders of magnitude.
pub(crate) const IN_PYTHON: Workload = Workload {
    about: "renders one row of a frame 112 pixels wide, some of them 50 times as heavy as others",
    size: Size { jobs: 48, each: 1 },
    jobs: &Each { setup: &no_setup, job: &|_, size, number| Ok(Computing(Rows::new(112, size, number))) },
    ..WORKLOAD
};

/// Iterations after which a point counts as never escaping.
const LIMIT: u64 = 1_000;

/// Renders some rows of a frame that shows the whole set.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Rows {
    first: u64,
    rows: u64,
    width: u64,
    height: u64,
}

impl Computes for Rows {
    const IN_PYTHON: &'static str = "Mandelbrot";

    /// The sum of each pixel's iterations, weighted by its position.
    fn compute(&self) -> Digest {
        let row = |y| (0..self.width).map(move |x| (x + 1) * self.pixel(x, y)).sum::<u64>();
        let picture = (self.first..self.first + self.rows).map(|y| (y + 1) * row(y)).sum();
        Digest::new(self.first, picture)
    }
}

impl Rows {
    /// The rows of job `number` of a frame that is `width` pixels wide.
    fn new(width: u64, size: Size, number: u64) -> Self {
        let height = size.jobs as u64 * size.each;
        Rows { first: number * size.each, rows: size.each, width, height }
    }

    /// Iterations of the pixel (`x`, `y`) of a frame from -2 to 1 and from -1.25 to 1.25.
    fn pixel(&self, x: u64, y: u64) -> u64 {
        let part = |at: u64, of: u64| (at as f64 + 0.5) / of as f64;
        escape_time(3.0 * part(x, self.width) - 2.0, 2.5 * part(y, self.height) - 1.25, LIMIT)
    }
}

/// The number of applications of z -> z^2 + c, from zero on, before |z| > 2; at most `limit`.
fn escape_time(re: f64, im: f64, limit: u64) -> u64 {
    let (mut x, mut y) = (0.0, 0.0);
    for n in 0..limit {
        let (x2, y2) = (x * x, y * y);
        if x2 + y2 > 4.0 {
            return n;
        }
        y = 2.0 * x * y + im;
        x = x2 - y2 + re;
    }
    limit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_times_at_neck_approximate_pi() {
        // Boll 1991: at c = -3/4 + i/10^k the iterations are the first digits of pi (Klebanoff, "Pi in the
        // Mandelbrot set", Fractals 9, 2001, proves it).
        for (epsilon, iterations) in [(0.1, 33), (0.01, 315), (0.001, 3_143), (0.0001, 31_417)] {
            assert_eq!(escape_time(-0.75, epsilon, 100_000), iterations);
        }
    }

    #[test]
    fn points_in_set_never_escape() {
        for (re, im) in [(0.0, 0.0), (-1.0, 0.0), (0.25, 0.0), (-2.0, 0.0), (0.0, 1.0)] {
            assert_eq!(escape_time(re, im, LIMIT), LIMIT, "{re} + {im}i");
        }
        assert_eq!(escape_time(1.0, 0.0, LIMIT), 3, "0, 1, 2, 5");
    }
}
