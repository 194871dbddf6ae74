//! What twins print otherwise than their originals, and why.

use crate::Difference;

pub(crate) const JS_01_RESOLUTION: &[Difference] = &[Difference {
    original: "rejects with a thenable, which is not adopted: rejected the thenable",
    twin: "rejects with a thenable, which is not adopted: rejected Error: the thenable",
    reason: "a promise is rejected with an error, so never with a thenable",
}];
