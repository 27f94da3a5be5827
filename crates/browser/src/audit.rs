//! What every page must be for a person in front of it: readable, in its window, reachable by keyboard, with parts that
//! have names. Each check answers with what is wrong, one sentence each; an empty list means well.

use serde_json::Value;

use crate::keys::Key;
use crate::{Page, Scheme, Trouble};

/// The windows that pages are looked at in, width and height in CSS pixels: a desk and a telephone.
pub const WINDOWS: [(u32, u32); 2] = [(1280, 800), (390, 844)];

/// Least contrast of text, of any size (WCAG 2.2, 1.4.3 level AA for small text).
pub const CONTRAST_TEXT_MIN: f64 = 4.5;
/// Least contrast of lines, signs and the mark of the focus (WCAG 2.2, 1.4.11).
pub const CONTRAST_GRAPHICS_MIN: f64 = 3.0;
/// Smallest type that is read without effort, in CSS pixels as shown.
pub const TYPE_PIXELS_MIN: f64 = 11.0;
/// Sentences that one check answers with; more of a kind say nothing new.
const PROBLEMS_MAX: usize = 12;

/// Looks at the open page in every window of [`WINDOWS`], light and dark; each problem says where it was seen.
/// Where `SLUICE_PAGES` names a folder, pictures called after `name` are left there.
pub fn everywhere(page: &Page<'_>, name: &str) -> Result<Vec<String>, Trouble> {
    let mut problems = Vec::new();
    for (width, height) in WINDOWS {
        page.viewport(width, height)?;
        for scheme in Scheme::ALL {
            page.scheme(scheme)?;
            let place = format!("{name}-{width}-{}", scheme.as_str());
            problems.extend(all(page, width)?.into_iter().map(|problem| format!("{place}: {problem}")));
            if let Some(folder) = std::env::var_os("SLUICE_PAGES") {
                page.screenshot(&std::path::Path::new(&folder).join(format!("{place}.png")))?;
            }
        }
    }
    Ok(problems)
}

/// All checks of a page in a window of this width, but the keyboard.
pub fn all(page: &Page<'_>, width: u32) -> Result<Vec<String>, Trouble> {
    let call = format!(
        "all({width}, {TYPE_PIXELS_MIN}, {CONTRAST_TEXT_MIN}, {CONTRAST_GRAPHICS_MIN}, {PROBLEMS_MAX})"
    );
    let mut problems = ask(page, &call)?;
    problems.extend(page.complaints());
    Ok(problems)
}

/// Nobody must scroll the page sideways; a wide table or drawing scrolls in its own frame.
pub fn sideways(page: &Page<'_>, width: u32) -> Result<Vec<String>, Trouble> {
    ask(page, &format!("sideways({width})"))
}

/// Text stays in the block it stands in.
pub fn spilling(page: &Page<'_>) -> Result<Vec<String>, Trouble> {
    ask(page, "spilling()")
}

/// No text is smaller than [`TYPE_PIXELS_MIN`], with the scale of drawings.
pub fn legible(page: &Page<'_>) -> Result<Vec<String>, Trouble> {
    ask(page, &format!("legible({TYPE_PIXELS_MIN})"))
}

/// Text stands out from what is behind it.
pub fn contrast(page: &Page<'_>) -> Result<Vec<String>, Trouble> {
    ask(page, &format!("contrast({CONTRAST_TEXT_MIN})"))
}

/// Lines and signs of drawings stand out from what is behind them.
pub fn graphics(page: &Page<'_>) -> Result<Vec<String>, Trouble> {
    ask(page, &format!("graphics({CONTRAST_GRAPHICS_MIN})"))
}

/// Text of drawings stays in its box, in the drawing, and off other text and signs.
pub fn drawings(page: &Page<'_>) -> Result<Vec<String>, Trouble> {
    ask(page, "drawings()")
}

/// Links within the page lead somewhere.
pub fn links(page: &Page<'_>) -> Result<Vec<String>, Trouble> {
    ask(page, "links()")
}

/// Title, language, landmarks, headings, captions and labels are there.
pub fn landmarks(page: &Page<'_>) -> Result<Vec<String>, Trouble> {
    ask(page, "landmarks()")
}

/// The page holds no script.
pub fn scripts(page: &Page<'_>) -> Result<Vec<String>, Trouble> {
    ask(page, "scripts()")
}

/// Presses Tab through the page: every link and control comes in order, in sight and marked. At most this many stops
/// are visited; how many the page has comes back beside what is wrong.
pub fn keyboard(page: &Page<'_>, stops_max: usize) -> Result<(usize, Vec<String>), Trouble> {
    let stops = page.evaluate(&script("stops()"))?.as_u64().unwrap_or(0) as usize;
    let mut problems = Vec::new();
    for stop in 0..stops.min(stops_max) {
        page.press(Key::Tab)?;
        problems.extend(ask(page, &format!("focused({stop})"))?);
        if problems.len() >= PROBLEMS_MAX {
            break;
        }
    }
    Ok((stops, problems))
}

fn ask(page: &Page<'_>, call: &str) -> Result<Vec<String>, Trouble> {
    let answer = page.evaluate(&script(call))?;
    let Value::Array(problems) = answer else {
        return Err(Trouble::Script(format!("{call} answered with {answer}")));
    };
    Ok(problems.iter().filter_map(Value::as_str).map(ToString::to_string).collect())
}

fn script(call: &str) -> String {
    format!("(() => {{ {}\nreturn audit.{call}; }})()", include_str!("audit.js"))
}
