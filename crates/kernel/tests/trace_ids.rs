//! Ids and the current task.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use fourfold_kernel::trace::{TaskId, current, polling, set_current};

#[test]
fn ids_are_unique_across_threads_and_grow_along_one() {
    let take = || (0..1000).map(|_| TaskId::next()).collect::<Vec<_>>();
    let threads: Vec<_> = (0..8).map(|_| thread::spawn(take)).collect();
    let mut seen = HashSet::new();
    for thread in threads {
        let ids = thread.join().unwrap();
        assert!(ids.is_sorted());
        for id in ids {
            assert!(id.get() > 0);
            assert!(seen.insert(id), "{id} was given twice");
        }
    }
    assert_eq!(seen.len(), 8000);
}

#[test]
fn an_optional_id_takes_no_more_room() {
    assert_eq!(size_of::<Option<TaskId>>(), 8);
}

#[test]
fn polls_nest_and_the_former_task_is_current_again() {
    let (outer, inner) = (TaskId::next(), TaskId::next());
    assert_eq!(current(), None);
    {
        let _outer = set_current(Some(outer));
        {
            let _inner = polling(inner);
            assert_eq!(current(), Some(inner));
            let _none = set_current(None);
            assert_eq!(current(), None);
        }
        assert_eq!(current(), Some(outer));
        assert_eq!(thread::spawn(current).join().unwrap(), None);
    }
    assert_eq!(current(), None);
}

#[test]
fn a_panic_in_a_poll_leaves_no_current_task() {
    let poll = || {
        let _polling = polling(TaskId::next());
        std::panic::resume_unwind(Box::new(()));
    };
    assert!(catch_unwind(AssertUnwindSafe(poll)).is_err());
    assert_eq!(current(), None);
}
