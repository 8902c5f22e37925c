//! Which tool hashes a tree of files fastest?

use bakeoff::{Suite, Workload};
use hash_files::{files, hash, tree};

fn main() -> std::process::ExitCode {
    Suite::new()
        .workload(Workload::try_computes("hash-files", || files(&tree()), |file| hash(file)))
        .main()
}
