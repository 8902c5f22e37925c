//! A study's table inside a page that says more: between two markers, and nothing else is touched.

use super::formats::markdown;
use crate::record::schema::Recording;

/// The line above the table.
pub const BEGIN: &str = "<!-- bakeoff: table begins -->";

/// The line below it.
pub const END: &str = "<!-- bakeoff: table ends -->";

/// `page` with the table of `recording` between its markers; `None` where it has not one of each, in this order.
pub fn splice(page: &str, recording: &Recording) -> Option<String> {
    let (above, rest) = page.split_once(BEGIN)?;
    let (_, below) = rest.split_once(END)?;
    let once = !rest.contains(BEGIN) && !below.contains(END) && !above.contains(END);
    once.then(|| format!("{above}{BEGIN}\n{}{END}{below}", markdown(recording)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::read::tests::recording;

    #[test]
    fn only_what_is_between_the_markers_changes_and_twice_is_as_once() {
        let page = format!("above\n{BEGIN}\nold\n{END}\nbelow\n");
        let spliced = splice(&page, &recording(16, 50)).unwrap();
        assert!(spliced.starts_with("above\n") && spliced.ends_with("\nbelow\n") && !spliced.contains("old"));
        assert!(spliced.contains("| hash: encrypting data | rayon/cores |"), "{spliced}");
        assert_eq!(splice(&spliced, &recording(16, 50)).unwrap(), spliced);
    }

    #[test]
    fn a_page_without_one_marker_of_each_in_order_is_refused() {
        for page in [
            "",
            BEGIN,
            END,
            &format!("{END}{BEGIN}"),
            &format!("{BEGIN}{BEGIN}{END}"),
            &format!("{BEGIN}{END}{END}"),
        ] {
            assert_eq!(splice(page, &recording(16, 50)), None, "{page}");
        }
    }
}
