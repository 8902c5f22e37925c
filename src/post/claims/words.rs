//! The words of claims: the post's own, with the heading that they stand under, and those of others.

use std::fmt;

/// Where the post is published.
pub const POST: &str = "https://kay-a11y.github.io/posts/async-io";

/// The words of a claim, and whose they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    text: &'static str,
    source: Source,
}

/// Whose claim it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The post's, below a heading.
    Post(Heading),
    /// The talk's and the article's that the post answers, in our words.
    Talk,
    /// Bakeoff's own, stated before measurement.
    Bakeoff,
}

/// A heading of the post, as its readers see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heading(&'static str);

/// The post's own words without their markup; ` ... ` stands for words that are left out.
pub(crate) const fn quote(text: &'static str, heading: Heading) -> Words {
    Words { text, source: Source::Post(heading) }
}

/// A claim of the talk and the article, in our words.
pub(crate) const fn of_the_talk(text: &'static str) -> Words {
    Words { text, source: Source::Talk }
}

/// A claim of bakeoff's.
pub(crate) const fn our_own(text: &'static str) -> Words {
    Words { text, source: Source::Bakeoff }
}

impl Words {
    /// The words alone.
    pub fn text(self) -> &'static str {
        self.text
    }

    /// Whose they are.
    pub fn source(self) -> Source {
        self.source
    }

    /// The heading that they stand under; what they are from, if that is not the post.
    pub fn at(self) -> &'static str {
        match self.source {
            Source::Post(Heading(text)) => text,
            Source::Talk => "the talk and the article that the post answers",
            Source::Bakeoff => "bakeoff",
        }
    }

    /// The address of that heading.
    pub fn link(self) -> Option<String> {
        match self.source {
            Source::Post(heading) => Some(format!("{POST}/#{}", heading.anchor())),
            Source::Talk | Source::Bakeoff => None,
        }
    }
}

/// The words as they stand beside their verdict: quotation marks are the post's alone.
impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.source {
            Source::Post(_) => write!(f, "\"{}\"", self.text),
            Source::Talk => write!(f, "(the talk) {}", self.text),
            Source::Bakeoff => write!(f, "(bakeoff's own) {}", self.text),
        }
    }
}

impl Heading {
    /// Its id on the page, as kramdown's GFM parser makes it: letters, digits, hyphens and underscores in lower case, with
    /// hyphens for spaces.
    fn anchor(self) -> String {
        let mut anchor = String::new();
        for c in self.0.to_lowercase().chars() {
            match c {
                ' ' => anchor.push('-'),
                '-' | '_' => anchor.push(c),
                c if c.is_alphanumeric() => anchor.push(c),
                _ => {}
            }
        }
        anchor
    }
}

/// The headings of the post that claims stand under, in its order.
pub(crate) mod headings {
    use super::Heading;

    pub(crate) const TLDR: Heading = Heading("TLDR");
    pub(crate) const ASYNCHRONOUS: Heading = Heading("In the asynchronous version");
    pub(crate) const ONE_GAME: Heading = Heading("One game needs");
    pub(crate) const OTHER_FORMULA: Heading = Heading("Why (55 - 5) * 30 * 24 idea doesn't apply");
    pub(crate) const PIZZA: Heading = Heading("Analogy: \"Judit the Pizza Delivery Queen\"");
    pub(crate) const CONCEPTS: Heading =
        Heading("Understand Concurrency, Parallelism, Threading, Multiprocessing");
    pub(crate) const KITCHEN: Heading = Heading("Cute Kitchen Analogy");
    pub(crate) const THREADING: Heading =
        Heading("1. Threading = You have multiple hands, but still one brain (Python process)");
    pub(crate) const MULTIPROCESSING: Heading =
        Heading("2. Multiprocessing = You clone yourself. Now 3 yous baking 3 cakes");
    pub(crate) const CONCURRENCY: Heading =
        Heading("3. Concurrency = Not about how many CPUs, it's about being smart with time");
    pub(crate) const PARALLELISM: Heading =
        Heading("4. Parallelism = Tasks run at the exact same time on multiple CPUs");
    pub(crate) const GIL: Heading = Heading("Python Weirdness: the GIL");
    pub(crate) const THREADING_EXAMPLE: Heading = Heading("Threading example");
    pub(crate) const MULTIPROCESSING_EXAMPLE: Heading = Heading("Multiprocessing example");
    pub(crate) const ASYNC: Heading = Heading("async IO & coroutines");
    pub(crate) const DOING: Heading = Heading("What's async IO doing?");
    pub(crate) const COROUTINE: Heading = Heading("What is a coroutine?");
    pub(crate) const CONCURRENT: Heading = Heading("Are coroutines concurrent?");
    pub(crate) const OUTPUT: Heading = Heading("Output");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heading_anchors_follow_the_blog() {
        for (heading, anchor) in [
            (headings::TLDR, "tldr"),
            (headings::ASYNC, "async-io--coroutines"),
            (headings::DOING, "whats-async-io-doing"),
            (headings::OTHER_FORMULA, "why-55---5--30--24-idea-doesnt-apply"),
            (headings::CONCEPTS, "understand-concurrency-parallelism-threading-multiprocessing"),
        ] {
            assert_eq!(heading.anchor(), anchor);
        }
        assert_eq!(quote("x", headings::TLDR).link().unwrap(), format!("{POST}/#tldr"));
    }

    #[test]
    fn only_the_post_is_quoted() {
        assert_eq!(quote("x", headings::TLDR).to_string(), "\"x\"");
        assert_eq!(of_the_talk("x").to_string(), "(the talk) x");
        assert_eq!((our_own("x").to_string().as_str(), our_own("x").link()), ("(bakeoff's own) x", None));
    }
}
