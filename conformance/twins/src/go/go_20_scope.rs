//! Goroutines that borrow.

use std::collections::BTreeMap;

use fourfold::go::sync::{Mutex, WaitGroup};
use fourfold::go::{self, chan};

fn both(left: impl FnOnce() + Send, right: impl FnOnce() + Send) {
    go::scope(|scope| {
        scope.go(left);
        scope.go(right);
    });
}

fn sum(values: &[u32]) -> u32 {
    if values.len() <= 4 {
        return values.iter().sum();
    }
    let (mut left, mut right) = (0, 0);
    let (first, second) = values.split_at(values.len() / 2);
    both(|| left = sum(first), || right = sum(second));
    left + right
}

pub(crate) fn run() {
    go::run(|| {
        let mut numbers = [1, 2, 3, 4];
        let (left, right) = numbers.split_at_mut(2);
        both(|| left[0] = 10, || right[1] = 40);
        println!("[{}]", numbers.map(|number| number.to_string()).join(" "));

        let many: Vec<u32> = (0..1000).collect();
        println!("by halves {}", sum(&many));

        let (ping, pong) = (chan::make::<u32>(0), chan::make::<u32>(0));
        both(
            || {
                for i in 0..3 {
                    ping.send(i);
                    println!("answered {}", pong.recv().unwrap_or_default());
                }
                ping.close();
            },
            || {
                for value in &ping {
                    pong.send(value * value);
                }
            },
        );

        let words = Mutex::new(BTreeMap::<&str, u32>::new());
        let count = |text: &[&'static str]| {
            for word in text {
                *words.lock().entry(word).or_default() += 1;
            }
        };
        both(|| count(&["to", "be", "or"]), || count(&["not", "to", "be"]));
        let words: Vec<String> =
            words.into_inner().iter().map(|(word, count)| format!("{word}:{count}")).collect();
        println!("map[{}]", words.join(" "));

        let (group, found) = (WaitGroup::new(), chan::make::<&str>(3));
        let (inner, tell) = (group.clone(), found.clone());
        drop(group.go(move || {
            let innermost = inner.clone();
            drop(inner.go(move || drop(innermost.go(move || tell.send("grandchild")))));
        }));
        group.wait();
        println!("{}", found.recv().unwrap_or_default());
    });
}
