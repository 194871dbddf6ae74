//! The `select!` and `select_async!` macros.
//!
//! Each arm becomes an element of a nested tuple of cases, `(case, (case, ()))`, which evaluates
//! the operands in the order of the source; then the chosen index is compared with one arm after
//! the other. The handlers are not closures, so `break`, `return` and `?` in them mean what they
//! mean around the macro.

/// Waits until one of several sends and receives can be done, does it, and goes on with its arm:
/// Go's `select` statement.
///
/// ```
/// use fourfold::go::{self, chan, go, select};
///
/// go::run(|| {
///     let (numbers, quit) = (chan::make::<u32>(0), chan::make::<()>(0));
///     let (source, end) = (numbers.clone(), quit.clone());
///     go(move || {
///         for _ in 0..3 {
///             source.recv();
///         }
///         end.close();
///     });
///     let mut next = 0;
///     loop {
///         select! {
///             send(numbers, next) => next += 1,
///             _ = recv(quit) => break,
///         }
///     }
///     assert_eq!(next, 3);
/// });
/// ```
///
/// # Arms
///
/// * `value = recv(channel) => …`: `value` is a pattern for an `Option`, `None` where the channel is
///   closed and empty. `recv(channel) => …` ignores it.
/// * `send(channel, expression) => …`
/// * `default => …`: taken if none of the others can be done at once.
///
/// The channels are [`Chan`](crate::go::chan::Chan)s or the end that is needed, or references to
/// them. Channels and values are evaluated once, in the order of the arms, before anything is
/// chosen. Of several that can be done one is chosen uniformly. One that is
/// [nil](crate::go::chan::Chan::nil) is never chosen. Without an arm it waits for ever.
///
/// # Panics
///
/// With "send on closed channel", if such a send is chosen: it can always be done. In a future: use
/// [`select_async!`](crate::go::select_async!).
#[doc(hidden)]
#[macro_export]
macro_rules! __go_select {
    () => {
        $crate::go::select::__for_ever()
    };
    ($($arms:tt)+) => {
        $crate::__go_select_arms!(sync [] $($arms)+)
    };
}

/// As [`select!`](crate::go::select!), in a future: it expands to an expression that awaits.
#[doc(hidden)]
#[macro_export]
macro_rules! __go_select_async {
    ($($arms:tt)+) => {
        $crate::__go_select_arms!(async [] $($arms)+)
    };
}

/// Takes one arm after the other: kind, channel, value, pattern, handler.
#[doc(hidden)]
#[macro_export]
macro_rules! __go_select_arms {
    // All arms are taken.
    ($mode:ident [$($arms:tt)*]) => {
        $crate::__go_select_run!($mode wait [$($arms)*])
    };
    ($mode:ident [$($arms:tt)*] , $($rest:tt)*) => {
        $crate::__go_select_arms!($mode [$($arms)*] $($rest)*)
    };
    ($mode:ident [$($arms:tt)*] $(@)? default => $body:block $(,)?) => {
        $crate::__go_select_run!($mode (try $body) [$($arms)*])
    };
    ($mode:ident [$($arms:tt)*] $(@)? default => $body:expr $(,)?) => {
        $crate::__go_select_run!($mode (try $body) [$($arms)*])
    };
    // Elsewhere than at the end: it is put there, once.
    ($mode:ident [$($arms:tt)*] default => $body:block $($rest:tt)+) => {
        $crate::__go_select_arms!($mode [$($arms)*] $($rest)+ , @default => $body)
    };
    ($mode:ident [$($arms:tt)*] default => $body:expr, $($rest:tt)+) => {
        $crate::__go_select_arms!($mode [$($arms)*] $($rest)+ , @default => { $body })
    };
    ($mode:ident [$($arms:tt)*] @default => $($rest:tt)*) => {
        ::core::compile_error!("a select has one `default` at most")
    };
    // With a block, the comma may be left out.
    ($mode:ident [$($arms:tt)*] send($chan:expr, $value:expr $(,)?) => $body:block, $($rest:tt)*) => {
        $crate::__go_select_arms!($mode [$($arms)* (send, $chan, $value, _, $body)] $($rest)*)
    };
    ($mode:ident [$($arms:tt)*] send($chan:expr, $value:expr $(,)?) => $body:block $($rest:tt)*) => {
        $crate::__go_select_arms!($mode [$($arms)* (send, $chan, $value, _, $body)] $($rest)*)
    };
    ($mode:ident [$($arms:tt)*] send($chan:expr, $value:expr $(,)?) => $body:expr) => {
        $crate::__go_select_arms!($mode [$($arms)* (send, $chan, $value, _, $body)])
    };
    ($mode:ident [$($arms:tt)*] send($chan:expr, $value:expr $(,)?) => $body:expr, $($rest:tt)*) => {
        $crate::__go_select_arms!($mode [$($arms)* (send, $chan, $value, _, $body)] $($rest)*)
    };
    ($mode:ident [$($arms:tt)*] recv($chan:expr $(,)?) => $body:block, $($rest:tt)*) => {
        $crate::__go_select_arms!($mode [$($arms)* (recv, $chan, (), _, $body)] $($rest)*)
    };
    ($mode:ident [$($arms:tt)*] recv($chan:expr $(,)?) => $body:block $($rest:tt)*) => {
        $crate::__go_select_arms!($mode [$($arms)* (recv, $chan, (), _, $body)] $($rest)*)
    };
    ($mode:ident [$($arms:tt)*] recv($chan:expr $(,)?) => $body:expr) => {
        $crate::__go_select_arms!($mode [$($arms)* (recv, $chan, (), _, $body)])
    };
    ($mode:ident [$($arms:tt)*] recv($chan:expr $(,)?) => $body:expr, $($rest:tt)*) => {
        $crate::__go_select_arms!($mode [$($arms)* (recv, $chan, (), _, $body)] $($rest)*)
    };
    ($mode:ident [$($arms:tt)*] $pattern:pat = recv($chan:expr $(,)?) => $body:block, $($rest:tt)*) => {
        $crate::__go_select_arms!($mode [$($arms)* (recv, $chan, (), $pattern, $body)] $($rest)*)
    };
    ($mode:ident [$($arms:tt)*] $pattern:pat = recv($chan:expr $(,)?) => $body:block $($rest:tt)*) => {
        $crate::__go_select_arms!($mode [$($arms)* (recv, $chan, (), $pattern, $body)] $($rest)*)
    };
    ($mode:ident [$($arms:tt)*] $pattern:pat = recv($chan:expr $(,)?) => $body:expr) => {
        $crate::__go_select_arms!($mode [$($arms)* (recv, $chan, (), $pattern, $body)])
    };
    ($mode:ident [$($arms:tt)*] $pattern:pat = recv($chan:expr $(,)?) => $body:expr, $($rest:tt)*) => {
        $crate::__go_select_arms!($mode [$($arms)* (recv, $chan, (), $pattern, $body)] $($rest)*)
    };
    ($mode:ident [$($arms:tt)*] $($rest:tt)+) => {
        ::core::compile_error!(
            "an arm of a select is `pattern = recv(channel) => …`, `send(channel, value) => …` or \
             `default => …`"
        )
    };
}

/// Makes the cases, waits, and goes to the chosen arm.
#[doc(hidden)]
#[macro_export]
macro_rules! __go_select_run {
    (sync wait [$($arms:tt)*]) => {
        match $crate::__go_select_cases!($($arms)*) {
            mut cases => {
                let chosen = $crate::go::select::__wait(&mut cases);
                $crate::__go_select_match!(cases chosen (0) () ::core::unreachable!() ; $($arms)*)
            }
        }
    };
    (sync (try $default:expr) [$($arms:tt)*]) => {
        match $crate::__go_select_cases!($($arms)*) {
            mut cases => {
                let chosen = $crate::go::select::__try(&mut cases);
                $crate::__go_select_match!(cases chosen (0) () $default ; $($arms)*)
            }
        }
    };
    (async wait [$($arms:tt)*]) => {
        match $crate::__go_select_cases!($($arms)*) {
            cases => {
                let (chosen, mut cases) = $crate::go::select::__wait_async(cases).await;
                $crate::__go_select_match!(cases chosen (0) () ::core::unreachable!() ; $($arms)*)
            }
        }
    };
    (async (try $default:expr) [$($arms:tt)*]) => {
        match $crate::__go_select_cases!($($arms)*) {
            cases => {
                let (chosen, mut cases) = $crate::go::select::__try_async(cases).await;
                $crate::__go_select_match!(cases chosen (0) () $default ; $($arms)*)
            }
        }
    };
}

/// The nested tuple of cases.
#[doc(hidden)]
#[macro_export]
macro_rules! __go_select_cases {
    () => { () };
    ((recv, $chan:expr, $value:expr, $pattern:pat, $body:expr) $($rest:tt)*) => {
        ($crate::go::select::__recv(&$chan), $crate::__go_select_cases!($($rest)*))
    };
    ((send, $chan:expr, $value:expr, $pattern:pat, $body:expr) $($rest:tt)*) => {
        ($crate::go::select::__send(&$chan, $value), $crate::__go_select_cases!($($rest)*))
    };
}

/// One comparison for each arm; `$path` leads to its case.
#[doc(hidden)]
#[macro_export]
macro_rules! __go_select_match {
    ($cases:ident $chosen:ident ($index:expr) ($($path:tt)*) $default:expr ;) => {{
        let _ = (&mut $cases, $chosen);
        $default
    }};
    ($cases:ident $chosen:ident ($index:expr) ($($path:tt)*) $default:expr ;
     (recv, $chan:expr, $value:expr, $pattern:pat, $body:expr) $($rest:tt)*) => {
        if $chosen == $index {
            let $pattern = ($cases $($path)*).0.take();
            $body
        } else {
            $crate::__go_select_match!(
                $cases $chosen ($index + 1) ($($path)* .1) $default ; $($rest)*
            )
        }
    };
    ($cases:ident $chosen:ident ($index:expr) ($($path:tt)*) $default:expr ;
     (send, $chan:expr, $value:expr, $pattern:pat, $body:expr) $($rest:tt)*) => {
        if $chosen == $index {
            $crate::go::select::__sent(&($cases $($path)*).0);
            $body
        } else {
            $crate::__go_select_match!(
                $cases $chosen ($index + 1) ($($path)* .1) $default ; $($rest)*
            )
        }
    };
}
