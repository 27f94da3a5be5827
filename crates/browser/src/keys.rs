//! Keys that a person presses.

use serde_json::{Value, json};

/// A key, with what it is called in the DevTools protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// To the next link or control.
    Tab,
    /// Shift and Tab: back to the one before.
    BackTab,
    /// Follows a link, presses a button, sends a form.
    Enter,
    /// Presses a button, ticks a box, opens what is folded.
    Space,
    /// Closes or takes back.
    Escape,
    /// One down.
    ArrowDown,
    /// One up.
    ArrowUp,
    /// One to the left.
    ArrowLeft,
    /// One to the right.
    ArrowRight,
    /// To the start.
    Home,
    /// To the end.
    End,
}

impl Key {
    /// Name, code of UI Events, Windows virtual key code, and the text it types.
    const fn told(self) -> (&'static str, &'static str, u32, &'static str) {
        match self {
            Key::Tab | Key::BackTab => ("Tab", "Tab", 9, ""),
            Key::Enter => ("Enter", "Enter", 13, "\r"),
            Key::Space => (" ", "Space", 32, " "),
            Key::Escape => ("Escape", "Escape", 27, ""),
            Key::ArrowLeft => ("ArrowLeft", "ArrowLeft", 37, ""),
            Key::ArrowUp => ("ArrowUp", "ArrowUp", 38, ""),
            Key::ArrowRight => ("ArrowRight", "ArrowRight", 39, ""),
            Key::ArrowDown => ("ArrowDown", "ArrowDown", 40, ""),
            Key::Home => ("Home", "Home", 36, ""),
            Key::End => ("End", "End", 35, ""),
        }
    }

    /// Down and up, as parameters of `Input.dispatchKeyEvent`.
    pub(crate) fn strokes(self) -> [Value; 2] {
        /// The bit of Shift among the modifiers.
        const SHIFT: u32 = 8;
        let (key, code, number, text) = self.told();
        let modifiers = if self == Key::BackTab { SHIFT } else { 0 };
        let stroke = |kind: &str| json!({ "type": kind, "key": key, "code": code, "windowsVirtualKeyCode": number, "modifiers": modifiers });
        let mut down = stroke(if text.is_empty() { "rawKeyDown" } else { "keyDown" });
        if !text.is_empty() {
            down["text"] = json!(text);
        }
        [down, stroke("keyUp")]
    }
}
