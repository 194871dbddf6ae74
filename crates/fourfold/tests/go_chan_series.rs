//! Power series by goroutines: what Go's test programs powser1 and powser2 compute.

#[path = "support/go.rs"]
mod go;
#[path = "support/series.rs"]
mod series;

use std::any::Any;

use go::run;
use series::{
    END, Item, Ratio, Series, add, derivative, exponential, integral, multiply, polynomial,
    reciprocal, repeat, scale, shift, substitute, substitute_monomial, tangent,
};

/// Ratios over 1.
fn whole<const N: usize>(of: [i64; N]) -> Vec<Ratio> {
    of.map(|number| Ratio(number, 1)).into()
}

fn ratios<const N: usize>(of: [(i64, i64); N]) -> Vec<Ratio> {
    of.map(|(above, below)| Ratio::new(above, below)).into()
}

fn ones<I: Item>() -> Series<I> {
    repeat(Ratio(1, 1))
}

fn sums_and_products<I: Item>() {
    assert_eq!(add(ones::<I>(), ones()).first(3), whole([2, 2, 2]));
    assert_eq!(scale(Ratio(1, 2), ones::<I>()).first(2), ratios([(1, 2), (1, 2)]));
    assert_eq!(shift(Ratio(7, 1), ones::<I>()).first(3), whole([7, 1, 1]));
    assert_eq!(derivative(ones::<I>()).first(4), whole([1, 2, 3, 4]));
    let integral = integral(Ratio(0, 1), ones::<I>);
    assert_eq!(integral.first(4), ratios([(0, 1), (1, 1), (1, 2), (1, 3)]));
    assert_eq!(multiply(ones::<I>(), ones()).first(6), whole([1, 2, 3, 4, 5, 6]));
}

/// What a series is made of itself, asks for its own coefficients while it is asked for others.
fn made_of_themselves<I: Item>() {
    let x = || shift(Ratio(0, 1), polynomial::<I>(&[1]));
    assert_eq!(
        exponential(shift(Ratio(0, 1), shift(Ratio(1, 1), repeat::<I>(Ratio(0, 1))))).first(8),
        ratios([(1, 1), (1, 1), (1, 2), (1, 6), (1, 24), (1, 120), (1, 720), (1, 5040)])
    );
    assert_eq!(reciprocal(ones::<I>()).first(6), whole([1, -1, 0, 0, 0, 0]));
    assert_eq!(reciprocal(polynomial::<I>(&[1, -1])).first(5), whole([1; 5]));
    assert_eq!(
        tangent::<I>().first(8),
        ratios([(0, 1), (1, 1), (0, 1), (1, 3), (0, 1), (2, 15), (0, 1), (17, 315)])
    );
    assert_eq!(substitute(ones::<I>(), x()).first(4), whole([1; 4]));
}

/// One series in another.
fn substitutions<I: Item>() {
    let inner = shift(Ratio(0, 1), ones::<I>());
    assert_eq!(substitute(ones(), inner).first(6), whole([1, 1, 2, 4, 8, 16]));
    let alternating = || substitute_monomial(ones::<I>(), Ratio(-1, 1), 2);
    assert_eq!(alternating().first(6), whole([1, 0, -1, 0, 1, 0]));
    let arc_tangent = integral(Ratio(0, 1), alternating);
    assert_eq!(substitute(tangent(), arc_tangent).first(6), whole([0, 1, 0, 0, 0, 0]));
}

/// Series that end.
fn polynomials<I: Item>() {
    let ended = |numbers: &[i64]| -> Vec<Ratio> {
        numbers.iter().map(|number| Ratio(*number, 1)).chain([END, END]).collect()
    };
    let some = || polynomial::<I>(&[1, 2, 3]);
    assert_eq!(some().first(5), ended(&[1, 2, 3]));
    assert_eq!(add(some(), polynomial(&[1])).first(5), ended(&[2, 2, 3]));
    assert_eq!(add(polynomial(&[]), some()).first(5), ended(&[1, 2, 3]));
    assert_eq!(add(ones(), some()).first(5), whole([2, 3, 4, 1, 1]));
    assert_eq!(multiply(some(), polynomial(&[1, 1])).first(6), ended(&[1, 3, 5, 3]));
    assert_eq!(derivative(some()).first(4), ended(&[2, 6]));
    assert_eq!(substitute(some(), polynomial(&[0, 2])).first(5), ended(&[1, 4, 12]));
}

fn all<I: Item>() {
    sums_and_products::<I>();
    made_of_themselves::<I>();
    substitutions::<I>();
    polynomials::<I>();
}

/// Go: powser1. The channels carry values.
#[test]
fn go_06_power_series_by_goroutines() {
    run(2, all::<Ratio>);
}

/// Go: powser2. The channels carry pointers to values whose type is known at run time.
#[test]
fn go_02_power_series_over_channels_of_boxed_values() {
    run(2, all::<Box<dyn Any + Send>>);
}
