//! The two clocks.

use fourfold_kernel::timer::Clock;

#[test]
fn a_virtual_clock_stands_still_and_only_goes_forward() {
    let clock = Clock::virtual_at_zero();
    assert!(clock.is_virtual());
    assert_eq!(clock.now(), 0);
    clock.advance_to(500);
    clock.advance_to(400);
    assert_eq!(clock.now(), 500);
    clock.advance_to(u64::MAX);
    assert_eq!(clock.now(), u64::MAX);
}

#[test]
fn clones_of_a_virtual_clock_share_the_time_across_threads() {
    let clock = Clock::virtual_at_zero();
    let elsewhere = clock.clone();
    std::thread::spawn(move || elsewhere.advance_to(7)).join().unwrap();
    assert_eq!(clock.now(), 7);
}

#[test]
fn a_real_clock_runs_by_itself() {
    let clock = Clock::real();
    let same = clock.clone();
    let before = clock.now();
    while same.now() == before {
        std::hint::spin_loop();
    }
    assert!(clock.now() > before);
    assert!(!clock.is_virtual());
}

#[test]
#[should_panic(expected = "Clock::virtual_at_zero()")]
fn a_real_clock_cannot_be_set() {
    Clock::real().advance_to(1);
}
