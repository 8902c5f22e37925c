//! Bakeoff's own claims about its models, stated before measurement.

use crate::post::claims::{Claim, Needs, python, words::our_own};

pub(crate) const CLAIMS: &[Claim] = &[Claim {
    id: "B1",
    says: our_own("Rust's threads that compute under one lock have the shape of CPython's threads"),
    decided_by: "study: the speedup of `gil` over `sequential` against that of py-threading over py-loop, within 1.25, launch by \
                 launch, where both do the same: not on hash, whose C code lets go of the lock, nor http, which Python parses \
                 with the lock held, nor noop and warm-file, which are dispatch and a memory copy; and the model's lock is not \
                 handed over each 5 ms, as CPython's is",
    needs: &[Needs::Study, Needs::Python],
    judge: python::the_lock_has_the_shape,
}];
