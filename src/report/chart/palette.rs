//! Colours that readers with colour vision deficiency can distinguish, on light and dark ground, as literal
//! values.

/// The colour role of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    /// The background.
    Ground,
    /// Primary text.
    Text,
    /// Secondary text and lines.
    Faint,
    /// Grid lines.
    Grid,
    /// The ground of a best tool, the text on it, and the outline of one that may be.
    Best,
    /// Text on [`Color::Best`].
    OnBest,
    /// The ground of a tool that may be the best.
    MayBeBest,
    /// The ground of a tool that is slower than the baseline.
    Worse,
    /// Text on [`Color::Worse`].
    OnWorse,
    /// A mark on a cell.
    Mark,
    /// A bar that does not stand out.
    Bar,
    /// A model, by its mark.
    Model(usize),
    /// The ground of a group of tools, by its number.
    Group(usize),
}

impl Color {
    /// The CSS class of the colour role.
    pub fn class(self) -> String {
        match self {
            Color::Ground => "ground".into(),
            Color::Text => "text".into(),
            Color::Faint => "faint".into(),
            Color::Grid => "grid".into(),
            Color::Best => "best".into(),
            Color::OnBest => "on-best".into(),
            Color::MayBeBest => "may-be".into(),
            Color::Worse => "worse".into(),
            Color::OnWorse => "on-worse".into(),
            Color::Mark => "mark".into(),
            Color::Bar => "bar".into(),
            Color::Model(at) => format!("m{}", at % COLOURS),
            Color::Group(at) => format!("g{}", at % GROUPS),
        }
    }
}

/// All colours but those of models and of groups.
const PLAIN: [Color; 11] = [
    Color::Ground,
    Color::Text,
    Color::Faint,
    Color::Grid,
    Color::Best,
    Color::OnBest,
    Color::MayBeBest,
    Color::Worse,
    Color::OnWorse,
    Color::Mark,
    Color::Bar,
];

/// The colour scheme that a chart is drawn for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Light, or dark if the reader's system is.
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

/// Eight colours after Okabe and Ito, "Color Universal Design" (2008), darkened or lightened until each has a
/// contrast of 3 to 1 with its ground; the yellow becomes a brown.
const LIGHT: [&str; 8] =
    ["#3b3b3b", "#c65300", "#0072b2", "#00805c", "#b0568a", "#8a6100", "#3a86b8", "#7a4fa3"];
const DARK: [&str; 8] =
    ["#e0e0e0", "#ff9147", "#5bb4f0", "#3dcca0", "#f0a8cc", "#e0b040", "#9bd0f5", "#bfa0e8"];

/// The number of model colours before they repeat; shapes continue to differ.
pub const COLOURS: usize = LIGHT.len();

/// Grounds of groups, for text; they differ in lightness, too.
const LIGHT_GROUPS: [&str; 6] = ["#d6d6d6", "#ffdfb5", "#9cc6ee", "#cb8fb5", "#83bd9f", "#d8cc70"];
const DARK_GROUPS: [&str; 6] = ["#505057", "#965813", "#1b4d80", "#5a2549", "#1b5540", "#544c10"];

/// The number of grounds of groups before they repeat.
pub const GROUPS: usize = LIGHT_GROUPS.len();

impl Palette {
    /// The colours for `mode`.
    pub fn of(mode: Mode) -> Self {
        Palette { mode }
    }

    /// A literal colour.
    pub fn colour(&self, ink: Color) -> &'static str {
        colour(ink, self.mode == Mode::Dark)
    }

    /// The rules that replace the literal colours of what is `drawn` in a reader's dark mode, if the chart follows it.
    pub fn style(&self, drawn: &str) -> Option<String> {
        if self.mode != Mode::Auto {
            return None;
        }
        let mut rules = String::new();
        for ink in PLAIN {
            rules += &dark_rule(ink);
        }
        for model in 0..COLOURS {
            rules += &dark_rule(Color::Model(model));
        }
        for group in (0..GROUPS).map(Color::Group) {
            // Few charts have groups.
            if drawn.contains(&format!("class=\"{}", group.class())) {
                rules += &dark_rule(group);
            }
        }
        Some(format!("@media (prefers-color-scheme: dark) {{ {rules} }}"))
    }
}

/// Fill and stroke of a class in dark mode. An element has the class of its colour, and `line` if it has only
/// a stroke.
fn dark_rule(ink: Color) -> String {
    let (class, dark) = (ink.class(), colour(ink, true));
    format!(".{class}{{fill:{dark}}} .{class}-line{{stroke:{dark}}} ")
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
        (Color::Best, false) => "#0b57a4",
        (Color::Best, true) => "#8cc4ff",
        (Color::OnBest, false) => "#ffffff",
        (Color::OnBest, true) => "#08223d",
        (Color::MayBeBest, false) => "#c2d9f6",
        (Color::MayBeBest, true) => "#1f3a58",
        (Color::Worse, false) => "#f8ceb4",
        (Color::Worse, true) => "#4a2a17",
        (Color::OnWorse, false) => "#7a3300",
        (Color::Mark, false) => "#c98a00",
        (Color::Mark, true) => "#ffcc4d",
        (Color::Bar, false) => "#c3cbd3",
        (Color::Bar, true) => "#5c6570",
        (Color::OnWorse, true) => "#ffc9a3",
        (Color::Model(at), false) => LIGHT[at % COLOURS],
        (Color::Model(at), true) => DARK[at % COLOURS],
        (Color::Group(at), false) => LIGHT_GROUPS[at % GROUPS],
        (Color::Group(at), true) => DARK_GROUPS[at % GROUPS],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A channel of a colour, as WCAG 2 makes it linear.
    fn channel(hex: &str) -> f64 {
        let value = f64::from(u8::from_str_radix(hex, 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    }

    /// Relative luminance of a colour, as WCAG 2 defines it.
    fn luminance(colour: &str) -> f64 {
        0.2126 * channel(&colour[1..3]) + 0.7152 * channel(&colour[3..5]) + 0.0722 * channel(&colour[5..7])
    }

    /// The contrast of a colour with what is below.
    fn contrast(palette: &Palette, ink: Color, ground: Color) -> f64 {
        let (one, ground) = (luminance(palette.colour(ink)), luminance(palette.colour(ground)));
        (one.max(ground) + 0.05) / (one.min(ground) + 0.05)
    }

    #[test]
    fn colours_meet_contrast_minimums() {
        for mode in [Mode::Light, Mode::Dark] {
            let palette = Palette::of(mode);
            for text in [Color::Text, Color::Faint] {
                assert!(contrast(&palette, text, Color::Ground) >= 4.5, "{mode:?} {text:?}");
            }
            for model in 0..COLOURS {
                assert!(contrast(&palette, Color::Model(model), Color::Ground) >= 3.0, "{mode:?} {model}");
            }
            for group in 0..GROUPS {
                assert!(contrast(&palette, Color::Text, Color::Group(group)) >= 4.5, "{mode:?} {group}");
            }
        }
    }
}
