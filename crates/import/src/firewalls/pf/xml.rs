//! `config.xml` as a tree, with the line of every element. Half a file is read as far as it goes.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;

/// Elements of one document.
const ELEMENTS_MAX: usize = 2_000_000;
/// How deep elements may stand in each other; what is deeper is read over.
const DEPTH_MAX: usize = 64;

#[derive(Debug, Default)]
struct Element {
    name: String,
    text: String,
    line: u32,
    children: Vec<usize>,
}

/// A document.
#[derive(Debug)]
pub struct Document {
    elements: Vec<Element>,
    /// What is wrong with it: line and text.
    pub problems: Vec<(u32, String)>,
}

impl Document {
    /// Reads a document.
    pub fn read(text: &str) -> Document {
        let mut reading = Reading::new(text);
        reading.all();
        Document { elements: reading.elements, problems: reading.problems }
    }

    /// What the document's own element holds.
    pub fn root(&self) -> Node<'_> {
        let top = Node { document: self, place: 0 };
        top.children_all().next().unwrap_or(top)
    }
}

/// An element of a document.
#[derive(Debug, Clone, Copy)]
pub struct Node<'a> {
    document: &'a Document,
    place: usize,
}

impl<'a> Node<'a> {
    fn element(&self) -> Option<&'a Element> {
        self.document.elements.get(self.place)
    }

    /// Its name.
    pub fn name(&self) -> &'a str {
        self.element().map_or("", |element| element.name.as_str())
    }

    /// Its line, from 1.
    pub fn line(&self) -> u32 {
        self.element().map_or(0, |element| element.line)
    }

    /// Its text without the space around it.
    pub fn text(&self) -> &'a str {
        self.element().map_or("", |element| element.text.trim())
    }

    /// All elements in it.
    pub fn children_all(&self) -> impl Iterator<Item = Node<'a>> + use<'a> {
        let document = self.document;
        let places = self.element().map_or(&[][..], |element| element.children.as_slice());
        places.iter().map(move |place| Node { document, place: *place })
    }

    /// The elements of one name in it.
    pub fn children(&self, name: &'static str) -> impl Iterator<Item = Node<'a>> + use<'a> {
        self.children_all().filter(move |node| node.name() == name)
    }

    /// The first element of a name in it.
    pub fn child(&self, name: &str) -> Option<Node<'a>> {
        self.children_all().find(|node| node.name() == name)
    }

    /// The element at the end of a path of names.
    pub fn at(&self, path: &str) -> Option<Node<'a>> {
        path.split('/').try_fold(*self, |node, name| node.child(name))
    }

    /// The text of an element in it; empty when there is none.
    pub fn value(&self, name: &str) -> &'a str {
        self.child(name).map_or("", |node| node.text())
    }

    /// True when an element is in it and says neither `0` nor `no`.
    pub fn has(&self, name: &str) -> bool {
        self.child(name).is_some_and(|node| !matches!(node.text(), "0" | "no" | "false"))
    }

    /// True when an element is in it that says yes.
    pub fn says_yes(&self, name: &str) -> bool {
        matches!(self.value(name), "1" | "yes" | "on" | "true" | "enabled")
    }
}

struct Reading<'a> {
    reader: Reader<&'a [u8]>,
    text: &'a str,
    elements: Vec<Element>,
    open: Vec<usize>,
    /// Elements that are open beyond the depth or number that is followed.
    beyond: usize,
    line: u32,
    counted: usize,
    problems: Vec<(u32, String)>,
}

impl<'a> Reading<'a> {
    fn new(text: &'a str) -> Reading<'a> {
        let mut reader = Reader::from_reader(text.as_bytes());
        reader.config_mut().check_end_names = false;
        reader.config_mut().allow_unmatched_ends = true;
        let elements = vec![Element::default()];
        Reading {
            reader,
            text,
            elements,
            open: vec![0],
            beyond: 0,
            line: 1,
            counted: 0,
            problems: Vec::new(),
        }
    }

    fn all(&mut self) {
        loop {
            self.count_lines();
            match self.reader.read_event() {
                Ok(Event::Eof) => break,
                Ok(event) => self.event(&event),
                Err(error) => {
                    // A broken piece of markup is stepped over; without progress the reading ends.
                    self.problems.push((self.line, format!("no well-formed XML: {error}")));
                    break;
                }
            }
        }
        if self.open.len() > 1 || self.beyond > 0 {
            let name =
                self.open.last().and_then(|place| self.elements.get(*place)).map(|one| one.name.clone());
            let name = name.unwrap_or_default();
            self.problems
                .push((self.line, format!("the file ends within <{name}>: what follows is missing")));
        }
    }

    /// Lines up to where the reader stands.
    fn count_lines(&mut self) {
        let at = usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX).min(self.text.len());
        let passed = self.text.as_bytes().get(self.counted..at).unwrap_or_default();
        let breaks = passed.iter().filter(|byte| **byte == b'\n').count();
        self.line = self.line.saturating_add(u32::try_from(breaks).unwrap_or(u32::MAX));
        self.counted = at.max(self.counted);
    }

    fn event(&mut self, event: &Event) {
        match event {
            Event::Start(start) => {
                if self.beyond > 0 || self.open.len() >= DEPTH_MAX || self.elements.len() >= ELEMENTS_MAX {
                    if self.beyond == 0 {
                        let what =
                            "elements stand too deep in each other, or are too many: read over".to_string();
                        self.problems.push((self.line, what));
                    }
                    self.beyond += 1;
                    return;
                }
                let place = self.element(start);
                self.open.push(place);
            }
            Event::Empty(start) => {
                if self.beyond == 0 && self.elements.len() < ELEMENTS_MAX {
                    self.element(start);
                }
            }
            Event::End(_) => {
                if self.beyond > 0 {
                    self.beyond -= 1;
                } else if self.open.len() > 1 {
                    self.open.pop();
                }
            }
            Event::Text(text) => self.push_text(text),
            Event::CData(text) => self.push_text(text),
            Event::GeneralRef(reference) => {
                let character = reference.resolve_char_ref().ok().flatten().map(String::from);
                let known = || resolve_predefined_entity(reference).map(str::to_string);
                if let Some(text) = character.or_else(known) {
                    self.push_text(&text);
                }
            }
            // Entities of our own are never unfolded: a document type brings no meaning.
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Eof => {}
        }
    }

    fn element(&mut self, start: &quick_xml::events::BytesStart) -> usize {
        let place = self.elements.len();
        let name = start.name().as_ref().to_string();
        self.elements.push(Element { name, line: self.line, ..Element::default() });
        if let Some(parent) = self.open.last().and_then(|parent| self.elements.get_mut(*parent)) {
            parent.children.push(place);
        }
        place
    }

    fn push_text(&mut self, text: &str) {
        if self.beyond == 0
            && let Some(element) = self.open.last().and_then(|place| self.elements.get_mut(*place))
        {
            element.text.push_str(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_have_text_and_lines() {
        let document = Document::read(
            "<?xml version=\"1.0\"?>\n<a>\n <b uuid=\"7\">one &amp; <![CDATA[<two>]]></b>\n <c/><b>3</b>\n</a>",
        );
        let root = document.root();
        let first = root.child("b").unwrap();
        assert_eq!((first.text(), first.line()), ("one & <two>", 3));
        assert_eq!(root.children("b").nth(1).unwrap().text(), "3");
        assert!(root.has("c") && !root.has("d"));
        assert!(document.problems.is_empty());
    }

    #[test]
    fn half_a_file_is_read_as_far_as_it_goes() {
        let document = Document::read("<a><b><c>1</c><d>2");
        assert_eq!(document.root().at("b/c").unwrap().text(), "1");
        assert_eq!(document.problems.len(), 1);
    }

    #[test]
    fn depth_has_a_bound() {
        let document = Document::read(&"<a>".repeat(100_000));
        assert!(document.elements.len() <= DEPTH_MAX + 1);
        assert!(!document.problems.is_empty());
    }
}
