//! What is below the options of each subcommand. A test parses every example as a command line.

pub(super) const VERIFY: &str = "Examples:
  bakeoff verify                          every cell once
  bakeoff verify '^hash/'                 the cells of one workload";

pub(super) const EVIDENCE: &str = "Examples:
  bakeoff evidence                        all models
  bakeoff evidence --models gil,tokio-one --format markdown";

pub(super) const CLAIMS: &str = "Examples:
  bakeoff claims                          measure, and judge all claims; 10 minutes
  bakeoff claims --profile quick C1 K3    measure what these two need, and show how each is decided
  bakeoff claims --from recording.json --from costs.json --format csv";

pub(super) const COSTS: &str = "Examples:
  bakeoff costs                           all models; 5 minutes
  bakeoff costs --from recording.json     dispatch overhead and CPU time from the study of a recording
  bakeoff costs --quick --models threads,tokio-one";

pub(super) const ARRIVALS: &str = "Examples:
  bakeoff arrivals                        hash and service, eight models, four loads; 8 minutes
  bakeoff arrivals --quick hash
  bakeoff arrivals service --load 50,80 --models rayon,tokio-many --schedule constant";

pub(super) const MAP: &str = "Examples:
  bakeoff map                             in Rust; 10 minutes
  bakeoff map --quick --python=3.13       in Rust and in Python, fewer points and launches
  bakeoff map --into maps --python=3.13   what the maps in this folder do not have yet
  bakeoff map --check map.json later.json how often advice from the first is right, on the points of both that it does not rest on";

pub(super) const ADVISE: &str = "Examples:
  bakeoff advise --job 3ms --wait 80% --jobs 200
  bakeoff advise --job 40us --wait 0% --jobs 1000 --from map.json
  bakeoff advise --job 3ms --wait 80% --jobs 100 --measure
  bakeoff advise --against recording.json --from map.json    for each task of a study, beside what was measured";

pub(super) const STORY: &str = "Examples:
  bakeoff story                           list the stories
  bakeoff story cook-eat                  run one
  bakeoff story chess --boards 12 --models tokio-one --trace chess.json";

pub(super) const TRACE: &str = "Examples:
  bakeoff trace cake/rayon/cores --to trace.json    open it at ui.perfetto.dev";

pub(super) const RUN: &str = "Examples:
  bakeoff run                             every cell; 5 minutes on two cores
  bakeoff run --profile quick '^hash/'    one workload, fewer launches
  bakeoff run '^hash/' --until settled --at-most 10m   until all is decided
  bakeoff run --cores 1 --out results     on one core, into this folder
  bakeoff run --python=3.13,3.13t --task photos:thumbnail --inputs photos:all    your own function in Python";

pub(super) const SWEEP: &str = "Examples:
  bakeoff sweep --into cores              on 1, 2, 4, ... and all cores
  bakeoff sweep --into cores --profile quick '^(hash|primes)/'";

pub(super) const SCALING: &str = "Examples:
  bakeoff scaling cores/cores-1.json cores/cores-2.json
  bakeoff scaling cores/cores-1.json cores/cores-2.json --format csv";

pub(super) const COMPARE: &str = "Examples:
  bakeoff compare laptop.json server.json
  bakeoff compare before.json after.json --fail-on slower";

pub(super) const CHARTS: &str = "Examples:
  bakeoff charts recording.json --out charts
  bakeoff charts recording.json cores-1.json cores-2.json --out charts --force";

pub(super) const COMPLETIONS: &str = "Examples:
  bakeoff completions bash
  bakeoff completions zsh";

pub(super) const REPORT: &str = "Examples:
  bakeoff report recording.json           the answer
  bakeoff report recording.json --bars --color always
  bakeoff report recording.json --format csv
  bakeoff report recording.json costs.json --html report.html
  bakeoff report recording.json --chirpy post --repository https://example.org";

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use crate::cmd::Cli;

    #[test]
    fn every_help_example_parses() {
        let command = Cli::command();
        let helps = command
            .get_subcommands()
            .filter_map(|it| Some((it.get_name(), it.get_after_help()?.to_string())));
        let mut lines = 0;
        for (name, help) in helps {
            for line in help.lines().skip(1) {
                let words = line.trim().split("   ").next().unwrap().split(' ');
                let words: Vec<String> = words.map(|word| word.trim_matches('\'').to_owned()).collect();
                assert_eq!(words[1], name, "{line}");
                Cli::try_parse_from(&words).unwrap_or_else(|why| panic!("{line}: {why}"));
                lines += 1;
            }
        }
        assert!(lines >= 20, "{lines}");
    }
}
