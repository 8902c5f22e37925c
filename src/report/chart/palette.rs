//! Colours that are told apart by those who see fewer of them, on light and on dark ground, as literal values.

/// What something is painted with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    /// The ground.
    Ground,
    /// Text that is to be read.
    Text,
    /// Text and lines beside.
    Faint,
    /// Lines of a grid.
    Grid,
    /// A model, by its place in the registry.
    Model(usize),
}

impl Color {
    /// The class of what is painted with it.
    pub fn class(self) -> String {
        match self {
            Color::Ground => "ground".into(),
            Color::Text => "text".into(),
            Color::Faint => "faint".into(),
            Color::Grid => "grid".into(),
            Color::Model(at) => format!("m{}", at % COLOURS),
        }
    }
}

/// What a chart is drawn for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Light, and dark where the reader's system is.
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// The colours of a chart.
#[derive(Clone, Copy, Debug)]
pub struct Palette {
    mode: Mode,
}

/// Eight colours after Okabe and Ito, "Color Universal Design" (2008), darkened or lightened until each stands out from its
/// ground by 3 to 1; the yellow is a brown.
const LIGHT: [&str; 8] =
    ["#3b3b3b", "#c65300", "#0072b2", "#00805c", "#b0568a", "#8a6100", "#3a86b8", "#7a4fa3"];
const DARK: [&str; 8] =
    ["#e0e0e0", "#ff9147", "#5bb4f0", "#3dcca0", "#f0a8cc", "#e0b040", "#9bd0f5", "#bfa0e8"];

/// How many colours models have before they repeat; shapes go on.
pub const COLOURS: usize = LIGHT.len();

impl Palette {
    /// The colours for `mode`.
    pub fn of(mode: Mode) -> Self {
        Palette { mode }
    }

    /// A literal colour.
    pub fn colour(&self, ink: Color) -> &'static str {
        colour(ink, self.mode == Mode::Dark)
    }

    /// The rules by which a reader's dark mode takes the place of the literal colours, where the chart follows it.
    pub fn style(&self) -> Option<String> {
        let rule = |ink: Color, of: &str| format!(".{}{of}", rule(ink));
        let inks = [Color::Ground, Color::Text, Color::Faint, Color::Grid]
            .into_iter()
            .chain((0..COLOURS).map(Color::Model));
        let rules: String = inks.map(|ink| rule(ink, "")).collect();
        (self.mode == Mode::Auto).then(|| format!("@media (prefers-color-scheme: dark) {{ {rules} }}"))
    }
}

/// Fill and stroke of a class in the dark; an element has the class of what it is painted with, and `line` where only its
/// stroke is.
fn rule(ink: Color) -> String {
    let (class, dark) = (ink.class(), colour(ink, true));
    format!("{class}{{fill:{dark}}} .{class}-line{{stroke:{dark}}} ")
}

fn colour(ink: Color, dark: bool) -> &'static str {
    match (ink, dark) {
        (Color::Ground, false) => "#ffffff",
        (Color::Ground, true) => "#1b1b1e",
        (Color::Text, false) => "#1f1f1f",
        (Color::Text, true) => "#ececec",
        (Color::Faint, false) => "#5a5a5a",
        (Color::Faint, true) => "#b0b0b0",
        (Color::Grid, false) => "#dcdcdc",
        (Color::Grid, true) => "#3a3a3f",
        (Color::Model(at), false) => LIGHT[at % COLOURS],
        (Color::Model(at), true) => DARK[at % COLOURS],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance of a colour, as WCAG 2 defines it.
    fn luminance(colour: &str) -> f64 {
        let channel = |at: usize| {
            let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    fn contrast(one: &str, other: &str) -> f64 {
        let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
        one.max(other) / one.min(other)
    }

    #[test]
    fn text_stands_out_by_four_and_a_half_to_one_and_marks_by_three() {
        for mode in [Mode::Light, Mode::Dark] {
            let palette = Palette::of(mode);
            let stands_out = |ink| contrast(palette.colour(ink), palette.colour(Color::Ground));
            assert!(stands_out(Color::Text) >= 4.5 && stands_out(Color::Faint) >= 4.5, "{mode:?}");
            for model in 0..COLOURS {
                assert!(stands_out(Color::Model(model)) >= 3.0, "{mode:?} {model}");
            }
        }
    }
}
