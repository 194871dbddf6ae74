//! js-09: what waits for the network keeps the loop alive, and what does not wait does not.

use fourfold::Result;
use fourfold::js;
use fourfold::net::lookup_host;

#[test]
fn js_09_a_look_up_keeps_the_loop_alive() -> Result<()> {
    let addresses = js::run(async { Ok(lookup_host("localhost", 80).await?) })?;
    assert!(addresses.iter().all(|address| address.ip().is_loopback()), "{addresses:?}");
    Ok(())
}
