//! Thumbnails of pictures.

use image::RgbImage;
use image::imageops::{FilterType, resize};

/// Pictures of 640 x 480, each another gradient.
pub fn pictures() -> Vec<RgbImage> {
    let mut pictures = Vec::new();
    for number in 0..24 {
        pictures.push(RgbImage::from_fn(640, 480, |x, y| {
            let [red, green, ..] = (x * (number + 1)).to_le_bytes();
            let [blue, ..] = (y * (number + 3)).to_le_bytes();
            image::Rgb([red, green, blue])
        }));
    }
    pictures
}

/// The thumbnail of a picture, 160 pixels wide.
pub fn thumbnail(picture: &RgbImage) -> RgbImage {
    resize(picture, 160, 120, FilterType::Lanczos3)
}
