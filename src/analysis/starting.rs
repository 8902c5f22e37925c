//! Starting and ending a model, and the number of runs after which that has paid.

use crate::record::figure::{ProbeFigure, ProbeKind};
use crate::record::schema::ProbeRecord;
use crate::stats::estimate::Estimate;
use crate::stats::interval::TooFew;

/// The cost of starting and ending a model; times in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Starting {
    /// Starting it.
    pub start_ns: Estimate,
    /// Its first run.
    pub first_ns: Estimate,
    /// A warm run.
    pub warm_ns: Estimate,
    /// Ending it.
    pub stop_ns: Estimate,
}

/// What a model gains over the baseline of the same passes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gain {
    /// The time that a warm run takes less, in nanoseconds.
    pub a_run_ns: Estimate,
    /// When that has paid for its start.
    pub breaks_even: BreaksEven,
}

/// The number of runs after which starting, running and ending a model has taken less time than the baseline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum BreaksEven {
    /// After this many: the whole interval of the gain is above 0.
    After(Estimate),
    /// The whole interval of the gain is below 0.
    Never,
    /// The interval of the gain contains 0.
    Undecided,
    /// There are too few passes for an interval.
    TooFew(TooFew),
}

/// What one process measured, in nanoseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct StartUp {
    pass: Option<u64>,
    start: f64,
    first: f64,
    warm: f64,
    stop: f64,
}

impl StartUp {
    /// Those of `probes` that started their model on `workload`.
    pub(super) fn all(probes: &[ProbeRecord], workload: &str) -> Vec<Self> {
        let mut all = vec![];
        for probe in probes {
            if probe.kind() == Some(ProbeKind::Start(workload)) {
                all.extend(StartUp::of(probe));
            }
        }
        all
    }

    fn of(probe: &ProbeRecord) -> Option<Self> {
        let figure = |figure| probe.get(figure).map(|it| it as f64);
        Some(StartUp {
            pass: probe.turn.map(|turn| turn.pass),
            start: figure(ProbeFigure::StartNs)?,
            first: figure(ProbeFigure::FirstNs)?,
            warm: figure(ProbeFigure::WarmNs)? / figure(ProbeFigure::WarmRuns)?,
            stop: figure(ProbeFigure::StopNs)?,
        })
    }

    /// What is paid once.
    fn once(&self) -> f64 {
        self.start + self.stop + (self.first - self.warm)
    }

    /// The number of runs after which the total is below that of `baseline`; infinite without a gain.
    fn runs_to_break_even(&self, baseline: &StartUp) -> f64 {
        let gained = baseline.warm - self.warm;
        if gained <= 0.0 {
            return f64::INFINITY;
        }
        // At least one: no model breaks even before the first run.
        ((self.once() - baseline.once()) / gained).ceil().max(1.0)
    }
}

impl Starting {
    /// The medians over processes; `None` if there are none.
    pub(super) fn of(all: &[StartUp]) -> Option<Self> {
        Some(Starting {
            start_ns: estimate(all, |it| it.start)?,
            first_ns: estimate(all, |it| it.first)?,
            warm_ns: estimate(all, |it| it.warm)?,
            stop_ns: estimate(all, |it| it.stop)?,
        })
    }
}

fn estimate(all: &[StartUp], of: fn(&StartUp) -> f64) -> Option<Estimate> {
    let values: Vec<f64> = all.iter().map(of).collect();
    Estimate::of(&values)
}

impl Gain {
    /// The gain of `model` over `baseline`, each pass by itself; `None` if they share no pass.
    pub(super) fn of(model: &[StartUp], baseline: &[StartUp]) -> Option<Self> {
        let (mut gains, mut runs) = (vec![], vec![]);
        for own in model {
            let mut others = baseline.iter().filter(|other| other.pass.is_some() && other.pass == own.pass);
            if let Some(other) = others.next() {
                gains.push(other.warm - own.warm);
                runs.push(own.runs_to_break_even(other));
            }
        }
        let a_run_ns = Estimate::of(&gains)?;
        let breaks_even = match a_run_ns.interval {
            Err(few) => BreaksEven::TooFew(few),
            Ok(gain) if gain.low > 0.0 => BreaksEven::After(Estimate::of(&runs)?),
            Ok(gain) if gain.high < 0.0 => BreaksEven::Never,
            Ok(_) => BreaksEven::Undecided,
        };
        Some(Gain { a_run_ns, breaks_even })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Passes in which starting takes `start` and a warm run `warm`; first runs and ends take no more.
    fn passes<const N: usize>(start: f64, warm: [f64; N]) -> Vec<StartUp> {
        let mut all = vec![];
        for (pass, warm) in (0..).zip(warm) {
            all.push(StartUp { pass: Some(pass), start, first: warm, warm, stop: 0.0 });
        }
        all
    }

    fn breaks_even(model: &[StartUp]) -> BreaksEven {
        Gain::of(model, &passes(0.0, [100.0; 6])).unwrap().breaks_even
    }

    #[test]
    fn runs_are_stated_for_certain_gain_only() {
        let BreaksEven::After(runs) = breaks_even(&passes(1_000.0, [50.0, 60.0, 50.0, 50.0, 50.0, 40.0]))
        else {
            panic!("each pass has a gain")
        };
        let interval = runs.interval.unwrap();
        assert_eq!((runs.value, interval.low, interval.high), (20.0, 17.0, 25.0));
        assert_eq!(
            breaks_even(&passes(1_000.0, [50.0, 100.0, 50.0, 50.0, 50.0, 50.0])),
            BreaksEven::Undecided
        );
        assert_eq!(breaks_even(&passes(0.0, [101.0, 110.0, 120.0, 101.0, 101.0, 101.0])), BreaksEven::Never);
        let few = BreaksEven::TooFew(TooFew { have: 3, need: 6 });
        assert_eq!(breaks_even(&passes(0.0, [50.0; 3])), few);
    }

    #[test]
    fn cheap_start_breaks_even_with_first_run() {
        let BreaksEven::After(runs) = breaks_even(&passes(10.0, [50.0; 6])) else { panic!("a certain gain") };
        assert_eq!(runs.value, 1.0);
    }

    #[test]
    fn gain_is_paired_by_pass() {
        // The machine slows down from pass to pass; the gain is the same in each.
        let slower = [100.0, 200.0, 300.0, 400.0, 500.0, 600.0];
        let gain = Gain::of(&passes(0.0, slower.map(|it| it - 10.0)), &passes(0.0, slower)).unwrap();
        assert_eq!((gain.a_run_ns.value, gain.a_run_ns.interval.unwrap().low), (10.0, 10.0));
        let mut unpaired = passes(0.0, slower);
        unpaired.iter_mut().for_each(|it| it.pass = None);
        assert_eq!(Gain::of(&unpaired, &unpaired), None, "nobody knows which belong together");
    }
}
