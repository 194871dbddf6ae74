//! js-04: what becomes of the promises that a group was made of.

use fourfold::js::{self, Promise};
use fourfold::{Error, Result};

fn failing(ms: u32) -> Promise<i32> {
    let (promise, settle) = Promise::with_resolvers();
    js::set_timeout(move || settle.reject(Error::msg("failed")), ms);
    promise
}

/// The one that ends a group may be gone by then: nobody but the loop has had it.
#[test]
fn js_04_a_group_is_ended_by_a_promise_nobody_else_has() -> Result<()> {
    js::Builder::new().virtual_time().run(async {
        let slow = || js::set_timeout_promise_with(9, 9);
        assert_eq!(Promise::race([slow(), js::set_timeout_promise_with(1, 1)]).await?, 1);
        assert_eq!(
            Promise::any([failing(1), js::set_timeout_promise_with(2, 2), slow()]).await?,
            2
        );
        assert!(Promise::all([slow(), failing(2), failing(1)]).await.is_err());
        js::set_timeout_promise(20).await
    })
}
