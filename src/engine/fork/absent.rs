//! In place of chili, where it was not built in: nothing of it can be had.

use std::convert::Infallible;
use std::marker::PhantomData;

use crate::engine::fork::Fork;

/// There is no value of it.
#[derive(Clone, Copy, Debug)]
pub enum Pool {}

impl Pool {
    /// None.
    #[cfg(test)]
    pub(crate) fn of(_: usize) -> Option<Self> {
        None
    }
}

/// Nor of this.
#[derive(Debug)]
pub(super) struct Scope<'a, 'pool>(Infallible, PhantomData<&'a mut &'pool ()>);

pub(super) fn run<T>(pool: &Pool, _: impl FnOnce(&mut Fork<'_, '_>) -> T) -> T {
    match *pool {}
}

pub(super) fn join<A, B>(
    scope: &mut Scope<'_, '_>,
    _: impl FnOnce(&mut Fork<'_, '_>) -> A,
    _: impl FnOnce(&mut Fork<'_, '_>) -> B,
) -> (A, B) {
    match scope.0 {}
}
