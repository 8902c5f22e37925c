//! Charts as PNG, for link previews that can't show SVG. 1200 by 630 pixels, the Open Graph image size.

use anyhow::Result;

use crate::report::chart::Chart;

/// The width of every image, in pixels.
pub const WIDTH: u16 = 1_200;
/// The height, in pixels.
pub const HEIGHT: u16 = 630;

/// How to make pixels of SVG files, in builds that can't.
pub fn hint() -> Option<&'static str> {
    let hint = "For a PNG: rsvg-convert -w 1600 FILE.svg -o FILE.png";
    if cfg!(feature = "png") { None } else { Some(hint) }
}

/// `chart` in its light colours.
///
/// # Errors
/// When this program was built without PNG support, or the machine has no font.
#[cfg(feature = "png")]
pub fn png(chart: &Chart) -> Result<Vec<u8>> {
    use anyhow::Context as _;
    use resvg::tiny_skia::{Color, Pixmap, Transform};
    use resvg::usvg::Tree;

    use crate::report::chart::palette::Mode;

    let tree = Tree::from_str(&chart.svg(Mode::Light), &options()?)?;
    let mut pixels = Pixmap::new(WIDTH.into(), HEIGHT.into()).context("a picture of no pixels")?;
    // Charts are of several shapes: each is as large as fits, in the middle, on its own ground.
    let (width, height) = (f32::from(WIDTH), f32::from(HEIGHT));
    let scale = (width / tree.size().width()).min(height / tree.size().height());
    let [x, y] = [(width, tree.size().width()), (height, tree.size().height())]
        .map(|(room, length)| (room - scale * length) / 2.0);
    pixels.fill(Color::WHITE);
    resvg::render(&tree, Transform::from_row(scale, 0.0, 0.0, scale, x, y), &mut pixels.as_mut());
    Ok(pixels.encode_png()?)
}

/// As [`png`], in a build without PNG support.
///
/// # Errors
/// Always.
#[cfg(not(feature = "png"))]
pub fn png(_: &Chart) -> Result<Vec<u8>> {
    anyhow::bail!("this bakeoff was built without PNG: cargo build --release --features png")
}

/// Fonts of this machine, as fallbacks for those that charts name: text without a font would be missing.
#[cfg(feature = "png")]
fn options() -> Result<resvg::usvg::Options<'static>> {
    use resvg::usvg::fontdb::{Family, Query};

    let mut options = resvg::usvg::Options::default();
    let fonts = options.fontdb_mut();
    fonts.load_system_fonts();
    let query = Query { families: &[Family::SansSerif], ..Query::default() };
    if fonts.query(&query).is_none() {
        let mut families = Vec::new();
        for face in fonts.faces() {
            families.extend(face.families.first().cloned());
        }
        let likely = families.iter().find(|(family, _)| family.contains("Sans")).or(families.first());
        let Some((family, _)) = likely else {
            anyhow::bail!("this machine has no font to write with: install one, such as DejaVu Sans")
        };
        fonts.set_sans_serif_family(family.clone());
    }
    Ok(options)
}

#[cfg(all(test, feature = "png"))]
mod tests {
    use super::*;
    use crate::record::read::tests::recording;
    use crate::report::chart::draw::charts;

    #[test]
    fn png_has_preview_size_and_text() {
        if options().is_err() {
            eprintln!("skipped: no font on this machine");
            return;
        }
        let Ok(chart) = charts(&[recording(16, 50)]).remove(0) else { panic!("no chart") };
        let picture = resvg::tiny_skia::Pixmap::decode_png(&png(&chart).unwrap()).unwrap();
        assert_eq!((picture.width(), picture.height()), (WIDTH.into(), HEIGHT.into()));
        // The title contains only text on the background.
        let ground = picture.pixel(1, 1);
        let scale = 1_200.0 / chart.extent().width;
        let top = (0..).find(|y| f64::from(2 * y) >= 630.0 - scale * chart.extent().height).unwrap();
        let mut inked = 0;
        for x in 20..700 {
            for y in top + 18..top + 40 {
                inked += u32::from(picture.pixel(x, y) != ground);
            }
        }
        assert!(inked > 500, "{inked}");
    }
}
