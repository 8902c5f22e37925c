//! Bakeoff's own claims, stated before measurement.

use crate::post::claims::{Claim, Needs, python};

pub(crate) const CLAIMS: &[Claim] = &[Claim {
    id: "B1",
    says: "(bakeoff's own) Threads that compute under one lock have the shape of CPython's threads",
    at: "bakeoff's model `gil`",
    decided_by: "study: the speedup of `gil` over `sequential` against that of py-threading over py-loop, within 1.25, launch by launch",
    needs: &[Needs::Study, Needs::Python],
    judge: python::the_lock_has_the_shape,
}];
