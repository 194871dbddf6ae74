//! Power series as goroutines that give a coefficient when they are asked for one.
//!
//! The idea is Doug McIlroy's ("Squinting at Power Series", 1990), and Go's test programs powser1
//! and powser2 are built on it too. It is hard on channels: hundreds of goroutines, each waiting for
//! others in both directions.

#[path = "support/go.rs"]
mod go;

use std::collections::VecDeque;

use fourfold::go::chan::{self, Receiver, Sender};
use fourfold::go::select;
use go::{go, run};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ratio(i64, i64);

impl Ratio {
    fn new(above: i64, below: i64) -> Ratio {
        let (mut a, mut b) = (above.abs(), below.abs());
        while b != 0 {
            (a, b) = (b, a % b);
        }
        let sign = if below < 0 { -1 } else { 1 };
        Ratio(sign * above / a.max(1), sign * below / a.max(1))
    }

    fn plus(self, other: Ratio) -> Ratio {
        Ratio::new(self.0 * other.1 + other.0 * self.1, self.1 * other.1)
    }

    fn times(self, other: Ratio) -> Ratio {
        Ratio::new(self.0 * other.0, self.1 * other.1)
    }
}

/// The asking end: a request, then the next coefficient.
struct Series {
    ask: Sender<()>,
    given: Receiver<Ratio>,
}

/// The giving end.
struct Giver {
    asked: Receiver<()>,
    give: Sender<Ratio>,
}

fn series() -> (Giver, Series) {
    let (ask, asked) = chan::make(0).split();
    let (give, given) = chan::make(0).split();
    (Giver { asked, give }, Series { ask, given })
}

impl Series {
    fn next(&self) -> Ratio {
        self.ask.send(());
        self.given.recv().expect("a series has no end")
    }

    fn first(&self, count: usize) -> Vec<Ratio> {
        (0..count).map(|_| self.next()).collect()
    }
}

impl Giver {
    fn put(&self, coefficient: impl FnOnce() -> Ratio) {
        self.asked.recv();
        self.give.send(coefficient());
    }

    /// Gives all that `other` gives.
    fn copy(&self, other: &Series) {
        loop {
            self.put(|| other.next());
        }
    }
}

/// A goroutine that gives what `body` puts.
fn given_by(body: impl FnOnce(&Giver) + Send + 'static) -> Series {
    let (giver, series) = series();
    go(move || body(&giver));
    series
}

/// Coefficients of both, asked for at the same time.
fn next_of_both(one: &Series, two: &Series) -> (Ratio, Ratio) {
    let (mut asks, mut gives) = ((Some(()), Some(())), (None, None));
    let nil = Sender::nil();
    while gives.0.is_none() || gives.1.is_none() {
        let ask_one = if asks.0.is_some() { &one.ask } else { &nil };
        let ask_two = if asks.1.is_some() { &two.ask } else { &nil };
        select! {
            send(ask_one, ()) => asks.0 = None,
            send(ask_two, ()) => asks.1 = None,
            v = recv(one.given) => gives.0 = v,
            v = recv(two.given) => gives.1 = v,
        }
    }
    (gives.0.unwrap(), gives.1.unwrap())
}

/// One of the two series that a split gives.
struct Half {
    out: Giver,
    /// Coefficients that the other half has had already.
    queue: VecDeque<Ratio>,
    asked: bool,
}

impl Half {
    fn new(out: Giver) -> Half {
        Half { out, queue: VecDeque::new(), asked: false }
    }

    /// Gives what it has if it was asked. Returns whether more is needed for that.
    fn serve(&mut self) -> bool {
        if !self.asked {
            return false;
        }
        let Some(next) = self.queue.pop_front() else { return true };
        self.out.give.send(next);
        self.asked = false;
        false
    }
}

/// Two series that give what one does, each at its own pace. What one half waits for may depend on
/// what the other half has still to give.
fn split(of: impl FnOnce() -> Series + Send + 'static) -> (Series, Series) {
    let ((left, one), (right, two)) = (series(), series());
    go(move || {
        let source = of();
        let (mut left, mut right) = (Half::new(left), Half::new(right));
        let mut requested = false;
        loop {
            select! {
                recv(left.out.asked) => left.asked = true,
                recv(right.out.asked) => right.asked = true,
                v = recv(source.given) => {
                    requested = false;
                    left.queue.extend(v);
                    right.queue.extend(v);
                }
            }
            let more = left.serve() | right.serve();
            if more && !requested {
                source.ask.send(());
                requested = true;
            }
        }
    });
    (one, two)
}

/// The same coefficient for ever: c / (1 - x).
fn repeat(c: Ratio) -> Series {
    given_by(move |out| {
        loop {
            out.put(|| c);
        }
    })
}

fn add(one: Series, two: Series) -> Series {
    given_by(move |out| {
        loop {
            out.put(|| {
                let (one, two) = next_of_both(&one, &two);
                one.plus(two)
            });
        }
    })
}

fn scale(c: Ratio, of: Series) -> Series {
    given_by(move |out| {
        loop {
            out.put(|| c.times(of.next()));
        }
    })
}

fn multiply(one: Series, two: Series) -> Series {
    given_by(move |out| {
        let mut heads = None;
        out.put(|| {
            let (a, b) = next_of_both(&one, &two);
            heads = Some((a, b));
            a.times(b)
        });
        let (a, b) = heads.expect("the first was put");
        // (a + xA)(b + xB) = ab + x(aB + bA + xAB)
        let ((one, one_again), (two, two_again)) = (split(|| one), split(|| two));
        let sum = add(scale(a, two), scale(b, one));
        out.put(|| sum.next());
        out.copy(&add(sum, multiply(one_again, two_again)));
    })
}

fn derivative(of: Series) -> Series {
    given_by(move |out| {
        out.asked.recv();
        of.next();
        for n in 1.. {
            out.give.send(of.next().times(Ratio::new(n, 1)));
            out.asked.recv();
        }
    })
}

fn integral(constant: Ratio, of: impl FnOnce() -> Series + Send + 'static) -> Series {
    given_by(move |out| {
        out.put(|| constant);
        let of = of();
        for n in 1.. {
            out.put(|| of.next().times(Ratio::new(1, n)));
        }
    })
}

/// e to the power of a series without a constant, which is 1 + the integral of itself times the
/// derivative of the series: it is fed with what it has given.
fn exponential(of: Series) -> Series {
    let (give_self, itself) = series();
    let (out, again) = split(move || integral(Ratio(1, 1), || multiply(itself, derivative(of))));
    go(move || give_self.copy(&again));
    out
}

fn ratios<const N: usize>(of: [(i64, i64); N]) -> Vec<Ratio> {
    of.map(|(above, below)| Ratio::new(above, below)).into()
}

#[test]
fn go_06_power_series_by_goroutines() {
    run(2, || {
        let ones = || repeat(Ratio(1, 1));
        assert_eq!(add(ones(), ones()).first(3), ratios([(2, 1); 3]));
        assert_eq!(derivative(ones()).first(4), ratios([(1, 1), (2, 1), (3, 1), (4, 1)]));
        assert_eq!(integral(Ratio(0, 1), ones).first(4), ratios([(0, 1), (1, 1), (1, 2), (1, 3)]));
        assert_eq!(
            multiply(ones(), ones()).first(6),
            ratios([(1, 1), (2, 1), (3, 1), (4, 1), (5, 1), (6, 1)])
        );
        let x = || {
            given_by(|out| {
                out.put(|| Ratio(0, 1));
                out.put(|| Ratio(1, 1));
                out.copy(&repeat(Ratio(0, 1)));
            })
        };
        assert_eq!(
            exponential(x()).first(8),
            ratios([(1, 1), (1, 1), (1, 2), (1, 6), (1, 24), (1, 120), (1, 720), (1, 5040)])
        );
    });
}
