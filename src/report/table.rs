//! A table of typed columns: what sections and commands hand to the exporters.

use std::num::NonZeroU64;

use serde_json::Value;

use crate::stats::{ratio::Ratio, units};

/// The name of a column of intervals.
const INTERVAL: &str = "95 %";

/// Typed columns of equally many cells.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    columns: Vec<Column>,
    rows: usize,
}

/// A column with all of its cells.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its header.
    pub name: String,
    /// What its numbers count.
    pub unit: Unit,
    /// How readers see it.
    pub align: Align,
    /// Its cells are lists or sentences, which a narrow terminal breaks between words.
    pub wraps: bool,
    /// Its place in the order in which columns leave a narrow terminal; without one it stays.
    pub leaves: Option<u8>,
    cells: Vec<Cell>,
}

/// The alignment of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Text, and everything for programs.
    Left,
    /// Numbers for readers.
    Right,
}

/// What the numbers of a column count: readers see them rounded and with a unit, programs as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Shown as it is.
    Plain,
    /// A time.
    Nanoseconds,
    /// Memory.
    Bytes,
    /// Things, by thousands.
    Count,
    /// A multiple, as in `0.093x`.
    Multiple,
    /// A multiple whose small values are fractions, as in `1/24.3`.
    Speedup,
    /// A decimal number with two digits.
    Hundredths,
}

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Has no meaning in its row.
    Blank,
    /// Unknown.
    Missing,
    /// Yes or no.
    Flag(bool),
    /// Text, possibly untrusted.
    Text(String),
    /// A whole number in the unit of its column.
    Integer(u64),
    /// A number in the unit of its column.
    Number(f64),
}

/// A table that is built column by column from the values of its rows.
#[derive(Debug)]
pub struct Columns<'a, R> {
    rows: &'a [R],
    columns: Vec<Column>,
}

impl Table {
    /// A table with a row for each of `rows`, without columns so far.
    pub fn of<R>(rows: &[R]) -> Columns<'_, R> {
        Columns { rows, columns: vec![] }
    }

    /// Its columns.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Whether it has no rows.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Each row as readers see it.
    pub fn texts(&self) -> Vec<Vec<String>> {
        self.rows(Cell::text)
    }

    /// Each row as programs read it.
    pub fn values(&self) -> Vec<Vec<Value>> {
        self.rows(|cell, _| cell.value())
    }

    fn rows<T: Clone>(&self, of: impl Fn(&Cell, Unit) -> T) -> Vec<Vec<T>> {
        let mut rows = vec![Vec::with_capacity(self.columns.len()); self.rows];
        for column in &self.columns {
            for (row, cell) in rows.iter_mut().zip(&column.cells) {
                row.push(of(cell, column.unit));
            }
        }
        rows
    }
}

impl<'a, R> Columns<'a, R> {
    /// Adds a column of text, or of what programs read.
    pub fn left<C: Into<Cell>>(self, name: impl Into<String>, cell: impl Fn(&'a R) -> C) -> Self {
        self.column(name.into(), Unit::Plain, Align::Left, cell)
    }

    /// Adds a column of numbers for readers.
    pub fn right<C: Into<Cell>>(
        self,
        name: impl Into<String>,
        unit: Unit,
        cell: impl Fn(&'a R) -> C,
    ) -> Self {
        self.column(name.into(), unit, Align::Right, cell)
    }

    /// Adds a number for readers and, if it has one, its interval in a column that leaves a narrow terminal.
    pub fn with_interval(
        self,
        name: impl Into<String>,
        order: u8,
        of: impl Fn(&'a R) -> Option<(String, Option<String>)>,
    ) -> Self {
        self.right(name, Unit::Plain, |row| Some(of(row)?.0))
            .left(INTERVAL, |row| of(row).and_then(|(_, interval)| interval).map_or(Cell::Blank, Cell::Text))
            .leaves(order)
    }

    /// The cells of the last column are lists or sentences, which a narrow terminal breaks between words.
    pub fn wraps(mut self) -> Self {
        if let Some(column) = self.columns.last_mut() {
            column.wraps = true;
        }
        self
    }

    /// The last column leaves a terminal that is too narrow for all: after those of lower numbers, and of one number the last
    /// column first.
    pub fn leaves(mut self, order: u8) -> Self {
        if let Some(column) = self.columns.last_mut() {
            column.leaves = Some(order);
        }
        self
    }

    /// Adds a ratio and the bounds of its interval for programs, a column each.
    pub fn ratio(self, name: &str, of: impl Fn(&'a R) -> Option<Ratio>) -> Self {
        self.left(name, |row| Some(of(row)?.ratio))
            .left(format!("{name}_low"), |row| Some(of(row)?.interval.ok()?.low))
            .left(format!("{name}_high"), |row| Some(of(row)?.interval.ok()?.high))
    }

    /// The table with the columns added so far.
    pub fn build(self) -> Table {
        Table { rows: self.rows.len(), columns: self.columns }
    }

    fn column<C: Into<Cell>>(
        mut self,
        name: String,
        unit: Unit,
        align: Align,
        cell: impl Fn(&'a R) -> C,
    ) -> Self {
        let mut cells = Vec::with_capacity(self.rows.len());
        for row in self.rows {
            cells.push(cell(row).into());
        }
        self.columns.push(Column { name, unit, align, wraps: false, leaves: None, cells });
        self
    }
}

impl Unit {
    fn text(self, number: f64) -> String {
        match self {
            Unit::Plain => Value::from(number).to_string(),
            Unit::Nanoseconds => units::nanoseconds(number),
            Unit::Bytes => units::bytes(number),
            Unit::Count => units::grouped(&format!("{number:.0}")),
            Unit::Multiple => units::times(number),
            Unit::Speedup => units::ratio(number),
            Unit::Hundredths => format!("{number:.2}"),
        }
    }
}

impl Cell {
    fn text(&self, unit: Unit) -> String {
        match self {
            Cell::Blank => String::new(),
            Cell::Missing => "-".into(),
            Cell::Flag(flag) => flag.to_string(),
            Cell::Text(text) => text.clone(),
            Cell::Integer(number) if unit == Unit::Count => units::count(*number),
            Cell::Integer(number) => number.to_string(),
            Cell::Number(number) => unit.text(*number),
        }
    }

    fn value(&self) -> Value {
        match self {
            Cell::Blank | Cell::Missing => Value::Null,
            Cell::Flag(flag) => (*flag).into(),
            Cell::Text(text) => text.as_str().into(),
            Cell::Integer(number) => (*number).into(),
            Cell::Number(number) => (*number).into(),
        }
    }
}

impl<C: Into<Cell>> From<Option<C>> for Cell {
    fn from(cell: Option<C>) -> Self {
        match cell {
            Some(cell) => cell.into(),
            None => Cell::Missing,
        }
    }
}

/// Makes cells of values.
macro_rules! cells {
    ($($cell:ident of $value:ty,)+) => {$(
        impl From<$value> for Cell {
            fn from(value: $value) -> Self {
                Cell::$cell(value.into())
            }
        }
    )+};
}

cells! {
    Flag of bool,
    Text of &str,
    Text of String,
    Integer of u64,
    Integer of NonZeroU64,
    Number of f64,
}
