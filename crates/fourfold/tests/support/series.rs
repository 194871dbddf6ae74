//! Power series as goroutines that give a coefficient when they are asked for one.
//!
//! The idea is Doug McIlroy's ("Squinting at Power Series", 1990), and Go's test programs powser1
//! and powser2 are built on it too. It is hard on channels: hundreds of goroutines, each waiting for
//! others in both directions.
//!
//! What a channel carries is a type of the caller's: plain values, as in powser1, or values behind
//! a pointer whose type is known at run time only, as in powser2.

use std::any::Any;
use std::collections::VecDeque;

use fourfold::go::chan::{self, Receiver, Sender};
use fourfold::go::select;

use crate::go::go;

/// A coefficient. A polynomial ends with [`END`] for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ratio(pub(crate) i64, pub(crate) i64);

/// What follows the last coefficient.
pub(crate) const END: Ratio = Ratio(0, 0);
const ONE: Ratio = Ratio(1, 1);

impl Ratio {
    pub(crate) fn new(above: i64, below: i64) -> Ratio {
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
        // Crosswise first, so that the products stay small.
        let (a, b) = (Ratio::new(self.0, other.1), Ratio::new(other.0, self.1));
        Ratio::new(a.0 * b.0, a.1 * b.1)
    }

    fn inverse(self) -> Ratio {
        Ratio::new(self.1, self.0)
    }
}

/// What a channel carries a coefficient in.
pub(crate) trait Item: Send + 'static {
    fn wrap(ratio: Ratio) -> Self;
    fn unwrap(self) -> Ratio;
}

impl Item for Ratio {
    fn wrap(ratio: Ratio) -> Ratio {
        ratio
    }

    fn unwrap(self) -> Ratio {
        self
    }
}

impl Item for Box<dyn Any + Send> {
    fn wrap(ratio: Ratio) -> Self {
        Box::new(ratio)
    }

    fn unwrap(self) -> Ratio {
        *self.downcast().expect("only ratios are sent")
    }
}

/// The asking end: a request, then the next coefficient.
pub(crate) struct Series<I> {
    ask: Sender<()>,
    given: Receiver<I>,
}

/// The giving end.
pub(crate) struct Giver<I> {
    asked: Receiver<()>,
    give: Sender<I>,
}

fn series<I: Item>() -> (Giver<I>, Series<I>) {
    let (ask, asked) = chan::make(0).split();
    let (give, given) = chan::make(0).split();
    (Giver { asked, give }, Series { ask, given })
}

impl<I: Item> Series<I> {
    fn next(&self) -> Ratio {
        self.ask.send(());
        self.given.recv().expect("a giver never closes").unwrap()
    }

    pub(crate) fn first(&self, count: usize) -> Vec<Ratio> {
        (0..count).map(|_| self.next()).collect()
    }
}

impl<I: Item> Giver<I> {
    fn put(&self, coefficient: impl FnOnce() -> Ratio) {
        self.asked.recv();
        self.give.send(I::wrap(coefficient()));
    }

    /// Gives all that `other` gives.
    fn copy(&self, other: &Series<I>) {
        loop {
            self.put(|| other.next());
        }
    }

    fn end(&self) {
        loop {
            self.put(|| END);
        }
    }
}

/// A goroutine that gives what `body` puts.
fn given_by<I: Item>(body: impl FnOnce(&Giver<I>) + Send + 'static) -> Series<I> {
    let (giver, series) = series();
    go(move || body(&giver));
    series
}

/// Coefficients of both, asked for at the same time.
fn next_of_both<I: Item>(one: &Series<I>, two: &Series<I>) -> (Ratio, Ratio) {
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
    (gives.0.unwrap().unwrap(), gives.1.unwrap().unwrap())
}

/// One of the two series that a split gives.
struct Half<I> {
    out: Giver<I>,
    /// Coefficients that the other half has had already.
    queue: VecDeque<Ratio>,
    asked: bool,
}

impl<I: Item> Half<I> {
    fn new(out: Giver<I>) -> Half<I> {
        Half { out, queue: VecDeque::new(), asked: false }
    }

    /// Gives what it has if it was asked. Returns whether more is needed for that.
    fn serve(&mut self) -> bool {
        if !self.asked {
            return false;
        }
        let Some(next) = self.queue.pop_front() else { return true };
        self.out.give.send(I::wrap(next));
        self.asked = false;
        false
    }
}

/// Two series that give what one does, each at its own pace. What one half waits for may depend on
/// what the other half has still to give.
pub(crate) fn split<I: Item>(
    of: impl FnOnce() -> Series<I> + Send + 'static,
) -> (Series<I>, Series<I>) {
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
                    let v = v.map(I::unwrap);
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

/// A series that is made of itself: `of` must not need a coefficient before it has given it.
fn fed_by_itself<I: Item>(of: impl FnOnce(Series<I>) -> Series<I> + Send + 'static) -> Series<I> {
    let (give_self, itself) = series();
    let (out, again) = split(move || of(itself));
    go(move || give_self.copy(&again));
    out
}

/// The same coefficient for ever: c / (1 - x).
pub(crate) fn repeat<I: Item>(c: Ratio) -> Series<I> {
    given_by(move |out| {
        loop {
            out.put(|| c);
        }
    })
}

pub(crate) fn polynomial<I: Item>(coefficients: &'static [i64]) -> Series<I> {
    given_by(move |out| {
        coefficients.iter().for_each(|c| out.put(|| Ratio(*c, 1)));
        out.end();
    })
}

pub(crate) fn add<I: Item>(one: Series<I>, two: Series<I>) -> Series<I> {
    given_by(move |out| {
        let (mut one_ended, mut two_ended) = (false, false);
        while !one_ended && !two_ended {
            out.put(|| {
                let (a, b) = next_of_both(&one, &two);
                (one_ended, two_ended) = (a == END, b == END);
                if one_ended {
                    b
                } else if two_ended {
                    a
                } else {
                    a.plus(b)
                }
            });
        }
        out.copy(if one_ended { &two } else { &one });
    })
}

pub(crate) fn scale<I: Item>(c: Ratio, of: Series<I>) -> Series<I> {
    given_by(move |out| {
        loop {
            out.put(|| c.times(of.next()));
        }
    })
}

/// c + x * of
pub(crate) fn shift<I: Item>(c: Ratio, of: Series<I>) -> Series<I> {
    given_by(move |out| {
        out.put(|| c);
        out.copy(&of);
    })
}

pub(crate) fn multiply<I: Item>(one: Series<I>, two: Series<I>) -> Series<I> {
    given_by(move |out| {
        let mut heads = (END, END);
        out.put(|| {
            heads = next_of_both(&one, &two);
            heads.0.times(heads.1)
        });
        let (a, b) = heads;
        if a == END || b == END {
            out.end();
        }
        // (a + xA)(b + xB) = ab + x(aB + bA + xAB)
        let ((one, one_again), (two, two_again)) = (split(|| one), split(|| two));
        let sum = add(scale(a, two), scale(b, one));
        out.put(|| sum.next());
        out.copy(&add(sum, multiply(one_again, two_again)));
    })
}

pub(crate) fn derivative<I: Item>(of: Series<I>) -> Series<I> {
    given_by(move |out| {
        out.asked.recv();
        of.next();
        for n in 1.. {
            out.give.send(I::wrap(of.next().times(Ratio::new(n, 1))));
            out.asked.recv();
        }
    })
}

pub(crate) fn integral<I: Item>(
    constant: Ratio,
    of: impl FnOnce() -> Series<I> + Send + 'static,
) -> Series<I> {
    given_by(move |out| {
        out.put(|| constant);
        let of = of();
        for n in 1.. {
            out.put(|| of.next().times(Ratio::new(1, n)));
        }
    })
}

/// e to the power of a series without a constant, which is 1 + the integral of itself times the
/// derivative of the series.
pub(crate) fn exponential<I: Item>(of: Series<I>) -> Series<I> {
    fed_by_itself(|itself| integral(ONE, || multiply(itself, derivative(of))))
}

/// 1 / (a + xA), which is 1/a - x/a * A * itself.
pub(crate) fn reciprocal<I: Item>(of: Series<I>) -> Series<I> {
    fed_by_itself(|itself| {
        given_by(move |out| {
            let mut inverse = ONE;
            out.put(|| {
                inverse = of.next().inverse();
                inverse
            });
            out.copy(&scale(inverse.times(Ratio(-1, 1)), multiply(itself, of)));
        })
    })
}

/// The outer series of the inner one, which has no constant: a + A(xB) = a + xB * A(xB).
pub(crate) fn substitute<I: Item>(outer: Series<I>, inner: Series<I>) -> Series<I> {
    given_by(move |out| {
        let mut head = END;
        out.put(|| {
            head = outer.next();
            head
        });
        if head == END {
            out.end();
        }
        let (inner, again) = split(|| inner);
        assert_eq!(inner.next().0, 0, "the inner series has no constant");
        out.copy(&multiply(inner, substitute(outer, again)));
    })
}

/// The series of c * x^n.
pub(crate) fn substitute_monomial<I: Item>(of: Series<I>, c: Ratio, n: usize) -> Series<I> {
    given_by(move |out| {
        let mut factor = ONE;
        loop {
            out.put(|| factor.times(of.next()));
            (1..n).for_each(|_| out.put(|| Ratio(0, 1)));
            factor = factor.times(c);
        }
    })
}

/// The tangent: the integral of 1 + itself squared.
pub(crate) fn tangent<I: Item>() -> Series<I> {
    fed_by_itself(|itself| {
        integral(Ratio(0, 1), || {
            let (one, two) = split(|| itself);
            add(polynomial(&[1]), multiply(one, two))
        })
    })
}
