//! Which tool makes thumbnails fastest?

use bakeoff::{Suite, Workload};
use resize_pictures::{pictures, thumbnail};

fn main() -> std::process::ExitCode {
    Suite::new()
        .workload(Workload::computes("thumbnail", pictures, thumbnail).answer(|it| it.as_raw().clone()))
        .main()
}
