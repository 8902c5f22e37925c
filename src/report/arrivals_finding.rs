//! What the latencies of a workload come to: sentences, a title, and a small table of one load.

use crate::analysis::arrivals::{AnalysedArrivals, AtLoad, Kept, Subject};
use crate::record::schema::{ArrivalLaunch, Precedence};
use crate::report::answer::listed;
use crate::report::best::ratio_and_interval;
use crate::report::block::Block;
use crate::report::table::{Table, Unit};
use crate::stats::{estimate::Estimate, units};

/// Models whose times differ by at most this factor take as long.
const AS_LONG: f64 = 1.05;

/// How many models a title names that can't keep up.
const MOST_NAMED: usize = 2;

/// What the numbers of a workload say, in one line: two models that are alike in batches and differ under load, or the least and
/// the most of the highest load that tells of most models.
pub(crate) fn finding(analysed: &AnalysedArrivals<'_>, subject: &Subject<'_>) -> String {
    let name = subject.workload.called();
    if let Some(apart) = analysed.equal_in_batches(subject) {
        return format!(
            "{name}: {} and {} do as much in batches, but at {} % load p99 is {} as long with {}",
            apart.better,
            apart.worse,
            apart.load,
            units::times(apart.ratio.ratio),
            apart.worse
        );
    }
    let Some(told) = Told::of(subject) else {
        return format!("{name}: no model has latencies");
    };
    let load = analysed.arrivals.loads[told.number];
    format!("{name}: at {load} % load {}{}", told.range(subject), not_keeping_up(subject, told.number))
}

/// What the numbers of a workload say, in sentences.
pub(crate) fn sentences(analysed: &AnalysedArrivals<'_>, subject: &Subject<'_>) -> Vec<String> {
    let mut sentences = Vec::new();
    let name = subject.workload.called();
    sentences.extend(analysed.equal_in_batches(subject).map(|apart| {
        format!(
            "{name}: {} and {} end as many jobs in batches ({} and {} a second), but at {} % load 99 of 100 jobs are done within {} with {} and within \
             {} with {}: {}; of all such pairs and loads these differ most.",
            apart.better,
            apart.worse,
            units::whole(apart.capacities[0]),
            units::whole(apart.capacities[1]),
            apart.load,
            units::nanoseconds(apart.p99_ns[0]),
            apart.better,
            units::nanoseconds(apart.p99_ns[1]),
            apart.worse,
            ratio_and_interval(Some(&apart.ratio))
        )
    }));
    for (number, load) in analysed.arrivals.loads.iter().enumerate() {
        let mut over = Vec::new();
        for model in &subject.models {
            let was_over = number > 0 && matches!(model.loads[number - 1], AtLoad::OverCapacity(_));
            if matches!(model.loads[number], AtLoad::OverCapacity(_)) && !was_over {
                over.push(model.arm.model.as_str());
            }
        }
        if !over.is_empty() {
            sentences.push(format!(
                "{name}: from {load} % load on {} can't keep up: the queue grows without end.",
                listed(&over)
            ));
        }
    }
    sentences.extend(voided(analysed, subject));
    sentences
}

/// How many latencies are void, and what to do.
fn voided(analysed: &AnalysedArrivals<'_>, subject: &Subject<'_>) -> Option<String> {
    let (mut void, mut all) = (0, 0);
    for at in subject.models.iter().flat_map(|model| &model.loads) {
        void += usize::from(matches!(at, AtLoad::Late(_)));
        all += usize::from(!matches!(at, AtLoad::Unmeasured));
    }
    if void == 0 {
        return None;
    }
    let name = subject.workload.called();
    let had_none = |launch: &ArrivalLaunch| launch.precedence == Some(Precedence::Usual);
    let advice = match analysed.arrivals.launches.iter().any(had_none) {
        // That is what limits the priority of a user's programs on Linux.
        true => ", or with real-time priority (ulimit -r 1), which this user may not have",
        false => "",
    };
    Some(format!(
        "{name}: {void} of {all} levels are void, because this program could not hand jobs over in time: repeat it on an idle machine or with \
         lower loads{advice}."
    ))
}

/// A percentile at a load.
struct Told {
    /// The number of the load.
    number: usize,
    name: &'static str,
    of: fn(&Kept) -> Option<Estimate>,
}

impl Told {
    /// The 99th at the highest load at which at least half as many models have one as at any load; the median if there is no 99th.
    fn of(subject: &Subject<'_>) -> Option<Self> {
        let p99: fn(&Kept) -> Option<Estimate> = |kept| kept.p99;
        let p50: fn(&Kept) -> Option<Estimate> = |kept| kept.p50;
        let loads = subject.models.first()?.loads.len();
        for (name, of) in [("p99", p99), ("p50", p50)] {
            let models: Vec<usize> = (0..loads).map(|number| times(subject, number, of).len()).collect();
            let most = models.iter().copied().max().unwrap_or(0);
            let number = models.iter().rposition(|count| *count > 0 && 2 * count >= most);
            if let Some(number) = number {
                return Some(Told { number, name, of });
            }
        }
        None
    }

    /// Its least and its most, and the models that have it.
    fn range(&self, subject: &Subject<'_>) -> String {
        let mut times = times(subject, self.number, self.of);
        times.sort_by(|a, b| a.1.total_cmp(&b.1));
        let (least, most) = (times[0], times[times.len() - 1]);
        let of_model = |(model, ns): (&str, f64)| {
            // No line break divides a time and its model.
            format!("{} ({model})", units::nanoseconds(ns)).replace(' ', "\u{a0}")
        };
        if times.len() == 1 {
            format!("{} is {}", self.name, of_model(least))
        } else if most.1 <= AS_LONG * least.1 {
            let ns = units::nanoseconds(least.1).replace(' ', "\u{a0}");
            format!("{} is {ns} under {} models, within 5 %", self.name, times.len())
        } else {
            format!("{} is {} to {}", self.name, of_model(least), of_model(most))
        }
    }
}

/// The models that have this time at a load, and the time.
fn times<'a>(subject: &Subject<'a>, number: usize, of: fn(&Kept) -> Option<Estimate>) -> Vec<(&'a str, f64)> {
    let mut times = Vec::new();
    for model in &subject.models {
        if let AtLoad::Kept(kept) = &model.loads[number]
            && let Some(time) = of(kept)
        {
            times.push((model.arm.model.as_str(), time.value));
        }
    }
    times
}

/// The models that can't keep up at a load, as the last part of a sentence.
fn not_keeping_up(subject: &Subject<'_>, number: usize) -> String {
    let mut over = Vec::new();
    for model in &subject.models {
        if matches!(model.loads[number], AtLoad::OverCapacity(_)) {
            over.push(model.arm.model.as_str());
        }
    }
    match over.len() {
        0 => String::new(),
        1..=MOST_NAMED => format!("; {} can't keep up", listed(&over)),
        many => format!("; {many} models can't keep up"),
    }
}

/// The models at the load of [`finding`], in a table that fits a blog.
pub(crate) fn at_one_load(analysed: &AnalysedArrivals<'_>, subject: &Subject<'_>) -> Option<Block> {
    let apart = analysed.equal_in_batches(subject).map(|apart| apart.load);
    let number = match apart {
        Some(load) => analysed.arrivals.loads.iter().position(|it| it.get() == load)?,
        None => Told::of(subject)?.number,
    };
    let load = analysed.arrivals.loads[number];
    let table = Table::of(&subject.models)
        .left("model", |it| it.arm.model.as_str())
        .right("jobs/s at most", Unit::Plain, |it| it.capacity.map(|it| units::whole(it.value)))
        .right("p50", Unit::Plain, |it| cell(&it.loads[number], |kept| kept.p50))
        .right("p99", Unit::Plain, |it| cell(&it.loads[number], |kept| kept.p99))
        .build();
    let title = format!("{}: {}, at {load} % load", subject.workload.called(), subject.workload.about);
    Some(Block::titled(title, table, vec![]))
}

fn cell(at: &AtLoad, of: fn(&Kept) -> Option<Estimate>) -> String {
    match at {
        AtLoad::Kept(kept) => of(kept).map_or("-".into(), |it| units::nanoseconds(it.value)),
        AtLoad::OverCapacity(_) => "over capacity".into(),
        AtLoad::Late(_) => "void".into(),
        AtLoad::Impossible(_) => "error".into(),
        AtLoad::Unmeasured => "-".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::arrivals::tests::{Served, arrivals_of, recording_with_arrivals};
    use crate::record::schema::{Arrivals, Recording};

    /// The title of these models at loads of 20 and 80 %, and the sentences, after `change`.
    fn said(models: &[Served], change: impl Fn(&mut Arrivals)) -> (String, Vec<String>) {
        let mut recording = arrivals_of(models, &[20, 80]);
        change(recording.arrivals.as_mut().unwrap());
        of(&recording)
    }

    fn of(recording: &Recording) -> (String, Vec<String>) {
        let analysed = AnalysedArrivals::of(recording.arrivals.as_ref().unwrap(), 2);
        let subject = &analysed.subjects[0];
        (finding(&analysed, subject).replace('\u{a0}', " "), sentences(&analysed, subject))
    }

    fn rayon() -> Served {
        Served::new("rayon", 2, 2_000, 110)
    }

    #[test]
    fn models_alike_in_batches_are_told_apart() {
        let (title, sentences) = said(&[rayon(), Served::new("prefork", 2, 1_950, 220)], |_| {});
        assert_eq!(
            title,
            "hash: rayon and prefork do as much in batches, but at 20 % load p99 is 2.00x as long with prefork"
        );
        insta::assert_snapshot!(sentences.join("\n"));
    }

    #[test]
    fn title_has_the_least_and_the_most() {
        let (title, sentences) = of(&recording_with_arrivals());
        assert_eq!(title, "hash: at 80 % load p99 is 5.53 ms (rayon); sequential can't keep up");
        assert_eq!(
            sentences,
            ["hash: from 80 % load on sequential can't keep up: the queue grows without end."]
        );
        let (apart, _) = said(&[rayon(), Served::new("prefork", 2, 1_800, 220)], |_| {});
        assert_eq!(apart, "hash: at 80 % load p99 is 5.53 ms (rayon) to 11.1 ms (prefork)");
        let (alike, _) = said(&[rayon(), Served::new("prefork", 2, 1_800, 112)], |_| {});
        assert_eq!(alike, "hash: at 80 % load p99 is 5.53 ms under 2 models, within 5 %");
    }

    #[test]
    fn void_levels_are_counted_and_not_told() {
        let (title, sentences) = said(&[rayon()], |arrivals| {
            for launch in &mut arrivals.launches {
                launch.levels[1].late_us.fill(1_000);
            }
        });
        assert!(title.starts_with("hash: at 20 % load p99 is "), "{title}");
        assert!(sentences[0].starts_with("hash: 1 of 2 levels are void"), "{sentences:?}");
    }
}
